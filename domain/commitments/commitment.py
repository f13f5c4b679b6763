"""Commitments: proposed, adopted with a scope that stays for ever, reported on, contested, changed by signed decision.

Three tracks of completion stand beside one another: what the responsible report, what others contest, and what
independent assessors find. None overwrites another.
"""

from dataclasses import dataclass
from typing import Final

from constancia.domain.commitments.scope import Scope, ScopeDiff
from constancia.domain.governance.body import ANY_BODY, has_seat
from constancia.domain.identity.party import find_party
from constancia.domain.kernel.aggregate import Aggregate, Level, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Met
from constancia.domain.kernel.values import Evidence, Text

# Bodies and roles that a scope may name as responsible: they stand for the members that sit in the body.
_MEMBERS: Final = frozenset({"governance-body", "members"})
_COLLECTIVE: Final = _MEMBERS | {"working-groups"}


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

    @property
    def scope(self) -> Scope | None:
        """The scope in force."""
        return self.scopes[-1].scope if self.scopes else None

    @property
    def open_milestones(self) -> tuple[str, ...]:
        """Milestones of the scope in force that nobody has reported complete."""
        done = {one.milestone for one in self.completed}
        scope = self.scope
        return tuple(one.milestone for one in scope.milestones if one.milestone not in done) if scope else ()

    @property
    def self_level(self) -> str:
        """Level last reported by the responsible; without any report, no evidence is available."""
        return self.reports[-1].level if self.reports else "no_evidence_available"

    @property
    def contested_level(self) -> str | None:
        """Level last found by a contester of another party than the reporter's, where one gave a level."""
        found = [
            (one.mark.index, one.own_level)
            for report in self.reports
            for one in report.contests
            if one.own_level and one.mark.party != report.mark.party
        ]
        return max(found)[1] if found else None

    def report(self, name: str) -> ProgressStatement | None:
        """Give a report by its id."""
        return next((one for one in self.reports if one.report == name), None)


def find_commitment(at: Context, name: str) -> Commitment | None:
    """Give a commitment by its id."""
    return at.find(Commitment, f"commitment/{name}")


# The rule of which `not_responsible` finds what breaks it.
RESPONSIBLE: Final = ("E_ROLE", "a responsible party says it", "lo dice una parte responsable")


def not_responsible(
    at: Context, commitment: Commitment, milestone: str | None = None, *, hired: bool = False
) -> Met | None:
    """Find that the actor's party is not responsible for a milestone, or for any where none is named.

    Args:
        at: The act's.
        commitment: The commitment; without a scope nobody is responsible yet, and there is nothing to find.
        milestone: Its id, or None.
        hired: Whether a role that no party bears (`consultant`, `working-groups`) stands for whoever fills it. Who
            fills it is not recorded, so that it then stands for anybody.

    Returns:
        Who is responsible, where the party is not: lead, support and fallback are; a collective means the
        members that sit in the body.
    """
    if commitment.scope is None:
        return None
    concerned = [one for one in commitment.scope.milestones if milestone in (None, one.milestone)]
    named = {name for one in concerned for name in (*one.lead, *(one.support or ()))}
    named |= {name for one in concerned if one.fallback for name in one.fallback.parties}
    sits = bool(named & _COLLECTIVE) and has_seat(at, at.party, commitment.governance_body or ANY_BODY)
    fills = hired and any(name not in _MEMBERS and find_party(at, name) is None for name in named)
    if not concerned or at.party in named or sits or fills:
        return None
    return {"responsible": sorted(named)}
