"""Dates and instants in words, in Spanish and English, never more precise than their EDTF.

Months are spelled as the verifier's reports spell them, short ones as CLDR has them (a test compares both with babel).
"""

from datetime import datetime
from functools import lru_cache
from typing import Final

from constancia.domain.values.calendar import OPEN, parse_edtf, zone
from constancia.verify.report.dates import Precision, common, interval_words, precision_of
from constancia.verify.report.words import DATES

_SHORT_MONTHS: Final = {
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
_BETWEEN: Final = {"es": " de ", "en": " "}  # between the members of a date


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
    numbers = [int(member) for member in text.split("-")]
    members = [str(number) for number in numbers]
    if len(members) > 1:
        members[1] = DATES["months"][lang].split()[numbers[1] - 1]
    return _BETWEEN[lang].join(reversed(members[without:]))


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
    parts = [part if part == OPEN else day_short(part, lang) for part in text.split("/")]
    return " – ".join(parts).replace(OPEN, "…")


def day_short(text: str, lang: str) -> str:
    """Return a year, month or day (ISO 8601) in few letters: "2019", "mar 2019", "1 mar 2019"."""
    numbers = [int(member) for member in text.split("-")]
    members = [str(number) for number in numbers]
    if len(members) > 1:
        members[1] = _SHORT_MONTHS[lang][numbers[1] - 1]
    return " ".join(reversed(members))


def instant_words(text: str, lang: str, timezone: str) -> str:
    """Return an instant to the minute, in the ledger's zone.

    Args:
        text: RFC 3339, UTC.
        lang: `es` or `en`.
        timezone: IANA name.
    """
    instant = datetime.fromisoformat(text).astimezone(zone(timezone))
    return f"{_part(instant.date().isoformat(), lang)}, {instant:%H:%M}"


def byte_words(size: int) -> str:
    """Return a size in words, such as "3.2 kB".

    Args:
        size: Bytes.
    """
    for unit, divisor in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= divisor:
            # Mexico and English part decimals with a point and thousands with a comma.
            return f"{size / divisor:,.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"


def moment_words(text: str, lang: str, timezone: str) -> str:
    """Give a date or an instant in words; RFC 3339 instants are known by their `T`."""
    return instant_words(text, lang, timezone) if "T" in text else date_words(text, lang)
