"""CSV that a spreadsheet opens right, and executes nothing of."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constancia.api.text.csv_text import MARK, csv_line

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
SIGNS = ("=", "+", "-", "@", "\t", "\r")


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_is_read_back_from_its_line(cells: list[str]) -> None:
    line = csv_line(cells)
    assert line.endswith("\r\n")
    [read] = csv.reader(io.StringIO(line, newline=""))
    for cell, back in zip(cells, read, strict=True):
        plain = cell.replace("\r\n", "\n").replace("\r", "\n")
        assert back in (plain, f"'{plain}")
        assert not back.startswith(SIGNS)


@pytest.mark.parametrize("sign", SIGNS)
def test_what_would_be_a_formula_is_text(sign: str) -> None:
    assert csv_line([f"{sign}cmd|' /C calc'!A0"])[:3].lstrip('"').startswith(("'", "\n"))


def test_numbers_and_truth_values_are_no_texts() -> None:
    assert csv_line([-3, True, False, None, 0]) == "-3,true,false,,0\r\n"


def test_mark_is_that_of_utf_8() -> None:
    assert MARK.encode() == b"\xef\xbb\xbf"
