"""How a decision is settled: votes, dissent, signatures; and its table."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final, Protocol

from constancia.domain.governance.body import awaited, body_of, has_seat, seat_rules
from constancia.domain.governance.decision import (
    TWO,
    Choice,
    Decision,
    DecisionAct,
    DecisionProposed,
    Dissent,
    Vote,
    parse_decided,
)
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.values import (
    Digest,
    Text,
)


def _deciding_body(act: DecisionAct, on: Decision, at: Context) -> str:
    return on.governance_body


@rule("E_NOT_SEATED", "the party had a vote when it was proposed", "la parte tenía voto cuando se propuso")
def _had_a_vote(act: DecisionAct, on: Decision, at: Context) -> Breach:
    return has_seat(at, at.party, on.governance_body) and at.party not in on.voters


# Else a decision would show as taken on a day on which nobody had proposed it.
@rule(
    "E_DATE",
    "what is said on a decision does not precede its proposal",
    "lo que se dice de una decisión no es anterior a su propuesta",
    since=THIRD,
)
def _not_before_its_proposal(act: DecisionAct, on: Decision, at: Context) -> Breach:
    first, last = parse_edtf(on.proposed.occurred_on).start, at.occurred.end if at.occurred else None
    return first is not None and last is not None and last < first and {"proposed_on": on.proposed.occurred_on}


_BY_A_VOTER: Final = (*seat_rules(_deciding_body), _had_a_vote, _not_before_its_proposal)


def _counted(decision: Decision, at: Context) -> Decision:
    """Note which voters count now: those that sit, and have voted or still can."""
    if decision.electors is None:
        return decision
    body = body_of(at, decision.governance_body)
    able = awaited(at, body, "VoteCast") | {
        voter for voter in decision.standing_votes if body and body.is_seated(voter)
    }
    return replace(decision, electors=tuple(voter for voter in decision.voters if voter in able))


@rule(
    "E_SELF_DEALING",
    "whose own work a matter is, or who has an appointment of a party that it concerns, neither votes nor signs",
    "no vota ni firma quien hizo lo que se juzga, ni quien tiene nombramiento de una parte a la que atañe",
    since=SECOND,
)
def _not_ones_own_cause(act: DecisionAct, on: Decision, at: Context) -> Breach:
    proposed = parse_decided(on.act, at.edition)
    if not isinstance(proposed, Act):
        return None
    concerned = sorted(proposed.parties_concerned(at))
    if at.party in concerned:
        # Without a vote from the beginning, or since a later word has made it its own cause.
        return at.party in on.voters and {"party": at.party}
    person = at.actor.get("person")
    if person in proposed.persons_concerned(at):
        return {"person": person}
    return [{"party": party} for party in concerned if speaks_for(at, party)]


class NamesDigest(Protocol):
    """An act with a member `digest`."""

    @property
    def digest(self) -> str:
        """The digest of what the act is about."""


@rule("E_DIGEST_MISMATCH", "the digest is that of the act proposed", "la huella es la del acto propuesto")
def _of_the_act(act: NamesDigest, on: Decision, at: Context) -> Breach:
    return act.digest != on.act_digest and {"expected": on.act_digest}


@act
class VoteCast(DecisionAct):
    """A member votes on exactly the act proposed."""

    CORRECTABLE: ClassVar = ("explanation",)

    RULES: ClassVar = (*_BY_A_VOTER, _not_ones_own_cause, _of_the_act)

    choice: Choice
    digest: Digest
    explanation: Text | None = None

    def voices(self, on: Decision, at: Context) -> Iterable[Mark]:
        """Give the standing votes."""
        return (vote.mark for vote in on.standing_votes.values())

    def then(self, on: Decision, at: Context) -> Decision:
        """Add the vote; an earlier one of the party is marked superseded. The outcome follows from the votes."""
        earlier = tuple(replace(past, superseded=True) if past.mark.party == at.party else past for past in on.votes)
        vote = Vote(choice=self.choice, mark=at.mark, explanation=self.explanation)
        decision = _counted(replace(on, votes=(*earlier, vote), status="voting"), at)
        outcome = decision.outcome(closed=False)
        if outcome is None:
            return decision
        return replace(decision, status=outcome, outcome_index=at.recorded.index, outcome_on=at.dated)


@act
class DissentRecorded(DecisionAct):
    """A member's dissent. It stays attached, also after the decision is taken."""

    CORRECTABLE: ClassVar = ("text",)
    RULES: ClassVar = _BY_A_VOTER

    text: Text

    def then(self, on: Decision, at: Context) -> Decision:
        """Attach it."""
        return replace(on, dissents=(*on.dissents, Dissent(mark=at.mark, text=self.text)))


@act
class DecisionSigned(DecisionAct):
    """A party that voted for it signs the decision: only a signed decision is a basis for anything."""

    digest: Digest

    @rule("E_ROLE", "the parties that voted for it sign it", "la firman las partes que votaron a favor")
    def _voted_for_it(self, on: Decision, at: Context) -> Breach:
        return on.status == "adopted" and at.party not in on.must_sign

    @rule("E_ALREADY_SIGNED", "a party signs a decision once", "una parte firma una decisión una vez")
    def _signed_once(self, on: Decision, at: Context) -> Breach:
        return at.party in on.signed_by and (on.status == "signed" or not self.suffices(on, at))

    RULES: ClassVar = (*_BY_A_VOTER, _not_ones_own_cause, _voted_for_it, _signed_once, _of_the_act)

    def voices(self, on: Decision, at: Context) -> Iterable[Mark]:
        """Give the signatures, and the votes that they follow: who voted for one party does not sign for another."""
        return (*on.signatures, *(vote.mark for vote in on.standing_votes.values()))

    def suffices(self, on: Decision, at: Context) -> bool:
        """Tell whether, with this word, all have signed who are awaited: who has left since it voted is not."""
        body = body_of(at, on.governance_body)
        awaited_still = on.must_sign & awaited(at, body, type(self).__name__)
        return (
            at.edition > FIRST and len(on.signed_by | {at.party}) >= TWO and awaited_still <= on.signed_by | {at.party}
        )

    def then(self, on: Decision, at: Context) -> Decision:
        """Add the signature; with the last one the decision is signed."""
        again = at.party in on.signed_by
        signed = on if again else replace(on, signatures=(*on.signatures, at.mark))
        whole = self.suffices(on, at) if at.edition > FIRST else signed.signed_by >= signed.must_sign
        completed = at.mark if whole and again and at.edition >= THIRD else None
        return replace(signed, status="signed" if whole else "adopted", completed=completed)


DECISION: Final = AggregateKind(
    DecisionAct,
    {
        DecisionProposed: {NONE: "proposed"},
        VoteCast: {"proposed": "voting", "voting": "voting"},
        DissentRecorded: {
            "proposed": "proposed",
            "voting": "voting",
            "adopted": "adopted",
            "signed": "signed",
            "rejected": "rejected",
            "lapsed": "lapsed",
        },
        DecisionSigned: {"adopted": "adopted"},
    },
)
