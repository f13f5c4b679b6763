"""Gatherings: a forum, a meeting, a consultation and the like. Convened, moved, held; no names of who attended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from constancia.domain.kernel.aggregate import Aggregate, Mark, SaidIn
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Count, Doc, Identifier, Text, Value

GatheringKind = Literal["consultation", "forum", "interviews", "meeting", "validation_session", "workshop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter(Value):
    """What a gathering is about: a commitment, and of it a milestone or the deliverable that the gathering is."""

    SINCE: ClassVar = THIRD

    commitment: Identifier
    deliverable: Identifier | None = None
    milestone: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionCount(Value):
    """How many contributions of one kind there were, as the organizer counts them."""

    SINCE: ClassVar = THIRD

    count: Count
    kind: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Convening:
    """One call to a gathering; a later one moves it."""

    SINCE: ClassVar = THIRD

    title: Text
    window: str
    agenda: tuple[Text, ...]
    open_to: Text
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """That it took place: on which days, how many came, and what tells of it."""

    SINCE: ClassVar = THIRD

    window: str
    mark: Mark
    attendance: int | None = None
    contributions: tuple[ContributionCount, ...] | None = None
    minutes: Doc | None = None
    report: Doc | None = None
    summary: Text | None = None

    @property
    def ended(self) -> str:
        """EDTF of its end, in its own precision."""
        return self.window.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What somebody contributed, or a batch of it: by its digest, without a name."""

    SINCE: ClassVar = THIRD

    contribution: str
    contributor: str
    consent: str
    count: int
    mark: Mark
    document: Doc | None = None
    pseudonym: str | None = None
    sha256: str | None = None


def _matters(commitment: str, deliverable: str | None) -> tuple[str, ...]:
    own = (f"commitment/{commitment}",)
    return own if deliverable is None else (*own, f"deliverable/{commitment}.{deliverable}")


def _with(concerned: tuple[str, ...], about: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Add what a statement names to what earlier ones did; the commitment stays the one that was named first."""
    if about is None or len(concerned) > 1:
        return concerned
    commitment = concerned[0].partition("/")[2] if concerned else about["commitment"]
    return _matters(commitment, about.get("deliverable"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering(Aggregate):
    """A gathering with every call to it, what was contributed, and that it was held."""

    SINCE: ClassVar = THIRD

    gathering: str
    kind: str
    title: Text
    governance_body: str | None = None
    about: Matter | None = None
    convenings: tuple[Convening, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    holding: Holding | None = None
    response_term: int | None = None  # days, by the body's rules when it was first spoken of
    own_word: Holding | None = None  # of who convened it, where another had said first that it was held

    @property
    def concerns(self) -> tuple[str, ...]:
        """The commitment and the deliverable that it is about."""
        return () if self.about is None else _matters(self.about.commitment, self.about.deliverable)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Add what a call or the holding says. That it was held may be said twice, and the second word adds nothing."""
        after = _with(before or (), statement["body"].get("about"))
        is_first_word = statement["type"] != "GatheringHeld" or before is None
        return after if is_first_word or after == before else None

    def concerned_at(self, index: int, said_in: SaidIn) -> tuple[str, ...]:
        """Give the same after an entry: what its calls and its holding had said by then."""
        words = (*self.convenings, *((self.holding,) if self.holding else ()))
        concerned: tuple[str, ...] = ()
        for mark in sorted((word.mark for word in words), key=lambda mark: mark.index):
            if mark.index <= index:
                concerned = _with(concerned, said_in(mark.leaf_hash)["body"].get("about"))
        return concerned

    @property
    def window(self) -> str | None:
        """EDTF of the days for which it was last convened; of a gathering that nobody convened those of its holding."""
        if self.convenings:
            return self.convenings[-1].window
        return self.holding.window if self.holding else None

    def contribution(self, name: str) -> Contribution | None:
        """Give a contribution by its id."""
        return next((contribution for contribution in self.contributions if contribution.contribution == name), None)
