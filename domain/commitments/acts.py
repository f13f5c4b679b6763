"""What is said of a commitment's course: work, progress, contests, milestones; and the table of all acts on it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.commitments.adoption import (
    CommitmentAdopted,
    CommitmentProposed,
    ScopeChanged,
    ScopeChangeProposed,
)
from constancia.domain.commitments.commitment import (
    RESPONSIBLE,
    Beginning,
    Commitment,
    CommitmentAct,
    Completion,
    Contest,
    ProgressStatement,
    not_responsible,
)
from constancia.domain.commitments.conditions import ConditionDeclared
from constancia.domain.commitments.deliverables.fulfilment import EXPECTED, delivery, undelivered
from constancia.domain.commitments.responsibility import ConditionSettled, RoleFilled
from constancia.domain.commitments.status import STATUS_MOVES, CommitmentStatusDecided
from constancia.domain.kernel.acts import act, act_base
from constancia.domain.kernel.aggregate import Level
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import SECOND, THIRD
from constancia.domain.values.values import EdtfText, Evidence, Identifier, Text

LEVELS: Final = ("no_evidence_available", "not_started", "limited", "substantial", "complete")


@act_base
class MilestoneAct(CommitmentAct):
    """What the responsible say of one milestone."""

    milestone: Identifier


@rule(*RESPONSIBLE)
def _by_a_responsible(act: MilestoneAct, on: Commitment, at: Context) -> Breach:
    return not_responsible(at, on, act.milestone)


@rule("E_NOT_FOUND", "there is no such milestone", "no existe ese hito")
def _milestone_in_scope(act: MilestoneAct, on: Commitment, at: Context) -> Breach:
    return on.scope is not None and on.scope.milestone(act.milestone) is None and {"milestone": act.milestone}


@act
class WorkStarted(MilestoneAct):
    """The responsible say that work on a milestone has begun."""

    REPORTS: ClassVar = True

    @rule("E_STATE", "work on a milestone begins once", "el trabajo en un hito empieza una vez")
    def _begins_once(self, on: Commitment, at: Context) -> Breach:
        return self.milestone in on.started

    @rule(
        "E_DATE",
        "work on a milestone does not begin after its completion",
        "el trabajo en un hito no empieza después de completarse",
        since=THIRD,
    )
    def _before_its_completion(self, on: Commitment, at: Context) -> Breach:
        done = next((completion.mark for completion in on.completed if completion.milestone == self.milestone), None)
        return done is not None and _out_of_order(at.mark.occurred_on, done.occurred_on)

    RULES: ClassVar = (_by_a_responsible, _milestone_in_scope, _begins_once, _before_its_completion)

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Note it; from the third edition on also when."""
        started = tuple(sorted({*on.started, self.milestone}))
        if at.edition < THIRD:
            return replace(on, started=started)
        begun = Beginning(milestone=self.milestone, mark=at.mark)
        return replace(on, started=started, begun=(*(on.begun or ()), begun))


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
        return self.level in ("substantial", "complete") and not any(evidence.sha256 for evidence in self.evidence)

    @rule(
        "E_MILESTONES_OPEN", "complete means that all milestones are", "completo significa que todos los hitos lo están"
    )
    def _all_milestones(self, on: Commitment, at: Context) -> Breach:
        return self.level == "complete" and bool(on.open_milestones) and {"open": list(on.open_milestones)}

    @rule(
        "E_EVIDENCE_REQUIRED",
        "complete means that all deliverables are submitted, and none is rejected or contested",
        "completo significa que todos los entregables se entregaron y ninguno está rechazado ni impugnado",
        since=SECOND,
    )
    def _all_delivered(self, on: Commitment, at: Context) -> Breach:
        missing = undelivered(at.state, on) if self.level == "complete" else []
        return bool(missing) and {"missing": missing}

    @rule("E_POLICY", "a lower level than before needs a reason", "un nivel menor que antes exige una razón")
    def _drop_has_a_reason(self, on: Commitment, at: Context) -> Breach:
        return LEVELS.index(self.level) < LEVELS.index(on.self_level) and self.reason is None

    RULES: ClassVar = (
        _by_any_responsible,
        _id_is_new,
        _has_begun,
        _rests_on_a_hash,
        _all_milestones,
        _all_delivered,
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
    """Anybody registered contests a report. It is shown with the report, also when the matter is closed."""

    UNTIL: ClassVar = SECOND
    CORRECTABLE: ClassVar = ("evidence", "grounds")

    evidence: tuple[Evidence, ...]
    grounds: Text
    own_level: Level | None = None
    report: Identifier

    @rule("E_NOT_FOUND", "there is no such report", "no existe ese informe")
    def _report_exists(self, on: Commitment, at: Context) -> Breach:
        return on.report(self.report) is None and {"report": self.report}

    @rule(
        "E_SELF_DEALING",
        "who reported does not contest it for another party",
        "quien informó no lo impugna por otra parte",
        since=SECOND,
    )
    def _not_ones_own(self, on: Commitment, at: Context) -> Breach:
        report = on.report(self.report)
        return (
            report is not None
            and report.mark.party != at.party
            and report.mark.person is not None
            and report.mark.person == at.actor.get("person")
        )

    RULES: ClassVar = (_report_exists, _not_ones_own)

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add the contest."""
        contest = Contest(grounds=self.grounds, evidence=self.evidence, own_level=self.own_level, mark=at.mark)
        reports = tuple(
            replace(report, contests=(*report.contests, contest)) if report.report == self.report else report
            for report in on.reports
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
        return any(completion.milestone == self.milestone for completion in on.completed)

    @rule("E_EVIDENCE_REQUIRED", "a completed milestone has evidence", "un hito completado tiene evidencia")
    def _has_evidence(self, on: object, at: Context) -> Breach:
        return not self.evidence

    @rule(
        "E_EVIDENCE_REQUIRED",
        "a completed milestone's documents are submitted, and none is rejected",
        "los documentos de un hito completado se entregaron y ninguno está rechazado",
        since=SECOND,
    )
    def _documents_delivered(self, on: Commitment, at: Context) -> Breach:
        items = on.scope.deliverables if on.scope else ()
        due = [item for item in items if item.milestone == self.milestone and item.form == "document"]
        missing = [item.deliverable for item in due if delivery(at.state, on, item) in (EXPECTED, "rejected")]
        return bool(missing) and {"missing": missing}

    @rule(
        "E_DATE",
        "a milestone is not completed before work on it begins",
        "un hito no se completa antes de que empiece el trabajo en él",
        since=THIRD,
    )
    def _after_its_beginning(self, on: Commitment, at: Context) -> Breach:
        begun = next((work.mark for work in on.begun or () if work.milestone == self.milestone), None)
        return begun is not None and _out_of_order(begun.occurred_on, at.mark.occurred_on)

    @rule(
        "E_EVIDENCE_REQUIRED",
        "a completed milestone's events were held (GatheringHeld), and its decisions are signed (DecisionSigned)",
        "los eventos de un hito completado se realizaron (GatheringHeld) y sus decisiones se firmaron (DecisionSigned)",
        since=THIRD,
    )
    def _events_and_decisions_there(self, on: Commitment, at: Context) -> Breach:
        items = on.scope.deliverables if on.scope else ()
        due = [item for item in items if item.milestone == self.milestone and item.form in ("event", "decision")]
        missing = [item.deliverable for item in due if delivery(at.state, on, item) in (EXPECTED, "rejected")]
        return bool(missing) and {"missing": missing}

    RULES: ClassVar = (
        _by_a_responsible,
        _milestone_in_scope,
        _completed_once,
        _has_evidence,
        _documents_delivered,
        _after_its_beginning,
        _events_and_decisions_there,
    )

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Note the completion."""
        done = Completion(milestone=self.milestone, evidence=self.evidence, mark=at.mark)
        return replace(on, completed=(*on.completed, done))


def _out_of_order(begun: str, completed: str) -> Breach:
    """Find that what was said to have begun did so after all days of its completion; both EDTF, as they were said."""
    try:
        first, last = parse_edtf(begun).start, parse_edtf(completed).end
    except ValueError:
        return None  # an impossible date is refused as such
    return first is not None and last is not None and first > last and {"begun": begun, "completed": completed}


# What may be said without end from its adoption on, and leaves the commitment where it is.
_STAYS: Final[Mapping[str, str]] = {"adopted": "adopted", "in_progress": "in_progress", "suspended": "suspended"}
_WORK: Final[Mapping[str, str]] = {"adopted": "in_progress", "in_progress": "in_progress"}
# What was done is reported also while the commitment is suspended; work begins after that.
_DONE: Final[Mapping[str, str]] = {**_WORK, "suspended": "suspended"}
COMMITMENT: Final = AggregateKind(
    CommitmentAct,
    {
        CommitmentProposed: {NONE: "proposed"},
        CommitmentAdopted: {"proposed": "adopted"},
        WorkStarted: _WORK,
        ProgressReported: _DONE,
        ProgressContested: {"adopted": "adopted", "in_progress": "in_progress"},
        MilestoneCompleted: _DONE,
        ScopeChangeProposed: _STAYS,
        ScopeChanged: _STAYS,
        RoleFilled: _STAYS,
        ConditionDeclared: _STAYS,
        ConditionSettled: _STAYS,
    },
    {CommitmentStatusDecided: STATUS_MOVES},
)
