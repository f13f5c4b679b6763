"""A text as a cell of a CSV file that a spreadsheet opens: nothing in it is a formula, a line break or a control.

- O3: no cell begins like a formula, whether a spreadsheet splits at commas or at semicolons. `safe` puts an
  apostrophe in front of `=`, `+`, `-`, `@` (and their wide forms) at the beginning of a cell and after a semicolon,
  also if spaces or quotation marks precede. It doubles an apostrophe that is in such a place already, so that `plain`
  can undo it.
- O4: control characters, line breaks and tabs are spaces: a row is a line. JSON and the database have them as they are.

Source: OWASP, "CSV Injection"; RFC 4180 for the form of the file.
"""

import re
import unicodedata
from typing import Final

_FORMULA: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20'"
# What a spreadsheet may drop before it looks at a cell: spaces of all kinds, marks without width, quotation marks.
_DROPPED: Final = '[\\s"\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*'
_START: Final = re.compile(rf"(\A|;)({_DROPPED})(?=[{_FORMULA}])")
_ESCAPED: Final = re.compile(rf"(\A|;)({_DROPPED})'")
_CONTROL: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def safe(text: str) -> str:
    """Give a text as a cell.

    Args:
        text: Any text, also of strangers.

    Returns:
        The same with spaces for controls, and an apostrophe where it could begin a formula.
    """
    return _START.sub(r"\1\2'", one_line(text))


def plain(cell: str) -> str:
    """Give the text that a cell was made from, its controls as spaces: undoes the apostrophes of `safe`."""
    return _ESCAPED.sub(r"\1\2", cell)


def one_line(text: str) -> str:
    """Give a text with a space for each control character, line break, tab and half character."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(" " if unicodedata.category(character) in _CONTROL else character for character in text)
