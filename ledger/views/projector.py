"""From entries, as the fold passes them, to the rows that are stored. Touches no store."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.editions import FIRST
from constancia.domain.kernel.values import canonical
from constancia.domain.state import State
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.states import States
from constancia.ledger.views.projections import ENTRY_PROJECTIONS, shown_form
from constancia.ledger.views.projections.base import EntryProjection
from constancia.ledger.views.view_store import RowChange

# One row says which log the views are of; no projection has an empty name.
ABOUT: Final = ("", "about")


def about(origin: str, leaf_hash: str, edition: int) -> Mapping[str, Any]:
    """Give what the views say of themselves: the log, its last entry's leaf hash, the law's edition, the rows' form."""
    return {"edition": edition, "form": shown_form(), "last": leaf_hash, "origin": origin}


class Projector:
    """Collects the rows that entries add. One thread takes entries in, another may take the rows out.

    Args:
        origin: The ledger's name.
        position: How many entries were projected before.
        projections: What to make.
    """

    def __init__(
        self, origin: str, position: int = 0, projections: Sequence[EntryProjection] = ENTRY_PROJECTIONS
    ) -> None:
        self._origin = origin
        self._position = position
        self._projections = projections
        self._rows: list[RowChange] = []
        self._leaf_hash, self._edition = "", FIRST
        self._lock = threading.Lock()

    def take(self, recorded: Recorded, state: State) -> None:
        """Note the rows that an entry adds; `state` is the one after it."""
        rows: list[RowChange] = []
        for projection in self._projections:
            row, data = None, b""
            for key, added in projection.rows(recorded, state):
                if added is not row:  # the same row under several keys is written once
                    row, data = added, canonical(added)
                rows.append((projection.name, key, data))
        with self._lock:
            self._rows += rows
            self._position, self._leaf_hash = recorded.index + 1, recorded.leaf_hash
            self._edition = state.edition

    def changes(self) -> tuple[int, list[RowChange]]:
        """Give the rows added since the last call, and the number of entries that all rows now reflect."""
        with self._lock:
            rows, self._rows = self._rows, []
            if rows:
                rows.append((*ABOUT, canonical(about(self._origin, self._leaf_hash, self._edition))))
            return self._position, rows


def fold_rows(log: Log, origin: str, size: int) -> dict[tuple[str, str], bytes]:
    """Compute all rows that the first `size` entries give, in memory, by projection and key."""
    projector, states = Projector(origin), States(log, origin)
    states.hand_on(0, projector.take)
    states.advance(size)
    return {(name, key): data for name, key, data in projector.changes()[1]}
