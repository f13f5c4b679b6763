"""Aggregates as JSON and back, for states that are stored: members by their place, nothing judged twice.

The state document is for people and verifiers and leaves out what it must not show; this form holds all of an aggregate
and nothing else, so that unpacking what was packed gives an equal one. The types of the members say how they are read,
as they do for bodies (`values`); what was read from a body once is not checked once more.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, NamedTuple, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from constancia.domain.values.members import types_of
from constancia.domain.values.values import Json

_T = TypeVar("_T")
_Step = Callable[[Any], Any]
_PLAIN = frozenset({str, int, bool, type(None), Json})


class _Form(NamedTuple):
    """How a type is written and read; None where JSON has it as it is."""

    write: _Step | None
    read: _Step | None


def pack(value: object) -> str:
    """Write an aggregate, or an outline, as JSON: a list of its members in the order of its class."""
    return json.dumps(members_of(value), ensure_ascii=False, separators=(",", ":"))


def pack_all(values: Mapping[str, object]) -> str:
    """Write several by their names, as one JSON object: `reader` reads each of its members."""
    written = {name: members_of(value) for name, value in values.items()}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def members_of(value: object) -> Any:
    """Give what `pack` writes of a value, as JSON has it."""
    return _through(_form_of(type(value)).write)(value)  # type: ignore[arg-type]  # a class is hashable


def unpack(kind: type[_T], packed: str | bytes) -> _T:
    """Read what `pack` has written.

    Args:
        kind: The class of what was written.
        packed: The JSON.

    Raises:
        ValueError: It is no JSON, or has another number of members.
    """
    return reader(kind)(json.loads(packed))


def reader(kind: type[_T]) -> Callable[[Any], _T]:
    """Give what makes values of a class of their parsed JSON, which must be nobody else's: it may be changed."""
    return _through(_form_of(kind).read)  # type: ignore[arg-type]  # a class is hashable


def _same(value: Any) -> Any:
    return value


def _through(step: _Step | None) -> _Step:
    return step or _same


@cache
def _form_of(hint: Any) -> _Form:
    """Give the form of a type annotation.

    Raises:
        TypeError: Aggregates have no such members.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN or isinstance(hint, NewType) or origin is Literal:
        return _Form(None, None)
    if is_dataclass(hint):
        return _members(hint)
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return _record(hint)
    if origin in (UnionType, Union):
        return _either(tuple(argument for argument in arguments if argument is not type(None)))
    if origin is tuple:
        return _list_of(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _map_of(_form_of(arguments[1]))
    raise TypeError(f"no form for {hint}")


def _members(cls: Any) -> _Form:
    steps = [(name, *_form_of(hint)) for name, hint in types_of(cls).items()]

    def write(value: Any) -> list[Any]:
        written = []
        for name, step, _ in steps:
            member = getattr(value, name)
            written.append(member if step is None or member is None else step(member))
        return written

    def read(items: Any) -> Any:
        return cls(
            **{
                name: item if step is None or item is None else step(item)
                for (name, _, step), item in zip(steps, items, strict=True)
            }
        )

    return _Form(write, read)


def _record(cls: type[Any]) -> _Form:
    """Give the form of a named tuple; it is read at once where its members are as JSON has them."""
    hints = get_type_hints(cls)
    forms = [_form_of(hints[name]) for name in cls._fields]
    writers = [form.write for form in forms]
    # Lists read tens of thousands of them at once: only what JSON has otherwise is touched.
    steps = [(place, form.read) for place, form in enumerate(forms) if form.read is not None]

    def write(value: Any) -> list[Any]:
        return [item if step is None or item is None else step(item) for step, item in zip(writers, value, strict=True)]

    def read(items: Any) -> Any:
        if len(items) != len(forms):
            raise ValueError(f"{cls.__name__} has {len(forms)} members, not {len(items)}")
        for place, step in steps:
            if items[place] is not None:
                items[place] = step(items[place])
        return tuple.__new__(cls, items)

    return _Form(write if any(writers) else None, read)


def _either(choices: tuple[Any, ...]) -> _Form:
    """Give the form of what may be absent, which is its own, or of several classes, which names the class."""
    forms = {choice: _form_of(choice) for choice in choices}
    if len(choices) == 1 or all(form == _Form(None, None) for form in forms.values()):
        return forms[choices[0]]
    named = {choice.__name__: form for choice, form in forms.items()}

    def write(value: Any) -> list[Any]:
        name = type(value).__name__
        return [name, _through(named[name].write)(value)]

    def read(item: Any) -> Any:
        name, written = item
        return _through(named[name].read)(written)

    return _Form(write, read)


def _list_of(arguments: tuple[Any, ...]) -> _Form:
    forms = [_form_of(argument) for argument in arguments if argument is not Ellipsis]
    writers, readers = [form.write for form in forms], [form.read for form in forms]
    if not any(writers) and not any(readers):
        return _Form(None, tuple)
    if len(arguments) != 2 or arguments[1] is not Ellipsis:
        raise TypeError("no form for a tuple of different classes")
    write_item, read_item = _through(writers[0]), _through(readers[0])

    def write(items: Any) -> list[Any]:
        return [write_item(item) for item in items]

    def read(items: Any) -> tuple[Any, ...]:
        return tuple([read_item(item) for item in items])

    return _Form(write, read)


def _map_of(inner: _Form) -> _Form:
    write_item, read_item = _through(inner.write), _through(inner.read)

    def write(items: Any) -> dict[str, Any]:
        return {name: write_item(item) for name, item in items.items()}

    def read(items: Any) -> dict[str, Any]:
        return {name: read_item(item) for name, item in items.items()}

    return _Form(write, read)
