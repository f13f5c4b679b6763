"""The one clock of the house, and the one source of identifiers.

Nothing else reads the time: `domain` and `verify` get it as an argument. Hence a story can be
played on its own clock and a test can set the time back.
"""

import re
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

# A live statement is recorded within this time of its signature (SPEC §3).
SIGNED_WITHIN: Final = timedelta(days=31)
_RECORDED_AT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z", re.ASCII)
_LAST_POSIX: Final = 253_370_764_800  # 9999-01-01: whatever is added to it in a time zone or a span has a date


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 (this is the one place)


class StoryClock:
    """A clock that shows one time until it is set: for the demonstration and for tests."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _in_utc(start)

    def now(self) -> datetime:
        """Return the instant last set."""
        with self._lock:
            return self._now

    def set(self, instant: datetime) -> None:
        """Move the clock, also backwards."""
        with self._lock:
            self._now = _in_utc(instant)

    def advance(self, by: timedelta) -> datetime:
        """Move the clock by a span and returns the new instant."""
        with self._lock:
            self._now += by
            return self._now


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a clock needs an instant with its time zone")
    return instant.astimezone(UTC)


def format_recorded_at(instant: datetime) -> str:
    """Return an instant in the form of an entry's `recorded_at`.

    Args:
        instant: With a time zone; what is below a millisecond is cut off.

    Returns:
        `YYYY-MM-DDThh:mm:ss.mmmZ`, which sorts as text in the order of time.

    Source:
        Ours: SPEC §3.
    """
    utc = _in_utc(instant)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_recorded_at(text: str) -> datetime:
    """Return the instant that an entry's `recorded_at` names.

    Raises:
        ValueError: If the text has another form.
    """
    if not _RECORDED_AT.fullmatch(text):
        raise ValueError(f"not an entry's time: {text!r}")
    return datetime.fromisoformat(text)


def posix_seconds(instant: datetime) -> int:
    """Return an instant as cosignatures carry it: whole POSIX seconds, 0 for anything before 1970."""
    return max(0, int(_in_utc(instant).timestamp()))


def instant_of(posix: int) -> datetime:
    """Return the instant of a cosignature's time; for one after the year 9998, that year's end.

    Args:
        posix: POSIX seconds up to 2^63 - 1, as a witness stated them: it may state what it wants.
    """
    return datetime.fromtimestamp(min(max(0, posix), _LAST_POSIX), UTC)


def new_uuid() -> str:
    """Return a fresh random identifier for a statement: a UUID of version 4 in lower case."""
    return str(uuid.uuid4())
