"""The form of what is shown is a number that follows from the classes."""

from dataclasses import dataclass

from constancia.domain.kernel.forms import form_number, shape_of


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Shown:
    inner: tuple[Inner, ...]
    size: int
    later: str | None = None


def test_a_member_that_is_always_written_is_part_of_the_form() -> None:
    assert shape_of([Shown]) == {"Inner": ["name"], "Shown": ["inner", "size"]}


def test_another_shape_is_another_number() -> None:
    shape = shape_of([Shown])
    assert form_number(shape) == form_number(shape_of([Shown]))
    assert form_number(shape) != form_number({**shape, "Shown": ["inner"]})
    assert 0 <= form_number(shape) < 2**48
