"""Rows of what was said: allegations, complaints, corrections, statements, gatherings, what others answered."""

from typing import Final, TypedDict

from constancia.api.description.common_rows import Row, WordsOnEntry
from constancia.api.description.forms import extends
from constancia.domain.commitments.gathering import Contribution, ContributionCount, Gathering
from constancia.domain.complaints.complaint import Complaint
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.participation.response import ReasonedResponse
from constancia.domain.remarks.allegation import Allegation
from constancia.domain.remarks.cancellation import Cancellation
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.statement import Statement
from constancia.domain.values.values import Text

PROTECTED: Final = ("concurring", "digest", "filed", "subject", "text", "version")


@extends(Allegation)
class AllegationRow(WordsOnEntry):
    """An allegation, and what was said to it."""

    concerns: list[str]


@extends(Cancellation)
class CancellationRow(Row):
    """A request for cancellation of personal data, and what was decided."""

    commitments: list[str]
    documents: list[str]
    overdue: bool
    withdrawn: bool


class OwedAnswerRow(TypedDict):
    """An answer that a complaint is owed."""

    answered: Mark | None
    days_late: int | None
    days_late_now: int | None
    due: str | None
    due_now: str | None
    party: str
    stands: str


@extends(Complaint, may_lack=PROTECTED)
class ComplaintRow(Row):
    """A complaint; of a protected one nothing that it protects."""

    answers: list[OwedAnswerRow]
    continued_by: list[str]
    filer: str | None
    is_late: bool
    is_open: bool
    was_taken_in: bool


@extends(Correction)
class CorrectionRow(Row):
    """A correction."""


class RemarksRow(WordsOnEntry):
    """What was said of an entry."""

    corrections: list[Correction]
    stream: str
    target: str
    verdicts: dict[str, str]


@extends(ReasonedResponse)
class ResponseRow(Row):
    """A reasoned response, with what it answers."""

    subject: str
    subject_title: Text | None


@extends(Statement)
class StatementRow(Row):
    """A release, resolution or declaration."""

    missing: list[str]


@extends(Gathering)
class GatheringRow(Row):
    """A gathering, and its state on the day."""

    claimed_on: str | None
    due: str | None
    ended_on: str | None
    stands: str
    window: str | None


@extends(Contribution)
class ContributionRow(TypedDict):
    """What somebody contributed, with whether it came late."""

    is_late: bool


class ParticipationRow(Row):
    """Who was heard, counted by kind, and what was answered."""

    by_kind: dict[str, int]
    contributions: list[ContributionRow]
    counted_by_organizer: list[ContributionCount]
    due: str | None
    is_overdue: bool
    is_owed: bool
    kind: str
    responses: list[ReasonedResponse]
    stream: str
    title: Text
    unanswered: list[str]
    window: str | None
