"""The audit: levels L1 (the log) and L2 (authorship) over any source, into one report (SPEC §4, §7).

- A1: everything that the source holds is checked, and that its parts agree: a store's rows, its batches and the
  published files beside it say the same, or the place where they differ is a fault.
- A2: the anchor comes from the trust folder, never from the source. Without one the verdict is inconclusive, and
  the report names the fingerprints to compare.
- A3: an older checkpoint that somebody kept binds the log for ever: shorter or different is altered.
- A4: a fault never ends the audit; only a source that can't be read does (`Unreadable`).
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Final

from constancia.verify.checkpoint import parse_checkpoint
from constancia.verify.checkpoints import Checkpoints
from constancia.verify.cosigned import check_log_cosigner, kept_cosignatures, log_cosigner
from constancia.verify.documents import Place, check_documents
from constancia.verify.errors import Malformed, Unreadable
from constancia.verify.fold import Fold, Item
from constancia.verify.items import published_items, store_items
from constancia.verify.note import VerifierKey, format_vkey, parse_log_vkey, parse_note
from constancia.verify.policy import NO_QUORUM, Opened, Policy, TrustFolder, cosigners, open_kept, open_with_policy
from constancia.verify.pool import Pool
from constancia.verify.published import Published
from constancia.verify.receipt import audit_receipt
from constancia.verify.report import Findings, Report, fault_of
from constancia.verify.source import Source
from constancia.verify.store import SCHEMA, SCHEMA_VERSION, Store
from constancia.verify.tilecheck import Tiles

Progress = Callable[[int, int], None]
Level = Callable[[Source, TrustFolder | None, Findings], None]
LEVELS_ABOVE: Final = ("law", "time")  # L3 and L4, L5: they need more than this floor has
PROGRESS_EVERY: Final = 256


def audit(  # noqa: PLR0913 - each says one thing about what is wanted
    source: Source,
    trust: TrustFolder | None,
    *,
    all_faults: bool = False,
    progress: Progress | None = None,
    workers: int | None = None,
    levels: Mapping[str, Level] | None = None,
) -> Report:
    """Audit a source.

    Args:
        source: An open source.
        trust: What is pinned; None if nothing is.
        all_faults: Whether the report lists all faults, or the first alone (all are counted).
        progress: Called now and then with entries done and entries in all.
        workers: Threads for signatures; as many as cores by default.
        levels: Checks of the levels above, by the names of `LEVELS_ABOVE`; what is not given is said not to be checked.

    Returns:
        The report.

    Raises:
        Unreadable: The source, or the kept checkpoint of the trust folder, can't be read.

    Source: ours: SPEC §4, §7.
    """
    findings = Findings(source.kind, source.location)
    findings.anchored = trust is not None and trust.genesis is not None
    if source.receipt is not None:
        audit_receipt(source.receipt, trust, findings)
    else:
        with Pool(findings, workers or os.cpu_count() or 1) as pool:
            _Audit(source, trust, findings, pool).run(progress)
    if trust is None:
        findings.leave_open("no-trust")
        if source.own_trust:
            findings.note("own-trust")
    elif trust.genesis is None:
        findings.leave_open("no-genesis-pin")
    for name in LEVELS_ABOVE:
        if levels is not None and name in levels:
            levels[name](source, trust, findings)
        else:
            findings.not_checked(name)
    return findings.report(list_all=all_faults)


class _Audit:
    def __init__(self, source: Source, trust: TrustFolder | None, findings: Findings, pool: Pool) -> None:
        self._store = source.store
        self._published = source.published
        self._source = source
        self._trust = trust
        self._findings = findings
        self._pool = pool
        self._head = self._published.checkpoint() if self._published is not None else None
        self._head_name = "log/checkpoint" if self._store is not None else "checkpoint"

    def run(self, progress: Progress | None) -> None:
        """Do everything, in order: entries, anchors, checkpoints, tiles, documents."""
        store, published = self._store, self._published
        if store is not None:
            _check_schema(store, self._findings)
            fold = self._fold(store_items(store, self._findings), "batches.leaf_hashes", store.count(), progress)
        elif published is not None:
            size = self._published_size()
            items = published_items(published, size, self._findings)
            fold = self._fold(items, "tile/0", size, progress)
        else:
            raise Unreadable("source", self._source.location, "it holds no log")
        key = self._log_key(fold)
        self._check_kept_checkpoint(fold)
        witnesses = () if self._trust is None else tuple(self._trust.policy.witnesses.values())
        checkpoints = Checkpoints(self._findings, self._pool, fold.tree, fold.seen, key, witnesses=witnesses)
        if store is not None:
            checkpoints.check_batches(store)
            _check_meta(store, fold.origin, self._findings)
        if published is not None:
            self._check_published(published, checkpoints, fold)
        self._check_log_cosigner(fold)
        self._check_witnesses(fold)
        self._check_documents(fold)
        self._pool.join()
        if store is not None:
            store.check_unchanged()
        fold.seen.report(self._findings)
        self._remark(fold)

    def _fold(self, items: Iterator[Item], recorded: str, size: int, progress: Progress | None) -> Fold:
        fold = Fold(self._findings, self._pool, self._pinned_origin(), recorded)
        for item in items:
            fold.add(item)
            if progress is not None and item.at % PROGRESS_EVERY == 0:
                progress(item.at, size)
        fold.finish()
        if progress is not None:
            progress(fold.tree.size, max(size, fold.tree.size))
        if fold.tree.size:
            self._findings.genesis = fold.tree.leaf(0)
        self._findings.origin = fold.origin
        self._findings.size = fold.tree.size
        self._findings.root = fold.tree.root()
        self._findings.tree = fold.tree
        return fold

    def _pinned_origin(self) -> str | None:
        """Give the origin that the trust folder pins; with several logs in it, the one that the source claims."""
        logs = {} if self._trust is None else self._trust.policy.logs
        if len(logs) > 1:
            claimed = self._store.meta().get("origin") if self._store is not None else None
            if self._head is not None and claimed is None:
                claimed = self._head.decode("utf-8", "replace").split("\n", 1)[0]
            return claimed if claimed in logs else None
        return next(iter(logs), None)

    def _published_size(self) -> int:
        if self._head is None:
            raise Unreadable("checkpoint", f"{self._source.location}/checkpoint", "it is missing")
        try:
            return parse_checkpoint(parse_note(self._head).text).size
        except Malformed as error:
            # The size can't be known from the checkpoint; what the bundles hold is still audited.
            if self._published is None or self._published.documents() is None:
                raise Unreadable("checkpoint", self._source.location, str(error)) from error
            return self._published.extent()

    def _log_key(self, fold: Fold) -> VerifierKey | None:
        said = fold.directory.log_key
        try:
            own = None if said is None else parse_log_vkey(said)
        except Malformed as error:
            self._findings.add(fault_of(error, "directory", 0, "statement.body.log_key", "L2"))
            own = None
        key = own
        if self._trust is not None:
            key = self._trust.policy.logs.get(fold.origin or "")
            if key is not None and own is not None and own != key:
                self._findings.fault("log-key", 0, "statement.body.log_key", format_vkey(key), said)
            if self._trust.genesis is not None and self._trust.genesis != self._findings.genesis:
                found = self._findings.genesis or b""
                self._findings.fault("genesis", 0, "leaf hash", self._trust.genesis, found)
        if key is None:
            self._findings.leave_open("no-log-key")
        else:
            self._findings.log_key = format_vkey(key)
        return key

    def _check_kept_checkpoint(self, fold: Fold) -> None:
        """Hold the log to the checkpoint that the trust folder kept (rule A3)."""
        if self._trust is None or self._trust.checkpoint is None:
            return
        kept = open_kept(self._trust).checkpoint
        if kept.origin != fold.origin:
            self._findings.fault("origin", None, "trust/checkpoint", kept.origin, fold.origin)
        elif kept.size > fold.tree.size:
            self._findings.fault(
                "rollback", fold.tree.size, "trust/checkpoint", f"{kept.size} entries", fold.tree.size,
                last_index=kept.size - 1,
            )  # fmt: skip
        elif fold.tree.root(kept.size) == kept.root:
            fold.seen.confirm(kept.size)
        else:
            fold.seen.contradict("fork", "trust/checkpoint", kept, since=0)

    def _check_published(self, published: Published, checkpoints: Checkpoints, fold: Fold) -> None:
        if self._head is None:
            self._findings.fault("checkpoint-missing", None, self._head_name, "a checkpoint", "no file")
            size = min(published.extent(), fold.tree.size)
        else:
            checkpoints.check_published(self._head, self._head_name)
            size = self._published_size()
        if self._store is not None and size < fold.tree.size:
            self._findings.note("published-lags", size=size, total=fold.tree.size)
        Tiles(published, fold.tree, self._findings).check(size, done=self._store is None)

    def _check_witnesses(self, fold: Fold) -> None:
        if self._trust is None:
            return
        policy = self._trust.policy
        if policy.quorum == NO_QUORUM:
            self._findings.note("no-witnesses")
        opened = self._opened_heads(policy, fold)
        left_out = {name for one in opened for name in one.unsupported}
        if left_out:
            self._findings.not_checked("unsupported", names=", ".join(sorted(left_out)))
        if policy.quorum == NO_QUORUM:
            return
        best = max((one for one in opened if one.witnessed), key=lambda one: one.checkpoint.size, default=None)
        if best is None or best.checkpoint.size == 0:
            names = {name for one in opened for name in one.cosigned}
            self._findings.leave_open("no-quorum", names=", ".join(sorted(names)) or "—")
            return
        size = best.checkpoint.size
        self._findings.note("witnessed", size=size, names=", ".join(cosigners(best, policy)) or "—")
        if size < fold.tree.size:
            self._findings.leave_open("witnessed-to", size=size, total=fold.tree.size)

    def _opened_heads(self, policy: Policy, fold: Fold) -> list[Opened]:
        """Open the checkpoints that may carry the quorum: the published one, the last, the last one with it."""
        last = None if self._store is None else _last_checkpoint(self._store)
        heads = [self._head, last]
        if self._store is not None and self._source.cosignatures is not None:
            heads.append(kept_cosignatures(self._source.cosignatures, self._store, fold, policy, self._findings))
        opened = []
        for raw in heads:
            if raw is not None:
                with suppress(Malformed):  # a fault already, from `Checkpoints`
                    opened.append(open_with_policy(raw, policy))
        self._findings.count("L1", "cosignatures", sum(len(one.cosigned) for one in opened))
        return opened

    def _check_log_cosigner(self, fold: Fold) -> None:
        policy = None if self._trust is None else self._trust.policy
        key = log_cosigner(fold.directory.log_cosigner, fold.origin, policy, self._findings)
        if key is not None:
            check_log_cosigner(self._notes(), key, self._findings)

    def _notes(self) -> Iterator[tuple[int | None, str, bytes]]:
        """Give every signed note of the source with its place."""
        for batch in self._store.batches() if self._store is not None else ():
            if isinstance(batch.checkpoint, str):
                yield batch.first_index, "batches.checkpoint", batch.checkpoint.encode("utf-8", "surrogateescape")
        if self._head is not None:
            yield None, self._head_name, self._head

    def _check_documents(self, fold: Fold) -> None:
        places: list[Place] = []
        if self._published is not None:
            places.append(Place(self._published.files, "documents/", self._published.documents()))
        if self._source.documents is not None:
            places.append(Place(self._source.documents, "", self._source.documents.names()))
        if places:
            check_documents(places, fold.cited, self._findings)
        elif fold.cited:
            self._findings.not_checked("documents-not-read")

    def _remark(self, fold: Fold) -> None:
        findings = self._findings
        if fold.unread:
            findings.not_checked("entries-unread", count=fold.unread)
        if fold.directory.log_key is not None and fold.directory.zone is None:
            findings.leave_open("no-time-zone", zone=fold.directory.zone_name)
        if fold.seen.largest < fold.tree.size:
            findings.note("tail", start=fold.seen.largest)
        for index, state in sorted(fold.directory.suspects.items()):
            findings.note(state, index=index)
        if self._store is not None and self._published is None:
            findings.note("not-published")


def _check_schema(store: Store, findings: Findings) -> None:
    for table, columns in SCHEMA.items():
        found = store.columns(table)
        if found != columns:
            findings.fault("schema", None, table, ", ".join(columns), ", ".join(found or ("no such table",)))
    damage = store.damage()
    if damage is not None:
        findings.fault("schema", None, str(store.path), "a file that SQLite finds sound", damage)


def _check_meta(store: Store, origin: str | None, findings: Findings) -> None:
    found = store.meta()
    # An empty ledger has nothing but this to say its origin.
    expected = {"schema": SCHEMA_VERSION, "origin": found.get("origin") if origin is None else origin}
    for name in sorted(expected.keys() | found.keys(), key=str):
        if expected.get(name) != found.get(name):
            findings.fault("meta", None, f"meta.{name}", expected.get(name), found.get(name))


def _last_checkpoint(store: Store) -> bytes | None:
    last = None
    for batch in store.batches():
        last = batch.checkpoint
    return last.encode("utf-8", "surrogateescape") if isinstance(last, str) else None
