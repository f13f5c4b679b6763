"""Errors are shown to people: what they show is bounded, and no character of it is invisible or moves the others."""

from tests.rows import each_row

from constancia.verify.core.errors import Malformed, Unreadable, one_line


@each_row("length", [0, 199, 200, 201, 65_535])
def test_error_shows_two_hundred_characters_of_a_value(length: int) -> None:
    assert Malformed("form", "index", "an integer", "x" * length).found == "x" * min(length, 200)


@each_row("length", [1_999, 2_000, 2_001])
def test_line_has_two_thousand_characters_at_most(length: int) -> None:
    assert one_line("x" * length) == "x" * min(length, 2_000)


@each_row(
    ("text", "shown"),
    [
        ("más «así» 字", "más «así» 字"),
        ("a\nb\tc\x1b[1m", r"a\nb\tc\x1b[1m"),
        ("\u202eoro\u200b\U000e0041", r"\u202eoro\u200b\U000e0041"),
    ],
)
def test_controls_and_invisible_characters_are_escaped_and_no_others(text: str, shown: str) -> None:
    assert one_line(text) == shown
    assert str(Unreadable("zip-bomb", text, "too large")) == f"{shown}: too large [zip-bomb]"
    assert str(Malformed("form", "body", "text", text)) == f"body: expected text, found {shown} [form]"
