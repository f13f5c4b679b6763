"""What is said of a commitment: adoption, scope changes, work, progress, contests, milestones."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.commitments.commitment import (
    RESPONSIBLE,
    Commitment,
    Completion,
    Contest,
    ProgressStatement,
    ScopeProposal,
    ScopeVersion,
    not_responsible,
)
from constancia.domain.commitments.scope import SEVERITY, Scope, ScopeKind, compare
from constancia.domain.governance.basis import decided_rules
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Level
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.kernel.values import Count, EdtfText, Evidence, Identifier, Text

LEVELS: Final = ("no_evidence_available", "not_started", "limited", "substantial", "complete")


@act_base
class CommitmentAct(Act[Commitment]):
    """What is said of a commitment. All of it may be recorded by a secretariat."""

    stream_kind: ClassVar = "commitment"
    stream_id: ClassVar = ("commitment",)
    by_secretariat: ClassVar = True

    commitment: Identifier


@act
class CommitmentProposed(CommitmentAct):
    """A commitment is put forward: the problem it answers and what it aims at."""

    FIRST_CORRECTABLE: ClassVar = ("objective", "problem", "title")

    objective: Text
    problem: Text
    title: Text

    def begin(self, at: Context) -> Commitment:
        """Create the commitment."""
        return Commitment(
            stream=self.stream(),
            commitment=self.commitment,
            title=self.title,
            problem=self.problem,
            objective=self.objective,
            proposed=at.mark,
        )


@act
class CommitmentAdopted(CommitmentAct):
    """The decided scope is recorded: from here on it is the baseline, for ever."""

    decision: Identifier
    scope: Scope

    def adopting_body(self, on: object, at: Context) -> str | None:
        """Any body adopts; from then on it is the commitment's."""
        return None

    @rule(
        "E_POLICY",
        "a commitment has milestones, each with a responsible",
        "un compromiso tiene hitos, cada uno con responsable",
    )
    def _has_responsible(self, on: object, at: Context) -> Breach:
        return not self.scope.milestones or any(not one.lead for one in self.scope.milestones)

    RULES: ClassVar = (_has_responsible, *decided_rules(adopting_body))

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Freeze the baseline."""
        decision = at.find(Decision, f"decision/{self.decision}")
        baseline = ScopeVersion(version=1, scope=self.scope, decision=self.decision, mark=at.mark)
        return replace(on, scopes=(baseline,), governance_body=decision.governance_body if decision else None)


@act_base
class ScopeAct(CommitmentAct):
    """What puts another scope in place of the one in force, and says what kind of change it is."""

    declared_kind: ScopeKind
    from_version: Count
    scope: Scope


@rule("E_VERSION_CONFLICT", "the change starts from the scope in force", "el cambio parte del alcance vigente")
def _from_the_scope_in_force(act: ScopeAct, on: Commitment, at: Context) -> Breach:
    current = len(on.scopes)
    if not current or act.from_version == current:
        return None
    moved = on.scopes[act.from_version :] if act.from_version >= 1 else ()
    changed = [path for one in moved if one.diff for path in (*one.diff.added, *one.diff.removed)]
    return {"expected": current, "changed_since": changed}


@rule("E_SCOPE_LABEL", "a change is not called milder than it is", "un cambio no se llama más leve de lo que es")
def _not_called_milder(act: ScopeAct, on: Commitment, at: Context) -> Breach:
    if on.scope is None:
        return None
    diff = compare(on.scope, act.scope)
    return SEVERITY[act.declared_kind] < SEVERITY[diff.kind] and {
        "declared": act.declared_kind,
        "computed": diff.kind,
        "removed": list(diff.removed),
        "deferred": list(diff.deferred),
    }


@act
class ScopeChangeProposed(ScopeAct):
    """Somebody proposes another scope, and says what kind of change it is."""

    FIRST_CORRECTABLE: ClassVar = ("reasons",)

    proposal: Identifier
    reasons: Text

    @rule("E_STATE", "a proposal's id is used once", "el identificador de una propuesta se usa una vez")
    def _id_is_new(self, on: Commitment, at: Context) -> Breach:
        return any(one.proposal == self.proposal for one in on.proposals)

    RULES: ClassVar = (_id_is_new, _from_the_scope_in_force, _not_called_milder)

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Keep the proposal, with the kind computed."""
        diff = compare(on.scopes[-1].scope, self.scope)
        proposal = ScopeProposal(
            proposal=self.proposal,
            from_version=self.from_version,
            declared_kind=self.declared_kind,
            computed_kind=diff.kind,
            reasons=self.reasons,
            scope=self.scope,
            diff=diff,
            mark=at.mark,
        )
        return replace(on, proposals=(*on.proposals, proposal))


@act
class ScopeChanged(ScopeAct):
    """The decided scope is recorded as a new version beside the baseline."""

    decision: Identifier

    def adopting_body(self, on: Commitment | None, at: Context) -> str | None:
        """Give the body that adopted the commitment."""
        return on.governance_body if on else None

    RULES: ClassVar = (_from_the_scope_in_force, _not_called_milder, *decided_rules(adopting_body))

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add the version."""
        diff = compare(on.scopes[-1].scope, self.scope)
        version = ScopeVersion(
            version=len(on.scopes) + 1,
            scope=self.scope,
            decision=self.decision,
            mark=at.mark,
            computed_kind=diff.kind,
            declared_kind=self.declared_kind,
            diff=diff,
        )
        return replace(on, scopes=(*on.scopes, version))


@act_base
class MilestoneAct(CommitmentAct):
    """What the responsible say of one milestone."""

    milestone: Identifier


@rule(*RESPONSIBLE)
def _by_a_responsible(act: MilestoneAct, on: Commitment, at: Context) -> Breach:
    return not_responsible(at, on, act.milestone)


@rule("E_NOT_FOUND", "there is no such milestone", "no hay tal hito")
def _milestone_in_scope(act: MilestoneAct, on: Commitment, at: Context) -> Breach:
    return on.scope is not None and on.scope.milestone(act.milestone) is None and {"milestone": act.milestone}


@act
class WorkStarted(MilestoneAct):
    """The responsible say that work on a milestone has begun."""

    REPORTS: ClassVar = True

    @rule("E_STATE", "work on a milestone begins once", "el trabajo en un hito empieza una vez")
    def _begins_once(self, on: Commitment, at: Context) -> Breach:
        return self.milestone in on.started

    RULES: ClassVar = (_by_a_responsible, _milestone_in_scope, _begins_once)

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Note it."""
        return replace(on, started=tuple(sorted({*on.started, self.milestone})))


@act
class ProgressReported(CommitmentAct):
    """The responsible report a level of completion, with what it rests on."""

    REPORTS: ClassVar = True
    CORRECTABLE: ClassVar = ("evidence", "narrative", "period", "reason")

    evidence: tuple[Evidence, ...]
    level: Level
    narrative: Text
    period: EdtfText
    reason: Text | None = None
    report: Identifier

    @rule(*RESPONSIBLE)
    def _by_any_responsible(self, on: Commitment, at: Context) -> Breach:
        return not_responsible(at, on)

    @rule("E_STATE", "a report's id is used once", "el identificador de un informe se usa una vez")
    def _id_is_new(self, on: Commitment, at: Context) -> Breach:
        return on.report(self.report) is not None

    @rule(
        "E_DATE",
        "the period reported on does not begin in the future",
        "el periodo del que se informa no empieza en el futuro",
    )
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.period)

    @rule(
        "E_EVIDENCE_REQUIRED",
        "substantial and complete need evidence with a hash",
        "sustancial y completo exigen evidencia con huella",
    )
    def _rests_on_a_hash(self, on: object, at: Context) -> Breach:
        return self.level in ("substantial", "complete") and not any(one.sha256 for one in self.evidence)

    @rule(
        "E_MILESTONES_OPEN", "complete means that all milestones are", "completo significa que todos los hitos lo están"
    )
    def _all_milestones(self, on: Commitment, at: Context) -> Breach:
        return self.level == "complete" and bool(on.open_milestones) and {"open": list(on.open_milestones)}

    @rule("E_POLICY", "a lower level than before needs a reason", "un nivel menor que antes exige una razón")
    def _drop_has_a_reason(self, on: Commitment, at: Context) -> Breach:
        return LEVELS.index(self.level) < LEVELS.index(on.self_level) and self.reason is None

    RULES: ClassVar = (
        _by_any_responsible,
        _id_is_new,
        _has_begun,
        _rests_on_a_hash,
        _all_milestones,
        _drop_has_a_reason,
    )

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add the report."""
        report = ProgressStatement(
            report=self.report,
            level=self.level,
            narrative=self.narrative,
            evidence=self.evidence,
            period=self.period,
            reason=self.reason,
            mark=at.mark,
        )
        return replace(on, reports=(*on.reports, report))


@act
class ProgressContested(CommitmentAct):
    """Anybody registered contests a report. It stays beside the report, also when the matter is closed."""

    CORRECTABLE: ClassVar = ("evidence", "grounds")

    evidence: tuple[Evidence, ...]
    grounds: Text
    own_level: Level | None = None
    report: Identifier

    @rule("E_NOT_FOUND", "there is no such report", "no hay tal informe")
    def _report_exists(self, on: Commitment, at: Context) -> Breach:
        return on.report(self.report) is None and {"report": self.report}

    RULES: ClassVar = (_report_exists,)

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add the contest."""
        contest = Contest(grounds=self.grounds, evidence=self.evidence, own_level=self.own_level, mark=at.mark)
        reports = tuple(
            replace(one, contests=(*one.contests, contest)) if one.report == self.report else one for one in on.reports
        )
        return replace(on, reports=reports)


@act
class MilestoneCompleted(MilestoneAct):
    """The responsible report a milestone complete, with evidence."""

    REPORTS: ClassVar = True
    CORRECTABLE: ClassVar = ("evidence",)

    evidence: tuple[Evidence, ...]

    @rule("E_STATE", "a milestone is completed once", "un hito se completa una vez")
    def _completed_once(self, on: Commitment, at: Context) -> Breach:
        return any(one.milestone == self.milestone for one in on.completed)

    @rule("E_EVIDENCE_REQUIRED", "a completed milestone has evidence", "un hito completado tiene evidencia")
    def _has_evidence(self, on: object, at: Context) -> Breach:
        return not self.evidence

    RULES: ClassVar = (_by_a_responsible, _milestone_in_scope, _completed_once, _has_evidence)

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Note the completion."""
        done = Completion(milestone=self.milestone, evidence=self.evidence, mark=at.mark)
        return replace(on, completed=(*on.completed, done))


# What may be said without end from its adoption on, and leaves the commitment where it is.
_STAYS: Final[Mapping[str, str]] = {"adopted": "adopted", "in_progress": "in_progress"}
_WORK: Final[Mapping[str, str]] = {"adopted": "in_progress", "in_progress": "in_progress"}
COMMITMENT: Final = AggregateKind(
    CommitmentAct,
    {
        CommitmentProposed: {NONE: "proposed"},
        CommitmentAdopted: {"proposed": "adopted"},
        WorkStarted: _WORK,
        ProgressReported: _WORK,
        ProgressContested: _STAYS,
        MilestoneCompleted: _WORK,
        ScopeChangeProposed: _STAYS,
        ScopeChanged: _STAYS,
    },
)
