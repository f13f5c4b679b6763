"""Every signature vouches for the history that its signer saw: `seen` roots against the tree (SPEC §7.7).

- N1: a statement at index i can only have seen sizes up to i.
- N2: its `seen.root` must be this tree's root at `seen.size`.
- N3: what contradicts the tree shows *between which sizes* the log was altered: after the largest size that
  somebody else confirms, before the smallest that somebody contradicts. The log's own signature confirms nothing
  here: it is the operator's.
- N4: whose own signature fails contradicts nobody; and where a later signer confirms a larger tree, the one who
  contradicts a smaller tree stands alone, and the fault is at that entry.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from constancia.verify.entry import Entry
from constancia.verify.merkle import Tree
from constancia.verify.report import Findings


class _Contradiction(NamedTuple):
    """A root that somebody gives for a size, and that the tree does not have there."""

    size: int
    code: str
    field: str
    root: bytes
    since: int
    signer: int | None


class SeenRoots:
    """Sizes of the tree that signers, and checkpoints, confirmed or contradicted."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._confirmed = bytearray(1)
        self._contradictions: list[_Contradiction] = []
        self._ahead: list[tuple[int, int]] = []
        self.largest = 0
        self.checked = 0

    def check(self, entry: Entry) -> None:
        """Hold one entry's `seen` to the tree, which holds the entries before it. Source: SPEC §7, rule 7."""
        seen = entry.statement.seen
        self.checked += 1
        if seen.size > entry.index:
            self._ahead.append((entry.index, seen.size))
        elif seen.root == self._tree.root(seen.size):
            self.confirm(seen.size)
        else:
            place = "statement.seen.root"
            self._contradictions.append(_Contradiction(seen.size, "seen", place, seen.root, 0, entry.index))

    def confirm(self, size: int) -> None:
        """Note that somebody other than the log vouches for the tree at a size."""
        if size >= len(self._confirmed):
            self._confirmed.extend(bytes(size + 1024 - len(self._confirmed)))
        self._confirmed[size] = 1
        self.largest = max(self.largest, size)

    def contradict(self, code: str, field: str, size: int, root: bytes, since: int = 0) -> None:
        """Note that a checkpoint gives another root than the tree's.

        Args:
            code: The fault's code.
            field: Where the checkpoint stands.
            size: Its size.
            root: Its root.
            since: The first index that it can be about, because the one before it is right.
        """
        self._contradictions.append(_Contradiction(size, code, field, root, since, None))

    def report(self, findings: Findings) -> None:
        """Turn what contradicts into faults, once all else is known (rules N3, N4)."""
        for index, size in self._ahead:
            findings.fault("seen-ahead", index, "statement.seen.size", f"at most {index}", size, level="L2")
        faulty = findings.faulty_indexes()
        known_faulty = frozenset(faulty)
        for one in sorted(self._contradictions, key=lambda one: (one.size, one.since)):
            first, last = max(self._confirmed.rfind(1, 0, one.size), one.since, 0), max(one.size - 1, 0)
            alone = one.signer is not None and (one.signer in known_faulty or self.largest >= one.size)
            known = next(iter(faulty[bisect_left(faulty, first) : bisect_right(faulty, last)]), None)
            if alone:
                place, field = (one.signer, one.signer), one.field
            else:
                place = (first, last) if known is None else (known, known)
                field = one.field if one.signer is None else f"entry {one.signer}: {one.field}"
            findings.fault(
                one.code,
                place[0],
                field,
                f"{one.root.hex()} at size {one.size}",
                self._tree.root(one.size),
                level="L1" if one.signer is None else "L2",
                note=f"altered between entries {first} and {last}, or whoever gave this root saw another log",
                last_index=place[1],
            )
