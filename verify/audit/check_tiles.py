"""Check of every tile and bundle, of every level and width, against the finished tree, byte for byte."""

from constancia.verify.report.findings import Findings
from constancia.verify.sources.published_log import MAX_BUNDLE_BYTES, MAX_TILE_BYTES, FoundFile, PublishedLog, TileFile
from constancia.verify.wire.merkle import HASH_BYTES, Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, bundle_bytes, tiles_between, whole_entries


class TileChecker:
    """Compares the files of a published log with a tree.

    Args:
        published: The files.
        tree: The tree of the entries.
        findings: Receives faults.
    """

    def __init__(self, published: PublishedLog, tree: Tree, findings: Findings) -> None:
        self._published = published
        self._tree = tree
        self._findings = findings
        self._widest: tuple[int, bytes] = (-1, b"")

    def check(self, size: int, *, done: bool, start: int = 0) -> None:
        """Check the tiles that a checkpoint needs, then every other tile.

        Args:
            size: The checkpoint's size.
            done: Whether the bundles and level-0 tiles of `size` were read in the pass over the entries.
            start: Size of the tree up to which an earlier audit checked everything; of its tiles only those at the
                right edge are checked, which the new tree extends.
        """
        read: set[str] = set()
        # A checkpoint beyond the entries is already a fault; the existing files are still checked.
        for level, number, width in tiles_between(0, size if size <= self._tree.size else 0):
            if number < (start >> 8 * level) // HASHES_PER_TILE:
                continue
            kinds = (level, None) if level == 0 else (level,)
            read.update(self._published.place_of(kind, number, width) for kind in kinds)
            # Of a bundle that the old tree had in part, the pass read only the rest.
            seen = done and not (start % HASHES_PER_TILE and number == start // HASHES_PER_TILE)
            if level > 0 or not seen:
                self._check_tile(self._published.find(level, number, width), level, number, width)
            if level == 0 and not seen:
                self._check_bundle(self._published.find(None, number, width), number, width)
        if not start:
            self._check_rest(read)

    def _check_rest(self, read: set[str]) -> None:
        beyond = 0
        for file in self._published.tile_files():
            hashes = self._tree.size >> 8 * (file.level or 0)
            covered = max(0, min(file.width, hashes - file.number * HASHES_PER_TILE))
            beyond += covered < file.width
            if file.path in read:
                continue
            if covered and file.level is None:
                self._check_other_bundle(file, covered)
            elif covered and file.level is not None:
                data = self._published.files.read(file.path, MAX_TILE_BYTES)
                self._check_tile(FoundFile(file.path, data), file.level, file.number, file.width)
        if beyond:
            self._findings.note("beyond-checkpoint", count=beyond)
        others = self._published.other_files()
        if others:
            self._findings.note("other-files", count=len(others), first=others[0])

    def _check_tile(self, found: FoundFile, level: int, number: int, width: int) -> None:
        span = HASHES_PER_TILE**level
        first = number * HASHES_PER_TILE * span
        covered = min(width, self._tree.size // span - number * HASHES_PER_TILE)
        if found.data is None:
            last = first + covered * span - 1
            self._findings.fault("tile-missing", first, found.path, "a tile", "no file", last_index=last)
            return
        self._findings.count("L1", "tiles")
        expected = self._tree.tile(level, number, covered)
        hashes = width if ".p/" in found.path else HASHES_PER_TILE
        if found.data.startswith(expected) and len(found.data) == hashes * HASH_BYTES:
            return
        for at in range(covered):
            part = slice(at * HASH_BYTES, (at + 1) * HASH_BYTES)
            if found.data[part] != expected[part]:
                start = first + at * span
                where = f"{found.path}: hash {at}"
                self._findings.fault(
                    "tile", start, where, expected[part], found.data[part], last_index=start + span - 1
                )
                return
        length, start = f"{len(found.data)} bytes", first + (covered - 1) * span
        self._findings.fault("tile", start, found.path, f"{hashes} hashes", length, last_index=start + span - 1)

    def _check_bundle(self, found: FoundFile, number: int, width: int) -> None:
        first = number * HASHES_PER_TILE
        width = min(width, self._tree.size - first)
        if found.data is None:
            last = first + width - 1
            self._findings.fault("bundle-missing", first, found.path, "an entry bundle", "no file", last_index=last)
            return
        self._findings.count("L1", "bundles")
        entries = whole_entries(found.data)
        for at, entry in enumerate(entries[:width]):
            leaf, expected = hash_leaf(entry), self._tree.leaf(first + at)
            if leaf != expected:
                self._findings.fault("bundle", first + at, f"{found.path}: entry {at}", expected, leaf)
                return
        if len(entries) < width or bundle_bytes(entries) != len(found.data):
            at = first + min(len(entries), width - 1)
            counted = f"{len(entries)} in {len(found.data)} bytes"
            self._findings.fault("bundle", at, found.path, f"{width} whole entries", counted)

    def _check_other_bundle(self, file: TileFile, covered: int) -> None:
        """Check a bundle by its hashes, or a narrower one by being the beginning of one that was checked."""
        data = self._published.files.read(file.path, MAX_BUNDLE_BYTES)
        number, widest = self._widest
        if data is not None and number == file.number and widest.startswith(data):
            count = len(whole_entries(data))
            if count != file.width:
                at = file.number * HASHES_PER_TILE + min(count, file.width - 1)
                self._findings.fault("bundle", at, file.path, f"{file.width} whole entries", count)
            self._findings.count("L1", "bundles")
            return
        before = self._findings.total
        self._check_bundle(FoundFile(file.path, data), file.number, covered)
        if data is not None and before == self._findings.total:
            self._widest = (file.number, data)
