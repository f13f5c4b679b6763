"""The tables next to the entries, in PostgreSQL.

- S1: a change is acknowledged once the server has confirmed its commit, by its standbys too; a warning is no
  confirmation.
- S2: nothing is changed in a database that the ledger was moved out of.
- S3: what was erased leaves the tables' files: they are made again, and where that fails, or a reader sees what was
  erased still, it is noted and tried again.
"""

import contextlib
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg.rows import tuple_row
from typing_extensions import override

from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.postgres import schema
from constancia.ledger.store.postgres.session import Connection, confirm, connect, limited, noting_warnings
from constancia.ledger.store.postgres_errors import of_driver, unavailable
from constancia.ledger.store.tables import Rows, Tables, TableTransaction

Select = Callable[[str, Sequence[Any]], list[Any]]
_ALONE: Final = "SELECT pg_advisory_lock(%s, 'files'::regclass::oid::bigint::int)"
_SOON: Final = "SELECT set_config('synchronous_commit', 'off', true)"
_DURABLE: Final = (
    "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN "
    "'remote_apply' ELSE 'on' END, true)"
)
# To make a large table again takes minutes; it waits for nobody long.
_SWEEP: Final = (
    "SELECT set_config('statement_timeout', '30min', false), set_config('lock_timeout', '5s', false), "
    "set_config('synchronous_commit', 'local', false)"
)
_SWEEPS: Final = 10  # a second apart: by then a reader's query has ended (`reader_limits`)
_PAUSE_S = 1.0
_log = logging.getLogger(__name__)


class PostgresTables(Tables):
    """The tables of one database; close them."""

    def __init__(self, address: DatabaseAddress, select: Select | None = None, *, arriving: str | None = None) -> None:
        """Prepare; nothing is connected before it is needed.

        Args:
            address: Of the database.
            select: How to read, for one that reads often; by default on the connection that also changes.
            arriving: What the database says while a ledger is moved into it, for who does that.
        """
        self.address = address
        self._arriving = arriving
        self._reading = select or self._select_alone
        self._is_closed = False
        self._idle: deque[Connection] = deque()
        self.location = address.shown

    @override
    def select(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return [
                tuple(row.values()) if isinstance(row, dict) else row for row in self._reading(_marked(query), params)
            ]
        except PersistenceError as error:
            raise unavailable("E_STORE_GONE", error) from error

    @override
    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[TableTransaction]:
        with _as_unavailable(), self._begun("BEGIN") as (connection, _):
            with noting_warnings(connection) as warnings:
                change = _Change(connection)
                change.execute(_DURABLE if durable else _SOON)
                self._check_is_here(change)
                yield change
                # A crash here leaves nothing: the server has no commit.
                change.execute("COMMIT")
            if warnings:
                raise unavailable("E_STORE_UNCONFIRMED", "; ".join(warnings))

    @override
    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        with contextlib.closing(connect(self.address)) as connection, _as_unavailable():
            connection.execute(_ALONE, (schema.PATH_LOCK_CLASS,))
            yield

    @override
    def sweep(self) -> None:
        due = [str(area) for (area,) in self.select("SELECT area FROM erasures ORDER BY area")]
        if not due:
            return
        with contextlib.closing(connect(self.address)) as connection, _as_unavailable():
            connection.execute(_SWEEP)
            for area in due:
                query = "SELECT xmin::text AS noted FROM erasures WHERE area = %s"
                row = connection.execute(query, (area,)).fetchone()
                if row is None:
                    continue  # somebody else has done it
                if not _made_again(connection, area):
                    _log.warning("a reader still sees what was erased from %s: it is taken out later", area)
                    continue
                # Who erases more meanwhile has noted it again, in another version of the row, which stays.
                connection.execute("DELETE FROM erasures WHERE area = %s AND xmin::text = %s", (area, row["noted"]))

    @override
    def confirm(self) -> None:
        confirm(self.address)

    def close(self) -> None:
        """Close what is idle; may be repeated."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    @contextlib.contextmanager
    def _begun(self, query: str, params: Sequence[Any] = ()) -> Iterator[tuple[Connection, Rows]]:
        """Give a connection, the last one again if it still lives, that has executed a first statement."""
        connection, rows = self._first(query, params)
        try:
            yield connection, rows
        finally:
            is_idle = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            if is_idle and not self._is_closed and not self._idle:
                self._idle.append(connection)
            else:
                connection.close()  # what was not committed is undone

    def _first(self, query: str, params: Sequence[Any]) -> tuple[Connection, Rows]:
        while self._idle:
            try:
                idle = self._idle.pop()
            except IndexError:  # another thread has it
                break
            try:
                return idle, _Change(idle).execute(query, params)
            except psycopg.Error:
                idle.close()  # it may have ended while nobody used it
        connection = connect(self.address)
        try:
            return connection, _Change(connection).execute(query, params)
        except psycopg.Error:
            connection.close()
            raise

    def _select_alone(self, query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        with _as_unavailable(), self._begun(query, params) as (_, rows):
            return rows.fetchall()

    def _check_is_here(self, change: TableTransaction) -> None:
        # Who moves the ledger changes this row, and so waits for this transaction or is seen by it.
        [[moved]] = change.execute("SELECT moved FROM writer FOR SHARE")
        if moved not in (None, self._arriving):
            raise unavailable("E_STORE_MOVED", moved)


class _Change(TableTransaction):
    """A transaction's statements, each of which ends in bounded time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @override
    def execute(self, query: str, params: Sequence[Any] = ()) -> Rows:
        with limited(self._connection):
            cursor = self._connection.cursor(row_factory=tuple_row)
            return cursor.execute(_marked(query), params, binary=True)

    @override
    def erase_from(self, table: str) -> None:
        self.execute("INSERT INTO erasures VALUES (?) ON CONFLICT (area) DO UPDATE SET area = excluded.area", (table,))


def _marked(query: str) -> str:
    """Give a statement with the driver's marks; none of ours has a `?` or `%` of its own."""
    return query.replace("?", "%s")


@contextlib.contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise of_driver(error) from error


def _made_again(connection: Connection, area: str) -> bool:
    """Make an area's files again; tell whether they are rid of every erased row, and no reader sees one still."""
    for _ in range(_SWEEPS):
        details: list[str] = []

        def note(notice: psycopg.errors.Diagnostic, into: list[str] = details) -> None:
            into.append(notice.message_detail or "")

        connection.add_notice_handler(note)
        try:
            connection.execute(f"VACUUM (FULL, VERBOSE) {area}")
        finally:
            connection.remove_notice_handler(note)
        # "2 dead row versions cannot be removed yet", in the server's language.
        if not any(int(count) for count in re.findall(r"\d+", " ".join(details))[:1]):
            return True
        time.sleep(_PAUSE_S)
    return False
