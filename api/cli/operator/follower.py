"""A served ledger that another process writes: what that one appends is read, and its rows are made."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from constancia.ledger.ledger import Ledger

_REFRESH_S: Final = 1.0


class Follower:
    """Reads on in a ledger that is open for reading. Safe to use from several threads.

    Args:
        ledger: The ledger.
        confirmed: How many entries the process that writes has confirmed, where that process says so: nothing beyond
            what it has said is read. None reads what the store has.
    """

    def __init__(self, ledger: "Ledger", confirmed: int | None = None) -> None:
        self._ledger = ledger
        self._confirmed = confirmed
        self._lock = threading.Lock()

    def reach(self, size: int) -> bool:
        """Read on, if the ledger has fewer entries than that; tell whether it has them now.

        Args:
            size: How many; where the process that writes says so, it has confirmed them.
        """
        from eventsourcing.persistence import PersistenceError

        from constancia.ledger.errors import LedgerError

        with self._lock:
            try:
                if self._confirmed is not None:
                    self._confirmed = max(self._confirmed, size)
                if self._ledger.size < size:
                    self._ledger.refresh(self._confirmed)
                if self._ledger.views.position < self._ledger.size:
                    self._ledger.views.catch_up()  # nobody else does where nothing is written
            except (LedgerError, PersistenceError, sqlite3.Error):
                logging.getLogger(__name__).exception("what was appended meanwhile can't be read")
        return self._ledger.size >= size

    @contextlib.contextmanager
    def running(self, end: Callable[[], None]) -> Iterator[None]:
        """Read on within the block: when the ledger's database notifies, and each second.

        Args:
            end: Called where another ledger's file has taken the place of the one that is read.

        Raises:
            Fatal: At the end of the block, where that was so.
        """
        from constancia.ledger.disk.opened_file import OpenedFile
        from constancia.ledger.errors import Fatal
        from constancia.verify.sources.layout import STORE_NAME

        ended, opened = threading.Event(), OpenedFile(self._ledger.folder.path / STORE_NAME)
        failures: list[Fatal] = []

        def follow() -> None:
            while not ended.is_set():
                try:
                    opened.check()
                except Fatal as error:
                    failures.append(error)
                    end()
                    return
                self.reach(self._ledger.size + 1)
                self._ledger.store.wait_growth(_REFRESH_S, ended)

        thread = threading.Thread(target=follow, name="refresh", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        if failures:
            raise failures[0]
