"""The log's layout as static files: tile paths, widths and entry bundles (C2SP tlog-tiles).

Worked examples: tile 1234067 of level 0, full, is at `tile/0/x001/x234/067`; its first 5 hashes at
`tile/0/x001/x234/067.p/5`. A tree of 70,000 leaves has at level 0 the full tiles 0 to 272 and tile 273 of width
112, at level 1 the full tile 0 and tile 1 of width 17, at level 2 tile 0 of width 1.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from constancia.verify.core.errors import Malformed

HASHES_PER_TILE: Final = 256
MAX_LEVEL: Final = 7  # 256^8 leaves: more than any index can count

# Six groups of three digits count more tiles than 256^8 leaves have. The first of several is not 000.
_PATH = re.compile(
    r"tile/(entries|0|[1-9]|[1-5]\d|6[0-3])/((?:x(?!000)\d{3}/(?:x\d{3}/){0,4})?\d{3})(?:\.p/([1-9]\d{0,2}))?\Z",
    re.ASCII,
)


def _number_path(number: int) -> str:
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])


def tile_path(level: int | str, number: int, width: int = HASHES_PER_TILE) -> str:
    """Give a tile's path.

    Args:
        level: 0 to 63, or `entries`.
        number: Tile number.
        width: Hashes in it; 256 is the full tile.

    Returns:
        Path without a leading slash.

    Source: C2SP tlog-tiles, "Merkle Tree".
    """
    partial = "" if width == HASHES_PER_TILE else f".p/{width}"
    return f"tile/{level}/{_number_path(number)}{partial}"


def entries_path(number: int, width: int = HASHES_PER_TILE) -> str:
    """Give an entry bundle's path. Source: C2SP tlog-tiles, "Log Entries"."""
    return tile_path("entries", number, width)


def parse_tile_path(path: str) -> tuple[int | None, int, int]:
    """Read a tile's path.

    Args:
        path: As `tile_path` writes it.

    Returns:
        Level (None for an entry bundle), number, width.

    Raises:
        Malformed: Any other path, also one with superfluous zeros.

    Source: C2SP tlog-tiles.
    """
    match = _PATH.match(path)
    if match:
        level, digits, partial = match.groups()
        number = int(digits.replace("x", "").replace("/", ""))
        width = int(partial) if partial else HASHES_PER_TILE
        if width < HASHES_PER_TILE or not partial:
            return None if level == "entries" else int(level), number, width
    raise Malformed("tile-path", path[:80], "a tile's path")


def tile_width(level: int, number: int, size: int) -> int:
    """Give how many hashes a tile has in the tree of a size: 0 (none) to 256.

    Args:
        level: Tile level.
        number: Tile number.
        size: Tree size.

    Returns:
        Width; 0 where the tile does not exist.

    Source: C2SP tlog-tiles, "Partial Tiles".
    """
    hashes = size >> (8 * level)
    return max(0, min(HASHES_PER_TILE, hashes - number * HASHES_PER_TILE))


def tiles_between(old_size: int, new_size: int) -> Iterator[tuple[int, int, int]]:
    """List the tiles of the tree of `new_size` that the tree of `old_size` has not, or has narrower.

    Args:
        old_size: Size already published.
        new_size: Size to publish.

    Yields:
        Level, number, width.
    """
    for level in range(MAX_LEVEL + 1):
        hashes = new_size >> (8 * level)
        if hashes == 0:
            return
        before = old_size >> (8 * level)
        if hashes == before:
            continue
        for number in range(before // HASHES_PER_TILE, -(-hashes // HASHES_PER_TILE)):
            yield level, number, tile_width(level, number, new_size)


def whole_entries(data: bytes) -> list[bytes]:
    """Give the whole entries, at most 256, that a bundle begins with. Source: C2SP tlog-tiles, "Log Entries"."""
    entries: list[bytes] = []
    at = 0
    while at + 2 <= len(data) and len(entries) < HASHES_PER_TILE:
        stop = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if stop > len(data):
            break
        entries.append(data[at + 2 : stop])
        at = stop
    return entries


def bundle_bytes(entries: Iterable[bytes]) -> int:
    """Give the length of the bundle that holds just these entries."""
    return sum(2 + len(entry) for entry in entries)


def parse_bundle(data: bytes) -> list[bytes]:
    """Unpack an entry bundle.

    Args:
        data: The bundle's bytes.

    Returns:
        The entries' bytes.

    Raises:
        Malformed: It ends within an entry, or holds more than 256.

    Source: C2SP tlog-tiles, "Log Entries".
    """
    entries = whole_entries(data)
    if bundle_bytes(entries) != len(data):
        raise Malformed("bundle", f"entry {len(entries)} of the bundle", "whole entries", len(data))
    return entries
