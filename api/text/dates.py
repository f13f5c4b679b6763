"""Dates and instants in words, in Spanish and English, never more precise than their EDTF.

Days and months are spelled by CLDR (babel); how an interval and an open end read is a pattern like those of days.
"""

from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from constancia.domain.kernel.calendar import OPEN, parse_edtf, zone

_NUMBERS: Final = {"es": "es_MX", "en": "en"}
_DAY_FORMATS: Final = {"es": "d 'de' MMMM 'de' y", "en": "d MMMM y"}
_MONTH_FORMATS: Final = {"es": "MMMM 'de' y", "en": "MMMM y"}
_SHORT_FORMATS: Final = {4: "y", 7: "MMM y", 10: "d MMM y"}  # by the length of the date
_FROM: Final = {"es": "desde {start}", "en": "from {start}"}
_BY: Final = {"es": "a más tardar {end}", "en": "by {end}"}
_BETWEEN: Final = {"es": "de {start} a {end}", "en": "from {start} to {end}"}
_MINUTE_FORMATS: Final = {"es": "d 'de' MMMM 'de' y, HH:mm", "en": "d MMMM y, HH:mm"}


def date_words(text: str, lang: str) -> str:
    """Return a date or interval in words.

    Args:
        text: EDTF: `2019-03-26`, `2019-03`, `2019`, `2019-06/2019-08`, `2019-08/..`, `../2017-05`.
        lang: `es` or `en`.

    Returns:
        Such as "26 de marzo de 2019", "de junio de 2019 a agosto de 2019", "desde agosto de 2019"; the text itself
        if it is not such a date.
    """
    try:
        parse_edtf(text)
    except ValueError:
        return text
    first, slash, second = text.partition("/")
    if not slash:
        return _part(first, lang)
    if second == OPEN:
        return _FROM[lang].format(start=_part(first, lang))
    if first == OPEN:
        return _BY[lang].format(end=_part(second, lang))
    return _BETWEEN[lang].format(start=_part(first, lang), end=_part(second, lang))


def _part(text: str, lang: str) -> str:
    if len(text) == 4:
        return text
    if len(text) == 7:
        return format_date(date.fromisoformat(f"{text}-01"), _MONTH_FORMATS[lang], locale=lang)
    return format_date(date.fromisoformat(text), _DAY_FORMATS[lang], locale=lang)


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
