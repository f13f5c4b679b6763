"""Rows of commitments, deliverables, conditions, action plans, and what is overdue."""

from typing import Literal, NotRequired, TypedDict

from constancia.api.description.common_rows import ContestRow, EntryStanding, Row
from constancia.api.description.forms import extends
from constancia.domain.commitments.commitment import (
    Completion,
    DecidedStatus,
    DeclaredCondition,
    ProgressStatement,
    ScopeProposal,
    ScopeVersion,
)
from constancia.domain.commitments.deliverables.deliverable import DeliverableContest, SubmittedVersion
from constancia.domain.commitments.scope import Deliverable, Indicator, Milestone, ScopeDiff
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.plans.assessment import Assessment
from constancia.domain.plans.deadline import DeadlineMove
from constancia.domain.plans.plan import Carried, Closing, Submission
from constancia.domain.values.values import Text


class Fulfilment(TypedDict):
    """What an event or a decision is fulfilled by."""

    index: int
    on: str
    stream: str


@extends(Completion)
class CompletionRow(TypedDict):
    """A milestone reported complete, and the standing of its entry."""

    contests: list[ContestRow]
    standing: EntryStanding


@extends(ProgressStatement)
class ReportRow(TypedDict):
    """A report of progress, and the standing of its entry."""

    contests: list[ContestRow]
    standing: EntryStanding


@extends(Assessment)
class AssessmentRow(TypedDict):
    """An assessment, with who made it."""

    assessor: str


@extends(Deliverable)
class DeliverableOfCommitment(TypedDict):
    """A deliverable of a commitment's scope, and its state."""

    accepted_version: int | None
    fulfilled_by: Fulfilment | None
    open_contests: list[str]
    status: str
    stream: str
    version: int | None


@extends(Milestone)
class MilestoneRow(TypedDict):
    """A milestone, and its state on the day."""

    completed: Mark | None
    completion_standing: EntryStanding | None
    days_late: int
    due: str | None
    stands: str
    started: bool


class CommitmentRow(Row):
    """A commitment, each track by itself."""

    commitment: str
    completed: list[CompletionRow]
    contested_level: str | None
    decided: list[DecidedStatus]
    deliverables: list[DeliverableOfCommitment]
    flags: list[str]
    governance_body: str
    independent: list[AssessmentRow]
    independent_level: str | None
    indicators: list[Indicator]
    is_contested: bool
    last: Mark
    lifecycle: str
    milestones: list[MilestoneRow]
    objective: Text | None
    open_milestones: list[str]
    plans: list[str]
    problem: Text | None
    proposals: list[ScopeProposal]
    reports: list[ReportRow]
    scope_version: int
    scopes: list[ScopeVersion]
    self_level: str | None
    stream: str
    title: Text


@extends(DeclaredCondition, may_lack=("condition", "kind", "mark", "text"))
class ConditionRow(TypedDict):
    """A condition of a commitment or of one of its milestones."""

    acting: NotRequired[list[str]]
    outcome: NotRequired[str]
    parties: NotRequired[list[str]]
    reasons: NotRequired[Text]
    settled: NotRequired[Mark]
    text: Text | None


class ConditionsRow(Row):
    """The conditions of a commitment."""

    commitment: str
    conditions: list[ConditionRow]
    stream: str


class DeliverableRow(Row):
    """A deliverable, with every version handed in."""

    accepted_index: int | None
    accepted_version: int | None
    commitment: str
    contests: list[DeliverableContest]
    deliverable: str
    expected: Deliverable | None
    fulfilled_by: Fulfilment | None
    is_in_scope: bool
    open_contests: list[str]
    status: str
    stream: str
    versions: list[SubmittedVersion]


class OverdueRow(Row):
    """A milestone that was not reported complete in time, or a plan that was not submitted."""

    commitment: str | None
    days_late: int
    days_late_now: int | None
    due: str
    kind: Literal["milestone", "plan"]
    lead: list[str]
    lifecycle: str
    milestone: str | None
    of: str
    plan: str | None
    stream: str
    title: Text
    window: str


@extends(ScopeDiff)
class ScopeChangeRow(TypedDict):
    """What a scope differs in from an earlier one."""

    kind: str


@extends(Carried)
class CarriedRow(TypedDict):
    """A commitment that a plan carries."""

    change: ScopeChangeRow | None
    lifecycle: str | None
    outcome: str | None
    scope_now: int
    title: Text | str


@extends(Submission)
class SubmissionRow(TypedDict):
    """A submission of a plan."""

    claimed_on: str | None
    counts_on: str


class PlanRow(Row):
    """An action plan."""

    assessments: list[AssessmentRow]
    closed: Closing | None
    commitments: list[CarriedRow]
    days_late: int | None
    days_late_now: int | None
    due: str | None
    due_now: str | None
    ends: str | None
    first_end: str | None
    governance_body: str
    is_over: bool
    is_stopped: bool
    moves: list[DeadlineMove]
    opened: Mark | None
    ordinal: int
    period: str
    plan: str
    stands: str
    status: str
    stream: str
    submissions: list[SubmissionRow]
    title: Text
