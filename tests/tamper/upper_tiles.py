"""Tiles of the levels above, full and partial: a tree of 70,000 leaves, whose entries nobody needs to sign."""

from collections.abc import Iterator
from pathlib import Path

from tests.tamper.acts import byte_acts, flips
from tests.tamper.bench import Figures
from tests.verify.small_ledger import write

from constancia.verify.audit.checks.tiles import TileChecker
from constancia.verify.report.findings import Fault, Findings
from constancia.verify.sources.files import Folder
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import tile_path, tiles_between

SIZE = 70_000
TARGETS = ((1, 0, 256), (1, 1, 17), (2, 0, 1))


class UpperTiles:
    """The tiles above level 0, on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tree = Tree(hash_leaf(b"leaf %d" % number) for number in range(SIZE))
        for level, number, width in tiles_between(0, SIZE):
            if level:
                write(root / tile_path(level, number, width), self.tree.tile(level, number, width))

    def found(self) -> tuple[tuple[Fault, ...], set[object]]:
        """Faults, and the files that are said not to be whole."""
        findings = Findings("folder", str(self.root))
        TileChecker(PublishedLog(Folder(self.root)), self.tree, findings, weighs=True).check(SIZE, done=True)
        report = findings.report(list_all=True)
        return report.faults, {one.params["first"] for one in report.open}

    def cases(self, target: tuple[int, int, int], step: int) -> Iterator[tuple[str, bytes | None, int, int]]:
        """Act, the tile's bytes, first and last index that the change is about."""
        level, number, width = target
        data, each = self.tree.tile(*target), 256**level
        first = number * 256 * each
        yield "delete", None, first, min(first + width * each, SIZE) - 1
        for change in (*byte_acts(data, self.tree.tile(1, 0, 256)[-len(data) :]), *flips(data, step)):
            start = first + min(change.at // 32, width - 1) * each
            yield change.act, change.data, start, start + each - 1

    def run(self, target: tuple[int, int, int], step: int) -> Figures:
        figures = Figures()
        path = self.root / tile_path(*target)
        true = path.read_bytes()
        for act, data, start, last in self.cases(target, step):
            figures.tried += 1
            path.unlink() if data is None else path.write_bytes(data)
            faults, lacking = self.found()
            write(path, true)
            name = f"{tile_path(*target)} | {act} | {start}–{last}"
            if not faults and tile_path(*target) in lacking:
                figures.named += 1
            elif not faults:
                figures.missed.append(name)
            elif (faults[0].index, faults[0].last_index) == (start, last):
                figures.named += 1
            else:
                figures.elsewhere.append(f"{name}: {faults[0]}")
        return figures
