"""What a party says after genesis, up to the first agreement: its next acts, from the ledger's state.

- A1: a party says only what its invitation and its own file name; what others said otherwise stops it (`Otherwise`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.state import State
from constancia.domain.values.values import digest
from constancia.ledger.errors import LedgerError
from constancia.ledger.opening.invitation import Invitation
from constancia.ledger.opening.party_file import PartyFile

Signer = Literal["root", "representative"]
# Acts that are shown and agreed to together.
ENTRY: Final = ("PartyRegistered", "RepresentativeAppointed", "KeyRegistered", "KeyEndorsed")
FOUNDATION: Final = ("GovernanceBodyEstablished", "GovernanceRulesAdopted")
AGREEMENT: Final = ("AgreementDrafted", "AgreementTextFrozen", "AgreementSigned")


class Otherwise(LedgerError):
    """The ledger has other words than the invitation: the party's signature would be under another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAct:
    """An act that a party can say now: with which key, its type and its body."""

    signer: Signer
    type: str
    body: dict[str, Any]


def next_acts(state: State, invitation: Invitation, offered: PartyFile, day: str) -> list[FirstAct]:
    """Give what a party can say now, in order; nothing where others have to speak first.

    Args:
        state: The state.
        invitation: The invitation.
        offered: The party's own file.
        day: Today in the ledger's zone, `YYYY-MM-DD`.

    Raises:
        Otherwise: The committee, the rules or the agreement in the ledger are not those of the invitation.
    """
    entry = [*_entry(state, invitation, offered, day)]
    if entry:
        return entry
    if any(f"party/{invited.party}" not in state.aggregates for invited in invitation.parties):
        return []
    founding = _foundation(state, invitation, offered.party)
    return founding if founding is not None else _agreement(state, invitation, offered.party)


def is_over(state: State, invitation: Invitation) -> bool:
    """Tell whether the invitation's agreement is, or has been, in force."""
    agreement = state.standing(f"agreement/{invitation.agreement.agreement}")
    return isinstance(agreement, Agreement) and any(
        version.in_force_index is not None for version in agreement.versions
    )


def _entry(state: State, invitation: Invitation, offered: PartyFile, day: str) -> Iterator[FirstAct]:
    about, party = offered.representative, offered.party
    if f"party/{party}" not in state.aggregates:
        yield FirstAct(signer="root", type="PartyRegistered", body=invitation.body_of("PartyRegistered", party))
    if f"appointment/{about.appointment}" not in state.aggregates:
        yield FirstAct(signer="root", type="RepresentativeAppointed", body=offered.appointment(day))
    key = state.aggregates.get(f"key/{about.key.key_id}")
    if key is None:
        yield FirstAct(signer="representative", type="KeyRegistered", body=offered.registration())
    if key is None or key.status == "pending":
        endorsed = {"key": about.key.key_id, "valid_from": day}
        yield FirstAct(signer="root", type="KeyEndorsed", body=endorsed)


def _foundation(state: State, invitation: Invitation, party: str) -> list[FirstAct] | None:
    """Give the word on the committee or on its rules; None where both are there."""
    body = state.standing(f"governance/{invitation.committee.governance_body}")
    if body is None or (isinstance(body, GovernanceBody) and body.status == "founding"):
        return _concurring(body, invitation, party, "GovernanceBodyEstablished")
    if not isinstance(body, GovernanceBody) or body.rules:
        return None
    return _concurring(body, invitation, party, "GovernanceRulesAdopted")


def _concurring(body: object, invitation: Invitation, party: str, type_name: str) -> list[FirstAct]:
    """Give the party's word on a text that all say equally; nothing where it has said it."""
    item = invitation.body_of(type_name, party)
    words = [word for word in body.concurring if word.type == type_name] if isinstance(body, GovernanceBody) else []
    for word in words:
        if word.digest != digest(item) and type_name == "GovernanceBodyEstablished":
            raise _otherwise(type_name)
        if word.digest == digest(item) and party in word.parties:
            return []
    return [FirstAct(signer="representative", type=type_name, body=item)]


def _agreement(state: State, invitation: Invitation, party: str) -> list[FirstAct]:
    def act(type_name: str) -> FirstAct:
        return FirstAct(signer="representative", type=type_name, body=invitation.body_of(type_name, party))

    agreement = state.standing(f"agreement/{invitation.agreement.agreement}")
    drafts = party == invitation.parties[0].party
    if not isinstance(agreement, Agreement):
        return [act(type_name) for type_name in AGREEMENT] if drafts else []
    version = agreement.current
    if version.version != 1 or version.docset_digest != digest(invitation.docset):
        raise _otherwise("AgreementSigned")
    if not version.is_frozen:
        return [act("AgreementTextFrozen"), act("AgreementSigned")] if drafts else []
    return [act("AgreementSigned")] if party in version.missing else []


def _otherwise(type_name: str) -> Otherwise:
    return Otherwise(f"{type_name}: the ledger has another text than the invitation that this party accepted")
