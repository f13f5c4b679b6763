"""The tree of a published log's tiles: proofs between any two sizes from a few small files.

The tiles are not trusted. A path made from them counts only if it leads to the signed root.
"""

from typing import Self

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.wire.merkle import HASH_BYTES, Tree, hash_children
from constancia.verify.wire.tiles import HASHES_PER_TILE, tile_width


class _TileRow:
    """One level of a tree, a `merkle.Row`: computes its hashes from the tile below."""

    def __init__(self, published: PublishedLog, level: int, size: int) -> None:
        self._published = published
        self._level, self._above = divmod(level, 8)
        self._count = size >> level
        self._size = size

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self._count * HASH_BYTES

    def __getitem__(self, part: slice, /) -> bytes:
        """Return some hashes. Raises `Unreadable` if the log does not serve them."""
        start, stop, _ = part.indices(len(self))
        return b"".join(self._hash(number) for number in range(start // HASH_BYTES, stop // HASH_BYTES))

    def __delitem__(self, part: slice, /) -> None:
        """Refuse: the published tree is read-only."""
        raise TypeError("a published tree can't be cut")

    def __iadd__(self, data: bytes, /) -> Self:
        """Refuse: the published tree is read-only."""
        raise TypeError("a published tree can't be extended")

    def _hash(self, number: int) -> bytes:
        count = 1 << self._above
        tile, at = divmod(number * count, HASHES_PER_TILE)
        width = tile_width(self._level, tile, self._size)
        file = self._published.find(self._level, tile, width)
        data = b"" if file.data is None else file.data[at * HASH_BYTES : (at + count) * HASH_BYTES]
        if len(data) != count * HASH_BYTES:
            raise Unreadable("tile", f"{self._published.files.location}/{file.path}", "it is missing, or too short")
        hashes = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        while len(hashes) > 1:
            hashes = [hash_children(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]


def tree_from_tiles(published: PublishedLog, size: int) -> Tree:
    """Return the tree of a size, read from a log's tiles.

    Args:
        published: The log's files.
        size: Tree size.

    Returns:
        A tree to ask for roots, proofs and paths up to that size; reading raises `Unreadable` if a tile is missing.

    Source: C2SP tlog-tiles.
    """
    tree = Tree()
    tree.adopt([_TileRow(published, level, size) for level in range(max(1, size.bit_length()))])
    return tree
