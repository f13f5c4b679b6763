"""What is overdue: milestones that nobody reported complete, and plans that were not submitted, on a day.

Key: `overdue/`, the commitment, a colon (no identifier has one), the milestone; of a plan its name alone. A commitment
that is suspended, withdrawn or closed has its rows all the same, with the state that it is in: no status hides what had
fallen due.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.plans.lateness import plan_standing
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.state import State
from constancia.domain.values.calendar import deadline, format_instant
from constancia.ledger.views.projections.base import Row, StateProjection, start_of

_KIND: Final = "overdue"


def _keys(state: State) -> Iterable[str]:
    for commitment in state.of(Commitment):
        for milestone in commitment.scope.milestones if commitment.scope else ():
            yield f"{_KIND}/{commitment.commitment}:{milestone.milestone}"
    for plan in state.of(ActionPlan):
        yield f"{_KIND}/{plan.plan}"


def _row(state: State, key: str, day: date) -> Row | None:
    name, colon, milestone = key.removeprefix(f"{_KIND}/").partition(":")
    row = _milestone(state, name, milestone, day) if colon else _submission(state, name, day)
    return None if row is None else {**row, "stream": key}


def _milestone(state: State, name: str, item: str, day: date) -> Row | None:
    commitment = state.aggregates.get(f"commitment/{name}")
    scope = commitment.scope if isinstance(commitment, Commitment) else None
    milestone = scope.milestone(item) if scope else None
    if not isinstance(commitment, Commitment) or milestone is None:
        return None
    standing = milestone_standing(state, commitment, milestone, start_of(day, state.timezone))
    if standing.stands != "overdue" or standing.due is None:
        return None
    return {
        "commitment": name,
        "days_late": standing.days_late,
        "days_late_now": standing.days_late,
        "due": format_instant(standing.due),
        "kind": "milestone",
        "lead": list(milestone.lead),
        "lifecycle": commitment.status,
        "milestone": item,
        "plan": None,
        "of": commitment.stream,
        "title": document_of(milestone.title),
        "window": milestone.window,
    }


def _submission(state: State, name: str, day: date) -> Row | None:
    plan = state.aggregates.get(f"plan/{name}")
    if not isinstance(plan, ActionPlan) or plan.status == "opening" or plan.due is None:
        return None
    standing, due = plan_standing(state, plan, day), deadline(plan.due, state.timezone)
    if standing.stands != "overdue" or due is None:
        return None
    return {
        "commitment": None,
        "days_late": standing.days_late,
        "days_late_now": standing.days_late_now,
        "due": format_instant(due),
        "kind": "plan",
        "lead": [plan.governance_body],
        "lifecycle": plan.status,
        "milestone": None,
        "plan": name,
        "of": plan.stream,
        "title": document_of(plan.title),
        "window": plan.due,
    }


OVERDUE: Final = StateProjection(name=_KIND, kind=_KIND, keys=_keys, row=_row)
