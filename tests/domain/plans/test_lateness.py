"""Late or in time: by the record, to the day and the instant."""

from datetime import datetime

from tests.domain.plans.test_plan import LATE, P4, closing, found, opened, opening, standing, submitted, submitting
from tests.domain.stage import seated
from tests.rows import each_row

from constancia.domain.facts.derive import derive
from constancia.domain.plans.lateness import PlanStanding
from constancia.domain.values.occurrence import Occurrence

# Submitted, late or in time.


def test_the_seeds_plan_is_101_days_late() -> None:
    stage = opened().on("2019-12-10")
    stage.says("sfp", "ActionPlanSubmitted", submitting(on="2019-12-10"))
    late = standing(stage)
    assert (late.stands, late.days_late, late.days_late_now) == ("submitted", 101, 101)
    (fact,) = [fact for fact in derive(stage.state, LATE) if fact.kind == "DeadlineMissed" and fact.stream == P4]
    assert (fact.since, fact.params["target"], fact.params["window"]) == (
        "2019-09-01T05:00:00Z", "submission", "2019-08-31",
    )  # fmt: skip


@each_row(("at", "expected"), [("2019-09-01T04:59:59", []), ("2019-09-01T05:00:00", ["2019-09-01T05:00:00Z"])])
def test_18_missed_from_the_last_instant_of_the_day_in_the_ledgers_zone(at: str, expected: list[str]) -> None:
    facts = derive(opened().state, datetime.fromisoformat(f"{at}+00:00"))
    assert [fact.since for fact in facts if fact.stream == P4] == expected


@each_row(("on", "late"), [("2019-08-31", 0), ("2019-09-01", 1)])
def test_in_time_up_to_its_last_day(on: str, late: int) -> None:
    stage = submitted(opened().on(on), on=on)
    assert standing(stage).days_late == late
    assert ("DeadlineMissed" in [fact.kind for fact in derive(stage.state, LATE) if fact.stream == P4]) == bool(late)


@each_row("claimed", ["2019-08-31", "2019-03-01", "2018-12-31"])
def test_d4_a_later_word_dated_in_time_is_a_claim(claimed: str) -> None:
    stage = opened().on("2019-12-10")
    stage.says("sfp", "ActionPlanSubmitted", submitting(on=claimed))
    late = standing(stage)
    assert late.submitted is not None
    assert (late.days_late, late.submitted.on, late.submitted.claimed_on) == (101, "2019-12-10", claimed)
    (fact,) = [fact for fact in derive(stage.state, LATE) if fact.kind == "DeadlineMissed" and fact.stream == P4]
    assert fact.params["claimed_on"] == claimed


def test_an_unsubmitted_plan_is_late_up_to_the_day_asked_or_to_its_end() -> None:
    stage = opened()
    assert (standing(stage, "2019-08-31").stands, standing(stage, "2019-09-09").days_late) == ("running", 9)
    stage.on("2019-09-05").each("ActionPlanClosed", closing())
    assert standing(stage, "2020-01-01").days_late == 5


def test_a_plan_that_is_not_opened_yet_misses_and_ends_nothing() -> None:
    stage = seated()
    stage.each("ActionPlanOpened", opening(period="2019"), ("inai", "nosc"))
    assert derive(stage.state, LATE) == ()
    stage.says("sfp", "ActionPlanOpened", opening(period="2019"))
    assert [fact.kind for fact in derive(stage.state, LATE)] == ["ActionPlanEnded", "DeadlineMissed"]


def test_a_plan_without_a_deadline_is_submitted_on_the_day_that_is_said() -> None:
    stage = seated()
    stage.each("ActionPlanOpened", {name: value for name, value in opening().items() if name != "due"})
    assert standing(stage).stands == "no_deadline"
    late = standing(submitted(stage.on("2019-12-10"), on="2018-12-31"))
    assert late == PlanStanding(
        stands="submitted", due=None, due_now=None, days_late=0, days_late_now=0,
        submitted=Occurrence(on="2018-12-31"), is_stopped=False,
    )  # fmt: skip


def test_a_correction_of_a_submission_is_a_new_version_and_the_first_one_counts() -> None:
    stage = submitted(opened().on("2019-08-31"), on="2019-08-31")
    stage.on("2019-10-01").says("sfp", "ActionPlanSubmitted", submitting(2, on="2019-10-01"))
    assert [one.version for one in found(stage).submissions] == [1, 2]
    assert standing(stage).days_late == 0
