"""A kind of aggregate as data: its class, the base of its acts, and its table, whose rows are all acts on it."""

from collections.abc import Mapping
from dataclasses import fields
from types import UnionType
from typing import Any, Protocol, get_args, get_origin

from constancia.domain.kernel.acts import Act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.machine import Machine
from constancia.domain.kernel.rules import ActRule


class AggregateKind:
    """One kind of aggregate. That its acts and rules fit it is checked once, when it is made.

    Args:
        base: What all its acts share: `Act[<the aggregate's class>]` with the stream's kind and id.
        rows: Act → {state before: state after}.
        chosen: The same for acts with `MOVES_BY`: act → {choice: {state before: state after}}.

    Raises:
        TypeError: An act or a rule does not fit the aggregate.
    """

    __slots__ = ("acts", "aggregate", "base", "machine", "name")

    def __init__(
        self,
        base: type[Act[Any]],
        rows: Mapping[type[Act[Any]], Mapping[str, str]],
        chosen: Mapping[type[Act[Any]], Mapping[str, Mapping[str, str]]] | None = None,
    ) -> None:
        self.base = base
        self.aggregate = _aggregate_of(base)
        by_choice = chosen or {}
        self.acts = (*rows, *by_choice)
        self.name = base.stream_kind
        moves = {cls.__name__: row for cls, row in rows.items()}
        moves |= {f"{cls.__name__}.{to}": row for cls, choices in by_choice.items() for to, row in choices.items()}
        self.machine = Machine(self.name, moves)
        if any(cls.MOVES_BY is None for cls in by_choice) or any(cls.MOVES_BY is not None for cls in rows):
            raise TypeError(f"the table of {self.name} has choices for acts with MOVES_BY, and for no others")
        for cls in self.acts:
            self._check(cls)
        own = vars(self.aggregate)
        if "concerns" in own and "concerned" not in own and not self.aggregate.ABOUT:
            raise TypeError(f"{self.aggregate.__name__} does not say what it concerns by its statements alone")

    def _check(self, cls: type[Act[Any]]) -> None:
        members = {attribute.name for attribute in fields(cls)}
        if not issubclass(cls, self.base) or (cls.stream_kind, cls.stream_id) != (self.name, self.base.stream_id):
            raise TypeError(f"{cls.__name__} is no act on the stream of {self.base.__name__}")
        named = {
            *([cls.MOVES_BY] if cls.MOVES_BY else []),
            *cls.stream_id,
            *cls.SORTED,
            *cls.CORRECTABLE,
            *(cls.FIRST_CORRECTABLE or ()),
        }
        if missing := named - members:
            raise TypeError(f"{cls.__name__} has no member {min(missing)}")
        for rule in cls.RULES:
            act, on = rule.asked_of
            if not (_fits(cls, act) and _fits(self.aggregate, on)):
                raise TypeError(f"rule {rule.en!r} is not about {cls.__name__} on {self.aggregate.__name__}")


def _aggregate_of(base: type[Act[Any]]) -> type[Aggregate]:
    """Read the aggregate's class from `class Base(Act[Aggregate])`."""
    for generic in base.__dict__.get("__orig_bases__", ()):
        if get_origin(generic) is Act:
            (aggregate,) = get_args(generic)
            if isinstance(aggregate, type) and issubclass(aggregate, Aggregate):
                return aggregate
    raise TypeError(f"{base.__name__} does not say which aggregate its acts are on")


def _fits(cls: type, hint: object) -> bool:
    """Tell whether values of a class are what an annotation takes: a class, a protocol of members, a union."""
    if hint is Any:
        return True
    if get_origin(hint) is UnionType or type(None) in get_args(hint):
        return any(_fits(cls, option) for option in get_args(hint))
    origin = get_origin(hint) or hint
    if not isinstance(origin, type):
        return False
    if Protocol in origin.__bases__:
        return all(hasattr(cls, name) for name in vars(origin) if not name.startswith("_"))
    return issubclass(cls, origin)


def rule_list(kinds: tuple[AggregateKind, ...]) -> tuple[ActRule[Any, Any], ...]:
    """Give every rule that acts of these kinds name, each once, in their order."""
    named = (rule for kind in kinds for cls in kind.acts for rule in cls.RULES)
    return tuple(dict.fromkeys(named))
