"""Every signature vouches for the history that its signer saw: `seen` roots against the tree (SPEC §7.7).

- N1: a statement at index i can only have seen sizes up to i.
- N2: its `seen.root` must be this tree's root at `seen.size`.
- N3: what contradicts the tree shows *between which sizes* the log was altered: after the largest size that
  somebody else confirms, before the smallest that somebody contradicts. The log's own signature confirms nothing
  here: it is the operator's.
- N4: whose own signature fails contradicts nobody; and where a later signer confirms a larger tree, the one who
  contradicts a smaller tree stands alone, and the fault is at that entry.
"""

from constancia.verify.entry import Entry
from constancia.verify.merkle import Tree
from constancia.verify.report import Findings


class SeenRoots:
    """Sizes of the tree that signers, and checkpoints kept elsewhere, confirmed or contradicted."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._confirmed = bytearray(1)
        self._contradicted: list[tuple[int, int, bytes]] = []
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
            self._contradicted.append((seen.size, entry.index, seen.root))

    def confirm(self, size: int) -> None:
        """Note that somebody other than the log vouches for the tree at a size."""
        if size >= len(self._confirmed):
            self._confirmed.extend(bytes(size + 1024 - len(self._confirmed)))
        self._confirmed[size] = 1
        self.largest = max(self.largest, size)

    def bounds(self, size: int) -> tuple[int, int]:
        """Give the first and the last index at which a tree contradicted at `size` can have been altered."""
        return max(self._confirmed.rfind(1, 0, size), 0), max(size - 1, 0)

    def report(self, findings: Findings) -> None:
        """Turn what contradicts into faults, once all else is known (rules N3, N4)."""
        for index, size in self._ahead:
            findings.fault("seen-ahead", index, "statement.seen.size", f"at most {index}", size, level="L2")
        for size, index, root in sorted(self._contradicted):
            first, last = self.bounds(size)
            alone = findings.is_faulty(index) or self.largest >= size
            findings.fault(
                "seen", index if alone else first,
                "statement.seen.root" if alone else f"entry {index}: statement.seen.root",
                f"{self._tree.root(size).hex()} at size {size}", root, level="L2",
                note=f"altered between entries {first} and {last}, or the signer saw another log",
                last_index=None if alone else last,
            )  # fmt: skip
