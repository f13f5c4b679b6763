"""What a person can sign in a matter: each choice with the acts that it signs, as the law's own rules let now.

A choice is offered where a dry run of each of its acts meets no refusal; nothing here decides what is lawful.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from constancia.api.signing import trial
from constancia.api.signing.speakers import actor_of
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.values.calendar import local_day
from constancia.domain.values.languages import member_of
from constancia.ledger.ledger import Ledger

Words = Literal["none", "optional", "required"]
# Stands for what the person will write, so that the rules can be asked before.
_WORDS: Final = "…"
_VOTES: Final = ("for", "against", "abstain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that a person can sign.

    Attributes:
        name: `for`, `against`, `abstain`, `dissent`, `sign`, `finish`, `reserve` or `decline`.
        acts: Prepared acts, in the order in which they are handed in.
        words: Whether the first act takes words of the person.
        member: The member of its body that has them.
        adopts: Whether the decision is adopted by it, so that its signature follows at once.
    """

    name: str
    acts: tuple[Mapping[str, Any], ...]
    words: Words = "none"
    member: str = ""
    adopts: bool = False


class ActPreparer:
    """Prepares acts of one appointment on today's date."""

    def __init__(self, ledger: Ledger, appointment: Appointment) -> None:
        self._ledger = ledger
        self._appointment = appointment
        self.state = ledger.state()

    def act(self, type_name: str, stream: str, body: Mapping[str, Any], follows: object) -> dict[str, Any]:
        """Prepare an act.

        Args:
            type_name: Its type.
            stream: Its stream.
            body: Its body.
            follows: What it follows on, so that the same act again is another one only where something came between.
        """
        name, state = self._appointment.appointment, self.state
        return {
            "actor": actor_of(self._appointment),
            "body": dict(body),
            "id": trial.statement_id(self._ledger.origin, type_name, stream, name, follows),
            "ledger": self._ledger.origin,
            "mode": "live",
            "occurred_on": local_day(self._ledger.clock.now(), state.timezone).isoformat(),
            "schema": state.edition,
            "stream": stream,
            "type": type_name,
        }

    def words(self) -> dict[str, str]:
        """Give words in each authentic language, in place of those that the person will write."""
        return {member_of(tag): _WORDS for tag in self.state.languages}

    def is_lawful(self, prepared: Mapping[str, Any]) -> bool:
        """Tell whether a prepared act would be recorded now."""
        return trial.refusal(self._ledger, prepared) is None

    def after(self, prepared: Mapping[str, Any]) -> object:
        """Give the aggregate after a prepared act, or None."""
        return trial.after(self._ledger, prepared)


def choices(ledger: Ledger, appointment: Appointment, stream: str) -> list[Choice]:
    """Give what the holder of an appointment can sign in a matter now.

    Args:
        ledger: The ledger.
        appointment: The appointment.
        stream: Stream of a decision or an agreement.
    """
    preparing = ActPreparer(ledger, appointment)
    about = preparing.state.aggregates.get(stream)
    if isinstance(about, Decision):
        return list(_on_decision(preparing, about, appointment))
    if isinstance(about, Agreement):
        return list(_on_agreement(preparing, about, appointment))
    return []


def _on_decision(at: ActPreparer, decision: Decision, appointment: Appointment) -> Iterator[Choice]:
    party = appointment.party
    named = {"decision": decision.decision, "digest": decision.act_digest}
    # Who has signed ends the wait for others by a second word, which is another act than the first.
    again = party in decision.signed_by
    signature = at.act("DecisionSigned", decision.stream, named, len(decision.signatures) if again else "")
    cast = decision.standing_votes.get(party)
    before = cast.mark.index if cast is not None else ""
    if at.is_lawful(signature):
        yield Choice(name="finish" if again else "sign", acts=(signature,))
    for choice in _VOTES:
        vote = at.act("VoteCast", decision.stream, {**named, "choice": choice}, before)
        if not at.is_lawful(vote):
            continue
        after = at.after(vote)
        adopts = (
            isinstance(after, Decision)
            and after.status == "adopted"
            and party in after.must_sign
            and "DecisionSigned" in appointment.scope
        )
        acts = (vote, signature) if adopts else (vote,)
        yield Choice(name=choice, acts=acts, words="optional", member="explanation", adopts=adopts)
    dissents = sum(dissent.mark.party == party for dissent in decision.dissents)
    body = {"decision": decision.decision, "text": at.words()}
    dissent = at.act("DissentRecorded", decision.stream, body, dissents)
    if at.is_lawful(dissent):
        name = (
            "decline"
            if decision.status == "adopted" and party in decision.must_sign - decision.signed_by
            else "dissent"
        )
        yield Choice(name=name, acts=(dissent,), words="required", member="text")


def _on_agreement(at: ActPreparer, agreement: Agreement, appointment: Appointment) -> Iterator[Choice]:
    version = agreement.current
    named: dict[str, Any] = {
        "agreement": agreement.agreement,
        "docset": version.docset_digest,
        "version": version.version,
    }
    if version.terminates:
        named["terminates"] = list(version.terminates)
    signature = at.act("AgreementSigned", agreement.stream, named, version.version)
    if at.is_lawful(signature):
        yield Choice(name="sign", acts=(signature,))
        yield Choice(name="reserve", acts=(signature,), words="required", member="reservation")
    if version.frozen is not None and appointment.party in version.missing:
        yield from _contest(at, version.frozen.leaf_hash)


def _contest(at: ActPreparer, target: str) -> Iterator[Choice]:
    """Yield the refusal to sign: a contest of the entry that fixed the text, with the reason as its grounds."""
    stream = f"entry/{target}"
    contest = at.act("EntryContested", stream, {}, "")
    name = f"no-{contest['id'][:8]}"
    contest["body"] = {"contest": name, "evidence": [], "grounds": at.words(), "target": target}
    if at.is_lawful(contest):
        yield Choice(name="decline", acts=(contest,), words="required", member="grounds")
