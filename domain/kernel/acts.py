"""What can be said: the base of statement bodies, their registry by type, and the one recorded event.

Adding a type takes one class here or in its aggregate's file (`@act`), one row in that aggregate's table and one
sentence a language (`act.<Type>`); see docs/ADDING-AN-ACT.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeVar, dataclass_transform

from eventsourcing.domain import CanMutateAggregate, MetaDomainEvent

from constancia.domain.kernel.calendar import parse_instant
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import FormError, Label, Value

if TYPE_CHECKING:
    from constancia.domain.kernel.aggregate import Aggregate
    from constancia.domain.kernel.context import Context

Signer = Literal["founders", "root", "rep", "root_or_rep", "self"]
Voice = Literal["party", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Value):
    """A statement's body. Fields are its form; the class attributes say who may say it, and on which stream.

    Class attributes:
        stream_kind: Stream kind.
        stream_id: Names of the fields whose values, joined by a dot, make the stream's id.
        schema: Version of the body's form.
        signer: Whose key signs: founders, a party's root, a representative in scope, either, or the new key itself.
        voice: `party` where it commits a party: a secretariat may not say it.
        concurring: Whether each party concerned says it once, with an equal body, and the last one gives effect.
    """

    stream_kind: ClassVar[str] = ""
    stream_id: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[int] = 1
    signer: ClassVar[Signer] = "rep"
    voice: ClassVar[Voice] = "any"
    concurring: ClassVar[bool] = False

    provenance: Literal["seed", "public", "invented", "seed_step_invented"] | None = None

    def stream(self) -> str:
        """Give the stream that the act belongs to."""
        if not self.stream_id:
            return self.stream_kind
        return f"{self.stream_kind}/{'.'.join(str(getattr(self, name)) for name in self.stream_id)}"

    def check_role(self, context: "Context") -> Iterator[Problem]:
        """Yield what speaks against this actor saying it."""
        yield from ()

    def check_state(self, context: "Context") -> Iterator[Problem]:
        """Yield what the aggregate's state forbids beyond the table."""
        yield from ()

    def check_version(self, context: "Context") -> Iterator[Problem]:
        """Yield where what the act is based on has moved."""
        yield from ()

    def check_content(self, context: "Context") -> Iterator[Problem]:
        """Yield what is wrong with the content itself."""
        yield from ()

    def check_policy(self, context: "Context") -> Iterator[Problem]:
        """Yield which signatures or decisions are missing."""
        yield from ()

    def mutate(self, aggregate: "Aggregate | None", context: "Context") -> "Aggregate":
        """Give the aggregate after the act.

        Args:
            aggregate: The frozen aggregate before, None where the act creates it.
            context: The state before, and the entry.

        Returns:
            The frozen aggregate after.
        """
        raise NotImplementedError


REGISTRY: Final[dict[str, type[Act]]] = {}
_T = TypeVar("_T", bound=Act)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def act(cls: type[_T]) -> type[_T]:
    """Make a class a frozen body and register it under its name."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    REGISTRY[made.__name__] = made
    return made


class UnknownAct(Exception):
    """No class for that type and schema: `problem` says which."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.rule)


def parse_act(type_name: str, schema: int, body: Mapping[str, Any]) -> Act:
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
    found: dict[str, object]
    if schema != cls.schema:
        found = {"schema": schema, "known": cls.schema}
        raise UnknownAct(Problem(code="E_SCHEMA_VERSION", rule="the body's schema is not known", found=found))
    try:
        return cls.parse(body)
    except FormError as error:
        found = {"where": error.where, "expected": error.expected, "found": error.found}
        raise UnknownAct(Problem(code="E_MALFORMED", rule="the body has not its type's form", found=found)) from error


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

    def act(self) -> Act:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor(Value):
    """Who speaks: a representative (all four), a party's root (capacity and party), or the founders."""

    capacity: Label
    appointment: Label | None = None
    party: Label | None = None
    person: Label | None = None
