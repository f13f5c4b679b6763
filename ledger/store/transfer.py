"""A store's rows between a database of PostgreSQL and an SQLite file, as they are, in either direction.

- T1: what is read from PostgreSQL is of one instant: one transaction that sees one state.
- T2: values go over unchanged and unjudged; whether they are a ledger is for an audit to say.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from constancia.ledger.disk.database import create_database
from constancia.ledger.errors import LedgerError
from constancia.ledger.store import postgres_schema as schema
from constancia.ledger.store.address import Address
from constancia.ledger.store.application import EntryApplication
from constancia.ledger.store.postgres_application import check_layout
from constancia.ledger.store.postgres_errors import of_driver
from constancia.ledger.store.postgres_session import Connection, connect
from constancia.verify.sources.layout import COSIGNATURES_NAME, STORE_NAME
from constancia.verify.sources.sqlite_store import Store

TABLES: Final = {
    "meta": ("key", "value"),
    "stored_events": ("position", "originator_id", "originator_version", "topic", "state", "statement_id"),
    "batches": ("first_index", "size", "leaf_hashes", "checkpoint"),
    "cosignatures": ("size", "root", "key", "line"),
}
_ORDER: Final = {
    "meta": "key DESC",  # as a new store writes them: `schema`, `origin`
    "stored_events": "position",
    "batches": "first_index",
    "cosignatures": "number",
}
# Tables without what would refuse a row: an audit has to see it.
_LAX: Final = {
    "meta": "CREATE TABLE meta (key TEXT, value TEXT)",
    "stored_events": "CREATE TABLE stored_events (position INTEGER PRIMARY KEY, originator_id TEXT, "
    "originator_version INTEGER, topic TEXT, state BLOB, statement_id TEXT)",
    "batches": "CREATE TABLE batches (first_index INTEGER PRIMARY KEY, size INTEGER, leaf_hashes BLOB, "
    "checkpoint TEXT)",
}
_COSIGNATURES: Final = (
    "CREATE TABLE cosignatures (size INTEGER NOT NULL, root BLOB NOT NULL, key TEXT NOT NULL, line TEXT NOT NULL, "
    "PRIMARY KEY (size, key))"
)
_PAGE: Final = 500


class Snapshot:
    """The rows of a database as they are at one instant. Use it in a `with` block."""

    def __init__(self, address: Address) -> None:
        """Begin the transaction.

        Raises:
            StoreUnavailable: The database can't be had, or has no ledger.
        """
        self._connection: Connection = connect(address)
        try:
            check_layout(self._connection)
            self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> "Snapshot":
        """Give the snapshot."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the transaction."""
        self._connection.close()

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Yield a table's rows in order, in the columns of `TABLES`.

        Raises:
            StoreUnavailable: The database went away meanwhile.
        """
        query = f"SELECT {', '.join(TABLES[table])} FROM {table} ORDER BY {_ORDER[table]}"  # noqa: S608 (ours)
        try:
            with psycopg.ServerCursor(self._connection, f"of_{table}", row_factory=tuple_row) as cursor:
                cursor.itersize = _PAGE
                cursor.execute(query, binary=True)
                yield from cursor
        except psycopg.Error as error:
            raise of_driver(error) from error


def write_files(snapshot: Snapshot, folder: Path, *, strict: bool) -> None:
    """Write a snapshot's rows into SQLite files, under the names that a ledger's folder has.

    Args:
        snapshot: The rows.
        folder: Where; it has no such files yet.
        strict: Whether the store refuses rows that no ledger has; else an audit gets to see them.

    Raises:
        LedgerError: Such a row was there, or two of one position.
        StoreUnavailable: The database went away.
    """
    store = folder / STORE_NAME
    if strict:
        EntryApplication(env={"SQLITE_DBNAME": store.absolute().as_uri(), "CREATE_TABLE": "yes"}).close()
    else:
        create_database(store, tuple(_LAX.values()))
    _fill(store, snapshot, ("meta", "stored_events"))
    _fill_batches(store, snapshot, strict=strict)
    cosignatures = snapshot.rows("cosignatures")
    first = next(cosignatures, None)
    if first is not None:
        path = folder / COSIGNATURES_NAME
        create_database(path, [_COSIGNATURES])
        _insert(path, "cosignatures", _chain(first, cosignatures))


def _chain(first: tuple[Any, ...], rest: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    yield first
    yield from rest


def _fill(path: Path, snapshot: Snapshot, tables: Sequence[str]) -> None:
    for table in tables:
        _insert(path, table, snapshot.rows(table))


def _fill_batches(path: Path, snapshot: Snapshot, *, strict: bool) -> None:
    """Insert the batches; the trigger that expects each next to its own entries is for writers, and steps aside."""
    dense = "batches_next"
    with _opened(path) as connection:
        [text] = connection.execute("SELECT max(sql) FROM sqlite_master WHERE name = ?", (dense,)).fetchone()
        if strict:
            connection.execute(f"DROP TRIGGER {dense}")
        _insert_rows(connection, "batches", snapshot.rows("batches"))
        if strict:
            connection.execute(text)


def _insert(path: Path, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with _opened(path) as connection:
        _insert_rows(connection, table, rows)


def _insert_rows(connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(TABLES[table]))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 (ours)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise LedgerError(f"{path.name}: the database's rows are no ledger: {error}") from error


def load(store: Store, cosignatures: Store | None, connection: Connection) -> None:
    """Add to a database's tables what a store has beyond them.

    Args:
        store: The store, whose first entries the tables have.
        cosignatures: Its cosignatures, if there are any.
        connection: To the database; each transaction is some batches, so that an interruption leaves whole ones.

    Raises:
        psycopg.Error: The database refuses, or went away.
    """
    reached = connection.execute("SELECT coalesce(max(size), 0) AS size FROM batches").fetchone()
    start = reached["size"] if reached is not None else 0
    batches = store.batches(start) if start < store.count() else iter(())
    rows = store.rows(start)
    while some := list(islice(batches, _PAGE)):
        with connection.transaction():
            for batch in some:
                if batch.first_index < start:
                    continue
                events = list(islice(rows, batch.size - batch.first_index))
                columns = [list(column) for column in zip(*events, strict=True)]
                params = (*columns, batch.first_index, batch.size, batch.leaf_hashes, batch.checkpoint)
                connection.execute(schema.INSERT_BATCH, params, prepare=True)
    if cosignatures is not None:
        query = f"SELECT {', '.join(TABLES['cosignatures'])} FROM cosignatures ORDER BY rowid"  # noqa: S608 (ours)
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO cosignatures (size, root, key, line) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                list(cosignatures.select(query)),
            )


def differences(store: Store, snapshot: Snapshot, *, prefix: bool = False) -> str | None:
    """Compare a store with a database row by row, byte by byte.

    Args:
        store: The store.
        snapshot: The database's rows.
        prefix: Whether the database may have only the first rows.

    Returns:
        The first difference, in words; None where they are the same.
    """
    pairs: tuple[tuple[str, Iterator[tuple[Any, ...]]], ...] = (
        ("stored_events", (tuple(row) for row in store.rows())),
        ("batches", (tuple(row) for row in store.batches())),
        ("meta", iter(sorted(store.meta().items(), reverse=True))),
    )
    for table, own in pairs:
        other = snapshot.rows(table)
        for number, row in enumerate(own):
            stored = next(other, None)
            if stored is None and prefix:
                break
            if row != stored:
                return f"{table}, row {number}"
        if next(other, None) is not None:
            return f"{table}, more rows"
    return None
