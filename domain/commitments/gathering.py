"""Gatherings: a forum, a meeting, a consultation and the like. Convened, moved, held; no names of who attended."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.editions import THIRD
from constancia.domain.kernel.values import Count, Doc, Identifier, Text, Value

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
        if self.about is None:
            return ()
        commitment = f"commitment/{self.about.commitment}"
        if self.about.deliverable is None:
            return (commitment,)
        return (commitment, f"deliverable/{self.about.commitment}.{self.about.deliverable}")

    @property
    def window(self) -> str | None:
        """EDTF of the days for which it was last convened; of a gathering that nobody convened those of its holding."""
        if self.convenings:
            return self.convenings[-1].window
        return self.holding.window if self.holding else None

    def contribution(self, name: str) -> Contribution | None:
        """Give a contribution by its id."""
        return next((contribution for contribution in self.contributions if contribution.contribution == name), None)
