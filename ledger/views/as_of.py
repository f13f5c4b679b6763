"""What was known by then, and what was valid on that day: the one pair, and the one parser, of all readers.

- B1: a size says what was known; it is judged at the instant of its last entry, the present by the clock, unless a day
  is asked.
- B2: a day without a size is asked of all that is known today. An instant alone says both: known by then, judged then.
- B3: a day of limited precision (`2019`, `2019-03`) is each of its possible days.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from constancia.domain.values.calendar import local_day, parse_edtf, parse_instant, zone
from constancia.ledger.clock import Clock, format_recorded_at
from constancia.ledger.errors import NotFound
from constancia.ledger.reader.log import Log
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.speed.entry_patterns import read_entry

_SIZE: Final = re.compile(r"#(\d{1,16})\Z", re.ASCII)
# RFC 3339 §5.6; seconds may be left out, and an offset, which is UTC then. There is no hour 24 and no second 60.
_INSTANT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?\Z", re.ASCII
)
_ONE_SIZE: Final = "one of: size, known, at with #n"
MAX_SIZE: Final = MAX_INTEGER  # SPEC §1: no size or index is larger


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """What was known (`size`), and the day or days for which it is judged.

    Attributes:
        size: Number of entries known.
        at: The instant of judging; of several possible ones the last.
        first: First possible day, in the ledger's zone.
        last: Last possible day.
        day: EDTF or instant for which validity is asked; None where only the size says when.
    """

    size: int
    at: datetime
    first: date
    last: date
    day: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOfQuestion:
    """What was asked for, read but not yet looked up.

    Attributes:
        size: Number of entries known; None for all, or as `known` says.
        known: By when it was known; None for no such limit.
        known_from: First instant that `known` may mean.
        first: First possible day; None where no day is asked.
        last: Last possible day.
        at: The last instant of `last`, or the instant asked.
        day: As it was asked.
    """

    size: int | None = None
    known: datetime | None = None
    known_from: datetime | None = None
    first: date | None = None
    last: date | None = None
    at: datetime | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _When:
    """A size, or the first and last instant that a date may mean, with their days in the ledger's zone."""

    size: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    days: tuple[date, date] | None = None
    is_instant: bool = False


def read_question(size: int | None, known: str | None, at: str | None, timezone: str) -> AsOfQuestion:
    """Read what a command line, a request or a page asks for.

    Args:
        size: Number of entries known.
        known: By when it was known: EDTF date (the end of its last day), RFC 3339 instant, or `#n`.
        at: For when it is judged: EDTF date, RFC 3339 instant, or `#n`.
        timezone: IANA name of the zone in which days begin and end.

    Raises:
        Malformed: Another form; or two of them say how much was known.
    """
    asked, limit = _read("at", at, timezone), _read("known", known, timezone)
    sizes = [number for number in (size, limit.size, asked.size) if number is not None]
    if len(sizes) + (limit.last is not None) > 1:
        names = {"size": size, "known": known, "at": at if asked.size is not None else None}
        given = ", ".join(f"{name}={value}" for name, value in names.items() if value is not None)
        raise Malformed("conflict", "as of", _ONE_SIZE, given)
    known_size = sizes[0] if sizes else None
    if asked.last is None or asked.days is None:
        return AsOfQuestion(size=known_size, known=limit.last, known_from=limit.first)
    alone = asked.is_instant and known_size is None and limit.last is None
    return AsOfQuestion(
        size=known_size,
        known=asked.last if alone else limit.last,
        known_from=None if alone else limit.first,
        first=asked.days[0],
        last=asked.days[1],
        at=asked.last,
        day=None if alone else at,
    )


def read_span(where: str, text: str, timezone: str) -> tuple[datetime, datetime]:
    """Read a date or an instant as the span of time that it names.

    Args:
        where: Its name, for the error.
        text: EDTF date (`2019`, `2019-03`, `2019-03-01`), or RFC 3339 instant.
        timezone: IANA name of the zone in which days begin and end.

    Returns:
        Its first and its last second, UTC.

    Raises:
        Malformed: Another form.
    """
    when = _read(where, text, timezone)
    if when.first is None or when.last is None:  # a size
        raise Malformed("instant", where, "YYYY, YYYY-MM, YYYY-MM-DD or an RFC 3339 instant", text)
    return when.first, when.last


def _read(where: str, text: str | None, timezone: str) -> _When:
    if text is None:
        return _When()
    match = _SIZE.match(text)
    if match and int(match.group(1)) <= MAX_SIZE:
        return _When(size=int(match.group(1)))
    try:
        if _INSTANT.match(text):
            parsed = datetime.fromisoformat(text)
            instant = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
            day = local_day(instant, timezone)
            return _When(first=instant, last=instant, days=(day, day), is_instant=True)
        days = _days(text)
        return _When(first=_start_of(days[0], timezone), last=_end_of(days[1], timezone), days=days)
    except (ValueError, OverflowError) as error:
        hint = f" (#{text})" if text.isascii() and text.isdigit() else ""
        expected = f"YYYY, YYYY-MM, YYYY-MM-DD, an RFC 3339 instant, or #n for a size{hint}"
        raise Malformed("instant", where, expected, text) from error


def _days(text: str) -> tuple[date, date]:
    """Give the first and last day of a date.

    Raises:
        ValueError: It is none, or an interval.
    """
    bounds = parse_edtf(text)
    if bounds.start is None or bounds.end is None or "/" in text:
        raise ValueError("an interval is no day")
    return bounds.start, bounds.end


def _start_of(day: date, timezone: str) -> datetime:
    """Give the first instant of a day; the first that has a form, where the zone's day begins before it."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time(), zone(timezone)).astimezone(UTC)


def _end_of(day: date, timezone: str) -> datetime:
    """Give the last second of a day; of the calendar's last day an instant that lies on it in every zone."""
    if day == date.max:
        return datetime.combine(day, time(9, 59, 59), UTC)
    return (datetime.combine(day + timedelta(days=1), time(), zone(timezone)) - timedelta(seconds=1)).astimezone(UTC)


def resolve(question: AsOfQuestion, log: Log, clock: Clock, timezone: str) -> AsOf:
    """Look up what a question asks for.

    Args:
        question: The question.
        log: The log.
        clock: Judges the present.
        timezone: IANA name.

    Raises:
        NotFound: The log is not that long.
        Malformed: `known` lies in the future.
    """
    stored, now = log.size, clock.now()
    if question.known_from is not None and question.known_from > now:
        raise Malformed("future", "known", "no time in the future", question.known_from.isoformat())
    size = stored
    if question.size is not None:
        size = question.size
    elif question.known is not None:
        size = log.size_at(format_recorded_at(question.known))
    if size > stored:
        raise NotFound(f"the log has {stored} entries, not {size}")
    if question.at is not None and question.first is not None and question.last is not None:
        return AsOf(size=size, at=question.at, first=question.first, last=question.last, day=question.day)
    at = _judged_at(log, size, stored, now) if question.known is None else min(question.known, now)
    day = local_day(at, timezone)
    return AsOf(size=size, at=at, first=day, last=day)


def _judged_at(log: Log, size: int, stored: int, now: datetime) -> datetime:
    """Return when a size is judged: the present by the clock, a past size at its last entry, size 0 at the first."""
    if size == stored:
        return now
    return parse_instant(read_entry(log.entry(max(size - 1, 0))).recorded_at)
