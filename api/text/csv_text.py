"""Lines of CSV that a spreadsheet opens right: UTF-8 with its mark, CRLF, and cells in which nothing is a formula.

Source: RFC 4180 §2.
"""

import csv
import io
from collections.abc import Iterable
from typing import Final

from constancia.api.text.csv_cells import safe

MARK: Final = "\ufeff"  # with it a spreadsheet reads UTF-8, and accents are right


def csv_line(cells: Iterable[object]) -> str:
    """Return one line, with CRLF.

    Args:
        cells: Texts, integers and truth values (`true`, `false`); None is an empty cell.

    Returns:
        The line. A text that a spreadsheet could execute has an apostrophe more (`csv_cells`); numbers are not texts.
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else safe(str(value))
