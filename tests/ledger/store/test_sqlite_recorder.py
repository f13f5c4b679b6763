"""The store: the library's own contract, then what SPEC §8 and S1–S5 ask for."""

import sqlite3
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from tests.ledger.store.recorder_cases import (
    ApplicationRecorderTestCase,
    Batching,
    NonInterleavingNotificationIDsBaseCase,
    batch_for,
    event,
)

from constancia.ledger.store.batch import Batch
from constancia.ledger.store.sqlite_recorder import LedgerDatastore, LedgerRecorder
from constancia.ledger.views.view_store import ViewStore


def open_recorder(folder: Path) -> LedgerRecorder:
    recorder = LedgerRecorder(LedgerDatastore(str(folder / "ledger.sqlite")))
    recorder.create_table()
    return recorder


@pytest.fixture
def recorder(tmp_path: Path) -> Any:
    opened = open_recorder(tmp_path)
    yield opened
    opened.datastore.close()


class BatchingRecorder(Batching, LedgerRecorder):
    """The recorder, as the library's tests can drive it."""


class _OnDisk:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def new_originator_id(self) -> str:
        return str(uuid.uuid4())

    def create_recorder(self) -> Any:
        recorder = BatchingRecorder(LedgerDatastore(str(self.folder / "ledger.sqlite")))
        recorder.create_table()
        return recorder


class TestLibraryContract(_OnDisk, ApplicationRecorderTestCase[Any]):
    pass


class TestPositionsOfConcurrentBatches(_OnDisk, NonInterleavingNotificationIDsBaseCase):
    pass


def test_store_has_the_columns_of_the_specification(recorder: LedgerRecorder) -> None:
    with recorder.datastore.transaction(commit=False) as c:
        found = {}
        for table in ("stored_events", "batches", "meta"):
            c.execute("SELECT name FROM pragma_table_info(?)", (table,))
            found[table] = [row[0] for row in c.fetchall()]
    assert found == {
        "stored_events": [
            "position", "originator_id", "originator_version", "topic", "state", "statement_id",
        ],
        "batches": ["first_index", "size", "leaf_hashes", "checkpoint"],
        "meta": ["key", "value"],
    }  # fmt: skip


def test_s1_events_without_their_batch_are_refused(recorder: LedgerRecorder) -> None:
    with pytest.raises(ProgrammingError, match="by the sequencer only"):
        recorder.insert_events([event()])
    assert recorder.max_notification_id() is None


def test_s1_batch_of_another_length_is_refused(recorder: LedgerRecorder) -> None:
    with pytest.raises(ProgrammingError):
        recorder.insert_events([event()], batch=batch_for(0, 2))


def test_s1_failing_batch_row_leaves_no_event(recorder: LedgerRecorder) -> None:
    recorder.insert_events([event()], batch=batch_for(0, 1))
    with recorder.datastore.transaction(commit=True) as c:
        c.execute("DROP TRIGGER batches_next")
        c.execute("INSERT INTO batches VALUES (1, 2, x'00', '')")
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(version=2)], batch=batch_for(1, 1))
    assert recorder.max_notification_id() == 1


def test_batch_costs_no_more_when_there_are_many(recorder: LedgerRecorder) -> None:
    """Of a log that is lived each batch has one to three entries: what each would look at would be all of them."""
    steps: list[int] = []
    with recorder.datastore.get_connection(commit=True) as connection:
        vars(connection)["_sqlite_conn"].set_progress_handler(lambda: steps.append(1), 1)
    counts = []
    for number in range(600):
        steps.clear()
        recorder.insert_events([event(version=number + 1)], batch=batch_for(number, 1))
        counts.append(len(steps))
    assert 0 < counts[-1] < 1.2 * counts[20]


def test_s2_second_writer_at_the_same_position_hits_the_fence(recorder: LedgerRecorder) -> None:
    recorder.insert_events([event()], batch=batch_for(0, 1))
    with pytest.raises(IntegrityError):
        recorder.insert_events([event("party/sfp")], batch=batch_for(0, 1))


def test_s2_position_that_leaves_a_gap_is_refused(recorder: LedgerRecorder) -> None:
    with pytest.raises(IntegrityError, match="not the next one"):
        recorder.insert_events([event()], batch=batch_for(3, 1))


def test_statement_id_can_be_stored_once_only(recorder: LedgerRecorder) -> None:
    first = batch_for(0, 1)
    recorder.insert_events([event()], batch=first)
    second = Batch(
        first_index=1,
        size=2,
        leaf_hashes=bytes(32),
        checkpoint=b"",
        statement_ids=first.statement_ids,
    )
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(version=2)], batch=second)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = x'00'",
        "DELETE FROM stored_events",
        "UPDATE batches SET checkpoint = ''",
        "DELETE FROM batches",
        "UPDATE meta SET value = ''",
        "DELETE FROM meta",
        "INSERT OR REPLACE INTO stored_events VALUES (1,'a',1,'t',x'00','x')",
        "INSERT OR REPLACE INTO batches VALUES (0,1,x'00','')",
        "INSERT OR REPLACE INTO meta VALUES ('origin','other')",
    ],
)
def test_s3_rows_are_only_ever_added(recorder: LedgerRecorder, statement: str) -> None:
    recorder.insert_events([event()], batch=batch_for(0, 1))
    recorder.set_meta({"origin": "example.org/log"})
    with pytest.raises(IntegrityError), recorder.datastore.transaction(commit=True) as c:
        c.execute(statement)


def test_s4_every_connection_runs_with_wal_and_full_synchronization(
    recorder: LedgerRecorder,
) -> None:
    with recorder.datastore.transaction(commit=False) as c:
        c.execute("PRAGMA journal_mode")
        journal = c.fetchone()[0]
        c.execute("PRAGMA synchronous")
        assert (journal, c.fetchone()[0]) == ("wal", 2)


def test_s4_store_that_cannot_have_wal_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO t VALUES (1)")
    connection.commit()
    connection.close()
    # With this way of locking SQLite can't share a write-ahead log, and keeps the journal that it has.
    datastore = LedgerDatastore(f"{path.as_uri()}?vfs=unix-dotfile")
    with (
        pytest.raises((InterfaceError, OperationalError, sqlite3.OperationalError)),
        datastore.transaction(commit=False) as c,
    ):
        c.execute("SELECT * FROM t")
    datastore.close()


def test_connection_whose_transaction_failed_is_not_used_again(recorder: LedgerRecorder) -> None:
    failing = recorder.datastore.get_connection(commit=True)
    connection = failing.__enter__()
    connection.cursor().execute("BEGIN IMMEDIATE")
    failing.__exit__(RuntimeError, RuntimeError(), None)
    assert connection.closed
    recorder.insert_events([event()], batch=batch_for(0, 1))


def test_batch_is_found_by_an_index_within_it(recorder: LedgerRecorder) -> None:
    recorder.insert_events([event(version=1), event(version=2)], batch=batch_for(0, 2))
    recorder.insert_events([event(version=3)], batch=batch_for(2, 1))
    found = [recorder.batch_covering(index) for index in range(4)]
    assert [batch and batch.first_index for batch in found] == [0, 0, 2, None]


def test_listener_is_woken_at_once_and_when_it_is_told(recorder: LedgerRecorder) -> None:
    woken = threading.Event()
    recorder.listen(woken)
    assert woken.is_set()
    woken.clear()
    recorder.tell_listeners()
    assert woken.is_set()


def test_forgotten_listener_is_left_alone(recorder: LedgerRecorder) -> None:
    woken = threading.Event()
    recorder.listen(woken)
    recorder.forget(woken)
    woken.clear()
    recorder.tell_listeners()
    assert not woken.is_set()


def test_what_the_store_says_of_itself_is_read_back(recorder: LedgerRecorder) -> None:
    recorder.set_meta({"schema": "1", "origin": "example.org/log"})
    assert recorder.meta() == {"schema": "1", "origin": "example.org/log"}


def test_snapshots_have_no_place_here(tmp_path: Path) -> None:
    datastore = LedgerDatastore(str(tmp_path / "ledger.sqlite"))
    with pytest.raises(ProgrammingError, match="takes no snapshots"):
        LedgerRecorder(datastore, "stored_snapshots")
    datastore.close()


@pytest.mark.parametrize("views", [False, True])
def test_closing_leaves_a_connection_that_is_in_use_to_its_user(tmp_path: Path, *, views: bool) -> None:
    """SQLite that is closed under another thread's statement ends the process (SIGSEGV)."""
    path = (tmp_path / "a.sqlite").as_uri()
    datastore = ViewStore(path).datastore if views else LedgerDatastore(path)

    answers: list[tuple[Any, ...]] = []

    def work() -> None:
        with datastore.get_connection(commit=False) as connection:
            datastore.close()
            cursor = connection.cursor()
            cursor.execute("SELECT 1")
            answers.append(tuple(cursor.fetchone()))

    with pytest.raises(ConnectionPoolClosedError):
        work()
    assert answers == [(1,)]


@pytest.mark.parametrize("views", [False, True])
def test_connection_prepares_a_statement_once(tmp_path: Path, *, views: bool) -> None:
    """The library's own have room for one: of 64 rows, preparing takes a sixth of what storing them does."""
    path = (tmp_path / "a.sqlite").as_uri()
    store: Any = ViewStore(path) if views else LedgerRecorder(LedgerDatastore(path))
    store.create_table()
    prepared: list[int] = []

    def allow(action: int, *_of: Any) -> int:
        prepared.append(action)
        return sqlite3.SQLITE_OK

    with store.datastore.get_connection(commit=True) as connection:
        vars(connection)["_sqlite_conn"].set_authorizer(allow)
    seen = []
    for number in range(3):
        prepared.clear()
        if views:
            store.save(number + 1, [("citations", f"{number}.{at}", b"x") for at in range(52)])
        else:
            batch = batch_for(52 * number, 52)
            store.insert_events([event(f"party/{number}.{at}") for at in range(52)], batch=batch)
            assert len(store.statement_positions(batch.statement_ids)) == 52
            assert len(store.statement_positions(batch.statement_ids[: number + 1])) == number + 1
        seen.append(set(prepared) - {sqlite3.SQLITE_TRANSACTION})
    store.datastore.close()
    assert seen[0]
    assert seen[1:] == [set(), set()]


def test_connection_that_was_used_last_is_used_first(recorder: LedgerRecorder) -> None:
    """It has the pages at hand that the next one reads: the others had to forget theirs when it wrote."""
    pool = recorder.datastore.pool
    first, second = pool.get_connection(is_writer=True), pool.get_connection(is_writer=False)
    pool.put_connection(second)
    pool.put_connection(first)
    again = [pool.get_connection(is_writer=False) for _ in range(2)]
    assert again == [first, second]
    for connection in again:
        pool.put_connection(connection)
