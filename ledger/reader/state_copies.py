"""Copies of the state at some sizes, from which a process without snapshots reaches the past.

They are made of what this process has folded itself, while it reads the ledger, so that nothing has to be trusted.
Their number is bounded: once there are too many, every second one goes, and the next ones are further apart.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from constancia.domain.state import State
from constancia.ledger.append.head import Head

EVERY: Final = 512  # entries between two, as long as there are few
MOST: Final = 32

Progress = Callable[[int, int], None]


class StateCopies:
    """States at sizes that grow. Safe to use from several threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._every = EVERY
        self._states: tuple[State, ...] = ()
        self._lock = threading.Lock()

    def note(self, state: State) -> None:
        """Copy a state, where it is as far from the last one as they are from one another."""
        with self._lock:
            states = self._states
            if state.size < (states[-1].size if states else 0) + self._every:
                return
            states = (*states, state.copied())
            if len(states) > MOST:
                states, self._every = states[1::2], 2 * self._every
            self._states = states

    def watching(self, head: Head, on_progress: Progress | None) -> Progress:
        """Give what is called after each batch that a head has read: it notes the head's state."""

        def watch(size: int, total: int) -> None:
            self.note(head.state)
            if on_progress is not None:
                on_progress(size, total)

        return watch

    def near(self, size: int) -> State | None:
        """Give a state of its own at the largest size up to a size; None where there is none."""
        states = self._states
        at = bisect_right(states, size, key=lambda state: state.size)
        return states[at - 1].copied() if at else None

    @property
    def sizes(self) -> list[int]:
        """The sizes, in order."""
        return [state.size for state in self._states]
