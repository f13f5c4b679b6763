"""The days on which each entry of a log may have happened, as numbers: what a day's state is chosen by.

A state has them of all its entries, so that nobody reads these to know which of them count by a day. A day is its
number in the calendar (`date.toordinal`); an entry has three, packed.

- E1: what is said of who may act, and a correction, counts on every day: it is no event of the process.
- E2: of any other entry both are noted, the date that it says and the day of recording. Which of them counts is up to
  the edition and the opening of what is known (`occurrence`), and is found for all entries at once.
"""

from array import array
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from constancia.domain.kernel.context import EntryView, StateView
from constancia.domain.values.calendar import local_day, parse_edtf
from constancia.domain.values.editions import SECOND
from constancia.domain.values.occurrence import CLAIM_SPAN

# Kinds of streams that say who may act. They are no part of what happens, and hold whenever they were recorded.
STANDING_KINDS: Final = frozenset({"appointment", "correction", "governance", "key", "ledger", "party"})
_BEFORE_ALL: Final = 0
_AFTER_ALL: Final = date.max.toordinal() + 1
_MEMBERS: Final = 3
_ALWAYS: Final = array("I", [_BEFORE_ALL] * _MEMBERS).tobytes()
BYTES: Final = len(_ALWAYS)  # of an entry


def days_of(entry: EntryView, timezone: str) -> bytes:
    """Give the days of an entry, packed.

    Args:
        entry: The entry.
        timezone: IANA name of the ledger's zone.

    Returns:
        The first and the last day on which it can have happened by its own date, and that of its recording. Of one that
        says no date, which the law refuses, it is open whether it has happened.
    """
    if entry.originator_id.partition("/")[0] in STANDING_KINDS:
        return _ALWAYS
    first, last = _bounds(entry.statement["occurred_on"])
    return array("I", (first, last, local_day(entry.timestamp, timezone).toordinal())).tobytes()


@lru_cache(maxsize=4_096)
def _bounds(when: str) -> tuple[int, int]:
    try:
        bounds = parse_edtf(when)
    except ValueError:
        return _BEFORE_ALL, _AFTER_ALL
    return (
        bounds.start.toordinal() if bounds.start is not None else _BEFORE_ALL,
        bounds.end.toordinal() if bounds.end is not None else _AFTER_ALL,
    )


class CountingDays(NamedTuple):
    """The first and the last day on which each entry of a log may have happened, as far as its date counts."""

    first: Sequence[int]
    last: Sequence[int]


def counting_days(ledger: StateView, days: bytes) -> CountingDays:
    """Give the days that count, by the rules of `occurrence`.

    Args:
        ledger: All that is known.
        days: What `days_of` gives of each of its entries, in order.
    """
    packed = array("I", days)
    firsts, lasts = packed[0::_MEMBERS], packed[1::_MEMBERS]
    opened = ledger.opened_on
    if ledger.edition < SECOND or opened is None:
        return CountingDays(firsts, lasts)
    begun, span = opened.toordinal(), CLAIM_SPAN.days
    for index, recorded in enumerate(packed[2::_MEMBERS]):
        if lasts[index] >= begun and firsts[index] < recorded - span:  # it does not count as it is said
            firsts[index] = lasts[index] = recorded
    return CountingDays(firsts, lasts)
