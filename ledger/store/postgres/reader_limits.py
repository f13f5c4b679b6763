"""A limit of time for what readers ask of a database: one thread looks after all of their connections.

The server ends a statement that takes too long (`statement_timeout`). A server's process that is frozen does not even
that: then the connection is cut, and who waits for it gets an error.
"""

import contextlib
import itertools
import threading
import time
from collections.abc import Iterator

from constancia.ledger.store.postgres.session import Connection, cut


class ReaderLimits:
    """Cuts connections that have been at one thing for too long. Safe to use from several threads."""

    def __init__(self, limit_s: float) -> None:
        """Prepare; the thread begins with the first connection.

        Args:
            limit_s: How long one may be at one thing, in seconds.
        """
        self._limit_s = limit_s
        self._under_way: dict[int, tuple[float, Connection]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, connection: Connection) -> Iterator[None]:
        """Limit what is done with a connection within the block."""
        number = next(self._numbers)
        with self._lock:
            self._under_way[number] = time.monotonic(), connection
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._watch, name="reader-limits", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._under_way.pop(number, None)

    def close(self) -> None:
        """End the thread; may be repeated."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._closing.wait(self._limit_s / 10):
            with self._lock:  # a connection must not be closed meanwhile: its number may be another file's then
                for number, (since, connection) in list(self._under_way.items()):
                    if time.monotonic() - since > self._limit_s:
                        del self._under_way[number]
                        cut(connection)
