"""A ledger in PostgreSQL: the same tests as in SQLite, then what only a server can do: go away and come back."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from tests.ledger import test_ledger
from tests.ledger.append import test_sequencer
from tests.ledger.conftest import Desk
from tests.ledger.template import Templates
from tests.postgres import Server, own_server
from tests.profile import sampled

from constancia.ledger.errors import Busy, Fatal, LedgerError, LostRace, StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DATABASE_NAME, DatabaseAddress
from constancia.ledger.store.postgres import application as postgres_application
from constancia.ledger.store.postgres.recorder import PostgresLedgerRecorder
from constancia.ledger.store.postgres.session import Connection, connect

WAIT_S = 20
T = TypeVar("T")
fault = test_sequencer.fault


@pytest.fixture
def stored_in() -> str:
    return "postgres"


class TestSameAsInSqlite:
    """What is here runs in SQLite under its own name; `stored_in` is the only difference."""

    test_append = test_ledger.TestAppending.test_l3_what_is_appended_is_found_at_its_index
    test_replay = test_ledger.TestAppending.test_same_bytes_again_get_the_first_receipt
    test_concurrency = test_ledger.TestAppending.test_concurrent_statements_all_get_a_place
    test_duplicate = test_ledger.TestRefusing.test_same_id_with_other_bytes
    test_restart = test_ledger.TestOpening.test_l2_everything_is_there_after_a_restart
    test_goes_on = test_ledger.TestOpening.test_ledger_goes_on_after_a_restart
    test_reader_follows = test_ledger.TestOpening.test_reader_follows_the_writer_when_asked_to
    test_reader_is_told = test_ledger.TestOpening.test_reader_reads_as_far_as_it_is_told
    test_under_way_twice = test_ledger.TestAppending.test_same_bytes_twice_under_way_are_recorded_once
    test_clock_back = test_ledger.TestAppending.test_recorded_at_does_not_go_back_when_the_clock_does
    test_one_bad = test_ledger.TestAppending.test_one_bad_statement_does_not_sink_its_batch
    test_duplicate_under_way = test_ledger.TestRefusing.test_same_id_with_other_bytes_while_both_are_under_way
    test_replay_after_restart = test_ledger.TestOpening.test_statement_recorded_before_a_restart_is_replayed_after_it
    test_closing = test_ledger.TestOpening.test_closing_lets_what_is_under_way_come_to_its_end
    test_checkpoints = test_ledger.TestReading.test_every_published_size_has_its_checkpoint
    test_not_over_another = test_ledger.TestOpening.test_ledger_is_not_made_over_another
    test_proofs = test_ledger.TestReading.test_proofs_hold_between_any_two_sizes
    test_receipt = test_ledger.TestReading.test_receipt_proves_its_entry_under_the_log_s_key
    test_not_stored = test_sequencer.TestStoreFails.test_w5_batch_that_was_not_stored_fails_whole
    test_lost_answer = test_sequencer.TestStoreFails.test_w5_batch_stored_although_an_error_came_back_is_acknowledged


def test_views_are_followed_and_made_again_from_the_database(desk: Desk) -> None:
    desk.take(desk.world.allege("c1"))
    desk.ledger.views.wait()
    assert desk.ledger.rebuild(check=True).differences == ()
    desk.ledger.close()
    (desk.folder / "views.sqlite").unlink()
    with second(desk, desk.folder, signer=False) as reader:
        assert reader.rebuild(check=False).size == 27
        assert reader.rebuild(check=True).differences == ()


def second(desk: Desk, folder: Path, *, signer: bool = True) -> Ledger:
    return Ledger.open(folder, clock=desk.clock, signer=desk.signer if signer else None, database=desk.database)


def as_attacker(address: DatabaseAddress, *statements: str) -> None:
    """Execute statements as who may do everything to the database: triggers do not run."""
    with closing(connect(address)) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def test_folder_remembers_its_database_without_the_password(desk: Desk) -> None:
    assert desk.database is not None
    kept = DatabaseAddress.read(desk.database.conninfo.replace("constancia@", "constancia:geheim@"))
    desk.ledger.close()
    (desk.folder / DATABASE_NAME).unlink()
    Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer, database=kept).close()
    text = (desk.folder / DATABASE_NAME).read_text()
    assert "geheim" not in text
    assert desk.reopen().size == 26


def test_second_server_is_refused_in_words(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_application, "LOCK_S", 0.2)
    with pytest.raises(StoreUnavailable) as caught:
        second(desk, tmp_path / "other")
    assert caught.value.code == "E_STORE_LOCKED"
    assert str(os.getpid()) in caught.value.words["es"]
    desk.take(desk.world.allege("c1"))


def test_reader_elsewhere_sees_what_the_writer_appends(desk: Desk, tmp_path: Path) -> None:
    with second(desk, tmp_path / "reader", signer=False) as reader:
        desk.take(desk.world.allege("c1"))
        assert reader.refresh() == desk.ledger.size
        assert reader.as_of(20).size == 20
        assert reader.log.checkpoint() == desk.ledger.log.checkpoint()


def test_reader_reads_on_in_time_that_does_not_grow_with_the_ledger(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step of what a reader asks at a new size, or at the same, meets the rows that it has read before."""
    asked: list[tuple[str, Sequence[Any]]] = []
    select = PostgresLedgerRecorder._select

    def noting(recorder: PostgresLedgerRecorder, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        asked.append((query, params))
        return select(recorder, query, params)

    assert desk.database is not None
    with second(desk, tmp_path / "reader", signer=False) as reader:
        desk.take(desk.world.allege("c1"))
        monkeypatch.setattr(PostgresLedgerRecorder, "_select", noting)
        assert reader.refresh() == reader.refresh() == desk.ledger.size
    with closing(connect(desk.database)) as connection:
        connection.execute("SET enable_seqscan = off")  # tables of some rows are read whole, whatever is asked
        plans = [(query, _most_rows(connection, query, params)) for query, params in asked]
    assert len(plans) > 5
    assert [(query, rows) for query, rows in plans if rows > 2] == []


def _most_rows(connection: Connection, query: str, params: Sequence[Any]) -> float:
    """How many rows the step with most of them has met."""
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", params).fetchone()
    assert row is not None
    steps, most = [row["QUERY PLAN"][0]["Plan"]], 0.0
    while steps:
        step = steps.pop()
        steps += step.get("Plans", [])
        most = max(most, (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"])
    return most


def test_batch_is_stored_in_time_that_does_not_grow_with_the_ledger(desk: Desk) -> None:
    """The triggers find the last row of each table by its key."""
    assert desk.database is not None
    met = "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS rows FROM pg_stat_xact_user_tables"
    with closing(connect(desk.database)) as connection, connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL enable_seqscan = off")
        before = {row["relname"]: row["rows"] for row in connection.execute(met)}
        at = desk.ledger.size
        connection.execute("INSERT INTO stored_events VALUES (%s, 'party/x', 1, 'topic', 'x', 'an-id')", (at + 1,))
        connection.execute("INSERT INTO batches VALUES (%s, %s, 'x', 'x')", (at, at + 1))
        after = {row["relname"]: row["rows"] - before.get(row["relname"], 0) for row in connection.execute(met)}
    assert at > 20
    assert {name: after[name] for name in ("stored_events", "batches") if after[name] > 4} == {}


GONE = [
    ("DELETE FROM stored_events WHERE position > 20",),
    ("DELETE FROM batches WHERE first_index >= 20",),
    ("DELETE FROM stored_events WHERE position > 20", "DELETE FROM batches WHERE first_index >= 20"),
    ("DELETE FROM stored_events", "DELETE FROM batches"),
]


# Each way to lose the end, read as far as it goes and to a size in turn.
@pytest.mark.parametrize(
    ("statements", "most"),
    [
        (statements, most)
        for number, statements in enumerate(GONE)
        for most in sampled([(None, 26)[number % 2]], [None, 26])
    ],
)
def test_reader_notices_that_the_end_which_it_has_read_is_gone(
    desk: Desk, tmp_path: Path, statements: tuple[str, ...], most: int | None
) -> None:
    assert desk.database is not None
    with second(desk, tmp_path / "reader", signer=False) as reader:
        as_attacker(desk.database, *statements)
        with pytest.raises(Fatal, match="checkpoints cover"):
            reader.refresh(most)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM stored_events WHERE position = 6",
        "INSERT INTO stored_events VALUES (0, 'party/x', 1, 'topic', 'x', 'an-id')",
    ],
)
def test_reader_that_opens_notices_a_gap_and_an_entry_before_the_first(desk: Desk, statement: str) -> None:
    assert desk.database is not None
    desk.ledger.close()
    as_attacker(desk.database, statement)
    for signer in (True, False):
        with pytest.raises(Fatal):
            second(desk, desk.folder, signer=signer)


def test_two_stores_of_one_ledger_are_refused(desk: Desk, templates: Templates, tmp_path: Path) -> None:
    folder = tmp_path / "both"
    templates.adopted.copy_to(folder)
    desk.ledger.close()
    with pytest.raises(LedgerError, match="constancia move"):
        second(desk, folder)


@pytest.mark.parametrize(
    ("statement", "where", "what"),
    [
        ("UPDATE stored_events SET state = state || ' '::bytea WHERE position = 26", "entry 25", "can't be read"),
        ("UPDATE batches SET checkpoint = replace(checkpoint, 'example', 'Example')", "checkpoint", "not one of"),
        ("UPDATE meta SET value = '2' WHERE key = 'schema'", "postgresql://", "schema 2"),
    ],
)
def test_contradiction_is_named_and_not_served(desk: Desk, statement: str, where: str, what: str) -> None:
    assert desk.database is not None
    desk.ledger.close()
    as_attacker(desk.database, statement)
    with pytest.raises(Fatal) as caught:
        desk.reopen()
    assert where in caught.value.where
    assert what in caught.value.what


def test_writer_without_the_lock_is_noticed_and_stops_the_first(desk: Desk) -> None:
    assert desk.database is not None
    size = desk.ledger.size
    as_attacker(
        desk.database,
        f"INSERT INTO stored_events VALUES ({size + 1}, 'commitment/x', 1, 'topic', 'x', 'an-id')",  # noqa: S608
        f"INSERT INTO batches VALUES ({size}, {size + 1}, 'x', 'other')",  # noqa: S608
    )
    [future] = test_sequencer.submit(desk)
    assert isinstance(future.exception(WAIT_S), LostRace)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server() as server:
        yield server


class TestServerGoesAway:
    """A server of its own, which is stopped and killed."""

    @pytest.fixture
    def new_database(self, server: Server) -> Callable[[], DatabaseAddress]:
        return server.schema

    def test_connection_cut_while_idle_is_made_again(self, desk: Desk, server: Server) -> None:
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        outcome = eventually(lambda: desk.take(desk.world.allege("c1")))
        assert outcome.entry.index == 26

    def test_nothing_acknowledged_is_lost_when_the_server_is_killed(self, desk: Desk, server: Server) -> None:
        acknowledged: list[tuple[int, bytes]] = []
        refused: list[BaseException] = []
        ended = threading.Event()

        def client() -> None:
            while not ended.is_set():
                signed = desk.world.allege("c1")
                try:
                    entry = desk.ledger.append(signed.parsed).entry
                    acknowledged.append((entry.index, entry.raw))
                except (Busy, StoreUnavailable) as error:
                    refused.append(error)
                    ended.wait(0.02)

        threads = [threading.Thread(target=client) for _ in range(4)]
        for thread in threads:
            thread.start()
        eventually(lambda: _require(len(acknowledged) > 20))
        server.kill()
        eventually(lambda: _require(codes(desk) == ["E_STORE_GONE"]))
        eventually(lambda: _require(refused))
        assert desk.ledger.log.root() == desk.ledger.log.root(desk.ledger.size)
        server.restart()
        before = len(acknowledged)
        eventually(lambda: _require(len(acknowledged) > before + 10))
        ended.set()
        for thread in threads:
            thread.join(WAIT_S)
        assert codes(desk) == []
        assert len(dict(acknowledged)) == len(acknowledged)
        ledger = desk.reopen()
        assert [raw for index, raw in acknowledged if ledger.log.entry(index) != raw] == []

    def test_server_that_lost_what_was_acknowledged_is_not_written(self, desk: Desk, server: Server) -> None:
        """As a standby that lagged, promoted in the primary's place."""
        assert desk.database is not None
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        as_attacker(
            desk.database,
            "DELETE FROM stored_events WHERE position > 25",
            "DELETE FROM batches WHERE first_index >= 25",
        )
        eventually(lambda: _require(isinstance(failure(desk), LostRace)))
        with pytest.raises(LostRace):
            desk.ledger.append(desk.world.allege("c1").parsed)


def codes(desk: Desk) -> list[str]:
    """The code of why nothing is written, if so."""
    refusal = desk.ledger.refusal
    return [] if refusal is None else [refusal.code]


def failure(desk: Desk) -> LedgerError | None:
    return desk.ledger.failure


def _require(fact: object) -> None:
    assert fact


def eventually(work: Callable[[], T]) -> T:
    until = time.monotonic() + WAIT_S
    while True:
        try:
            return work()
        except (AssertionError, Busy, StoreUnavailable, psycopg.OperationalError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
