"""The audit: levels L1 (the log) and L2 (authorship) over any source, into one report (SPEC §4, §7).

- A1: everything in the source is checked, and that its parts agree: a store's rows, its batches and its published
  files are consistent, or the place where they differ is a fault.
- A2: the trust anchor comes from the trust folder, never from the source. Without one the verdict is
  inconclusive, and the report names the fingerprints to compare.
- A3: if the log does not extend a checkpoint that the auditor already has, it is altered.
- A4: a fault never ends the audit; only an unreadable source does (`Unreadable`).
- A5: with a checkpoint that the auditor verified before (`since`), what it covers must be the beginning of this log;
  its signatures are not checked again. With the resume state of that audit its entries are not read again either.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from constancia.verify.audit.checks.checkpoints import CheckpointChecker
from constancia.verify.audit.checks.cosignatures import kept_cosignatures
from constancia.verify.audit.checks.documents import check_source
from constancia.verify.audit.checks.pins import is_of_another_ledger
from constancia.verify.audit.checks.store import check_meta, check_schema
from constancia.verify.audit.checks.tiles import TileChecker
from constancia.verify.audit.checks.witness_times import WitnessTimes, recorded_at_of
from constancia.verify.audit.entries_in_words import describe, size_of
from constancia.verify.audit.entry_pass import EntryPass, LogPosition
from constancia.verify.audit.entry_stream import published_items, store_items
from constancia.verify.audit.extensions import AuditLevel, ResumeState
from constancia.verify.core.conclusion import check_pins
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.core.formats.note import VerifierKey
from constancia.verify.evidence.contradiction import check_contradiction
from constancia.verify.evidence.receipt import audit_entry, audit_receipt
from constancia.verify.report.findings import Findings, Report
from constancia.verify.report.words import SEEN
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.sources.source import Source
from constancia.verify.sources.transit import as_written
from constancia.verify.speed.signature_pool import Pool
from constancia.verify.trust.pinned_checkpoint import RESUME, SINCE, TRUST, PinnedCheckpoint, check_signed, open_pinned
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.merkle import Tree, hash_leaf

Progress = Callable[[int, int], None]
Level = Callable[[Source, TrustFolder | None, Findings, Tree | None], None]
LEVELS_ABOVE: Final = ("law", "time")  # L3 and L4, L5: they need the layers above
PROGRESS_EVERY: Final = 256


def audit(  # noqa: PLR0913 - each says one thing about what is wanted
    source: Source, trust: TrustFolder | None, *, all_faults: bool = False, progress: Progress | None = None,
    workers: int | None = None, levels: Mapping[str, Level] | None = None, since: bytes | None = None,
    memory: ResumeState | None = None, further: Sequence[AuditLevel] = (), against: Source | None = None,
) -> Report:  # fmt: skip
    """Audit a source.

    Args:
        source: An open source.
        trust: The trust folder; None if there is none.
        all_faults: Whether the report lists all faults, or only the first (all are counted).
        progress: Called regularly with the entries done and the total. If it raises `KeyboardInterrupt`, the progress
            so far is stored in the memory.
        workers: Threads for signatures; as many as cores by default.
        levels: Checks of the levels above that come last, by the names of `LEVELS_ABOVE` (L5:
            ledger.timestamps.level5).
        since: A checkpoint of this log, as a signed note, that the caller has verified before (rule A5).
        memory: Resume state of an earlier audit: with `since` of the last complete one, otherwise of the one
            that was interrupted at this source. This audit stores its own state there.
        further: Levels above that see every entry in the same pass (L3 and L4:
            ledger.audit.level3_law). Levels given in neither are reported as not checked.
        against: Another copy of the ledger: where this one was altered, the report says what the other has.

    Returns:
        The report.

    Raises:
        Unreadable: The source, the memory, `since` or the trust folder's checkpoint cannot be read.

    Source: ours: SPEC §4, §7.
    """
    findings = Findings(source.kind, source.location)
    if trust is not None and trust.checkpoint is not None:
        open_pinned(trust.checkpoint, trust, TRUST)  # what is trusted must be readable, whatever the source is
    is_foreign = trust is not None and is_of_another_ledger(source, trust, findings)
    trust = None if is_foreign else trust
    findings.trust = None if trust is None else trust.word
    if source.contradiction is not None:
        findings.anchored = trust is not None and trust.genesis is not None
        check_contradiction(source.contradiction, source.location, trust, findings)
        return findings.report(list_all=all_faults)
    if source.receipt is not None:
        audit_receipt(source.receipt, trust, findings)
        further, tree = (), None
    elif source.lone_entry is not None:
        audit_entry(source.lone_entry, trust, findings)
        further, tree = (), None
    else:
        pinned = None if since is None else open_pinned(since, trust, SINCE)
        with Pool(findings, workers or os.cpu_count() or 1) as pool:
            tree = _Audit(source, trust, findings, pool, pinned, memory, further).run(progress)
        describe(source, findings, size_of(source), against)
    if not is_foreign:
        check_pins(trust, findings)
    if trust is None and source.own_trust:
        findings.note("own-trust")
    done = {level.stands_for for level in further if findings.ends_at is None}
    for name in LEVELS_ABOVE:
        if levels is not None and name in levels:
            levels[name](source, trust, findings, tree)
        elif name not in done:
            findings.not_checked(name)
    return findings.report(list_all=all_faults)


class _Audit:
    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one audit, put together in one place
        self, source: Source, trust: TrustFolder | None, findings: Findings, pool: Pool,
        since: PinnedCheckpoint | None, memory: ResumeState | None, further: Sequence[AuditLevel],
    ) -> None:  # fmt: skip
        self._store = source.store
        self._published = source.published
        self._source = source
        self._trust = trust
        self._findings = findings
        self._pool = pool
        self._head_name = "log/checkpoint" if self._store is not None else "checkpoint"
        self._head = None if self._published is None else self._read_head(self._published)
        self._last_batch = None if self._store is None else self._store.last_batch()
        self._last_note = None if self._last_batch is None else self._last_batch.note
        self._since = since
        self._memory = memory
        self._further = further
        self._known = [] if since is None else [since]  # skip these signatures once the root is confirmed
        self._floor = 0  # entries below this size were checked by an earlier audit and are skipped

    def run(self, progress: Progress | None) -> Tree:
        """Run all steps in order: entries, anchors, checkpoints, tiles, documents; return the entries' tree."""
        store, published = self._store, self._published
        if store is None and published is None:
            raise Unreadable("source", self._source.location, "it holds no log")
        size = self._extent()
        start = self._start(size)
        self._floor = start if self._since is not None else 0
        if store is not None:
            check_schema(store, self._findings, whole=not self._floor)
        fold = self._fold(start, size, progress)
        checkpoints = CheckpointChecker(self._findings, self._pool, fold.tree, fold.seen, self._trust)
        checkpoints.extent = size
        key = checkpoints.check_keys(fold.origin, fold.directory.log_key)
        self._check_known(fold, checkpoints, key)
        if store is not None:
            checkpoints.check_batches(store, self._floor)
            check_meta(store, fold.origin, self._findings)
        if published is not None:
            self._check_published(published, checkpoints, fold)
        checkpoints.check_log_cosigner(fold.origin, fold.directory.log_cosigner, self._notes())
        self._check_witnesses(fold, checkpoints)
        check_source(self._source, fold.cited, self._findings, every=not self._floor)
        for level in self._further if self._findings.ends_at is None else ():
            level.finish()
        self._pool.join()
        if store is not None:
            store.check_unchanged()
        fold.seen.report(self._findings)
        self._remark(fold)
        self._remember(fold)
        return fold.tree

    def _extent(self) -> int:
        """Return the size that the source claims."""
        if self._store is None:
            return self._published_size()
        claimed = self._last_batch.size if self._last_batch is not None else 0
        return claimed if type(claimed) is int else self._store.count()

    def _start(self, size: int) -> int:
        """Return the index to read from: the size of the memory if it is of this log, otherwise 0."""
        memory, since = self._memory, self._since
        if since is not None and memory is not None and memory.size > size:
            memory = self._memory = None  # a shorter copy, which may be valid, adds nothing to the stored state
        if memory is None or not 0 < memory.size <= size:
            return 0
        if since is not None and since.size <= memory.size and memory.root(since.size) != since.root:
            return 0
        raw = self._source.entry(memory.size - 1, size)
        if raw is None or hash_leaf(raw) != memory.leaf():
            return 0
        if not self._further:
            return memory.size
        # Additional levels need every entry. Signatures are skipped if the tree proves to be the same.
        self._known.append(PinnedCheckpoint(RESUME, None, memory.size, memory.root(memory.size)))
        return 0

    def _items(self, start: int, size: int) -> Iterator[LogPosition]:
        if self._store is not None:
            return store_items(self._store, self._findings, start)
        return iter(()) if self._published is None else published_items(self._published, size, self._findings, start)

    def _fold(self, start: int, size: int, progress: Progress | None) -> EntryPass:
        recorded = "tile/0" if self._store is None else "batches.leaf_hashes"
        vouched = max((pinned.size for pinned in self._known), default=0)
        fold = EntryPass(self._findings, self._pool, self._pinned_origin(), recorded, vouched=vouched)
        fold.extent = size
        self._pool.expect(size - max(start, vouched))
        self._begin(fold, start)
        for item in self._items(start, size):
            entry = fold.add(item)
            if entry is not None:
                for level in self._further:
                    level.take(entry)
            if (item.at + 1) % PROGRESS_EVERY == 0:
                self._pause(fold, item.at + 1, size, progress)
        fold.finish()
        if progress is not None:
            progress(fold.tree.size, max(size, fold.tree.size))
        return fold

    def _begin(self, fold: EntryPass, start: int) -> None:
        memory = self._memory
        if memory is not None:
            continued = start > 0 and self._since is None
            if continued:
                self._findings.note("continued", start=start)
                for level, counts in memory.checked.items():
                    self._findings.checked[level] = Counter(counts)
                if self._store is not None:
                    self._findings.checked["L1"]["rows"] = start  # counted at the end of a pass, which did not happen
            memory.attach(fold, resume=start > 0)
            if not continued:
                fold.start, fold.signatures, fold.seen.checked = self._floor, 0, 0
        for further in self._further:
            further.begin(self._source, fold, self._findings)

    def _pause(self, fold: EntryPass, done: int, size: int, progress: Progress | None) -> None:
        """Report the progress, between two bundles; store it when it is due, or on an interruption."""
        try:
            if progress is not None:
                progress(done, size)
        except KeyboardInterrupt:
            self._keep(fold)
            raise
        if self._memory is not None and self._memory.is_due():
            self._keep(fold)

    def _keep(self, fold: EntryPass) -> None:
        """Store the progress, unless skipped signatures still wait for their root to be confirmed."""
        if self._memory is None:
            return
        self._pool.join()
        fold.check_ids()
        if not fold.is_settled:
            return
        fold.settle()
        if all(pinned.size <= fold.tree.size and fold.tree.root(pinned.size) == pinned.root for pinned in self._known):
            self._memory.keep(fold, self._findings)

    def _remember(self, fold: EntryPass) -> None:
        """Keep the whole, and name the checkpoint that covers it, where nothing is amiss."""
        if self._findings.total or self._findings.ends_at is not None:
            return
        for raw in (self._head, self._last_note):
            if raw is not None and read_checkpoint(raw).size == fold.tree.size:
                self._findings.checkpoint = raw
        if self._memory is not None and fold.tree.size:
            self._memory.keep(fold, self._findings)
            self._memory.complete()

    def _pinned_origin(self) -> str | None:
        """Return the origin that the trust folder pins; with several logs in it, the one that the source claims."""
        logs = {} if self._trust is None else self._trust.policy.logs
        if len(logs) > 1:
            claimed = self._source.claimed_origin()
            return claimed if claimed in logs else None
        return next(iter(logs), None)

    def _read_head(self, published: PublishedLog) -> bytes | None:
        """Read the published checkpoint, before anything else: what it covers must be there to be had.

        With a store it does not affect the verdict: the store can publish it again.

        Raises:
            Unreadable: Of a published log; without it nothing can be judged.
        """
        weighs = self._store is None
        try:
            raw = published.checkpoint()
            return as_written(raw, read_checkpoint, self._head_name, self._findings, weighs=weighs)
        except Unreadable as error:
            if weighs:
                raise
            self._findings.lack(error.code if error.code in SEEN else "form", self._head_name, weighs=False)
            return None

    def _published_size(self) -> int:
        return 0 if self._head is None else read_checkpoint(self._head).size

    def _check_known(self, fold: EntryPass, checkpoints: CheckpointChecker, key: VerifierKey | None) -> None:
        """Hold the log to what the auditor verified before (rules A3, A5)."""
        since = self._since
        if self._trust is not None and self._trust.checkpoint is not None:
            checkpoints.hold_to(open_pinned(self._trust.checkpoint, self._trust, TRUST), fold.origin)
        for pinned in self._known:
            holds = checkpoints.hold_to(pinned, fold.origin)
            if holds and pinned is not since:
                self._findings.note("continued", start=pinned.size)
            elif holds and pinned.size > self._floor:
                self._findings.note("vouched", size=pinned.size)
        if since is None:
            return
        if self._trust is None and key is not None:
            check_signed(since, key)
        self._findings.since = since.size
        if self._floor:
            self._findings.note("not-read-again", start=self._floor)

    def _check_published(self, published: PublishedLog, checkpoints: CheckpointChecker, fold: EntryPass) -> None:
        if self._head is not None:
            checkpoints.check_checkpoint(self._head, self._head_name)
        size, is_alone = self._published_size(), self._store is None
        if not is_alone and size < fold.tree.size:
            self._findings.note("published-lags", size=size, total=fold.tree.size)
        tiles = TileChecker(published, fold.tree, self._findings, weighs=is_alone)
        tiles.check(size, done=is_alone, start=self._floor)

    def _check_witnesses(self, fold: EntryPass, checkpoints: CheckpointChecker) -> None:
        """Hold to the policy what may carry its quorum: the published checkpoint, the last, the last one with it."""
        if self._trust is None:
            return
        policy, times = self._trust.policy, WitnessTimes()
        heads = [self._head, self._last_note]
        if self._store is not None and self._source.cosignatures is not None:
            stored = self._source.cosignatures
            heads.append(kept_cosignatures(stored, self._store, fold, policy, self._findings, times, self._pool))
        for opened in checkpoints.check_quorum([raw for raw in heads if raw is not None]):
            for name, time in opened.cosigned.items():
                times.add(opened.checkpoint.size, name, time, policy, opened.checkpoint.origin)
        times.report(partial(self._recorded_at, fold), self._findings)

    def _recorded_at(self, fold: EntryPass, index: int) -> str | None:
        if index == fold.tree.size - 1:
            return fold.recorded_at
        with suppress(Unreadable):  # a row that this audit does not read: no time to compare
            return None if self._store is None else recorded_at_of(self._store.entry(index))
        return None

    def _notes(self) -> Iterator[tuple[int | None, str, bytes]]:
        """Return every signed note of the source with its place; without those checked before."""
        for batch in self._store.batches(self._floor) if self._store is not None else ():
            before = self._floor and type(batch.first_index) is int and batch.first_index < self._floor
            if batch.note is not None and not before:
                yield batch.first_index, "batches.checkpoint", batch.note
        if self._head is not None:
            yield None, self._head_name, self._head

    def _remark(self, fold: EntryPass) -> None:
        fold.remark()
        for code, params in () if self._published is None else getattr(self._published.files, "remarks", ()):
            self._findings.note(code, **params)
        if self._store is not None and self._published is None:
            self._findings.note("not-published")
