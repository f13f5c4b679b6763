"""Commitments: proposed, adopted with a permanent first scope, reported on, contested, changed by signed decision.

There are three separate tracks of completion: what the responsible report, what others contest, and what independent
assessors find. None overwrites another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, Protocol

from constancia.domain.commitments.scope import Milestone, Scope, ScopeDiff
from constancia.domain.governance.body import ANY_BODY, acting_body, acting_name, has_seat
from constancia.domain.identity.party import find_party
from constancia.domain.identity.role import MEMBERS, ROLES
from constancia.domain.identity.succession import holder_of
from constancia.domain.kernel.acts import Act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Level, Mark
from constancia.domain.kernel.context import Context, StateView
from constancia.domain.kernel.rules import Breach, Met, rule
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.values import Doc, Evidence, Identifier, Text

# In the first edition working groups meant the members too.
_COLLECTIVE: Final = MEMBERS | {"working-groups"}
# Nobody owes anything in a commitment that is over.
ConditionKind = Literal["precedent", "resource", "return"]
_OVER: Final = frozenset({"closed", "rejected", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeVersion:
    """One scope: the baseline (version 1) or a change, with the kind computed and the kind declared."""

    version: int
    scope: Scope
    decision: str
    mark: Mark
    computed_kind: str = "baseline"
    declared_kind: str = "baseline"
    diff: ScopeDiff | None = None
    # Who had signed the baseline, or sits in the body, and did not sign this one: it has left, or can't speak any more.
    without: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """A party that fills a role of the scope, for one milestone or all; `until_index` ends it."""

    SINCE: ClassVar = SECOND

    role: str
    party: str
    since: str
    mark: Mark
    milestone: str | None = None
    until_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCondition:
    """What became of the condition on which a fallback depends."""

    SINCE: ClassVar = SECOND

    milestone: str
    condition: Text
    outcome: str
    reasons: Text
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedStatus:
    """A status that was decided: which, by which decision, why; who was bound by the baseline and did not sign it."""

    SINCE: ClassVar = THIRD

    to: str
    decision: str
    reasons: Text
    mark: Mark
    outcome: str | None = None
    continued_by: str | None = None
    without: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCondition:
    """A condition as a text has it: of a milestone's fallback, or of something else, which is settled here."""

    SINCE: ClassVar = THIRD

    condition: str
    kind: ConditionKind
    text: Text
    mark: Mark
    milestone: str | None = None
    concerns: str | None = None
    fallback: Text | None = None
    source: Doc | None = None
    outcome: str | None = None
    reasons: Text | None = None
    settled: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeProposal:
    """A scope that somebody proposed; it changes nothing by itself."""

    proposal: str
    from_version: int
    declared_kind: str
    computed_kind: str
    reasons: Text
    scope: Scope
    diff: ScopeDiff
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A contest of a report: grounds, evidence and the level that the contester finds."""

    grounds: Text
    evidence: tuple[Evidence, ...]
    mark: Mark
    own_level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStatement:
    """A self-report of progress, with the contests of it."""

    report: str
    level: Level
    narrative: Text
    evidence: tuple[Evidence, ...]
    period: str
    mark: Mark
    reason: Text | None = None
    contests: tuple[Contest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A milestone reported complete, with its evidence."""

    milestone: str
    evidence: tuple[Evidence, ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Work on a milestone begun, and by whose word."""

    SINCE: ClassVar = THIRD

    milestone: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Aggregate):
    """A commitment with everything said about it."""

    commitment: str
    title: Text
    problem: Text
    objective: Text
    proposed: Mark
    governance_body: str | None = None
    scopes: tuple[ScopeVersion, ...] = ()
    proposals: tuple[ScopeProposal, ...] = ()
    reports: tuple[ProgressStatement, ...] = ()
    completed: tuple[Completion, ...] = ()
    started: tuple[str, ...] = ()
    roles: tuple[RoleHolder, ...] | None = None
    conditions: tuple[SettledCondition, ...] | None = None
    decided: tuple[DecidedStatus, ...] | None = None
    declared: tuple[DeclaredCondition, ...] | None = None
    begun: tuple[Beginning, ...] | None = None

    @property
    def contested(self) -> tuple[str, ...]:
        """Leaf hashes of the reports that were contested within the commitment, as in the first edition."""
        return tuple(report.mark.leaf_hash for report in self.reports if report.contests)

    @property
    def topics(self) -> tuple[str, ...]:
        """The entries of those reports."""
        return tuple(f"entry/{leaf_hash}" for leaf_hash in self.contested)

    @property
    def ended(self) -> DecidedStatus | None:
        """The decision by which it was withdrawn or closed; None while it goes on."""
        last = self.decided[-1] if self.decided else None
        return last if last is not None and last.to in ("closed", "withdrawn") else None

    def declared_condition(self, name: str | None) -> DeclaredCondition | None:
        """Give a declared condition by its id; None where none is named."""
        return next((condition for condition in self.declared or () if condition.condition == name), None)

    def holders(self, role: str, milestone: str) -> tuple[RoleHolder, ...]:
        """Give who fills a role for a milestone now, as it was said."""
        current = (holder for holder in self.roles or () if holder.role == role and holder.until_index is None)
        return tuple(holder for holder in current if holder.milestone in (None, milestone))

    def settled_condition(self, milestone: Milestone) -> SettledCondition | None:
        """Give what became of the condition on which a milestone's fallback depends; None where it is open."""
        wanted = milestone.fallback.condition if milestone.fallback else None
        settled = (finding for finding in self.conditions or () if finding.condition == wanted)
        return next((finding for finding in settled if finding.milestone == milestone.milestone), None)

    def has_failed(self, milestone: Milestone) -> bool:
        """Tell whether the condition on which a milestone's fallback depends is settled as failed."""
        finding = self.settled_condition(milestone)
        return finding is not None and finding.outcome == "failed"

    def settled_at(self, type_name: str, body: Mapping[str, Any]) -> int:
        """Give the last change of a role for the parties that an act gives it to and takes it from."""
        asked = (body.get("party"), body.get("replaces")) if type_name == "RoleFilled" else ()
        place = (body.get("role"), body.get("milestone"))
        own = (each for each in self.roles or () if each.party in asked and (each.role, each.milestone) == place)
        return max((each.until_index or each.mark.index for each in own), default=-1)

    def duties_of(self, party: str) -> tuple[str, ...]:
        """Give the parts that a party bears: open milestones that name it as responsible, and roles that it fills."""
        if self.scope is None or self.status in _OVER:
            return ()
        steps = (step for step in self.scope.milestones if step.milestone in self.open_milestones)
        named = (part_of(self, step.milestone) for step in steps if party in named_responsible(step))
        roles = (holder for holder in self.roles or () if holder.party == party and holder.until_index is None)
        return tuple(dict.fromkeys((*named, *(role_of(self, holder) for holder in roles))))

    @property
    def scope(self) -> Scope | None:
        """The scope in force."""
        return self.scopes[-1].scope if self.scopes else None

    @property
    def open_milestones(self) -> tuple[str, ...]:
        """Milestones of the scope in force that nobody has reported complete."""
        done = {completion.milestone for completion in self.completed}
        scope = self.scope
        return tuple(step.milestone for step in scope.milestones if step.milestone not in done) if scope else ()

    @property
    def self_level(self) -> str:
        """Level last reported by the responsible; without any report, no evidence is available."""
        return self.reports[-1].level if self.reports else "no_evidence_available"

    def form_of(self, deliverable: str) -> str | None:
        """Give the form of a deliverable of the scope in force; None where it names none."""
        item = self.scope.deliverable(deliverable) if self.scope else None
        return item.form if item else None

    def report(self, name: str) -> ProgressStatement | None:
        """Give a report by its id."""
        return next((report for report in self.reports if report.report == name), None)


@act_base
class CommitmentAct(Act[Commitment]):
    """What is said of a commitment. All of it may be recorded by a secretariat."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)
    by_secretariat: ClassVar = True

    commitment: Identifier


def find_commitment(at: Context, name: str) -> Commitment | None:
    """Give a commitment by its id."""
    return at.find(Commitment, f"commitment/{name}")


class NamesCommitment(Protocol):
    """An act with a member `commitment`."""

    @property
    def commitment(self) -> str:
        """A commitment's id."""


# In which states a commitment's deliverables are worked on and judged. What is withdrawn or closed takes no further
# version and no verdict; it may still be contested, and a contest of it still be overruled.
WORKED_ON: Final = ("adopted", "in_progress", "suspended")


@rule(
    "E_STATE",
    "nothing is delivered to a commitment that was withdrawn or closed, nor accepted or sent back",
    "a un compromiso retirado o cerrado no se le entrega nada, ni se acepta ni devuelve lo entregado",
    since=THIRD,
)
def goes_on(act: NamesCommitment, on: object, at: Context) -> Breach:
    """Check that the commitment is neither withdrawn nor closed."""
    commitment = find_commitment(at, act.commitment)
    if commitment is None or commitment.scope is None:
        return None
    return commitment.status not in WORKED_ON and {"commitment": commitment.status}


# The rule of which `decided_elsewhere` finds what breaks it, before anybody has voted.
OF_ITS_BODY: Final = (
    "E_POLICY",
    "the commitment's own body decides on it",
    "sobre un compromiso decide su propio órgano",
)


def decided_elsewhere(at: Context, commitment: Commitment | None) -> Met | None:
    """Find that a decision is put to another body than the commitment's."""
    body = acting_name(at.state, commitment.governance_body) if commitment else None
    return {"body": body} if at.proposed_in and body not in (None, at.proposed_in) else None


# The rule of which `not_responsible` finds what breaks it.
RESPONSIBLE: Final = ("E_ROLE", "a responsible party says it", "lo dice una parte responsable")


def not_responsible(
    at: Context,
    commitment: Commitment,
    milestone: str | None = None,
    *,
    hired: bool = False,
    scope: Scope | None = None,
) -> Met | None:
    """Find that the actor's party is not responsible for a milestone, or for any where none is named.

    Args:
        at: The act's.
        commitment: The commitment; without a scope nobody is responsible yet, and there is nothing to find.
        milestone: Its id, or None.
        hired: Whether, in the first edition, a role that no party bears (`consultant`) stands for anybody.
        scope: The scope that says who is responsible; the one in force by default.

    Returns:
        Who is responsible, where the party is not: lead and support are, a role by who fills it, a fallback once its
        condition has failed; `governance-body` and `members` mean the members that sit in the body.
    """
    scope = scope or commitment.scope
    if scope is None:
        return None
    concerned = [step for step in scope.milestones if milestone in (None, step.milestone)]
    if at.edition > FIRST:
        named = {name for step in concerned for name in _responsible(at, commitment, step)}
        return {"responsible": sorted(named)} if concerned and at.party not in named else None
    named = {name for step in concerned for name in (*step.lead, *(step.support or ()))}
    named |= {name for step in concerned if step.fallback for name in step.fallback.parties}
    sits = bool(named & _COLLECTIVE) and has_seat(at, at.party, commitment.governance_body or ANY_BODY)
    fills = hired and any(name not in MEMBERS and find_party(at, name) is None for name in named)
    if not concerned or at.party in named or sits or fills:
        return None
    return {"responsible": sorted(named)}


def _responsible(at: Context, commitment: Commitment, milestone: Milestone) -> Iterable[str]:
    """Give the parties that are responsible for a milestone now."""
    for name in named_responsible(milestone, fallback=commitment.has_failed(milestone)):
        if name in MEMBERS:
            body = acting_body(at.state, commitment.governance_body)
            yield from body.seated if body else ()
        else:
            yield from bearers_of(at.state, commitment, milestone, name)


def bearers_of(state: StateView, commitment: Commitment, milestone: Milestone, name: str) -> Iterable[str]:
    """Give the parties that bear what a milestone names, a party or a role: a successor where a party has ended."""
    bearers = (holder_of(state, party, duty) for party, duty in borne_by(commitment, milestone, name))
    return [bearer for bearer in bearers if bearer is not None]


def borne_by(commitment: Commitment, milestone: Milestone, name: str) -> Iterable[tuple[str, str]]:
    """Give each party that a milestone names, itself or by its role, with the duty that it bears so."""
    if name in ROLES:
        holders = commitment.holders(name, milestone.milestone)
        return [(holder.party, role_of(commitment, holder)) for holder in holders]
    return [(name, part_of(commitment, milestone.milestone))]


def part_of(commitment: Commitment, milestone: str) -> str:
    """Give the name of the duty to answer for a milestone."""
    return f"{commitment.stream}#milestones/{milestone}"


def role_of(commitment: Commitment, holder: RoleHolder) -> str:
    """Give the name of the duty to fill a role, for one milestone or all."""
    return f"{commitment.stream}#roles/{holder.role}" + (f"/{holder.milestone}" if holder.milestone else "")


def named_responsible(milestone: Milestone, *, fallback: bool = True) -> tuple[str, ...]:
    """Give the names that a milestone names as responsible, with its fallback's or without."""
    instead = milestone.fallback.parties if milestone.fallback and fallback else ()
    return (*milestone.lead, *(milestone.support or ()), *instead)
