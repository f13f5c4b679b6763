"""Between an event loop and the writer's thread, many at a time, in both directions.

`asyncio.wrap_future` wakes the loop once for every future. A batch of the sequencer settles many at
once, and waking a loop costs more than settling a future: here the first outcome of a burst wakes
it, and the others are found there when it comes. What the loop's tasks hand in within one turn of it
is handed on together, for the same reason.
"""

import asyncio
import contextlib
import threading
from collections import deque
from concurrent.futures import Future
from typing import Generic, TypeVar

from constancia.ledger.append.examiner import Submission
from constancia.ledger.append.sequencer import Sequencer
from constancia.ledger.submission import SignedStatement

T = TypeVar("T")


class LoopReplies(Generic[T]):
    """Outcomes on their way to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Delivers on `loop`."""
        self._loop = loop
        self._lock = threading.Lock()
        self._settled: deque[tuple[asyncio.Future[T], Future[T]]] = deque()
        self._is_waking = False
        self._handed_in: list[Submission] = []

    def hand_in(self, sequencer: Sequencer, signed: SignedStatement) -> Submission:
        """Have a statement taken in now, and handed on at the end of the loop's turn; on the loop's own thread.

        Raises:
            Busy, Closed, Fatal: As `Sequencer.submit`.
        """
        submission = sequencer.take_in(signed)
        if not self._handed_in:
            self._loop.call_soon(self._hand_on, sequencer)
        self._handed_in.append(submission)
        return submission

    def _hand_on(self, sequencer: Sequencer) -> None:
        handed_in, self._handed_in = self._handed_in, []
        sequencer.hand_on(handed_in)

    def wrap(self, future: Future[T]) -> asyncio.Future[T]:
        """Return an awaitable for `future`; must be called on the loop's own thread.

        Cancelling the awaitable leaves the submission alone: what was signed may be stored all the
        same, and its author asks again by its id.
        """
        awaitable: asyncio.Future[T] = self._loop.create_future()
        future.add_done_callback(lambda done: self._add(awaitable, done))
        return awaitable

    def _add(self, awaitable: asyncio.Future[T], done: Future[T]) -> None:
        with self._lock:
            self._settled.append((awaitable, done))
            if self._is_waking:
                return
            self._is_waking = True
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits there any more
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            self._is_waking = False
            settled, self._settled = self._settled, deque()
        for awaitable, done in settled:
            if awaitable.done():
                continue
            if done.cancelled():
                awaitable.cancel()
            elif (error := done.exception()) is not None:
                awaitable.set_exception(error)
            else:
                awaitable.set_result(done.result())
