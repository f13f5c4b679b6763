"""Tests of `domain/values/members.py`."""

from dataclasses import fields
from typing import Any, get_type_hints

from constancia.domain import catalogue
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.values.members import types_of
from constancia.domain.values.values import Value


def test_types_are_those_that_the_standard_library_gives() -> None:
    """Also where a type is written as a name because its class comes later."""
    assert catalogue.KINDS
    classes, waiting = set[type[Any]](), [Value, Aggregate]
    while waiting:
        cls = waiting.pop()
        classes.add(cls)
        waiting.extend(cls.__subclasses__())
    assert any(isinstance(member.type, str) for cls in classes for member in fields(cls))
    for cls in classes:
        hints = get_type_hints(cls)
        assert list(types_of(cls).items()) == [(member.name, hints[member.name]) for member in fields(cls)]
