"""Governance bodies: seats, withdrawals and returns, rules by version. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.governance.body import GovernanceBody
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, _day: date) -> Row | None:
    body = state.aggregates.get(key)
    if not isinstance(body, GovernanceBody):
        return None
    return {**document_of(body), "seated": list(body.seated)}


BODIES: Final = StateProjection(name="bodies", kind="governance", keys=streams_of(GovernanceBody), row=_row)
