"""What a projection is: rows of JSON, a pure function of the state and a day, or of one entry.

- J1: rows depend on the entries and the day asked about alone: not on the clock, nor on how many entries were read at
  a time.
- J2: a state projection is computed when asked, at any size and day, by the one function that pages, interface and
  level L4 all call; nothing of it is stored.
- J3: nothing is lost when all stored rows are deleted: they are made again from the entries.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.state import State
from constancia.domain.values.calendar import zone
from constancia.ledger.store.mapper import SaidEntry
from constancia.ledger.views.subjects import StateOf, StreamSubjects

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProjection:
    """Rows computed from a state, for a day.

    Attributes:
        name: Its name in the interface: `/api/v1/<name>`.
        kind: What the keys begin with: the kind of its streams, as in `/api/v1/<name>/<the rest of the key>`.
        keys: The streams that have a row, in the rows' order.
        row: The row of a stream on a day; None when there is none.
        all_of: The class each of whose streams has a row, so that their number is known without making them.
    """

    name: str
    kind: str
    keys: Callable[[State], Iterable[str]]
    row: Callable[[State, str, date], Row | None]
    all_of: type[Aggregate] | None = None

    def rows(self, state: State, day: date) -> Iterator[Row]:
        """Give all rows."""
        for key in self.keys(state):
            row = self.row(state, key, day)
            if row is not None:
                yield row


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProjection:
    """Rows computed from each entry once, stored, and never changed.

    Attributes:
        name: The projection's name.
        rows: Gives the rows that an entry adds, by key, from the entry and from what streams are about. If that needs
            a folded state, the state has the entry, and may have later ones too.
    """

    name: str
    rows: Callable[[SaidEntry, StreamSubjects, StateOf], Sequence[tuple[str, Row]]]


def rows_of(
    name: str, kind: str, each: type[Aggregate], row: Callable[[State, str, date], Row | None]
) -> StateProjection:
    """Give the projection that has a row of each aggregate of a class.

    Args:
        name: Its name.
        kind: The kind of the streams.
        each: The class.
        row: The row of a stream on a day.
    """
    return StateProjection(name=name, kind=kind, keys=streams_of(each), row=row, all_of=each)


def streams_of(kind: type[Aggregate]) -> Callable[[State], Iterable[str]]:
    """Give a function for the streams of all aggregates of a class, in the order of their creation."""
    return lambda state: (aggregate.stream for aggregate in state.of(kind))


def start_of(day: date, timezone: str) -> datetime:
    """Give the first instant of a day in a zone. A deadline is one too: what is due on the day before has passed."""
    return datetime.combine(day, time(), zone(timezone))
