"""What waits for a person: votes, signatures, answers, and keys to endorse, by party and person.

What is owed are the duties that the pages of lateness show; who of a party can do it is asked of the law's own rules.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from constancia.api.http.proxies import prefix_of
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.lateness import Debt, owed
from constancia.api.signing.choices import ActPreparer
from constancia.api.signing.relying_party import relying_party
from constancia.api.signing.speakers import SECRETARIAT, pending_keys, speakers
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key

# A kind of duty → the type by which a representative fulfils it.
TYPES: Final[Mapping[str, str]] = {
    "vote": "VoteCast",
    "signature": "DecisionSigned",
    "finish": "DecisionSigned",
    "text": "AgreementSigned",
    "contest": "ResponseGiven",
    "answer": "ResponseGiven",
    "response": "ReasonedResponsePublished",
}
_SIGNED_HERE: Final = ("vote", "signature", "finish", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingItem:
    """Something that waits.

    Attributes:
        debt: What is owed, by whom, until when.
        party: The party that owes it.
        people: Who of the party can do it.
        is_signed_here: Whether it is signed on a page of its own.
    """

    debt: Debt
    party: str
    people: tuple[Appointment, ...]
    is_signed_here: bool

    def path(self, frame: Frame, person: str) -> str | None:
        """Give the path of the page on which a person signs it; None where there is none."""
        return frame.to("firmar", person, *self.debt.stream.split("/", 1)) if self.is_signed_here else None


def waiting(frame: Frame) -> list[PendingItem]:
    """Give all that waits for votes, signatures and answers, the latest first; then the waits that a party can end."""
    in_force = speakers(frame)
    debts = [each.make() for each in owed(frame) if each.kind in TYPES and not each.has_ended]
    items = [_waiting(frame, in_force, debt, party) for debt in debts for party in debt.parties]
    return [*items, *_endings(frame, in_force, debts)]


def _waiting(frame: Frame, in_force: Iterable[Appointment], debt: Debt, party: str) -> PendingItem:
    people = tuple(_able(frame, in_force, debt, party))
    return PendingItem(debt=debt, party=party, people=people, is_signed_here=debt.kind in _SIGNED_HERE)


def _endings(frame: Frame, in_force: Iterable[Appointment], debts: Iterable[Debt]) -> Iterator[PendingItem]:
    """Yield the waits for signatures that who has signed can end: nobody else would tell it that it may."""
    for debt in debts:
        decision = frame.state.aggregates.get(debt.stream) if debt.kind == "signature" else None
        for party in sorted(decision.signed_by) if isinstance(decision, Decision) else ():
            ending = _waiting(frame, in_force, replace(debt, kind="finish", parties=(party,), since=None), party)
            if ending.people:
                yield ending


def for_person(items: Iterable[PendingItem], person: str) -> list[PendingItem]:
    """Give what waits for one person."""
    return [item for item in items if any(each.person == person for each in item.people)]


def keys_to_endorse(frame: Frame) -> dict[str, list[tuple[Key, Appointment]]]:
    """Give by party the keys that wait for its root, with the appointments that they are for."""
    made = {each.appointment: each for each in frame.state.of(Appointment)}
    listed: dict[str, list[tuple[Key, Appointment]]] = {}
    for key in pending_keys(frame):
        appointment = made.get(key.appointment or "")
        if appointment is not None and appointment.status_on(frame.as_of.day) == "appointed":
            listed.setdefault(key.party, []).append((key, appointment))
    return listed


def _able(frame: Frame, in_force: Iterable[Appointment], debt: Debt, party: str) -> Iterable[Appointment]:
    for appointment in in_force:
        covers = TYPES[debt.kind] in appointment.scope and appointment.capacity != SECRETARIAT
        if appointment.party == party and covers and _may(frame, appointment, debt):
            yield appointment


def _may(frame: Frame, appointment: Appointment, debt: Debt) -> bool:
    """Tell whether the rules let a person do what its party owes: nobody judges its own work."""
    about = frame.state.aggregates.get(debt.stream)
    preparing = ActPreparer(frame.ledger, appointment)
    if debt.kind == "vote" and isinstance(about, Decision):
        body = {"choice": "abstain", "decision": about.decision, "digest": about.act_digest}
    elif TYPES[debt.kind] == "DecisionSigned" and isinstance(about, Decision):
        body = {"decision": about.decision, "digest": about.act_digest}
    elif debt.kind == "text" and isinstance(about, Agreement):
        return appointment.party in about.current.missing
    else:
        return True
    return preparing.is_lawful(preparing.act(TYPES[debt.kind], debt.stream, body, ""))


def link(frame: Frame, path: str) -> str:
    """Give a path of this server as the address at which passkeys work."""
    address = relying_party(frame.request).address
    return address + path.removeprefix(prefix_of(frame.request.scope))
