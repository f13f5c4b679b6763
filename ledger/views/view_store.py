"""The database of stored rows: rows by projection and key, with the position that they reach."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Final

from eventsourcing.persistence import PersistenceError, Tracking
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteDatastore,
    SQLiteTrackingRecorder,
)
from typing_extensions import override

from constancia.ledger.clock import new_uuid
from constancia.ledger.disk.database import remove_database
from constancia.ledger.disk.rows import insert_rows
from constancia.ledger.disk.sqlite_files import bytes_of
from constancia.ledger.store.application import EntryApplication
from constancia.ledger.store.sqlite_recorder import SafelyClosedPool

PAGE: Final = 1_000
_JOURNAL_PAGES: Final = 4_000  # 16 MB: what several transactions change is copied from the journal once
_SCRATCH: Final = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536")  # 64 MB: rows come in no order
TRACKED: Final = EntryApplication.name
_log = logging.getLogger(__name__)

RowChange = tuple[str, str, bytes]
# What lies there is the row, or as text the key under which it lies.
_DATA: Final = (
    "CASE typeof(data) WHEN 'text' THEN (SELECT first.data FROM views AS first "
    "WHERE first.projection = views.projection AND first.key = views.data) ELSE data END"
)


def as_stored(rows: Iterable[RowChange]) -> Iterator[tuple[str, str, bytes | str]]:
    """Give rows as they are stored: one that follows under further keys lies there once, and they name its first key.

    Args:
        rows: Rows by projection and key; the same row under several keys is one object, one after the other.
    """
    first: RowChange = ("", "", b"")
    for row in rows:
        if row[2] is first[2] and row[0] == first[0]:
            yield row[0], row[1], first[1]
        else:
            first = row
            yield row


class _ViewsPool(SafelyClosedPool):
    is_scratch = False

    @override
    def _create_connection(self) -> SQLiteConnection:
        # Who only reads takes the journal as it is, and what is thrown away after a crash needs none.
        self.is_journal_mode_wal |= self.is_scratch or "?mode=ro" in self.db_name
        connection = super()._create_connection()
        if self.is_scratch:
            for setting in _SCRATCH:
                connection.cursor().execute(f"PRAGMA {setting}")
            return connection
        # What a power cut takes from the views is projected again; an fsync for each page would
        # only compete with the log's.
        connection.cursor().execute("PRAGMA synchronous=NORMAL")
        connection.cursor().execute(f"PRAGMA wal_autocheckpoint={_JOURNAL_PAGES}")
        connection.cursor().execute("PRAGMA temp_store=MEMORY")  # what a statement would undo, in no file of its own
        return connection


class ViewStore(SQLiteTrackingRecorder):
    """Rows by projection and key, with the position that they reach."""

    def __init__(self, db_name: str, *, is_scratch: bool = False) -> None:
        """Open the database, and make its tables when missing.

        Args:
            db_name: Its address.
            is_scratch: Whether it is a new one that is thrown away if it is not finished: nothing of it is safe in a
                crash, and who puts it into its place has it written to the disk before.
        """
        datastore = SQLiteDatastore(db_name, originator_id_type="text")
        datastore.pool = pool = _ViewsPool(db_name=db_name, pool_size=8, max_overflow=56)
        pool.is_scratch = is_scratch
        super().__init__(datastore)
        if "?mode=ro" not in db_name:
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
        """How many entries the rows reflect."""
        return self.max_tracking_id(TRACKED) or 0

    def save(self, position: int, changes: Iterable[RowChange]) -> None:
        """Store a page's rows and the position that they reach, in one transaction.

        Raises:
            IntegrityError: The position was reached before; nothing is stored.
        """
        with self.datastore.transaction(commit=True) as c:
            self._insert_tracking(c, Tracking(TRACKED, position))
            # In the order of the table, so that what lies on one page of the file is changed at once.
            rows = sorted(as_stored(changes), key=itemgetter(0, 1))
            insert_rows(c.execute, "INSERT OR REPLACE INTO views", rows)

    def get(self, projection: str, key: str) -> bytes | None:
        """Give a row's canonical bytes, or None."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(f"SELECT {_DATA} FROM views WHERE projection=? AND key=?", (projection, key))  # noqa: S608 (our own)
            row = c.fetchone()
        return None if row is None or row[0] is None else bytes_of(row[0])

    def select(
        self, projection: str, *, prefix: str = "", after: str = "", before: str = "", limit: int = PAGE
    ) -> list[tuple[str, bytes]]:
        """Give rows of a projection in the order of their keys; with `before`, those below it from the last one on."""
        order = "DESC" if before else "ASC"
        # One lower bound: of two the database would take the first, and read all keys before the prefix.
        above, first = (">", after) if after >= prefix else (">=", prefix)
        last = before or f"{prefix}\U0010ffff"
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT key, {_DATA} FROM views WHERE projection=? AND key{above}? AND key<? "  # noqa: S608 (our own words)
                f"AND substr(key, 1, ?)=? ORDER BY key {order} LIMIT ?",
                (projection, first, last, len(prefix), prefix, limit),
            )
            return [(str(row[0]), bytes_of(row[1])) for row in c.fetchall() if row[1] is not None]

    def count(self) -> int:
        """Count the rows."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT count(*) FROM views")
            return int(c.fetchone()[0])

    def dump(self) -> tuple[int, dict[tuple[str, str], bytes]]:
        """Give all rows and their position, read at one moment."""
        position, rows = self.dump_stored()
        whole = ((key, rows.get((key[0], data)) if isinstance(data, str) else data) for key, data in rows.items())
        return position, {key: data for key, data in whole if isinstance(data, bytes)}

    def dump_stored(self) -> tuple[int, dict[tuple[str, str], bytes | str]]:
        """Give all rows as they lie there (`as_stored`), and their position, read at one moment."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT notification_id FROM tracking WHERE application_name=?", (TRACKED,))
            row = c.fetchone()
            c.execute("SELECT projection, key, data FROM views ORDER BY projection, key")
            rows = {
                (str(r[0]), str(r[1])): r[2] if isinstance(r[2], str) else bytes_of(r[2]) for r in c.fetchall()
            }  # fmt: skip
        return (row[0] if row else 0), rows

    def clear(self) -> None:
        """Delete all rows and the position."""
        with self.datastore.transaction(commit=True) as c:
            c.execute("DELETE FROM views")
            c.execute("DELETE FROM tracking WHERE application_name=?", (TRACKED,))


def open_views(path: Path | None) -> ViewStore:
    """Open the views' database; one that can't be read is made again.

    Args:
        path: The file; None keeps the rows in memory.
    """
    if path is None:
        return ViewStore(f"file:views-{new_uuid()}?mode=memory&cache=shared")
    address = path.resolve().as_uri()
    try:
        return ViewStore(address)
    except (sqlite3.Error, PersistenceError):
        _log.exception("the views' database can't be read; it is made again")
    remove_database(path)
    return ViewStore(address)
