"""How a thread that lives as long as the server goes on after a fault: later and later, and it says since when."""

import threading
import time
from collections.abc import Callable
from typing import Final

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 30.0


class Retry:
    """The pauses of one thread. `waiting_s` may be read by all."""

    def __init__(self, *, first_s: float = FIRST_PAUSE_S, longest_s: float = LONGEST_PAUSE_S) -> None:
        """Begins with no fault."""
        self._first_s = first_s
        self._longest_s = longest_s
        self._pause_s = first_s
        self._since: float | None = None

    @property
    def waiting_s(self) -> float | None:
        """Seconds since the first fault of this row of faults; None while all is well."""
        since = self._since
        return None if since is None else time.monotonic() - since

    def succeed(self) -> None:
        """Note that the work was done: the next fault begins a new row."""
        self._since, self._pause_s = None, self._first_s

    def pause(self, closing: threading.Event) -> bool:
        """Wait after a fault, twice as long as after the one before.

        Args:
            closing: Ends the wait at once.

        Returns:
            Whether to try again; False where `closing` is set.
        """
        if self._since is None:
            self._since = time.monotonic()
        ended = closing.wait(self._pause_s)
        self._pause_s = min(2 * self._pause_s, self._longest_s)
        return not ended

    def run(self, work: Callable[[], None], closing: threading.Event, on_fault: Callable[[Exception], None]) -> None:
        """Do some work until it comes to its end; after a fault of it, wait and begin again.

        Args:
            work: The work. It calls `succeed` itself, where something was done.
            closing: Ends it.
            on_fault: Gets each fault, before the wait.
        """
        while not closing.is_set():
            try:
                work()
            except Exception as error:  # noqa: BLE001 (a thread that ends here would never come back)
                on_fault(error)
                if not self.pause(closing):
                    return
            else:
                return
