"""Where a log was altered, by what signers and checkpoints say of its tree (SPEC §7, place).

- N3: what contradicts the tree shows *between which sizes* the log was altered: after the largest size that
  a signer confirms, before the smallest that one contradicts. The log's own signature confirms nothing here: it is
  the operator's. For a checkpoint saved elsewhere the signers confirm nothing either: on a fork they may be the fork's.
- N4: whose own signature fails contradicts nobody, neither statement nor checkpoint; and where a later signer
  confirms a larger tree, the one who contradicts a smaller tree is alone, and the fault is at that entry.
"""

from typing import NamedTuple

from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.core.report import FaultList
from constancia.verify.core.seen_roots import SeenRoots
from constancia.verify.report.findings import Findings
from constancia.verify.wire.merkle import Tree


class _Contradiction(NamedTuple):
    """A root that somebody gives for a size, and that the tree does not have there."""

    size: int
    code: str
    field: str
    root: bytes
    since: int | None
    signer: int | None
    at: int | None


class SeenHistory(SeenRoots):
    """Sizes of the tree that signers, and checkpoints, confirmed or contradicted; faults are made at the end."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree, FaultList())
        self.confirmed = bytearray(1)
        self._contradictions: list[_Contradiction] = []
        self._ahead: list[tuple[int, int]] = []

    @property
    def is_sound(self) -> bool:
        """Whether nobody contradicts the tree so far."""
        return not self._contradictions and not self._ahead

    def confirm(self, size: int) -> None:
        """Note that somebody other than the log vouches for the tree at a size."""
        super().confirm(size)
        if size >= len(self.confirmed):
            self.confirmed.extend(bytes(size + 1024 - len(self.confirmed)))
        self.confirmed[size] = 1

    def is_ahead(self, index: int, size: int) -> None:
        """Take in that the signer at an index claims to have seen a larger tree than there was."""
        self._ahead.append((index, size))

    def differs(self, index: int, size: int, root: bytes) -> None:
        """Take in that the signer at an index saw another root for a size."""
        self._contradictions.append(_Contradiction(size, "seen", "statement.seen.root", root, None, index, None))

    def contradict(
        self, code: str, field: str, checkpoint: Checkpoint, *, since: int | None = None, at: int | None = None
    ) -> None:
        """Note that a checkpoint gives another root than the tree's.

        Args:
            code: The fault's code.
            field: The place of the checkpoint.
            checkpoint: The checkpoint.
            since: The first index that it can be about; None if what signers confirm may tell.
            at: The index that the checkpoint's own faults are at.
        """
        self._contradictions.append(_Contradiction(checkpoint.size, code, field, checkpoint.root, since, None, at))

    def report(self, findings: Findings) -> None:
        """Turn what contradicts into faults, once all else is known (rules N3, N4)."""
        for index, size in self._ahead:
            since = max(self.confirmed.rfind(1, 0, index + 1), 0)
            note = f"something is gone between entries {since} and {index}, or the signer saw another log"
            findings.fault("seen-ahead", index, "statement.seen.size", f"at most {index}", size, level="L2", note=note)
        for claim in sorted(self._contradictions, key=lambda item: (item.signer is None, item.size)):
            self._report_one(claim, findings)

    def _report_one(self, claim: _Contradiction, findings: Findings) -> None:
        if claim.signer is None and findings.is_rejected(claim.field, claim.at):
            return
        since = self.confirmed.rfind(1, 0, claim.size) if claim.since is None else claim.since
        first, last = max(since, 0), max(claim.size - 1, 0)
        field, place = claim.field, (first, last)
        known = findings.first_faulty(first, last)
        if claim.signer is not None and (
            findings.first_faulty(claim.signer, claim.signer) is not None or self.largest >= claim.size
        ):
            place = (claim.signer, claim.signer)
        elif known is not None:
            place = (known, known)
        if claim.signer is not None and place[0] != claim.signer:
            field = f"entry {claim.signer}: {field}"
        expected, found = f"{claim.root.hex()} at size {claim.size}", self._tree.root(claim.size)
        note = f"altered between entries {first} and {last}, or the source of this root saw another log"
        level = "L1" if claim.signer is None else "L2"
        findings.fault(
            claim.code, place[0], field, expected, found, level=level, note=note, last_index=place[1], somewhere=True
        )
