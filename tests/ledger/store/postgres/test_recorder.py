"""The store in PostgreSQL, on a real server: the library's own contract, then G1–G4 and SPEC §8."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, ProgrammingError
from tests.ledger.store.recorder_cases import (
    ApplicationRecorderTestCase,
    Batching,
    NonInterleavingNotificationIDsBaseCase,
    batch_for,
    event,
)
from tests.postgres import Server

from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.batch import MAX_BATCH, Batch
from constancia.ledger.store.postgres.application import create_tables, open_database
from constancia.ledger.store.postgres.recorder import PostgresLedgerRecorder, ReaderDatastore
from constancia.ledger.store.postgres.session import WriterSession, connect

META = {"schema": "1", "origin": "example.org/log"}


@pytest.fixture
def address(postgres_server: Server) -> DatabaseAddress:
    address = postgres_server.schema()
    create_tables(address, META)
    return address


@pytest.fixture
def recorder(address: DatabaseAddress) -> Iterator[PostgresLedgerRecorder]:
    with closing(open_database(address, writable=True)) as application:
        yield cast("PostgresLedgerRecorder", application.store)


class BatchingRecorder(Batching, PostgresLedgerRecorder):
    """The recorder, as the library's tests can drive it."""


class _InDatabase:
    @pytest.fixture(autouse=True)
    def _address(self, address: DatabaseAddress) -> Iterator[None]:
        self.address = address
        self.made: list[PostgresLedgerRecorder] = []
        yield
        for recorder in self.made:
            recorder.close()

    def new_originator_id(self) -> str:
        return str(uuid.uuid4())

    def create_recorder(self) -> Any:
        session = WriterSession(self.address)
        session.open(1.0)
        self.made.append(BatchingRecorder(ReaderDatastore(self.address), session))
        return self.made[-1]


class TestLibraryContract(_InDatabase, ApplicationRecorderTestCase[Any]):
    pass


class TestPositionsOfConcurrentBatches(_InDatabase, NonInterleavingNotificationIDsBaseCase):
    pass


def test_store_has_the_columns_of_the_specification(recorder: PostgresLedgerRecorder, address: DatabaseAddress) -> None:
    query = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "ORDER BY table_name, ordinal_position"
    )
    found: dict[str, list[str]] = {}
    with closing(connect(address)) as connection:
        for row in connection.execute(query):
            found.setdefault(row["table_name"], []).append(row["column_name"])
    assert {name: found[name] for name in ("stored_events", "batches", "meta")} == {
        "stored_events": ["position", "originator_id", "originator_version", "topic", "state", "statement_id"],
        "batches": ["first_index", "size", "leaf_hashes", "checkpoint"],
        "meta": ["key", "value"],
    }


def test_g1_events_without_their_batch_are_refused(recorder: PostgresLedgerRecorder) -> None:
    for more in ({}, {"batch": batch_for(0, 2)}):
        with pytest.raises(ProgrammingError, match="by the sequencer only"):
            recorder.insert_events([event()], **more)
    assert recorder.max_notification_id() is None


def test_g1_failing_batch_row_leaves_no_event(recorder: PostgresLedgerRecorder, address: DatabaseAddress) -> None:
    recorder.insert_events([event()], batch=batch_for(0, 1))
    with closing(connect(address)) as connection:
        connection.execute("ALTER TABLE batches ADD CHECK (size < 2)")
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(version=2)], batch=batch_for(1, 1))
    assert recorder.counts() == (1, 1)


def test_g2_second_writer_at_the_same_position_hits_the_fence(
    recorder: PostgresLedgerRecorder, address: DatabaseAddress
) -> None:
    """A writer that has another's lock taken away from it, and does not know, can't fork the log."""
    with closing(connect(address)) as other:
        other.execute("INSERT INTO stored_events VALUES (1, 'party/sfp', 1, 'topic', 'x', 'an-id')")
        other.execute("INSERT INTO batches VALUES (0, 1, 'x', 'other')")
    with pytest.raises(IntegrityError):
        recorder.insert_events([event()], batch=batch_for(0, 1))


def test_g2_position_that_leaves_a_gap_is_refused(recorder: PostgresLedgerRecorder) -> None:
    with pytest.raises(IntegrityError, match="not the next"):
        recorder.insert_events([event()], batch=batch_for(3, 1))


def test_statement_id_can_be_stored_once_only(recorder: PostgresLedgerRecorder) -> None:
    first = batch_for(0, 1)
    recorder.insert_events([event()], batch=first)
    second = Batch(first_index=1, size=2, leaf_hashes=bytes(32), checkpoint=b"", statement_ids=first.statement_ids)
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(version=2)], batch=second)


ALTERATIONS = (
    "UPDATE stored_events SET state = 'x'",
    "DELETE FROM stored_events",
    "TRUNCATE stored_events",
    "UPDATE batches SET checkpoint = ''",
    "DELETE FROM batches",
    "UPDATE meta SET value = ''",
    "DELETE FROM meta",
    "INSERT INTO batches VALUES (7, 8, 'x', '')",
    "INSERT INTO stored_events VALUES (1, 'a', 1, 't', 'x', 'x') ON CONFLICT (position) DO UPDATE SET topic = ''",
    "INSERT INTO meta VALUES ('origin', 'other')",
)


def test_rows_are_only_ever_added(recorder: PostgresLedgerRecorder, address: DatabaseAddress) -> None:
    recorder.insert_events([event()], batch=batch_for(0, 1))
    with closing(connect(address)) as connection:
        for statement in ALTERATIONS:
            with pytest.raises(psycopg.IntegrityError):
                connection.execute(statement)


def test_g3_second_session_is_refused_and_names_the_first(
    recorder: PostgresLedgerRecorder, address: DatabaseAddress
) -> None:
    second = WriterSession(address)
    with pytest.raises(StoreUnavailable, match="process") as caught:
        second.open()
    assert caught.value.code == "E_STORE_LOCKED"
    recorder.close()
    second.open(1.0)
    assert second.epoch == 2
    second.close()


def test_g3_reader_needs_no_lock_and_adds_nothing(recorder: PostgresLedgerRecorder, address: DatabaseAddress) -> None:
    with closing(open_database(address, writable=False)) as application:
        reader = application.store
        assert reader.counts() == (0, 0)
        with pytest.raises(ProgrammingError, match="reading only"):
            reader.insert_events([event()], batch=batch_for(0, 1))


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_g4_largest_batch_is_stored_and_read_back(recorder: PostgresLedgerRecorder) -> None:
    """In the library's own pipeline 384 KiB on a socket never end; this is 32 MiB."""
    state = bytes(range(256)) * 256
    events = [event(f"party/{number}", state=state) for number in range(MAX_BATCH)]
    recorder.insert_events(events, batch=batch_for(0, MAX_BATCH))
    rows = recorder.select_notifications(MAX_BATCH, 1)
    assert (rows[0].state, recorder.counts()) == (state, (MAX_BATCH, MAX_BATCH))


def test_batch_is_found_by_an_index_within_it(recorder: PostgresLedgerRecorder) -> None:
    recorder.insert_events([event(version=1), event(version=2)], batch=batch_for(0, 2))
    recorder.insert_events([event(version=3)], batch=batch_for(2, 1))
    batches = [recorder.batch_covering(index) for index in range(4)]
    assert [batch and batch.first_index for batch in batches] == [0, 0, 2, None]


def test_what_the_store_says_of_itself_is_read_back(recorder: PostgresLedgerRecorder) -> None:
    assert recorder.meta() == META


def test_reader_is_woken_by_the_writer_and_looks_by_itself(postgres_server: Server) -> None:
    """In a database of its own, where no other worker's test announces anything."""
    address = postgres_server.database()
    create_tables(address, META)
    with (
        closing(open_database(address, writable=True)) as writing,
        closing(open_database(address, writable=False)) as application,
    ):
        recorder, reader = writing.store, application.store
        stop = threading.Event()
        reader.wait_growth(0.01, stop)
        woken = threading.Event()

        def wait() -> None:
            reader.wait_growth(20, stop)
            woken.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not woken.wait(0.05)
        recorder.insert_events([event()], batch=batch_for(0, 1))
        assert woken.wait(10)
        waiting.join()


def test_tables_of_another_version_are_refused(address: DatabaseAddress) -> None:
    with closing(connect(address)) as connection:
        connection.execute("UPDATE layout SET version = 9")
    with pytest.raises(StoreUnavailable) as caught:
        open_database(address, writable=False)
    assert caught.value.code == "E_STORE_VERSION"


def test_making_the_tables_twice_changes_nothing(recorder: PostgresLedgerRecorder, address: DatabaseAddress) -> None:
    recorder.insert_events([event()], batch=batch_for(0, 1))
    create_tables(address, {"schema": "1", "origin": "example.org/other"})
    assert (recorder.meta(), recorder.counts()) == (META, (1, 1))
