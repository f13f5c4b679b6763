"""No false time: the wall clock against the clock since boot, the last entry, the witnesses, the signer's date."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.test_ledger import changed
from tests.ledger.world import ORIGIN, START, World
from tests.rows import each_row

from constancia.domain.kernel.problems import Problem, Refusal
from constancia.domain.values.occurrence import CLAIM_SPAN
from constancia.ledger.append.clock_guard import SKEW, ClockGuard, since_boot
from constancia.ledger.assembly import Options
from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.clock import SIGNED_WITHIN, StoryClock, format_recorded_at, posix_seconds
from constancia.ledger.errors import ClockRefused, LedgerError
from constancia.ledger.health import health_of
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.core.report import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

SECOND = timedelta(seconds=1)
YEARS = timedelta(days=3653)


class Bench:
    """A guard between a wall clock and a steady one, both set by the test."""

    def __init__(self, last: str = "") -> None:
        self.wall = StoryClock(START)
        self.steady = 1000.0
        self.last = last
        self.guard = ClockGuard(self.wall, lambda: self.last, elapsed=lambda: self.steady)

    def passes(self, span: timedelta, *, wall: timedelta | None = None) -> None:
        self.steady += span.total_seconds()
        self.wall.advance(span if wall is None else wall)

    def refuses(self) -> bool:
        return self.guard.refusal() is not None


@each_row(
    ("step", "refused"),
    [(SKEW, False), (-SKEW, False), (SKEW + SECOND, True), (-SKEW - SECOND, True), (YEARS, True), (-YEARS, True)],
    ids=str,
)
def test_step_of_the_clock_while_running(step: timedelta, refused: bool) -> None:
    bench = Bench()
    bench.passes(timedelta(hours=1), wall=timedelta(hours=1) + step)
    assert bench.refuses() is refused
    bench.passes(SECOND, wall=SECOND - step)
    assert not bench.refuses(), "a clock that is right again is believed again"


@each_row(("behind", "refused"), [(timedelta(), False), (SKEW, False), (SKEW + SECOND, True), (YEARS, True)], ids=str)
def test_start_before_the_last_entry(behind: timedelta, refused: bool) -> None:
    assert Bench(format_recorded_at(START + behind)).refuses() is refused


@each_row("offset", [YEARS, -YEARS, SKEW + 2 * SECOND, -SKEW - 2 * SECOND], ids=str)
def test_witnesses_that_cosign_now_bound_the_clock_on_both_sides(offset: timedelta) -> None:
    bench = Bench()
    told = posix_seconds(START + offset)
    bench.guard.witness("w1", posix_seconds(START))
    bench.guard.witness("w2", told)
    assert not bench.refuses(), "one wrong witness of two stops nothing"
    bench.guard.witness("w3", told)
    assert bench.refuses()
    right = bench.guard
    right.witness("w3", posix_seconds(START))
    assert right.refusal() is None


@each_row(
    ("offset", "refused"), [(SKEW, False), (-SKEW, False), (SKEW + SECOND, True), (-SKEW - SECOND, True)], ids=str
)
def test_witness_at_the_bound(offset: timedelta, refused: bool) -> None:
    bench = Bench()
    bench.guard.witness("w1", posix_seconds(START + offset))
    refusal = bench.guard.refusal()
    assert (refusal is not None) is refused
    assert refusal is None or f"{START + offset:%Y-%m-%dT%H:%M:%SZ} (testigo / witness w1)" in str(refusal)


def test_accepted_clock_forgets_what_witnesses_said_before_and_not_what_they_say_then() -> None:
    bench = Bench()
    bench.guard.witnesses([("w1", posix_seconds(START + YEARS))])
    assert bench.refuses()
    bench.guard.accept()
    assert not bench.refuses()
    bench.guard.witnesses([("w1", posix_seconds(START + YEARS))])
    assert bench.refuses()


def test_steady_clock_goes_on_while_the_machine_sleeps_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[int]()

    def read(clock: int) -> float:
        asked.append(clock)
        return 7.0

    monkeypatch.setattr(time, "clock_gettime", read)
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    assert (since_boot(), asked) == (7.0, [7])
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert (since_boot(), asked) == (5.0, [7])


@each_row(("step", "refused"), [(-1, True), (0, False), (1, False)])
def test_what_a_witness_said_is_compared_with_what_the_clock_shows_now(step: int, refused: bool) -> None:
    """It said 200 s more than the clock, which has gone 200 s back or ahead since."""
    bench, some = Bench(), timedelta(seconds=200)
    bench.guard.witness("w1", posix_seconds(START + some))
    bench.passes(timedelta(hours=1), wall=timedelta(hours=1) + step * some)
    assert bench.refuses() is refused


@each_row(
    ("signed", "last", "expected"),
    [
        (SIGNED_WITHIN, SIGNED_WITHIN + SECOND, None),
        (SIGNED_WITHIN + SECOND, SIGNED_WITHIN, Problem),  # the clock fits the last entry: it is the signer's date
        (SIGNED_WITHIN + SECOND + SKEW, SIGNED_WITHIN + SECOND, ClockRefused),  # as likely the clock
        (SIGNED_WITHIN + SECOND + SKEW + SECOND, SIGNED_WITHIN + SECOND, Problem),  # older than the last entry too
        (SIGNED_WITHIN + SECOND, None, Problem),
    ],
)
@each_row("mode", ["live", "retroactive"])
def test_what_was_signed_long_ago_is_the_signers_matter_or_the_clocks(
    mode: str, signed: timedelta, last: timedelta | None, expected: type | None
) -> None:
    """So long before now it was signed, and the last entry is."""
    world = World(LogSigner.generate(ORIGIN).vkey)
    world.now = START - signed
    statement = replace(world.genesis().parsed.statement, mode=mode)
    guard = Bench("" if last is None else format_recorded_at(START - last)).guard
    answer = guard.objection(statement, START)
    assert type(answer) is (type(None) if expected is None or mode != "live" else expected)


def test_kept_cosignatures_show_only_that_their_time_has_passed() -> None:
    bench = Bench()
    bench.guard.witnesses([("w1", posix_seconds(START - YEARS))])
    assert not bench.refuses()
    bench.guard.witnesses([("w1", posix_seconds(START + YEARS))])
    assert bench.refuses()


@each_row("posix", [2**63 - 1, 2**62, 253_402_300_799, 253_370_764_800])
def test_time_beyond_all_calendars_is_a_wrong_clock_as_any_other(posix: int) -> None:
    """What a witness states is a number of its choice: alone it stops the writing, as it may, and nothing else."""
    bench = Bench()
    bench.guard.witness("w1", posix)
    bench.passes(YEARS)
    refusal = bench.guard.refusal()
    assert refusal is not None
    assert "(testigo / witness w1)" in str(refusal)
    bench.guard.witness("w2", posix_seconds(bench.wall.now()))
    assert not bench.refuses()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    signer, clock = LogSigner.generate(ORIGIN), StoryClock(START)
    options = Options(guard_clock=True)
    ledger = Ledger.open(tmp_path / "d", clock=clock, signer=signer, create=True, options=options)
    ledger.documents.put(b"charter")
    made = Desk(ledger, World(signer.vkey), clock, signer, tmp_path / "d", options)
    made.found()
    yield made
    made.ledger.close()


def test_clock_ten_years_ahead_for_a_minute_records_nothing(desk: Desk) -> None:
    size = desk.ledger.size
    desk.clock.advance(YEARS)
    signed = desk.world.allege("c1")
    with pytest.raises(ClockRefused):
        desk.take(signed)
    assert [one.code for one in health_of(desk.ledger)] == ["E_CLOCK"]
    desk.clock.advance(-YEARS)
    desk.adopt()
    assert health_of(desk.ledger) == []
    assert desk.ledger.size > size
    assert desk.ledger.log.entry(desk.ledger.size - 1).find(b'"recorded_at":"2019-') > 0


@pytest.mark.parametrize("years", [YEARS, -YEARS], ids=["ahead", "behind"])
def test_start_with_a_wrong_clock_records_nothing(desk: Desk, years: timedelta) -> None:
    desk.clock.advance(years)
    desk.reopen()
    with pytest.raises(ClockRefused):
        desk.adopt()


def test_statement_signed_long_ago_is_refused_as_its_signer_s_matter(desk: Desk) -> None:
    desk.world.now = START - SIGNED_WITHIN - SECOND
    with pytest.raises(Refusal) as refused:
        desk.adopt()
    assert refused.value.code == "E_DATE"
    assert "signed_at" in refused.value.rule


def test_statement_signed_within_the_limit_is_recorded(desk: Desk) -> None:
    desk.world.now = START - CLAIM_SPAN  # the law asks for less than the guard: a live act is of these days
    desk.adopt()


def test_log_that_recorded_it_gets_a_note(tmp_path: Path) -> None:
    """Without the guard, as in a log that others run: the verifier says so, and finds no fault."""
    signer, clock = LogSigner.generate(ORIGIN), StoryClock(START)
    with Ledger.open(tmp_path / "d", clock=clock, signer=signer, create=True) as ledger:
        ledger.documents.put(b"charter")
        made = Desk(ledger, World(signer.vkey), clock, signer, tmp_path / "d")
        made.found()
        size = ledger.size
        made.adopt()
        clock.advance(YEARS)
        late = changed(made, made.world.allege("c1"), occurred_on=f"{clock.now():%Y-%m-%d}")
        made.take(late)
        last = ledger.size - 1
        ledger.documents.put(b"minuta")
    assert last > size
    with open_source(str(tmp_path / "d")) as source:
        report = audit(source, load_trust(tmp_path / "d" / "trust"), further=[Replay(clock.now())])
    [note] = [one for one in report.notes if one.code == "signed-late"]
    assert (note.params["count"], note.params["index"]) == (1, last)
    assert report.verdict is Verdict.INTACT
    assert datetime.fromisoformat(str(note.params["recorded_at"])).year == 2029


AHEAD = timedelta(days=3)  # a live act is recorded within seven days of its date (SPEC §6)


def test_accepted_clock_goes_on_for_that_tree_only_and_everybody_can_read_why(desk: Desk) -> None:
    desk.options = Options(guard_clock=True)
    desk.ledger.close()
    wrong = desk.clock.advance(AHEAD)
    desk.options = Options(guard_clock=False)  # nothing could tell that it is wrong
    desk.reopen()
    desk.adopt()
    desk.clock.set(START + SECOND)
    desk.options = Options(guard_clock=True)
    desk.reopen()
    with pytest.raises(ClockRefused):
        desk.take(desk.world.allege("c1"))
    desk.options = Options(guard_clock=True, accept_clock="the battery was empty")
    desk.reopen()
    size = desk.ledger.size
    desk.take(desk.world.allege("c1"))
    [item] = desk.ledger.rollbacks
    assert (item["size"], item["reason"]) == (size, "the battery was empty")
    assert item["seen"][0]["by"] == f"last entry {format_recorded_at(wrong)}"
    desk.options = Options(guard_clock=True)
    desk.reopen()
    assert health_of(desk.ledger) == [], "it is remembered"
    # A later accident of the same kind is refused like the first.
    desk.clock.set(START + 2 * AHEAD)
    desk.options = Options(guard_clock=False)
    desk.reopen()
    desk.take(desk.world.allege("c1"))
    desk.clock.set(START + 2 * SECOND)
    desk.options = Options(guard_clock=True)
    desk.reopen()
    assert [problem.code for problem in health_of(desk.ledger)] == ["E_CLOCK"]
    desk.options = Options(guard_clock=True, accept_clock="")
    with pytest.raises(LedgerError, match="a reason"):
        desk.reopen()


def test_nothing_is_declared_where_nothing_is_amiss(desk: Desk) -> None:
    desk.options = Options(guard_clock=True, accept_clock="to be sure")
    desk.reopen()
    assert desk.ledger.rollbacks == ()
