"""Complaints: the aggregate, and what is asked of one: what it continues, and whose cause it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from constancia.domain.identity.succession import with_heirs
from constancia.domain.kernel.acts import Act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, StateView
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Identifier, Text

OPEN: Final = ("filed", "admitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The word that a complaint is to be answered, and the last day for the answers."""

    SINCE: ClassVar = THIRD

    mark: Mark
    reasons: Text
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The end of a complaint: its outcome, why, and the streams of what was done about it."""

    SINCE: ClassVar = THIRD

    mark: Mark
    outcome: str
    reasons: Text
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint(Aggregate):
    """A complaint. Its filer is the party that says it, or that took it in for somebody who is not named.

    `response_days` is the term of the rules in force when it was filed: the accused can't lengthen it later.
    """

    SINCE: ClassVar = THIRD

    complaint: str
    kind: str
    against: tuple[str, ...]
    filed: Mark
    protected: bool
    response_days: int
    text: Text | None = None
    digest: str | None = None
    pseudonym: str | None = None
    subject: str | None = None
    continues: str | None = None
    addressed_to: str | None = None
    governance_body: str | None = None
    admission: Admission | None = None
    resolution: Resolution | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """What it is about, unless it is protected, and the complaint that it continues."""
        return _matters(self.protected, self.subject, self.continues)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Give the same as it was filed."""
        body = statement["body"]
        return before if before is not None else _matters(*map(body.get, ("protected", "subject", "continues")))

    @property
    def filer(self) -> str:
        """The party that filed it, or took it in."""
        return self.filed.party

    @property
    def was_taken_in(self) -> bool:
        """Whether its filer only took it in: for somebody under a pseudonym, or who is protected."""
        return self.protected or self.pseudonym is not None

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended it."""
        return self.resolution is None

    @property
    def owed_by(self) -> tuple[str, ...]:
        """The parties that owe an answer: once it is admitted, each that is accused."""
        return self.against if self.admission is not None else ()

    def duties_of(self, party: str) -> tuple[str, ...]:
        """Give the answer that a party owes, until the complaint is resolved."""
        return (answer_of(self),) if self.is_open and party in self.owed_by else ()

    @property
    def judges(self) -> tuple[Mark, ...]:
        """The words by which it was decided: admitted, resolved."""
        words = (self.admission, self.resolution)
        return tuple(word.mark for word in words if word is not None)


def _matters(protected: bool, subject: str | None, continues: str | None) -> tuple[str, ...]:
    former = None if continues is None else f"complaint/{continues}"
    return tuple(stream for stream in (None if protected else subject, former) if stream is not None)


@act_base
class ComplaintAct(Act[Complaint]):
    """What is said of a complaint."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "complaint"
    stream_id: ClassVar = ("complaint",)

    complaint: Identifier


def find_complaint(state: StateView, name: str | None) -> Complaint | None:
    """Give a complaint by its id, or None."""
    aggregate = state.standing(f"complaint/{name}") if name is not None else None
    return aggregate if isinstance(aggregate, Complaint) else None


def former_ones(state: StateView, continues: str | None) -> Iterator[Complaint]:
    """Give the complaint that is continued, the one that it continues, and so on: each was filed earlier."""
    former = find_complaint(state, continues)
    while former is not None:
        yield former
        former = find_complaint(state, former.continues)


def answer_of(complaint: Complaint) -> str:
    """Give the name of the duty to answer a complaint."""
    return f"{complaint.stream}#answer"


def involved(at: Context, complaint: Complaint) -> frozenset[str]:
    """Give the parties whose cause a complaint is.

    Returns:
        Who files it and who is accused in it and in all that it continues, and who decided on one of the latter; with
        those in which one of them goes on.
    """
    former = former_ones(at.state, complaint.continues)
    return with_heirs(at.state, both_sides(at, complaint) | {mark.party for each in former for mark in each.judges})


def both_sides(at: Context, complaint: Complaint) -> frozenset[str]:
    """Give who files a complaint and who is accused in it, and in all that it continues."""
    each = (complaint, *former_ones(at.state, complaint.continues))
    return frozenset(party for part in each for party in (part.filer, *part.against))


def persons_involved(at: Context, complaint: Complaint) -> frozenset[str]:
    """Give the persons who filed a complaint or one that it continues, and who decided on one of the latter."""
    marks = [complaint.filed]
    for former in former_ones(at.state, complaint.continues):
        marks += [former.filed, *former.judges]
    return frozenset(mark.person for mark in marks if mark.person is not None)
