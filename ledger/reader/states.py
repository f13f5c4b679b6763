"""The one fold of the stored entries: the state at the head, lent to readers, and states at earlier sizes.

The writer's own state is never lent: it is ahead of the store while a batch is under way. This is the other one. It is
of the stored entries alone, folded by the domain's own `apply`, here or by the writer, whose aggregates are frozen.
Each entry is parsed once for it: what else needs the entries in order (the projector) is called as each one passes.

- F1: a state that was lent is never changed again. Before the next entry the fold goes on with a copy, whose
  aggregates, being frozen, are the same objects.
- F2: an entry is parsed and applied once, for readers at the head and for the follower of the views. A follower that
  lags behind what is folded already reads the entries by itself, and folds none: nobody who reads waits for it.
- F3: what the writer has just stored is taken from it, parsed and folded as it is, as long as there is little of it;
  all else is read from the store and folded here.
- F5: where the ledger is written, the state is stored from time to time (`snapshots`). A copy of the state is the
  last stored one with the changes since; the state at an earlier size is the nearest stored one before it with the
  entries after that. Elsewhere copies of what was folded are at hand at some sizes (`state_copies`).
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Final

from constancia.domain.kernel.acts import Recorded
from constancia.domain.state import Change, State
from constancia.ledger.errors import NotFound
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.state_copies import StateCopies
from constancia.ledger.snapshots.snapshots import Snapshots

# Earlier states in the cache.
_CACHED: Final = 8
# What was just stored and is not folded yet; beyond that it is read from the store.
_FRESH: Final = 1_024

Fresh = tuple[Recorded, Change]
Take = Callable[[Recorded, State], None]


class States:
    """States of one log by size. Safe to use from several threads.

    The head and the past have a lock each: who asks for earlier sizes delays nobody who reads the present.
    """

    def __init__(
        self,
        log: Log,
        origin: str,
        begun: State | None = None,
        snapshots: Snapshots | None = None,
        copies: StateCopies | None = None,
    ) -> None:
        """Fold the entries of `log`.

        Args:
            log: The log.
            origin: The ledger's name.
            begun: A state of its own at some size of this very log, to go on from; by default that of size 0.
            snapshots: Where states are stored now and then.
            copies: Copies at smaller sizes of this very log, where there are no snapshots.
        """
        self._log = log
        self._origin = origin
        self._snapshots = snapshots
        self._state = State(origin) if begun is None else begun
        self._is_lent = False
        self._take: Take | None = None
        self._take_from = 0
        self._fresh: deque[Fresh] = deque(maxlen=_FRESH)
        self._fresh_lock = threading.Lock()
        self._lock = threading.Lock()
        self._past: OrderedDict[int, State] = OrderedDict()
        self._past_lock = threading.Lock()
        self._copies = copies or StateCopies()

    def at(self, size: int | None = None) -> State:
        """Give the state after `size` entries, by default after all that are stored. It must not be changed.

        Raises:
            NotFound: The log is not that long.
        """
        stored = self._log.size
        if size is not None and not 0 <= size <= stored:
            raise NotFound(f"the log has {stored} entries, not {size}")
        with self._lock:
            self._advance(stored)
            if size is None or self._state.size == size:
                self._is_lent = True
                return self._state
        return self._at_past(size)

    def near(self, size: int) -> State:
        """Give a state of its own at the largest size at hand up to a size, for who folds entries of its choice."""
        return self._near(size)

    def offer(self, stored: Sequence[Fresh]) -> None:
        """Take note of the entries of a batch that has just been stored, in order, with what each has changed."""
        with self._fresh_lock:
            self._fresh.extend(stored)

    def close(self) -> None:
        """Store the state at the end, where it is worth it."""
        if self._snapshots is not None:
            with self._lock:
                self._snapshots.store(self._state, self._log.tree, is_last=True)

    def advance(self, stop: int) -> int:
        """Fold the stored entries up to size `stop`, and give the size reached; it may have been larger before."""
        with self._lock:
            self._advance(stop)
            return self._state.size

    def hand_on(self, start: int, take: Take | None) -> bool:
        """Have `take` called with each entry from index `start` on, and the state after it; with None, nothing more.

        Returns:
            Whether it is so; False where the entry at `start` was folded before.
        """
        with self._lock:
            if take is not None and self._state.size > start:
                return False
            self._take, self._take_from = take, start
            return True

    def _advance(self, stop: int) -> None:
        if self._state.size >= stop:
            return
        if self._is_lent:
            self._state, self._is_lent = self._state.copied(), False
        while self._state.size < stop:
            fresh = self._next_fresh()
            if fresh is None:
                break
            recorded, change = fresh
            self._state.take(change)
            self._note(self._state)
            self._hand_on(recorded)
        for recorded in self._log.recorded_from(self._state.size, stop):
            self._apply(self._state, recorded)
            self._hand_on(recorded)

    def _next_fresh(self) -> Fresh | None:
        """Give the next entry from what was just stored; None if it is not the first of that."""
        with self._fresh_lock:
            while self._fresh and self._fresh[0][0].index < self._state.size:
                self._fresh.popleft()
            is_next = self._fresh and self._fresh[0][0].index == self._state.size
            return self._fresh.popleft() if is_next else None

    def _hand_on(self, recorded: Recorded) -> None:
        if self._take is not None and recorded.index >= self._take_from:
            self._take(recorded, self._state)

    def _at_past(self, size: int) -> State:
        with self._past_lock:
            state = self._past.get(size)
            if state is None:
                state = self._past[size] = self._fold(size)
                if len(self._past) > _CACHED:
                    self._past.popitem(last=False)
            self._past.move_to_end(size)
            return state

    def _fold(self, size: int) -> State:
        state = self._near(size)
        for recorded in self._log.recorded_from(state.size, size):
            self._apply(state, recorded)
        return state

    def _near(self, size: int) -> State:
        """Give a state of its own at an earlier size that is at hand."""
        at_hand = self._copies if self._snapshots is None else self._snapshots
        return at_hand.near(size) or State(self._origin)

    def _apply(self, state: State, recorded: Recorded) -> None:
        state.apply(recorded, lookup=self._log.lookup)
        self._note(state)

    def _note(self, state: State) -> None:
        """Store the head's state, or a copy of it, where that is due; of the past all that is wanted is at hand."""
        if state is not self._state:
            return
        if self._snapshots is not None:
            self._snapshots.store(state, self._log.tree)
        else:
            self._copies.note(state)
