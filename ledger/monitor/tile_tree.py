"""The tree that a published log's tiles give: proofs between any two sizes for a few small files.

Nothing here is trusted. A path made from it is worth what its end is: the signed root that it must lead to.
"""

from typing import Self

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.wire.merkle import HASH_BYTES, Tree, hash_children
from constancia.verify.wire.tiles import HASHES_PER_TILE, tile_width


class _TileRow:
    """One level of a tree, a `merkle.Row`: hashes are computed from the tile that holds what is below them."""

    def __init__(self, published: PublishedLog, level: int, size: int) -> None:
        self._published = published
        self._level, self._above = divmod(level, 8)
        self._count = size >> level
        self._size = size

    def __len__(self) -> int:
        """Give the number of bytes."""
        return self._count * HASH_BYTES

    def __getitem__(self, part: slice, /) -> bytes:
        """Give some hashes. Raises `Unreadable` where the log does not show them."""
        start, stop, _ = part.indices(len(self))
        return b"".join(self._hash(number) for number in range(start // HASH_BYTES, stop // HASH_BYTES))

    def __delitem__(self, part: slice, /) -> None:
        """Refuse: what is published is not changed from here."""
        raise TypeError("a published tree can't be cut")

    def __iadd__(self, data: bytes, /) -> Self:
        """Refuse: what is published is not changed from here."""
        raise TypeError("a published tree can't be extended")

    def _hash(self, number: int) -> bytes:
        count = 1 << self._above
        tile, at = divmod(number * count, HASHES_PER_TILE)
        width = tile_width(self._level, tile, self._size)
        found = self._published.find(self._level, tile, width)
        data = b"" if found.data is None else found.data[at * HASH_BYTES : (at + count) * HASH_BYTES]
        if len(data) != count * HASH_BYTES:
            raise Unreadable("tile", f"{self._published.location}/{found.path}", "it is missing, or too short")
        hashes = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        while len(hashes) > 1:
            hashes = [hash_children(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]


def tree_from_tiles(published: PublishedLog, size: int) -> Tree:
    """Give the tree of a size as a log's tiles give it.

    Args:
        published: The log's files.
        size: Tree size.

    Returns:
        A tree to ask for roots, proofs and paths up to that size; asking raises `Unreadable` where a tile is missing.

    Source: C2SP tlog-tiles.
    """
    tree = Tree()
    tree.adopt([_TileRow(published, level, size) for level in range(max(1, size.bit_length()))])
    return tree
