"""CSV that a spreadsheet opens right, and executes nothing of."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.api.text.csv_cells import one_line, plain, safe
from constancia.api.text.csv_text import MARK, csv_line

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_text_is_read_back_from_its_line(cells: list[str]) -> None:
    line = csv_line(cells)
    assert line.endswith("\r\n")
    [read] = csv.reader(io.StringIO(line, newline=""))
    assert [plain(cell) for cell in read] == [one_line(cell) for cell in cells]


@each_row("text", ["=1+1", " =1+1", '"=1+1', "x;=1+1", "\uff1d1+1", "\u200b@x", "\t-1", "\r+1", "a\n=1"])
def test_what_would_be_a_formula_is_text(text: str) -> None:
    """As in the tables of the open data: also where spaces or the other separator are in front of it."""
    [read] = csv.reader(io.StringIO(csv_line([text]), newline=""))
    assert read == [safe(text)]
    assert "\n" not in read[0]


def test_numbers_and_truth_values_are_no_texts() -> None:
    assert csv_line([-3, True, False, None, 0]) == "-3,true,false,,0\r\n"


def test_mark_is_that_of_utf_8() -> None:
    assert MARK.encode() == b"\xef\xbb\xbf"
