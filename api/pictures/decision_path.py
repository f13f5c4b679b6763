"""A decision's path: proposed, voted, adopted, signed, applied; where it is now, what is missing, where it left."""

from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from constancia.api.pictures.figure import figure, table
from constancia.api.pictures.svg import NARROWEST, SMALL, label, paragraph, picture, placed, shape, tag
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr

StepKind = Literal["proposed", "votes", "outcome", "signatures", "applied"]
StepState = Literal["done", "now", "ahead", "failed", "never"]
_NAMES: Final[dict[StepKind, str]] = {
    "proposed": "page.pic_d_proposed",
    "votes": "page.pic_d_votes",
    "outcome": "page.pic_d_outcome",
    "signatures": "page.pic_d_signatures",
    "applied": "page.pic_d_applied",
}
_STATES: Final[dict[StepState, str]] = {
    "done": "page.pic_d_done",
    "now": "page.pic_d_now",
    "ahead": "page.pic_d_ahead",
    "failed": "page.pic_d_failed",
    "never": "page.pic_d_never",
}
_COLOURS: Final[dict[StepState, str]] = {
    "done": "good", "now": "accent", "ahead": "soft", "failed": "bad", "never": "soft",
}  # fmt: skip
_LEFT: Final = 34  # pixels from the picture's edge to the words
_ROOM: Final = NARROWEST - _LEFT - 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """A step: its state, when it was taken (EDTF), and in words what happened or is missing."""

    kind: StepKind
    state: StepState
    on: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The steps of a decision, in order."""

    steps: tuple[PathStep, ...]
    is_certain: bool = True


def draw(model: Path, lang: str) -> Markup:
    """Draw a decision's path, with its table.

    Args:
        model: What to draw.
        lang: `es` or `en`.
    """
    parts: list[Markup] = []
    y, last = 6.0, len(model.steps) - 1
    for place, step in enumerate(model.steps):
        drawn, height = _step(step, y, lang)
        if place < last:
            after = model.steps[place + 1].state
            parts.append(_way(y, height, broken=after in ("ahead", "never"), leaves=step.state == "failed"))
        parts += drawn
        y += height
    drawing = picture(y, tr(lang, "page.pic_path_name"), parts)
    caption = next((step_words(step, lang) for step in model.steps if step.state in ("now", "failed")), None)
    caption = caption or step_words(model.steps[-1], lang)
    caption = caption if model.is_certain else f"{caption} {tr(lang, 'page.pic_uncertain')}"
    return figure(lang, drawing, caption, _table(model, lang))


def step_words(step: PathStep, lang: str) -> str:
    """Say a step in a sentence: its name, its state, when, what happened."""
    when = f", {date_words(step.on, lang)}" if step.on else ""
    more = ": " + "; ".join(step.words) if step.words else ""
    return f"{tr(lang, _NAMES[step.kind])} ({tr(lang, _STATES[step.state])}{when}){more}."


def _step(step: PathStep, y: float, lang: str) -> tuple[list[Markup], float]:
    colour = _COLOURS[step.state]
    name = f"{tr(lang, _NAMES[step.kind])} · {tr(lang, _STATES[step.state])}"
    parts = [placed(0, y + 10, *_node(step.state, colour)), _name(name, colour, y, step.state)]
    top = y + 20
    lines = ([date_words(step.on, lang)] if step.on else []) + list(step.words)
    for words in lines:
        drawn, used = paragraph(words, top, size=SMALL, class_="ink", most=3, room=_ROOM, dx=_LEFT)
        parts.append(drawn)
        top += used
    return parts, max(top - y + 14, 40)


def _name(name: str, colour: str, y: float, state: StepState) -> Markup:
    weight = 700 if state in ("now", "failed") else 600
    return label(name, 0, y + 15, _ROOM, class_=colour, font_weight=weight, dx=_LEFT)


def _node(state: StepState, colour: str) -> list[Markup]:
    """Give a step's sign, drawn around (0, 0) and moved to the right of the edge."""
    look = {"class_": colour, "stroke": "currentColor", "stroke_width": 2}
    if state == "done":
        ring = tag("circle", cx=14, cy=0, r=9, fill="currentColor", **look)
        return [ring, shape("M9.5 0L13 4L18.5 -4", "paper", "none", stroke="currentColor", stroke_width=2)]
    if state == "failed":
        ring = tag("circle", cx=14, cy=0, r=9, fill="currentColor", **look)
        return [ring, shape("M10 -4L18 4M18 -4L10 4", "paper", "none", stroke="currentColor", stroke_width=2)]
    if state == "now":
        dot = tag("circle", cx=14, cy=0, r=4, class_=colour, fill="currentColor")
        return [tag("circle", cx=14, cy=0, r=9, fill="none", **look), dot]
    dashes = "3 3" if state == "ahead" else "1 4"
    return [tag("circle", cx=14, cy=0, r=8, fill="none", stroke_dasharray=dashes, **look)]


def _way(y: float, height: float, *, broken: bool, leaves: bool) -> Markup:
    """Draw the way to the next step; where the decision failed, it turns aside instead."""
    start, end = y + 20, y + height
    if leaves:
        aside = shape(f"M14 0V{end - start - 8:.0f}", "soft", "none", stroke="currentColor", stroke_dasharray="1 4")
        fork = shape("M14 0Q14 8 6 12M10 13L4 13L6 7", "bad", "none", stroke="currentColor", stroke_width=2)
        return placed(0, start, aside, fork)
    look = {"stroke_dasharray": "3 4"} if broken else {}
    way = shape(f"M14 0V{end - start:.0f}", "soft", "none", stroke="currentColor", stroke_width=2, **look)
    return placed(0, start, way)


def _table(model: Path, lang: str) -> Markup:
    heads = [tr(lang, name) for name in ("page.pic_step", "page.pic_stands", "page.pic_when", "page.pic_happened")]
    rows = [
        (
            tr(lang, _NAMES[step.kind]),
            tr(lang, _STATES[step.state]),
            date_words(step.on, lang) if step.on else "—",
            "; ".join(step.words) or "—",
        )
        for step in model.steps
    ]
    return table(tr(lang, "page.pic_path_name"), heads, rows)
