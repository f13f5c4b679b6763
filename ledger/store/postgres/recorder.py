"""The store in PostgreSQL: the eventsourcing library's recorder over the tables of SPEC §8.

- G1: a batch is one statement and so one transaction: entries, leaf hashes and checkpoint, or nothing.
- G2: the position is an explicit column with the primary key on it: of two writers at one position one fails.
- G3: only the session that holds the lock inserts; readers have connections of their own, and may read a standby.
- G4: insertion is without the library's pipeline, in which a large batch never ends, and with binary arrays.

As in the SQLite file, triggers keep mistakes out, not attackers; what shows tampering is the verifier.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, cast

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import IntegrityError, Notification, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresSubscription
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool
from typing_extensions import override

from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.batch import Batch, stored_batch
from constancia.ledger.store.entry_store import Listeners, notification_of
from constancia.ledger.store.postgres import schema
from constancia.ledger.store.postgres.reader_limits import ReaderLimits
from constancia.ledger.store.postgres.session import CONNECT_S, Connection, WriterSession, confirm, connect
from constancia.ledger.store.postgres_errors import is_known, of_driver

# Readers are the pages' threads; each has a connection for one short query. Servers allow a hundred by default.
_READERS: Final = 16
_PATIENCE_S: Final = 5.0
# A query that the server should have ended after five seconds (`READER_SESSION`) is cut off.
_CUT_S: Final = 7.0
# How long readers are turned away at once after one has waited in vain; then one of them tries.
_REST_S: Final = 1.0
_RECONNECT_S: Final = 5.0
_LOOK_S: Final = 0.1
_BATCH_COLUMNS: Final = "SELECT first_index, size, leaf_hashes, checkpoint FROM batches "
_EVENT_COLUMNS: Final = "SELECT position, originator_id, originator_version, topic, state FROM stored_events "


class ReaderDatastore(PostgresDatastore):
    """The library's datastore over a pool that is given a whole address, and looks whether a connection lives."""

    def __init__(self, address: DatabaseAddress) -> None:
        """Prepare; nothing is connected before it is needed."""
        super().__init__("", "", "", "", "", originator_id_type="text")
        self.pool = ConnectionPool(  # type: ignore[assignment]  # the library's differs in how it finds a password
            address.conninfo,
            connection_class=Connection,
            kwargs={"autocommit": True, "row_factory": dict_row, "connect_timeout": CONNECT_S,
                    "application_name": "constancia reader"},
            min_size=1, max_size=_READERS, open=False, timeout=_PATIENCE_S, reconnect_timeout=_RECONNECT_S,
            configure=self._configure, check=self._check,
        )  # fmt: skip
        self.address = address
        self.limits = ReaderLimits(_CUT_S)
        self.away: StoreUnavailable | None = None
        self._tried_at = 0.0

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection, for a query of limited time.

        Raises:
            PersistenceError: None can be had, or the query took too long. For a second everybody else gets this at
                once: the threads that serve pages must not all wait for a database that does not answer.
        """
        now = time.monotonic()
        if self.away is not None and now - self._tried_at < _REST_S:
            raise persistence.OperationalError(str(self.away))
        self._tried_at = now
        try:
            with self.get_connection() as connection, self.limits.over(connection):
                yield connection
        except persistence.OperationalError as error:
            self.away, self._tried_at = of_driver(error.__cause__ or error), time.monotonic()
            raise
        self.away = None

    def _configure(self, connection: Connection) -> None:
        with self.limits.over(connection):
            connection.execute(schema.READER_SESSION)

    def _check(self, connection: Connection) -> None:
        with self.limits.over(connection):
            ConnectionPool.check_connection(connection)

    @override
    def close(self) -> None:
        super().close()
        self.limits.close()

    @override
    def register_type_adapters(self) -> None:
        """Do nothing: no composite type is used."""


class PostgresLedgerRecorder(PostgresApplicationRecorder, Listeners):
    """Stores batches and reads entries."""

    def __init__(self, datastore: ReaderDatastore, session: WriterSession | None) -> None:
        """Read through a datastore, and write through a session, where there is one.

        Args:
            datastore: For reading; closed by `close`.
            session: For writing; closed by `close`. None reads only.
        """
        super().__init__(datastore)
        Listeners.__init__(self)
        self.channel_name = schema.CHANNEL
        self.session = session
        self._announced: Connection | None = None

    @override
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Store a batch's entries, leaf hashes and checkpoint durably, or nothing.

        Raises:
            ProgrammingError: There is no batch that fits the entries, or no session to write with.
            PersistenceError: It failed; `settled_tail` tells what became of it.
        """
        if not stored_events:
            return None
        batch = kwargs.get("batch")
        if not isinstance(batch, Batch) or len(batch.positions) != len(stored_events):
            raise ProgrammingError("entries are stored with their batch, by the sequencer only")
        if self.session is None:
            raise ProgrammingError("this store was opened for reading only")
        columns = (
            list(batch.positions),
            [str(event.originator_id) for event in stored_events],
            [event.originator_version for event in stored_events],
            [event.topic for event in stored_events],
            [event.state for event in stored_events],
            list(batch.statement_ids),
            batch.first_index, batch.size, batch.leaf_hashes, batch.checkpoint.decode(),
        )  # fmt: skip
        with _as_of_the_library():
            # A crash here leaves nothing, or all of it: the server has the whole statement or does not begin it.
            self.session.run(schema.INSERT_BATCH, columns, prepare=True)
        return list(batch.positions)

    @override
    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Give a stream's events, as the library's base class documents."""
        order = "DESC" if desc else "ASC"
        rows = self._select(
            f"{_EVENT_COLUMNS}WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s "
            f"ORDER BY originator_version {order} LIMIT %s",
            (str(originator_id), -1 if gt is None else gt, 2**62 if lte is None else lte, limit),
        )
        return [
            StoredEvent(
                originator_id=row["originator_id"],
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=row["state"],
            )
            for row in rows
        ]

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
        """Give entries by position, as the library's base class documents."""
        first = 0 if start is None else start if inclusive_of_start else start + 1
        of_topics = "AND topic = ANY(%s) " if topics else ""
        rows = self._select(
            f"{_EVENT_COLUMNS}WHERE position >= %s AND position <= %s {of_topics}ORDER BY position LIMIT %s",
            (first, 2**62 if stop is None else stop, *([list(topics)] if topics else []), limit),
        )
        return [notification_of(row) for row in rows]

    @override
    def max_notification_id(self) -> int | None:
        """Give the last position."""
        [row] = self._select("SELECT max(position) AS last FROM stored_events")
        last = row["last"]
        return None if last is None else int(last)

    @override
    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> PostgresSubscription:
        """Give a subscription that also looks by itself: a notification may be lost."""
        return _PollingSubscription(recorder=self, gt=gt, topics=topics)

    def statement_positions(self, statement_ids: Sequence[str]) -> dict[str, int]:
        """Return the positions of those of the given statement ids that are stored."""
        query = "SELECT statement_id, position FROM stored_events WHERE statement_id = ANY(%s)"
        return {row["statement_id"]: row["position"] for row in self._select(query, (list(statement_ids),))}

    def last_batch(self) -> Batch | None:
        """Return the batch stored last, without its statement ids; None in an empty store."""
        return _first(self._select(f"{_BATCH_COLUMNS}ORDER BY first_index DESC LIMIT 1"))

    def batch_covering(self, index: int) -> Batch | None:
        """Return the batch that the entry at `index` was stored with; None past the end."""
        query = f"{_BATCH_COLUMNS}WHERE first_index <= %s ORDER BY first_index DESC LIMIT 1"
        batch = _first(self._select(query, (index,)))
        return batch if batch is not None and index < batch.size else None

    def batches(self, after_size: int = 0, limit: int = 256) -> list[Batch]:
        """Batches in order, those whose first entry's index is `after_size` or more."""
        query = f"{_BATCH_COLUMNS}WHERE first_index >= %s ORDER BY first_index LIMIT %s"
        return [_batch(row) for row in self._select(query, (after_size, limit))]

    def counts(self) -> tuple[int, int]:
        """How many entries are stored, and how many of them the last batch covers."""
        [row] = self._select(
            "SELECT (SELECT count(*) FROM stored_events) AS entries, (SELECT coalesce(max(size), 0) FROM batches) AS "
            "covered"
        )
        return int(row["entries"]), int(row["covered"])

    def set_meta(self, values: dict[str, str]) -> None:
        """Write the store's metadata; each key once, never changed."""
        if self.session is None:
            raise ProgrammingError("this store was opened for reading only")
        with _as_of_the_library():
            for key, value in values.items():
                self.session.run("INSERT INTO meta VALUES (%s, %s)", (key, value))

    def meta(self) -> dict[str, str]:
        """Return what the store says about itself: `schema` and `origin`."""
        return {row["key"]: row["value"] for row in self._select("SELECT key, value FROM meta")}

    @property
    def away(self) -> StoreUnavailable | None:
        """Why nothing can be stored now; None while it can."""
        return self.session.away if self.session is not None else None

    @property
    def unread(self) -> StoreUnavailable | None:
        """Why readers had no answer the last time; None while they have."""
        return self._reading.away

    def settled_tail(self) -> Batch | None:
        """Give the last batch, read through a session that the server has confirmed a commit for."""
        if self.session is None:
            return self.last_batch()
        self.session.reopen()
        try:
            rows = self.session.run(f"{_BATCH_COLUMNS}ORDER BY first_index DESC LIMIT 1")
        except psycopg.Error as error:
            if (away := self.session.away) is not None:
                raise away.with_traceback(None) from error
            raise persistence.OperationalError(str(error)) from error
        return _first(rows)

    def check(self) -> None:
        """Notice a connection that was lost while nothing was written."""
        if self.session is not None:
            self.session.check()

    def confirm(self) -> None:
        """Have it confirmed that what a reader was shown is durable; what a writer shows is."""
        if self.session is None:
            confirm(self._reading.address)

    def wait_growth(self, timeout_s: float, stop: threading.Event) -> None:
        """Wait for an announcement of the writer's, at most so long: a standby gives none, and one may be lost."""
        try:
            if self._announced is None:
                self._announced = connect(self._reading.address)
                self._announced.execute(f"LISTEN {schema.CHANNEL}")
            until = time.monotonic() + timeout_s
            while not stop.is_set() and (left := until - time.monotonic()) > 0:
                for _ in self._announced.notifies(timeout=min(left, _LOOK_S), stop_after=1):
                    return
        except (psycopg.Error, StoreUnavailable):
            self._stop_listening()
            stop.wait(timeout_s)

    def close(self) -> None:
        """Close all connections; may be repeated."""
        if self.session is not None:
            self.session.close()
        self._stop_listening()
        self.datastore.close()

    @property
    def address(self) -> DatabaseAddress:
        """Of the database."""
        return self._reading.address

    @property
    def _reading(self) -> ReaderDatastore:
        return cast("ReaderDatastore", self.datastore)

    def _stop_listening(self) -> None:
        announced, self._announced = self._announced, None
        if announced is not None:
            with contextlib.suppress(psycopg.Error):
                announced.close()

    def execute(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Execute a statement about what is next to the entries, and give its rows.

        Raises:
            PersistenceError: It failed.
        """
        with self._connected() as connection:
            cursor = connection.execute(query, params, binary=True)
            return cursor.fetchall() if cursor.description is not None else []

    def _connected(self) -> AbstractContextManager[Connection]:
        """Give a reader's connection; where the writer knows that the server is gone, nobody waits for one."""
        away = self.away
        if away is not None and away.code == "E_STORE_GONE":
            raise persistence.OperationalError(str(away))
        return self._reading.reading()

    def _select(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        with self._connected() as connection:
            # Entries come in binary form: as text each byte would be two.
            return connection.execute(query, params, binary=True).fetchall()


class _PollingSubscription(PostgresSubscription):
    """The library's subscription, which waits for a notification, looking by itself as well."""

    _stopping = threading.Event()  # never set: what ends it is looked at each time

    @override
    def _listen(self) -> None:
        try:
            while not self._has_been_stopped and not self._thread_error:
                self._recorder.wait_growth(_LOOK_S, self._stopping)  # type: ignore[attr-defined]  # it is ours
                self._has_been_notified.set()
        except BaseException as error:  # noqa: BLE001 (as in the library: the thread that waits must learn of it)
            self._thread_error = self._thread_error or error
            self.stop()


@contextlib.contextmanager
def _as_of_the_library() -> Iterator[None]:
    """Turn the driver's errors into the library's."""
    try:
        yield
    except psycopg.IntegrityError as error:
        raise IntegrityError(str(error)) from error
    except psycopg.DataError as error:
        raise persistence.DataError(str(error)) from error
    except psycopg.Error as error:
        if is_known(error):
            raise of_driver(error) from error
        raise persistence.OperationalError(str(error)) from error


def _first(rows: Sequence[Mapping[str, Any]]) -> Batch | None:
    return _batch(rows[0]) if rows else None


def _batch(row: Mapping[str, Any]) -> Batch:
    return stored_batch(row["first_index"], row["size"], row["leaf_hashes"], row["checkpoint"])
