"""The eventsourcing library's application over PostgreSQL: making the tables, and opening them to write or to read."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory
from eventsourcing.utils import EnvType
from typing_extensions import override

from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.application import EntryApplication
from constancia.ledger.store.postgres import schema
from constancia.ledger.store.postgres.recorder import PostgresLedgerRecorder, ReaderDatastore
from constancia.ledger.store.postgres.session import (
    LOCK_S,
    Connection,
    WriterSession,
    check_server,
    connect,
    lock,
    one_row,
)
from constancia.ledger.store.postgres.tables import PostgresTables
from constancia.ledger.store.postgres_errors import of_driver, unavailable

_log: Final = logging.getLogger(__name__)


class _Factory(InfrastructureFactory[Any]):
    """What the library asks for a recorder; it has one, made beforehand."""

    def __init__(self, recorder: PostgresLedgerRecorder, env: EnvType) -> None:
        super().__init__(env)
        self._recorder = recorder

    @override
    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder

    @override
    def aggregate_recorder(self, purpose: str = "events") -> Any:
        raise NotImplementedError("the ledger takes no snapshots")

    @override
    def tracking_recorder(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("what is made from the entries is stored elsewhere")

    process_recorder = aggregate_recorder

    @override
    def close(self) -> None:
        self._recorder.close()


class PostgresEntryApplication(EntryApplication):
    """Entries as the library's events, in PostgreSQL."""

    is_remote = True

    def __init__(self, recorder: PostgresLedgerRecorder) -> None:
        """Use a recorder, which is closed with the application."""
        self._made = recorder
        super().__init__()
        self.tables: PostgresTables = PostgresTables(recorder.address, recorder.execute)

    @override
    def close(self) -> None:
        self.tables.close()
        super().close()

    @override
    def construct_factory(self, env: Any) -> Any:
        return _Factory(self._made, dict(env))


def create_tables(address: DatabaseAddress, meta: dict[str, str], *, moved: str | None = None) -> None:
    """Make the tables of a new ledger, all or none, where there are none.

    Args:
        address: Of the database.
        meta: What the store says about itself.
        moved: Why nobody writes it yet.

    Raises:
        StoreUnavailable: The server can't be had, or does not promise durability.
    """
    with contextlib.closing(connect(address)) as connection:
        check_server(connection, writing=True)
        try:
            # Two servers that are started at once: the second finds the tables made.
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (schema.LOCK_CLASS,))
                if has_tables(connection):
                    return
                for statement in schema.STATEMENTS:
                    connection.execute(statement)
                for item in meta.items():
                    connection.execute("INSERT INTO meta VALUES (%s, %s)", item)
                connection.execute("UPDATE writer SET moved = %s", (moved,))
        except psycopg.Error as error:
            raise of_driver(error) from error


def has_tables(connection: Connection) -> bool:
    """Tell whether a database, in the schema that the connection uses first, has a ledger's tables."""
    return bool(one_row(connection, "SELECT to_regclass('layout') IS NOT NULL AS is_there")["is_there"])


def check_layout(connection: Connection, oldest: int = schema.READ_FROM) -> None:
    """Check that a ledger's tables are there, in a version that this program can read.

    Args:
        connection: To the database.
        oldest: The oldest version whose tables have what will be read.

    Raises:
        StoreUnavailable: They are not.
    """
    if not has_tables(connection):
        raise unavailable("E_STORE_MISSING")
    version = one_row(connection, "SELECT version FROM layout")["version"]
    if not oldest <= version <= schema.VERSION:
        raise unavailable("E_STORE_VERSION", f"layout {version}, {schema.VERSION}")


def upgrade(connection: Connection) -> None:
    """Bring a ledger's tables from an older version to this program's, all steps or none; nobody may write meanwhile.

    Entries, checkpoints and cosignatures are not touched: a step makes tables and indexes next to them, or replaces
    what a trigger does.

    Raises:
        StoreUnavailable: There are none, a newer program made them, another server writes the ledger, or the account
            does not own them.
    """
    if not has_tables(connection):
        raise unavailable("E_STORE_MISSING")
    version = one_row(connection, "SELECT version FROM layout")["version"]
    if version >= schema.VERSION:
        check_layout(connection)
        return
    lock(connection, LOCK_S)  # until the connection is closed
    try:
        with connection.transaction():
            # Two servers that are started at once: the second finds it done.
            row = one_row(connection, "SELECT version FROM layout FOR UPDATE")
            for step in range(row["version"] + 1, schema.VERSION + 1):
                for statement in schema.STEPS[step]:
                    connection.execute(statement)
    except psycopg.Error as error:
        raise of_driver(error) from error
    _log.warning("the tables were of version %d and are of version %d now", version, schema.VERSION)


def open_database(address: DatabaseAddress, *, writable: bool) -> PostgresEntryApplication:
    """Open the store in a database.

    Args:
        address: Of the database; of a standby too, where it is not written.
        writable: Whether entries will be added: this takes the ledger's lock.

    Returns:
        The application; close it.

    Raises:
        StoreUnavailable: The server can't be had, has no ledger, or another server writes it.
    """
    with contextlib.closing(connect(address)) as connection:
        check_server(connection, writing=writable)
        if writable:
            upgrade(connection)
        else:
            check_layout(connection)
    session = WriterSession(address) if writable else None
    if session is not None:
        session.open(LOCK_S)
    return PostgresEntryApplication(PostgresLedgerRecorder(ReaderDatastore(address), session))


def glance(address: DatabaseAddress) -> tuple[str | None, int, bytes | None]:
    """Give what a store says of itself, unchecked: its origin, its size and its first entry.

    Raises:
        StoreUnavailable: The server can't be had, or has no ledger.
    """
    with contextlib.closing(connect(address)) as connection:
        check_layout(connection, oldest=1)  # who will upgrade them looks first
        row = one_row(
            connection,
            "SELECT (SELECT value FROM meta WHERE key = 'origin') AS origin, (SELECT count(*) FROM stored_events) AS "
            "size, (SELECT state FROM stored_events WHERE position = 1) AS genesis",
        )
    return row["origin"], row["size"], row["genesis"]


def last_notes(address: DatabaseAddress) -> list[bytes]:
    """Give the last signed checkpoint that a database has, unchecked; nothing where it has none.

    Raises:
        StoreUnavailable: The server can't be had, or has no ledger.
    """
    with contextlib.closing(connect(address)) as connection:
        check_layout(connection, oldest=1)
        query = "SELECT max(checkpoint) AS note FROM batches WHERE first_index = (SELECT max(first_index) FROM batches)"
        note = one_row(connection, query)["note"]
    return [] if note is None else [note.encode()]


def check_writable(address: DatabaseAddress) -> None:
    """Check that a server can be written, and promises durability.

    Raises:
        StoreUnavailable: It can't, or does not.
    """
    with contextlib.closing(connect(address)) as connection:
        check_server(connection, writing=True)


@contextlib.contextmanager
def tables_in(address: DatabaseAddress, *, arriving: str | None = None) -> Iterator[PostgresTables]:
    """Give the tables next to the entries, for who does not open the ledger; see `PostgresTables`."""
    with contextlib.closing(PostgresTables(address, arriving=arriving)) as tables:
        yield tables


def is_ledger_in(address: DatabaseAddress) -> bool:
    """Tell whether a database has a ledger's tables.

    Raises:
        StoreUnavailable: The server can't be had.
    """
    with contextlib.closing(connect(address)) as connection:
        return has_tables(connection)
