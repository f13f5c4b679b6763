"""Lines of CSV that a spreadsheet opens right: UTF-8 with its mark, CRLF, and no cell that it would take as a formula.

Source: RFC 4180 §2; OWASP, "CSV Injection" (cells that begin with one of the signs below are executed).
"""

import csv
import io
from collections.abc import Iterable
from typing import Final

MARK: Final = "\ufeff"  # with it a spreadsheet reads UTF-8, and accents are right
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Iterable[object]) -> str:
    """Return one line, with CRLF.

    Args:
        cells: Texts, integers and truth values (`true`, `false`); None is an empty cell.

    Returns:
        The line. A text that a spreadsheet would execute begins with an apostrophe more; numbers are not texts.
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return line.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_FORMULA) else text
