"""Stored rows, maintained while the log grows, in a database of their own, which may be deleted at any time.

- V1: the rows of a page of entries and the position that they reach are one transaction: each entry
  takes effect once, also across a crash.
- V2: stored rows are compared with the log at the start (origin, the leaf hash at their position, the
  projections' version); rows of another history are thrown away and made again.
- V3: the rows lag behind the log by what is being projected at the moment; `wait` closes the gap
  for who needs it, and each answer can name its position.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from constancia.domain.values.values import canonical
from constancia.ledger.disk.database import is_damaged, remove_database
from constancia.ledger.disk.retry import Retry
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.states import States
from constancia.ledger.store.entry_store import EntryStore
from constancia.ledger.views.projector import ABOUT, Projector, about, edition_after
from constancia.ledger.views.view_store import PAGE, ViewStore, open_views

# After a page the follower rests for a while, the longer the more there was: under load the writer keeps the
# interpreter, and a row of a larger page costs less. An entry that comes alone is projected at once, and who waits for
# rows ends the rest.
_PAUSE_S: Final = 0.02
_MAX_PAUSE_S: Final = 0.25
_LATE_S: Final = 1.0  # a rest, and the rows of what came meanwhile
_log = logging.getLogger(__name__)


class Views:
    """A log's stored rows: maintained while it grows, and read by pages and interface."""

    def __init__(self, log: Log, states: States, recorder: EntryStore, path: Path | None, origin: str) -> None:
        """Prepare; nothing is opened before it is needed.

        Args:
            log: The log.
            states: Its fold, which passes the entries.
            recorder: Its store, which tells when it has grown.
            path: The database; None keeps the rows in memory.
            origin: The ledger's name.
        """
        self._log = log
        self._states = states
        self._recorder = recorder
        self._path = path
        self._origin = origin
        self._opening = threading.Lock()
        self._opened: ViewStore | None = None
        self._following: threading.Thread | None = None
        self._has_grown = threading.Event()
        self._closing = threading.Event()
        self._are_wanted = threading.Event()
        self._moved = threading.Condition()
        self._catching = threading.Lock()
        self._projector: Projector | None = None
        self._is_behind = False  # what readers are ahead with is read by itself, until the rows have caught up
        self._reached = 0
        self._had_all_at = -_LATE_S  # on the monotonic clock
        self.retry = Retry()
        self.failure: Exception | None = None

    @property
    def position(self) -> int:
        """How many entries the rows reflect, as far as they are checked to be this log's."""
        return self._reached

    @property
    def is_late(self) -> bool:
        """Whether rows are missing, and that for longer than a rest of the follower takes."""
        return self._reached < self._log.size and time.monotonic() - self._had_all_at > _LATE_S

    def rows(
        self, projection: str, *, prefix: str = "", after: str = "", before: str = "", limit: int = PAGE
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """Give rows in the order of their keys.

        Args:
            projection: Its name.
            prefix: What the keys begin with.
            after: Rows with larger keys only: the last key of the page before.
            before: Rows with smaller keys only, from the last one on: the first key of the page after.
            limit: Most rows.
        """
        if self._reached < self._log.size:
            self._are_wanted.set()  # who reads now sees what there is; the next one, what is missing
        page = self._store().select(projection, prefix=prefix, after=after, before=before, limit=limit)
        return [(key, json.loads(data)) for key, data in page]

    def wait(self, size: int | None = None, timeout_s: float = 10.0) -> None:
        """Wait until the rows reflect `size` entries, by default for all that are stored now.

        Raises:
            TimeoutError: They did not in time.
        """
        target = self._log.size if size is None else size
        if self._following is None:
            self.catch_up()
        if self._reached < target:
            self._are_wanted.set()
        with self._moved:
            reached = self._moved.wait_for(lambda: self.failure is not None or self.position >= target, timeout_s)
        if (failure := self.failure) is not None:
            raise failure.with_traceback(None)
        if not reached:
            raise TimeoutError(f"the views are at {self.position}, not yet at {target}")

    def catch_up(self) -> int:
        """Project what is stored and not yet projected, in pages, and give the position reached."""
        store = self._store()
        with self._catching:
            if self._projector is None:
                self._projector = self._resume(store)
            size = -1
            while not self._closing.is_set():
                before, size = size, self._advance(self._projector, max(size, 0))
                self._save(store, self._projector)
                if self._is_behind and self._hand_on(size, self._projector):
                    self._is_behind = False
                elif size in (before, self._log.size):
                    self._had_all_at = time.monotonic()
                    break
        return self._reached

    def follow(self) -> None:
        """Maintain the rows from now on, in a thread of its own."""
        self._following = threading.Thread(target=self._follow, name="views", daemon=True)
        self._following.start()

    def close(self) -> None:
        """End following and close the database; may be repeated."""
        self._closing.set()
        self._are_wanted.set()
        self._has_grown.set()
        if self._following is not None:
            self._following.join()
        with self._opening:
            if self._opened is not None:
                self._opened.datastore.close()

    def _follow(self) -> None:
        self._recorder.listen(self._has_grown)
        try:
            self.retry.run(self._follow_until_fault, self._closing, self._note_fault)
        finally:
            self._recorder.forget(self._has_grown)

    def _follow_until_fault(self) -> None:
        while self._has_grown.wait():
            self._has_grown.clear()
            self._are_wanted.clear()
            if self._closing.is_set():  # asked after what `close` sets was cleared, or it could be cleared unseen
                return
            before = self._reached
            pause = min(_MAX_PAUSE_S, _PAUSE_S * (self.catch_up() - before))
            self._are_wanted.wait(pause)

    def _note_fault(self, error: Exception) -> None:
        """Tell those who wait, and let go of connections that the fault may have left within a transaction."""
        if self.failure is None:
            _log.error("the views wait, and try again", exc_info=error)
        with self._moved:
            self.failure = error
            self._moved.notify_all()
        with self._catching:
            self._states.hand_on(0, None)
            self._projector = None
        with self._opening:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.datastore.close()
        if self._path is not None and is_damaged(error):
            remove_database(self._path)  # stored rows are disposable: they are made again
        self._has_grown.set()

    def _advance(self, projector: Projector, size: int) -> int:
        """Have the next page of entries projected, and give the size reached."""
        if not self._is_behind:
            return self._states.advance(min(size + PAGE, self._log.size))
        stop = min(self._reached + PAGE, self._log.size)
        for entry in self._log.plain_from(self._reached, stop):
            projector.take(entry, self._states.at)
        return stop

    def _hand_on(self, start: int, projector: Projector) -> bool:
        return self._states.hand_on(start, lambda recorded, state: projector.take(recorded, lambda: state))

    def _save(self, store: ViewStore, projector: Projector) -> None:
        added = projector.added()
        position, rows = added.position, added.described(self._origin, self._edition_after)
        if rows:
            # A crash before this commit leaves the former position: the entries are projected again.
            store.save(position, rows)
        with self._moved:
            if position > self._reached or position >= self._log.size:
                self.failure = None
                self.retry.succeed()
            self._reached = position
            self._moved.notify_all()

    def _resume(self, store: ViewStore) -> Projector:
        """Continue at the store's position; the store is emptied when it is of another log."""
        position = store.position
        if position and not self._is_ours(position, store.get(*ABOUT)):
            _log.warning("the views are of another history or version; they are made again")
            store.clear()
            position = 0
        projector, self._reached = Projector(self._log.lookup, position), position
        self._is_behind = not self._hand_on(position, projector)
        return projector

    def _is_ours(self, position: int, stored: bytes | None) -> bool:
        if position > self._log.size:
            return False
        last = self._log.leaf_hash(position - 1).hex()
        return stored == canonical(about(self._origin, last, self._edition_after(position)))

    def _edition_after(self, size: int) -> int:
        return edition_after(self._log, self._states.at, size)

    def _store(self) -> ViewStore:
        with self._opening:
            if self._opened is None:
                self._opened = open_views(self._path)
            return self._opened
