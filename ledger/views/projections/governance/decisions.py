"""Decisions: what was put to the vote, who voted how, who dissented, who signed, what it caused.

Key: the stream.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.aggregate import Aggregate, Mark, document_of
from constancia.domain.plans.deadline import DeadlineMove
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    decision = state.aggregates.get(key)
    if not isinstance(decision, Decision):
        return None
    return {
        **document_of(decision),
        "enacted": _enacted(state, decision),
        "must_sign": sorted(decision.must_sign),
        "signed_by": sorted(mark.party for mark in decision.signatures),
        "standing_votes": [{"party": party, **document_of(vote)} for party, vote in decision.standing_votes.items()],
        "status": decision.status_on(day),
        "tally": decision.tally(),
    }


def _enacted(state: State, decision: Decision) -> Row | None:
    """Return the entry by which what was decided took effect."""
    aggregate = state.aggregates.get(decision.act.stream)
    mark = next((mark for named, mark in _recorded(aggregate) if named == decision.decision), None)
    enacted: Row | None = document_of(mark) if mark else None
    return enacted


def _recorded(aggregate: Aggregate | None) -> Iterator[tuple[str | None, Mark]]:
    """Yield what was recorded of an aggregate by decision: the decision and the entry."""
    if isinstance(aggregate, Commitment):
        yield from ((version.decision, version.mark) for version in aggregate.scopes)
        yield from ((decided.decision, decided.mark) for decided in aggregate.decided or ())
    elif isinstance(aggregate, ActionPlan):
        yield from ((carried.decision, carried.mark) for carried in aggregate.commitments)
    elif isinstance(aggregate, DeadlineMove):
        yield aggregate.decision, aggregate.mark


DECISIONS: Final = StateProjection(name="decisions", kind="decision", keys=streams_of(Decision), row=_row)
