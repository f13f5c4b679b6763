"""All cases by target, a sample of them for the test suite, and the table of figures."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.tamper import folder_cases, log_cases, packed_cases, store_cases
from tests.tamper.bench import Bench, Case, Figures
from tests.tamper.upper_tiles import TARGETS, UpperTiles

from constancia.verify.wire.tiles import tile_path

SOURCES = {"store": store_cases, "folder": folder_cases, "log": log_cases, "packed": packed_cases}
# What is named at another place than where it was altered, and why that is as near as can be said.
KNOWN_ELSEWHERE = {
    "checkpoint | size changed": "files of that size are missing, which precedes a fault of the log as a whole",
    "entries in order | delete": "the first entry whose signer has seen more than there is now precedes it",
    "entry: recorded_at | another value; nothing put right": "entry and stored hash agree, so the next entry's link"
    " is the one that differs",
    "entry: recorded_at | another value; hashed forward": "a time too late shows at the next entry, which goes back",
}


def cases_of(bench: Bench, source: str) -> list[Case]:
    return list(SOURCES[source].cases(bench))


def sample(cases: Iterable[Case], *, one_in: int = 1, turn: int = 0) -> list[Case]:
    """One case of every target and act; of those, one in so many, but at least one of every target and every act.

    Args:
        cases: All cases.
        one_in: How many of those are passed over for each one taken, and that one.
        turn: Which of each so many is taken.
    """
    cells: dict[tuple[str, str], Case] = {}
    for case in cases:
        cells.setdefault((case.target, case.act), case)
    chosen = list(cells.values())[turn % one_in :: one_in]
    for part in ("target", "act"):
        there = {getattr(case, part) for case in chosen}
        for case in cells.values():
            if getattr(case, part) not in there:
                there.add(getattr(case, part))
                chosen.append(case)
    return chosen


def by_target(cases: Iterable[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.target, []).append(case)
    return found


def unexplained(figures: Figures) -> list[str]:
    """What is named elsewhere, for none of the known reasons."""
    return [one for one in figures.elsewhere if not one.startswith(tuple(KNOWN_ELSEWHERE))]


def upper_tiles(root: Path, step: int) -> dict[str, Figures]:
    tiles = UpperTiles(root)
    assert tiles.found() == ((), set())
    return {f"tile {tile_path(*target).split('/', 1)[1]}": tiles.run(target, step) for target in TARGETS}


def table(rows: Mapping[str, Figures]) -> str:
    """The figures as a Markdown table, with what explains those that were not named."""
    total = Figures()
    lines = [
        "| object | tried | named at the place | within the range said | named elsewhere | missed | harmless"
        " | needs a kept checkpoint |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for target, figures in rows.items():
        total.add(figures)
        lines.append(_row(target, figures))
    lines.append(_row("**all**", total))
    lines += ["", "Harmless, with what is hashed and signed proved to be the same:", ""]
    lines += [f"- {count} × {why}" for why, count in total.harmless.most_common()]
    lines += ["", "Not detectable in the source itself; the same act is named if a later checkpoint was saved:", ""]
    lines += [f"- {count} × {why}" for why, count in total.undetectable.most_common()]
    lines += ["", "Named elsewhere:", ""]
    for start, why in KNOWN_ELSEWHERE.items():
        count = sum(one.startswith(start) for one in total.elsewhere)
        lines += [f"- {count} × {start.replace(' | ', ', ')}: {why}"] if count else []
    return "\n".join(lines) + "\n"


def _row(target: str, one: Figures) -> str:
    numbers = (
        one.tried, one.named, one.in_range, len(one.elsewhere), len(one.missed), one.harmless.total(),
        one.undetectable.total(),
    )  # fmt: skip
    return f"| {target} | " + " | ".join(map(str, numbers)) + " |"
