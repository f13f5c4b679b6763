"""What a projection is: rows of canonical JSON, each computed from the state or from one entry.

- J1: a row depends on the entries alone: not on the clock, nor on how many entries were read at a
  time. What changes with the day (overdue, expired) is no row; it is derived when asked for.
- J2: a state row is a function of the state and its key, and `touched` names every key whose row an
  entry may change. Hence it is enough to compute a row at the end of a page.
- J3: nothing is lost when all rows are deleted: they are made again from the entries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from constancia.domain.kernel.acts import Recorded
from constancia.domain.state import State

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProjection:
    """Rows computed from the state.

    Attributes:
        name: The projection's name.
        touched: The keys whose rows an entry may change; the state is the one after the entry.
        row: The row of a key; None when there is none.
    """

    name: str
    touched: Callable[[Recorded, State], Iterable[str]]
    row: Callable[[State, str], Row | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProjection:
    """Rows computed from each entry once, and never again.

    Attributes:
        name: The projection's name.
        rows: The rows that an entry adds, by key; the state is the one after the entry.
    """

    name: str
    rows: Callable[[Recorded, State], Iterable[tuple[str, Row]]]


Projection = StateProjection | EntryProjection


def own_stream(kind: str) -> Callable[[Recorded, State], Iterable[str]]:
    """Touches the entry's own stream when it is of a kind."""
    prefix = f"{kind}/"

    def touched(recorded: Recorded, _: State) -> Iterable[str]:
        stream = recorded.originator_id
        return (stream,) if stream.startswith(prefix) else ()

    return touched
