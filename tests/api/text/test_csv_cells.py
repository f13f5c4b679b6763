"""Any text is a cell that no spreadsheet takes for a formula, and can be read back."""

import csv
import io
import re

from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.api.text.csv_cells import one_line, plain, safe

# What hurts is drawn more often than it occurs.
NASTY = st.text(st.sampled_from("=+-@;'\" \t\r\n,|%\u00a0\u200b\uff1d\ufeffaÑ1\ud800\u2028\x00") | st.characters())
WRITTEN = re.compile(r"[\s\"\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def through_csv(cells: list[str], delimiter: str = ",") -> list[list[str]]:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerow(cells)
    return list(csv.reader(io.StringIO(file.getvalue(), newline=""), delimiter=delimiter))


@given(NASTY)
@example("=1+1")
@example("'=1+1")
@example(";;=1")
@example("'';'=\ud800")
def test_o3_text_is_read_back_but_for_controls(words: str) -> None:
    [[cell, other]] = through_csv([safe(words), "x"])
    assert (cell, other) == (safe(words), "x")
    assert plain(cell) == one_line(words)


@given(st.lists(NASTY, min_size=1, max_size=4))
@example(['=HYPERLINK("http://x.example")'])
@example(["a;=1", "b"])
@example(['x;"=1'])
@example([" \u200b=1"])
def test_o3_no_cell_is_a_formula_where_a_comma_or_a_semicolon_separates(words: list[str]) -> None:
    cells = [safe(text) for text in words]
    for delimiter in (",", ";"):
        for row in through_csv(cells, delimiter):
            assert [cell for cell in row if WRITTEN.match(cell)] == []


@given(NASTY)
def test_o4_row_is_a_line_of_whole_characters(words: str) -> None:
    cell = safe(words)
    assert len(cell.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", cell)
    cell.encode()


@each_row(
    ("words", "cell"),
    [
        ("=1", "'=1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-5", "'-5"),
        ("+52 55", "'+52 55"),
        ("\t=1", " '=1"),
        ("\r=1", " '=1"),
        ("'s", "''s"),
        ("a = b; c", "a = b; c"),
        ("uno\r\ndos", "uno dos"),
        ("Ñandú, «acento»", "Ñandú, «acento»"),
        ("", ""),
    ],
)
def test_what_is_documented_is_what_is_done(words: str, cell: str) -> None:
    assert safe(words) == cell
