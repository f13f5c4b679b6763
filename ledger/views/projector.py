"""From entries, in order, to the rows that are stored. Touches no store, and folds nothing but what rows need."""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple

from constancia.domain.identity.edition import LawEditionAdopted
from constancia.domain.kernel.context import Lookup
from constancia.domain.values.values import canonical
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.states import States
from constancia.ledger.store.mapper import SaidEntry
from constancia.ledger.views.projections import ENTRY_PROJECTIONS, stored_form
from constancia.ledger.views.projections.base import EntryProjection
from constancia.ledger.views.subjects import StateOf, StreamSubjects
from constancia.ledger.views.view_store import RowChange

# One row says which log the views are of; no projection has an empty name.
ABOUT: Final = ("", "about")


def about(origin: str, leaf_hash: str, edition: int) -> Mapping[str, Any]:
    """Give what the views say of themselves: the log, its last entry's leaf hash, the law's edition, the rows' form."""
    return {"edition": edition, "form": stored_form(), "last": leaf_hash, "origin": origin}


class AddedRows(NamedTuple):
    """Rows that entries add.

    Attributes:
        position: The size that they reach.
        last: The last entry's leaf hash, hex.
        edition: The edition of the law after it; None where it may have changed it.
        rows: The rows.
    """

    position: int
    last: str
    edition: int | None
    rows: list[RowChange]

    def described(self, origin: str, edition_after: Callable[[int], int]) -> list[RowChange]:
        """Give the rows with the one that says which log they are of; no rows where there are none.

        Args:
            origin: The ledger's name.
            edition_after: Gives the edition after so many entries, where it is asked for.
        """
        if not self.rows:
            return []
        edition = edition_after(self.position) if self.edition is None else self.edition
        return [*self.rows, (*ABOUT, canonical(about(origin, self.last, edition)))]


class Projector:
    """Collects the rows that entries add. One thread takes entries in, another may take the rows out.

    Args:
        lookup: Finds earlier entries.
        position: How many entries were projected before.
        projections: What to make.
    """

    def __init__(
        self, lookup: Lookup, position: int = 0, projections: Sequence[EntryProjection] = ENTRY_PROJECTIONS
    ) -> None:
        self._position = position
        self._projections = projections
        self._concerned = StreamSubjects(lookup)
        self._rows: list[RowChange] = []
        self._last: tuple[str, int | None] = ("", None)
        self._lock = threading.Lock()

    def take(self, entry: SaidEntry, state: StateOf) -> None:
        """Note the rows that the next entry adds; `state` gives one that has the entry, and may have later ones too."""
        rows: list[RowChange] = []
        for projection in self._projections:
            row, data = None, b""
            for key, added in projection.rows(entry, self._concerned, state):
                if added is not row:  # the same row under several keys is written once
                    row, data = added, canonical(added)
                rows.append((projection.name, key, data))
        with self._lock:
            self._rows += rows
            self._position, self._last = entry.index + 1, (entry.leaf_hash, _edition(entry.statement))

    def added(self) -> AddedRows:
        """Give the rows added since the last call."""
        with self._lock:
            rows, self._rows = self._rows, []
            return AddedRows(self._position, *self._last, rows)


def _edition(statement: Mapping[str, Any]) -> int | None:
    """Give the edition of the law after a statement: the one under which it is said, but where it adopts another."""
    return None if statement["type"] == LawEditionAdopted.__name__ else statement["schema"]


def edition_after(log: Log, state: StateOf, size: int) -> int:
    """Give the edition of the law in force after some entries.

    Args:
        log: The log.
        state: Gives a state at that size or a later one; it is asked only where the last entry may change the edition.
        size: How many they are, at least one.
    """
    edition = _edition(log.recorded(size - 1).statement)
    if edition is not None:
        return edition
    latest = state()
    return latest.edition if latest.size == size else int(log.recorded(size).statement["schema"])


def latest_of(log: Log, origin: str) -> StateOf:
    """Give a state of the whole log, folded where and when it is first asked for."""
    return cache(States(log, origin).at)


def fold_rows(log: Log, origin: str, size: int, state: StateOf | None = None) -> dict[tuple[str, str], bytes]:
    """Compute all rows that the first `size` entries give, in memory, by projection and key.

    Args:
        log: The log.
        origin: The ledger's name.
        size: How many entries.
        state: Gives a state of that size or a later one; by default it is folded where one is needed.
    """
    projector, state = Projector(log.lookup), state or latest_of(log, origin)
    for entry in log.plain_from(0, size):
        projector.take(entry, state)
    rows = projector.added().described(origin, partial(edition_after, log, state))
    return {(name, key): data for name, key, data in rows}
