"""What follows of a plan's deadlines at an instant: missed, late by how many days, ended with what still open.

Two figures are given wherever a deadline was moved or its clock stopped: by the first day by the calendar, and by the
last day as it was extended and without the days on which the clock was stopped. Neither replaces the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.fact import DerivedFact, DueMatter, missed
from constancia.domain.plans.deadline import clock_stops, days_in_force, moves_of, with_stops
from constancia.domain.plans.plan import ActionPlan, Submission
from constancia.domain.values.calendar import deadline, format_instant, local_day, parse_day, parse_edtf, parse_instant
from constancia.domain.values.occurrence import Occurrence, as_recorded, occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStanding:
    """Whether a plan was submitted in time, on a day.

    Attributes:
        stands: `submitted`, `overdue`, `running`, or `no_deadline`.
        due: The first deadline's day; None where the plan has none.
        due_now: The day as extended, and without the days on which the clock was stopped.
        days_late: Days after the first deadline: of the submission, or of the day asked where there is none; 0 in time.
        days_late_now: The same after `due_now`.
        submitted: The day of the first submission that counts; None where there is none.
        is_stopped: Whether the clock of the submission is stopped on the day.
    """

    stands: str
    due: date | None
    due_now: date | None
    days_late: int
    days_late_now: int
    submitted: Occurrence | None
    is_stopped: bool


def plan_facts(state: StateView, at: datetime) -> Iterator[DerivedFact]:
    """Yield the derived facts of all plans: a submission's deadline that was missed, a plan's period that is over."""
    for plan in state.of(ActionPlan):
        if plan.status != "opening":
            yield from _missed(state, plan, at)
            yield from _ended(state, plan, at)


def _missed(state: StateView, plan: ActionPlan, at: datetime) -> Iterator[DerivedFact]:
    first = plan.submissions[0] if plan.submissions else None
    for day, due in _passed(state, plan, "plan_submission", at):
        if plan.closed is not None and first is None and parse_instant(plan.closed.mark.recorded_at) < due:
            return  # nor before any later day
        target = DueMatter(
            stream=plan.stream,
            name="submission",
            window=day,
            due=due,
            on_record=parse_instant(plan.opened.recorded_at),
            done=first.mark if first else None,
            stated=first.on if first else None,
        )
        yield from missed(state, target)


def _ended(state: StateView, plan: ActionPlan, at: datetime) -> Iterator[DerivedFact]:
    for day, due in _passed(state, plan, "plan_end", at):
        still = [carried.commitment for carried in plan.commitments if _is_open(state, carried.commitment, due)]
        yield DerivedFact(
            kind="ActionPlanEnded",
            stream=plan.stream,
            since=format_instant(due),
            params={"open": sorted(still), "window": day},
        )


def _is_open(state: StateView, name: str, due: datetime) -> bool:
    """Tell whether a commitment went on at an instant, as far as was recorded by then."""
    commitment = state.standing(f"commitment/{name}")
    ended = commitment.ended if isinstance(commitment, Commitment) else None
    return ended is None or parse_instant(ended.mark.recorded_at) >= due


def _passed(state: StateView, plan: ActionPlan, what: str, at: datetime) -> Iterator[tuple[str, datetime]]:
    """Give each day of a plan's deadline that had passed by an instant and was in force when it did."""
    days = days_in_force(state, plan, what)
    for position, (day, _) in enumerate(days):
        due = deadline(day, state.timezone)
        if due is None or due > at:
            return  # every extension is to a later day
        if not any(moved is not None and moved < due for _, moved in days[position + 1 :]):
            yield day, due


def submitted_on(state: StateView, plan: ActionPlan, submission: Submission) -> Occurrence:
    """Give the day of a submission that counts: not one that the record contradicts."""
    met = occurrence(state, submission.mark, submission.on)
    due = deadline(plan.due, state.timezone) if plan.due else None
    if due is not None and due > parse_instant(plan.opened.recorded_at):
        return as_recorded(state, submission.mark, met)
    return met


def plan_standing(state: StateView, plan: ActionPlan, day: date) -> PlanStanding:
    """Give whether a plan was submitted in time, on a day. The one rule, for pages, interface and terminal."""
    days = days_in_force(state, plan, "plan_submission")
    first = plan.submissions[0] if plan.submissions else None
    submitted = submitted_on(state, plan, first) if first else None
    if not days:
        stands = "submitted" if submitted else "no_deadline"
        return PlanStanding(
            stands=stands, due=None, due_now=None, days_late=0, days_late_now=0, submitted=submitted, is_stopped=False
        )
    measured = (parse_edtf(submitted.on).end or day) if submitted else _last_open(state, plan, day)
    stops = clock_stops(moves_of(state, "plan_submission", plan=plan.plan), measured, state.timezone)
    due = parse_day(days[0][0])
    opened_on = local_day(parse_instant(plan.opened.recorded_at), state.timezone)
    due_now = with_stops(parse_day(days[-1][0]), stops, opened_on)
    stands = "submitted" if submitted else "overdue" if measured > due else "running"
    return PlanStanding(
        stands=stands,
        due=due,
        due_now=due_now,
        days_late=max(0, (measured - due).days),
        days_late_now=max(0, (measured - due_now).days),
        submitted=submitted,
        is_stopped=submitted is None and bool(stops) and stops[-1][1] >= day,
    )


def _last_open(state: StateView, plan: ActionPlan, day: date) -> date:
    """Give the day up to which an unsubmitted plan is late: the day asked, or that of its closing before it."""
    if plan.closed is None:
        return day
    return min(day, local_day(parse_instant(plan.closed.mark.recorded_at), state.timezone))
