"""What is asked of every picture: well-formed, no style or script, all within its frame; and reading what it says."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from hypothesis import strategies as st
from markupsafe import Markup

SVG = "{http://www.w3.org/2000/svg}"
REACH = 10.0  # pixels that a sign may be away from its place: the margins of every picture have room for it
FOREIGN = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("<>&\"'«»…—𝒜漢אبع\u0301\u202e\u200b\u00a0 \n\t\x00"),
        st.sampled_from("abcdefghijklmnopqrstuvwxyz ABC"),
    ),
    max_size=200,
)
DAYS = st.dates().map(lambda day: day.isoformat())
POINTS = st.one_of(DAYS, DAYS.map(lambda day: day[:7]), DAYS.map(lambda day: day[:4]))


@st.composite
def windows(draw: st.DrawFn) -> str:
    """A date of any precision, an interval, or one with an open end."""
    first, second = draw(POINTS), draw(POINTS)
    kind = draw(st.sampled_from(["point", "interval", "from", "by"]))
    if kind == "point":
        return first
    if kind == "from":
        return f"{first}/.."
    if kind == "by":
        return f"../{first}"
    low, high = sorted((first, second))
    return low if high.startswith(low) or low.startswith(high) else f"{low}/{high}"


def checked(figure: Markup) -> ET.Element:
    """Read a figure, after looking at all that no picture may have."""
    root = ET.fromstring(str(figure))  # noqa: S314 - what we drew ourselves
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        assert name not in ("style", "script", "foreignObject", "a", "image", "use")
        for attribute, value in element.attrib.items():
            assert attribute != "style"
            assert not attribute.lower().startswith("on")
            assert not re.search(r"javascript:|url\((?!#)", value)
    within(picture_of(root))
    return root


def picture_of(root: ET.Element) -> ET.Element:
    picture = next(element for element in root.iter(f"{SVG}svg"))
    assert picture.get("role") == "img"
    assert picture.get("aria-label")
    return picture


def within(picture: ET.Element) -> None:
    """Every place is in the picture, and every sign near its place."""
    height = float(picture.get("height", "0"))
    for element in picture.iter():
        for name in ("x", "x1", "x2"):
            value = element.get(name, "")
            if value.endswith("%"):
                right = float(value[:-1]) + float(element.get("width", "0").removesuffix("%"))
                assert 0 <= float(value[:-1]) <= 100
                assert right <= 100.02 or not element.get("width", "").endswith("%")
    for element in list(picture):
        if element.tag != f"{SVG}defs":
            for name in ("y", "y1", "y2"):
                assert 0 <= float(element.get(name, "0")) <= height
    for text in picture.iter(f"{SVG}text"):
        assert float(text.get("font-size", "0")) >= 11


def lines(picture: ET.Element) -> list[str]:
    """What the picture says: each text whole, and the titles of its signs."""
    return list(_lines(picture))


def _lines(picture: ET.Element) -> Iterator[str]:
    for text in picture.iter(f"{SVG}text"):
        title = text.find(f"{SVG}title")
        spans = [span.text or "" for span in text.iter(f"{SVG}tspan")]
        yield (title.text or "") if title is not None else " ".join(spans) if spans else (text.text or "")
    for group in picture.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        if title is not None:
            yield title.text or ""


def table_of(root: ET.Element) -> str:
    """All words of the table."""
    [table] = [element for element in root.iter() if element.tag.removeprefix(SVG) == "table"]
    return " ¦ ".join(words for words in table.itertext() if words)


def is_shown(name: str, words: str) -> bool:
    """Whether words are in a picture's text or a table, whose white space is as it comes."""
    return " ".join(name.split()) in " ".join(words.split())
