"""The writer's connection to PostgreSQL: the only one that inserts, and the one that holds the ledger's lock.

- P1: who inserts holds the session's advisory lock; a connection that is lost loses it, and inserts nothing more.
- P2: a session begins with a small commit of its own. Once that is confirmed, all that came before it in the server's
  log is as durable as the server promises, by its standbys too: only then is what it shows believed.
- P3: a warning during a commit is no confirmation: the server gives one where it stops waiting for its standby, and
  then reports success.
- P4: a server whose settings do not promise durability is refused.
- P5: no call waits without end: what takes too long is cancelled, and where the server does not react the connection is
  cut.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.postgres import schema
from constancia.ledger.store.postgres_errors import of_driver, unavailable

CONNECT_S: Final = 5
# How long a commit may wait for a standby before what was sent is answered with "not confirmed".
CONFIRM_S: Final = 10.0
# How long a cancelled call may take to end before its connection is cut: the server's process may be frozen.
GRACE_S: Final = 5.0
# How long a new server waits for a former one's connection to end.
LOCK_S: Final = 3.0
_RETRY_S: Final = 1.0
_DURABLE: Final = ("on", "remote_apply")
_LIVENESS: Final[dict[str, Any]] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

Connection = psycopg.Connection[dict[str, Any]]


class Unconfirmed(psycopg.OperationalError):
    """A commit came back with a warning: it is done on the server that was asked, and perhaps nowhere else."""


def connect(address: DatabaseAddress, **more: Any) -> Connection:
    """Make a connection that commits each statement.

    Raises:
        StoreUnavailable: The server can't be reached, or refuses.
    """
    try:
        return psycopg.connect(
            address.conninfo, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_S,
            application_name="constancia", **_LIVENESS, **more,
        )  # fmt: skip
    except psycopg.Error as error:
        raise of_driver(error) from error


def check_server(connection: Connection, *, writing: bool) -> None:
    """Check that a server can have a ledger's store, and for writing that it promises durability (P4).

    Raises:
        StoreUnavailable: It can't; the error says which setting is in the way.
    """
    row = one_row(connection, schema.SETTINGS)
    if row["version"] < schema.MIN_SERVER:
        raise unavailable("E_STORE_VERSION", f"server_version_num = {row['version']}, {schema.MIN_SERVER} or more")
    if row["encoding"] != "UTF8":
        raise unavailable("E_STORE_VERSION", f"server_encoding = {row['encoding']}, UTF8")
    if not writing:
        return
    if row["is_standby"] or row["read_only"] == "on":
        raise unavailable("E_STORE_STANDBY")
    unsafe = [f"{name} = off" for name in ("fsync", "full_page_writes") if row[name] != "on"]
    if row["synchronous_commit"] not in _DURABLE:
        unsafe.append(f"synchronous_commit = {row['synchronous_commit']}")
    if unsafe:
        raise unavailable("E_STORE_UNSAFE", ", ".join(unsafe))


def one_row(connection: Connection, query: str, params: Sequence[Any] = ()) -> dict[str, Any]:
    """Give the one row of a query.

    Raises:
        StoreUnavailable: It failed, or gave none.
    """
    try:
        row = connection.execute(query, params).fetchone()
    except psycopg.Error as error:
        raise of_driver(error) from error
    if row is None:
        raise unavailable("E_STORE_VERSION", query.rsplit("FROM", maxsplit=1)[-1].strip())
    return dict(row)


def lock(connection: Connection, patience_s: float = 0.0) -> None:
    """Take the ledger's lock, for as long as the connection lasts.

    Args:
        connection: To the database.
        patience_s: How long it is waited for.

    Raises:
        StoreUnavailable: Another server has it; the error says which one.
    """
    until = time.monotonic() + patience_s
    while not one_row(connection, schema.LOCK, (schema.LOCK_CLASS,))["is_ours"]:
        if time.monotonic() >= until:
            row = one_row(connection, "SELECT holder, since::text AS since FROM writer")
            raise unavailable("E_STORE_LOCKED", f"{row['holder']}, {row['since']}" if row["holder"] else "")
        time.sleep(0.1)


class WriterSession:
    """The writer's connection. One thread writes; `check` and `close` may be called from others."""

    def __init__(self, address: DatabaseAddress) -> None:
        """Prepare; `open` connects."""
        self._address = address
        self._connection: Connection | None = None
        self._warnings: list[str] = []
        self._tried_at = 0.0
        self._is_busy = False
        self._lock = threading.RLock()
        self.away: StoreUnavailable | None = unavailable("E_STORE_GONE")
        self.epoch = 0

    def open(self, patience_s: float = 0.0) -> None:
        """Connect, take the lock, and have the server confirm a commit (P1, P2).

        Args:
            patience_s: How long the lock is waited for.

        Raises:
            StoreUnavailable: One of these can't be had. `away` has it from now on.
        """
        with self._lock:
            self._drop()
            try:
                self._connection = connect(self._address)
                self._connection.add_notice_handler(self._note)
                with self._limited():
                    check_server(self._connection, writing=True)
                    one_row(self._connection, schema.SESSION)
                    lock(self._connection, patience_s)
                self._take_over(self._connection)
            except StoreUnavailable as error:
                self._drop()
                self.away = error
                raise
            self.away = None

    def reopen(self) -> None:
        """Open a session that is away, at most once a second; do nothing for one that works.

        Raises:
            StoreUnavailable: As `open`; also, without trying, within a second after it.
        """
        if (away := self.away) is None:
            return
        if time.monotonic() - self._tried_at < _RETRY_S:
            raise away.with_traceback(None)
        self._tried_at = time.monotonic()
        self.open()

    def run(self, query: str, params: Sequence[Any] = (), *, prepare: bool | None = None) -> list[dict[str, Any]]:
        """Execute one statement, which is a transaction of its own.

        Raises:
            StoreUnavailable: There is no session.
            psycopg.Error: It failed. Where the connection was lost or the commit was not confirmed, `away` says so.
        """
        with self._lock:
            if (away := self.away) is not None:
                raise away.with_traceback(None)
            return self._guarded(lambda: self._execute(query, params, prepare=prepare))

    def check(self) -> None:
        """Notice that the connection was lost while nothing was written."""
        if self.away is None and not self._is_busy:
            with contextlib.suppress(StoreUnavailable, psycopg.Error):
                self.run("SELECT 1 AS alive")

    def close(self) -> None:
        """Let go of lock and connection; a commit that waits is given up. May be repeated."""
        connection = self._connection
        if self._is_busy and connection is not None:
            _cancel(connection)
        if not self._lock.acquire(timeout=GRACE_S):
            if connection is not None:
                cut(connection)
            self._lock.acquire()
        try:
            self._drop()
            self.away = self.away or unavailable("E_STORE_GONE")
        finally:
            self._lock.release()

    def _execute(self, query: str, params: Sequence[Any], *, prepare: bool | None) -> list[dict[str, Any]]:
        if self._connection is None:
            raise self.away or unavailable("E_STORE_GONE")
        cursor = self._connection.execute(query, params, prepare=prepare)
        return cursor.fetchall() if cursor.description is not None else []

    def _guarded(self, work: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        self._warnings.clear()
        try:
            with self._limited():
                rows = work()
            if self._warnings:
                raise Unconfirmed("; ".join(self._warnings))
        except psycopg.Error as error:
            self._judge(error)
            raise
        return rows

    @contextlib.contextmanager
    def _limited(self) -> Iterator[None]:
        self._is_busy = True
        try:
            with limited(self._connection):
                yield
        finally:
            self._is_busy = False

    def _judge(self, error: psycopg.Error) -> None:
        """Drop the connection unless the server itself has said that the statement failed, and goes on."""
        if isinstance(error, Unconfirmed):
            self._drop()
            self.away = unavailable("E_STORE_UNCONFIRMED", error)
        elif self._connection is None or self._connection.closed or error.sqlstate is None:
            self._drop()
            self.away = of_driver(error)

    def _take_over(self, connection: Connection) -> None:
        holder = f"{socket.gethostname()}, process {os.getpid()}"
        try:
            rows = self._guarded(lambda: self._execute(schema.TAKE_OVER, (holder,), prepare=False))
        except psycopg.Error as error:
            raise (self.away if isinstance(error, Unconfirmed) and self.away else of_driver(error)) from error
        if not rows:
            place = one_row(connection, "SELECT moved FROM writer")["moved"]
            raise unavailable("E_STORE_MOVED", place)
        self.epoch = rows[0]["epoch"]

    def _note(self, notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warnings.append(str(notice.message_primary))

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()


def confirm(address: DatabaseAddress) -> None:
    """Have a primary confirm that what it has shown until now is as durable as it promises, by its standbys too.

    A commit is shown to readers before a standby has it where the wait for that standby was cancelled. A later commit
    that is confirmed confirms all before it; this one has no row, and needs no right but to connect. A standby is not
    asked: it can't commit, and what it shows is on two machines.

    Raises:
        StoreUnavailable: It is not confirmed (`E_STORE_UNCONFIRMED`), or the server can't be had.
    """
    with contextlib.closing(connect(address)) as connection, noting_warnings(connection) as warnings:
        with limited(connection):
            row = one_row(connection, schema.SETTINGS)
            if row["is_standby"]:
                return
            if row["synchronous_commit"] not in _DURABLE:
                one_row(connection, "SELECT set_config('synchronous_commit', 'on', false)")
            one_row(connection, schema.CONFIRM)
        if warnings:
            raise unavailable("E_STORE_UNCONFIRMED", "; ".join(warnings))


@contextlib.contextmanager
def noting_warnings(connection: Connection) -> Iterator[list[str]]:
    """Give the warnings that the server sends within the block: during a commit one is no confirmation (P3)."""
    warnings: list[str] = []

    def note(notice: psycopg.errors.Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            warnings.append(str(notice.message_primary))

    connection.add_notice_handler(note)
    try:
        yield warnings
    finally:
        connection.remove_notice_handler(note)


@contextlib.contextmanager
def limited(connection: Connection | None) -> Iterator[None]:
    """Cancel what takes longer than `CONFIRM_S`, and cut the connection where that does not end it (P5)."""
    turn, ended = threading.Lock(), threading.Event()

    def end() -> None:
        if connection is None:
            return
        _cancel(connection)
        if not ended.wait(GRACE_S):
            with turn:  # the connection must not be closed meanwhile: its number may be another file's then
                if not ended.is_set():
                    cut(connection)

    timer = threading.Timer(CONFIRM_S, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with turn:
            ended.set()


def _cancel(connection: Connection) -> None:
    """Ask the server to end what it does, without waiting for it: it may be frozen, and an older libpq would wait."""

    def ask() -> None:
        with contextlib.suppress(psycopg.Error, OSError):
            connection.cancel_safe(timeout=2.0)

    threading.Thread(target=ask, name="store-cancel", daemon=True).start()


def cut(connection: Connection) -> None:
    """End a connection's traffic, so that who waits for it gets an error; the connection itself stays theirs."""
    with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as traffic:
        traffic.shutdown(socket.SHUT_RDWR)
