"""Dates with their precision (EDTF, ISO 8601-2:2019 level 0 with open ends) and deadlines in a time zone.

A date is never made more precise than it was given. The deadline of a window is the last instant of its last day in
the ledger's zone; month precision runs to the month's end; an open end never expires.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

_PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z\Z", re.ASCII)
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*\Z", re.ASCII)
OPEN: Final = ".."


class Certainty(Enum):
    """Answer about a date known with limited precision."""

    NO = "no"
    POSSIBLY = "possibly"
    YES = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edtf:
    """The days that a date or interval may cover: `start` and `end` inclusive, None where open.

    `latest_start` is the last day on which it can have begun, `earliest_end` the first on which it can have ended.
    """

    text: str
    start: date | None
    latest_start: date | None
    earliest_end: date | None
    end: date | None


def parse_day(text: str) -> date:
    """Read `YYYY-MM-DD`.

    Raises:
        ValueError: Another form, or no such day.
    """
    if not _DAY.match(text):
        raise ValueError(f"not a day: {text!r}")
    return date.fromisoformat(text)


@lru_cache(maxsize=4_096)
def parse_edtf(text: str) -> Edtf:
    """Read a date or interval.

    Args:
        text: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or `a/b` with `..` for one open end.

    Returns:
        Its bounds.

    Raises:
        ValueError: Another form, no such day, or an end before the start.

    Source: ISO 8601-2:2019 (EDTF) level 0 and open intervals.
    """
    first, slash, second = text.partition("/")
    if not slash:
        start, end = _bounds(first)
        return Edtf(text=text, start=start, latest_start=end, earliest_end=start, end=end)
    if first == OPEN and second == OPEN:
        raise ValueError("an interval is open at one end at most")
    begin, latest_start = _side(first)
    earliest_end, finish = _side(second)
    if finish is not None and begin is not None and finish < begin:
        raise ValueError("the interval ends before it starts")
    return Edtf(text=text, start=begin, latest_start=latest_start, earliest_end=earliest_end, end=finish)


def _side(part: str) -> tuple[date, date] | tuple[None, None]:
    return (None, None) if part == OPEN else _bounds(part)


def _bounds(part: str) -> tuple[date, date]:
    match = _PART.match(part)
    if not match:
        raise ValueError(f"not a date: {part!r}")
    year = int(match[1])
    month, day = (int(digits) if digits else None for digits in match.groups()[1:])
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 UTC instant with whole seconds or milliseconds.

    Raises:
        ValueError: Another form, or no such instant.
    """
    if not _INSTANT.match(text):
        raise ValueError(f"not a UTC instant: {text!r}")
    return datetime.fromisoformat(text)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name, from the `tzdata` package alone: no answer depends on the machine's files.

    Raises:
        ValueError: There is none of that name.
    """
    if not _ZONE.match(name):
        raise ValueError(f"no time zone {name!r}")
    try:
        with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as rules:
            return ZoneInfo.from_file(rules, key=name)
    except OSError as error:
        raise ValueError(f"no time zone {name!r}") from error


def local_day(instant: datetime, timezone: str) -> date:
    """Give the day of an instant in a zone."""
    return instant.astimezone(zone(timezone)).date()


def last_day_before(due: str, timezone: str) -> str:
    """Give the last day of a term: people name it, and a row has the first instant after it.

    Args:
        due: That instant, RFC 3339.
        timezone: IANA name.

    Returns:
        The day in the zone, YYYY-MM-DD.
    """
    return (local_day(parse_instant(due), timezone) - timedelta(days=1)).isoformat()


def days_after(day: date, days: int) -> date:
    """Give the day a number of days after another one; the calendar's last where it has none so late.

    Args:
        day: The day.
        days: How many, from 0.
    """
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


@lru_cache(maxsize=4_096)
def deadline(window: str, timezone: str) -> datetime | None:
    """Give the first instant after a window: from then on it is missed.

    Args:
        window: EDTF.
        timezone: IANA name.

    Returns:
        UTC instant, or None where the window's end is open.

    Source: docs/INVARIANTS 18: last instant of the last day in the ledger's zone.
    """
    end = parse_edtf(window).end
    if end is None or end == date.max:  # the calendar has no day after its last: it never falls due
        return None
    return datetime.combine(end + timedelta(days=1), time(), zone(timezone)).astimezone(UTC)


def has_begun(when: str, day: date) -> Certainty:
    """Tell whether something dated with limited precision had happened by the end of a day.

    Args:
        when: EDTF of the happening.
        day: The day asked about.

    Returns:
        YES, NO, or POSSIBLY where the precision leaves it open.
    """
    bounds = parse_edtf(when)
    earliest = bounds.start
    latest = bounds.end if "/" in when else bounds.latest_start
    if latest is not None and latest <= day:
        return Certainty.YES
    if earliest is not None and earliest > day:
        return Certainty.NO
    return Certainty.POSSIBLY


def format_instant(instant: datetime) -> str:
    """Write a UTC instant with whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
