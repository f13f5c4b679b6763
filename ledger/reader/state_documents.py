"""The state document of one size after another: what an entry has not changed is not written once more.

Aggregates are frozen: the same object has the same bytes. An entry changes a few of thousands.
"""

import threading
from typing import Final

from constancia.domain.kernel.aggregate import Aggregate, document_of
from constancia.domain.state import State
from constancia.verify.core.formats.canonical import canonical

_MOST_BYTES: Final = 64 * 1024 * 1024


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

    def _part(self, stream: str, aggregate: Aggregate) -> bytes:
        known = self._written.get(stream)
        if known is None or known[0] is not aggregate:
            known = self._written[stream] = (aggregate, canonical(document_of(aggregate)))
        return known[1]
