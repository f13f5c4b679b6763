"""Commitments: where each one stands, on each track by itself. Key: the stream.

The levels that the responsible report, that others contest, and that assessors find stand beside
one another; nothing here makes one of them out of the others.
"""

from datetime import date, datetime
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverable import DeliverableState
from constancia.domain.commitments.scope import Milestone
from constancia.domain.derive import flags, milestone_standing
from constancia.domain.kernel.aggregate import Mark, document_of
from constancia.domain.kernel.calendar import format_instant
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, start_of, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    found = state.aggregates.get(key)
    if not isinstance(found, Commitment):
        return None
    scope, at = found.scope, start_of(day, state.timezone)
    return {
        "commitment": found.commitment,
        "completed": document_of(found.completed),
        "contested_level": found.contested_level,
        "deliverables": _deliverables(state, found),
        "flags": list(flags(state, found, at)),
        "governance_body": found.governance_body,
        "is_contested": any(report.contests for report in found.reports),
        "last": document_of(_last(state, found)),
        "lifecycle": found.status,
        "milestones": [_milestone(state, found, one, at) for one in (scope.milestones if scope else ())],
        "objective": document_of(found.objective),
        "open_milestones": list(found.open_milestones),
        "problem": document_of(found.problem),
        "proposals": document_of(found.proposals),
        "reports": document_of(found.reports),
        "scope_version": len(found.scopes),
        "scopes": document_of(found.scopes),
        "self_level": found.self_level,
        "stream": found.stream,
        "title": document_of(found.title),
    }


def _milestone(state: State, commitment: Commitment, milestone: Milestone, at: datetime) -> Row:
    done = next((c for c in commitment.completed if c.milestone == milestone.milestone), None)
    standing = milestone_standing(state, commitment, milestone, at)
    return {
        **document_of(milestone),
        "completed": document_of(done.mark) if done else None,
        "days_late": standing.days_late,
        "due": format_instant(standing.due) if standing.due else None,
        "stands": standing.stands,
        "started": milestone.milestone in commitment.started,
    }


def _deliverables(state: State, commitment: Commitment) -> list[Row]:
    rows: list[Row] = []
    for one in commitment.scope.deliverables if commitment.scope else ():
        stream = f"deliverable/{commitment.commitment}.{one.deliverable}"
        found = state.aggregates.get(stream)
        known = found if isinstance(found, DeliverableState) else None
        rows.append(
            {
                **document_of(one),
                "accepted_version": known.accepted_version if known else None,
                "open_contests": list(known.open_contests) if known else [],
                "status": known.status if known else "expected",
                "stream": stream,
                "version": known.current.version if known else None,
            }
        )
    return rows


def _last(state: State, commitment: Commitment) -> Mark:
    """Return the last thing said of a commitment or one of its deliverables."""
    marks = [commitment.proposed, *(one.mark for one in commitment.scopes)]
    marks += [one.mark for one in commitment.proposals]
    marks += [one.mark for one in commitment.completed]
    for report in commitment.reports:
        marks += [report.mark, *(contest.mark for contest in report.contests)]
    for one in commitment.scope.deliverables if commitment.scope else ():
        found = state.aggregates.get(f"deliverable/{commitment.commitment}.{one.deliverable}")
        if isinstance(found, DeliverableState):
            marks += [version.mark for version in found.versions]
            marks += [contest.mark for contest in found.contests]
    return max(marks, key=lambda mark: mark.index)


COMMITMENTS: Final = StateProjection(name="commitments", kind="commitment", keys=streams_of(Commitment), row=_row)
