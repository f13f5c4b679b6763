"""Every value within an act: what is asked of all texts, or of all values of a class, is asked by a walk."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from constancia.domain.values.members import types_of
from constancia.domain.values.values import Value


def values_in(item: object, where: str = "body") -> Iterator[tuple[str, Value]]:
    """Give every value within a value, itself included, each with its path."""
    if isinstance(item, Value):
        yield where, item
        for name in _members_with_values(type(item)):  # type: ignore[arg-type]  # a class is hashable
            yield from values_in(getattr(item, name), f"{where}.{name}")
    elif isinstance(item, tuple):
        for position, member in enumerate(item):
            yield from values_in(member, f"{where}[{position}]")
    elif isinstance(item, dict):
        for name, member in item.items():
            yield from values_in(member, f"{where}.{name}")


@cache
def _members_with_values(cls: type[Value]) -> tuple[str, ...]:
    """Give the members that may hold values: every act is walked when it is read, and most members are plain."""
    return tuple(name for name, hint in types_of(cls).items() if _may_hold_values(hint))


def _may_hold_values(hint: Any) -> bool:
    return (isinstance(hint, type) and issubclass(hint, Value)) or any(map(_may_hold_values, get_args(hint)))
