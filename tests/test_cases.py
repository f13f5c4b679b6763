"""docs/CASES.md: every adversarial case has a row, and every row a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "CASES.md").read_text(encoding="utf-8")
ROWS = [row.strip("|").split(" | ") for row in PAGE.splitlines() if re.match(r"\| (?!---|case|kind|row)", row)]
NUMBERED = [
    3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 19, 20, 21, 24, 26, 28, 29, 31, 33, 34, 35, 36, 37, 38, 40, 41, 42, 45, 46, 47,
    51, 52, 54, 55, 56, 57, 66, 67, 68,
]  # fmt: skip
PLAYED = 70
ATTACKS = [*(f"V{number}" for number in range(1, 13)), *(f"P{number}" for number in range(1, 5))]
ATTACKS += [f"O{number}" for number in range(1, 12)]


def first(rows: list[list[str]]) -> list[str]:
    return [row[0].strip() for row in rows]


def test_no_case_of_the_law_is_missing() -> None:
    law, verdicts = PAGE.split("## Verdicts and accidents")
    numbers = [int(number) for number in re.findall(r"^\| (\d\d) \|", law, re.MULTILINE)]
    assert numbers == NUMBERED
    others = re.findall(r"^\| (?:D\d+|–) \|", law, re.MULTILINE)
    assert len(numbers) + len(others) >= PLAYED - 1  # what was only computed and shown is one row for four
    assert re.findall(r"^\| ([VPO]\d+) \|", verdicts, re.MULTILINE) == ATTACKS


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0].strip()}-{number}" for number, row in enumerate(ROWS)])
def test_each_case_has_a_test_that_exists(row: list[str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", row[-1])
    assert named
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {test or 'test_'}" in text, (path, test)
