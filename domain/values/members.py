"""The types of a dataclass's members."""

from dataclasses import fields
from typing import Any, get_type_hints


def types_of(cls: type[Any]) -> dict[str, Any]:
    """Give the types of a dataclass's members by name, as `typing.get_type_hints` does.

    A type that is written as a name alone, because its class comes later, is looked up; all others are at hand as they
    are, in a tenth of the time.
    """
    types = {member.name: member.type for member in fields(cls)}
    is_whole = not any(isinstance(kind, str) for kind in types.values())
    if not is_whole:
        hints = get_type_hints(cls)
        types = {name: hints[name] for name in types}
    return types
