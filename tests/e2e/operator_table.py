"""What each adversary does, who notices, from what, after how many requests, and who does not: asserted, and printed.

A test says what each observer truly found (`Notice`) and compares it with the rows here; docs/THREATS.md carries the same
rows between two markers.

PYTHONPATH=.import:. python tests/e2e/operator_table.py docs/THREATS.md
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.operator_rows import TEXT

BEGIN, END = "<!-- adversaries: begin -->", "<!-- adversaries: end -->"
_SIGNS = {"+": True, "-": False}


@dataclass(frozen=True, slots=True)
class Notice:
    """What one observer finds.

    `noticed`: whether it learns that something is wrong. `evidence`: the verdict with level, code and index, or the
    status and code of the answer. `requests`: HTTP requests made until then; None where nothing was served.
    """

    who: str
    noticed: bool
    evidence: str
    requests: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One act of an adversary."""

    key: str
    adversary: str
    act: str
    notices: tuple[Notice, ...]


def _read(block: str) -> Row:
    head, *lines = block.strip().splitlines()
    key, adversary, act = (one.strip() for one in head.removeprefix("#").split("|"))
    notices = []
    for line in lines:
        who, evidence, requests = (one.strip() for one in line[1:].split("|"))
        notices.append(Notice(who, _SIGNS[line[0]], evidence, int(requests) if requests else None))
    return Row(key, adversary, act, tuple(notices))


ROWS = {row.key: row for row in map(_read, re.split(r"\n(?=# )", TEXT.strip()))}


def holds(key: str, found: Sequence[Notice]) -> None:
    """Holds what was found to the row of that name, in order."""
    told = [f"{'+' if one.noticed else '-'} {one.who} | {one.evidence} | {one.requests}" for one in found]
    assert tuple(found) == ROWS[key].notices, f"{key}:\n" + "\n".join(told)


def _cell(notices: Iterable[Notice]) -> str:
    return "<br>".join(
        f"{one.who}: {one.evidence}" + ("" if one.requests is None else f" ({one.requests} req.)") for one in notices
    )


def table() -> str:
    """The rows as a Markdown table."""
    lines = ["| adversary | act | noticed by, from which evidence | not noticed by |", "|---|---|---|---|"]
    for row in ROWS.values():
        noticed = _cell(one for one in row.notices if one.noticed) or "nobody"
        missed = _cell(one for one in row.notices if not one.noticed)
        lines.append(f"| {row.adversary} | {row.act} | {noticed} | {missed} |")
    return "\n".join(lines)


def between_markers(page: str) -> str:
    """What stands between the markers of a page."""
    return page.partition(BEGIN)[2].partition(END)[0].strip("\n")


def main(path: Path) -> None:
    """Writes the table between the markers of a page."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
