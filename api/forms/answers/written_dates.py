"""Dates as people write them: which date in the ledger's form was probably meant. It is proposed, never taken."""

import re
from datetime import date
from typing import Final

_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{1,2})\s*[/.-]\s*([0-9]{4})\Z")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})\Z")
_MONTH_FIRST: Final = re.compile(r"([0-9]{1,2})\s*[/.-]\s*([0-9]{4})\Z")
_WORDS: Final = re.compile(r"(?:([0-9]{1,2})\.?\s+(?:de\s+)?)?([^\W\d_]+)\.?,?\s+(?:de[l]?\s+)?([0-9]{4})\Z")
_MONTHS: Final = (
    ("enero", "january"), ("febrero", "february"), ("marzo", "march"), ("abril", "april"), ("mayo", "may"),
    ("junio", "june"), ("julio", "july"), ("agosto", "august"), ("septiembre", "september"),
    ("octubre", "october"), ("noviembre", "november"), ("diciembre", "december"),
)  # fmt: skip


def likely_date(text: str) -> str | None:
    """Give the date that was probably meant, in the ledger's form.

    Args:
        text: What was written, such as `28/11/2026` (day first), `28 de noviembre de 2026` or `noviembre de 2026`.

    Returns:
        `2026-11-28`, or `2026-11` where no day was written; None where nothing is clear.
    """
    trimmed = text.strip().casefold()
    if match := _DAY_FIRST.match(trimmed):
        return _day(match[3], match[2], match[1])
    if match := _YEAR_FIRST.match(trimmed):
        return _day(match[1], match[2], match[3])
    if match := _MONTH_FIRST.match(trimmed):
        return _month(match[2], int(match[1]))
    if match := _WORDS.match(trimmed):
        number = next((at for at, names in enumerate(_MONTHS, 1) if _begins(match[2], names)), 0)
        if number:
            return _day(match[3], str(number), match[1]) if match[1] else _month(match[3], number)
    return None


def _begins(word: str, names: tuple[str, str]) -> bool:
    written = "septiembre" if word == "setiembre" else word
    return len(written) > 2 and any(name.startswith(written) for name in names)


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _month(year: str, month: int) -> str | None:
    return f"{year}-{month:02}" if 1 <= month <= len(_MONTHS) else None
