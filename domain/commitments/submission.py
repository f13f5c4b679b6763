"""What is handed in of a commitment's deliverables: every version, and what was objected to it."""

from dataclasses import dataclass
from typing import ClassVar

from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.editions import THIRD
from constancia.domain.kernel.values import Doc, Evidence, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedVersion:
    """One version: the document's hash, who submitted it, and what changed."""

    version: int
    document: Doc
    mark: Mark
    changes: Text | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableContest:
    """A contest of a version; `answered_in` is the version that answers it."""

    contest: str
    version: int
    grounds: Text
    evidence: tuple[Evidence, ...]
    mark: Mark
    answered_in: int | None = None
    overruled_by: str | None = None  # the decision
    overruled: Mark | None = None  # when; absent in the first two editions
    is_idle: bool | None = None  # it blocks nothing: its party had objected to two versions before


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableRejection:
    """A member's word that a version goes back."""

    SINCE: ClassVar = THIRD

    version: int
    reasons: Text
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableState(Aggregate):
    """A deliverable with all its versions, contests and acceptances."""

    commitment: str
    deliverable: str
    versions: tuple[SubmittedVersion, ...]
    contests: tuple[DeliverableContest, ...] = ()
    accepted_version: int | None = None
    accepted_index: int | None = None
    accepted_on: str | None = None  # absent in the first edition
    rejections: tuple[DeliverableRejection, ...] | None = None  # absent in the first two editions
    accepted_without: tuple[str, ...] | None = None  # the members that were not waited for

    @property
    def concerns(self) -> tuple[str, ...]:
        """Its commitment."""
        return (f"commitment/{self.commitment}",)

    @property
    def current(self) -> SubmittedVersion:
        """The last version."""
        return self.versions[-1]

    @property
    def authors(self) -> frozenset[str]:
        """The persons who have submitted or revised for the party whose work the last version is."""
        own = (version.mark for version in self.versions if version.mark.party == self.current.mark.party)
        return frozenset(mark.person for mark in own if mark.person is not None)

    @property
    def open_contests(self) -> tuple[str, ...]:
        """Contests that no version has answered and no decision has overruled."""
        return tuple(
            contest.contest for contest in self.contests if contest.answered_in is None and contest.overruled_by is None
        )

    @property
    def last_rejections(self) -> tuple[DeliverableRejection, ...]:
        """The rejections of the last version."""
        return tuple(rejection for rejection in self.rejections or () if rejection.version == self.current.version)

    @property
    def rejected_by(self) -> tuple[str, ...]:
        """The members that have rejected the last version, sorted."""
        return tuple(sorted({rejection.mark.party for rejection in self.last_rejections}))

    @property
    def is_blocked(self) -> bool:
        """Whether a contest that blocks acceptance has no answer."""
        return any(contest.contest in self.open_contests for contest in self.contests if not contest.is_idle)

    @property
    def objections(self) -> tuple[DeliverableContest | DeliverableRejection, ...]:
        """Every contest and rejection of a version."""
        return (*self.contests, *(self.rejections or ()))

    def contest(self, name: str) -> DeliverableContest | None:
        """Give a contest by its id."""
        return next((contest for contest in self.contests if contest.contest == name), None)
