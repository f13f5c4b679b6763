"""Decisions: an act is put to the vote in full, voted by the members, signed by those who voted for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final, Literal

from constancia.domain.governance.body import body_of, is_alone, rules_in_force, seat_rules
from constancia.domain.governance.promised_decision import PromisedDecision, promised_form
from constancia.domain.identity.genesis import term_days
from constancia.domain.kernel.acts import REGISTRY, Act, UnknownAct, act, act_base, parse_act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import ActRule, Breach, rule
from constancia.domain.values.calendar import days_after, local_day, parse_day, parse_instant
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.values import (
    Day,
    Identifier,
    Json,
    Rule,
    StreamName,
    Text,
    TypeName,
    Value,
    digest,
)

TWO: Final = 2  # nobody decides alone
Choice = Literal["for", "against", "abstain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedAct(Value):
    """The act that a decision is about, in full: what will be recorded if it is adopted and signed.

    `fulfils` names the deliverable that the decision itself is; votes and signatures are on it too.
    """

    MEMBER_SINCE: ClassVar = {"fulfils": THIRD}

    body: Json
    fulfils: PromisedDecision | None = None
    stream: StreamName
    type: TypeName

    @property
    def digest(self) -> str:
        """The digest that votes and signatures name."""
        return digest(self.to_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A party's vote; a later one before the outcome supersedes it, and both are stored."""

    choice: str
    mark: Mark
    explanation: Text | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissent:
    """A party's dissent; permanent."""

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
    # From the second edition on: the voters that counted when the last word was said, without those that have left.
    electors: tuple[str, ...] | None = None
    # The second word of one that had signed, once nobody else was awaited; absent in the first two editions.
    completed: Mark | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """What the act that is decided is said of."""
        return (self.act.stream,)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Give the same as it was proposed."""
        return before if before is not None else (statement["body"]["act"]["stream"],)

    @property
    def topics(self) -> tuple[str, ...]:
        """What it concerns, and the deliverable that it is itself."""
        fulfils = self.act.fulfils
        own = () if fulfils is None else (f"deliverable/{fulfils.commitment}.{fulfils.deliverable}",)
        return (*self.concerns, *own)

    @property
    def standing_votes(self) -> dict[str, Vote]:
        """The vote of each party that counts."""
        return {vote.mark.party: vote for vote in self.votes if not vote.superseded}

    @property
    def must_sign(self) -> frozenset[str]:
        """The parties that voted for it, and count."""
        counted = self.voters if self.electors is None else self.electors
        return frozenset(
            party for party, vote in self.standing_votes.items() if vote.choice == "for" and party in counted
        )

    @property
    def signed_by(self) -> frozenset[str]:
        """The parties that have signed it."""
        return frozenset(mark.party for mark in self.signatures)

    @property
    def last_signature(self) -> Mark:
        """The word with which it was signed."""
        return self.completed or self.signatures[-1]

    @property
    def words(self) -> tuple[Mark, ...]:
        """Everything that was said on it."""
        votes, dissents = (vote.mark for vote in self.votes), (dissent.mark for dissent in self.dissents)
        return (self.proposed, *votes, *dissents, *self.signatures, *((self.completed,) if self.completed else ()))

    def tally(self) -> dict[str, int]:
        """Count the standing votes, and those not cast."""
        choices = [vote.choice for vote in self.standing_votes.values()]
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
        neither way; a vote that was not cast is no consent, and counts as one that could have been against. From the
        second edition on only a vote for it adopts: that of each who counts, or of more than half where a majority
        decides, and never of one alone.
        """
        if self.electors is not None:
            return self._outcome_of(self.electors, closed=closed)
        tally = self.tally()
        if tally["not_cast"] and not closed:
            return None
        neutral = tally["abstain"] if self.abstention == "neutral" else 0
        against = tally["against"] + tally["abstain"] - neutral
        if self.decision_rule == "majority":
            return "adopted" if 2 * tally["for"] > len(self.voters) - neutral else "rejected"
        unanimous = against == 0 and tally["not_cast"] == 0 and tally["for"] > 0
        return "adopted" if unanimous else "rejected"

    def _outcome_of(self, electors: tuple[str, ...], *, closed: bool) -> str | None:
        open_still = len(electors) < TWO or any(elector not in self.standing_votes for elector in electors)
        if open_still and not closed:
            return None
        needed = len(electors) // 2 + 1 if self.decision_rule == "majority" else len(electors)
        return "adopted" if len(self.must_sign) >= max(needed, TWO) else "rejected"


@act_base
class DecisionAct(Act[Decision]):
    """What is said of a decision."""

    stream_kind: ClassVar = "decision"
    stream_id: ClassVar = ("decision",)
    seated: ClassVar = True

    decision: Identifier


def _rule_of_proposed(code: str, since: int = 2) -> ActRule["DecisionProposed", object]:
    """Make the rule by which what is put to the vote breaks no rule of its own with a code.

    Else all would vote and sign, and only the recording would fail.
    """

    @rule(
        code,
        "what is put to the vote can be recorded: its own rules hold",
        "lo que se somete a votación puede registrarse: cumple sus propias reglas",
        since=since,
    )
    def holds(act: "DecisionProposed", on: object, at: Context) -> Breach:
        proposed = parse_decided(act.act, at.edition)
        if not isinstance(proposed, Act) or proposed.stream() != act.act.stream:
            return None
        about = at.state.standing(act.act.stream)
        at_proposal = replace(at, proposed_in=act.governance_body)
        problems = (problem for each in proposed.CONTENT for problem in each.problems(proposed, about, at_proposal))
        return [{"broken": problem.rule, **problem.found} for problem in problems if problem.code == code]

    return holds


_OWN_CODES: Final = ("E_NOT_FOUND", "E_STATE", "E_VERSION_CONFLICT", "E_SCOPE_LABEL", "E_POLICY")
_OWN_CODES_OF_THE_THIRD: Final = ("E_DATE", "E_DIGEST_MISMATCH", "E_EVIDENCE_REQUIRED", "E_MILESTONES_OPEN")
_PROPOSED_ACTS_OWN: Final = (
    *(_rule_of_proposed(code) for code in _OWN_CODES),
    *(_rule_of_proposed(code, since=THIRD) for code in _OWN_CODES_OF_THE_THIRD),
)


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
        return is_alone(at, body_of(at, self.governance_body), "VoteCast")

    @rule(
        "E_UNKNOWN_TYPE",
        "the act proposed is of a type of the specification",
        "el acto propuesto es de un tipo de la especificación",
    )
    def _type_known(self, on: object, at: Context) -> Breach:
        return self.act.type not in REGISTRY and {"type": self.act.type}

    @rule("E_MALFORMED", "the act proposed has its type's form", "el acto propuesto tiene la forma de su tipo")
    def _well_formed(self, on: object, at: Context) -> Breach:
        proposed = parse_decided(self.act, at.edition)
        return proposed.problem.found if isinstance(proposed, UnknownAct) else None

    @rule(
        "E_POLICY", "the act names this decision and its own stream", "el acto nombra esta decisión y su propio flujo"
    )
    def _names_this_decision(self, on: object, at: Context) -> Breach:
        proposed = parse_decided(self.act, at.edition)
        if proposed is None or isinstance(proposed, UnknownAct):
            return None
        return getattr(proposed, "decision", None) != self.decision or proposed.stream() != self.act.stream

    @rule("E_DATE", "voting does not close before it opens", "la votación no cierra antes de abrir")
    def _closes_later(self, on: object, at: Context) -> Breach:
        if isinstance(parse_decided(self.act, at.edition), Act):
            return self.closes is not None and parse_day(self.closes) < at.day
        return None

    @rule(
        "E_POLICY",
        "a decision is taken by at least two whom it does not concern",
        "una decisión la toman al menos dos a quienes no atañe",
        since=SECOND,
    )
    def _enough_judges(self, on: object, at: Context) -> Breach:
        body = body_of(at, self.governance_body)
        return body is not None and len(body.seated) >= TWO and len(self._voters(at)) < TWO

    @rule(
        "E_NOT_FOUND",
        "a decision fulfils a deliverable of the scope in force",
        "una decisión cumple un entregable del alcance vigente",
        since=THIRD,
    )
    def _promised(self, on: object, at: Context) -> Breach:
        named = self.act.fulfils
        return named is not None and promised_form(at, named)[0] is None and {"deliverable": named.deliverable}

    @rule(
        "E_POLICY",
        "a decision fulfils a deliverable whose form is a decision, of its own body's commitment",
        "una decisión cumple un entregable cuya forma es una decisión, de un compromiso de su propio órgano",
        since=THIRD,
    )
    def _promised_as_decision(self, on: object, at: Context) -> Breach:
        form, body = promised_form(at, self.act.fulfils)
        return form is not None and (form, body) != ("decision", self.governance_body) and {"form": form, "body": body}

    RULES: ClassVar = (
        *seat_rules(deciding_body),
        _promised,
        _promised_as_decision,
        _type_known,
        _well_formed,
        _not_alone,
        _names_this_decision,
        _closes_later,
        _enough_judges,
        *_PROPOSED_ACTS_OWN,
    )

    def _voters(self, at: Context) -> tuple[str, ...]:
        """Give the members that vote: all that sit, but those whose own cause it is."""
        body = body_of(at, self.governance_body)
        proposed = parse_decided(self.act, at.edition)
        partial = proposed.parties_concerned(at) if isinstance(proposed, Act) else frozenset()
        return tuple(party for party in body.seated if party not in partial) if body else ()

    def begin(self, at: Context) -> Decision:
        """Open the vote, with the rules in force now."""
        version, rules = rules_in_force(at, self.governance_body)
        proposed = parse_decided(self.act, at.edition)
        by_all = isinstance(proposed, Act) and proposed.needs_all
        voters = self._voters(at)
        today = at.edition > FIRST  # the second edition's law
        last_day = days_after(at.day, term_days(rules, "decision_term_days")).isoformat()
        return Decision(
            stream=self.stream(),
            decision=self.decision,
            act=self.act,
            act_digest=self.act.digest,
            governance_body=self.governance_body,
            question=self.question,
            voters=voters,
            rule_version=version,
            # No majority reaches a scope, whatever the body's rules say.
            decision_rule="unanimity" if today and by_all else _rule(rules, "decision_rule", "unanimity"),
            abstention=_rule(rules, "abstention", "neutral"),
            proposed=at.mark,
            closes=self.closes or (last_day if today else None),
            electors=voters if today else None,
        )


def parse_decided(decided: DecidedAct, edition: int) -> Act[Any] | UnknownAct | None:
    """Read the act that is decided: it, what its form breaks, or None where its type is none."""
    if decided.type not in REGISTRY:
        return None
    try:
        return parse_act(decided.type, edition, decided.body)
    except UnknownAct as error:
        return error


def _rule(rules: Mapping[str, Rule], name: str, default: str) -> str:
    return str(rules[name].value) if name in rules else default


def last_word(at: Context, body: str, party: str) -> date | None:
    """Give the day of recording of the last thing that a party said on a decision of a body; None where it said none.

    Args:
        at: Gives the state.
        body: The body's id.
        party: The party's id.
    """
    marks = (mark for decision in at.state.of(Decision) if decision.governance_body == body for mark in decision.words)
    days = (local_day(parse_instant(mark.recorded_at), at.state.timezone) for mark in marks if mark.party == party)
    return max(days, default=None)
