"""Decisions: an act is put to the vote in full, voted by the members, signed by those who voted for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal

from constancia.domain.governance.body import GovernanceBody, rules_in_force, seat_problem
from constancia.domain.kernel.acts import Act, UnknownAct, act, parse_act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_day
from constancia.domain.kernel.context import Context, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
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

MACHINE = Machine(
    "decision",
    {
        "DecisionProposed": {NONE: "proposed"},
        "VoteCast": {"proposed": "voting", "voting": "voting"},
        "DissentRecorded": {
            "proposed": "proposed",
            "voting": "voting",
            "adopted": "adopted",
            "signed": "signed",
            "rejected": "rejected",
            "lapsed": "lapsed",
        },
        "DecisionSigned": {"adopted": "adopted"},
    },
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


@act
class DecisionProposed(Act):
    """An act is put to the vote, in full, so that everybody votes on the same bytes."""

    stream_kind: ClassVar = "decision"
    stream_id: ClassVar = ("decision",)

    act: DecidedAct
    closes: Day | None = None
    decision: Identifier
    governance_body: Identifier
    question: Text

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A member of the body proposes."""
        problem = seat_problem(context, context.party, self.governance_body)
        if problem:
            yield problem

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The act has its type's form, and names this decision as its basis; more than one party decides it."""
        body = context.find(GovernanceBody, f"governance/{self.governance_body}")
        if body and len(body.seated) < 2:
            yield Problem(code="E_POLICY", rule="no party decides alone in a body")
        try:
            proposed = parse_act(self.act.type, 1, self.act.body)
        except UnknownAct as error:
            yield error.problem
            return
        if getattr(proposed, "decision", None) != self.decision or proposed.stream() != self.act.stream:
            yield Problem(code="E_POLICY", rule="the act names this decision and its own stream")
        if self.closes is not None and parse_day(self.closes) < context.day:
            yield Problem(code="E_DATE", rule="voting does not close before it opens")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Decision:
        """Open the vote, with the rules in force now."""
        version, rules = rules_in_force(context, self.governance_body)
        body = context.find(GovernanceBody, f"governance/{self.governance_body}")
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
            proposed=context.mark,
            closes=self.closes,
        )


def _rule(rules: Mapping[str, Rule], name: str, default: str) -> str:
    return str(rules[name].value) if name in rules else default


@act
class VoteCast(Act):
    """A member votes on exactly the act proposed."""

    stream_kind: ClassVar = "decision"
    stream_id: ClassVar = ("decision",)
    voice: ClassVar = "party"

    choice: Choice
    decision: Identifier
    digest: Digest
    explanation: Text | None = None

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A party with a vote in the body."""
        yield from _check_member(context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The digest is the act's."""
        yield from _check_act_digest(self.digest, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Decision:
        """Add the vote; an earlier one of the party is marked superseded. The outcome follows from the votes."""
        decision = _decision(aggregate)
        earlier = tuple(
            replace(one, superseded=True) if one.mark.party == context.party else one for one in decision.votes
        )
        vote = Vote(choice=self.choice, mark=context.mark, explanation=self.explanation)
        decision = replace(decision, votes=(*earlier, vote), status="voting")
        outcome = decision.outcome(closed=False)
        if outcome is None:
            return decision
        return replace(decision, status=outcome, outcome_index=context.recorded.index)


@act
class DissentRecorded(Act):
    """A member's dissent. It stays attached, also after the decision stands."""

    stream_kind: ClassVar = "decision"
    stream_id: ClassVar = ("decision",)
    voice: ClassVar = "party"

    decision: Identifier
    text: Text

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A member of the body."""
        yield from _check_member(context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Decision:
        """Attach it."""
        decision = _decision(aggregate)
        return replace(decision, dissents=(*decision.dissents, Dissent(mark=context.mark, text=self.text)))


@act
class DecisionSigned(Act):
    """A party that voted for it signs the decision: only a signed decision is a basis for anything."""

    stream_kind: ClassVar = "decision"
    stream_id: ClassVar = ("decision",)
    voice: ClassVar = "party"

    decision: Identifier
    digest: Digest

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A party that voted for it."""
        yield from _check_member(context)
        decision = context.own(Decision)
        if decision and decision.status == "adopted" and context.party not in decision.must_sign:
            yield Problem(code="E_ROLE", rule="the parties that voted for it sign it")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """Once a party."""
        decision = context.own(Decision)
        if decision and context.party in {one.party for one in decision.signatures}:
            yield Problem(code="E_ALREADY_SIGNED", rule="a party signs a decision once")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The digest is the act's."""
        yield from _check_act_digest(self.digest, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Decision:
        """Add the signature; with the last one the decision is signed."""
        decision = _decision(aggregate)
        signed = replace(decision, signatures=(*decision.signatures, context.mark))
        whole = {one.party for one in signed.signatures} >= signed.must_sign
        return replace(signed, status="signed" if whole else "adopted")


def decided_problem(context: Context, decision: str, type_name: str, body: str | None = None) -> Problem | None:
    """Give the problem of an act that a decision does not carry.

    Args:
        context: The act's.
        decision: The decision that it names.
        type_name: The act's type.
        body: The governance body whose decision it must be, where that is fixed.

    Returns:
        The decision is unknown, unsigned, another body's, or about something else; or None.
    """
    found = context.find(Decision, f"decision/{decision}")
    if found is None:
        return missing("decision", decision)
    if body is not None and found.governance_body != body:
        # Else any two parties could found a body of their own, and decide there what they could not decide here.
        return Problem(code="E_POLICY", rule="the body that adopted it changes it", found={"body": body})
    if found.status != "signed":
        rule = "only a decision signed by all who voted for it is a basis"
        return Problem(code="E_POLICY", rule=rule, found={"decision": decision, "is": found.status})
    said = DecidedAct(
        body=context.statement["body"],
        stream=StreamName(context.recorded.originator_id),
        type=TypeName(type_name),
    )
    if said.digest != found.act_digest:
        rule = "the act is exactly the one decided"
        return Problem(code="E_DIGEST_MISMATCH", rule=rule, found={"expected": found.act_digest})
    return None


def _check_member(context: Context) -> Iterator[Problem]:
    decision = context.own(Decision)
    if decision is None:
        return
    problem = seat_problem(context, context.party, decision.governance_body)
    if problem is None and context.party not in decision.voters:
        problem = Problem(code="E_NOT_SEATED", rule="the party had a vote when it was proposed")
    if problem:
        yield problem


def _check_act_digest(value: str, context: Context) -> Iterator[Problem]:
    decision = context.own(Decision)
    if decision and value != decision.act_digest:
        yield Problem(
            code="E_DIGEST_MISMATCH",
            rule="the digest is that of the act proposed",
            found={"expected": decision.act_digest},
        )


def _decision(aggregate: Aggregate | None) -> Decision:
    if not isinstance(aggregate, Decision):
        raise TypeError("a decision's act on another aggregate")
    return aggregate
