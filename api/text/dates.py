"""Dates and instants in words, in Spanish and English, never more precise than their EDTF.

Days and months are spelled by CLDR (babel); how an interval and an open end read is a pattern like those of days.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from constancia.domain.kernel.calendar import OPEN, parse_edtf, zone
from constancia.verify.report.dates import Precision, common, interval_words, precision_of

_NUMBERS: Final = {"es": "es_MX", "en": "en"}
# By the length of what is left of the date: a whole date, or one without what the other end of an interval says too.
_FORMATS: Final = {
    "es": {"day": "d", "day month": "d 'de' MMMM", "day month year": "d 'de' MMMM 'de' y", "month": "MMMM",
           "month year": "MMMM 'de' y", "year": "y"},
    "en": {"day": "d", "day month": "d MMMM", "day month year": "d MMMM y", "month": "MMMM", "month year": "MMMM y",
           "year": "y"},
}  # fmt: skip
_SHORT_FORMATS: Final = {4: "y", 7: "MMM y", 10: "d MMM y"}  # by the length of the date
_MINUTE_FORMATS: Final = {"es": "d 'de' MMMM 'de' y, HH:mm", "en": "d MMMM y, HH:mm"}


class DateWords(str):
    """A date in words that knows its precision, so that a message can have the right preposition before it."""

    __slots__ = ("precision",)

    def __new__(cls, words: str, precision: Precision = "day") -> "DateWords":
        """Make one.

        Args:
            words: The date in words.
            precision: What it is.
        """
        made = super().__new__(cls, words)
        made.precision = precision
        return made

    precision: Precision


@lru_cache(4_096)  # a page names the same days again and again
def date_words(text: str, lang: str) -> DateWords:
    """Return a date or interval in words; an interval says only once what both ends have in common.

    Args:
        text: EDTF: `2019-03-26`, `2019-03`, `2019`, `2019-06/2019-08`, `2019-08/..`, `../2017-05`.
        lang: `es` or `en`.

    Returns:
        Such as "26 de marzo de 2019", "del 26 de marzo al 24 de mayo de 2019", "desde agosto de 2019"; the text itself
        if it is not such a date.
    """
    try:
        parse_edtf(text)
    except ValueError:
        return DateWords(text)
    first, slash, second = text.partition("/")
    if not slash or first == second:
        return DateWords(_part(first, lang), precision_of(text))
    start = "" if first == OPEN else _part(first, lang, without=common(first, second))
    end = "" if second == OPEN else _part(second, lang)
    return DateWords(interval_words(first, second, start, end, lang), "interval")


def _part(text: str, lang: str, *, without: int = 0) -> str:
    """Give a date in words, without the year (1) or year and month (2) that the other end of an interval says."""
    members = ("year", "month", "day")[without : 1 + text.count("-")]
    pattern = _FORMATS[lang][" ".join(reversed(members))]
    return format_date(date.fromisoformat(f"{text}-01-01"[:10]), pattern, locale=lang)


@lru_cache(4_096)
def date_short(text: str, lang: str) -> str:
    """Return a date in few letters, such as "1 mar 2019", "mar 2019", "2019", "mar 2019 – jun 2019"; open ends as "…".

    Args:
        text: EDTF.
        lang: `es` or `en`.
    """
    try:
        parse_edtf(text)
    except ValueError:
        return text
    parts = [part if part == OPEN else _short(part, lang) for part in text.split("/")]
    return " – ".join(parts).replace(OPEN, "…")


def _short(text: str, lang: str) -> str:
    day = date.fromisoformat(f"{text}-01-01"[:10])
    return format_date(day, _SHORT_FORMATS[len(text)], locale=lang)


def instant_words(text: str, lang: str, timezone: str) -> str:
    """Return an instant to the minute, in the ledger's zone.

    Args:
        text: RFC 3339, UTC.
        lang: `es` or `en`.
        timezone: IANA name.
    """
    instant = datetime.fromisoformat(text).astimezone(zone(timezone))
    return format_datetime(instant, _MINUTE_FORMATS[lang], locale=lang)


def byte_words(size: int, lang: str) -> str:
    """Return a size in words, such as "3.2 kB".

    Args:
        size: Bytes.
        lang: `es` or `en`.
    """
    for unit, divisor in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= divisor:
            return f"{format_decimal(round(size / divisor, 1), locale=_NUMBERS[lang])} {unit}"
    return f"{size} B"


def moment_words(text: str, lang: str, timezone: str) -> str:
    """Give a date or an instant in words; RFC 3339 instants are known by their `T`."""
    return instant_words(text, lang, timezone) if "T" in text else date_words(text, lang)
