"""Governance bodies: names, seats, withdrawals and returns, rules by version. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.facts.bearing import separate_voices
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.identity.party import Party
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, _day: date) -> Row | None:
    body = state.aggregates.get(key)
    if not isinstance(body, GovernanceBody):
        return None
    return {
        **document_of(body),
        "names": [alias for party in state.of(Party) for alias in document_of(party.aliases) if _names(alias, body)],
        "seated": list(body.seated),
        # Members that go on in one successor are one voice, whatever seats they hold.
        "separate_voices": separate_voices(state, body.seated),
    }


def _names(alias: Row, body: GovernanceBody) -> bool:
    return alias.get("body") == body.governance_body


BODIES: Final = StateProjection(name="bodies", kind="governance", keys=streams_of(GovernanceBody), row=_row)
