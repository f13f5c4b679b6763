"""Every checkpoint of the source, and those that the auditor verified before, compared with the tree by the core.

What the core finds wrong with one is located here: between which sizes the log was altered.
"""

from dataclasses import replace
from typing import Final

from constancia.verify.audit.seen_history import SeenHistory
from constancia.verify.core.conclusion import Conclusion
from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.core.formats.note import VerifierKey
from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import Store
from constancia.verify.trust.pinned_checkpoint import PinnedCheckpoint

_PLACE: Final = "batches.checkpoint"


class CheckpointChecker(Conclusion):
    """The core's conclusion, for a source with many checkpoints. As `Conclusion`; `seen` tells where faults lie."""

    _findings: Findings
    _seen: SeenHistory
    extent = 0  # the size that the source claims

    def check_keys(self, origin: str | None, genesis_vkey: str | None) -> VerifierKey | None:
        """As the core does; but of an entry 0 that could not be had nothing is judged."""
        if self._trust is not None and self._is_unread(1):
            self._trust = replace(self._trust, genesis=None)
        return super().check_keys(origin, genesis_vkey)

    def check_checkpoint(self, raw: bytes, where: str) -> None:
        """As the core does; but where entries that it covers could not be had, its signatures alone."""
        if self._is_unread(self.extent):
            self.open(raw, where, None)
        else:
            super().check_checkpoint(raw, where)

    def _is_unread(self, size: int) -> bool:
        """Tell whether the entries up to a size are claimed by the source but could not all be had."""
        return self._findings.ends_at is not None and self._tree.size < size <= self.extent

    def root_differs(self, code: str, where: str, checkpoint: Checkpoint) -> None:
        """As the core does; the place is known once all else is, but signers of this history don't narrow a fork's."""
        self._seen.contradict(code, where, checkpoint, since=0 if code == "fork" else None)

    def check_batches(self, store: Store, start: int = 0) -> None:
        """Check the checkpoint of every batch that begins at an index or later, each at its first index."""
        confirmed = start
        for batch in store.batches(start):
            if type(batch.first_index) is not int or batch.first_index < start:
                continue  # a fault already, and no place could be named; or checked before
            if not isinstance(text := batch.checkpoint, str):
                self._findings.fault("checkpoint", batch.first_index, _PLACE, "TEXT", type(text).__name__)
                continue
            raw, is_earlier = text.encode("utf-8", "surrogateescape"), batch.size != self.extent
            opened = self.open(raw, _PLACE, batch.first_index, is_earlier=is_earlier)
            if opened is None:
                continue
            if opened.size != batch.size:
                self._findings.fault("size", batch.first_index, "batches.checkpoint: size", batch.size, opened.size)
            elif self.is_root(opened):
                confirmed = opened.size
            elif opened.size <= self._tree.size:
                self._seen.contradict("root", _PLACE, opened, since=confirmed, at=batch.first_index)

    def hold_to(self, pinned: PinnedCheckpoint, origin: str | None) -> bool:
        """Hold the log to what the auditor verified before; tells whether it goes on from it (rules A3, A5)."""
        checkpoint = Checkpoint(origin=pinned.origin or origin or "", size=pinned.size, root=pinned.root)
        if checkpoint.origin == (origin or "") and self._is_unread(pinned.size):
            self._findings.leave_open("kept-not-compared", where=pinned.where, size=pinned.size)
            return False
        goes_on = self.goes_on_from(checkpoint, origin, pinned.where)
        if goes_on and pinned.raw is not None:
            self._seen.confirm(pinned.size)
        return goes_on
