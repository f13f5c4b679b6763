"""Outlines: the few facts that lists need of an aggregate, so that those that are stored need not be made for them.

An outline is a function of its aggregate alone: not of the day, nor of any other aggregate. What depends on these is
computed by the same rules as from the aggregate. A snapshot has outlines next to aggregates, and trusts neither more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from constancia.domain.commitments.commitment import Commitment, borne_by, part_of
from constancia.domain.commitments.scope import Milestone
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.role import MEMBERS
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.values.calendar import parse_day


class NamedBearer(NamedTuple):
    """Who is named to answer for something.

    Attributes:
        party: The party; None for the members that sit.
        duty: What a successor takes over from it; None where who is named answers, and no successor.
    """

    party: str | None
    duty: str | None


class MilestoneOutline(NamedTuple):
    """A milestone of the scope in force.

    Attributes:
        milestone: Its id.
        window: EDTF.
        is_open: Whether nobody has reported it complete.
        bearers: Who is named to answer for it now.
    """

    milestone: str
    window: str
    is_open: bool
    bearers: tuple[NamedBearer, ...]


class CommitmentOutline(NamedTuple):
    """What lists need of a commitment.

    Attributes:
        status: Its state.
        governance_body: Its body, as it was named.
        ended_at: When its end was recorded, RFC 3339; None while it goes on.
        ended_by: The index of the entry that recorded it.
        milestones: Those of the scope in force.
        former: The windows that an earlier scope named, and the one in force does not.
        deliverables: The ids that any scope names.
        has_completed: Whether a milestone was reported complete.
        has_conditions: Whether a milestone in force has a fallback, or a condition of something else was declared.
        contested: Leaf hashes of the reports that were contested within it.
    """

    status: str
    governance_body: str | None
    ended_at: str | None
    ended_by: int | None
    milestones: tuple[MilestoneOutline, ...]
    former: tuple[str, ...]
    deliverables: tuple[str, ...]
    has_completed: bool
    has_conditions: bool
    contested: tuple[str, ...]

    @property
    def windows(self) -> tuple[str, ...]:
        """Every window that a scope has named."""
        return (*[step.window for step in self.milestones], *self.former)


class DecisionOutline(NamedTuple):
    """What lists need of a decision.

    Attributes:
        status: Its state as it was recorded.
        settled: Its state once voting is over.
        closes: The last day of voting; None where there is none.
        proposed: The index of its proposal.
        fulfils: The stream of the deliverable that it is; None for any other decision.
    """

    status: str
    settled: str
    closes: str | None
    proposed: int
    fulfils: str | None

    def status_on(self, day: date) -> str:
        """Give its state on a day, as the decision itself does."""
        if self.settled == self.status or self.closes is None:
            return self.status  # the same before and after
        return self.settled if day > parse_day(self.closes) else self.status


def bearers_named(commitment: Commitment, milestone: Milestone) -> tuple[NamedBearer, ...]:
    """Give who is named to answer for a milestone now: who leads, or the fallback once its condition has failed.

    Args:
        commitment: The milestone's commitment.
        milestone: One of its scope in force.
    """
    if commitment.has_failed(milestone):
        return fallback_named(commitment, milestone)
    return tuple(_named(commitment, milestone, milestone.lead, part_of(commitment, milestone.milestone)))


def fallback_named(commitment: Commitment, milestone: Milestone) -> tuple[NamedBearer, ...]:
    """Give who is named to answer for a milestone where the condition of its fallback has failed."""
    names = milestone.fallback.parties if milestone.fallback else ()
    return tuple(_named(commitment, milestone, names, None))


def _named(
    commitment: Commitment, milestone: Milestone, names: Iterable[str], of_members: str | None
) -> Iterator[NamedBearer]:
    for name in names:
        if name in MEMBERS:
            yield NamedBearer(None, of_members)
        else:
            yield from (NamedBearer(*borne) for borne in borne_by(commitment, milestone, name))


def _commitment(commitment: Commitment) -> CommitmentOutline:
    scopes = [version.scope for version in commitment.scopes]
    steps = scopes[-1].milestones if scopes else ()
    opened, windows = commitment.open_milestones, {step.window for step in steps}
    former = dict.fromkeys(step.window for scope in scopes for step in scope.milestones if step.window not in windows)
    return CommitmentOutline(
        status=commitment.status,
        governance_body=commitment.governance_body,
        ended_at=commitment.ended.mark.recorded_at if commitment.ended else None,
        ended_by=commitment.ended.mark.index if commitment.ended else None,
        milestones=tuple(
            MilestoneOutline(step.milestone, step.window, step.milestone in opened, bearers_named(commitment, step))
            for step in steps
        ),
        former=tuple(former),
        deliverables=tuple(dict.fromkeys(item.deliverable for scope in scopes for item in scope.deliverables)),
        has_completed=bool(commitment.completed),
        has_conditions=any(step.fallback for step in steps)
        or any(condition.milestone is None for condition in commitment.declared or ()),
        contested=commitment.contested,
    )


def _decision(decision: Decision) -> DecisionOutline:
    fulfils = decision.act.fulfils
    return DecisionOutline(
        status=decision.status,
        settled=decision.status_on(date.max),
        closes=decision.closes,
        proposed=decision.proposed.index,
        fulfils=f"deliverable/{fulfils.commitment}.{fulfils.deliverable}" if fulfils is not None else None,
    )


_MAKERS: Final[Mapping[type[Aggregate], Callable[[Any], Any]]] = {Commitment: _commitment, Decision: _decision}
# The classes that have outlines, and the forms of these.
OUTLINES: Final[Mapping[type[Aggregate], type[Any]]] = {Commitment: CommitmentOutline, Decision: DecisionOutline}


def outline_of(aggregate: Aggregate) -> Any:
    """Give an aggregate's outline, of the form that `OUTLINES` has for its class.

    Raises:
        KeyError: Aggregates of its class have none.
    """
    return _MAKERS[type(aggregate)](aggregate)
