"""A batch in doubt: nothing else is taken in until the database's end can be read, and then the writer goes on."""

import logging
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from eventsourcing.persistence import Notification, OperationalError
from tests.ledger.append.test_sequencer import _examined
from tests.ledger.conftest import Desk
from tests.ledger.test_postgres_ledger import WAIT_S
from tests.postgres import Server

from constancia.ledger.append import recovery, store_watch
from constancia.ledger.append.examiner import AppendOutcome
from constancia.ledger.append.head import Head
from constancia.ledger.append.recovery import replay
from constancia.ledger.append.store_watch import StoreWatch
from constancia.ledger.errors import StoreUnavailable, Unread
from constancia.ledger.reader.log import read_recorded
from constancia.ledger.store.postgres import session as postgres_session
from constancia.ledger.store.postgres.application import create_tables
from constancia.ledger.store.postgres.session import WriterSession, connect
from constancia.ledger.store.postgres_errors import unavailable


@pytest.fixture
def stored_in() -> str:
    return "postgres"


def test_table_that_is_locked_for_long_leaves_the_writer_alive(desk: Desk) -> None:
    """Neither the batch nor the end of the table can be had meanwhile; afterwards it goes on by itself."""
    assert desk.database is not None
    store = desk.ledger._core.application.store
    store.session.run("SET lock_timeout = '100ms'")  # type: ignore[attr-defined]  # it is PostgreSQL's
    with closing(connect(desk.database)) as connection, connection.transaction():
        connection.execute("LOCK TABLE batches IN ACCESS EXCLUSIVE MODE")
        for _ in range(2):
            error = desk.ledger.submit(desk.world.allege("c1").parsed).exception(WAIT_S)
            assert isinstance(error, StoreUnavailable)
            assert "lock timeout" in error.words["en"]
    assert desk.take(desk.world.allege("c1")).entry.index == 26
    assert desk.ledger.failure is None


def test_nothing_is_taken_in_while_a_batch_is_in_doubt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    store = desk.ledger._core.application.store
    tail = store.settled_tail
    ends = ["gone"]

    def failing(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection")

    def settled() -> object:
        if ends[0] == "gone":
            raise unavailable("E_STORE_GONE")
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as patch:
        patch.setattr(store, "insert_events", failing)
        patch.setattr(store, "settled_tail", settled)
        error = desk.ledger.submit(desk.world.allege("c1").parsed).exception(WAIT_S)
        assert isinstance(error, StoreUnavailable)
        ends[0] = "locked"  # the session is back, and a table of it can't be read yet
        error = desk.ledger.submit(desk.world.allege("c2").parsed).exception(WAIT_S)
        assert isinstance(error, StoreUnavailable)
    assert store.settled_tail == tail
    assert desk.take(desk.world.allege("c1")).entry.index == 26


def test_watch_goes_on_after_an_error_that_nobody_foresaw(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    core = desk.ledger._core
    assert core.writer is not None
    assert core.sequencer is not None
    turns = threading.Semaphore(0)

    def failing() -> None:
        turns.release()
        raise ValueError("unforeseen")

    monkeypatch.setattr(store_watch, "_EVERY_S", 0.02)
    monkeypatch.setattr(core.writer, "look_after", failing)
    with caplog.at_level(logging.ERROR):
        watch = StoreWatch(core.writer, core.sequencer)
        assert turns.acquire(timeout=WAIT_S)
        assert turns.acquire(timeout=WAIT_S)
        watch.close()
    assert "unforeseen" in caplog.text
    assert desk.ledger.failure is None


@pytest.mark.parametrize("closing_first", [False, True], ids=["call", "close"])
def test_server_that_is_frozen_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, postgres_server: Server, *, closing_first: bool
) -> None:
    """Its process neither answers nor reacts to a cancellation, and its end of the connection lives."""
    monkeypatch.setattr(postgres_session, "CONFIRM_S", 60.0 if closing_first else 0.2)
    monkeypatch.setattr(postgres_session, "GRACE_S", 0.2)
    address = postgres_server.schema()
    create_tables(address, {"schema": "1", "origin": "example.org/log"})
    session = WriterSession(address)
    session.open()
    [row] = session.run("SELECT pg_backend_pid() AS process")
    os.kill(row["process"], signal.SIGSTOP)
    try:
        check = threading.Thread(target=session.check, daemon=True)
        check.start()
        if closing_first:
            check.join(0.2)
            assert check.is_alive()
            closes = threading.Thread(target=session.close, daemon=True)
            closes.start()
            closes.join(WAIT_S)
            assert not closes.is_alive()
        check.join(WAIT_S)
        assert not check.is_alive()
        assert session.away is not None
        assert session.away.code == "E_STORE_GONE"
    finally:
        os.kill(row["process"], signal.SIGCONT)
        session.close()


def test_reading_that_breaks_off_within_a_batch_is_begun_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    core = desk.parts
    # One batch: what is handed in by threads may come in any order, and in several.
    outcomes = desk.writer.write(_examined(desk, [desk.world.allege("c1") for _ in range(4)]))
    assert [outcome.entry.index for outcome in outcomes if isinstance(outcome, AppendOutcome)] == [26, 27, 28, 29]
    store = core.application.store
    last = store.last_batch()
    assert last is not None
    assert (last.first_index, last.size) == (26, 30)
    head = Head(core.origin, partial(read_recorded, store))
    read, breaks = store.select_notifications, iter((True, True))

    def breaking(start: int | None, limit: int, *more: Any, **how: Any) -> Sequence[Notification]:
        if start == last.size - 1 and next(breaks, False):
            raise OperationalError("server closed the connection")
        return read(start, limit, *more, **how)

    monkeypatch.setattr(recovery, "_PAGE", 1)
    monkeypatch.setattr(store, "select_notifications", breaking)
    for _ in range(2):
        with pytest.raises(Unread):
            replay(head, store)
        assert head.size == last.first_index
    assert replay(head, store) == core.tip()
