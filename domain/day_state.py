"""What had happened by a day, of all that is known: the entries that count by then, folded like any others.

A date of limited precision leaves it open whether an entry had happened. Hence two states: what had certainly happened,
and what possibly had. What is the same in both is certain.

- F3: entries that say who may act (parties, appointments, keys, bodies, genesis) and corrections are in both: they are
  no events of the process, and have dates of their own.
- F4: an entry that rests on one which had not happened by then is left out with it.
- F6: up to the first entry that had not certainly happened both are the log's own state of that size, so that the fold
  goes on from one at hand. Which of the later entries count is known without reading them (`entry_days`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from constancia.domain.entry_days import CountingDays, counting_days
from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.context import Lookup
from constancia.domain.state import State


class DayStates(NamedTuple):
    """What had certainly happened by the first possible day, what possibly by the last one, and the entries of this."""

    certain: State
    possible: State
    indices: tuple[int, ...]


def happened_by(
    known: State,
    days: tuple[date, date],
    *,
    near: Callable[[int], State],
    read: Callable[[Sequence[int]], Iterable[Recorded]],
    lookup: Lookup,
) -> DayStates:
    """Fold what had happened by a day.

    Args:
        known: The state after all that is known.
        days: First and last possible day.
        near: Gives a state of this log, to be changed, at some size up to the one that it is asked for.
        read: Gives the entries of some indices, in order.
        lookup: Finds earlier entries.

    Returns:
        The states, which may be the same one; both are views of all that is known, and say so by their size.
    """
    first, last = (day.toordinal() for day in days)
    counting = known.once(_counting)
    certain_to = next((index for index, day in enumerate(counting.last) if day > first), known.size)
    certain = possible = near(certain_to)
    begun = possible.size
    chosen = [index for index, day in enumerate(counting.first[begun:], start=begun) if day <= last]
    indices = list(range(begun))
    for recorded in read(chosen):
        is_certain = counting.last[recorded.index] <= first
        if certain is possible and not is_certain:
            certain = possible.copied()
        if certain is not possible and is_certain:
            _apply(certain, recorded, lookup)
        if _apply(possible, recorded, lookup):
            indices.append(recorded.index)
    certain.size = possible.size = known.size
    return DayStates(certain, possible, tuple(indices))


def _counting(known: State) -> CountingDays:
    return counting_days(known, known.days())


def _apply(state: State, recorded: Recorded, lookup: Lookup) -> bool:
    try:
        state.apply(recorded, lookup=lookup)
    except (AttributeError, LookupError, TypeError, ValueError):
        return False  # it rests on what had not happened by then (F4)
    return True
