"""What is said just before a term is over, at the instant at which it is, and just after: the instant is of the after.

A term is over with the first instant after its last day in the ledger's zone.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from tests.domain import stage as set_stage
from tests.domain.agreements.test_agreement import signed_by
from tests.domain.commitments.test_commitment import status
from tests.domain.complaints.test_complaint import admitted
from tests.domain.participation.test_gathering import called, contributed, convened, found, promised, unconvened
from tests.domain.participation.test_gathering_standing import with_term
from tests.domain.plans.test_deadline import extending
from tests.domain.plans.test_plan import carried, closing, opened, opening, standing, submitting
from tests.domain.stage import MEMBERS, Body, Stage, act_of, commitment, milestone, proposed, seated, small_scope
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.derive import derive, flags
from constancia.domain.participation.gathering_standing import is_late
from constancia.domain.values.calendar import local_day, zone

SECOND = timedelta(seconds=1)
LATE = datetime(2023, 1, 1, tzinfo=UTC)
M1 = ["2019-03-26/2019-05-24"] * 2  # the milestone of `opened` and its deliverable


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def plan(**changed: Any) -> Stage:
    """A plan that carries nothing."""
    stage = seated()
    stage.each("ActionPlanOpened", opening(**changed))
    return stage


def windows(stage: Stage, kind: str, at: datetime = LATE) -> list[object]:
    """The days of the missed deadlines, or of other facts, by an instant."""
    return [fact.params.get("window") for fact in derive(stage.state, at) if fact.kind == kind]


def last_says(stage: Stage, when: datetime, type_name: str, body: Body) -> Stage:
    """A word of all members, of which the last one is recorded at an instant."""
    stage.now = when - timedelta(hours=1)
    stage.each(type_name, body, MEMBERS[:-1])
    stage.now = when
    stage.says(MEMBERS[-1], type_name, body)
    return stage


def records(stage: Stage, when: datetime, type_name: str, body: Body) -> Stage:
    """What all have decided, recorded at an instant."""
    stage.now = when - timedelta(hours=1)
    stage.decided(body["decision"], act_of(type_name, body))
    stage.now = when
    stage.says("inai", type_name, body)
    return stage


def plan_closed(when: datetime) -> object:
    return windows(last_says(opened(), when, "ActionPlanClosed", closing()), "DeadlineMissed")


def plan_extended(when: datetime) -> object:
    return windows(records(opened(), when, "DeadlineMoved", extending()), "DeadlineMissed")


def plan_opened(when: datetime) -> object:
    """The day that counts of a submission, recorded late and dated before the ledger: history, or a claim."""
    stage = last_says(seated(), when, "ActionPlanOpened", opening()).on("2019-12-10")
    stage.says("sfp", "ActionPlanSubmitted", submitting(on="2018-12-31"))
    submission = standing(stage).submitted
    return submission and submission.on


def withdrawn(when: datetime) -> object:
    return windows(records(seated().adopted(), when, "CommitmentStatusDecided", status("withdrawn")), "DeadlineMissed")


def withdrawn_of_a_plan(when: datetime) -> object:
    stage = records(carried(opened(period="2019-03")), when, "CommitmentStatusDecided", status("withdrawn"))
    return [fact.params["open"] for fact in derive(stage.state, LATE) if fact.kind == "ActionPlanEnded"]


def moved(window: str, when: datetime) -> object:
    """A milestone's day moved by a scope that is recorded at an instant."""
    scope = small_scope(milestones=[milestone(window=window)])
    body = {"commitment": "c1", "decision": "d-2", "declared_kind": "deferral", "from_version": 1, "scope": scope}
    stage = seated().adopted("c1", small_scope(milestones=[milestone(window="2019-05-24")]))
    return windows(records(stage, when, "ScopeChanged", body), "DeadlineMissed")


def moved_on(when: datetime) -> object:
    return moved("2019-12-31", when)


def moved_back(when: datetime) -> object:
    return moved("2019-05-10", when)


def contribution_to_a_call(when: datetime) -> object:
    """Whether a contribution, recorded late and dated before the ledger, is late: a call on record contradicts it."""
    stage = promised()
    stage.now = when
    call = convened(window="2019-02/2019-03-26", kind="consultation", about={"commitment": "c1"})
    stage.says("sfp", "GatheringConvened", call, occurred_on="2019-03-26")
    stage.on("2019-06-01").says("red", "ContributionReceived", contributed(), occurred_on="2019-02-15")
    gathering = found(stage)
    return is_late(stage.state, gathering, gathering.contributions[0])


def called_again(when: datetime) -> object:
    stage = called()
    stage.now = when
    stage.says("sfp", "GatheringConvened", convened(window="2019-12-31"))
    return windows(stage, "GatheringNotHeld")


# Recorded a second before the instant, at it, and a second after: the days that are missed.
SAID: dict[Callable[[datetime], object], tuple[str, tuple[object, ...]]] = {
    plan_closed: ("2019-09-01T05:00:00", ([*M1], [*M1, "2019-08-31"], [*M1, "2019-08-31"])),
    plan_opened: ("2019-09-01T05:00:00", ("2019-12-10", "2018-12-31", "2018-12-31")),
    plan_extended: ("2019-09-01T05:00:00", ([*M1, "2019-10-31"], *[[*M1, "2019-08-31", "2019-10-31"]] * 2)),
    withdrawn: ("2019-05-25T05:00:00", ([], [*M1], [*M1])),
    withdrawn_of_a_plan: ("2019-04-01T06:00:00", ([[]], [["c1"]], [["c1"]])),
    contribution_to_a_call: ("2019-03-27T06:00:00", (True, False, False)),
    called_again: ("2019-03-27T06:00:00", (["2019-12-31"], *[["2019-03-26", "2019-12-31"]] * 2)),
    # A scope is in force at the instant of its recording: there the day that it names counts, and no other.
    moved_on: ("2019-05-25T05:00:00", (["2019-12-31"] * 2, ["2019-12-31"] * 2, ["2019-05-24", "2019-12-31"] * 2)),
    moved_back: ("2019-05-11T05:00:00", (["2019-05-10"] * 2, ["2019-05-10"] * 2, ["2019-05-10"] * 2)),
}


@each_row("seconds", [-1, 0, 1])
@each_row("said", SAID, ids=lambda said: said.__name__)
def test_a_word_is_in_time_before_the_term_is_over(said: Callable[[datetime], object], seconds: int) -> None:
    due, missed = SAID[said]
    assert said(instant(due) + seconds * SECOND) == missed[seconds + 1]


def expiring() -> Stage:
    stage = seated()
    stage.join("inai", name="short", valid_until="2019-03-31")
    return stage


def voting() -> Stage:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": "d1", "scope": small_scope()})
    stage.says("nosc", "DecisionProposed", proposed("d1", act, closes="2019-03-31"))
    return stage


def unconvened_and_heard() -> Stage:
    """A consultation that nobody convened, recorded a month later with what came in."""
    stage = seated()
    stage.says("sfp", "GatheringHeld", unconvened(kind="consultation"), occurred_on="2019-02")
    stage.says("red", "ContributionReceived", contributed(), occurred_on="2019-02")
    return stage


# What time alone makes true: how many facts of a kind there are from which instant on.
TIME: list[tuple[Callable[[], Stage], str, int, str]] = [
    (lambda: seated().adopted(), "DeadlineMissed", 2, "2019-05-25T05:00:00"),
    (lambda: seated().adopted(), "flag overdue", 1, "2019-05-25T05:00:00"),
    (plan, "DeadlineMissed", 1, "2019-09-01T05:00:00"),
    (lambda: plan(period="2019-03"), "ActionPlanEnded", 1, "2019-04-01T06:00:00"),
    (called, "GatheringNotHeld", 1, "2019-03-27T06:00:00"),
    (lambda: with_term(10), "ReasonedResponseOwed", 1, "2019-05-11T05:00:00"),
    (lambda: with_term(10), "DeadlineMissed", 1, "2019-05-21T05:00:00"),
    (unconvened_and_heard, "ReasonedResponseOwed", 1, "2019-03-01T06:00:00"),
    (admitted, "DeadlineMissed", 1, "2019-04-01T06:00:00"),
    (lambda: signed_by("nosc", window="2019-03-01/2019-03-30"), "AgreementLapsed", 1, "2019-03-31T06:00:00"),
    (voting, "DecisionLapsed", 1, "2019-04-01T06:00:00"),
    (expiring, "KeyExpired", 1, "2019-04-01T06:00:00"),
    (expiring, "AppointmentExpired", 1, "2019-04-01T06:00:00"),
]


def count(stage: Stage, kind: str, at: datetime) -> int:
    if kind == "flag overdue":
        return flags(stage.state, stage.find(Commitment, "commitment/c1"), at).count("overdue")
    return [fact.kind for fact in derive(stage.state, at)].count(kind)


@each_row(("stage", "kind", "many", "due"), TIME, ids=[f"{kind}-{due}" for _, kind, _, due in TIME])
def test_a_fact_of_time_begins_with_the_instant(stage: Callable[[], Stage], kind: str, many: int, due: str) -> None:
    played = stage()
    assert [count(played, kind, instant(due) + n * SECOND) for n in (-1, 0, 1)] == [0, many, many]


@pytest.mark.parametrize(("stage", "kind", "many", "due"), TIME, ids=[f"{kind}-{due}" for _, kind, _, due in TIME])
def test_where_the_sun_rises_earlier_it_begins_earlier(
    stage: Callable[[], Stage], kind: str, many: int, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """East of Greenwich the day that is over ends within the same day of UTC: the date of the instant says nothing."""
    day = local_day(instant(due), set_stage.ZONE)
    monkeypatch.setattr(set_stage, "ZONE", "Europe/Madrid")
    monkeypatch.setattr(set_stage, "_played", set_stage._played.__wrapped__)
    played = stage()
    assert played.state.timezone == "Europe/Madrid"
    begins = datetime.combine(day, time(), zone("Europe/Madrid"))
    assert [count(played, kind, begins + n * SECOND) for n in (-1, 0, 1)] == [0, many, many]
