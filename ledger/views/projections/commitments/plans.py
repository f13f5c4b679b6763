"""Action plans: when due, submitted and by how many days late, what they carry and what changed since, how they ended.

Key: the stream. A plan has a row once its members have opened it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.scope import compare
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.plans.assessment import Assessment
from constancia.domain.plans.deadline import DeadlineMove, days_in_force, last_day
from constancia.domain.plans.lateness import plan_standing, submitted_on
from constancia.domain.plans.plan import ActionPlan, Carried, Submission
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    plan = state.aggregates.get(key)
    if not isinstance(plan, ActionPlan) or plan.status == "opening":
        return None
    standing, ends = plan_standing(state, plan, day), last_day(state, plan, "plan_end")
    return {
        "assessments": list(assessments_of(state, key)),
        "closed": document_of(plan.closed),
        "commitments": [_carried(state, carried) for carried in plan.commitments],
        "days_late": standing.days_late,
        "days_late_now": standing.days_late_now,
        "due": plan.due,
        "due_now": standing.due_now.isoformat() if standing.due_now else None,
        "ends": ends,
        "first_end": next((end for end, _ in days_in_force(state, plan, "plan_end")), None),
        "governance_body": plan.governance_body,
        "is_over": ends is not None and day.isoformat() > ends,
        "is_stopped": standing.is_stopped,
        "moves": [document_of(move) for move in state.of(DeadlineMove) if move.plan == plan.plan],
        "opened": document_of(plan.opened),
        "ordinal": plan.ordinal,
        "period": plan.period,
        "plan": plan.plan,
        "stands": standing.stands,
        "status": plan.status,
        "stream": plan.stream,
        "submissions": [_submission(state, plan, submission) for submission in plan.submissions],
        "title": document_of(plan.title),
    }


def _submission(state: State, plan: ActionPlan, submission: Submission) -> Row:
    met = submitted_on(state, plan, submission)
    return {**document_of(submission), "claimed_on": met.claimed_on, "counts_on": met.on}


def _carried(state: State, carried: Carried) -> Row:
    """Return a commitment of the plan, and what its scope differs in from the one that was carried in."""
    row: dict[str, object] = {
        **document_of(carried),
        "change": None,
        "lifecycle": None,
        "outcome": None,
        "scope_now": carried.scope_version,
        "title": carried.commitment,
    }
    commitment = state.aggregates.get(f"commitment/{carried.commitment}")
    if not isinstance(commitment, Commitment):
        return row
    row |= {"lifecycle": commitment.status, "title": document_of(commitment.title)}
    row["outcome"] = commitment.ended.outcome if commitment.ended else None
    before = next((item.scope for item in commitment.scopes if item.version == carried.scope_version), None)
    now = commitment.scopes[-1] if commitment.scopes else None
    if before is not None and now is not None and now.version > carried.scope_version:
        diff = compare(before, now.scope)
        row |= {"change": {**document_of(diff), "kind": diff.kind}, "scope_now": now.version}
    return row


def assessments_of(state: State, stream: str) -> Iterator[Row]:
    """Yield the assessments of a commitment or a plan, in the order of recording."""
    for assessment in state.on_topic(Assessment, stream):
        yield {**document_of(assessment), "assessor": assessment.mark.party}


PLANS: Final = StateProjection(name="plans", kind="plan", keys=streams_of(ActionPlan), row=_row)
