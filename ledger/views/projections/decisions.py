"""Decisions: what was put to the vote, who voted how, who dissented, who signed, what it caused.

Key: the stream.
"""

from datetime import date
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.aggregate import document_of
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
        "standing_votes": {party: document_of(vote) for party, vote in decision.standing_votes.items()},
        "status": decision.status_on(day),
        "tally": decision.tally(),
    }


def _enacted(state: State, decision: Decision) -> Row | None:
    """Return the entry by which what was decided took effect."""
    commitment = state.aggregates.get(decision.act.stream)
    if not isinstance(commitment, Commitment):
        return None
    for version in commitment.scopes:
        if version.decision == decision.decision:
            mark: Row = document_of(version.mark)
            return mark
    return None


DECISIONS: Final = StateProjection(name="decisions", kind="decision", keys=streams_of(Decision), row=_row)
