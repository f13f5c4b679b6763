"""What had happened by a day (`domain/day_state.py`), folded from the state at hand that is nearest, and cached."""

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from constancia.domain.day_state import happened_by
from constancia.domain.facts.validity import DatedEntry, History, counts_on
from constancia.domain.kernel.acts import Recorded
from constancia.domain.state import State
from constancia.ledger.reader.log import Log

_CACHED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedStates:
    """What had happened by a day.

    Attributes:
        certain: The state after what had certainly happened by the first possible day.
        possible: The state after what had possibly happened by the last possible day.
        indices: The entries of `possible`, in order.
        history: The entries known, with the dates that count.
    """

    certain: State
    possible: State
    indices: tuple[int, ...]
    history: History

    def has(self, index: int) -> bool:
        """Tell whether an entry is among those of `possible`."""
        place = bisect_left(self.indices, index)
        return place < len(self.indices) and self.indices[place] == index


class DatedStatesCache:
    """Dated states of one log. Safe to use from several threads."""

    def __init__(self, log: Log, near: Callable[[int], State]) -> None:
        """Read from `log`; `near` gives a state of its own at a size at hand, up to the size that it is asked for."""
        self._log = log
        self._near = near
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

    def history(self, known: State) -> History:
        """Give the entries known, with the dates that count, each read when it is asked for."""
        return _Known(self._log, known)

    def _fold(self, known: State, first: date, last: date) -> DatedStates:
        happened = happened_by(known, (first, last), near=self._near, read=self._read, lookup=self._log.lookup)
        return DatedStates(
            certain=happened.certain,
            possible=happened.possible,
            indices=happened.indices,
            history=self.history(known),
        )

    def _read(self, chosen: Sequence[int]) -> Iterator[Recorded]:
        """Read entries, those that follow one another together."""
        ends = [place for place, (index, after) in enumerate(pairwise(chosen), start=1) if after != index + 1]
        for start, stop in pairwise([0, *ends, len(chosen)]):
            if start < stop:
                yield from self._log.recorded_from(chosen[start], chosen[stop - 1] + 1)


class _Known:
    """The entries up to a size, each read when it is asked for."""

    def __init__(self, log: Log, known: State) -> None:
        self._log = log
        self._known = known
        self._read: dict[int, Recorded] = {}
        self._later: dict[str, tuple[DatedEntry, ...]] = {}

    def entry(self, stream: str, index: int) -> DatedEntry | None:
        """Give the entry at an index; None where it is of another stream, or not known."""
        if not 0 <= index < self._known.size:
            return None
        if index not in self._read:
            [self._read[index]] = self._log.recorded_from(index, index + 1)
        recorded = self._read[index]
        return self._dated(recorded) if recorded.originator_id == stream else None

    def later(self, stream: str) -> tuple[DatedEntry, ...]:
        """Give the entries of a stream in order, but for the one that began it; of one that genesis began, all."""
        if stream not in self._later:
            later = self._log.later_of(stream, self._known.version(stream))
            self._later[stream] = tuple(map(self._dated, later))
        return self._later[stream]

    def _dated(self, entry: Recorded) -> DatedEntry:
        return DatedEntry(index=entry.index, type=entry.statement["type"], on=counts_on(self._known, entry))
