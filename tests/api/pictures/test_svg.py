"""Elements and text: escaped, cut to fit, whole in the title."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from tests.api.pictures.drawn import FOREIGN
from tests.rows import each_row

from constancia.api.pictures.svg import NARROWEST, ForeignText, cut, label, paragraph, picture, tag, width_of, wrapped


def test_v1_attributes_and_text_are_escaped() -> None:
    drawn = tag("text", "<b>&", class_='"><script>', stroke_width=2, x=None)
    assert drawn == '<text class="&#34;&gt;&lt;script&gt;" stroke-width="2">&lt;b&gt;&amp;</text>'


@given(FOREIGN, st.floats(min_value=30, max_value=400), st.sampled_from([11, 12, 13]))
def test_v2_cut_text_fits_and_begins_as_the_whole(text: str, room: float, size: int) -> None:
    short = cut(text, room, size)
    assert width_of(short, size) <= room
    if not short.endswith("…"):
        assert len(short) <= len(text)


@given(FOREIGN, st.integers(min_value=1, max_value=4))
def test_v2_lines_fit_and_say_all_or_end_in_an_ellipsis(text: str, most: int) -> None:
    clean = ForeignText(text).clean
    lines = wrapped(clean, NARROWEST, 13, most)
    assert len(lines) <= most
    assert all(width_of(line, 13) <= NARROWEST for line in lines)
    if not any(line.endswith("…") for line in lines):
        assert "".join(lines).replace(" ", "") in (clean.replace(" ", ""), cut(clean, 10**9).replace(" ", ""))


@given(FOREIGN)
def test_v2_the_title_has_the_whole_of_what_is_cut(text: str) -> None:
    words = ForeignText(text)
    for drawn in (label(words, 0, 10, 60), paragraph(words, 0, room=60)[0]):
        read = ET.fromstring(str(drawn))  # noqa: S314
        title = read.find("title")
        if title is not None:
            assert title.text == words.clean
        else:
            assert "".join(read.itertext()).replace(" ", "") == words.clean.replace(" ", "")


def test_words_from_right_to_left_are_isolated_and_direction_marks_shown() -> None:
    assert ForeignText("שלום").clean == "\u2068שלום\u2069"
    assert "\u202e" not in ForeignText("a\u202eb").clean
    assert ForeignText("uno\n dos\tres").clean == "uno dos res"


def test_many_marks_on_a_letter_are_thinned() -> None:
    assert cut("a" + "\u0301" * 50, 100) == "a\u0301\u0301"


def test_a_text_in_another_language_has_it_in_picture_and_table() -> None:
    words = ForeignText("road", "en")
    assert 'lang="en"' in label(words, 0, 10)
    assert words.html() == Markup('<span lang="en">road</span>')


@each_row(("least", "expected"), [(0, '"pic"'), (360, '"pic pic-w4"'), (400, '"pic pic-w5"')])
def test_a_picture_that_needs_more_room_has_a_class_for_it(least: int, expected: str) -> None:
    assert f"class={expected}" in picture(10, "t", [], least)


def test_a_picture_wider_than_any_class_has_its_width() -> None:
    assert 'width="1800"' in picture(10, "t", [], 1800)
