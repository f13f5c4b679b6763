"""Carrying outcomes from the writer's thread to an event loop, many at a time.

`asyncio.wrap_future` wakes the loop once for every future. A batch of the sequencer settles many at
once, and waking a loop costs more than settling a future: here the first outcome of a burst wakes
it, and the others are found there when it comes.
"""

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class LoopReplies(Generic[T]):
    """Outcomes on their way to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Delivers on `loop`."""
        self._loop = loop
        self._lock = threading.Lock()
        self._settled: deque[tuple[asyncio.Future[T], Future[T]]] = deque()
        self._is_waking = False

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
            if self._is_waking or self._loop.is_closed():
                return
            self._is_waking = True
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
