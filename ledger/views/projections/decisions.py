"""Decisions: what was put to the vote, who voted how, who dissented, who signed, what it caused.

Key: the stream.
"""

from collections.abc import Iterable
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection


def _touched(recorded: Recorded, _: State) -> Iterable[str]:
    stream = recorded.originator_id
    if stream.startswith("decision/"):
        yield stream
    elif stream.startswith("commitment/"):
        decision = recorded.statement["body"].get("decision")
        if decision is not None:
            yield f"decision/{decision}"


def _row(state: State, key: str) -> Row | None:
    found = state.aggregates.get(key)
    if not isinstance(found, Decision):
        return None
    return {
        **document_of(found),
        "enacted": _enacted(state, found),
        "must_sign": sorted(found.must_sign),
        "signed_by": sorted(mark.party for mark in found.signatures),
        "tally": found.tally(),
    }


def _enacted(state: State, decision: Decision) -> Row | None:
    """The entry by which what was decided took effect."""
    commitment = state.aggregates.get(decision.act.stream)
    if not isinstance(commitment, Commitment):
        return None
    for version in commitment.scopes:
        if version.decision == decision.decision:
            mark: Row = document_of(version.mark)
            return mark
    return None


DECISIONS: Final = StateProjection(name="decisions", touched=_touched, row=_row)
