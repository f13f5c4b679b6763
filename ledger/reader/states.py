"""The state at any size, for readers.

The writer's own state is never lent: it is ahead of the store while a batch is under way. Readers
get states folded from the stored entries alone, by the domain's own `apply`.

A state given out is shared between all who ask for that size and must not be changed by them.
"""

import copy
import threading
from collections import OrderedDict
from typing import Final

from constancia.domain.state import State
from constancia.ledger.errors import NotFound
from constancia.ledger.reader.log import Log
from constancia.ledger.store.mapper import recorded_of
from constancia.verify.speed.entry_patterns import read_entry

# Past states that stay at hand, beside the one at the head.
_KEPT: Final = 8
# Copies from which older sizes are reached without starting from nothing.
_ANCHOR_EVERY: Final = 4_096


class States:
    """States of one log by size. Safe to use from several threads.

    The head and the past have a lock each: whoever asks for old sizes holds up nobody who reads the present.
    """

    def __init__(self, log: Log, origin: str) -> None:
        """Folds the entries of `log`."""
        self._log = log
        self._front = State(origin)
        self._head = State(origin)
        self._head_lock = threading.Lock()
        self._past: OrderedDict[int, State] = OrderedDict()
        self._past_lock = threading.Lock()
        self._anchors: dict[int, State] = {0: State(origin)}

    def at(self, size: int | None = None) -> State:
        """The state after `size` entries; after all that are stored by default.

        Raises:
            NotFound: The log is not that long.
        """
        stored = self._log.size
        size = stored if size is None else size
        if not 0 <= size <= stored:
            raise NotFound(f"the log has {stored} entries, not {size}")
        head = self._at_head(stored)
        return head if head.size == size else self._at_past(size)

    def _at_head(self, stored: int) -> State:
        """The state at the head; it may have moved on meanwhile, and waits for no fold of the past."""
        with self._head_lock:
            if self._front.size < stored:
                self._advance(self._front, stored)
                self._head = copied(self._front)
            return self._head

    def _at_past(self, size: int) -> State:
        with self._past_lock:
            found = self._past.get(size)
            if found is None:
                found = self._past[size] = self._fold(size)
                if len(self._past) > _KEPT:
                    self._past.popitem(last=False)
            self._past.move_to_end(size)
            return found

    def _fold(self, size: int) -> State:
        anchors = list(self._anchors)  # the head may set one meanwhile
        state = copied(self._anchors[max(anchor for anchor in anchors if anchor <= size)])
        self._advance(state, size)
        return state

    def _advance(self, state: State, size: int) -> None:
        for raw in self._log.entries(state.size, size):
            entry = read_entry(raw)
            version = state.version(entry.statement.stream) + 1
            state.apply(recorded_of(entry, version), lookup=self._log.lookup)
            if state.size % _ANCHOR_EVERY == 0 and state.size not in self._anchors:
                self._anchors[state.size] = copied(state)


def copied(state: State) -> State:
    """A state that can go on by itself. The aggregates, being frozen, are the same objects."""
    return copy.deepcopy(state, {id(one): one for one in state.aggregates.values()})
