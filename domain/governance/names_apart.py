"""Parties and bodies have names of their own: a reader tells them apart by nothing else."""

from typing import Any

from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.membership import GovernanceBodyEstablished
from constancia.domain.identity.party import PartyNameRecorded, PartyRegistered, names_there
from constancia.domain.kernel.acts import Act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.names import compared, names_of


# Else one party would speak under the name of the body of all, or decide with its own under the name of another party.
@rule(
    "E_POLICY",
    "no party has the name of a governance body, and no body that of a party",
    "ninguna parte lleva el nombre de un órgano, ni un órgano el de una parte",
    since=THIRD,
)
def names_apart(act: Act[Any], on: object, at: Context) -> Breach:
    """Check the names that a party or a body is registered under, and those that a party calls official."""
    if isinstance(act, GovernanceBodyEstablished):
        own = names_of(act.name)
        return [{"party": party} for party, names in names_there(at) if own & names]
    if isinstance(act, PartyRegistered):
        return _bodies(at, names_of(act.legal_name, act.acronym))
    return isinstance(act, PartyNameRecorded) and act.official and _bodies(at, frozenset({compared(act.name)}))


def _bodies(at: Context, own: frozenset[str]) -> list[dict[str, object]]:
    founded = (body for body in at.state.of(GovernanceBody) if body.established_on is not None)
    return [{"governance body": body.governance_body} for body in founded if own & names_of(body.name)]
