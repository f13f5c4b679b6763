"""What follows from a Merkle tree: checks of proofs, tiles, a batch taken back (RFC 6962, RFC 9162).

`Tree` is the core's tree with what a ledger, a receipt or a resumed audit needs besides.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.merkle import EMPTY_ROOT, HASH_BYTES, MerkleTree, hash_children, hash_leaf

__all__ = [
    "EMPTY_ROOT", "HASH_BYTES", "Tree", "cut_hashes", "hash_children", "hash_leaf", "prefix_roots",
    "verify_consistency", "verify_inclusion",
]  # fmt: skip
_MAX_ROOTS: Final = 4_096  # a cache: bounded, and cheap to refill


def cut_hashes(packed: bytes) -> list[bytes]:
    """Cut packed hashes apart; a rest shorter than a hash is left out."""
    return [packed[at : at + HASH_BYTES] for at in range(0, len(packed) - HASH_BYTES + 1, HASH_BYTES)]


class Tree(MerkleTree):
    """A tree that gives proofs and tiles too. Not thread-safe for writing."""

    __slots__ = ("_roots",)

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._roots: dict[int, bytes] = {}
        super().__init__(leaves)

    @property
    def rows(self) -> Sequence[Any]:
        """The hashes of all complete subtrees, a row for each level of the tree, from the leaves up."""
        return self._levels

    def adopt(self, rows: Sequence[Any]) -> None:
        """Become the tree that these rows are of; they are the tree's from now on.

        A row is a `bytearray`, or has its length, slices, deletion of the end and `+=`: others read theirs from a file.
        """
        self._levels = list(rows) or [bytearray()]
        self._roots = {}

    def root(self, size: int | None = None) -> bytes:
        """Give the root at a size, as the core's tree does; those asked for before are at hand."""
        size = self.size if size is None else size
        known = self._roots.get(size)
        if known is None:
            if len(self._roots) >= _MAX_ROOTS:
                self._roots = {}
            known = self._roots[size] = super().root(size)
        return known

    def truncate(self, size: int) -> None:
        """Take back the leaves from `size` on.

        Raises:
            Malformed: `size` is larger than the tree.
        """
        self.check_size(size)
        for level, row in enumerate(self._levels):
            del row[(size >> level) * HASH_BYTES :]
        self._roots = {}

    def leaves(self, start: int, stop: int) -> bytes:
        """Give the packed leaf hashes of [start, stop)."""
        return bytes(self._levels[0][start * HASH_BYTES : stop * HASH_BYTES])

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Give the packed hashes of a tile (C2SP tlog-tiles): nodes of tree level 8·level.

        Raises:
            Malformed: The tree has not that many hashes there.
        """
        row = self._levels[8 * level] if 8 * level < len(self._levels) else bytearray()
        start = number * 256 * HASH_BYTES
        data = bytes(row[start : start + width * HASH_BYTES])
        if len(data) != width * HASH_BYTES:
            raise Malformed("tile", f"tile {level}/{number}", f"{width} hashes", len(data) // HASH_BYTES)
        return data


def verify_inclusion(*, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof.

    Args:
        leaf_hash: 32 bytes.
        index: The leaf's index.
        size: Tree size.
        proof: Hashes from the leaf's sibling up.
        root: Expected root.

    Returns:
        Whether the leaf is at that index of the tree with that root.

    Source: RFC 9162 §2.1.3.2 (the same trees as RFC 6962).
    """
    if not 0 <= index < size or any(len(sibling) != HASH_BYTES for sibling in proof):
        return False
    roots = _climb(index, size - 1, leaf_hash, proof)
    return roots is not None and roots[1] == root and len(leaf_hash) == HASH_BYTES


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Check a consistency proof.

    Args:
        old_size: Size of the older tree; 0 is consistent with everything, with an empty proof.
        new_size: Size of the newer tree.
        old_root: Root of the older tree.
        new_root: Root of the newer tree.
        proof: Hashes as of RFC 6962 §2.1.2.

    Returns:
        Whether the older tree is a prefix of the newer.

    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = proof if old_size & (old_size - 1) else [old_root, *proof]
    return prefix_roots(old_size=old_size, new_size=new_size, path=path) == (old_root, new_root)


def prefix_roots(*, old_size: int, new_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Give the two roots that a consistency path speaks of.

    The root of the newer tree binds the path, and with it the root of the older: who signed the newer root has also
    said what the root at the older size is.

    Args:
        old_size: Size of the older tree, at least 1.
        new_size: Size of the newer tree, larger.
        path: Hashes as of RFC 6962 §2.1.2; where `old_size` is a power of two the older root comes first.

    Returns:
        Root of the older tree, root of the newer; None where the path has not the form for these sizes.

    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 < old_size < new_size or not path or any(len(node) != HASH_BYTES for node in path):
        return None
    number, last = old_size - 1, new_size - 1
    while number & 1:
        number >>= 1
        last >>= 1
    return _climb(number, last, path[0], path[1:])


def _climb(number: int, last: int, node: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Hash a node with its siblings up to the root, with and without those on its right.

    Args:
        number: The node's number in its row.
        last: The number of the row's last node.
        node: Its hash.
        path: The siblings, from the lowest up.

    Returns:
        Root of the tree that ends with the node, root of the whole; None where the path has another length.
    """
    older = newer = node
    for sibling in path:
        if last == 0:
            return None
        if number & 1 or number == last:
            older = hash_children(sibling, older)
            newer = hash_children(sibling, newer)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            newer = hash_children(newer, sibling)
        number >>= 1
        last >>= 1
    return None if last else (older, newer)
