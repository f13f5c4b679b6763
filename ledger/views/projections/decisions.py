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
    found = state.aggregates.get(key)
    if not isinstance(found, Decision):
        return None
    return {
        **document_of(found),
        "enacted": _enacted(state, found),
        "must_sign": sorted(found.must_sign),
        "signed_by": sorted(mark.party for mark in found.signatures),
        "standing_votes": {party: document_of(vote) for party, vote in found.standing_votes.items()},
        "status": found.status_on(day),
        "tally": found.tally(),
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
