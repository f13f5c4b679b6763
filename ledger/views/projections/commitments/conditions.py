"""Conditions of a commitment: as its scope and its texts have them, what became of each, and who acts since.

Key: the commitment's stream. A commitment without any condition has no row.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from constancia.domain.commitments.commitment import Commitment, DeclaredCondition
from constancia.domain.commitments.scope import Milestone
from constancia.domain.facts.bearing import fallback_bearers
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection


def _row(state: State, key: str, _day: date) -> Row | None:
    commitment = state.aggregates.get(key)
    if not isinstance(commitment, Commitment):
        return None
    milestones = commitment.scope.milestones if commitment.scope else ()
    conditions = [_of_milestone(state, commitment, milestone) for milestone in milestones if milestone.fallback]
    conditions += [document_of(condition) for condition in commitment.declared or () if condition.milestone is None]
    if not conditions:
        return None
    return {"commitment": commitment.commitment, "conditions": conditions, "stream": commitment.stream}


def _of_milestone(state: State, commitment: Commitment, milestone: Milestone) -> dict[str, Any]:
    """Give the condition of a milestone's fallback: the scope's, its wording where declared, its outcome."""
    declared = _declared(commitment, milestone)
    settled = commitment.settled_condition(milestone)
    row = document_of(declared) if declared else {"milestone": milestone.milestone}
    fallback = milestone.fallback
    row |= {
        "acting": list(fallback_bearers(state, commitment, milestone)) if commitment.has_failed(milestone) else [],
        "parties": list(fallback.parties) if fallback else [],
        "text": document_of(fallback.condition) if fallback else None,
    }
    if settled is not None:
        row |= {
            "outcome": settled.outcome,
            "reasons": document_of(settled.reasons),
            "settled": document_of(settled.mark),
        }
    return row


def _declared(commitment: Commitment, milestone: Milestone) -> DeclaredCondition | None:
    """Give the declaration of the condition that the scope in force has; an earlier wording is none of it."""
    wanted = milestone.fallback.condition if milestone.fallback else None
    declared = (condition for condition in commitment.declared or () if condition.milestone == milestone.milestone)
    return next((condition for condition in declared if condition.text == wanted), None)


def _keys(state: State) -> Iterable[str]:
    return (stream for stream, outline in state.outlines(Commitment).items() if outline.has_conditions)


CONDITIONS: Final = StateProjection(name="conditions", kind="commitment", keys=_keys, row=_row)
