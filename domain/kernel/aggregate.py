"""The frozen aggregate that every stream folds into, and concurring acts (one entry a party over equal bodies)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, ClassVar, Final, Literal, TypeVar

from constancia.domain.kernel.machine import NONE
from constancia.domain.values.values import Value, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where something was said: index, leaf hash, by which party and appointment, when it happened and was recorded."""

    index: int
    leaf_hash: str
    party: str
    occurred_on: str
    recorded_at: str
    appointment: str | None = None
    person: str | None = None
    capacity: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrence:
    """Equal bodies said by several parties: the body's digest, its type, and who has said it."""

    type: str
    digest: str
    marks: tuple[Mark, ...] = ()

    @property
    def parties(self) -> frozenset[str]:
        """The parties that have said it."""
        return frozenset(mark.party for mark in self.marks)


# Gives the statement of an entry that is in the log, by the entry's hex leaf hash.
SaidIn = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Base of the aggregates: stream, number of entries in it, state of its machine, concurring acts under way."""

    stream: str
    version: int = 0
    status: str = NONE
    concurring: tuple[Concurrence, ...] = ()

    def status_on(self, day: date) -> str:
        """Give the state of its machine on a day: where only time moves it, the recorded state lags behind."""
        return self.status

    # Members, of the aggregate and of the body that it began with, that name what it is about, each called by its kind.
    ABOUT: ClassVar[tuple[str, ...]] = ()

    @property
    def concerns(self) -> tuple[str, ...]:
        """The streams that it is about besides its own, such as the commitment of a deliverable."""
        named = ((name, getattr(self, name)) for name in self.ABOUT)
        return tuple(f"{name}/{value}" for name, value in named if value is not None)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Give what an aggregate is about after an act, from the statement alone: as `concerns`, but nothing is folded.

        Args:
            before: What it was about before the act; None where it begins with it.
            statement: The statement; its body has its type's form.

        Returns:
            The streams; None where the statement does not say it, so that the folded aggregate has to be asked.
        """
        if before is not None:
            return before
        body = statement["body"]
        return tuple([f"{name}/{body[name]}" for name in cls.ABOUT if body.get(name) is not None])

    def concerned_at(self, index: int, said_in: SaidIn) -> tuple[str, ...]:
        """Give what it was about after an earlier entry, at which it was there; more may have been said since.

        Args:
            index: The entry's index.
            said_in: Finds the statement of an entry.
        """
        return self.concerns

    @property
    def topics(self) -> tuple[str, ...]:
        """By what it is looked up (`State.on_topic`): what it concerns, and entries that it speaks of, as `entry/…`."""
        return self.concerns

    def duties_of(self, party: str) -> tuple[str, ...]:
        """Give the open duties that a party bears here under its own name, such as `duty/o2` or `commitment/c1#m1`."""
        return ()

    def concurrence(self, type_name: str, digest: str) -> Concurrence:
        """Give what has been said so far of one body; an empty one where nothing has."""
        for concurrence in self.concurring:
            if concurrence.type == type_name and concurrence.digest == digest:
                return concurrence
        return Concurrence(type=type_name, digest=digest)

    def settled_at(self, type_name: str, body: Mapping[str, Any]) -> int:
        """Give the index of the entry by which the matter of such an act was last settled; -1 where none was.

        Args:
            type_name: The type of an act that several parties say.
            body: Its body.
        """
        return -1

    def with_concurrence(self, changed: Concurrence) -> tuple[Concurrence, ...]:
        """Give the list with one replaced or added."""
        others = self.without_concurrence(changed)
        return tuple(sorted((*others, changed), key=lambda concurrence: (concurrence.type, concurrence.digest)))

    def without_concurrence(self, settled: Concurrence) -> tuple[Concurrence, ...]:
        """Give the list without one: its matter is settled, and the same words may be said of it once more."""
        return tuple(other for other in self.concurring if (other.type, other.digest) != (settled.type, settled.digest))


_G = TypeVar("_G", bound=Aggregate)


def moved(aggregate: _G, **members: Any) -> _G:
    """Give an aggregate with some members changed, as `dataclasses.replace` does: of a fold it takes a tenth less.

    Args:
        aggregate: The frozen aggregate, which is left as it is.
        members: The members of its base, `Aggregate`, that change.
    """
    cls = type(aggregate)
    after = object.__new__(cls)
    for get, put in _slots(cls):  # type: ignore[arg-type]  # a class is hashable
        put(after, get(aggregate))
    for name, member in members.items():
        object.__setattr__(after, name, member)
    return after


@cache
def _slots(cls: type[Aggregate]) -> tuple[tuple[Callable[[Any], Any], Callable[[Any, Any], None]], ...]:
    slots = [getattr(cls, member.name) for member in fields(cls)]
    return tuple((slot.__get__, slot.__set__) for slot in slots)


def marks_of(value: object, *, leave_out: frozenset[str] = frozenset()) -> frozenset[Mark]:
    """Give every mark within an aggregate: whose word each part of it is.

    Args:
        value: An aggregate, or a part of one.
        leave_out: Names of members that are not looked into.
    """
    marks: set[Mark] = set()
    _gather(value, leave_out, marks)
    return frozenset(marks)


def _gather(value: object, leave_out: frozenset[str], marks: set[Mark]) -> None:
    if isinstance(value, Mark):
        marks.add(value)
    elif isinstance(value, tuple):
        for member in value:
            _gather(member, leave_out, marks)
    else:
        for name in _looked_into(type(value)):  # type: ignore[arg-type]  # a class is hashable
            if name not in leave_out:
                _gather(getattr(value, name), leave_out, marks)


@cache
def _looked_into(cls: type[Any]) -> tuple[str, ...]:
    """Give the members of a class in which there may be marks: none of what was read from a body."""
    is_looked_into = is_dataclass(cls) and not issubclass(cls, Value)
    return tuple(member.name for member in fields(cls)) if is_looked_into else ()


# Metadata of a field that holds the act that an aggregate began with: in the document the act's members are the
# aggregate's own. Where the act's fact comes from (`provenance`) is the entry's, and no part of the state.
IN_PLACE: Final[Mapping[str, bool]] = {"in_place": True}


def document_of(value: Any) -> Any:
    """Give the JSON form of an aggregate for the state document: absent members left out, tuples as lists."""
    if value is None or isinstance(value, Value | str | int):
        return to_json(value)
    members = _members(type(value))  # type: ignore[arg-type]  # a class is hashable
    if members is not None:
        document: dict[str, Any] = {}
        for name, is_in_place in members:
            member = getattr(value, name)
            if member.__class__ not in _PLAIN:
                member = document_of(member)
            if is_in_place:
                document |= {name: item for name, item in member.items() if name != "provenance"}
            elif member is not None:
                document[name] = member
        return document
    if isinstance(value, tuple | list):
        return [document_of(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return {str(name): document_of(member) for name, member in value.items()}


_PLAIN: Final = frozenset({str, int, bool, type(None)})


@cache
def _members(cls: type[Any]) -> tuple[tuple[str, bool], ...] | None:
    """Give the members of a dataclass, each with whether its own members are the document's; None for others."""
    if not is_dataclass(cls):
        return None
    return tuple((attribute.name, "in_place" in attribute.metadata) for attribute in fields(cls))


Level = Literal["no_evidence_available", "not_started", "limited", "substantial", "complete"]
