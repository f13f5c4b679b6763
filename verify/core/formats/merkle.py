"""RFC 6962 Merkle trees: hashing, and a tree that gives its root at every size that it has had.

The tree holds the hashes of all complete subtrees by level (64 bytes a leaf). Nothing in it ever changes but by
appending. Proofs and tiles are made from it in `constancia.verify.wire.merkle`; no verdict on a log rests on them.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from constancia.verify.core.errors import must

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def hash_leaf(data: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 ‖ data). Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Hash an interior node: SHA-256(0x01 ‖ left ‖ right). Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleTree:
    """An append-only Merkle tree over leaf hashes, with the root of every size that it has had."""

    __slots__ = ("_levels",)

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[Any] = [bytearray()]  # packed hashes, a row a level; a subclass may have rows of its own
        self.extend(leaves)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash (32 bytes)."""
        level, node = 0, leaf
        while True:
            if level == len(self._levels):
                self._levels.append(bytearray())
            row = self._levels[level]
            row += node
            if len(row) % (2 * HASH_BYTES):
                return
            level, node = level + 1, hash_children(b"", row[-2 * HASH_BYTES :])  # both, as they are in the row

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def leaf(self, index: int) -> bytes:
        """Give the leaf hash at an index."""
        return self._node(0, index)

    def root(self, size: int | None = None) -> bytes:
        """Give the root at a size; the whole tree's by default.

        Raises:
            Malformed: `size` is larger than the tree.

        Source: RFC 6962 §2.1.
        """
        size = self.size if size is None else size
        self.check_size(size)
        return self.range_hash(0, size) if size else EMPTY_ROOT

    def check_size(self, size: int) -> None:
        """Refuse a size that the tree has not had, as `Malformed`."""
        must(0 <= size <= self.size, "size", "size", f"a size up to {self.size}", size)

    def _node(self, level: int, number: int) -> bytes:
        return bytes(self._levels[level][number * HASH_BYTES : (number + 1) * HASH_BYTES])

    def range_hash(self, start: int, stop: int) -> bytes:
        """Hash the leaves [start, stop); start is a multiple of the power of two that spans the range."""
        count = stop - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._node(level, start >> level)
        middle = start + split_of(count)
        return hash_children(self.range_hash(start, middle), self.range_hash(middle, stop))


def split_of(count: int) -> int:
    """Give the largest power of two below `count` (> 1): where RFC 6962 §2.1 splits a tree of that many leaves."""
    return 1 << ((count - 1).bit_length() - 1)
