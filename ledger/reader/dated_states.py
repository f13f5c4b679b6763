"""What had happened by a day, of all that is known: the entries that count by then, folded like any others.

A date of limited precision leaves it open whether an entry had happened. Hence two states: what had certainly happened,
and what possibly had. What is the same in both is certain.

- F3: entries that say who may act (parties, appointments, keys, bodies, genesis) and corrections are in both: they are
  no events of the process, and have dates of their own.
- F4: an entry that rests on one which had not happened by then is left out with it.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Final

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.calendar import Certainty, has_begun
from constancia.domain.state import State
from constancia.domain.validity import STANDING_KINDS, Dated, History, counts_on
from constancia.ledger.reader.log import Log
from constancia.ledger.store.mapper import recorded_of
from constancia.verify.speed.entry_patterns import read_entry

_CACHED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedStates:
    """What had happened by a day.

    Attributes:
        certain: The state after what had certainly happened by the first possible day.
        possible: The state after what had possibly happened by the last possible day.
        indices: The entries of `possible`, in order.
        history: The entries known of each stream, with the dates that count.
    """

    certain: State
    possible: State
    indices: tuple[int, ...]
    history: History


class DatedStatesCache:
    """Dated states of one log. Safe to use from several threads."""

    def __init__(self, log: Log) -> None:
        """Read from `log`."""
        self._log = log
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[int, date, date], DatedStates] = OrderedDict()

    def at(self, known: State, first: date, last: date) -> DatedStates:
        """Give what had happened by a day.

        Args:
            known: The state after all that is known. Neither it nor what is returned may be changed.
            first: First possible day.
            last: Last possible day.
        """
        key = (known.size, first, last)
        with self._lock:
            states = self._found.get(key)
            if states is None:
                states = self._found[key] = self._fold(known, first, last)
                if len(self._found) > _CACHED:
                    self._found.popitem(last=False)
            self._found.move_to_end(key)
            return states

    def _fold(self, known: State, first: date, last: date) -> DatedStates:
        certain, possible = State(known.origin), State(known.origin)
        indices: list[int] = []
        history: dict[str, list[Dated]] = {}
        for raw in self._log.entries(0, known.size):
            entry = read_entry(raw)
            stream = entry.statement.stream
            recorded = recorded_of(entry, possible.version(stream) + 1)
            on = counts_on(known, recorded)
            history.setdefault(stream, []).append(Dated(index=recorded.index, type=entry.statement.type, on=on))
            is_standing = stream.partition("/")[0] in STANDING_KINDS
            if is_standing or has_begun(on, first) is Certainty.YES:
                self._apply(certain, recorded)
            is_possible = is_standing or has_begun(on, last) is not Certainty.NO
            if is_possible and self._apply(possible, recorded):
                indices.append(recorded.index)
        # Both are views of all that is known, and say so.
        certain.size = possible.size = known.size
        return DatedStates(certain=certain, possible=possible, indices=tuple(indices), history=history)

    def _apply(self, state: State, recorded: Recorded) -> bool:
        try:
            state.apply(recorded, lookup=self._log.lookup)
        except (AttributeError, LookupError, TypeError, ValueError):
            return False  # it rests on what had not happened by then (F4)
        return True
