"""Every signature vouches for the history that its signer saw: `seen` roots against the tree (SPEC §7, step 9).

- N1: a statement at index i can only have seen sizes up to i.
- N2: its `seen.root` must be this tree's root at `seen.size`.
"""

from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.merkle import MerkleTree
from constancia.verify.core.report import FaultList


class SeenRoots:
    """Compares what signers saw with the tree of the entries before; what differs is a fault at the signer's entry."""

    def __init__(self, tree: MerkleTree, findings: FaultList) -> None:
        self._tree, self._findings = tree, findings
        self.largest = self.checked = 0

    def check(self, entry: Entry) -> None:
        """Compare one entry's `seen` with the tree. Source: SPEC §7, rule 7."""
        seen = entry.statement.seen
        self.checked += 1
        if seen.size > entry.index:
            self.is_ahead(entry.index, seen.size)
        elif seen.root == self._tree.root(seen.size):
            self.confirm(seen.size)
        else:
            self.differs(entry.index, seen.size, seen.root)

    def confirm(self, size: int) -> None:
        """Note that somebody other than the log vouches for the tree at a size."""
        self.largest = max(self.largest, size)

    def is_ahead(self, index: int, size: int) -> None:
        """Take in that the signer at an index claims to have seen a larger tree than there was (rule N1)."""
        self._findings.fault("seen-ahead", index, "statement.seen.size", f"at most {index}", size, level="L2")

    def differs(self, index: int, size: int, root: bytes) -> None:
        """Take in that the signer at an index saw another root for a size (rule N2)."""
        self._findings.fault("seen", index, "statement.seen.root", self._tree.root(size), root, level="L2")
