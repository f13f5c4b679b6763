"""A queue from which a thread takes what is there, up to a limit, in one go."""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class BatchQueue(Generic[T]):
    """Items from many threads for a few takers.

    The lock is held for the time of an append or a few pops only; nobody waits on a full inbox,
    because how much may be under way is decided where it is taken in.
    """

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._closed = False
        self._waiting = threading.Condition()

    def put(self, *items: T) -> None:
        """Add items, in order."""
        with self._waiting:
            self._items.extend(items)
            self._waiting.notify()

    def take(self, limit: int) -> list[T]:
        """Wait until something is there and takes up to `limit` of it.

        Returns:
            The items in order; an empty list when the inbox is closed and empty.
        """
        with self._waiting:
            while not self._items:
                if self._closed:
                    return []
                self._waiting.wait()
            taken = [self._items.popleft() for _ in range(min(limit, len(self._items)))]
            if self._items:
                self._waiting.notify()
            return taken

    def close(self) -> None:
        """Lets takers go once the inbox is empty."""
        with self._waiting:
            self._closed = True
            self._waiting.notify_all()
