"""A road map over time: planned windows with their precision, what was done when, what is late, the day looked at.

- V4: a bar is solid over the days that a window certainly covers, and dashed over those that its precision leaves open;
  an open end is an arrow.
"""

from datetime import date
from typing import Final

from markupsafe import Markup

from constancia.api.pictures.figure import figure
from constancia.api.pictures.roadmap_model import (
    EventKind,
    Pause,
    RoadMap,
    RoadmapEvent,
    RoadmapRow,
    caption,
    event_words,
    facts,
    late_days,
    lateness,
    standing,
)
from constancia.api.pictures.svg import (
    NARROWEST,
    SMALL,
    bar,
    hatch,
    label,
    line,
    paragraph,
    picture,
    placed,
    shape,
    tag,
    width_of,
)  # fmt: skip
from constancia.api.pictures.time_axis import FIRST, LAST, Axis, axis_over, day_after
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr
from constancia.domain.values.calendar import Edtf, parse_edtf

_BAR: Final = 14
_TOP: Final = 26  # the axis's words
_LANE: Final = 16  # pixels that a lane of marks is high
_APART: Final = 5.6  # percent that a mark takes at most, on a narrow screen
_SHAPES: Final[dict[EventKind, tuple[str, str, bool]]] = {  # path, colour, filled
    "submitted": ("M-4 -4H4V4H-4Z", "ink", False),
    "accepted": ("M-5 -5H5V5H-5Z", "good", True),
    "fulfilled": ("M-6 -5H6L0 6Z", "good", True),
    "rejected": ("M-5 -5L5 5M5 -5L-5 5", "bad", False),
    "contested": ("M0 -6L6 5H-6Z", "warn", True),
    "withdrawn": ("M-5 -5L5 5M5 -5L-5 5", "bad", False),
    "closed": ("M-1.5 -7H1.5V7H-1.5Z", "ink", True),
    "adopted": ("M-1.5 -7H1.5V7H-1.5Z", "ink", True),
}
_KEYS: Final[dict[str, tuple[EventKind, ...]]] = {
    "page.pic_k_submitted": ("submitted",),
    "page.pic_k_accepted": ("accepted",),
    "page.pic_k_fulfilled": ("fulfilled",),
    "page.pic_k_contested": ("contested",),
    "page.pic_k_rejected": ("rejected",),
    "page.pic_k_withdrawn": ("withdrawn",),
    "page.pic_k_adopted": ("adopted", "closed"),
}


def draw(model: RoadMap, lang: str) -> Markup:
    """Draw a road map, with its table; nothing where it has no row.

    Args:
        model: What to draw.
        lang: `es` or `en`.
    """
    if not model.rows:
        return Markup("")
    axis, day = _axis(model), date.fromisoformat(model.day)
    parts: list[Markup] = []
    y = float(_TOP + 8)
    for row in model.rows:
        drawn, height = _row(row, axis, model, lang, y)
        parts += drawn
        y += height
    grid = [line(tick.x, _TOP, tick.x, y) for tick in axis.ticks(lang)]
    names = _tick_names(axis, lang)
    today, below = _day_line(model, axis, day, lang, y)
    key, high = _key(model, y + below + 8, lang)
    title = tr(lang, "page.pic_roadmap_name")
    shown = [hatch(f"late-{model.name}"), *grid, *names, *today, *parts, *key]
    drawing = picture(y + below + 8 + high, title, shown)
    return figure(lang, drawing, caption(model, lang), facts(model, lang))


def _axis(model: RoadMap) -> Axis:
    days = [day for row in model.rows for text in _dates(row) for day in _bounds(parse_edtf(text))]
    looked_at = date.fromisoformat(model.day)
    if not model.is_over or not days:
        days.append(looked_at)
    return axis_over(days)


def _dates(row: RoadmapRow) -> list[str]:
    dates = [row.window, row.done_on, row.late_until, row.ended_on, *row.windows_before]
    dates += [event.on for event in row.events]
    dates += [text for pause in row.pauses for text in (pause.since, pause.until)]
    return [text for text in dates if text is not None]


def _bounds(when: Edtf) -> list[date]:
    return [day for day in (when.start, when.end, when.latest_start, when.earliest_end) if day is not None]


def _tick_names(axis: Axis, lang: str) -> list[Markup]:
    """Write the axis's months or years; one that would run over the one before, on a narrow screen, is left out."""
    names: list[Markup] = []
    free = 0.0
    for tick in axis.ticks(lang):
        wide = width_of(tick.words, SMALL) / NARROWEST * 100
        anchor = _anchor(tick.x, wide / 2)
        first = tick.x - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        if first >= free:
            names.append(label(tick.words, tick.x, 14, size=SMALL, class_="soft", room=90, anchor=anchor))
            free = first + wide + 2
    return names


def _anchor(x: float, margin: float) -> str:
    """Give which end of a text is at a place, so that the text stays within the picture."""
    return "start" if x < margin else "end" if x > 100 - margin else "middle"


def _row(row: RoadmapRow, axis: Axis, model: RoadMap, lang: str, y: float) -> tuple[list[Markup], float]:
    """Draw a row: title, bar, and in words its state; give the parts and their height."""
    title, used = paragraph(row.title, y, font_weight=600)
    top = y + used + 4
    parts = [title, bar(FIRST, LAST, top, _BAR, "band")]
    day = min(max(date.fromisoformat(model.day), axis.first), axis.last)
    parts += [_pause(pause, axis, day, top) for pause in row.pauses]
    if row.windows_before:
        parts.append(_ghost(parse_edtf(row.windows_before[0]), axis, top + _BAR + 2))
    parts += _window(parse_edtf(row.window), axis, top) if row.window is not None else _life(row, axis, day, top)
    parts += _late(row, axis, model.name, top)
    drawn, lanes = _marks(row, axis, top + _BAR + (14 if row.windows_before else 11), lang)
    parts += drawn
    y_words = top + _BAR + (8 if row.windows_before else 4) + lanes * _LANE
    words, height = paragraph(standing(row, lang), y_words, size=SMALL, class_="soft", most=4)
    return [*parts, words], y_words + height + 14 - y


def _window(when: Edtf, axis: Axis, y: float) -> list[Markup]:
    first, last = when.start, when.end
    if first is not None and first == last:
        return [placed(axis.of_middle(first), y + _BAR / 2, shape("M0 -8L8 0L0 8L-8 0Z", "accent"))]
    x1 = axis.of_start(first) if first else FIRST
    x2 = axis.of_end(last) if last else LAST
    parts = [bar(x1, x2, y, _BAR, "accent", fill="none", stroke="currentColor", stroke_dasharray="3 2")]
    sure_from = when.latest_start if first else axis.first
    sure_to = when.earliest_end if last else axis.last
    if sure_from is not None and sure_to is not None and sure_from <= sure_to and when.start != when.earliest_end:
        parts.append(bar(axis.of_start(sure_from), axis.of_end(sure_to), y, _BAR, "accent"))
    if last is None:
        parts.append(placed(LAST, y + _BAR / 2, shape("M-7 -10L5 0L-7 10Z", "accent")))
    if first is None:
        parts.append(placed(FIRST, y + _BAR / 2, shape("M7 -10L-5 0L7 10Z", "accent")))
    return parts


def _ghost(when: Edtf, axis: Axis, y: float) -> Markup:
    x1 = axis.of_start(when.start) if when.start else FIRST
    x2 = axis.of_end(when.end) if when.end else LAST
    return line(x1, y + 2, x2, y + 2, "soft", stroke_width=3, stroke_dasharray="2 3")


def _late(row: RoadmapRow, axis: Axis, name: str, y: float) -> list[Markup]:
    """Hatch the days between the deadline and what was done, or what it still waits for."""
    due = parse_edtf(row.window).end if row.window is not None else None
    if due is None:
        return []
    until = parse_edtf(row.late_until).end if row.late_until else None
    if until is None and late_days(row) is not None and row.done_on is not None:
        until = parse_edtf(row.done_on).end
    if until is None or until <= due:
        return []
    x1, x2 = axis.of_start(day_after(due)), axis.of_end(until)
    edge = {"stroke": "currentColor", "stroke_width": 1}
    return [bar(x1, x2, y + 2, _BAR - 4, "bad", fill=f"url(#late-{name})", **edge)]


def _life(row: RoadmapRow, axis: Axis, day: date, y: float) -> list[Markup]:
    """Draw how long what has no window of its own was in force: from its adoption to its end, or the day looked at."""
    since = next((parse_edtf(event.on).start for event in row.events if event.kind == "adopted"), None)
    if since is None:
        return []
    ends = [parse_edtf(event.on).end for event in row.events if event.kind in ("closed", "withdrawn")]
    until = ends[-1] if ends else day
    return [bar(axis.of_start(since), axis.of_end(until or day), y + _BAR / 2 - 2, 4, "soft")]


def _marks(row: RoadmapRow, axis: Axis, y: float, lang: str) -> tuple[list[Markup], int]:
    """Draw what happened, below the bar, and give the lanes that it takes: marks that would touch have their own."""
    parts: list[Markup] = []
    ends: list[float] = []  # of each lane, the place up to which it is taken
    marks: dict[tuple[str, EventKind | None], list[RoadmapEvent]] = {}
    for event in row.events:  # what is of one kind and time is one mark
        marks.setdefault((event.on, event.kind), []).append(event)
    if row.done_on is not None:
        marks[row.done_on, None] = []
    for (on, kind), events in sorted(marks.items(), key=lambda mark: (_first_day(mark[0][0]), not mark[1])):
        when = parse_edtf(on)
        x1, x2 = axis.of_start(min(_bounds(when))), axis.of_end(max(_bounds(when)))
        first, last = min(x1, (x1 + x2) / 2 - _APART / 2), max(x2, (x1 + x2) / 2 + _APART / 2)
        lane = next((place for place, end in enumerate(ends) if end <= first), len(ends))
        ends[lane : lane + 1] = [last]
        words = "; ".join(event_words(event, lang) for event in events) or lateness(row, lang)
        colour = "good" if kind is None else _SHAPES[kind][1]
        spread = line(x1, y + _LANE * lane, x2, y + _LANE * lane, colour, stroke_width=2)
        mark = placed((x1 + x2) / 2, y + _LANE * lane, *_mark(kind))
        parts.append(tag("g", tag("title", words), *([spread] if when.start != when.end else []), mark))
    return parts, len(ends)


def _first_day(on: str) -> date:
    return min(_bounds(parse_edtf(on)))


def _mark(kind: EventKind | None) -> list[Markup]:
    """Give the sign of a kind of event; of the end of the work where there is none."""
    if kind is None:
        ring = tag("circle", cx=0, cy=0, r=7, class_="good", fill="currentColor")
        return [ring, shape("M-3.5 0L-1 3L4 -3", "paper", "none", stroke="currentColor", stroke_width=2)]
    path, colour, is_filled = _SHAPES[kind]
    return [shape(path, colour, "currentColor" if is_filled else "none", stroke="currentColor", stroke_width=2)]


def _pause(pause: Pause, axis: Axis, day: date, y: float) -> Markup:
    since = parse_edtf(pause.since).start or axis.first
    until = parse_edtf(pause.until).end or day if pause.until else day
    x1, x2 = axis.of_start(since), axis.of_end(until)
    return bar(
        x1, x2, y - 2, _BAR + 4, "warn", fill="none", stroke="currentColor", stroke_dasharray="2 3", stroke_width=2
    )


def _day_line(model: RoadMap, axis: Axis, day: date, lang: str, y: float) -> tuple[list[Markup], float]:
    """Mark the day looked at; where the axis does not reach it, say so below."""
    words = tr(lang, "page.pic_today" if model.is_today else "page.pic_on_day", day=date_words(model.day, lang))
    if axis.has(day):
        x = axis.of_middle(day)
        marked = line(x, _TOP - 4, x, y, "ink", stroke_width=2, stroke_dasharray="6 3")
        return [marked, label(words, x, y + 15, size=SMALL, anchor=_anchor(x, 30), font_weight=600)], 24
    x, anchor, arrow = (LAST, "end", "→") if day > axis.last else (FIRST, "start", "←")
    return [label(f"{words} {arrow}", x, y + 15, size=SMALL, anchor=anchor, class_="soft", room=NARROWEST - 8)], 24


def _key(model: RoadMap, y: float, lang: str) -> tuple[list[Markup], float]:
    """Draw what the signs mean, of those that the picture has, in two columns; give the height too."""
    look = {"fill": "none", "stroke": "currentColor"}
    rows = model.rows
    windows = [parse_edtf(row.window) for row in rows if row.window is not None]
    ends = [when for when in windows if when.start is None or when.end is None]
    vague = [when for when in windows if (when.start, when.end) != (when.latest_start, when.earliest_end)]
    box = {"x": -8, "y": -6, "width": 16, "height": 12}
    signs: list[tuple[str, object, list[Markup]]] = [
        ("page.pic_k_sure", windows, [tag("rect", **box, class_="accent", fill="currentColor")]),
        ("page.pic_k_open", vague, [tag("rect", **box, class_="accent", stroke_dasharray="3 2", **look)]),
        ("page.pic_k_end", ends, [shape("M-6 -8L6 0L-6 8Z", "accent")]),
        ("page.pic_k_late", [row for row in rows if row.late_until or late_days(row)], [
            tag("rect", **box, class_="bad", fill=f"url(#late-{model.name})", stroke="currentColor")]),
        ("page.pic_k_done", [row for row in rows if row.done_on], _mark(None)),
        ("page.pic_k_before", [row for row in rows if row.windows_before], [
            shape("M-8 0H8", "soft", "none", stroke="currentColor", stroke_width=3, stroke_dasharray="2 3")]),
        ("page.pic_k_pause", [row for row in rows if row.pauses], [
            tag("rect", **box, class_="warn", stroke_dasharray="1 3", **look)]),
        ("page.pic_k_life", [row for row in rows if row.window is None and row.events], [
            shape("M-8 0H8", "soft", "none", stroke="currentColor", stroke_width=4)]),
    ]  # fmt: skip
    kinds = {event.kind for row in rows for event in row.events}
    for name, group in _KEYS.items():
        if kinds & set(group):
            sample = next(kind for kind in group if kind in kinds)
            signs.append((name, group, _mark(sample)))
    drawn: list[Markup] = [line(0, y, 100, y)]
    used = [(name, sign) for name, needs, sign in signs if needs]
    for place, (name, sign) in enumerate(used):
        x, top = 50 * (place % 2), y + 16 + 20 * (place // 2)
        drawn.append(placed(x, top, tag("g", *sign, transform="translate(10 0)")))
        drawn.append(label(tr(lang, name), x, top + 4, NARROWEST / 2 - 26, SMALL, "soft", dx=25))
    return drawn, 10 + 20 * -(-len(used) // 2)
