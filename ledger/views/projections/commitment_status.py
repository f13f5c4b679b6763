"""Commitments: where each one stands, on each track by itself. Key: the stream.

The levels that the responsible report, that others contest, and that assessors find stand beside
one another; nothing here makes one of them out of the others.
"""

from collections.abc import Iterable
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverable import DeliverableState
from constancia.domain.commitments.scope import Milestone
from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import Mark, document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection


def _touched(recorded: Recorded, state: State) -> Iterable[str]:
    stream = recorded.originator_id
    if stream.startswith("commitment/"):
        yield stream
    found = state.aggregates.get(stream)
    if isinstance(found, DeliverableState):
        yield f"commitment/{found.commitment}"


def _row(state: State, key: str) -> Row | None:
    found = state.aggregates.get(key)
    if not isinstance(found, Commitment):
        return None
    scope = found.scope
    return {
        "commitment": found.commitment,
        "completed": document_of(found.completed),
        "contested_level": found.contested_level,
        "deliverables": _deliverables(state, found),
        "governance_body": found.governance_body,
        "is_contested": any(report.contests for report in found.reports),
        "last": document_of(_last(state, found)),
        "lifecycle": found.status,
        "milestones": [_milestone(found, one) for one in (scope.milestones if scope else ())],
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


def _milestone(commitment: Commitment, milestone: Milestone) -> Row:
    done = next((c for c in commitment.completed if c.milestone == milestone.milestone), None)
    return {
        **document_of(milestone),
        "completed": document_of(done.mark) if done else None,
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
    """The last thing said of a commitment or one of its deliverables."""
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


COMMITMENT_STATUS: Final = StateProjection(name="commitment_status", touched=_touched, row=_row)
