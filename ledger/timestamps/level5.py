"""Level L5, time: RFC 3161 anchors over checkpoints, and what they say about the times that the log claims (SPEC §9).

- A1: an anchor that counts proves that the entries below its size existed by its time. It proves nothing about
  later entries: they may be older and withheld until then. So it gives an upper limit and no lower one.
- A2: an entry below the size that claims a later recording time is a fault. An entry from the size on that claims an
  earlier one may have a good reason (an old checkpoint anchored late): it is a note, not a fault.
- A3: the log must extend every checkpoint that it signed, no matter which authority stamped it: a shorter or different
  log is altered.
- A4: a token of an authority that is not pinned does not count, neither for the log nor against it.
"""

import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from constancia.ledger.clock import SystemClock, format_recorded_at
from constancia.ledger.store.postgres.source import opened_source
from constancia.ledger.timestamps.anchor_files import AnchorFolder, places_of
from constancia.ledger.timestamps.anchor_store import NOTE_NAME
from constancia.ledger.timestamps.authorities import Authority, load_authorities
from constancia.ledger.timestamps.brackets import Brackets, TimeAnchor
from constancia.ledger.timestamps.recorded_times import RecordedTimes
from constancia.ledger.timestamps.token import MAX_TOKEN_BYTES, Stamp, Unpinned, verify_token
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, format_checkpoint, open_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, parse_vkey
from constancia.verify.report.findings import Findings
from constancia.verify.sources.source import Source
from constancia.verify.sources.transit import is_html
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.merkle import Tree

_LEVEL: Final = "L5"


@dataclass(slots=True)
class _Uncounted:
    unpinned: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)  # first path, authority
    missing: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    newer: int = 0


def check_time(
    source: Source, trust: TrustFolder | None, findings: Findings, tree: Tree | None, *, now: datetime | None = None
) -> None:
    """Check the anchors of a source, after L1 and L2; for `audit(levels={"time": check_time})`.

    Args:
        source: The source, still open.
        trust: What is pinned; the authorities are in its folder `tsa`.
        findings: Receives faults, counts and remarks.
        tree: The tree of the entries; None if the source is a receipt.
        now: Instant that decides which certificates have expired since; by default the machine's clock.

    Raises:
        Unreadable: The source or the trust folder can't be read.
        Malformed: The trust folder's authorities are malformed.

    Source: ours: SPEC §9; RFC 3161.
    """
    if tree is None:
        findings.not_checked("time-receipt")
        return
    folder = None if trust is None else trust.folder
    authorities = () if folder is None else load_authorities(folder / "tsa")
    places = places_of(source)
    if not any(place.paths for place in places):
        findings.not_checked("time-none")
    elif findings.log_key is None:
        findings.not_checked("time-no-key")
    else:
        listed = () if trust is None else trust.policy.signers_of(findings.origin)
        keys = listed or (parse_vkey(findings.log_key),)
        _TimestampAudit(source, findings, tree, keys, authorities).run(places, now or SystemClock().now())


class _TimestampAudit:
    def __init__(
        self,
        source: Source,
        findings: Findings,
        tree: Tree,
        keys: tuple[VerifierKey, ...],
        authorities: tuple[Authority, ...],
    ) -> None:
        self._source = source
        self._findings = findings
        self._tree = tree
        self._keys = keys
        self._authorities = authorities
        self._anchors: dict[tuple[int, str, datetime], TimeAnchor] = {}  # a copy of a token does not count twice
        self._uncounted = _Uncounted()

    def run(self, places: list[AnchorFolder], now: datetime) -> None:
        """Check all files, then compare the recording times with the anchors that count."""
        for place in places:
            place.check_index(self._findings)
            self._uncounted.others += place.others
            for size, names in place.by_size().items():
                self._check_size(place, size, names)
        anchors = sorted(self._anchors.values(), key=lambda anchor: (anchor.size, anchor.stamp.time))
        self._findings.count(_LEVEL, "anchors", len(anchors))
        self._findings.count(_LEVEL, "anchored_entries", anchors[-1].size if anchors else 0)
        if anchors:
            Brackets(anchors, RecordedTimes(self._source, self._tree), self._findings).check()
        self._remark(anchors, now)

    def _check_size(self, place: AnchorFolder, size: int, names: list[str]) -> None:
        text = self._anchored_text(place, size)
        if text is None:
            return
        is_ours = size <= self._tree.size and text == self._own_text(size)
        for name in names:
            path = f"{size}/{name}"
            raw = self._read(place, path, MAX_TOKEN_BYTES, "time-token")
            stamp = None if raw is None else self._stamp((size, name), place.label + path, raw, text)
            if stamp is not None and is_ours:
                self._anchors[size, stamp.authority.name, stamp.time] = TimeAnchor(size, stamp)

    def _anchored_text(self, place: AnchorFolder, size: int) -> bytes | None:
        """Return the text that the tokens of a size must cover; compare the log's signed note with the tree (A3)."""
        where = f"{place.label}{size}/{NOTE_NAME}"
        raw = self._read(place, f"{size}/{NOTE_NAME}", MAX_NOTE_BYTES, "time-checkpoint")
        if raw is None:
            # The text follows from the tree: a token can be checked without the note.
            return self._own_text(size) if size <= self._tree.size else None
        try:
            checkpoint, note = open_checkpoint(raw, *self._keys)
        except Malformed as error:
            if error.code == "other-log-key":  # of a key that was replaced: as good as none
                self._uncounted.missing.append(where)
                return self._own_text(size) if size <= self._tree.size else None
            self._fault("time-checkpoint", where, error.expected, error.found, note=f"{error.where}: {error.code}")
            return self._own_text(size) if size <= self._tree.size else None
        if checkpoint.size != size:
            self._fault("time-checkpoint", where, f"size {size}", checkpoint.size)
        if not self._hold_to_tree(checkpoint, where):
            return None
        return note.text.encode()

    def _hold_to_tree(self, checkpoint: Checkpoint, where: str) -> bool:
        """Compare a signed checkpoint with the tree; return whether its tokens are to be checked."""
        size = self._tree.size
        if checkpoint.size > size:
            if checkpoint.size <= self._size_now:
                self._uncounted.newer += 1
                return False
            self._findings.fault(
                "time-rollback", size, where, f"{checkpoint.size} entries", size, level=_LEVEL,
                last_index=checkpoint.size - 1,
            )  # fmt: skip
        elif checkpoint.root != self._tree.root(checkpoint.size):
            sound = max((anchor.size for anchor in self._anchors.values() if anchor.size < checkpoint.size), default=0)
            self._findings.fault(
                "time-fork", sound, where, f"{checkpoint.root.hex()} at size {checkpoint.size}",
                self._tree.root(checkpoint.size), level=_LEVEL, last_index=checkpoint.size - 1, somewhere=True,
            )  # fmt: skip
        return True

    def _stamp(self, what: tuple[int, str], where: str, raw: bytes, text: bytes) -> Stamp | None:
        """Check a token; None if it is invalid, or by an authority that is not pinned."""
        try:
            return verify_token(raw, text, self._authorities)
        except Unpinned as error:
            self._uncounted.unpinned.setdefault(what, (where, error.signer))
        except Malformed as error:
            self._fault(error.code, where, error.expected, error.found, note=error.where)
        return None

    def _read(self, place: AnchorFolder, path: str, limit: int, code: str) -> bytes | None:
        """Read a file. A file that is too large is a fault, a missing one is a remark; both return None."""
        try:
            raw = place.read(path, limit)
        except Unreadable as error:
            if error.code != "too-large":
                raise
            self._fault(code, place.label + path, f"at most {limit} bytes", "more")
            return None
        if raw is None or not raw or is_html(raw):  # a page or nothing in its place is not there, and says nothing
            self._uncounted.missing.append(place.label + path)
            return None
        return raw

    @cached_property
    def _size_now(self) -> int:
        """Size of the largest signed checkpoint that the source has now, read again.

        Once is enough: the anchors were listed before, and a checkpoint is published before its anchors are.
        """
        with opened_source(self._source.location) as again:
            notes = [] if again.published is None else [again.published.checkpoint()]
            if again.store is not None:
                last = again.store.last_batch()
                note = None if last is None else last.checkpoint
                notes += [note.encode("utf-8", "surrogateescape")] if isinstance(note, str) else []
        sizes = [0]
        for raw in notes:
            with contextlib.suppress(Malformed):
                sizes.append(open_checkpoint(raw or b"", *self._keys)[0].size)
        return max(sizes)

    def _own_text(self, size: int) -> bytes:
        return format_checkpoint(self._keys[0].name, size, self._tree.root(size)).encode()

    def _fault(self, code: str, where: str, expected: object, found: object, *, note: str = "") -> None:
        self._findings.fault(code, None, where, expected, found, level=_LEVEL, note=note)

    def _remark(self, anchors: list[TimeAnchor], now: datetime) -> None:
        findings, uncounted = self._findings, self._uncounted
        by_name: dict[str, list[TimeAnchor]] = {}
        for anchor in anchors:
            by_name.setdefault(anchor.stamp.authority.name, []).append(anchor)
        for name, mine in by_name.items():
            _tell(name, mine, findings)
        if anchors:
            findings.not_checked("time-revocation")
            if anchors[-1].size < self._tree.size:
                findings.note("time-tail", start=anchors[-1].size)
        expired = [name for name, mine in by_name.items() if any(anchor.stamp.expires < now for anchor in mine)]
        if expired:
            findings.note("time-expired", names=", ".join(expired))
        if uncounted.unpinned:
            first, signer = next(iter(uncounted.unpinned.values()))
            findings.not_checked("time-unpinned", count=len(uncounted.unpinned), first=first, signer=signer)
        if uncounted.missing:
            findings.not_checked("time-missing", count=len(uncounted.missing), first=uncounted.missing[0])
        if uncounted.newer:
            findings.note("time-newer", count=uncounted.newer)
        if uncounted.others:
            findings.note("time-other-files", count=len(uncounted.others), first=uncounted.others[0])


def _tell(name: str, anchors: list[TimeAnchor], findings: Findings) -> None:
    """Report what an authority's last anchor proves. Only accredited providers get the norm's own words."""
    last = max(anchors, key=lambda anchor: anchor.size)
    params: dict[str, object] = {
        "name": name, "count": len(anchors), "last": last.size - 1, "time": format_recorded_at(last.stamp.time),
    }  # fmt: skip
    basis = last.stamp.authority.accredited
    if basis is None:
        findings.note("time-anchored", **params)
    else:
        findings.note("time-nom151", **params, basis=basis)
