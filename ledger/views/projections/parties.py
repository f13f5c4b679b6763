"""Parties and their people: names, organizations, seats, appointments and keys. Key: the stream."""

from collections.abc import Iterable
from typing import Final

from constancia.domain.governance.body import GovernanceBody
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.identity.party import Party
from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection


def _touched(recorded: Recorded, state: State) -> Iterable[str]:
    found = state.aggregates.get(recorded.originator_id)
    match found:
        case Party() | Appointment() | Key():
            yield f"party/{found.party}"
        case GovernanceBody():
            yield from (f"party/{party}" for party in found.members)
        case _:
            return


def _row(state: State, key: str) -> Row | None:
    found = state.aggregates.get(key)
    if not isinstance(found, Party):
        return None
    party = found.party
    genesis = state.aggregates.get("ledger")
    founder = genesis.founder(party) if isinstance(genesis, LedgerState) else None
    appointments = [one for one in state.of(Appointment) if one.party == party]
    keys = [one for one in state.of(Key) if one.party == party]
    return {
        **document_of(found),
        "appointments": document_of(appointments),
        "is_founder": founder is not None,
        "keys": [_key(one) for one in keys],
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


def _key(key: Key) -> Row:
    row = document_of(key)
    row["reaffirmed"] = [{"target": target, "verdict": said} for target, said in key.reaffirmed]
    return dict(row)


PARTIES: Final = StateProjection(name="parties", touched=_touched, row=_row)
