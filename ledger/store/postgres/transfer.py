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
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.application import EntryApplication
from constancia.ledger.store.postgres import schema
from constancia.ledger.store.postgres.application import check_layout
from constancia.ledger.store.postgres.session import Connection, connect
from constancia.ledger.store.postgres_errors import of_driver
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
# What a copy that stays has in each column; SQLite would make the number 5 of the text `5`, and a position of NULL.
_TYPES: Final = {
    "meta": (str, str),
    "stored_events": (int, str, int, str, bytes, str),
    "batches": (int, int, bytes, str),
    "cosignatures": (int, bytes, str, str),
}
_STORABLE: Final = (int, float, str, bytes, type(None))
_COSIGNATURES: Final = (
    "CREATE TABLE cosignatures (size INTEGER NOT NULL, root BLOB NOT NULL, key TEXT NOT NULL, line TEXT NOT NULL, "
    "PRIMARY KEY (size, key))"
)
_PAGE: Final = 500


class Snapshot:
    """The rows of a database as they are at one instant. Use it in a `with` block."""

    def __init__(self, address: DatabaseAddress) -> None:
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
        return self._select(table, f"SELECT {', '.join(TABLES[table])} FROM {table} ORDER BY {_ORDER[table]}")  # noqa: S608 (ours)

    def rows_of(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Yield a table's rows in any order, in columns that it has.

        Raises:
            StoreUnavailable: The database went away meanwhile.
        """
        return self._select(table, f"SELECT {_quoted(columns)} FROM {table}")  # noqa: S608 (quoted)

    def form(self, table: str) -> tuple[str, tuple[str, ...]] | None:
        """Give of what kind a table is, `r` for an ordinary one, and its columns in order; None where it is missing.

        Source: PostgreSQL, chapter "System Catalogs": `pg_class.relkind`, `pg_attribute`.
        """
        query = (
            "SELECT relkind::text AS kind, attname::text AS name FROM pg_class JOIN pg_attribute ON attrelid = "
            "pg_class.oid WHERE pg_class.oid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        try:
            rows = self._connection.execute(query, (table,)).fetchall()
        except psycopg.Error as error:
            raise of_driver(error) from error
        return (rows[0]["kind"], tuple(row["name"] for row in rows)) if rows else None

    def _select(self, table: str, query: str) -> Iterator[tuple[Any, ...]]:
        try:
            with psycopg.ServerCursor(self._connection, f"of_{table}", row_factory=tuple_row) as cursor:
                cursor.itersize = _PAGE
                cursor.execute(query, binary=True)
                yield from cursor
        except psycopg.Error as error:
            raise of_driver(error) from error


def write_files(snapshot: Snapshot, folder: Path) -> None:
    """Write a snapshot's rows into a new store, and its cosignatures, under the names that a ledger's folder has.

    Args:
        snapshot: The rows.
        folder: Where; it has no such files yet.

    Raises:
        LedgerError: A row was there that no ledger has, or two of one position.
        StoreUnavailable: The database went away.
    """
    store = folder / STORE_NAME
    EntryApplication(env={"SQLITE_DBNAME": store.absolute().as_uri(), "CREATE_TABLE": "yes"}).close()
    with _opened(store) as connection:
        _insert_sound(connection, "meta", snapshot)
        _insert_sound(connection, "stored_events", snapshot)
        # The trigger that expects each batch next to its own entries is for writers, and steps aside.
        name = "batches_next"
        [text] = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        connection.execute(f"DROP TRIGGER {name}")
        _insert_sound(connection, "batches", snapshot)
        connection.execute(text)
    if next(snapshot.rows("cosignatures"), None) is not None:
        create_database(folder / COSIGNATURES_NAME, [_COSIGNATURES])
        with _opened(folder / COSIGNATURES_NAME) as connection:
            _insert_sound(connection, "cosignatures", snapshot)


def write_evidence(snapshot: Snapshot, folder: Path) -> None:
    """Write a snapshot's tables as they are into files for an audit, which has to see every row and every column.

    Nothing refuses a row or converts a value; what is no ordinary table becomes a view, what is missing is missing.

    Args:
        snapshot: The rows.
        folder: Where; it has no such files yet.

    Raises:
        LedgerError: A table can't be written into a file.
        StoreUnavailable: The database went away.
    """
    create_database(folder / STORE_NAME, ())
    with _opened(folder / STORE_NAME) as connection:
        for table in ("meta", "stored_events", "batches"):
            _copy_form(connection, table, snapshot)
    form = snapshot.form("cosignatures")
    if form is not None and next(snapshot.rows_of("cosignatures", form[1]), None) is not None:
        create_database(folder / COSIGNATURES_NAME, ())
        with _opened(folder / COSIGNATURES_NAME) as connection:
            _copy_form(connection, "cosignatures", snapshot)


def _copy_form(connection: sqlite3.Connection, table: str, snapshot: Snapshot) -> None:
    form = snapshot.form(table)
    if form is None:
        return
    kind, columns = form
    columns = tuple(name for name in columns if (table, name) != ("cosignatures", _ORDER["cosignatures"]))
    name = table if kind == "r" else f"{table} as shown"
    connection.execute(f'CREATE TABLE "{name}" ({_quoted(columns)})')
    rows = (tuple(map(_storable, row)) for row in snapshot.rows_of(table, columns))
    connection.executemany(f'INSERT INTO "{name}" VALUES ({_marks(columns)})', rows)  # noqa: S608 (ours)
    if name != table:
        connection.execute(f'CREATE VIEW {table} AS SELECT * FROM "{name}"')  # noqa: S608 (ours)


def _storable(value: Any) -> Any:
    """Give a value as it is; as text where SQLite has no such type, which no ledger has."""
    return value if type(value) in _STORABLE else str(value)


def _insert_sound(connection: sqlite3.Connection, table: str, snapshot: Snapshot) -> None:
    rows = _typed(table, snapshot.rows(table))
    connection.executemany(f"INSERT INTO {table} VALUES ({_marks(TABLES[table])})", rows)  # noqa: S608 (ours)


def _typed(table: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows):
        if tuple(map(type, row)) != _TYPES[table]:
            raise sqlite3.DataError(f"{table}, row {number}: a value of another type")
        yield row


def _quoted(names: Sequence[str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


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
