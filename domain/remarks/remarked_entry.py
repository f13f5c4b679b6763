"""An entry that something was said of: which one it is, who said it, and all acts about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from constancia.domain.kernel.aggregate import Aggregate, Level, Mark
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, Evidence, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContest:
    """A contest of an entry; `withdrawn` is its author's later word."""

    SINCE: ClassVar = THIRD

    contest: str
    grounds: Text
    evidence: tuple[Evidence, ...]
    mark: Mark
    own_level: Level | None = None
    withdrawn: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResponse:
    """A response to contests of an entry, or to the entry itself where it names none."""

    SINCE: ClassVar = THIRD

    response: Text
    mark: Mark
    answers: tuple[str, ...] | None = None
    documents: tuple[Doc, ...] | None = None
    evidence: tuple[Evidence, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkedEntry(Aggregate):
    """An entry that something was said of: which one it is, who said it, and all remarks on it."""

    SINCE: ClassVar = THIRD

    target: str
    target_index: int
    target_stream: str
    target_type: str
    authors: tuple[str, ...]
    acknowledged: tuple[Mark, ...] = ()
    contests: tuple[EntryContest, ...] = ()
    responses: tuple[EntryResponse, ...] = ()

    @property
    def concerns(self) -> tuple[str, ...]:
        """What the entry was said of."""
        return (self.target_stream,)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:  # noqa: ARG003
        """Give it once it is known: the first word names an entry, and not what that was said of."""
        return before

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where each remark on it was said."""
        withdrawn = (contest.withdrawn for contest in self.contests if contest.withdrawn is not None)
        contested = (contest.mark for contest in self.contests)
        answered = (response.mark for response in self.responses)
        return (*self.acknowledged, *contested, *answered, *withdrawn)

    def is_acknowledged_by(self, party: str) -> bool:
        """Tell whether a party has acknowledged the entry, and upholds no contest of it."""
        upheld = (contest.mark.party for contest in self.contests if contest.withdrawn is None)
        return any(mark.party == party for mark in self.acknowledged) and party not in upheld

    def contest(self, name: str) -> EntryContest | None:
        """Give a contest by its id."""
        return next((contest for contest in self.contests if contest.contest == name), None)
