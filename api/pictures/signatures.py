"""Who signed what: parties by texts and decisions, each cell with a sign and a word."""

from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from constancia.api.pictures.figure import Cell, figure, listed, table
from constancia.api.pictures.svg import (
    NARROWEST,
    SMALL,
    ForeignText,
    bar,
    label,
    line,
    paragraph,
    picture,
    placed,
    shape,
    tag,
)  # fmt: skip
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr

State = Literal[
    "signed", "reserved", "paper", "attested", "disowned", "missing", "left", "succeeded", "none",
    "for", "against", "abstain", "not_voted", "not_signed", "no_vote",
]  # fmt: skip
_COLUMN: Final = 90  # pixels that a column takes at least
_WORDS: Final[dict[State, str]] = {
    "signed": "page.pic_s_signed",
    "reserved": "page.pic_s_reserved",
    "paper": "page.pic_s_paper",
    "attested": "page.pic_s_attested",
    "disowned": "page.pic_s_disowned",
    "missing": "page.pic_s_missing",
    "left": "page.pic_s_left",
    "succeeded": "page.pic_s_succeeded",
    "none": "page.pic_s_none",
    "for": "page.pic_s_for",
    "against": "page.pic_s_against",
    "abstain": "page.pic_s_abstain",
    "not_voted": "page.pic_s_not_voted",
    "not_signed": "page.pic_s_not_signed",
    "no_vote": "page.pic_s_no_vote",
}
_COLOURS: Final[dict[State, str]] = {
    "signed": "good", "reserved": "warn", "paper": "good", "attested": "soft", "disowned": "bad", "missing": "warn",
    "left": "soft", "succeeded": "soft", "none": "soft", "for": "good", "against": "bad", "abstain": "ink",
    "not_voted": "warn", "not_signed": "warn", "no_vote": "soft",
}  # fmt: skip
_TICK: Final = "M-4 0L-1 3.5L4.5 -3.5"
_CROSS: Final = "M-4 -4L4 4M4 -4L-4 4"
_DASH: Final = "M-4 0H4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a party did: the state, and when (EDTF) where it did something."""

    state: State
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A text or a decision: what it is, its state, and the signs of each party, in the columns' order."""

    title: ForeignText
    standing: str
    cells: tuple[tuple[Sign, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The matrix; `left_out` counts the older rows that are not in it."""

    parties: tuple[ForeignText, ...]
    rows: tuple[MatrixRow, ...]
    left_out: int = 0
    is_certain: bool = True


def draw(model: Matrix, lang: str) -> Markup:
    """Draw the matrix, with its table; nothing without rows or parties.

    Args:
        model: What to draw.
        lang: `es` or `en`.
    """
    if not model.rows or not model.parties:
        return Markup("")
    count = len(model.parties)
    wide = count * _COLUMN > NARROWEST
    step, room = 100 / count, (_COLUMN if wide else NARROWEST / count) - 6
    parts = [
        label(party, step * (place + 0.5), 15, room, SMALL, anchor="middle", font_weight=600)
        for place, party in enumerate(model.parties)
    ]
    y = 24.0
    for row in model.rows:
        parts.append(line(0, y, 100, y))
        title, used = paragraph(row.title, y + 5, font_weight=600)
        state, more = paragraph(row.standing, y + 5 + used, size=SMALL, class_="soft", most=1)
        top = y + 9 + used + more
        height = 24 + 15 * max(len(signs) for signs in row.cells)
        parts += [title, state, bar(0, 100, top, height, "band")]
        for place, signs in enumerate(row.cells):
            parts += _cell(signs, step * (place + 0.5), top, room, lang)
        y = top + height + 8
    least = count * _COLUMN if wide else 0
    drawing = picture(y, tr(lang, "page.pic_signatures_name"), parts, least)
    return figure(lang, drawing, _caption(model, lang), _table(model, lang), scrolls=wide)


def sign_words(sign: Sign, lang: str) -> str:
    """Say what a party did, and when."""
    words = tr(lang, _WORDS[sign.state])
    return f"{words} ({date_words(sign.on, lang)})" if sign.on else words


def _cell(signs: tuple[Sign, ...], x: float, y: float, room: float, lang: str) -> list[Markup]:
    """Draw a cell: the signs side by side, and their words one below the other."""
    parts = []
    for place, sign in enumerate(signs):
        aside = 20 * (place - (len(signs) - 1) / 2)
        glyph = tag("g", *_glyph(sign.state), transform=f"translate({aside:g} 0)")
        words = label(tr(lang, _WORDS[sign.state]), x, y + 33 + 15 * place, room, SMALL, _COLOURS[sign.state], "middle")
        parts.append(tag("g", tag("title", sign_words(sign, lang)), placed(x, y + 12, glyph), words))
    return parts


def _glyph(state: State) -> list[Markup]:
    """Give a party's sign: the shape says as much as the colour."""
    if state in ("for", "against", "abstain", "not_voted", "no_vote"):
        return _vote(state)
    return _signature(state)


def _vote(state: State) -> list[Markup]:
    colour = _COLOURS[state]
    if state in ("for", "against", "abstain"):
        box = tag(
            "rect", x=-7.5, y=-7.5, width=15, height=15, class_=colour, stroke="currentColor", stroke_width=1.5,
            fill="currentColor" if state == "against" else "none",
        )  # fmt: skip
        path = {"for": _TICK, "against": _CROSS, "abstain": _DASH}[state]
        return [box, _stroke(path, "paper" if state == "against" else colour)]
    return [_dashed("rect", colour) if state == "not_voted" else _stroke(_DASH, colour)]


def _signature(state: State) -> list[Markup]:
    colour = _COLOURS[state]
    if state in ("signed", "paper"):
        ring = tag("circle", cx=0, cy=0, r=8, class_=colour, fill="currentColor")
        return [ring, _stroke(_TICK, "paper")]
    if state == "reserved":
        ring = tag("circle", cx=0, cy=0, r=7.5, class_=colour, fill="none", stroke="currentColor", stroke_width=1.5)
        return [ring, shape("M0 -7A7 7 0 0 0 0 7Z", colour), _stroke("M1.5 0L3 2L5.5 -3", colour)]
    if state == "disowned":
        ring = tag("circle", cx=0, cy=0, r=7.5, class_=colour, fill="none", stroke="currentColor", stroke_width=2)
        return [ring, _stroke("M-5 5L5 -5", colour)]
    if state in ("missing", "not_signed"):
        return [_dashed("circle", colour)]
    leaving = "M-7 0H5M1 -4L6 0L1 4"
    paths = {"left": leaving, "succeeded": leaving, "attested": "M-5 -7H3L6 -4V7H-5ZM-2 -1H3M-2 3H3"}
    return [_stroke(paths.get(state, _DASH), colour)]


def _stroke(path: str, colour: str) -> Markup:
    return shape(path, colour, "none", stroke="currentColor", stroke_width=2)


def _dashed(kind: str, colour: str) -> Markup:
    place = {"cx": 0, "cy": 0, "r": 7} if kind == "circle" else {"x": -7, "y": -7, "width": 14, "height": 14}
    look = {"stroke": "currentColor", "stroke_width": 2, "stroke_dasharray": "3 2.5"}
    return tag(kind, **place, class_=colour, fill="none", **look)


def _caption(model: Matrix, lang: str) -> str:
    parts = [tr(lang, "page.pic_signatures_key")]
    if model.left_out:
        parts.append(
            tr(lang, "page.pic_left_out_one" if model.left_out == 1 else "page.pic_left_out", count=model.left_out)
        )
    if not model.is_certain:
        parts.append(tr(lang, "page.pic_uncertain"))
    return " ".join(parts)


def _table(model: Matrix, lang: str) -> Markup:
    heads = [tr(lang, "page.pic_text"), tr(lang, "page.pic_stands"), *(party.clean for party in model.parties)]
    rows: list[tuple[Cell, ...]] = [
        (row.title, row.standing, *(listed([sign_words(sign, lang) for sign in signs]) for signs in row.cells))
        for row in model.rows
    ]
    return table(tr(lang, "page.pic_signatures_name"), heads, rows)
