"""Commitments: the state of each, on each track by itself. Key: the stream.

The levels that the responsible report, that others contest, and that assessors find are separate; nothing here
computes one of them from the others.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from constancia.domain.commitments.commitment import Commitment, Completion, ProgressStatement
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.deliverables.fulfilment import delivery, fulfilment
from constancia.domain.commitments.scope import Deliverable, Milestone
from constancia.domain.facts.derive import flags
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.kernel.aggregate import Mark, document_of
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.plans.scale import COMPLETION
from constancia.domain.remarks.entry_standing import (
    contested_level,
    contests_of,
    remarks_on,
    standing_of,
)
from constancia.domain.state import State
from constancia.domain.values.calendar import format_instant
from constancia.ledger.views.projections.base import Row, StateProjection, start_of, streams_of
from constancia.ledger.views.projections.commitments.plans import assessments_of
from constancia.ledger.views.projections.remarks.remarks import contest_row


def _row(state: State, key: str, day: date) -> Row | None:
    commitment = state.aggregates.get(key)
    if not isinstance(commitment, Commitment):
        return None
    scope, at = commitment.scope, start_of(day, state.timezone)
    overlay = flags(state, commitment, at)
    independent = list(assessments_of(state, key))
    return {
        "commitment": commitment.commitment,
        "completed": [_with_standing(state, done) for done in commitment.completed],
        "contested_level": contested_level(state, commitment),
        "decided": document_of(commitment.decided or ()),
        "deliverables": _deliverables(state, commitment),
        "flags": list(overlay),
        "governance_body": commitment.governance_body,
        "independent": independent,
        "independent_level": _independent_level(independent),
        "indicators": document_of(scope.indicators or ()) if scope else [],
        "is_contested": "contested" in overlay,
        "last": document_of(_last(state, commitment)),
        "lifecycle": commitment.status,
        "milestones": [
            _milestone(state, commitment, milestone, at) for milestone in (scope.milestones if scope else ())
        ],
        "objective": document_of(commitment.objective),
        "open_milestones": list(commitment.open_milestones),
        "plans": [plan.plan for plan in state.on_topic(ActionPlan, key)],
        "problem": document_of(commitment.problem),
        "proposals": document_of(commitment.proposals),
        "reports": [_with_standing(state, report) for report in commitment.reports],
        "scope_version": len(commitment.scopes),
        "scopes": document_of(commitment.scopes),
        "self_level": commitment.self_level,
        "stream": commitment.stream,
        "title": document_of(commitment.title),
    }


def _independent_level(assessments: Sequence[Row]) -> str | None:
    """Return the completion that was assessed last; None without any. No other track is computed from it."""
    values = [item["value"] for row in assessments for item in row["values"] if item["scale"] == COMPLETION]
    return values[-1] if values else None


def _with_standing(state: State, word: Completion | ProgressStatement) -> Row:
    """Give what was said, with the contests of any edition and where its entry stands by now."""
    leaf_hash = word.mark.leaf_hash
    contests = [contest_row(contest) for contest in contests_of(state, leaf_hash)]
    return {**document_of(word), "contests": contests, "standing": standing_of(state, leaf_hash)}


def _milestone(state: State, commitment: Commitment, milestone: Milestone, at: datetime) -> Row:
    done = next((c for c in commitment.completed if c.milestone == milestone.milestone), None)
    standing = milestone_standing(state, commitment, milestone, at)
    return {
        **document_of(milestone),
        "completed": document_of(done.mark) if done else None,
        "completion_standing": standing_of(state, done.mark.leaf_hash) if done else None,
        "days_late": standing.days_late,
        "due": format_instant(standing.due) if standing.due else None,
        "stands": standing.stands,
        "started": milestone.milestone in commitment.started,
    }


def _deliverables(state: State, commitment: Commitment) -> list[Row]:
    rows: list[Row] = []
    for deliverable in commitment.scope.deliverables if commitment.scope else ():
        stream = f"deliverable/{commitment.commitment}.{deliverable.deliverable}"
        aggregate = state.aggregates.get(stream)
        known = aggregate if isinstance(aggregate, DeliverableState) else None
        rows.append(
            {
                **document_of(deliverable),
                "accepted_version": known.accepted_version if known else None,
                "open_contests": list(known.open_contests) if known else [],
                "fulfilled_by": _fulfilled_by(state, commitment, deliverable),
                "status": delivery(state, commitment, deliverable),
                "stream": stream,
                "version": known.current.version if known else None,
            }
        )
    return rows


def _fulfilled_by(state: State, commitment: Commitment, deliverable: Deliverable) -> Row | None:
    """Return what an event or a decision is fulfilled by; None for nothing, and for other forms."""
    met = fulfilment(state, commitment, deliverable)
    return {"index": met.mark.index, "on": met.on, "stream": met.stream} if met else None


def _last(state: State, commitment: Commitment) -> Mark:
    """Return the last thing said of a commitment or one of its deliverables."""
    marks = [commitment.proposed, *(version.mark for version in commitment.scopes)]
    marks += [proposal.mark for proposal in commitment.proposals]
    marks += [completion.mark for completion in commitment.completed]
    marks += [decided.mark for decided in commitment.decided or ()]
    for report in commitment.reports:
        marks += [report.mark, *(contest.mark for contest in report.contests)]
    # What was said of an entry of its stream is said of it too.
    for mark in (*marks,):
        remarked = remarks_on(state, mark.leaf_hash)
        marks += remarked.marks if remarked else ()
    for deliverable in commitment.scope.deliverables if commitment.scope else ():
        met = fulfilment(state, commitment, deliverable)
        marks += [met.mark] if met else []
        aggregate = state.aggregates.get(f"deliverable/{commitment.commitment}.{deliverable.deliverable}")
        if isinstance(aggregate, DeliverableState):
            marks += [version.mark for version in aggregate.versions]
            marks += [contest.mark for contest in aggregate.contests]
    return max(marks, key=lambda mark: mark.index)


COMMITMENTS: Final = StateProjection(name="commitments", kind="commitment", keys=streams_of(Commitment), row=_row)
