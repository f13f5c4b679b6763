"""Governance bodies: seats, withdrawals and returns, rules by version. Key: the stream."""

from typing import Final

from constancia.domain.governance.body import GovernanceBody
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, own_stream


def _row(state: State, key: str) -> Row | None:
    found = state.aggregates.get(key)
    if not isinstance(found, GovernanceBody):
        return None
    return {**document_of(found), "seated": list(found.seated)}


GOVERNANCE: Final = StateProjection(name="governance", touched=own_stream("governance"), row=_row)
