"""The writer by itself, batch by batch: what it does while its store is away, and once the store is back."""

import json
import logging
from datetime import datetime, timedelta

import pytest
from eventsourcing.persistence import OperationalError
from tests.ledger.append.test_sequencer import Fault, _examined, snapshot, store_of
from tests.ledger.conftest import Desk

from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.append.examiner import AppendOutcome, Submission
from constancia.ledger.append.head import Head
from constancia.ledger.append.recovery import replay
from constancia.ledger.append.write_guard import WriteGuard
from constancia.ledger.append.writer import Outcome
from constancia.ledger.errors import LostRace, NotStored, StoreUnavailable, WritesRefused
from constancia.ledger.store.postgres_errors import unavailable
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.statement import Statement


def written(desk: Desk, *commitments: str) -> list[Outcome]:
    return desk.writer.write(_examined(desk, [desk.world.allege(name) for name in commitments]))


def is_away(desk: Desk) -> bool:
    """Whether the writer has yet to learn where its store ends."""
    return desk.writer._must_revive


class Away:
    """A store that goes away with a batch, which it has stored or not, and whose end can't be read until it is back."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, *, is_stored: bool) -> None:
        self.store, self.fault = store_of(desk), Fault(desk, monkeypatch)
        self.tail = self.store.settled_tail
        self.monkeypatch = monkeypatch
        lost = OperationalError("server closed the connection")
        (self.fault.fail_after if is_stored else self.fault.fail_before)(lost)
        self.end_with(unavailable("E_STORE_GONE"))

    def end_with(self, error: Exception) -> None:
        def settled_tail() -> None:
            raise error

        self.monkeypatch.setattr(self.store, "settled_tail", settled_tail)

    def come_back(self) -> None:
        self.fault.mend()
        self.monkeypatch.setattr(self.store, "settled_tail", self.tail)


def test_tip_after_a_batch_is_what_the_store_gives_when_it_is_read_again(desk: Desk) -> None:
    before = desk.parts.tip()
    for _ in range(2):
        desk.clock.advance(timedelta(hours=1))
        written(desk, "c1", "c1")
        tip, head = desk.parts.tip(), desk.parts.head
        assert replay(Head(head.state.origin, head._read), store_of(desk)) == tip
        assert (tip.size, tip.recorded_at > before.recorded_at) == (before.size + 2, True)
        before = tip


@pytest.mark.parametrize("is_stored", [True, False], ids=["stored", "not stored"])
@pytest.mark.parametrize("is_looked_after", [True, False], ids=["by the watch", "by the next batch"])
def test_w6_batch_in_doubt_is_adopted_or_taken_back_once_the_store_is_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, is_stored: bool,
    is_looked_after: bool,
) -> None:  # fmt: skip
    before, size, heard, acts = snapshot(desk), desk.ledger.size, list[int](), list[str]()
    monkeypatch.setattr(desk.writer, "after_batch", lambda: heard.append(desk.ledger.size))
    monkeypatch.setattr(
        desk.writer, "after_storing", lambda stored: acts.extend(recorded.statement["type"] for recorded, _ in stored)
    )
    away = Away(desk, monkeypatch, is_stored=is_stored)
    for commitment in ("c1", "c1"):  # the second one is not taken in while the first is in doubt
        assert [type(outcome) for outcome in written(desk, commitment)] == [StoreUnavailable]
    desk.writer.look_after()
    away.end_with(OperationalError("canceling statement due to lock timeout"))
    [outcome] = written(desk, "c1")
    assert isinstance(outcome, StoreUnavailable)
    assert (desk.ledger.size, heard, acts) == (size, [], [])
    away.come_back()
    if is_looked_after:
        with caplog.at_level(logging.WARNING):
            desk.writer.look_after()
        assert desk.ledger.size == size + is_stored
        assert (heard, acts) == ([size + 1] * is_stored, ["AllegationMade"] * is_stored)
        assert (snapshot(desk) == before) is not is_stored
        assert ("is back" in caplog.text) is not is_stored
    [outcome] = written(desk, "c1")
    assert isinstance(outcome, AppendOutcome)
    assert outcome.entry.index == size + is_stored
    assert not is_away(desk), "the store is asked for its end no more"
    assert desk.reopen().size == size + is_stored + 1


def test_w6_store_that_ends_elsewhere_when_it_is_back_stops_the_writer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Away(desk, monkeypatch, is_stored=False)
    written(desk, "c1")
    away.come_back()
    [batch] = store_of(desk).batches(0, 1)
    for end in (batch, None):  # a copy that lagged, and one without entries
        desk.writer._is_unread = True
        monkeypatch.setattr(store_of(desk), "settled_tail", lambda end=end: end)
        with pytest.raises(LostRace) as caught:
            desk.writer.look_after()
        assert caught.value.where == f"size {0 if end is None else end.size}, signed {desk.ledger.size}"


def test_w6_end_of_a_store_that_was_away_is_read_before_anything_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No batch is in doubt; the session is lost, comes back, and for a while its end can't be read."""
    store = store_of(desk)
    [batch], ends = store.batches(0, 1), [unavailable("E_STORE_GONE"), OperationalError("lock timeout")]

    def settled_tail() -> object:
        if ends:
            raise ends.pop(0)
        return batch

    monkeypatch.setattr(store, "settled_tail", settled_tail)
    with monkeypatch.context() as lost:
        lost.setattr(type(store), "away", unavailable("E_STORE_GONE"))
        assert [type(outcome) for outcome in written(desk, "c1")] == [StoreUnavailable]
    assert [type(outcome) for outcome in written(desk, "c1")] == [StoreUnavailable]
    with pytest.raises(LostRace):
        written(desk, "c1")


def test_w6_watch_notices_that_the_store_went_away_while_nothing_was_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_of(desk)
    with monkeypatch.context() as lost:
        gone = unavailable("E_STORE_GONE")
        lost.setattr(store, "check", lambda: lost.setattr(type(store), "away", gone))
        Away(desk, lost, is_stored=False)
        desk.writer.look_after()
    assert is_away(desk)
    desk.writer.look_after()
    assert not is_away(desk)
    assert [type(outcome) for outcome in written(desk, "c1")] == [AppendOutcome]


def test_w5_genesis_that_was_not_stored_may_be_sent_again(new: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fault, genesis = Fault(new, monkeypatch), new.world.genesis()
    fault.fail_before(OperationalError("disk is full"))
    assert [type(outcome) for outcome in new.writer.write(_examined(new, [genesis]))] == [NotStored]
    fault.mend()
    assert [type(outcome) for outcome in new.writer.write(_examined(new, [genesis]))] == [AppendOutcome]


def test_store_that_says_that_it_is_away_leaves_nothing_of_the_batch_in_memory(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(desk)
    Fault(desk, monkeypatch).fail_before(unavailable("E_STORE_FULL"))
    assert [type(outcome) for outcome in written(desk, "c1", "c1")] == [StoreUnavailable] * 2
    assert snapshot(desk) == before

    def broken(*_: object, **__: object) -> bytes:
        raise unavailable("E_STORE_GONE")

    monkeypatch.setattr(desk.signer, "checkpoint", broken)
    assert [type(outcome) for outcome in written(desk, "c1")] == [StoreUnavailable]
    assert snapshot(desk) == before


def test_statement_that_was_recorded_long_ago_is_a_replay_and_other_bytes_under_its_id_are_refused(desk: Desk) -> None:
    first, second = desk.world.allege("c1"), desk.world.allege("c1")
    for one in (first, second):
        desk.take(one)
    [outcome] = desk.writer.write(_examined(desk, [first]))
    assert isinstance(outcome, AppendOutcome)
    assert outcome.replayed
    assert outcome.entry.statement.raw == first.statement
    batch = _examined(desk, [second, second])
    assert [getattr(one, "replayed", None) for one in desk.writer.write(batch)] == [True, True]


class StillFindingOut(WriteGuard):
    """A guard that knows its answer only where it may wait for it."""

    def refusal(self, *, wait: bool = False) -> WritesRefused | None:
        return WritesRefused("…", "the clock is wrong") if wait else None


def test_guard_is_waited_for_before_a_batch_is_signed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(desk)
    monkeypatch.setattr(desk.writer, "guard", StillFindingOut())
    assert [type(outcome) for outcome in written(desk, "c1", "c1")] == [WritesRefused] * 2
    assert snapshot(desk) == before


class Objecting(WriteGuard):
    """Objects to a statement of the first commitment, and has no statement of the second recorded now."""

    def objection(self, statement: Statement, now: datetime) -> Problem | WritesRefused | None:
        problem = Problem(code="E_TIME", rule="a rule", found={})
        answers: dict[str, Problem | WritesRefused] = {"c1": problem, "c2": WritesRefused("…", "the clock is wrong")}
        return answers.get(str(statement.body["commitment"]))


def test_guard_objects_to_one_statement_and_its_neighbours_are_judged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(desk)
    monkeypatch.setattr(desk.writer, "guard", Objecting())
    refused, later, unknown = written(desk, "c1", "c2", "c3")
    assert isinstance(refused, Refusal)
    now = f"{desk.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    assert (refused.code, refused.judged_against) == ("E_TIME", {"size": desk.ledger.size, "now": now})
    assert isinstance(later, WritesRefused)
    assert isinstance(unknown, Refusal)
    assert unknown.code != "E_TIME"
    assert snapshot(desk) == before


def test_what_was_seen_is_not_taken_for_true_where_nobody_has_looked(desk: Desk) -> None:
    """The writer looks by itself at what the examiner has not been asked about."""
    size = desk.ledger.size
    item = json.loads(desk.world.allege("c1").statement)
    for seen, code in (({"root": "0" * 64, "size": size}, "E_SEEN_CONTRADICTS"), ({"size": size + 1}, "E_SEEN_AHEAD")):
        raw = canonical(item | {"seen": item["seen"] | seen})
        [outcome] = desk.writer.write(
            [Submission(signed=SignedStatement.read(raw, [desk.world.keys["nosc"].sign(raw)]))]
        )
        assert isinstance(outcome, Refusal)
        assert outcome.code == code
    assert desk.ledger.size == size
