"""What an act is judged against: the state before it, the entry, the local day; and look-ups across aggregates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Protocol, TypeVar

from constancia.domain.kernel.aggregate import Aggregate, Concurrence, Mark
from constancia.domain.values.calendar import Edtf, local_day, parse_edtf, parse_instant
from constancia.domain.values.editions import FIRST, THIRD
from constancia.domain.values.values import digest

_A = TypeVar("_A", bound=Aggregate)
_T = TypeVar("_T")


class EntryView(Protocol):
    """What acts may ask of an entry (`acts.Recorded` is one). Acts are judged in a context, so it knows no acts."""

    @property
    def originator_id(self) -> str:
        """The stream."""

    @property
    def timestamp(self) -> datetime:
        """Instant of recording."""

    @property
    def index(self) -> int:
        """Index in the log."""

    @property
    def leaf_hash(self) -> str:
        """Hex leaf hash."""

    @property
    def recorded_at(self) -> str:
        """Instant of recording, as the entry says it."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Ids of the keys that signed."""

    @property
    def statement(self) -> Mapping[str, Any]:
        """The parsed statement."""


class StateView(Protocol):
    """What acts may ask of the state (`state.State` is one)."""

    @property
    def size(self) -> int:
        """Number of entries in it."""

    @property
    def timezone(self) -> str:
        """The ledger's zone."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The ledger's authentic languages."""

    @property
    def edition(self) -> int:
        """The edition of the law in force."""

    @property
    def opened_on(self) -> date | None:
        """The day of genesis in the ledger's zone; None before it."""

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """All aggregates by stream."""

    def standing(self, stream: str) -> Aggregate | None:
        """Give a stream's aggregate, or None."""

    def of(self, kind: type[_A]) -> Iterator[_A]:
        """Give the aggregates of a class."""

    def on_topic(self, kind: type[_A], topic: str) -> tuple[_A, ...]:
        """Give the aggregates of a class that have a topic."""

    def outlines(self, kind: type[Aggregate]) -> Mapping[str, Any]:
        """Give the outlines of a class by stream."""

    def once(self, compute: "Callable[[Any], _T]") -> _T:
        """Give what a pure function computes of the state, once for all who ask."""


# Finds an earlier entry by its hex leaf hash; the ledger has the store, the domain has none.
Lookup = Callable[[str], EntryView | None]


def find_nothing(_leaf_hash: str) -> EntryView | None:
    """Stand for a look-up where no store is at hand."""
    return None


@dataclass(frozen=True, kw_only=True)
class Context:
    """The state before an entry, and the entry. Made once for each entry; look-ups are computed when asked."""

    state: StateView
    recorded: EntryView
    lookup: Lookup = find_nothing
    proposed_in: str | None = None  # the body that is to decide, where an act is judged at its proposal

    @property
    def statement(self) -> Mapping[str, Any]:
        """The parsed statement."""
        return self.recorded.statement

    @property
    def actor(self) -> Mapping[str, str]:
        """The statement's actor."""
        actor: Mapping[str, str] = self.recorded.statement["actor"]
        return actor

    @property
    def party(self) -> str:
        """The actor's party; empty for the founders."""
        return self.actor.get("party", "")

    @cached_property
    def signed(self) -> datetime | None:
        """The instant of signing that the statement gives; None for an impossible one, which is refused as such."""
        try:
            return parse_instant(self.statement["signed_at"])
        except ValueError:
            return None

    @cached_property
    def occurred(self) -> Edtf | None:
        """The date that the statement gives; None for an impossible one, which is refused as such."""
        try:
            return parse_edtf(self.statement["occurred_on"])
        except ValueError:
            return None

    @property
    def is_root(self) -> bool:
        """Whether a party's root speaks."""
        return self.actor["capacity"] == "root"

    @cached_property
    def edition(self) -> int:
        """The edition of the law that judges the entry: the one in force; genesis is judged by the one it names."""
        if self.state.size:
            return self.state.edition
        named = self.statement["body"].get("edition", FIRST)
        return named if type(named) is int else FIRST

    @property
    def key(self) -> str:
        """Id of the key that signed."""
        return self.recorded.keys[0]

    @cached_property
    def day(self) -> date:
        """The day of recording in the ledger's zone; that of genesis, since the third edition, in the zone it names."""
        genesis = self.statement["body"] if not self.state.size and self.edition >= THIRD else {}
        return local_day(self.recorded.timestamp, genesis.get("timezone", self.state.timezone))

    @cached_property
    def aggregate(self) -> Aggregate | None:
        """The aggregate of the statement's stream."""
        return self.state.standing(self.recorded.originator_id)

    @cached_property
    def mark(self) -> Mark:
        """Where and by whom this is said."""
        return Mark(
            index=self.recorded.index,
            leaf_hash=self.recorded.leaf_hash,
            party=self.party,
            occurred_on=self.statement["occurred_on"],
            recorded_at=self.recorded.recorded_at,
            appointment=self.actor.get("appointment"),
            person=self.actor.get("person"),
            capacity=self.actor.get("capacity"),
            key=self.key,
        )

    def find(self, kind: type[_A], stream: str) -> _A | None:
        """Give another aggregate of a class, or None."""
        looked_up = self._looked_up
        if stream not in looked_up:
            looked_up[stream] = self.state.standing(stream)
        aggregate = looked_up[stream]
        return aggregate if isinstance(aggregate, kind) else None

    @cached_property
    def _looked_up(self) -> dict[str, Aggregate | None]:
        """What was found: many rules ask for the same key and appointment, and nothing changes meanwhile."""
        return {}

    @property
    def dated(self) -> str | None:
        """The date of what a live act brings about, which the aggregates keep since the second edition."""
        return None if self.edition == FIRST else self.mark.occurred_on

    @property
    def said_digest(self) -> str:
        """Digest of what parties must say equally: the body; since the second edition without its `provenance`.

        Provenance tells where one party's knowledge comes from. It is no part of what the parties agree on.
        """
        body = self.statement["body"]
        if self.edition == FIRST:
            return digest(body)
        return digest({name: value for name, value in body.items() if name != "provenance"})

    def joined(self) -> Concurrence:
        """Give the concurrence of this act's body with this actor's word added."""
        before = self._words()
        return replace(before, marks=(*before.marks, self.mark))

    def has_said(self) -> bool:
        """Tell whether the actor's party has said an equal body on this stream before."""
        return self.party in self._words().parties

    def _words(self) -> Concurrence:
        """Give the words before this one over an equal body.

        Since the third edition a word counts until its matter is settled otherwise: it was said of what was there then.
        """
        name, value = self.statement["type"], self.said_digest
        if self.aggregate is None:
            return Concurrence(type=name, digest=value)
        before = self.aggregate.concurrence(name, value)
        if self.edition < THIRD:
            return before
        since = self.aggregate.settled_at(name, self.statement["body"])
        return replace(before, marks=tuple(mark for mark in before.marks if mark.index > since))


def begins_in_future(at: Context, when: str) -> Mapping[str, object] | None:
    """Find what is said of the past and begins after the day of recording.

    Args:
        at: Gives the day.
        when: EDTF.

    Returns:
        The date met, or None where it has begun.
    """
    start = parse_edtf(when).start
    return {"found": when} if start is not None and start > at.day else None


def lies_in_future(at: Context, when: str) -> Mapping[str, object] | None:
    """Find what is said to have happened and can't all have happened by the day of recording; as `begins_in_future`."""
    bounds = parse_edtf(when)
    first = max((day for day in (bounds.start, bounds.earliest_end) if day is not None), default=None)
    return {"found": when} if first is not None and first > at.day else None
