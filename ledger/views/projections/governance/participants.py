"""Who takes part in a body without a seat, and for how long. Key: the body's stream; without any, it has no row."""

from datetime import date
from typing import Any, Final

from constancia.domain.facts.validity import answer_for
from constancia.domain.governance.body import GovernanceBody, Participant
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.domain.values.occurrence import occurrence
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    body = state.aggregates.get(key)
    if not isinstance(body, GovernanceBody) or not body.participants:
        return None
    return {
        "governance_body": body.governance_body,
        "name": document_of(body.name),
        "participants": [_participant(state, participant, day) for participant in body.participants],
        "stream": body.stream,
    }


def _participant(state: State, participant: Participant, day: date) -> dict[str, Any]:
    since = occurrence(state, participant.mark, participant.since).on
    holds = answer_for((day, day), since, ended=participant.until)
    return {**document_of(participant), "holds": holds.value}


PARTICIPANTS: Final = StateProjection(name="participants", kind="governance", keys=streams_of(GovernanceBody), row=_row)
