"""Tests of `domain/kernel/frozen.py`: each class is compared with what the standard library makes of the same text."""

import copy
import dataclasses
import inspect
import pickle
import threading
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any, ClassVar, get_type_hints

import pytest

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel import frozen
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.frozen import dataclass, types_of
from constancia.domain.kernel.values import Value

Decorator = Callable[..., Callable[[type], type]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """At the top of a module, where `pickle` finds it."""

    x: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Point):
    """One more member."""

    name: str = "n"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No member."""


def pair(decorated: Callable[[Decorator], type]) -> tuple[type[Any], type[Any]]:
    """Give a class as this module makes it, and as the standard library does."""
    return decorated(dataclass), decorated(dataclasses.dataclass)


def simple(make: Decorator) -> type:
    @make(frozen=True, slots=True)
    class Simple:
        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list, compare=False)
        d: int = field(default=4, kw_only=True, repr=False)
        shared: ClassVar[int] = 1

    return Simple


def by_name(make: Decorator) -> type:
    @make(frozen=True, slots=True, kw_only=True)
    class ByName:
        b: str = "b"
        a: int

        def __post_init__(self) -> None:
            if self.a < 0:
                raise ValueError("negative")

    return ByName


def own_functions(make: Decorator) -> type:
    @make(frozen=True, slots=True)
    class Own:  # noqa: PLW1641 - that it has a hash is what is tried
        a: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and other.a % 2 == self.a % 2

        def __repr__(self) -> str:
            return "own"

    return Own


def single(make: Decorator) -> type:
    @make(frozen=True, slots=True)
    class Single:
        a: Any

    return Single


def derived(make: Decorator) -> type:
    @make(frozen=True, slots=True, kw_only=True)
    class Base:
        """With a text: else the library writes one, from the signature."""

        a: int
        b: int = 2

    @make(frozen=True, slots=True, kw_only=True)
    class Derived(Base):
        """As above."""

        b: int = 3
        c: int

    return Derived


CALLS: tuple[tuple[Callable[[Decorator], type], tuple[Any, ...], dict[str, Any]], ...] = (
    (simple, (1,), {}),
    (simple, (1, "x", [2]), {"d": 5}),
    (simple, (), {}),
    (simple, (1, "x", [2], 5), {}),
    (simple, (1,), {"e": 1}),
    (by_name, (), {"a": 1}),
    (by_name, (1,), {}),
    (by_name, (), {"b": "x"}),
    (by_name, (), {"a": -1}),
    (own_functions, (3,), {}),
    (single, (1,), {}),
    (single, ((1,),), {}),
    (derived, (), {"a": 1, "c": 3}),
    (derived, (), {"a": 1, "b": 2, "c": 3}),
    (derived, (), {"a": 1}),
)


@pytest.mark.parametrize(("make", "values", "named"), CALLS)
def test_z1_object_is_what_the_standard_library_makes(
    make: Callable[[Decorator], type], values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    ours, standard = pair(make)
    outcomes = list[Any]()
    for cls in (ours, standard):
        try:
            value = cls(*values, **named)
        except (TypeError, ValueError) as error:
            outcomes.append((type(error), str(error)))
            continue
        members = {member.name: getattr(value, member.name) for member in fields(cls)}
        again = replace(value)
        outcomes.append((members, repr(value), hash(value), value == again, value != again, value == object(),
                         vars(cls)["__slots__"], cls.__match_args__, copy.copy(value) == value))  # fmt: skip
    assert outcomes[0] == outcomes[1]


def test_z1_classes_with_equal_members_are_not_equal() -> None:
    assert Point(x=1) != Named(x=1)
    assert Point(x=1) == Point(x=1)
    assert Point(x=1) != Point(x=2)
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(())
    assert {Point(x=1), Point(x=1)} == {Point(x=1)}
    not_itself = float("nan")
    ours, standard = pair(single)
    assert (ours(not_itself) == ours(not_itself)) is (standard(not_itself) == standard(not_itself))


@pytest.mark.parametrize("make", [by_name, own_functions, single, derived])
def test_z1_signature_is_the_standard_librarys(make: Callable[[Decorator], type]) -> None:
    """Also of a class below one that is not decorated, and before the first object is made."""
    ours, standard = pair(make)
    assert inspect.signature(ours) == inspect.signature(standard)
    assert inspect.signature(type("Below", (ours,), {})) == inspect.signature(standard)
    with_its_own = type("Other", (ours,), {"__init__": lambda self, other: None})
    assert list(inspect.signature(with_its_own).parameters) == ["other"]


def test_z1_class_that_asks_the_one_above_it_compares_by_the_members_of_that_one() -> None:
    def above(make: Decorator) -> type:
        @make(frozen=True, slots=True)
        class Above:
            a: int

        @make(frozen=True, slots=True)
        class Below(Above):
            b: int

            def __eq__(self, other: object) -> bool:
                return Above.__eq__(self, other)

            def __hash__(self) -> int:
                return Above.__hash__(self)

        return Below

    for cls in pair(above):
        first, second = cls(1, 2), cls(1, 3)
        assert [first == second for _ in range(2)] == [True, True]
        assert [hash(first) == hash(second) for _ in range(2)] == [True, True]


def test_z1_default_factory_makes_one_for_each_object() -> None:
    cls: Any = simple(dataclass)
    assert cls(1).c is not cls(1).c


def test_z1_nothing_is_changed_or_deleted() -> None:
    value = Point(x=1)
    for name in ("x", "names", "other"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(value, name, 2)
        with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(value, name)
    assert value == Point(x=1)


@pytest.mark.parametrize("value", [Point(x=1), Named(x=2, name="z", names=("a",)), Nothing()])
def test_z1_objects_are_copied_and_pickled(value: Any) -> None:
    for again in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value)), replace(value)):  # noqa: S301
        assert again == value
        assert type(again) is type(value)


def test_z2_what_makes_an_object_is_compiled_with_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_ = frozen._initializer

    def noted(cls: type[Any]) -> Callable[..., None]:
        compiled.append(cls.__name__)
        return compile_(cls)

    monkeypatch.setattr(frozen, "_initializer", noted)
    cls: Any = derived(dataclass)
    assert compiled == []
    assert [cls(a=1, c=c).c for c in (1, 2, 3)] == [1, 2, 3]
    assert compiled == ["Derived"]  # neither its base nor each object


def test_z2_threads_make_the_first_object_at_once() -> None:
    for _ in range(20):
        cls: Any = by_name(dataclass)
        barrier, made = threading.Barrier(4), list[Any]()

        def work(cls: Any = cls, barrier: threading.Barrier = barrier, made: list[Any] = made) -> None:
            barrier.wait()
            made.append(cls(a=1))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made == [cls(a=1)] * 4


def test_class_that_is_not_frozen_or_has_no_slots_is_the_standard_librarys() -> None:
    for arguments in ({"frozen": False, "slots": True}, {"frozen": True, "slots": False}):
        with pytest.raises(TypeError, match="standard library"):
            dataclass(**arguments)


@pytest.mark.parametrize("left_out", [field(init=False, default=1), field(hash=False)])
def test_class_with_a_member_left_out_of_some_function_is_the_standard_librarys(left_out: Any) -> None:
    with pytest.raises(TypeError, match="standard library"):

        @dataclass(frozen=True, slots=True)
        class Partial:
            a: int = left_out


def test_aggregates_are_such_classes() -> None:
    for kind in KINDS.values():
        assert "__init__" in vars(kind.aggregate)
        with pytest.raises(FrozenInstanceError):
            setattr(object.__new__(kind.aggregate), fields(kind.aggregate)[0].name, None)


def test_types_are_those_that_the_standard_library_gives() -> None:
    """Also where a type is written as a name because its class comes later."""
    classes, waiting = set[type[Any]](), [Value, Aggregate]
    while waiting:
        cls = waiting.pop()
        classes.add(cls)
        waiting.extend(cls.__subclasses__())
    assert any(isinstance(member.type, str) for cls in classes for member in fields(cls))
    for cls in classes:
        hints = get_type_hints(cls)
        assert list(types_of(cls).items()) == [(member.name, hints[member.name]) for member in fields(cls)]
