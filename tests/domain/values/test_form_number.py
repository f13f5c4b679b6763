"""The form of what is shown is a number that follows from the classes."""

from dataclasses import dataclass
from typing import ClassVar

from tests.rows import each_row

from constancia.domain.values.form_number import form_number, shape_of


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Shown:
    inner: tuple[Inner, ...]
    size: int
    later: str | None = None


@dataclass(frozen=True)
class Newer:
    SINCE: ClassVar = 3

    name: str
    inner: tuple[Inner, ...]


@dataclass(frozen=True)
class Translated:
    FORMER_MEMBERS: ClassVar = {2: ("es",), 1: ("text", "lang")}

    by_language: str
    shown: Newer | None


def test_a_member_that_is_always_written_is_part_of_the_form() -> None:
    assert shape_of([Shown]) == {"Inner": ["name"], "Shown": ["inner", "size"]}


@each_row(
    ("edition", "shape"),
    [
        (1, {"Translated": ["lang", "text"]}),
        (2, {"Translated": ["es"]}),
        (3, {"Inner": ["name"], "Newer": ["inner", "name"], "Translated": []}),
    ],
)
def test_a_form_is_that_of_an_edition(edition: int, shape: dict[str, list[str]]) -> None:
    assert shape_of([Translated], edition) == shape
    newer = {"Newer": ["inner", "name"]} if edition == 3 else {}
    assert shape_of([Inner, Newer, Newer], edition) == {"Inner": ["name"]} | newer


def test_another_shape_is_another_number() -> None:
    shape = shape_of([Shown])
    assert form_number(shape) == form_number(shape_of([Shown]))
    assert form_number(shape) != form_number({**shape, "Shown": ["inner"]})
    assert 0 <= form_number(shape) < 2**48
