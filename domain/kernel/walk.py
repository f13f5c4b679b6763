"""Every value within an act: what is asked of all texts, or of all values of a class, is asked by a walk."""

from collections.abc import Iterator
from dataclasses import fields

from constancia.domain.kernel.values import Value


def values_in(item: object, where: str = "body") -> Iterator[tuple[str, Value]]:
    """Give every value within a value, itself included, each with its path."""
    if isinstance(item, Value):
        yield where, item
        for field in fields(item):
            yield from values_in(getattr(item, field.name), f"{where}.{field.name}")
    elif isinstance(item, tuple):
        for position, member in enumerate(item):
            yield from values_in(member, f"{where}[{position}]")
    elif isinstance(item, dict):
        for name, member in item.items():
            yield from values_in(member, f"{where}.{name}")
