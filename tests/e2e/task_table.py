"""What each task costs a visitor, in clicks, screens and typed words: asserted by the tests, and printed.

The tests hold a visitor's counts to these rows; docs/design.md carries the same rows between two markers.

PYTHONPATH=.import:. python tests/e2e/task_table.py docs/design.md
"""

import sys
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- tasks: begin -->", "<!-- tasks: end -->"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a visitor did.

    `clicks`: links, buttons, file choosers and the Enter key; `screens`: pages that were loaded; `words`: fields that
    were filled in; `identifiers`: those of them that hold a code nobody knows by heart.
    """

    clicks: int
    screens: int
    words: int = 0
    identifiers: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """A task: who wants to know what, the window's size, and what it costs."""

    who: str
    wants: str
    window: tuple[int, int]
    counts: Counts


PHONE, DESK = (360, 640), (1280, 900)
TASKS = {
    "1": Task("director of an NGO", "how is the road map, who is late? (no scrolling)", PHONE, Counts(0, 1)),
    "2": Task("director of an NGO", "what was cut, who proposed it, who opposed it?", DESK, Counts(2, 3)),
    "6": Task("journalist", "the commitments in a spreadsheet, accents right", DESK, Counts(2, 2)),
    "7": Task("journalist", "what changed between 1 June and 1 September 2019?", DESK, Counts(2, 3, 2)),
    "8": Task("citizen", "from the QR code on paper to the verdict, offline", PHONE, Counts(2, 2)),
    "9": Task("citizen", "gives the verifier a holiday photograph", PHONE, Counts(1, 1)),
    "10": Task("auditor", "makes and checks a copy with an altered deadline", DESK, Counts(6, 5)),
    "owes": Task("citizen", "what does the SFP owe today?", DESK, Counts(2, 3)),
    "search": Task("citizen", "a record by a name", DESK, Counts(2, 3, 1)),
    "search, phone": Task("citizen", "a record by a name", PHONE, Counts(3, 4, 1)),
    "cite": Task("researcher", "cite a record", DESK, Counts(3, 3)),
    "follow": Task("civil society", "deadlines of a commitment in a calendar", DESK, Counts(2, 2)),
    "past": Task("lawyer", "the agreement as it was on 10 June 2019", DESK, Counts(2, 3, 1)),
}
# The most that a task may cost (the review by persona); clicks, identifiers.
BUDGET = {
    "1": (0, 0), "2": (2, 0), "6": (2, 0), "7": (2, 0), "8": (2, 0), "9": (1, 0), "10": (6, 0), "owes": (2, 0),
    "search": (2, 0), "search, phone": (3, 0), "cite": (3, 0), "follow": (2, 0), "past": (2, 0),
}  # fmt: skip


def holds(name: str, counts: Counts) -> None:
    """Holds what a visitor did to the row of that name, and the row to its budget."""
    assert counts == TASKS[name].counts, f"{name}: {counts}"
    clicks, identifiers = BUDGET[name]
    assert counts.clicks <= clicks
    assert counts.identifiers <= identifiers


def table() -> str:
    """The rows as a Markdown table."""
    lines = ["| task | who | wants | window | clicks | screens | words typed | identifiers typed |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for name, task in TASKS.items():
        counts, (width, height) = task.counts, task.window
        numbers = f"{counts.clicks} | {counts.screens} | {counts.words} | {counts.identifiers}"
        lines.append(f"| {name} | {task.who} | {task.wants} | {width} × {height} | {numbers} |")
    return "\n".join(lines)


def between_markers(page: str) -> str:
    """What is between the markers of a page."""
    return page.partition(BEGIN)[2].partition(END)[0].strip("\n")


def main(path: Path) -> None:
    """Writes the table between the markers of a page."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
