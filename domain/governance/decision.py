"""Decisions: an act is put to the vote in full, voted by the members, signed by those who voted for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final, Literal, Protocol

from constancia.domain.governance.body import GovernanceBody, has_seat, rules_in_force, seat_rules
from constancia.domain.kernel.acts import REGISTRY, Act, UnknownAct, act, act_base, parse_act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_day
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.kernel.values import (
    Day,
    Digest,
    Identifier,
    Json,
    Rule,
    StreamName,
    Text,
    TypeName,
    Value,
    digest,
)

Choice = Literal["for", "against", "abstain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAct(Value):
    """The act that a decision is about, in full: what will be recorded if it is adopted and signed."""

    body: Json
    stream: StreamName
    type: TypeName

    @property
    def digest(self) -> str:
        """The digest that votes and signatures name."""
        return digest(self.to_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A party's vote; a later one before the outcome supersedes it, and both are kept."""

    choice: str
    mark: Mark
    explanation: Text | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissent:
    """A party's dissent, kept for ever."""

    mark: Mark
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Aggregate):
    """A decision with the rules that it is judged by: those in force at its proposal."""

    decision: str
    act: DecidedAct
    act_digest: str
    governance_body: str
    question: Text
    voters: tuple[str, ...]
    rule_version: int
    decision_rule: str
    abstention: str
    proposed: Mark
    closes: str | None = None
    votes: tuple[Vote, ...] = ()
    dissents: tuple[Dissent, ...] = ()
    signatures: tuple[Mark, ...] = ()
    outcome_index: int | None = None
    outcome_on: str | None = None  # absent in the first edition

    @property
    def concerns(self) -> tuple[str, ...]:
        """What the act that is decided is said of."""
        return (self.act.stream,)

    @property
    def standing_votes(self) -> dict[str, Vote]:
        """The vote of each party that counts."""
        return {one.mark.party: one for one in self.votes if not one.superseded}

    @property
    def must_sign(self) -> frozenset[str]:
        """The parties that voted for it."""
        return frozenset(party for party, one in self.standing_votes.items() if one.choice == "for")

    def tally(self) -> dict[str, int]:
        """Count the standing votes, and those not cast."""
        choices = [one.choice for one in self.standing_votes.values()]
        counted = {name: choices.count(name) for name in ("abstain", "against", "for")}
        return {**counted, "not_cast": len(self.voters) - len(choices)}

    def is_closed(self, day: date) -> bool:
        """Tell whether voting is over on a day."""
        return self.closes is not None and day > parse_day(self.closes)

    def status_on(self, day: date) -> str:
        """Give the state on a day: where voting is over, the votes settle it; without any it has lapsed."""
        if self.status not in ("proposed", "voting") or not self.is_closed(day):
            return self.status
        return (self.outcome(closed=True) or self.status) if self.votes else "lapsed"

    def outcome(self, *, closed: bool) -> str | None:
        """Judge the votes: `adopted`, `rejected`, or None while open.

        Args:
            closed: Whether no more votes can come.

        Source: ours: rules `decision_rule` and `abstention`, in force at the proposal. A neutral abstention counts
        neither way; a vote that was not cast is no consent, and counts as one that could have been against.
        """
        tally = self.tally()
        if tally["not_cast"] and not closed:
            return None
        neutral = tally["abstain"] if self.abstention == "neutral" else 0
        against = tally["against"] + tally["abstain"] - neutral
        if self.decision_rule == "majority":
            return "adopted" if 2 * tally["for"] > len(self.voters) - neutral else "rejected"
        unanimous = against == 0 and tally["not_cast"] == 0 and tally["for"] > 0
        return "adopted" if unanimous else "rejected"


@act_base
class DecisionAct(Act[Decision]):
    """What is said of a decision."""

    stream_kind: ClassVar = "decision"
    stream_id: ClassVar = ("decision",)
    seated: ClassVar = True

    decision: Identifier


@act
class DecisionProposed(DecisionAct):
    """An act is put to the vote, in full, so that everybody votes on the same bytes."""

    by_secretariat: ClassVar = True

    act: DecidedAct
    closes: Day | None = None
    governance_body: Identifier
    question: Text

    @classmethod
    def names_newer(cls, body: Mapping[str, Any]) -> bool:
        """Tell whether the act proposed is of a type that is not known here."""
        proposed = body.get("act")
        named = proposed.get("type") if isinstance(proposed, Mapping) else None
        return isinstance(named, str) and named not in REGISTRY

    def deciding_body(self, on: object, at: Context) -> str:
        """Give the body that is to decide."""
        return self.governance_body

    @rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")
    def _not_alone(self, on: object, at: Context) -> Breach:
        body = at.find(GovernanceBody, f"governance/{self.governance_body}")
        return body is not None and len(body.seated) < 2

    @rule(
        "E_UNKNOWN_TYPE",
        "the act proposed is of a type of the specification",
        "el acto propuesto es de un tipo de la especificación",
    )
    def _type_known(self, on: object, at: Context) -> Breach:
        return self.act.type not in REGISTRY and {"type": self.act.type}

    @rule("E_MALFORMED", "the act proposed has its type's form", "el acto propuesto tiene la forma de su tipo")
    def _well_formed(self, on: object, at: Context) -> Breach:
        proposed = _parsed(self.act, at.edition)
        return proposed.problem.found if isinstance(proposed, UnknownAct) else None

    @rule(
        "E_POLICY", "the act names this decision and its own stream", "el acto nombra esta decisión y su propio flujo"
    )
    def _names_this_decision(self, on: object, at: Context) -> Breach:
        proposed = _parsed(self.act, at.edition)
        if proposed is None or isinstance(proposed, UnknownAct):
            return None
        return getattr(proposed, "decision", None) != self.decision or proposed.stream() != self.act.stream

    @rule("E_DATE", "voting does not close before it opens", "la votación no cierra antes de abrir")
    def _closes_later(self, on: object, at: Context) -> Breach:
        if isinstance(_parsed(self.act, at.edition), Act):
            return self.closes is not None and parse_day(self.closes) < at.day
        return None

    RULES: ClassVar = (
        *seat_rules(deciding_body),
        _type_known,
        _well_formed,
        _not_alone,
        _names_this_decision,
        _closes_later,
    )

    def begin(self, at: Context) -> Decision:
        """Open the vote, with the rules in force now."""
        version, rules = rules_in_force(at, self.governance_body)
        body = at.find(GovernanceBody, f"governance/{self.governance_body}")
        return Decision(
            stream=self.stream(),
            decision=self.decision,
            act=self.act,
            act_digest=self.act.digest,
            governance_body=self.governance_body,
            question=self.question,
            voters=body.seated if body else (),
            rule_version=version,
            decision_rule=_rule(rules, "decision_rule", "unanimity"),
            abstention=_rule(rules, "abstention", "neutral"),
            proposed=at.mark,
            closes=self.closes,
        )


def _parsed(decided: DecidedAct, edition: int) -> Act[Any] | UnknownAct | None:
    """Read the act that is decided: it, what its form breaks, or None where its type is none."""
    if decided.type not in REGISTRY:
        return None
    try:
        return parse_act(decided.type, edition, decided.body)
    except UnknownAct as error:
        return error


def _rule(rules: Mapping[str, Rule], name: str, default: str) -> str:
    return str(rules[name].value) if name in rules else default


def _body_of(act: DecisionAct, on: Decision, at: Context) -> str:
    return on.governance_body


@rule("E_NOT_SEATED", "the party had a vote when it was proposed", "la parte tenía voto cuando se propuso")
def _had_a_vote(act: DecisionAct, on: Decision, at: Context) -> Breach:
    return has_seat(at, at.party, on.governance_body) and at.party not in on.voters


_BY_A_VOTER: Final = (*seat_rules(_body_of), _had_a_vote)


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
    RULES: ClassVar = (*_BY_A_VOTER, _of_the_act)

    choice: Choice
    digest: Digest
    explanation: Text | None = None

    def then(self, on: Decision, at: Context) -> Decision:
        """Add the vote; an earlier one of the party is marked superseded. The outcome follows from the votes."""
        earlier = tuple(replace(one, superseded=True) if one.mark.party == at.party else one for one in on.votes)
        vote = Vote(choice=self.choice, mark=at.mark, explanation=self.explanation)
        decision = replace(on, votes=(*earlier, vote), status="voting")
        outcome = decision.outcome(closed=False)
        if outcome is None:
            return decision
        return replace(decision, status=outcome, outcome_index=at.recorded.index, outcome_on=at.dated)


@act
class DissentRecorded(DecisionAct):
    """A member's dissent. It stays attached, also after the decision stands."""

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
        return at.party in {one.party for one in on.signatures}

    RULES: ClassVar = (*_BY_A_VOTER, _voted_for_it, _signed_once, _of_the_act)

    def then(self, on: Decision, at: Context) -> Decision:
        """Add the signature; with the last one the decision is signed."""
        signed = replace(on, signatures=(*on.signatures, at.mark))
        whole = {one.party for one in signed.signatures} >= signed.must_sign
        return replace(signed, status="signed" if whole else "adopted")


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
