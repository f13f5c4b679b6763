"""All aggregates at a size: the state that the next act is judged against, and the canonical state document.

The container changes in place, one aggregate an entry (rarely others with it), and each change can be taken back
(`undo`), so that a batch that could not be stored leaves no trace. The aggregates in it are frozen. It may rest on a
state that is stored somewhere (`Base`): then it has only what has changed since, and looks for the rest when asked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeVar

from constancia.domain.catalogue import KINDS
from constancia.domain.entry_days import BYTES, days_of
from constancia.domain.identity import key
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.kernel.acts import Act, Recorded
from constancia.domain.kernel.aggregate import Aggregate, document_of, moved
from constancia.domain.kernel.context import Context, Lookup, find_nothing
from constancia.domain.kernel.groups import grouped
from constancia.domain.kernel.layers import Base, Layers
from constancia.domain.kernel.machine import NONE
from constancia.domain.outlines import outline_of
from constancia.domain.values.calendar import local_day, parse_instant
from constancia.domain.values.editions import FIRST, NEWEST
from constancia.domain.values.form_number import form_number, shape_of
from constancia.domain.values.languages import DEFAULT_LANGUAGES

# The form of the state documents that name none.
FORM_OF_FIRST: Final = 58_000_201_467_202
_A = TypeVar("_A", bound=Aggregate)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an entry changes: its stream's aggregate before it (None where it creates it) and after it, and the others'.

    It has the days of the entry, too.

    Another state of the same log and size can take it in (`State.take`), and who took it in can take it back (`undo`).
    """

    stream: str
    before: Aggregate | None
    after: Aggregate
    days: bytes
    others_before: tuple[Aggregate, ...] = ()
    others: tuple[Aggregate, ...] = ()


class State:
    """The state after `size` entries.

    Args:
        origin: The ledger's origin, for the document.
        base: The snapshot to go on from; by default there is nothing yet.
    """

    __slots__ = ("_aggregates", "_base", "_computed", "_days", "_streams", "origin", "size")

    def __init__(self, origin: str = "", base: Base | None = None) -> None:
        self.origin = origin
        self.size = base.size if base is not None else 0
        self._base = base
        self._aggregates: dict[str, Aggregate] = {}  # those changed since the base
        self._streams: dict[type[Aggregate], list[str]] = {}
        self._days = bytearray()  # of the entries since the base
        self._computed: dict[Callable[[State], Any], Any] = {}

    def copied(self) -> "State":
        """Give a state that can go on by itself. The aggregates, being frozen, are the same objects."""
        other = State(self.origin, self._base)
        other.size = self.size
        other._aggregates = dict(self._aggregates)
        other._streams = {kind: list(streams) for kind, streams in self._streams.items()}
        other._days = self._days[:]
        return other

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """All aggregates by stream, read-only."""
        return MappingProxyType(self._aggregates) if self._base is None else Layers(self._aggregates, self._base)

    @property
    def recent(self) -> Mapping[str, Aggregate]:
        """The aggregates that have changed since the snapshot that this one rests on, read-only."""
        return MappingProxyType(self._aggregates)

    @property
    def created(self) -> Sequence[str]:
        """The streams that began since then, in the order of their creation."""
        created = {stream for streams in self._streams.values() for stream in streams}
        return [stream for stream in self._aggregates if stream in created]

    def created_of(self, kind: type[Aggregate]) -> Sequence[str]:
        """Give the streams of a class that began since then, in the order of their creation."""
        return self._streams.get(kind, ())

    @property
    def recent_days(self) -> bytes:
        """The days of the entries since then (`entry_days`), in order."""
        return bytes(self._days)

    def days(self) -> bytes:
        """Give the days of all entries."""
        return self.recent_days if self._base is None else self._base.days() + self._days

    @property
    def base_size(self) -> int:
        """The size of that snapshot; 0 where it rests on none."""
        return self._base.size if self._base is not None else 0

    def stored_outlines(self, kind: type[Aggregate]) -> Mapping[str, Any]:
        """Give the outlines of a class in that snapshot."""
        return self._base.outlines(kind) if self._base is not None else {}

    def rest_on(self, base: Base) -> None:
        """Go on from a snapshot that is this very state; nobody else may be reading it.

        Raises:
            ValueError: It is of another size.
        """
        if base.size != self.size:
            raise ValueError(f"a state after {self.size} entries can't rest on one after {base.size}")
        self._base, self._aggregates, self._streams, self._days = base, {}, {}, bytearray()

    def _find(self, stream: str) -> Aggregate | None:
        aggregate = self._aggregates.get(stream)
        return self._base.get(stream) if aggregate is None and self._base is not None else aggregate

    @property
    def timezone(self) -> str:
        """The zone that genesis named; UTC before it."""
        genesis = self._find("ledger")
        return genesis.opened.timezone if isinstance(genesis, LedgerState) else "UTC"

    @property
    def languages(self) -> tuple[str, ...]:
        """The authentic languages that genesis named; the default before it."""
        genesis = self._find("ledger")
        return genesis.languages if isinstance(genesis, LedgerState) else DEFAULT_LANGUAGES

    @property
    def edition(self) -> int:
        """The edition of the law in force; the first before genesis."""
        genesis = self._find("ledger")
        return genesis.edition if isinstance(genesis, LedgerState) else FIRST

    @property
    def opened_on(self) -> date | None:
        """The day of genesis in the ledger's zone; None before it, and in the first edition, which did not use it."""
        genesis = self._find("ledger")
        recorded = genesis.opened_at if isinstance(genesis, LedgerState) else None
        return None if recorded is None else local_day(parse_instant(recorded), self.timezone)

    def of(self, kind: type[_A]) -> Iterator[_A]:
        """Give the aggregates of a class in the order of their creation."""
        if self._base is not None:
            for stored in self._base.of(kind):
                aggregate = self._aggregates.get(stored.stream, stored)
                if isinstance(aggregate, kind):
                    yield aggregate
        for stream in self._streams.get(kind, ()):
            aggregate = self._aggregates[stream]
            if isinstance(aggregate, kind):
                yield aggregate

    def streams_of(self, kind: type[Aggregate]) -> Sequence[str]:
        """Give the streams of a class in the order of their creation, without reading its aggregates."""
        stored = self._base.streams_of(kind) if self._base is not None else ()
        return (*stored, *self._streams.get(kind, ()))

    def outlines(self, kind: type[Aggregate]) -> Mapping[str, Any]:
        """Give the outline of each aggregate of a class (`outlines`) by stream, without making those that are stored.

        Args:
            kind: A class that has outlines.

        Returns:
            Them, in the order of creation.
        """
        return self.once(_outlines(kind))  # type: ignore[arg-type]  # a class is hashable

    def on_topic(self, kind: type[_A], topic: str) -> tuple[_A, ...]:
        """Give the aggregates of a class that have a topic, in the order of their creation, without reading the others.

        Args:
            kind: The class.
            topic: A stream that they are about, or `entry/` and the leaf hash of an entry that they speak of.
        """
        changed, created = self.once(_recent_topics(kind))  # type: ignore[arg-type]  # a class is hashable
        streams = created.get(topic, ())
        if self._base is not None:
            streams = (*self._base.on_topic(kind, topic, changed.get(topic, ())), *streams)
        aggregates = (self._find(stream) for stream in streams)
        return tuple(each for each in aggregates if isinstance(each, kind) and topic in each.topics)

    def gained(self) -> Iterator[tuple[str, str]]:
        """Give each topic that an aggregate has got since the snapshot that this one rests on, with its stream."""
        created = frozenset(self.created)
        for stream, aggregate in self._aggregates.items():
            before = self._base.get(stream) if self._base is not None and stream not in created else None
            earlier = before.topics if before is not None else ()
            yield from ((topic, stream) for topic in dict.fromkeys(aggregate.topics) if topic not in earlier)

    def once(self, compute: "Callable[[State], _T]") -> _T:
        """Give what a function computes of this state: once, until the next entry is taken in or back.

        For look-ups that many rows ask for, such as an index by commitment: one pass over the state, not one a row.

        Args:
            compute: A pure function; who asks does not change what it gives.
        """
        try:
            computed: _T = self._computed[compute]
        except KeyError:
            computed = self._computed[compute] = compute(self)
        return computed

    def standing(self, stream: str) -> Aggregate | None:
        """Give a stream's aggregate; for a founder's root, of which nothing was said yet, what genesis says of it."""
        aggregate = self._find(stream)
        if aggregate is None and stream.startswith("key/"):
            genesis = self._find("ledger")
            return key.founders_root(genesis, stream) if isinstance(genesis, LedgerState) else None
        return aggregate

    def version(self, stream: str) -> int:
        """Give the number of entries in a stream."""
        aggregate = self._find(stream)
        return aggregate.version if aggregate else 0

    def apply(self, recorded: Recorded, act: Act[Any] | None = None, lookup: Lookup = find_nothing) -> Change:
        """Take an entry into the state.

        Args:
            recorded: The entry; it has been judged (`decide`), or is being replayed from a log that was.
            act: Its typed body, where the caller has it already.
            lookup: Finds earlier entries.

        Returns:
            What has changed: `undo` takes it back.

        Raises:
            UnknownAct: The type or form is not known.
            ValueError: The table of the aggregate has no such move.
        """
        act = act if act is not None else recorded.act()
        before = self._find(recorded.originator_id)
        context = Context(state=self, recorded=recorded, lookup=lookup)
        after = advance(self.standing(recorded.originator_id), act, context)
        others = tuple(act.others(after, context))
        change = Change(
            stream=recorded.originator_id,
            before=before,
            after=after,
            days=days_of(recorded, self.timezone),
            others_before=tuple([self.aggregates[other.stream] for other in others]),
            others=others,
        )
        self.take(change)
        return change

    def take(self, change: Change) -> None:
        """Take in what an entry has changed in another state of this log, which was of this size: nothing is folded."""
        after = change.after
        self._aggregates[change.stream] = after
        self._aggregates.update({other.stream: other for other in change.others})
        if change.before is None:
            self._streams.setdefault(type(after), []).append(after.stream)
        self._days += change.days
        self._computed = {}
        self.size += 1

    def undo(self, change: Change) -> None:
        """Take back the last entry taken in; changes are taken back in reverse order."""
        if change.before is None:
            gone = self._aggregates.pop(change.stream)
            self._streams[type(gone)].pop()  # what was created last
        else:
            self._aggregates[change.stream] = change.before
        self._aggregates.update({other.stream: other for other in change.others_before})
        del self._days[-BYTES:]
        self._computed = {}
        self.size -= 1

    def document(self) -> dict[str, Any]:
        """Give the state document: all aggregates, sorted by stream. The same entries give the same bytes."""
        aggregates = self.aggregates
        return {
            "aggregates": [document_of(aggregates[name]) for name in sorted(aggregates)],
            **self.about(),
        }

    def about(self) -> dict[str, Any]:
        """Give the members of the state document besides the aggregates."""
        document: dict[str, Any] = {"ledger": self.origin, "size": self.size}
        if self.edition == FIRST and state_form(FIRST) == FORM_OF_FIRST:
            return document  # byte for byte what it was before there were editions
        return {**document, "edition": self.edition, "form": state_form(self.edition)}


_ByTopic = Mapping[str, tuple[str, ...]]


@cache
def _recent_topics(kind: type[Aggregate]) -> Callable[[State], tuple[_ByTopic, _ByTopic]]:
    """Give the look-up by topic of a class's streams: those that changed since the base, and those that began since."""

    def topics(state: State, streams: Iterable[str]) -> _ByTopic:
        pairs = ((topic, stream) for stream in streams for topic in dict.fromkeys(state.recent[stream].topics))
        return grouped(pairs)

    def look_up(state: State) -> tuple[_ByTopic, _ByTopic]:
        created = state.created_of(kind)
        others: Iterable[str] = ()
        if state.base_size:
            known = frozenset(created)
            others = [name for name, each in state.recent.items() if isinstance(each, kind) and name not in known]
        return topics(state, others), topics(state, created)

    return look_up


@cache
def _outlines(kind: type[Aggregate]) -> Callable[[State], Mapping[str, Any]]:
    """Give the look-up of a class's outlines: those that are stored, with those of what has changed since."""

    def look_up(state: State) -> Mapping[str, Any]:
        changed = {name: outline_of(each) for name, each in state.recent.items() if isinstance(each, kind)}
        return {**state.stored_outlines(kind), **changed}

    return look_up


@cache
def state_form(edition: int = NEWEST) -> int:
    """Give the number of the state document's form under an edition of the law."""
    return form_number(shape_of((kind.aggregate for kind in KINDS.values()), edition))


def advance(before: Aggregate | None, act: Act[Any], context: Context) -> Aggregate:
    """Give one aggregate after an entry: the table's next state, then what the act changes.

    Args:
        before: The aggregate, None where there is none.
        act: The entry's typed body.
        context: The state before, and the entry.

    Returns:
        The aggregate after.

    Raises:
        TypeError: The stream holds an aggregate of another kind.
        ValueError: The table has no such move.
    """
    status = next_status(before, act, context)
    if status is None:
        raise ValueError(f"{type(act).__name__} is no move from {status_before(before, context)}")
    after: Aggregate
    if before is None:
        after = act.mutate(None, context)
    elif isinstance(before, KINDS[act.stream_kind].aggregate):
        after = act.mutate(moved(before, status=status), context)
    else:
        raise TypeError(f"{type(act).__name__} on a {type(before).__name__}")
    settled = status if after.status == NONE else after.status
    return moved(after, status=settled, version=before.version + 1 if before else 1)


def status_before(before: Aggregate | None, context: Context) -> str:
    """Give the state that an act meets on its day of recording."""
    return before.status_on(context.day) if before else NONE


def next_status(before: Aggregate | None, act: Act[Any], context: Context) -> str | None:
    """Give the table's next state for an act, or None where the pair is illegal."""
    kind = KINDS.get(act.stream_kind)
    return kind.machine.next_state(status_before(before, context), act.step) if kind else None


def replay(entries: Iterable[Recorded], origin: str = "", lookup: Lookup = find_nothing) -> State:
    """Fold entries, from the first on, into a state."""
    state = State(origin)
    for entry in entries:
        state.apply(entry, lookup=lookup)
    return state
