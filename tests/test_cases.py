"""docs/CASES.md: every adversarial case has a row, and every row a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "CASES.md").read_text(encoding="utf-8")
ROWS = [row.strip("|").split(" | ") for row in PAGE.splitlines() if re.match(r"\| (?!---|case|kind|row)", row)]
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
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


def test_each_case_has_a_test_that_exists() -> None:
    named = [(" | ".join(row), NAMED_TEST.findall(row[-1])) for row in ROWS]
    assert [row for row, tests in named if not tests] == []
    assert [(row, *test) for row, tests in named for test in tests if not is_there(*test)] == []


def is_there(path: str, test: str) -> bool:
    return f"def {test or 'test_'}" in (ROOT / path).read_text(encoding="utf-8")
