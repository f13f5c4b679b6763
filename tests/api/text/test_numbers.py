"""A number is 1 to 15 digits of ASCII; whatever else a library takes for digits is none."""

from tests.rows import each_row

from constancia.api.text.numbers import plain_number


@each_row(("text", "number"), [("0", 0), ("007", 7), ("9" * 15, 10**15 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert plain_number(text) == number


@each_row("text", ["", "²", "٣", "-1", "+1", "1_0", "1.0", " 1", "1\n", "9" * 16, "9" * 5_000])
def test_anything_else_is_none(text: str) -> None:
    assert plain_number(text) is None
