"""The writer's path under stress and fault: nobody hangs, nothing half done, no fork."""

import contextlib
import gc
import logging
import sqlite3
import statistics
import sys
import threading
import time
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.template import Templates
from tests.ledger.world import Key, Signed

from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.problems import Refusal
from constancia.ledger.append.examiner import AppendOutcome, Examiner, Submission
from constancia.ledger.append.sequencer import leave_memory_alone, tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.errors import Busy, Fatal, LostRace, NotStored
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.formats.canonical import canonical

WAIT_S = 20


def store_of(desk: Desk) -> Any:
    return desk.parts.application.store


def submit(desk: Desk, count: int = 1) -> list[Future[AppendOutcome]]:
    signed = [desk.world.allege("c1") for _ in range(count)]
    return [desk.ledger.submit(one.parsed) for one in signed]


def failures(desk: Desk, count: int) -> list[BaseException | None]:
    """What became of statements that are handed in at once; the writer may have stopped before the last of them."""
    futures, refused = list[Future[AppendOutcome]](), list[BaseException]()
    for signed in [desk.world.allege("c1") for _ in range(count)]:
        try:
            futures.append(desk.ledger.submit(signed.parsed))
        except Fatal as error:
            refused.append(error)
    return [*(future.exception(WAIT_S) for future in futures), *refused]


def snapshot(desk: Desk) -> tuple[Any, ...]:
    """What memory holds: must be the same before and after a batch that was not stored."""
    head = desk.parts.head
    return (
        head.size,
        head.tree.root(),
        canonical(head.state.document()),
        sorted(head.keys._keys),
        head.recorded_at,
        desk.ledger.size,
    )


class Fault:
    """Breaks the store's next insertions, before or after they are done."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store_of(desk)
        self.insert = self.store.insert_events
        self.monkeypatch = monkeypatch

    def fail_before(self, error: Exception) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise error

        self.monkeypatch.setattr(self.store, "insert_events", broken)

    def fail_after(self, error: Exception) -> None:
        def broken(*args: Any, **kwargs: Any) -> None:
            self.insert(*args, **kwargs)
            raise error

        self.monkeypatch.setattr(self.store, "insert_events", broken)

    def mend(self) -> None:
        self.monkeypatch.setattr(self.store, "insert_events", self.insert)


@pytest.fixture
def fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Fault:
    return Fault(desk, monkeypatch)


class TestStoreFails:
    def test_w5_batch_that_was_not_stored_fails_whole(self, desk: Desk, fault: Fault) -> None:
        fault.fail_before(OperationalError("disk is full"))
        futures = submit(desk, 30)
        wait(futures, WAIT_S)
        assert {type(future.exception()) for future in futures} == {NotStored}

    def test_w2_batch_that_was_not_stored_leaves_no_trace_in_memory(self, desk: Desk, fault: Fault) -> None:
        before = snapshot(desk)
        fault.fail_before(OperationalError("disk is full"))
        wait(submit(desk, 30), WAIT_S)
        assert snapshot(desk) == before

    @pytest.mark.parametrize(
        "error", [Fatal("another writer", where="lock"), OperationalError("disk is gone")], ids=["fatal", "store"]
    )
    def test_w2_batch_that_ends_while_it_is_judged_leaves_no_trace_in_memory(
        self, desk: Desk, error: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, examiner, proved = snapshot(desk), desk.writer._examiner, list[Submission]()
        batch = _examined(desk, [desk.world.allege("c1"), desk.world.allege("c1")])

        def broken(submission: Submission, *, is_final: bool) -> None:
            assert is_final
            proved.append(submission)
            if len(proved) > 1:
                assert desk.parts.head.size > before[0], "the first one of the batch is judged"
                raise error

        monkeypatch.setattr(examiner, "prove", broken)
        if isinstance(error, Fatal):
            with pytest.raises(Fatal):
                desk.writer.write(batch)
        else:
            assert [type(outcome) for outcome in desk.writer.write(batch)] == [NotStored, NotStored]
        assert snapshot(desk) == before

    def test_ledger_goes_on_when_the_store_does(self, desk: Desk, fault: Fault) -> None:
        signed = desk.world.allege("c1")
        fault.fail_before(OperationalError("disk is full"))
        with pytest.raises(NotStored):
            desk.ledger.append(signed.parsed)
        fault.mend()
        assert desk.take(signed).replayed is False

    def test_w5_batch_stored_although_an_error_came_back_is_acknowledged(self, desk: Desk, fault: Fault) -> None:
        fault.fail_after(OperationalError("the answer was lost"))
        futures = submit(desk, 30)
        wait(futures, WAIT_S)
        for future in futures:
            assert desk.ledger.log.entry(future.result().entry.index) == future.result().entry.raw

    def test_w5_rows_follow_a_batch_stored_although_an_error_came_back(self, desk: Desk, fault: Fault) -> None:
        desk.ledger.views.wait()
        fault.fail_after(OperationalError("the answer was lost"))
        wait(submit(desk, 3), WAIT_S)
        desk.ledger.views.wait()
        assert desk.ledger.views.position == desk.ledger.size

    def test_listener_finds_the_batch_that_it_is_told_of(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Readers see a batch before the log's followers are notified; else they look too early and sleep."""
        sizes: list[int] = []
        monkeypatch.setattr(store_of(desk), "tell_listeners", lambda: sizes.append(desk.ledger.size))
        [future] = submit(desk)
        assert sizes == [future.result(WAIT_S).entry.index + 1]

    def test_w5_ledger_goes_on_after_a_lost_answer(
        self, desk: Desk, fault: Fault, caplog: pytest.LogCaptureFixture
    ) -> None:
        fault.fail_after(OperationalError("the answer was lost"))
        wait(submit(desk, 5), WAIT_S)
        assert "stored although an error was reported: the answer was lost" in caplog.text
        fault.mend()
        desk.take(desk.world.allege("c1"))
        desk.reopen()

    def test_w4_refusal_is_not_told_when_its_batch_was_not_stored(
        self, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = open_desk()
        desk.found()
        desk.adopt()
        Fault(desk, monkeypatch).fail_before(OperationalError("disk is full"))
        bad = desk.world.allege("no-such-commitment")
        batch = _examined(desk, [desk.world.allege("c1"), bad])
        outcomes = desk.writer.write(batch)
        assert [type(outcome) for outcome in outcomes] == [NotStored, NotStored]

    def test_w3_refusal_is_told_when_its_neighbours_are_stored(self, desk: Desk) -> None:
        bad = desk.world.allege("no-such-commitment")
        outcomes = desk.writer.write(_examined(desk, [desk.world.allege("c1"), bad]))
        assert [type(outcome) for outcome in outcomes] == [AppendOutcome, Refusal]

    def test_full_disk_is_survived(self, open_desk: OpenDesk, templates: Templates) -> None:
        # No views, which read over the one connection that has the bound while the writer takes another.
        desk = open_desk(begun=templates.adopted, options=Options(follow=False))
        with store_of(desk).datastore.get_connection(commit=True) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count={pages + 2}")
        futures = submit(desk, 200)
        wait(futures, WAIT_S)
        errors = [future.exception() for future in futures if future.exception()]
        assert errors
        assert {type(error) for error in errors} == {NotStored}
        size = desk.ledger.size
        assert desk.take(desk.world.allege("c1")).entry.index == size
        desk.reopen()

    def test_locked_database_is_survived(self, desk: Desk) -> None:
        with store_of(desk).datastore.get_connection(commit=True) as connection:
            connection.cursor().execute("PRAGMA busy_timeout=20")
        other = sqlite3.connect(desk.folder / "ledger.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        [future] = submit(desk)
        assert isinstance(future.exception(WAIT_S), NotStored)
        other.execute("ROLLBACK")
        other.close()
        desk.take(desk.world.allege("c1"))

    def test_signer_that_fails_leaves_nothing_and_stops_the_writer(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(size: int, root: bytes, *, time: int) -> bytes:
            raise RuntimeError("the key is gone")

        before = desk.ledger.size
        monkeypatch.setattr(desk.signer, "checkpoint", broken)
        errors = failures(desk, 3)
        assert {type(error) for error in errors} == {Fatal}
        assert ["the key is gone" in str(error) for error in errors] == [True] * 3
        monkeypatch.undo()
        assert desk.reopen().size == before

    def test_trust_folder_that_cannot_be_written_does_not_cost_the_genesis(
        self, new: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        (new.folder / "trust").write_text("in the way")
        assert new.take(new.world.genesis()).entry.index == 0
        assert "the trust folder could not be written" in caplog.text


class TestFence:
    def test_second_writer_s_batch_is_noticed_and_stops_the_first(self, desk: Desk) -> None:
        _intrude(desk)
        [future] = submit(desk)
        assert isinstance(future.exception(WAIT_S), LostRace)
        with pytest.raises(LostRace):
            submit(desk)
        assert isinstance(desk.ledger.failure, LostRace)

    def test_q4_everything_under_way_fails_when_the_writer_stops(self, desk: Desk) -> None:
        _intrude(desk)
        futures: list[Future[AppendOutcome]] = []
        with contextlib.suppress(Fatal):
            futures = submit(desk, 300)
        done, waiting = wait(futures, WAIT_S)
        assert not waiting
        assert all(isinstance(future.exception(), Fatal) for future in done)

    def test_q4_what_waits_behind_the_batch_that_stops_the_writer_fails_with_it(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sequencer, error = desk.parts.sequencer, Fatal("another writer", where="lock")
        assert sequencer is not None
        begun, verified, put = threading.Event(), threading.Event(), sequencer._incoming.put

        def broken(_: Any) -> None:
            begun.set()
            verified.wait(WAIT_S)
            raise error

        def noted(*items: Submission) -> None:
            put(*items)
            if begun.is_set():
                verified.set()

        monkeypatch.setattr(desk.writer, "write", broken)
        monkeypatch.setattr(sequencer._incoming, "put", noted)
        [first] = submit(desk)
        begun.wait(WAIT_S)
        [second] = submit(desk)
        assert [future.exception(WAIT_S) for future in (first, second)] == [error, error]

    def test_readers_go_on_when_the_writer_has_stopped(self, desk: Desk) -> None:
        size = desk.ledger.size
        _intrude(desk)
        wait(submit(desk), WAIT_S)
        assert desk.ledger.size == size
        assert desk.ledger.log.root() == desk.ledger.log.root(size)

    def test_rows_refused_by_an_unchanged_store_stop_the_writer(self, desk: Desk, fault: Fault) -> None:
        fault.fail_before(IntegrityError("UNIQUE constraint failed"))
        [future] = submit(desk)
        error = future.exception(WAIT_S)
        assert type(error) is Fatal
        assert error.where == f"entries {desk.ledger.size} to {desk.ledger.size}"

    def test_store_that_cannot_be_read_back_stops_the_writer(
        self, desk: Desk, fault: Fault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unreadable() -> None:
            raise OperationalError("disk I/O error")

        fault.fail_before(OperationalError("disk I/O error"))
        monkeypatch.setattr(store_of(desk), "last_batch", unreadable)
        [future] = submit(desk)
        error = future.exception(WAIT_S)
        assert type(error) is Fatal
        assert error.where == f"entries {desk.ledger.size} to {desk.ledger.size}"

    def test_ledger_opens_again_after_the_writer_has_stopped(self, desk: Desk, fault: Fault) -> None:
        size = desk.ledger.size
        fault.fail_before(IntegrityError("UNIQUE constraint failed"))
        wait(submit(desk), WAIT_S)
        fault.mend()
        assert desk.reopen().size == size
        desk.take(desk.world.allege("c1"))


class TestQueue:
    def test_q1_submitter_beyond_the_capacity_is_told_to_come_back(
        self, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = open_desk(options=Options(capacity=8))
        desk.found()
        desk.adopt()
        gate = _hold_writer(desk, monkeypatch)
        futures = submit(desk, 8)
        with pytest.raises(Busy) as caught:
            submit(desk)
        assert caught.value.retry_after_s > 0
        gate.set()
        wait(futures, WAIT_S)
        assert submit(desk)[0].result(WAIT_S).entry.index == desk.ledger.size - 1

    def test_q1_refused_statements_give_their_place_back(self, open_desk: OpenDesk) -> None:
        desk = open_desk(options=Options(capacity=4))
        desk.found()
        desk.adopt()
        for _ in range(10):
            bad = desk.world.allege("no-such-commitment")
            with pytest.raises(Refusal):
                desk.ledger.append(bad.parsed)
        assert desk.ledger.under_way == 0

    def test_q2_batch_is_what_gathered_while_the_writer_was_busy(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = _hold_writer(desk, monkeypatch)
        before = len(list(desk.ledger.log.checkpoint_sizes()))
        futures = submit(desk, 100)
        gate.set()
        wait(futures, WAIT_S)
        assert len(list(desk.ledger.log.checkpoint_sizes())) - before <= 20

    def test_q2_idle_writer_takes_a_statement_at_once(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """From what is handed in to the writer's work on it there are a thread's wake-up and a signature: no pause."""
        sequencer, writer = desk.parts.sequencer, desk.parts.writer
        assert sequencer is not None
        assert writer is not None
        put, write = sequencer._incoming.put, writer.write
        ready: list[float] = []
        begun: list[float] = []

        def noted_put(*items: Any) -> None:
            ready.append(time.perf_counter())
            put(*items)

        def noted_write(batch: Any) -> Any:
            begun.append(time.perf_counter())
            return write(batch)

        monkeypatch.setattr(sequencer._incoming, "put", noted_put)
        monkeypatch.setattr(writer, "write", noted_write)
        signed = [desk.world.allege("c1").parsed for _ in range(21)]
        for one in signed:
            desk.ledger.append(one)
        waits = [start - there for there, start in zip(ready, begun, strict=True)]
        assert statistics.median(waits) < 0.03

    def test_cancelled_statement_is_not_recorded(self, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = open_desk()
        desk.found()
        desk.adopt()
        held = threading.Event()
        examine = Examiner.examine

        def slow(examiner: Examiner, submission: Submission) -> None:
            held.wait(WAIT_S)
            examine(examiner, submission)

        monkeypatch.setattr(Examiner, "examine", slow)
        futures = submit(desk, 3)
        assert futures[2].cancel()
        held.set()
        wait(futures[:2], WAIT_S)
        size = desk.ledger.size
        desk.ledger.close()
        assert desk.reopen().size == size

    def test_fault_of_ours_in_judging_is_that_statement_s_alone(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        calls = iter([RuntimeError("a fault of ours")])

        def broken(*args: Any) -> Any:
            for error in calls:
                raise error
            return decide(*args)

        monkeypatch.setattr("constancia.ledger.append.writer.decide", broken)
        outcomes = [future.exception(WAIT_S) for future in submit(desk, 4)]
        assert [type(outcome) for outcome in outcomes].count(RuntimeError) == 1
        assert outcomes.count(None) == 3
        assert "judging statement" in caplog.text

    def test_fault_of_ours_in_examining_does_not_end_the_verifier(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any) -> None:
            raise RuntimeError("a fault of ours")

        with monkeypatch.context() as patch:
            patch.setattr(Examiner, "examine", broken)
            errors = [future.exception(WAIT_S) for future in submit(desk, 20)]
        assert {type(error) for error in errors} == {RuntimeError}
        desk.take(desk.world.allege("c1"))


def test_statement_whose_examination_fails_has_that_error_and_it_is_logged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug of ours in reading one statement keeps no other waiting."""
    sequencer, failed = desk.parts.sequencer, ZeroDivisionError("a bug")
    assert sequencer is not None
    examine = sequencer._examiner.examine

    def broken(submission: Submission) -> None:
        raise failed

    monkeypatch.setattr(sequencer._examiner, "examine", broken)
    [future] = submit(desk)
    assert future.exception(WAIT_S) is failed
    assert "examining a statement failed" in caplog.messages
    monkeypatch.setattr(sequencer._examiner, "examine", examine)
    [future] = submit(desk)
    assert not future.result(WAIT_S).replayed
    assert sequencer.under_way == 0


def test_close_returns_when_what_is_under_way_has_its_outcome(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    write, is_closed, ends = desk.writer.write, threading.Event(), list[bool]()

    def slow(batch: Any) -> Any:
        ends.append(is_closed.wait(0.3))
        return write(batch)

    monkeypatch.setattr(desk.writer, "write", slow)
    [future] = submit(desk)
    desk.ledger.close()
    is_closed.set()
    assert (ends, future.done()) == ([False], True)


def test_only_refusals_are_handed_to_who_notes_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sequencer, noted = desk.parts.sequencer, list[list[str]]()
    assert sequencer is not None
    monkeypatch.setattr(
        sequencer,
        "_on_refused",
        lambda refused: noted.append([submission.signed.statement.id for submission, _ in refused]),
    )
    bad = desk.world.allege("no-such-commitment").parsed
    desk.take(desk.world.allege("c1"))
    with pytest.raises(Refusal):
        desk.ledger.append(bad)
    assert noted == [[bad.statement.id]]


def test_what_one_batch_has_of_refused_statements_is_noted_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time is a transaction on the writer's thread, for which the others of the batch wait."""
    sequencer, noted = desk.parts.sequencer, list[int]()
    assert sequencer is not None
    monkeypatch.setattr(sequencer, "_on_refused", lambda refused: noted.append(len(refused)))
    signed = [desk.world.allege("c1") for _ in range(4)]
    foreign = Key()
    bent = [
        SignedStatement.read(one.statement, [replace(one.parsed.signatures[0], sig=foreign.sign(one.statement).sig)])
        for one in signed[:3]
    ]
    submissions = [sequencer.take_in(each) for each in (*bent, signed[3].parsed)]
    sequencer.hand_on(submissions)
    assert submissions[3].future.result(WAIT_S).entry.index == desk.ledger.size - 1
    assert {type(submission.future.exception(WAIT_S)) for submission in submissions[:3]} == {Refusal}
    assert noted == [3]


def test_no_thread_of_a_ledger_keeps_its_process(desk: Desk) -> None:
    """A process whose main thread ends by an error ends, though nobody has closed the ledger."""
    sequencer = desk.parts.sequencer
    assert sequencer is not None
    assert sequencer._writing.is_alive()
    assert sequencer._writing.daemon


def _examined(desk: Desk, signed: list[Signed]) -> list[Any]:
    parts = desk.parts
    examiner = Examiner(
        origin=desk.ledger.origin,
        vkey=desk.signer.vkey,
        cosigner_vkey=desk.signer.cosigner_vkey,
        keys=parts.head.keys,
        root=parts.stored_root,
    )
    batch = [Submission(signed=one.parsed) for one in signed]
    for submission in batch:
        examiner.examine(submission)
    return batch


def _hold_writer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    store, gate = store_of(desk), threading.Event()
    insert = store.insert_events

    def held(*args: Any, **kwargs: Any) -> Any:
        gate.wait(WAIT_S)
        return insert(*args, **kwargs)

    monkeypatch.setattr(store, "insert_events", held)
    return gate


def _intrude(desk: Desk) -> None:
    """Another writer, who does not ask for the lock, adds a batch."""
    size = desk.ledger.size
    other = sqlite3.connect(desk.folder / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute(
        "INSERT INTO stored_events VALUES (?, 'commitment/x', 1, 'topic', x'00', 'an-id')",
        (size + 1,),
    )
    other.execute("INSERT INTO batches VALUES (?, ?, x'00', 'other')", (size, size + 1))
    other.execute("COMMIT")
    other.close()


def test_who_starts_a_server_takes_shorter_turns_and_looks_for_cycles_less_often() -> None:
    """And not among what there was when its ledger was open; both concern the whole process, and are undone here."""
    interval, thresholds, frozen = sys.getswitchinterval(), gc.get_threshold(), gc.get_freeze_count()
    try:
        sys.setswitchinterval(0.005)
        gc.set_threshold(700, 10, 10)
        tune_interpreter()
        assert sys.getswitchinterval() < 0.005
        assert all(now > before for now, before in zip(gc.get_threshold(), (700, 10, 10), strict=True))
        gc.disable()
        leave_memory_alone()
        assert gc.isenabled()
        assert gc.get_freeze_count() > frozen
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
        gc.enable()


def test_why_the_writer_stops_is_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    fault = ValueError("a fault that was found elsewhere")
    sequencer = desk.parts.sequencer
    assert sequencer is not None
    sequencer.stop(fault)
    assert str(fault) in str(sequencer.failure)
    [record] = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert record.exc_info is not None
    assert record.exc_info[1] is fault
