"""Frozen dataclasses whose functions are made when they are first needed; in all else the standard library's.

The standard library writes six functions for each class and compiles them when its module is loaded, which for the
classes of the law is a sixth of what a start takes. Most commands, and most ledgers, make objects of few of them.

- Z1: a class is what `dataclasses.dataclass` makes of it with the same arguments: the same members, order, defaults,
  equality, hash, text, signature and errors; `fields`, `replace`, `copy` and `pickle` take it.
- Z2: what makes, compares and hashes objects is compiled with the first object that needs it, in whichever thread.
"""

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from dataclasses import dataclass as standard
from typing import TYPE_CHECKING, Any, NoReturn, get_type_hints

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - for readers of types it is the library's own
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type], type]:
        """Give what makes a class a frozen dataclass with slots.

        Args:
            frozen: True.
            slots: True.
            kw_only: Whether members are given by name alone.

        Raises:
            TypeError: One of the first two is not; a member is to be left out of what makes an object, or of its hash.
        """
        if not (frozen and slots):
            raise TypeError("a class that is not frozen, or has no slots, is one of the standard library's")

        def decorate(cls: type) -> type:
            own = vars(cls)
            # A class that writes `__eq__` alone has no `__hash__` but None.
            lacking = [name for name in (*_SHARED, *_AT_FIRST) if own.get(name) is None]
            made = standard(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
            if not all(member.init and member.hash is None for member in fields(made)):
                raise TypeError("a class with a member that has `init` or `hash` is one of the standard library's")
            for name in lacking:
                setattr(made, name, _AT_FIRST[name](made) if name in _AT_FIRST else _SHARED[name])
            if "__init__" not in own:
                made.__init__ = _first_of(made)
                made.__signature__ = _SIGNATURE
            return made

        return decorate


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


def _first_of(cls: type[Any]) -> Callable[..., None]:
    """Give what makes the first object of a class, and gives the class what makes all others."""

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - it is the class's
        cls.__init__ = initializer = _initializer(cls)  # another thread may do so too: it is the same
        initializer(self, *values, **named)

    return __init__


class _Signature:
    """Has what makes a class's objects at hand before anybody reads its arguments: a framework, or a help text.

    Source: `inspect.signature`, which asks for `__signature__` and, where there is none, for `__init__`.
    """

    def __get__(self, _value: object, cls: type[Any]) -> NoReturn:
        owner: Any = next(base for base in cls.__mro__ if "__init__" in vars(base))
        if "__signature__" in vars(owner):
            owner.__init__ = _initializer(owner)
        raise AttributeError("__signature__")


_SIGNATURE = _Signature()


def _initializer(cls: type[Any]) -> Callable[..., None]:
    """Compile what puts the members of a new object into its slots."""
    names: dict[str, Any] = {"_nothing": MISSING}
    first, by_name, lines = list[str](), list[str](), list[str]()
    for member in fields(cls):
        name = member.name
        names[f"_put_{name}"] = getattr(cls, name).__set__
        value = name
        if member.default is not MISSING:
            names[f"_default_{name}"] = member.default
            written = f"{name}=_default_{name}"
        elif member.default_factory is not MISSING:
            names[f"_make_{name}"] = member.default_factory
            written = f"{name}=_nothing"
            value = f"_make_{name}() if {name} is _nothing else {name}"
        else:
            written = name
        (by_name if member.kw_only else first).append(written)
        lines.append(f"    _put_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    arguments = ["self", *first, *(["*", *by_name] if by_name else [])]
    made = _compiled(cls, "__init__", arguments, lines or ["    pass"], names)
    made.__annotations__ = {member.name: member.type for member in fields(cls)} | {"return": None}
    return made


def _compiled(
    cls: type[Any], name: str, arguments: list[str], lines: list[str], names: dict[str, Any]
) -> Callable[..., Any]:
    exec(f"def {name}({', '.join(arguments)}):\n" + "\n".join(lines), names)  # noqa: S102 - as the library does
    made: Callable[..., Any] = names[name]
    made.__qualname__ = f"{cls.__qualname__}.{name}"
    return made


def _compared(cls: type[Any], of: str) -> str:
    """Write the tuple of the members by which objects of a class are compared."""
    return "(" + "".join(f"{of}.{member.name}, " for member in fields(cls) if member.compare) + ")"


def _first_eq(cls: type[Any]) -> Callable[[Any, Any], Any]:
    """Give what compares the first two objects of a class, and gives the class what compares all others."""

    def __eq__(self: Any, other: Any) -> Any:  # noqa: N807 - it is the class's
        lines = ["    if other.__class__ is not self.__class__:", "        return NotImplemented"]
        lines.append(f"    return {_compared(cls, 'self')} == {_compared(cls, 'other')}")
        cls.__eq__ = compare = _compiled(cls, "__eq__", ["self", "other"], lines, {})
        return compare(self, other)

    return __eq__


def _first_hash(cls: type[Any]) -> Callable[[Any], int]:
    """Give what hashes the first object of a class, and gives the class what hashes all others."""

    def __hash__(self: Any) -> int:  # noqa: N807 - it is the class's
        cls.__hash__ = made = _compiled(cls, "__hash__", ["self"], [f"    return hash({_compared(cls, 'self')})"], {})
        value: int = made(self)
        return value

    return __hash__


def _repr(self: Any) -> str:
    members = ", ".join(f"{member.name}={getattr(self, member.name)!r}" for member in fields(self) if member.repr)
    return f"{self.__class__.__qualname__}({members})"


def _setattr(_self: object, name: str, _value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, member.name) for member in fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for member, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, member.name, value)


_SHARED: dict[str, Callable[..., Any]] = {
    "__repr__": _repr,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
_AT_FIRST: dict[str, Callable[[type[Any]], Callable[..., Any]]] = {"__eq__": _first_eq, "__hash__": _first_hash}
