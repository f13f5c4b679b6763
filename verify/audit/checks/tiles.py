"""Check of every tile and bundle, of every level and width, against the finished tree, byte for byte."""

from constancia.verify.report.findings import Findings
from constancia.verify.sources.published_log import MAX_BUNDLE_BYTES, MAX_TILE_BYTES, FoundFile, PublishedLog, TileFile
from constancia.verify.sources.transit import as_sent
from constancia.verify.wire.merkle import HASH_BYTES, Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, bundle_bytes, tiles_between, whole_entries

DIFFERS = "differs"  # a fault, if no change of line ends explains it


class TileChecker:
    """Compares the files of a published log with a tree.

    Args:
        published: The files.
        tree: The tree of the entries.
        findings: Where faults go.
        weighs: Whether what can't be had leaves the verdict open: not with a store, which can publish it again.
    """

    def __init__(self, published: PublishedLog, tree: Tree, findings: Findings, *, weighs: bool) -> None:
        self._weighs = weighs
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
                tile = self._published.find(level, number, width, is_covered=True)
                self._check_tile(tile, level, number, width)
            if level == 0 and not seen:
                self._check_bundle(self._published.find(None, number, width, is_covered=True), number, width)
        if not start:
            self._check_rest(read)

    def _check_rest(self, read: set[str]) -> None:
        beyond = 0
        for file in self._published.tile_files():
            hashes = self._tree.size >> 8 * (file.level or 0)
            covered = max(0, min(file.width, hashes - file.number * HASHES_PER_TILE))
            beyond += covered < file.width
            if file.path in read or (covered < file.width and self._findings.ends_at is not None):
                continue
            if covered and file.level is None:
                self._check_other_bundle(file, covered)
            elif covered and file.level is not None:
                tile = self._published.at(file.path, MAX_TILE_BYTES)
                self._check_tile(tile, file.level, file.number, file.width)
        if beyond and self._findings.ends_at is None:
            self._findings.note("beyond-checkpoint", count=beyond)
        others = self._published.other_files()
        if others:
            self._findings.note("other-files", count=len(others), first=others[0])

    def _check_tile(self, file: FoundFile, level: int, number: int, width: int) -> None:
        span = HASHES_PER_TILE**level
        first = number * HASHES_PER_TILE * span
        covered = min(width, self._tree.size // span - number * HASHES_PER_TILE)
        if file.data is None:
            self._findings.lack(file.why, file.path, weighs=self._weighs)
            return
        self._findings.count("L1", "tiles")
        expected = self._tree.tile(level, number, covered)
        length = (width if ".p/" in file.path else HASHES_PER_TILE) * HASH_BYTES

        def seen_in(data: bytes) -> str | None:
            if len(data) != length:
                return "short" if len(data) < length else "added"
            return None if data.startswith(expected) else DIFFERS

        data, seen = as_sent(file.data, seen_in)
        for at in range(min(covered, len(data) // HASH_BYTES)):
            part = slice(at * HASH_BYTES, (at + 1) * HASH_BYTES)
            if data[part] != expected[part]:
                start = first + at * span
                where, last = f"{file.path}: hash {at}", start + span - 1
                self._findings.fault("tile", start, where, expected[part], data[part], last_index=last)
                return
        if seen not in (None, DIFFERS):
            self._findings.lack(seen, file.path, weighs=self._weighs)

    def _check_bundle(self, file: FoundFile, number: int, width: int) -> None:
        first = number * HASHES_PER_TILE
        width = min(width, self._tree.size - first)
        if file.data is None:
            self._findings.lack(file.why, file.path, weighs=self._weighs)
            return
        self._findings.count("L1", "bundles")

        def seen_in(data: bytes) -> str | None:
            whole = whole_entries(data)
            return "short" if len(whole) < width else None if bundle_bytes(whole) == len(data) else "added"

        data, seen = as_sent(file.data, seen_in)
        for at, entry in enumerate(whole_entries(data)[:width]):
            leaf, expected = hash_leaf(entry), self._tree.leaf(first + at)
            if leaf != expected:
                self._findings.fault("bundle", first + at, f"{file.path}: entry {at}", expected, leaf)
                return
        if seen is not None:
            self._findings.lack(seen, file.path, weighs=self._weighs)

    def _check_other_bundle(self, file: TileFile, covered: int) -> None:
        """Check a bundle by its hashes, or a narrower one by being the beginning of one that was checked."""
        bundle = self._published.at(file.path, MAX_BUNDLE_BYTES)
        number, widest = self._widest
        if bundle.data is not None and number == file.number and widest.startswith(bundle.data):
            if len(whole_entries(bundle.data)) < file.width:
                self._findings.lack("short", file.path, weighs=self._weighs)
            self._findings.count("L1", "bundles")
            return
        before = self._findings.total
        self._check_bundle(bundle, file.number, covered)
        if bundle.data is not None and before == self._findings.total:
            self._widest = (file.number, bundle.data)
