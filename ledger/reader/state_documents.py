"""The state document of one size after another: what an entry has not changed is not written once more.

Aggregates are frozen: the same object has the same bytes. An entry changes a few of thousands. What they hold was read
from entries that are canonical, so that no value is checked once more.
"""

import threading
from typing import Final

from constancia.domain.kernel.aggregate import Aggregate, document_of
from constancia.domain.state import State
from constancia.domain.values.values import canonical

_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_PREPARED: Final = 20_000  # aggregates; more may be more than is stored


class StateDocuments:
    """Writes state documents as `canonical(state.document())` would. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[str, tuple[Aggregate, bytes]] = {}

    def of(self, state: State) -> bytes:
        """Give the canonical bytes of a state's document."""
        with self._lock:
            parts = [self._part(stream, state.aggregates[stream]) for stream in sorted(state.aggregates)]
            if sum(map(len, parts)) > _MOST_BYTES:
                self._written.clear()
        # `aggregates` is the first member in canonical order.
        return b'{"aggregates":[%b],%b' % (b",".join(parts), canonical(state.about())[1:])

    def prepare(self, state: State) -> None:
        """Write the parts before somebody asks, where they are few enough to be stored."""
        if len(state.aggregates) <= _MOST_PREPARED:
            self.of(state)

    def _part(self, stream: str, aggregate: Aggregate) -> bytes:
        known = self._written.get(stream)
        if known is None or known[0] is not aggregate:
            known = self._written[stream] = (aggregate, canonical(document_of(aggregate)))
        return known[1]
