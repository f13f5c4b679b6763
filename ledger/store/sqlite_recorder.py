"""The store: the eventsourcing library's SQLite recorder over the schema of SPEC §8.

- S1: entries, leaf hashes and checkpoint of a batch are one transaction; there is no other write.
- S2: the position is an explicit column, dense from 1, so nothing rests on SQLite's row ids.
- S3: rows are only ever added: triggers refuse every update, deletion, replacement and gap.
- S4: WAL and `synchronous=FULL` are set and read back on every connection; a commit that returned
  is on the disk.
- S5: the first statement of a writing transaction is a write, so that waiting for another
  process's lock works and no stale read precedes it.

The triggers keep mistakes out, not attackers: who can write to the file can drop them. What shows
tampering is the verifier.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from eventsourcing.persistence import (
    InterfaceError,
    Notification,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.sqlite import (
    SQLITE3_DEFAULT_LOCK_TIMEOUT,
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
)
from eventsourcing.utils import Environment, EnvType
from typing_extensions import override

from constancia.ledger.disk.rows import insert_rows
from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.store.batch import Batch, stored_batch
from constancia.ledger.store.entry_store import Listeners, notification_of

SCHEMA_VERSION: Final = "1"
# Readers are the pages' threads (40 in the server); each holds a connection for one short query.
_POOL_SIZE: Final = 8
_POOL_OVERFLOW: Final = 56
_LOCK_TIMEOUT_S: Final = 5
_SYNCHRONOUS_FULL: Final = 2

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS stored_events ("
    "position INTEGER PRIMARY KEY, "
    "originator_id TEXT NOT NULL, "
    "originator_version INTEGER NOT NULL, "
    "topic TEXT NOT NULL, "
    "state BLOB NOT NULL, "
    "statement_id TEXT NOT NULL UNIQUE, "
    "UNIQUE (originator_id, originator_version))",
    "CREATE TABLE IF NOT EXISTS batches ("
    "first_index INTEGER PRIMARY KEY, "
    "size INTEGER NOT NULL, "
    "leaf_hashes BLOB NOT NULL, "
    "checkpoint TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)
_GUARD: Final = (
    "CREATE TRIGGER IF NOT EXISTS {table}_no_{act} BEFORE {act} ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
# `INSERT OR REPLACE` deletes without asking the delete trigger, hence the guards on insertion.
_DENSE: Final = (
    "CREATE TRIGGER IF NOT EXISTS stored_events_dense BEFORE INSERT ON stored_events "
    "WHEN NEW.position IS NOT (SELECT COALESCE(MAX(position), 0) + 1 FROM stored_events) "
    "BEGIN SELECT RAISE(ABORT, 'stored_events: position is not the next one'); END",
    # The last batch is found by its key; an earlier program looked for the largest size, in all of them.
    "DROP TRIGGER IF EXISTS batches_dense",
    "CREATE TRIGGER IF NOT EXISTS batches_next BEFORE INSERT ON batches "
    "WHEN NEW.first_index IS NOT COALESCE((SELECT size FROM batches ORDER BY first_index DESC LIMIT 1), 0) "
    "OR NEW.size IS NOT (SELECT MAX(position) FROM stored_events) "
    "BEGIN SELECT RAISE(ABORT, 'batches: not the next batch'); END",
    "CREATE TRIGGER IF NOT EXISTS meta_once BEFORE INSERT ON meta "
    "WHEN EXISTS (SELECT 1 FROM meta WHERE key = NEW.key) "
    "BEGIN SELECT RAISE(ABORT, 'meta: already set'); END",
)
_INSERT_EVENTS: Final = "INSERT INTO stored_events"
_INSERT_BATCH: Final = "INSERT INTO batches VALUES (?,?,?,?)"
# However many are asked for, the statement is the same, so that a connection has it prepared.
_SELECT_POSITIONS: Final = (
    "SELECT statement_id, position FROM json_each(?) CROSS JOIN stored_events ON statement_id = value"
)
_SELECT_BATCH: Final = "SELECT first_index, size, leaf_hashes, checkpoint FROM batches "


class SafelyClosedPool(SQLiteConnectionPool):
    """Connections that remember their prepared statements, the last one used first.

    None is closed that a thread uses: SQLite under a statement that runs would end the whole process, and a server that
    is stopped at once closes its ledger while pages are still made.
    """

    @override
    def _create_connection(self) -> SQLiteConnection:
        # As the library does it, whose connections have room for a single prepared statement.
        timeout = self.lock_timeout or SQLITE3_DEFAULT_LOCK_TIMEOUT
        try:
            opened = sqlite3.connect(
                self.db_name, uri=True, check_same_thread=False, isolation_level=None, timeout=timeout
            )
        except sqlite3.Error as error:
            raise InterfaceError(error) from error
        opened.row_factory = sqlite3.Row
        try:
            if not self.is_sqlite_memory_mode and not self.is_journal_mode_wal:
                opened.execute("PRAGMA journal_mode=WAL")
                self.is_journal_mode_wal = True
        except sqlite3.Error:
            opened.close()
            raise
        return SQLiteConnection(opened, max_age=self.max_age)

    @override
    def close(self) -> None:
        with self._put_condition:
            self._in_use.clear()
            super().close()

    @override
    def put_connection(self, conn: SQLiteConnection) -> None:
        with self._put_condition:
            if self._closed:
                conn.close()
            super().put_connection(conn)
            # What it has read of the file and prepared is of use to who comes next.
            if self._pool and self._pool[-1] is conn:
                self._pool.rotate()


class LedgerConnectionPool(SafelyClosedPool):
    """Connections that are durable, or that can't write at all."""

    @override
    def _create_connection(self) -> SQLiteConnection:
        # A copy made by VACUUM INTO or from a dump, and a store on read-only media, have another journal: which one is
        # of no concern to those who only read.
        is_read_only = "?mode=ro" in self.db_name
        self.is_journal_mode_wal |= is_read_only
        try:
            connection = super()._create_connection()
        except sqlite3.Error as error:
            raise InterfaceError(error) from error
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA synchronous={_SYNCHRONOUS_FULL}")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA trusted_schema=OFF")
            # What one statement of many rows would undo is no one's after a crash: it needs no file of its own.
            cursor.execute("PRAGMA temp_store=MEMORY")
            cursor.execute("PRAGMA journal_mode")
            journal = str(cursor.fetchone()[0]).lower()
            cursor.execute("PRAGMA synchronous")
            synchronous = int(cursor.fetchone()[0])
        except sqlite3.Error as error:
            connection.close()
            raise InterfaceError(error) from error
        is_bound = not self.is_sqlite_memory_mode and not is_read_only
        if is_bound and (journal, synchronous) != ("wal", _SYNCHRONOUS_FULL):
            connection.close()
            raise InterfaceError(
                f"the store must run with journal_mode=wal and synchronous=2 (FULL), found {journal} and {synchronous}"
            )
        return connection


class LedgerDatastore(SQLiteDatastore):
    """A datastore that never uses a connection again after a transaction on it has failed."""

    def __init__(self, db_name: str) -> None:
        """Open the database that `db_name`, a path or a `file:` address, names."""
        super().__init__(db_name, lock_timeout=_LOCK_TIMEOUT_S, originator_id_type="text")
        self.pool = LedgerConnectionPool(
            db_name=db_name,
            lock_timeout=_LOCK_TIMEOUT_S,
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_OVERFLOW,
        )

    @override
    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        with super().get_connection(commit=commit) as connection:
            try:
                yield connection
            except BaseException:
                # A commit that failed may have left the transaction open. Closing the connection
                # ends it, whatever became of it; the next one sees what the file holds.
                connection.close()
                raise


class LedgerRecorder(SQLiteApplicationRecorder, Listeners):
    """Stores batches and reads entries."""

    def __init__(self, datastore: SQLiteDatastore, events_table_name: str = "stored_events") -> None:
        """Use `datastore`; the table's name is the specification's and can't be another."""
        if events_table_name != "stored_events":
            raise ProgrammingError("the ledger keeps entries in one table and takes no snapshots")
        super().__init__(datastore, events_table_name)
        Listeners.__init__(self)
        self.select_max_notification_id_statement = "SELECT MAX(position) FROM stored_events"

    @override
    def construct_create_table_statements(self) -> list[str]:
        guards = [
            _GUARD.format(table=table, act=act)
            for table in ("stored_events", "batches", "meta")
            for act in ("UPDATE", "DELETE")
        ]
        return [*_TABLES, *guards, *_DENSE]

    @override
    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Store a batch's entries, leaf hashes and checkpoint durably, or nothing.

        `kwargs` holds `batch`, a `Batch` that fits the entries. There is no other way in: an event without leaf hash
        and checkpoint would be an entry that nobody can verify.
        """
        if not stored_events:
            return None
        batch = kwargs.get("batch")
        if not isinstance(batch, Batch) or len(batch.positions) != len(stored_events):
            raise ProgrammingError("entries are stored with their batch, by the sequencer only")
        rows = [
            (position, str(e.originator_id), e.originator_version, e.topic, e.state, statement_id)
            for position, e, statement_id in zip(batch.positions, stored_events, batch.statement_ids, strict=True)
        ]
        insert_rows(c.execute, _INSERT_EVENTS, rows)
        # A crash here leaves an open transaction in the WAL, which the next start discards.
        c.execute(
            _INSERT_BATCH,
            (batch.first_index, batch.size, batch.leaf_hashes, batch.checkpoint.decode()),
        )
        return list(batch.positions)

    @override
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Entries by position, as the library's base class documents."""
        clauses: list[str] = []
        params: list[int | str] = []
        if start is not None:
            clauses.append("position>=?" if inclusive_of_start else "position>?")
            params.append(start)
        if stop is not None:
            clauses.append("position<=?")
            params.append(stop)
        if topics:
            clauses.append(f"topic IN ({','.join('?' * len(topics))})")
            params.extend(topics)
        where = f"WHERE {' AND '.join(clauses)} " if clauses else ""
        params.append(limit)
        statement = (
            "SELECT position, originator_id, originator_version, topic, state "  # noqa: S608 (only placeholders are put in)
            f"FROM stored_events {where}ORDER BY position LIMIT ?"
        )
        with self.datastore.transaction(commit=False) as c:
            c.execute(statement, params)
            return [notification_of(row) for row in c.fetchall()]

    @property
    def away(self) -> StoreUnavailable | None:
        """Why nothing can be stored now: a file is always there."""
        return None

    @property
    def unread(self) -> StoreUnavailable | None:
        """Why readers had no answer the last time: a file is always there."""
        return None

    def settled_tail(self) -> Batch | None:
        """Give the last batch: what a file shows is on the disk (S4)."""
        return self.last_batch()

    def check(self) -> None:
        """Do nothing: there is no connection to lose."""

    def confirm(self) -> None:
        """Do nothing: readers see what is on the disk."""

    def wait_growth(self, timeout_s: float, stop: threading.Event) -> None:
        """Wait: another process's commits are not announced."""
        stop.wait(timeout_s)

    def statement_positions(self, statement_ids: Sequence[str]) -> dict[str, int]:
        """Return the positions of those of the given statement ids that are stored."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(_SELECT_POSITIONS, (json.dumps(statement_ids),))
            return {row[0]: row[1] for row in c.fetchall()}

    def last_batch(self) -> Batch | None:
        """Return the batch stored last, without its statement ids; None in an empty store."""
        return self._select_batch("ORDER BY first_index DESC LIMIT 1", ())

    def batch_covering(self, index: int) -> Batch | None:
        """Return the batch that the entry at `index` was stored with; None past the end."""
        batch = self._select_batch("WHERE first_index <= ? ORDER BY first_index DESC LIMIT 1", (index,))
        return batch if batch is not None and index < batch.size else None

    def batches(self, after_size: int = 0, limit: int = 256) -> list[Batch]:
        """Batches in order, those whose first entry's index is `after_size` or more."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                _SELECT_BATCH + "WHERE first_index >= ? ORDER BY first_index LIMIT ?",
                (after_size, limit),
            )
            return [_batch(row) for row in c.fetchall()]

    def counts(self) -> tuple[int, int]:
        """How many entries are stored, and how many of them the last batch covers: by the ends of both (S2)."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT COALESCE((SELECT MAX(position) FROM stored_events), 0), "
                "COALESCE((SELECT size FROM batches ORDER BY first_index DESC LIMIT 1), 0)"
            )
            row = c.fetchone()
            return int(row[0]), int(row[1])

    def _select_batch(self, tail: str, params: tuple[int, ...]) -> Batch | None:
        with self.datastore.transaction(commit=False) as c:
            c.execute(_SELECT_BATCH + tail, params)
            row = c.fetchone()
        return None if row is None else _batch(row)

    def set_meta(self, values: dict[str, str]) -> None:
        """Write the store's metadata; each key once, never changed."""
        with self.datastore.transaction(commit=True) as c:
            c.executemany("INSERT INTO meta VALUES (?,?)", list(values.items()))

    def meta(self) -> dict[str, str]:
        """Return what the store says about itself: `schema` and `origin`."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT key, value FROM meta")
            return {row[0]: row[1] for row in c.fetchall()}


def _batch(row: Any) -> Batch:
    return stored_batch(row[0], row[1], row[2], row[3])


class LedgerFactory(SQLiteFactory):
    """What the library builds our recorder with: `PERSISTENCE_MODULE` names it."""

    application_recorder_class = LedgerRecorder

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Read `SQLITE_DBNAME` and `CREATE_TABLE` from `env`."""
        super().__init__(env)
        self.datastore.close()
        self.datastore = LedgerDatastore(self.env.get(self.SQLITE_DBNAME) or "")
