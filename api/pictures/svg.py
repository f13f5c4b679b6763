"""Elements of inline SVG, and text that fits.

- V1: no element has a style, a script or an event attribute: colours are classes whose tokens the style sheet has.
- V2: foreign text is escaped, and cut with an ellipsis where it is longer than its place; the whole text is in `title`.

Horizontal places are percentages of the picture's width, vertical ones pixels: text has the same size on a telephone
as on a wide screen, and nothing is scaled.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from constancia.api.text.i18n import isolate
from constancia.verify.report.printable import printable

# Widths are in pixels; the narrowest place for a picture is that of a page 320 px wide, less the page's margins.
NARROWEST: Final = 288
TEXT: Final = 13
SMALL: Final = 12
LINE: Final = 17
WIDTH_STEP: Final = 90  # the classes `pic-w4` to `pic-w12` of the style sheet are so many pixels wide at least
WIDEST_CLASS: Final = 12
_WIDE: Final = frozenset({"W", "F"})
_BROAD: Final = frozenset("MWmw@%ÆŒæœ—…")
_SLIM: Final = frozenset("iIjlrtf.,:;'|!()[] ·")
_BOLD: Final = 1.14  # how much wider bold letters are
_MOST_MARKS: Final = 2  # combining marks on a letter: more would run over the lines above and below


@dataclass(frozen=True, slots=True)
class ForeignText:
    """A foreign text to show.

    Attributes:
        text: The text.
        lang: Its language where that is not the page's.
        is_made: Whether it is a sentence of ours, whose foreign parts are `clean` already.
    """

    text: str
    lang: str | None = None
    is_made: bool = False

    @property
    def clean(self) -> str:
        """The text on a line, made harmless, and isolated where it runs from right to left."""
        return (
            self.text if self.is_made else isolate(" ".join(printable(self.text, len(self.text), keep="\n\t").split()))
        )

    def html(self) -> Markup:
        """Give the text as HTML, in an element with its language where it is not the page's."""
        if self.lang is None:
            return escape(self.clean)
        return Markup('<span lang="{}">{}</span>').format(self.lang, self.clean)


def tag(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """Give an element.

    Args:
        name: Its name.
        children: Text, which is escaped, and markup.
        attributes: Its attributes: `class_` for `class`, `_` for `-`; those that are None are left out.
    """
    pairs = "".join(
        f' {member.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for member, value in attributes.items()
        if value is not None
    )
    inner = "".join(escape(child) for child in children)
    return Markup(f"<{name}{pairs}>{inner}</{name}>")  # noqa: S704 - our own names; all else is escaped


def at(share: float) -> str:
    """Give a horizontal place or width, from 0 to 100 percent of the picture."""
    return f"{min(max(share, 0.0), 100.0):.2f}%"


def width_of(text: str, size: int = TEXT) -> float:
    """Estimate a text's width in pixels, rather too wide than too narrow."""
    return sum(_share(character) for character in text) * size


@lru_cache(maxsize=8_192)
def _share(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(character) in _WIDE:
        return 1.08
    if character in _BROAD:
        return 0.95
    if character in _SLIM:
        return 0.37
    return 0.74 if character.isupper() else 0.61 if character.isascii() or character.isalpha() else 1.1


def cut(text: str, room: float, size: int = TEXT) -> str:
    """Cut a text to a width.

    Args:
        text: One line.
        room: Its place, in pixels.
        size: Of the letters, in pixels.

    Returns:
        The text, or its beginning and an ellipsis; with at most two combining marks a letter.
    """
    text = _thinned(text)
    if width_of(text, size) <= room:
        return text
    room -= width_of("…", size)
    used, end = 0.0, 0
    for place, character in enumerate(text):
        used += _share(character) * size
        if used > room:
            break
        end = place + 1
    return text[:end].rstrip() + "…"


def _thinned(text: str) -> str:
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            shown.append(character)
    return "".join(shown)


def wrapped(text: str, room: float, size: int = TEXT, most: int = 2) -> list[str]:
    """Break a text into lines of a width, the last of which is cut where there is more.

    Args:
        text: One line of words; a word longer than a line is cut.
        room: The width of a line, in pixels.
        size: Of the letters, in pixels.
        most: Most lines.
    """
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        line = words.pop(0)
        while words and width_of(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        lines.append(cut(line, room, size))
    if words:
        lines.append(cut(" ".join(words), room, size))
    return lines


def label(  # noqa: PLR0913, PLR0917 - a place, a look and a room
    words: ForeignText | str,
    x: float,
    y: float,
    room: float = NARROWEST,
    size: int = TEXT,
    class_: str = "ink",
    anchor: str | None = None,
    **more: object,
) -> Markup:
    """Give one line of text at a place, cut to its room, whole in its `title`.

    Args:
        words: Foreign text, or a sentence of ours.
        x: Percentage.
        y: The line's foot, in pixels.
        room: Pixels that it may take.
        size: Pixels.
        class_: Its colour.
        anchor: `start`, `middle` or `end` of the text is at `x`.
        more: Other attributes.
    """
    shown = words if isinstance(words, ForeignText) else ForeignText(words, is_made=True)
    short = cut(shown.clean, room / (_BOLD if "font_weight" in more else 1), size)
    whole = tag("title", shown.clean) if short != shown.clean else Markup("")
    return tag(
        "text", whole, short,
        x=at(x), y=y, font_size=size, fill="currentColor", class_=class_, text_anchor=anchor, lang=shown.lang, **more,
    )  # fmt: skip


def paragraph(  # noqa: PLR0913, PLR0917
    words: ForeignText | str,
    y: float,
    size: int = TEXT,
    class_: str = "ink",
    most: int = 2,
    room: float = NARROWEST,
    x: float = 0,
    dx: float = 0,
    **more: object,
) -> tuple[Markup, int]:
    """Give a text of some lines below a place.

    Args:
        words: Foreign text, or a sentence of ours.
        y: The top, in pixels.
        size: Of the letters, in pixels.
        class_: Its colour.
        most: Most lines.
        room: Width of a line, in pixels.
        x: Percentage.
        dx: Pixels to the right of it.
        more: Other attributes.

    Returns:
        The text, and how many pixels it takes.
    """
    shown = words if isinstance(words, ForeignText) else ForeignText(words, is_made=True)
    lines = wrapped(shown.clean, room / (_BOLD if "font_weight" in more else 1), size, most)
    step = LINE if size >= TEXT else LINE - 2
    parts = [
        tag("tspan", line, x=at(x), y=y + step * (place + 1) - 4, dx=dx or None) for place, line in enumerate(lines)
    ]
    whole = tag("title", shown.clean) if " ".join(lines) != shown.clean else Markup("")
    drawn = tag(
        "text", whole, *parts, font_size=size, fill="currentColor", class_=f"{class_} halo", lang=shown.lang, **more
    )
    return drawn, step * len(lines)


def line(x1: float, y1: float, x2: float, y2: float, class_: str = "line", **more: object) -> Markup:
    """Give a line between two places (percentages and pixels)."""
    return tag("line", x1=at(x1), y1=y1, x2=at(x2), y2=y2, stroke="currentColor", class_=class_, **more)


def bar(x1: float, x2: float, y: float, height: float, class_: str, **more: object) -> Markup:
    """Give a filled rectangle from one percentage to another, at least a hairline wide."""
    left = min(x1, 99.6)
    shape = {"fill": "currentColor"} | more
    return tag("rect", x=at(left), y=y, width=at(max(x2 - left, 0.4)), height=height, class_=class_, **shape)


def placed(x: float, y: float, *shapes: Markup) -> Markup:
    """Give shapes, drawn around (0, 0) in pixels, at a place."""
    return tag("svg", *shapes, x=at(x), y=y, overflow="visible", width=1, height=1)


def shape(path: str, class_: str = "ink", fill: str = "currentColor", **more: object) -> Markup:
    """Give a path in pixels."""
    return tag("path", d=path, class_=class_, fill=fill, **more)


def hatch(name: str) -> Markup:
    """Give the definition of a pattern of slanted lines, to fill with `url(#name)`."""
    strokes = tag("path", d="M-2 8L8 -2M3 13L13 3", class_="bad", stroke="currentColor", stroke_width=2, fill="none")
    pattern = tag("pattern", strokes, id=name, width=10, height=10, patternUnits="userSpaceOnUse")
    return tag("defs", pattern)


def picture(height: float, title: str, parts: Iterable[Markup], least: int = 0) -> Markup:
    """Give a whole picture, as wide as its place.

    Args:
        height: In pixels.
        title: What it shows: its name for who does not see it. Its facts are in the table of the same figure.
        parts: What is drawn.
        least: The width in pixels that it needs: a narrower place scrolls.
    """
    steps = -(-least // WIDTH_STEP)
    fixed = steps > WIDEST_CLASS
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_="pic" if fixed or not least else f"pic pic-w{steps}",
        role="img",
        aria_label=title,
        width=least if fixed else "100%",
        height=round(height),
    )
