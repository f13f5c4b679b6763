"""A published log: checkpoint, tiles, entry bundles and documents, from any file tree (C2SP tlog-tiles)."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.note import MAX_NOTE_BYTES
from constancia.verify.sources.files import Files
from constancia.verify.sources.layout import CHECKPOINT_NAME
from constancia.verify.sources.transit import is_page
from constancia.verify.sources.web import Web
from constancia.verify.wire.merkle import HASH_BYTES
from constancia.verify.wire.tiles import HASHES_PER_TILE, parse_tile_path, tile_path, tile_width

# Twice what the format allows, so that a file with added bytes is a fault with its place, not unreadable.
MAX_TILE_BYTES: Final = 2 * HASHES_PER_TILE * HASH_BYTES
MAX_BUNDLE_BYTES: Final = 2 * HASHES_PER_TILE * (2 + 65_535)
MAX_GAP: Final = 65_536  # entries that may be missing in a row; a position or size further off is a fault, not a loop
MISSING: Final = "missing"
WITHHELD: Final = "withheld"
# What may be seen of one file where the rest can be read: words.SEEN has the sentences, SPEC §7 the table.
LACKS: Final = frozenset({MISSING, WITHHELD, "replaced", "denied", "link", "special"})
T = TypeVar("T")
_AHEAD: Final = 8  # files fetched before they are needed, over a network


class FoundFile(NamedTuple):
    """A file that was looked for: its path (or the path it should have), its bytes, or why there are none."""

    path: str
    data: bytes | None
    why: str = MISSING


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
        self._has_waited = False

    @cached_property
    def _names(self) -> list[str] | None:
        """The listing, made after the checkpoint was read: what that covers was there before it."""
        return self.files.names()

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(self._names or ())

    def checkpoint(self) -> bytes | None:
        """Give the published checkpoint, always the same one: an address could give another at each request."""
        return self._checkpoint

    @cached_property
    def _checkpoint(self) -> bytes | None:
        return self.files.read(CHECKPOINT_NAME, MAX_NOTE_BYTES)

    def find(self, level: int | None, number: int, width: int, *, is_covered: bool = False) -> FoundFile:
        """Find a tile of at least a width: the partial one, else the full one.

        Args:
            level: Tile level; None for an entry bundle.
            number: Tile number.
            width: Hashes (entries) needed.
            is_covered: Whether a signed checkpoint says that it is there to be had. Then an address that lacks it is
                asked once more, later; if it still lacks it, the log withholds it.

        Returns:
            Path and bytes; or the path that it should have, and what was seen instead.

        Raises:
            Unreadable: The container itself is damaged.

        Source: C2SP tlog-tiles, "Partial Tiles" (clients fall back to the full tile).
        """
        limit = MAX_BUNDLE_BYTES if level is None else MAX_TILE_BYTES
        paths = self._paths(level, number, width)
        file = self._first(paths, limit, self.files.read)
        if file.data is None and file.why == MISSING and is_covered and isinstance(self.files, Web):
            again = self.files.read if self._has_waited else self.files.look_again
            self._has_waited = True
            file = self._first(paths, limit, again)
            return file._replace(why=WITHHELD) if file.why == MISSING else file
        return file

    # A file whose room was made before its bytes came ends in zeros; neither a hash nor an entry does.
    @staticmethod
    def _first(paths: list[str], limit: int, read: Callable[[str, int], bytes | None]) -> FoundFile:
        why = MISSING
        for path in paths:
            data, seen = had(lambda path=path: read(path, limit))  # type: ignore[misc]  # bound at once
            if data is not None and is_page(data):
                data, seen = None, "replaced"
            if data is not None:
                return FoundFile(path, data.rstrip(b"\0") if data.endswith(bytes(HASH_BYTES)) else data)
            why = seen if why == MISSING else why
        return FoundFile(paths[0], None, why)

    def at(self, path: str, limit: int) -> FoundFile:
        """Give the file of a path in the listing."""
        return self._first([path], limit, self.files.read)

    def place_of(self, level: int | None, number: int, width: int) -> str:
        """Return the path at which `find` finds a tile in a listing, without reading it."""
        paths = self._paths(level, number, width)
        return next((path for path in paths if path in self._listed), paths[0])

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
        if self._names is not None:
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

    def tile_files(self, below: str = "tile/") -> list[TileFile]:
        """List all tiles and bundles below a path, the widest of a number first; empty over a network."""
        tiles = []
        for path in self._names or ():
            if not path.startswith(below):
                continue
            with suppress(Malformed):
                tiles.append(TileFile(path, *parse_tile_path(path)))
        return sorted(tiles, key=lambda tile: (str(tile.level), tile.number, -tile.width))

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
        return self.find(None, number, width, is_covered=True), self.find(0, number, width, is_covered=True)


def had(read: Callable[[], T | None]) -> tuple[T | None, str]:
    """Give what a reading gives, or None and what was seen instead.

    Raises:
        Unreadable: The container itself is damaged.
    """
    try:
        return read(), MISSING
    except Unreadable as error:
        if error.code not in LACKS:
            raise
        return None, error.code
