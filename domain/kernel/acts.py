"""What can be said: the base of statement bodies, their registry by type, and the one recorded event.

An act on a kind of aggregate is a class over that kind's base (`class DeliverableAct(Act[DeliverableState])`): its
fields are its form, its rules are data, and `begin` or `then` gives the aggregate after it. See docs/ADDING-AN-ACT.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, dataclass_transform

from eventsourcing.domain import CanMutateAggregate, MetaDomainEvent

from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.rules import ActRule
from constancia.domain.values.calendar import parse_instant
from constancia.domain.values.editions import FIRST, NEWEST, THIRD, is_known
from constancia.domain.values.values import FormError, Value
from constancia.domain.values.walk import values_in

Signer = Literal["founders", "root", "rep", "root_or_rep", "self"]
G = TypeVar("G", bound=Aggregate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Value, Generic[G]):
    """A statement's body. Fields are its form; the class attributes say who may say it, and on which stream.

    Class attributes:
        stream_kind: Stream kind.
        stream_id: Names of the fields whose values, joined by a dot, make the stream's id.
        SINCE: First edition of the law that knows the type.
        UNTIL: Last edition of the law that knows it; None if the newest does.
        MEMBER_SINCE: Members that a later edition added, with that edition.
        signer: Whose key signs: founders, a party's root, a representative in scope, either, or the new key itself.
        seated: Whether the actor's party sits in a governance body.
        SEATED_UNTIL: Last edition of the law in which `seated` is asked for; None if it still is.
        by_own_key: Whether the key that the body names may say it of itself, whatever its holder's scope lists.
        by_secretariat: Whether a secretariat may say it: it records, and commits no party.
        MOVES_BY: The member whose value chooses the row of the table; None where the type alone does.
        BY_ALL: Whether a decision on it is taken by all who sit, whatever rules the body has.
        concurring: Whether each party concerned says it once, with an equal body, and the last one gives effect.
        CORRECTABLE: Members whose texts and dates a later correction may answer; no others are.
        FIRST_CORRECTABLE: The same in the first edition of the law, where it was another list.
        CLOSES: Whether a party that has a successor may still say it, to close its affairs.
        REPORTS: Whether it reports a fact, which may have happened long before. Other acts take effect by being said.
        RULES: What it is judged by, besides what every act is.
        CONTENT: Those of them that judge the act's content, no matter who signs: its proposal is judged by them too.
    """

    stream_kind: ClassVar[str] = ""
    stream_id: ClassVar[tuple[str, ...]] = ()
    SINCE: ClassVar[int] = FIRST
    UNTIL: ClassVar[int | None] = None
    signer: ClassVar[Signer] = "rep"
    seated: ClassVar[bool] = False
    SEATED_UNTIL: ClassVar[int | None] = None
    by_own_key: ClassVar[bool] = False
    by_secretariat: ClassVar[bool] = False
    concurring: ClassVar[bool] = False
    MOVES_BY: ClassVar[str | None] = None
    BY_ALL: ClassVar[bool] = False
    CORRECTABLE: ClassVar[tuple[str, ...]] = ()
    FIRST_CORRECTABLE: ClassVar[tuple[str, ...] | None] = None
    CLOSES: ClassVar[bool] = False
    REPORTS: ClassVar[bool] = False
    RULES: ClassVar[tuple[ActRule[Any, Any], ...]] = ()
    CONTENT: ClassVar[tuple[ActRule[Any, Any], ...]] = ()

    provenance: Literal["seed", "public", "invented", "seed_step_invented", "public_step_invented"] | None = None

    def stream(self) -> str:
        """Give the stream that the act belongs to."""
        if not self.stream_id:
            return self.stream_kind
        return f"{self.stream_kind}/{'.'.join(str(getattr(self, name)) for name in self.stream_id)}"

    @property
    def step(self) -> str:
        """The move of the table that the act makes: its type, with its choice where that chooses the row."""
        name = type(self).__name__
        return name if self.MOVES_BY is None else f"{name}.{getattr(self, self.MOVES_BY)}"

    @property
    def needs_all(self) -> bool:
        """Whether a decision on it is taken by all who sit, whatever rules the body has."""
        return self.BY_ALL

    def begin(self, at: Context) -> G:
        """Give the aggregate that the act creates.

        Args:
            at: The state before, and the entry.

        Returns:
            The frozen aggregate; its state is the table's unless it is given here.
        """
        raise NotImplementedError(f"{type(self).__name__} creates nothing")

    def then(self, on: G, at: Context) -> G:
        """Give the aggregate after the act; as it is where the table's next state says all.

        Args:
            on: The frozen aggregate before, with the table's next state.
            at: The state before, and the entry.

        Returns:
            The frozen aggregate after.
        """
        return on

    @classmethod
    def names_newer(cls, body: Mapping[str, Any]) -> bool:  # noqa: ARG003 - for the types that name parts of the law
        """Tell whether a body names a part of the law that this program does not know, such as a later edition."""
        return False

    @classmethod
    def is_confidential(cls, body: Mapping[str, Any]) -> bool:  # noqa: ARG003 - for the types that protect somebody
        """Tell whether a refused attempt is not published: its body, of any form, may say what the act protects."""
        return False

    def suffices(self, on: G, at: Context) -> bool:
        """Tell whether what is said already suffices, because those who are awaited can't speak any more.

        A concurring act may then be said a second time by a party: its word gives effect, and no wait is endless.
        """
        return False

    def concurs(self, on: G | None, at: Context) -> bool:
        """Tell whether each party concerned says it once, with an equal body: always or, for some, where it is met."""
        return self.concurring

    def voices(self, on: G, at: Context) -> Iterable[Mark]:
        """Give the words that count in the same matter, each for its party: a person gives one of them at most."""
        return at.joined().marks[:-1] if self.concurs(on, at) else ()

    def parties_concerned(self, at: Context) -> frozenset[str]:
        """Give the parties whose own cause the act is: they don't vote on it."""
        return frozenset()

    def persons_concerned(self, at: Context) -> frozenset[str]:
        """Give the persons whose own work the act is about: they don't vote on it, for any party."""
        return frozenset()

    def others(self, after: G, at: Context) -> Iterable[Aggregate]:
        """Give the aggregates of other streams that change too, as they are after the act.

        Args:
            after: The act's own aggregate after it.
            at: The state before, and the entry.
        """
        return ()

    def mutate(self, before: G | None, at: Context) -> G:
        """Give the aggregate after the act: `begin` where there is none yet, `then` otherwise."""
        return self.begin(at) if before is None else self.then(before, at)


_PROVENANCE_SINCE: Final[Mapping[str, int]] = {"public_step_invented": THIRD}
# Every type by its name. `domain.catalogue` fills it from the kinds of aggregates.
REGISTRY: Final[dict[str, type[Act[Any]]]] = {}
_T = TypeVar("_T", bound=Act[Any])


@dataclass_transform(frozen_default=True, kw_only_default=True)
def act(cls: type[_T]) -> type[_T]:
    """Make a class a frozen body: one type of statement, listed in its kind's table."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def act_base(cls: type[_T]) -> type[_T]:
    """Make a class what all acts on one kind of aggregate share: stream, members, rules; no type of its own."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class UnknownAct(Exception):
    """No class for that type and schema: `problem` says which."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.rule)


def is_newer(type_name: str, schema: int, body: Mapping[str, Any]) -> bool:
    """Tell whether an act is newer than this program: it can't be judged here, neither as lawful nor as unlawful.

    Args:
        type_name: The statement's `type`.
        schema: The statement's `schema`.
        body: The statement's `body`.

    Returns:
        Whether its type, its edition of the law, or what it names of them is not known.

    Source: ours: SPEC §6.1.
    """
    cls = REGISTRY.get(type_name)
    return cls is None or schema > NEWEST or cls.names_newer(body)


def names_later_edition(body: Mapping[str, Any]) -> bool:
    """Tell whether a body's `edition` is later than those that this program knows."""
    edition = body.get("edition")
    return type(edition) is int and edition > NEWEST


def parse_act(type_name: str, schema: int, body: Mapping[str, Any]) -> Act[Any]:
    """Read a body by its type.

    Args:
        type_name: The statement's `type`.
        schema: The statement's `schema`.
        body: The statement's `body`.

    Returns:
        The typed, frozen body.

    Raises:
        UnknownAct: E_UNKNOWN_TYPE, E_SCHEMA_VERSION or E_MALFORMED, as a problem.

    Source: ours: SPEC §6.
    """
    cls = REGISTRY.get(type_name)
    if cls is None:
        raise UnknownAct(Problem(code="E_UNKNOWN_TYPE", rule="the type is not in the specification"))
    details: dict[str, object]
    if not is_known(schema):
        details = {"schema": schema, "known": NEWEST}
        raise UnknownAct(Problem(code="E_SCHEMA_VERSION", rule="the edition of the law is known", found=details))
    if schema < cls.SINCE or schema > (cls.UNTIL or schema):
        bound = {"since": cls.SINCE} if schema < cls.SINCE else {"until": cls.UNTIL}
        details = {"schema": schema, **bound}
        raise UnknownAct(Problem(code="E_UNKNOWN_TYPE", rule="the edition of the law knows the type", found=details))
    try:
        parsed = cls.parse(body)
        for where, value in values_in(parsed):
            value.check_edition(schema, where)
    except FormError as error:
        details = {"where": error.where, "expected": error.expected, "found": error.found}
        raise UnknownAct(Problem(code="E_MALFORMED", rule="the body has not its type's form", found=details)) from error
    if schema < NEWEST:
        _check_members(parsed, schema, "body")
    since = _PROVENANCE_SINCE.get(body.get("provenance", ""), FIRST)
    if schema < since:
        details = {"where": "body.provenance", "since": since, "schema": schema}
        raise UnknownAct(Problem(code="E_MALFORMED", rule="a later edition added the value", found=details))
    return parsed


def _check_members(value: object, schema: int, where: str) -> None:
    """Refuse a member, at any depth, that a later edition added."""
    if isinstance(value, tuple):
        for position, item in enumerate(value):
            _check_members(item, schema, f"{where}[{position}]")
    if not isinstance(value, Value):
        return
    for attribute in fields(value):
        member, path = getattr(value, attribute.name), f"{where}.{attribute.name}"
        since = value.MEMBER_SINCE.get(attribute.name, FIRST)
        if member is not None and schema < since:
            details: dict[str, object] = {"where": path, "since": since, "schema": schema}
            raise UnknownAct(Problem(code="E_MALFORMED", rule="a later edition added the member", found=details))
        _check_members(member, schema, path)


class Recorded(CanMutateAggregate[str], metaclass=MetaDomainEvent):
    """One entry as the domain sees it: the eventsourcing library's event, whose bytes the mapper keeps.

    `originator_id` is the stream, `originator_version` counts from 1 within it, `timestamp` is `recorded_at`.
    """

    originator_id: str
    originator_version: int
    timestamp: datetime
    index: int
    leaf_hash: str
    recorded_at: str
    keys: tuple[str, ...]
    statement: Mapping[str, Any]

    def act(self) -> Act[Any]:
        """Read the typed body; raises `UnknownAct` as `parse_act` does."""
        statement = self.statement
        return parse_act(statement["type"], statement["schema"], statement["body"])


def recorded_entry(  # noqa: PLR0913 - an entry has this many parts
    *,
    index: int,
    leaf_hash: str,
    recorded_at: str,
    keys: tuple[str, ...],
    statement: Mapping[str, Any],
    originator_version: int,
) -> Recorded:
    """Make the domain's view of an entry.

    Args:
        index: The entry's index.
        leaf_hash: Hex leaf hash.
        recorded_at: RFC 3339 UTC with milliseconds.
        keys: Key ids that signed, in order.
        statement: The parsed statement.
        originator_version: Place within the stream, from 1.

    Returns:
        The event.

    Raises:
        ValueError: `recorded_at` is no instant.
    """
    return Recorded(  # type: ignore[call-arg]  # the library's metaclass makes it a dataclass
        originator_id=statement["stream"],
        originator_version=originator_version,
        timestamp=parse_instant(recorded_at),
        index=index,
        leaf_hash=leaf_hash,
        recorded_at=recorded_at,
        keys=keys,
        statement=statement,
    )
