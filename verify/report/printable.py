"""Foreign text, made harmless before it reaches a terminal, a log, a feed or a page.

- S1: what comes from outside (a file's name, a server's words, a policy's line) passes through `printable` before it
  is shown. The result holds no control character, no character that changes the direction of writing or is invisible,
  and nothing that XML 1.0 or UTF-8 could not carry.
"""

import re
import unicodedata
from typing import Final

MAX_PRINTABLE: Final = 2_000  # characters of one piece of foreign text
# Control, format (direction, zero width), surrogate, line and paragraph separators; what has no meaning yet.
_ESCAPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # letters by category, yet blank
# What `isprintable` calls printable, and is escaped all the same: those letters, and the selectors of variations.
_BLANK: Final = re.compile(f"[{''.join(_INVISIBLE)}\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def printable(text: object, limit: int = MAX_PRINTABLE, *, keep: str = "") -> str:
    r"""Escape what a terminal, a feed or a reader could take for something else than text.

    Args:
        text: Foreign text, or what has it as its `str`.
        limit: Most characters that are given; a longer text ends in `…`.
        keep: Characters that stay although they are escaped otherwise, such as a line feed.

    Returns:
        One line of text, without what `unicodedata` calls a control, format, surrogate, private or unassigned
        character; those are written as `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
    """
    whole = str(text)
    shown = whole if len(whole) <= limit else whole[:limit] + "…"
    if shown.isprintable() and (shown.isascii() or not _BLANK.search(shown)):
        return shown
    return "".join(char if char in keep or _is_plain(char) else _escape(char) for char in shown)


def _is_plain(character: str) -> bool:
    is_variation = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return unicodedata.category(character) not in _ESCAPED and character not in _INVISIBLE and not is_variation


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65_536 else f"\\U{number:08x}"
