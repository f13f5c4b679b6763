"""Between an event loop and the writer's thread, many at a time, in both directions.

`asyncio.wrap_future` wakes the loop once for every future. A batch of the sequencer settles many at
once, and waking a loop costs more than settling a future: here the first outcome of a burst wakes
it, and the others are found there when it comes. Statements of several tasks of the loop are submitted as one batch,
once two turns of the loop have brought no further one. A batch costs as much as a dozen of its entries, and without
that wait a loop that is reading requests would make many small batches.
Nothing waits for a request that has not come: a statement that comes alone goes on after those turns.
"""

import asyncio
import contextlib
import threading
from collections import deque
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

from constancia.ledger.append.examiner import Submission
from constancia.ledger.append.sequencer import Sequencer
from constancia.ledger.submission import SignedStatement

T = TypeVar("T")
_QUIET_TURNS: Final = 2  # what is read in one turn of the loop is handed in in the next one, or in that after it
_MOST: Final = 128  # so many share what a batch costs, and the first of them has waited for no more than the others


class LoopReplies(Generic[T]):
    """Outcomes on their way to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Delivers on `loop`."""
        self._loop = loop
        self._lock = threading.Lock()
        self._settled: deque[tuple[asyncio.Future[T], asyncio.TimerHandle | None, Future[T]]] = deque()
        self._is_waking = False
        self._handed_in: list[Submission] = []

    def hand_in(self, sequencer: Sequencer, signed: SignedStatement) -> Submission:
        """Have a statement taken in now, and handed on with those that the loop is reading; on the loop's own thread.

        Raises:
            Busy, Closed, Fatal: As `Sequencer.submit`.
        """
        submission = sequencer.take_in(signed)
        if not self._handed_in:
            self._loop.call_soon(self._hand_on, sequencer, 1, 0)
        self._handed_in.append(submission)
        return submission

    def _hand_on(self, sequencer: Sequencer, before: int, quiet: int) -> None:
        """Hand on what was handed in; while the turns of the loop bring more, look again in the next one."""
        count = len(self._handed_in)
        quiet = quiet + 1 if count == before else 0
        if quiet < _QUIET_TURNS and count < _MOST:
            self._loop.call_soon(self._hand_on, sequencer, count, quiet)
            return
        handed_in, self._handed_in = self._handed_in, []
        sequencer.hand_on(handed_in)

    def wrap(self, future: Future[T], timeout_s: float | None = None) -> asyncio.Future[T]:
        """Return an awaitable for `future`; must be called on the loop's own thread.

        Cancelling the awaitable, or its end by `timeout_s` with `TimeoutError`, leaves the submission alone: what was
        signed may be stored all the same, and its author asks again by its id.
        """
        awaitable: asyncio.Future[T] = self._loop.create_future()
        timer = None if timeout_s is None else self._loop.call_later(timeout_s, _give_up, awaitable)
        future.add_done_callback(lambda done: self._add(awaitable, timer, done))
        return awaitable

    def _add(self, awaitable: asyncio.Future[T], timer: asyncio.TimerHandle | None, done: Future[T]) -> None:
        with self._lock:
            self._settled.append((awaitable, timer, done))
            if self._is_waking:
                return
            self._is_waking = True
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits there any more
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            self._is_waking = False
            settled, self._settled = self._settled, deque()
        for awaitable, timer, done in settled:
            if timer is not None:
                timer.cancel()
            if awaitable.done():
                continue
            if done.cancelled():
                awaitable.cancel()
            elif (error := done.exception()) is not None:
                awaitable.set_exception(error)
            else:
                awaitable.set_result(done.result())


def _give_up(awaitable: "asyncio.Future[T]") -> None:
    if not awaitable.done():
        awaitable.set_exception(TimeoutError())
