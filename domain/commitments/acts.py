"""What is said of a commitment: adoption, scope changes, work, progress, contests, milestones."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.commitments.commitment import (
    Commitment,
    Completion,
    Contest,
    ProgressStatement,
    ScopeProposal,
    ScopeVersion,
    commitment_of,
    own_commitment,
    responsible_problem,
    with_contest,
)
from constancia.domain.commitments.scope import SEVERITY, Scope, ScopeKind, compare
from constancia.domain.governance.decision import Decision, decided_problem
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate, Level
from constancia.domain.kernel.context import Context, check_begun, missing
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Count, EdtfText, Evidence, Identifier, Text

LEVELS: Final = ("no_evidence_available", "not_started", "limited", "substantial", "complete")


@act
class CommitmentProposed(Act):
    """A commitment is put forward: the problem it answers and what it aims at."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    objective: Text
    problem: Text
    title: Text

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Create the commitment."""
        return Commitment(
            stream=self.stream(),
            commitment=self.commitment,
            title=self.title,
            problem=self.problem,
            objective=self.objective,
            proposed=context.mark,
        )


@act
class CommitmentAdopted(Act):
    """The decided scope is recorded: from here on it is the baseline, for ever."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    decision: Identifier
    scope: Scope

    def check_content(self, context: Context) -> Iterator[Problem]:
        """Somebody answers for every milestone, and there is something to verify."""
        if not self.scope.milestones or any(not one.lead for one in self.scope.milestones):
            yield Problem(code="E_POLICY", rule="a commitment has milestones, each with a responsible")

    def check_policy(self, context: Context) -> Iterator[Problem]:
        """A signed decision carries exactly this."""
        problem = decided_problem(context, self.decision, type(self).__name__)
        if problem:
            yield problem

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Freeze the baseline."""
        decision = context.find(Decision, f"decision/{self.decision}")
        baseline = ScopeVersion(version=1, scope=self.scope, decision=self.decision, mark=context.mark)
        body = decision.governance_body if decision else None
        return replace(commitment_of(aggregate), scopes=(baseline,), governance_body=body)


@act
class ScopeChangeProposed(Act):
    """Somebody proposes another scope, and says what kind of change it is."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    declared_kind: ScopeKind
    from_version: Count
    proposal: Identifier
    reasons: Text
    scope: Scope

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The proposal's id is new."""
        commitment = own_commitment(context)
        if commitment and any(one.proposal == self.proposal for one in commitment.proposals):
            yield Problem(code="E_STATE", rule="a proposal's id is used once")

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It starts from the scope in force."""
        yield from _check_from_version(self.from_version, context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It is not called milder than it is."""
        yield from _check_label(self.scope, self.declared_kind, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Keep the proposal, with the kind computed."""
        commitment = commitment_of(aggregate)
        diff = compare(commitment.scopes[-1].scope, self.scope)
        proposal = ScopeProposal(
            proposal=self.proposal,
            from_version=self.from_version,
            declared_kind=self.declared_kind,
            computed_kind=diff.kind,
            reasons=self.reasons,
            scope=self.scope,
            diff=diff,
            mark=context.mark,
        )
        return replace(commitment, proposals=(*commitment.proposals, proposal))


@act
class ScopeChanged(Act):
    """The decided scope is recorded as a new version beside the baseline."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    decision: Identifier
    declared_kind: ScopeKind
    from_version: Count
    scope: Scope

    def check_version(self, context: Context) -> Iterator[Problem]:
        """It starts from the scope in force."""
        yield from _check_from_version(self.from_version, context)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """It is not called milder than it is."""
        yield from _check_label(self.scope, self.declared_kind, context)

    def check_policy(self, context: Context) -> Iterator[Problem]:
        """A signed decision of the body that adopted it carries exactly this."""
        commitment = own_commitment(context)
        body = commitment.governance_body if commitment else None
        problem = decided_problem(context, self.decision, type(self).__name__, body)
        if problem:
            yield problem

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Add the version."""
        commitment = commitment_of(aggregate)
        diff = compare(commitment.scopes[-1].scope, self.scope)
        version = ScopeVersion(
            version=len(commitment.scopes) + 1,
            scope=self.scope,
            decision=self.decision,
            mark=context.mark,
            computed_kind=diff.kind,
            declared_kind=self.declared_kind,
            diff=diff,
        )
        return replace(commitment, scopes=(*commitment.scopes, version))


@act
class WorkStarted(Act):
    """The responsible say that work on a milestone has begun."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    milestone: Identifier

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A responsible party says it."""
        yield from _check_responsible(context, self.milestone)

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The milestone is in scope, and work on it has not begun yet."""
        yield from _check_milestone(context, self.milestone)
        commitment = own_commitment(context)
        if commitment and self.milestone in commitment.started:
            yield Problem(code="E_STATE", rule="work on a milestone begins once")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Note it."""
        commitment = commitment_of(aggregate)
        return replace(commitment, started=tuple(sorted({*commitment.started, self.milestone})))


@act
class ProgressReported(Act):
    """The responsible report a level of completion, with what it rests on."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    evidence: tuple[Evidence, ...]
    level: Level
    narrative: Text
    period: EdtfText
    reason: Text | None = None
    report: Identifier

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A responsible party says it."""
        yield from _check_responsible(context, None)

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The report's id is new."""
        commitment = own_commitment(context)
        if commitment and commitment.report(self.report):
            yield Problem(code="E_STATE", rule="a report's id is used once")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """High levels rest on evidence with a hash; a drop has a reason; complete means all milestones."""
        yield from check_begun(context, self.period, "the period reported on")
        commitment = own_commitment(context)
        hashed = any(one.sha256 for one in self.evidence)
        if self.level in ("substantial", "complete") and not hashed:
            yield Problem(code="E_EVIDENCE_REQUIRED", rule="substantial and complete need evidence with a hash")
        if commitment is None:
            return
        if self.level == "complete" and commitment.open_milestones:
            yield Problem(
                code="E_MILESTONES_OPEN",
                rule="complete means that all milestones are",
                found={"open": list(commitment.open_milestones)},
            )
        dropped = LEVELS.index(self.level) < LEVELS.index(commitment.self_level)
        if dropped and self.reason is None:
            yield Problem(code="E_POLICY", rule="a lower level than before needs a reason")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Add the report."""
        commitment = commitment_of(aggregate)
        report = ProgressStatement(
            report=self.report,
            level=self.level,
            narrative=self.narrative,
            evidence=self.evidence,
            period=self.period,
            reason=self.reason,
            mark=context.mark,
        )
        return replace(commitment, reports=(*commitment.reports, report))


@act
class ProgressContested(Act):
    """Anybody registered contests a report. It stays beside the report, also when the matter is closed."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    evidence: tuple[Evidence, ...]
    grounds: Text
    own_level: Level | None = None
    report: Identifier

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The report exists."""
        commitment = own_commitment(context)
        if commitment and not commitment.report(self.report):
            yield missing("report", self.report)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Add the contest."""
        contest = Contest(grounds=self.grounds, evidence=self.evidence, own_level=self.own_level, mark=context.mark)
        return with_contest(commitment_of(aggregate), self.report, contest)


@act
class MilestoneCompleted(Act):
    """The responsible report a milestone complete, with evidence."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)

    commitment: Identifier
    evidence: tuple[Evidence, ...]
    milestone: Identifier

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A responsible party says it."""
        yield from _check_responsible(context, self.milestone)

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The milestone is in scope and not complete yet."""
        yield from _check_milestone(context, self.milestone)
        commitment = own_commitment(context)
        if commitment and any(one.milestone == self.milestone for one in commitment.completed):
            yield Problem(code="E_STATE", rule="a milestone is completed once")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """There is evidence."""
        if not self.evidence:
            yield Problem(code="E_EVIDENCE_REQUIRED", rule="a completed milestone has evidence")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Commitment:
        """Note the completion."""
        commitment = commitment_of(aggregate)
        done = Completion(milestone=self.milestone, evidence=self.evidence, mark=context.mark)
        return replace(commitment, completed=(*commitment.completed, done))


def _check_from_version(version: int, context: Context) -> Iterator[Problem]:
    commitment = own_commitment(context)
    current = len(commitment.scopes) if commitment else 0
    if current and version != current:
        moved = commitment.scopes[version:] if commitment and version >= 1 else ()
        changed = [path for one in moved if one.diff for path in (*one.diff.added, *one.diff.removed)]
        yield Problem(
            code="E_VERSION_CONFLICT",
            rule="the change starts from the scope in force",
            found={"expected": current, "changed_since": changed},
        )


def _check_label(scope: Scope, declared: str, context: Context) -> Iterator[Problem]:
    commitment = own_commitment(context)
    if commitment is None or commitment.scope is None:
        return
    diff = compare(commitment.scope, scope)
    if SEVERITY[declared] < SEVERITY[diff.kind]:
        yield Problem(
            code="E_SCOPE_LABEL",
            rule="a change is not called milder than it is",
            found={
                "declared": declared,
                "computed": diff.kind,
                "removed": list(diff.removed),
                "deferred": list(diff.deferred),
            },
        )


def _check_milestone(context: Context, milestone: str) -> Iterator[Problem]:
    commitment = own_commitment(context)
    if commitment and commitment.scope and not commitment.scope.milestone(milestone):
        yield missing("milestone", milestone)


def _check_responsible(context: Context, milestone: str | None) -> Iterator[Problem]:
    problem = responsible_problem(context, own_commitment(context), milestone)
    if problem:
        yield problem
