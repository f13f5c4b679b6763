"""Parties and their people: names, organizations, seats, appointments and keys. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.facts.bearing import represents_as_left
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.identity.kinship import is_agreed
from constancia.domain.identity.party import Party
from constancia.domain.identity.succession import succession_of
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, day: date) -> Row | None:
    aggregate = state.aggregates.get(key)
    if not isinstance(aggregate, Party):
        return None
    party = aggregate.party
    genesis = state.aggregates.get("ledger")
    founder = genesis.founder(party) if isinstance(genesis, LedgerState) else None
    appointments = state.on_topic(Appointment, key)
    keys = state.on_topic(Key, key)
    return {
        **document_of(aggregate),
        "appointments": [
            {
                **document_of(appointment),
                "represents_as_left": represents_as_left(state, appointment, day),
                "status": appointment.status_on(day),
            }
            for appointment in appointments
        ],
        # What is a body's name is shown with the body.
        "aliases": [document_of(alias) for alias in aggregate.aliases if alias.body is None],
        "is_founder": founder is not None,
        "keys": [_key(registered, day) for registered in keys],
        "organizations": [
            {**document_of(member), "is_agreed": is_agreed(state, member)} for member in aggregate.organizations
        ],
        "has_ended": succession_of(state, party) is not None,
        "root": founder.root.key_id if founder else None,
        "seats": [
            {
                "changes": document_of(seat.changes),
                "governance_body": body.governance_body,
                "seated": body.is_seated(party),
            }
            for body in state.of(GovernanceBody)
            if (seat := body.seat(party)) is not None
        ],
    }


def _key(key: Key, day: date) -> Row:
    row = {**document_of(key), "status": key.status_on(day)}
    row["reaffirmed"] = [{"target": target, "verdict": verdict} for target, verdict in key.reaffirmed]
    return row


PARTIES: Final = StateProjection(name="parties", kind="party", keys=streams_of(Party), row=_row)
