"""Commitments: proposed, adopted with a scope that stays for ever, reported on, contested, changed by signed decision.

Three tracks of completion stand beside one another: what the responsible report, what others contest, and what
independent assessors find. None overwrites another.
"""

from dataclasses import dataclass, replace
from typing import Final

from constancia.domain.commitments.scope import Scope, ScopeDiff
from constancia.domain.governance.body import seat_problem
from constancia.domain.identity.party import find_party
from constancia.domain.kernel.aggregate import Aggregate, Level, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Evidence, Text

MACHINE = Machine(
    "commitment",
    {
        "CommitmentProposed": {NONE: "proposed"},
        "CommitmentAdopted": {"proposed": "adopted"},
        "WorkStarted": {"adopted": "in_progress", "in_progress": "in_progress"},
        "ProgressReported": {"adopted": "in_progress", "in_progress": "in_progress"},
        "ProgressContested": {"adopted": "adopted", "in_progress": "in_progress"},
        "MilestoneCompleted": {"adopted": "in_progress", "in_progress": "in_progress"},
        "ScopeChangeProposed": {"adopted": "adopted", "in_progress": "in_progress"},
        "ScopeChanged": {"adopted": "adopted", "in_progress": "in_progress"},
    },
)
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


def commitment_of(aggregate: Aggregate | None) -> Commitment:
    """Give the aggregate as the commitment that the table has made sure it is."""
    if not isinstance(aggregate, Commitment):
        raise TypeError("a commitment's act on another aggregate")
    return aggregate


def own_commitment(context: Context) -> Commitment | None:
    """Give this stream's commitment."""
    return context.own(Commitment)


def responsible_problem(
    context: Context, commitment: Commitment | None, milestone: str | None, *, hired: bool = False
) -> Problem | None:
    """Give the problem of a party that is not responsible for a milestone, or for any where none is named.

    Args:
        context: The act's.
        commitment: The commitment; without a scope nobody is responsible yet, and there is no problem.
        milestone: Its id, or None.
        hired: Whether a role that no party bears (`consultant`, `working-groups`) stands for whoever fills it. Who
            fills it is not recorded, so that it then stands for anybody.

    Returns:
        The problem, or None: lead, support and fallback are responsible; a collective stands for the members that
        sit in the body.
    """
    if commitment is None or commitment.scope is None:
        return None
    concerned = [one for one in commitment.scope.milestones if milestone in (None, one.milestone)]
    named = {name for one in concerned for name in (*one.lead, *(one.support or ()))}
    named |= {name for one in concerned if one.fallback for name in one.fallback.parties}
    sits = bool(named & _COLLECTIVE) and seat_problem(context, context.party, commitment.governance_body) is None
    fills = hired and any(name not in _MEMBERS and find_party(context, name) is None for name in named)
    if not concerned or context.party in named or sits or fills:
        return None
    return Problem(code="E_ROLE", rule="a responsible party says it", found={"responsible": sorted(named)})


def with_contest(commitment: Commitment, report: str, contest: Contest) -> Commitment:
    """Give the commitment with a contest added to a report."""
    reports = tuple(
        replace(one, contests=(*one.contests, contest)) if one.report == report else one for one in commitment.reports
    )
    return replace(commitment, reports=reports)
