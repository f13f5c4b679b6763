"""Projections in a database of their own, which may be deleted at any time.

- V1: the rows of a page of entries and the position that they reach are one transaction: each entry
  takes effect once, also across a crash.
- V2: what is kept is held against the log at the start (origin, the leaf hash at its position, the
  projections' version); views of another history are thrown away and made again.
- V3: the views lag behind the log by what is being projected at the moment; `wait` closes the gap
  for who needs it, and each answer can name the position it stands at.
"""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from eventsourcing.persistence import PersistenceError, Tracking
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTrackingRecorder,
)
from typing_extensions import override

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.values import canonical
from constancia.domain.state import State
from constancia.ledger.clock import new_uuid
from constancia.ledger.reader.log import Log
from constancia.ledger.store.application import EntryApplication
from constancia.ledger.store.mapper import recorded_of
from constancia.ledger.store.sqlite_recorder import LedgerRecorder, LedgerSubscription
from constancia.ledger.views.projections import PROJECTIONS, VERSION
from constancia.ledger.views.projections.base import Projection, StateProjection
from constancia.verify.speed.entry_patterns import read_entry

PAGE: Final = 1_000
TRACKED: Final = EntryApplication.name
# After a page the views rest for a while, the longer the more there was: under load rows that many
# entries touch are then computed once for many, and the writer keeps the interpreter. An entry that
# comes alone is projected at once.
_PAUSE_S: Final = 0.001
_MAX_PAUSE_S: Final = 0.25
# One row says which log the views are of; no projection has an empty name.
_ABOUT: Final = ("", "about")
_log = logging.getLogger(__name__)

RowChange = tuple[str, str, bytes | None]


class _ViewsPool(SQLiteConnectionPool):
    @override
    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        # What a power cut takes from the views is projected again; an fsync for each page would
        # only compete with the log's.
        connection.cursor().execute("PRAGMA synchronous=NORMAL")
        return connection


class ViewStore(SQLiteTrackingRecorder):
    """Rows by projection and key, with the position that they reach."""

    def __init__(self, db_name: str) -> None:
        """Open the database, and makes its tables when missing."""
        datastore = SQLiteDatastore(db_name, originator_id_type="text")
        datastore.pool = _ViewsPool(db_name=db_name, pool_size=8, max_overflow=56)
        super().__init__(datastore)
        self.create_table()

    @override
    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS views (projection TEXT, key TEXT, data BLOB, "
            "PRIMARY KEY (projection, key)) WITHOUT ROWID",
        ]

    @property
    def position(self) -> int:
        """How many entries the rows stand for."""
        return self.max_tracking_id(TRACKED) or 0

    def save(self, position: int, changes: Iterable[RowChange]) -> None:
        """Store a page's rows and the position that they reach, in one transaction.

        Raises:
            IntegrityError: The position was reached before; nothing is stored.
        """
        with self.datastore.transaction(commit=True) as c:
            self._insert_tracking(c, Tracking(TRACKED, position))
            for projection, key, data in changes:
                self._put(c, projection, key, data)

    @staticmethod
    def _put(c: SQLiteCursor, projection: str, key: str, data: bytes | None) -> None:
        if data is None:
            c.execute("DELETE FROM views WHERE projection=? AND key=?", (projection, key))
        else:
            c.execute("INSERT OR REPLACE INTO views VALUES (?,?,?)", (projection, key, data))

    def get(self, projection: str, key: str) -> bytes | None:
        """Return a row's canonical bytes, or None."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT data FROM views WHERE projection=? AND key=?", (projection, key))
            row = c.fetchone()
        return None if row is None else _bytes(row[0])

    def select(
        self, projection: str, *, prefix: str = "", after: str = "", limit: int = PAGE
    ) -> list[tuple[str, bytes]]:
        """Rows of a projection in the order of their keys."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT key, data FROM views WHERE projection=? AND key>? AND key>=? "
                "AND substr(key, 1, ?)=? ORDER BY key LIMIT ?",
                (projection, after, prefix, len(prefix), prefix, limit),
            )
            return [(str(row[0]), _bytes(row[1])) for row in c.fetchall()]

    def dump(self) -> tuple[int, dict[tuple[str, str], bytes]]:
        """All rows and the position that they stand at, read at one moment."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT notification_id FROM tracking WHERE application_name=?", (TRACKED,))
            row = c.fetchone()
            c.execute("SELECT projection, key, data FROM views ORDER BY projection, key")
            rows = {(str(r[0]), str(r[1])): _bytes(r[2]) for r in c.fetchall()}
        return (row[0] if row else 0), rows

    def clear(self) -> None:
        """Delete all rows and the position."""
        with self.datastore.transaction(commit=True) as c:
            c.execute("DELETE FROM views")
            c.execute("DELETE FROM tracking WHERE application_name=?", (TRACKED,))


def _bytes(value: object) -> bytes:
    # The database may have been changed by hand: whatever lies there is compared as bytes.
    return value if isinstance(value, bytes) else str(value).encode()


class Finder(Protocol):
    """What a projector needs of a log."""

    def lookup(self, leaf_hash: str) -> Recorded | None:
        """Return the earlier entry with a leaf hash (64 hex digits), or None."""
        ...


class Projector:
    """Folds entries into rows. Touches no store."""

    def __init__(self, log: Finder, origin: str, projections: Sequence[Projection] = PROJECTIONS) -> None:
        """Start before the first entry."""
        self._log = log
        self._origin = origin
        self.projections = projections
        self.state = State(origin)
        self._touched: dict[tuple[str, str], StateProjection] = {}
        self._added: dict[tuple[str, str], bytes | None] = {}
        self._leaf_hash = ""

    def skip(self, raw: bytes) -> Recorded:
        """Take an entry into the state without making rows; it must be the next one."""
        entry = read_entry(raw)
        version = self.state.version(entry.statement.stream) + 1
        recorded = recorded_of(entry, version)
        self.state.apply(recorded, lookup=self._log.lookup)
        self._leaf_hash = recorded.leaf_hash
        return recorded

    def take(self, raw: bytes) -> None:
        """Take an entry in, which must be the next one."""
        self.project(self.skip(raw))

    def project(self, recorded: Recorded) -> None:
        """Note what an entry changes; the state has taken it in."""
        self._leaf_hash = recorded.leaf_hash
        for projection in self.projections:
            if isinstance(projection, StateProjection):
                for key in projection.touched(recorded, self.state):
                    self._touched[projection.name, key] = projection
            else:
                last, data = None, b""
                for key, row in projection.rows(recorded, self.state):
                    if row is not last:
                        last, data = row, canonical(row)
                    self._added[projection.name, key] = data

    def changes(self) -> list[RowChange]:
        """Return the rows changed since the last call."""
        rows = dict(self._added)
        for (name, key), projection in self._touched.items():
            row = projection.row(self.state, key)
            rows[name, key] = None if row is None else canonical(row)
        self._touched.clear()
        self._added.clear()
        rows[_ABOUT] = canonical(about(self._origin, self._leaf_hash))
        return [(name, key, data) for (name, key), data in rows.items()]


def about(origin: str, leaf_hash: str) -> Mapping[str, Any]:
    """Return what the views say of themselves: the log, its last entry's leaf hash, the rows' version."""
    return {"last": leaf_hash, "origin": origin, "version": VERSION}


class Views:
    """A log's projections: kept up while it grows, and read by the pages."""

    def __init__(self, log: Log, recorder: LedgerRecorder, path: Path | None, origin: str) -> None:
        """Prepare; files are opened lazily.

        Args:
            log: The log.
            recorder: Its store, for the subscription.
            path: The database; None keeps the rows in memory.
            origin: The ledger's name.
        """
        self._log = log
        self._recorder = recorder
        self._path = path
        self._origin = origin
        self._opening = threading.Lock()
        self._opened: ViewStore | None = None
        self._subscription: LedgerSubscription | None = None
        self._following: threading.Thread | None = None
        self._moved = threading.Condition()
        self._catching = threading.Lock()
        self._reached = 0
        self._projector: Projector | None = None
        self._closing = threading.Event()
        self.failure: Exception | None = None

    @property
    def position(self) -> int:
        """How many entries the rows stand for, as far as they were found to be this log's."""
        return self._reached

    def row(self, projection: str, key: str) -> Mapping[str, Any] | None:
        """Return a row, or None."""
        data = self._store().get(projection, key)
        return None if data is None else json.loads(data)

    def rows(
        self, projection: str, *, prefix: str = "", after: str = "", limit: int = PAGE
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """Rows in the order of their keys.

        Args:
            projection: Its name.
            prefix: What the keys begin with.
            after: Rows with larger keys only: the last key of the page before.
            limit: Most rows.
        """
        found = self._store().select(projection, prefix=prefix, after=after, limit=limit)
        return [(key, json.loads(data)) for key, data in found]

    def wait(self, size: int | None = None, timeout_s: float = 10.0) -> None:
        """Wait until the rows stand for `size` entries, by default for all that are stored now.

        Raises:
            TimeoutError: They did not in time.
        """
        target = self._log.size if size is None else size
        if self._following is None:
            self.catch_up()
        with self._moved:
            reached = self._moved.wait_for(lambda: self.failure is not None or self.position >= target, timeout_s)
        if self.failure is not None:
            raise self.failure
        if not reached:
            raise TimeoutError(f"the views stand at {self.position}, not yet at {target}")

    def catch_up(self) -> int:
        """Projects what is stored and not yet projected; for a ledger that is not followed.

        Returns:
            The position reached.
        """
        store = self._store()
        with self._catching:
            if self._projector is None:
                self._projector = self._resume(store)
            advance(self._projector, store, self._log, self._log.size)
            self._reached = store.position
        return self._reached

    def follow(self) -> None:
        """Keep the views up from now on, in a thread of its own."""
        self._following = threading.Thread(target=self._follow, name="views", daemon=True)
        self._following.start()

    def close(self) -> None:
        """End following and closes the database; may be repeated."""
        with self._opening:
            self._closing.set()
            if self._subscription is not None:
                self._subscription.stop()
        if self._following is not None:
            self._following.join()
        if self._opened is not None:
            self._opened.datastore.close()

    def _follow(self) -> None:
        try:
            store = self._store()
            projector = self._resume(store)
            self._arrive(store.position)
            with self._opening:
                if self._closing.is_set():
                    return
                self._subscription = self._recorder.subscribe(gt=store.position)
            with self._subscription as subscription:
                while page := subscription.next_page():
                    for notification in page:
                        projector.take(bytes(notification.state))
                    # A crash before this commit leaves the former position: the page comes again.
                    store.save(page[-1].id, projector.changes())
                    self._arrive(page[-1].id)
                    self._closing.wait(min(_MAX_PAUSE_S, _PAUSE_S * len(page)))
        except Exception as error:  # noqa: BLE001 (whoever waits for the views must learn of it)
            _log.exception("the views have stopped")
            with self._moved:
                self.failure = error
                self._moved.notify_all()

    def _arrive(self, position: int) -> None:
        with self._moved:
            self._reached = position
            self._moved.notify_all()

    def _resume(self, store: ViewStore) -> Projector:
        """Return a projector at the store's position; the store is emptied when it is of another log."""
        position = store.position
        found = store.get(*_ABOUT)
        if position and not self._is_ours(position, found):
            _log.warning("the views are of another history or version; they are made again")
            store.clear()
            position = 0
        projector = Projector(self._log, self._origin)
        for raw in self._log.entries(0, position):
            projector.skip(raw)
        return projector

    def _is_ours(self, position: int, found: bytes | None) -> bool:
        if position > self._log.size:
            return False
        last = self._log.leaf_hash(position - 1).hex()
        return found == canonical(about(self._origin, last))

    def _store(self) -> ViewStore:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> ViewStore:
        if self._path is None:
            return ViewStore(f"file:views-{new_uuid()}?mode=memory&cache=shared")
        address = self._path.resolve().as_uri()
        try:
            return ViewStore(address)
        except (sqlite3.Error, PersistenceError):
            _log.exception("the views' database can't be read; it is made again")
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return ViewStore(address)


def advance(projector: Projector, store: ViewStore, log: Log, stop: int, page: int = PAGE) -> None:
    """Projects the log's entries up to `stop` in pages, each with its position in one transaction."""
    for taken, raw in enumerate(log.entries(projector.state.size, stop), start=1):
        projector.take(raw)
        if taken % page == 0 or projector.state.size == stop:
            store.save(projector.state.size, projector.changes())
