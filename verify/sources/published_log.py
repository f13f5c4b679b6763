"""A published log: checkpoint, tiles, entry bundles and documents, from any file tree (C2SP tlog-tiles)."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.sources.files import Files
from constancia.verify.sources.layout import CHECKPOINT_NAME
from constancia.verify.wire.merkle import HASH_BYTES
from constancia.verify.wire.tiles import HASHES_PER_TILE, parse_tile_path, tile_path, tile_width

# Twice what the format allows, so that a file with added bytes is a fault with its place, not unreadable.
MAX_TILE_BYTES: Final = 2 * HASHES_PER_TILE * HASH_BYTES
MAX_BUNDLE_BYTES: Final = 2 * HASHES_PER_TILE * (2 + 65_535)
MAX_GAP: Final = 65_536  # consecutive entries that may be missing; a larger gap is a fault, not a loop
_AHEAD: Final = 8  # files prefetched over a network


class FoundFile(NamedTuple):
    """The result of a search: the path (found or expected), and the bytes if the file exists."""

    path: str
    data: bytes | None


class TileFile(NamedTuple):
    """A tile's or bundle's file in a listing; `level` None is a bundle."""

    path: str
    level: int | None
    number: int
    width: int


class PublishedLog:
    """Reads the parts of a published log.

    Args:
        files: The file tree.
    """

    def __init__(self, files: Files) -> None:
        self.files = files
        self._names = files.names()
        self._listed = None if self._names is None else frozenset(self._names)

    @property
    def location(self) -> str:
        """Location of the files."""
        return self.files.location

    def checkpoint(self) -> bytes | None:
        """Give the published checkpoint."""
        return self.files.read(CHECKPOINT_NAME, MAX_NOTE_BYTES)

    def find(self, level: int | None, number: int, width: int) -> FoundFile:
        """Find a tile of at least a width: the partial one, otherwise the full one.

        Args:
            level: Tile level; None for an entry bundle.
            number: Tile number.
            width: Hashes (entries) needed.

        Returns:
            Path and bytes.

        Source: C2SP tlog-tiles, "Partial Tiles" (clients fall back to the full tile).
        """
        limit = MAX_BUNDLE_BYTES if level is None else MAX_TILE_BYTES
        paths = self._paths(level, number, width)
        for path in paths:
            if self._listed is None or path in self._listed:
                data = self.files.read(path, limit)
                if data is not None:
                    return FoundFile(path, data)
        return FoundFile(paths[0], None)

    def place_of(self, level: int | None, number: int, width: int) -> str:
        """Return the path at which `find` finds a tile in a listing, without reading it."""
        paths = self._paths(level, number, width)
        return next((path for path in paths if path in (self._listed or ())), paths[0])

    @staticmethod
    def _paths(level: int | None, number: int, width: int) -> list[str]:
        name: int | str = "entries" if level is None else level
        return list(dict.fromkeys((tile_path(name, number, width), tile_path(name, number))))

    def bundles(self, size: int, start: int = 0) -> Iterator[tuple[int, FoundFile, FoundFile]]:
        """Yield, for each bundle of a tree of this size, its number, the bundle and the level-0 tile.

        Bundles that end before the entry at `start` are left out.

        A folder is read lazily; over a network some files are prefetched.
        """
        numbers = range(start // HASHES_PER_TILE, -(-size // HASHES_PER_TILE))
        if self._listed is not None:
            yield from ((number, *self._pair(number, size)) for number in numbers)
            return
        executor = ThreadPoolExecutor(_AHEAD, thread_name_prefix="fetch")
        waiting: deque[tuple[int, Future[tuple[FoundFile, FoundFile]]]] = deque()
        try:
            for number in numbers:
                waiting.append((number, executor.submit(self._pair, number, size)))
                if len(waiting) == _AHEAD:
                    first, future = waiting.popleft()
                    yield (first, *future.result())
            while waiting:
                first, future = waiting.popleft()
                yield (first, *future.result())
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    def extent(self) -> int:
        """Return the number of entries in the listed bundles, by their names; 0 over a network.

        A bundle too far behind the previous one is not part of the log: one name must not make an audit endless.
        """
        end = 0
        for tile_file in self.tile_files("tile/entries/"):
            if tile_file.number * HASHES_PER_TILE <= end + MAX_GAP:
                end = max(end, tile_file.number * HASHES_PER_TILE + tile_file.width)
        return end

    def tile_files(self, below: str = "tile/") -> list[TileFile]:
        """List all tiles and bundles below a path, the widest of a number first; empty over a network."""
        found = []
        for path in self._names or ():
            if not path.startswith(below):
                continue
            try:
                found.append(TileFile(path, *parse_tile_path(path)))
            except Malformed:
                continue
        return sorted(found, key=lambda one: (str(one.level), one.number, -one.width))

    def other_files(self) -> list[str]:
        """List the paths under `tile/` that are not tiles."""
        tiles = {tile_file.path for tile_file in self.tile_files()}
        return [name for name in self._names or () if name.startswith("tile/") and name not in tiles]

    def documents(self) -> list[str] | None:
        """List the names of the documents; None over a network."""
        if self._names is None:
            return None
        return [name[10:] for name in self._names if name.startswith("documents/")]

    def _pair(self, number: int, size: int) -> tuple[FoundFile, FoundFile]:
        width = tile_width(0, number, size)
        return self.find(None, number, width), self.find(0, number, width)
