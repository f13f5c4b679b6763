"""The form of what is shown: a number that changes when a member of it is added, renamed or removed (SPEC §6.1).

What two versions of the program show can be compared only where both show it in the same form. The number is computed
from the classes, so that nobody has to think of raising it. A member that may be absent (None) is no part of it: where
it is absent it is not written.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from constancia.domain.values.editions import FIRST, NEWEST
from constancia.domain.values.values import canonical


def form_number(*parts: object) -> int:
    """Give a number for JSON values: equal for equal ones, below 2^48."""
    return int.from_bytes(hashlib.sha256(canonical(parts)).digest()[:6])


def shape_of(classes: Iterable[type[Any]], edition: int = NEWEST) -> dict[str, list[str]]:
    """Give the members that each class, and each class among the types of its members, always writes, sorted.

    Args:
        classes: The classes to begin with.
        edition: The edition of the law; classes whose `SINCE` is later are written under no earlier one.
    """
    shape: dict[str, list[str]] = {}
    waiting = list(classes)
    while waiting:
        cls = waiting.pop()
        if cls.__name__ in shape or getattr(cls, "SINCE", FIRST) > edition:
            continue
        shape[cls.__name__] = _members(cls, edition)
        waiting.extend(value_class for hint in get_type_hints(cls).values() for value_class in _classes(hint))
    return shape


def _members(cls: type[Any], edition: int) -> list[str]:
    """Give the members that a class always writes: `FORMER_MEMBERS` lists them for editions up to a number."""
    former: Mapping[int, Iterable[str]] = getattr(cls, "FORMER_MEMBERS", {})
    if former:
        return sorted(next((names for last, names in sorted(former.items()) if edition <= last), ()))
    return sorted(attribute.name for attribute in fields(cls) if attribute.default is not None)


def _classes(hint: Any) -> Iterable[type[Any]]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for argument in get_args(hint):
        yield from _classes(argument)
