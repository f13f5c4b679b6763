"""A road map over time: planned windows with their precision, what was done when, what is late, the day looked at.

- V4: a bar is solid over the days that a window certainly covers, and dashed over those that its precision leaves open;
  an open end is an arrow.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from markupsafe import Markup

from constancia.api.pictures.figure import figure, listed, table
from constancia.api.pictures.svg import (
    NARROWEST,
    SMALL,
    Words,
    bar,
    hatch,
    label,
    line,
    paragraph,
    picture,
    placed,
    shape,
    tag,
)  # fmt: skip
from constancia.api.pictures.time_axis import FIRST, LAST, Axis, axis_over, day_after
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr
from constancia.domain.kernel.calendar import Edtf, parse_edtf

EventKind = Literal["submitted", "accepted", "fulfilled", "rejected", "contested", "withdrawn", "closed", "adopted"]
_BAR: Final = 14
_TOP: Final = 26  # the axis's words
_EVENTS: Final[dict[EventKind, str]] = {
    "submitted": "page.pic_submitted",
    "accepted": "page.pic_accepted",
    "fulfilled": "page.pic_fulfilled",
    "rejected": "page.pic_rejected",
    "contested": "page.pic_contested",
    "withdrawn": "page.pic_withdrawn",
    "closed": "page.pic_closed",
    "adopted": "page.pic_adopted",
}
_SHAPES: Final[dict[EventKind, tuple[str, str, bool]]] = {  # path, colour, filled
    "submitted": ("M-4 -4H4V4H-4Z", "ink", False),
    "accepted": ("M-5 -5H5V5H-5Z", "good", True),
    "fulfilled": ("M-5 -5H5V5H-5Z", "good", True),
    "rejected": ("M-5 -5L5 5M5 -5L-5 5", "bad", False),
    "contested": ("M0 -6L6 5H-6Z", "warn", True),
    "withdrawn": ("M-5 -5L5 5M5 -5L-5 5", "bad", False),
    "closed": ("M-1.5 -7H1.5V7H-1.5Z", "ink", True),
    "adopted": ("M-1.5 -7H1.5V7H-1.5Z", "ink", True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened: what, when (EDTF), and of what it is said."""

    kind: EventKind
    on: str
    what: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A suspension, from a day to another (EDTF); `until` is None where it goes on."""

    since: str
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A milestone, or a commitment.

    Attributes:
        title: Its title.
        window: When it is due (EDTF); None where no time is set.
        windows_before: What the window was before it was moved, oldest first.
        done_on: When it was done (EDTF).
        done_contested: Whether the word that it was done is contested and unanswered.
        late_until: The last day counted as late (ISO 8601), where it is late and not done.
        days_late: How many days that is.
        ended_on: When the work ended without it (EDTF).
        events: What happened to its deliverables.
        pauses: Suspensions.
    """

    title: Words
    window: str | None
    windows_before: tuple[str, ...] = ()
    done_on: str | None = None
    done_contested: bool = False
    late_until: str | None = None
    days_late: int = 0
    ended_on: str | None = None
    events: tuple[Event, ...] = ()
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadMap:
    """A road map as of a day; `name` is an identifier in the page.

    Attributes:
        name: Letters, digits and `-`.
        rows: What it consists of.
        day: The day looked at (ISO 8601).
        is_today: Whether that is today.
        is_over: Whether all of it has ended: the day looked at then need not be in the picture.
        is_certain: Whether the dates' precision leaves no doubt on what had happened by the day.
    """

    name: str
    rows: tuple[Row, ...]
    day: str
    is_today: bool
    is_over: bool
    is_certain: bool = True


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
        drawn, height = _row(row, axis, model.name, lang, y)
        parts += drawn
        y += height
    grid = [line(tick.x, _TOP, tick.x, y) for tick in axis.ticks(lang)]
    names = [
        label(tick.words, tick.x, 14, size=SMALL, class_="soft", room=70, anchor=_anchor(tick.x, 9))
        for tick in axis.ticks(lang)
    ]
    today, below = _day_line(model, axis, day, lang, y)
    title = tr(lang, "page.pic_roadmap_name")
    drawing = picture(y + below, title, [hatch(f"late-{model.name}"), *grid, *names, *today, *parts])
    return figure(lang, drawing, _caption(model, lang), _table(model, lang))


def late_days(row: Row) -> tuple[int, int] | None:
    """Give by how many days what was done came late, at least and at most; None where it certainly did not."""
    if row.done_on is None or row.window is None:
        return None
    done, due = parse_edtf(row.done_on), parse_edtf(row.window).end
    if due is None or done.end is None or done.end <= due:
        return None
    least = max((done.start - due).days, 0) if done.start is not None else 0
    return least, (done.end - due).days


def _axis(model: RoadMap) -> Axis:
    days = [day for row in model.rows for text in _dates(row) for day in _bounds(parse_edtf(text))]
    looked_at = date.fromisoformat(model.day)
    if not model.is_over or not days:
        days.append(looked_at)
    return axis_over(days)


def _dates(row: Row) -> list[str]:
    dates = [row.window, row.done_on, row.late_until, row.ended_on, *row.windows_before]
    dates += [event.on for event in row.events]
    dates += [text for pause in row.pauses for text in (pause.since, pause.until)]
    return [text for text in dates if text is not None]


def _bounds(when: Edtf) -> list[date]:
    return [day for day in (when.start, when.end, when.latest_start, when.earliest_end) if day is not None]


def _anchor(x: float, margin: float) -> str:
    """Give which end of a text is at a place, so that the text stays within the picture."""
    return "start" if x < margin else "end" if x > 100 - margin else "middle"


def _row(row: Row, axis: Axis, name: str, lang: str, y: float) -> tuple[list[Markup], float]:
    """Draw a row: title, bar, and in words how it stands; give the parts and their height."""
    title, used = paragraph(row.title, y, font_weight=600)
    top = y + used + 4
    parts = [title, bar(FIRST, LAST, top, _BAR, "band")]
    parts += [_pause(pause, axis, top) for pause in row.pauses]
    if row.windows_before:
        parts.append(_ghost(parse_edtf(row.windows_before[0]), axis, top + _BAR + 2))
    parts += _window(parse_edtf(row.window), axis, top) if row.window is not None else []
    parts += _late(row, axis, name, top)
    parts += _done(row, axis, top)
    parts += [_event(event, axis, top + _BAR + 11) for event in row.events]
    y_words = top + _BAR + (20 if row.events else 8 if row.windows_before else 4)
    words, height = paragraph(standing(row, lang), y_words, size=SMALL, class_="soft", most=3)
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


def _late(row: Row, axis: Axis, name: str, y: float) -> list[Markup]:
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


def _done(row: Row, axis: Axis, y: float) -> list[Markup]:
    if row.done_on is None:
        return []
    when = parse_edtf(row.done_on)
    days = _bounds(when)
    x1, x2 = axis.of_start(min(days)), axis.of_end(max(days))
    parts = []
    if when.start != when.end:
        parts.append(line(x1, y + _BAR / 2, x2, y + _BAR / 2, "good", stroke_width=3))
    ring = tag("circle", cx=0, cy=0, r=8, class_="paper", fill="currentColor")
    edge = tag("circle", cx=0, cy=0, r=7, class_="good", fill="currentColor")
    tick = shape("M-3.5 0L-1 3L4 -3", "paper", "none", stroke="currentColor", stroke_width=2)
    return [*parts, placed((x1 + x2) / 2, y + _BAR / 2, ring, edge, tick)]


def _pause(pause: Pause, axis: Axis, y: float) -> Markup:
    since = parse_edtf(pause.since).start or axis.first
    until = parse_edtf(pause.until).end or axis.last if pause.until else axis.last
    x1, x2 = axis.of_start(since), axis.of_end(until)
    return bar(x1, x2, y - 2, _BAR + 4, "warn", fill="none", stroke="currentColor", stroke_dasharray="1 3")


def _event(event: Event, axis: Axis, y: float) -> Markup:
    when = parse_edtf(event.on)
    days = _bounds(when)
    path, colour, is_filled = _SHAPES[event.kind]
    drawn = shape(path, colour, "currentColor" if is_filled else "none", stroke="currentColor", stroke_width=2)
    x1, x2 = axis.of_start(min(days)), axis.of_end(max(days))
    mark = placed((x1 + x2) / 2, y, drawn)
    spread = line(x1, y, x2, y, colour, stroke_width=2) if when.start != when.end else Markup("")
    return tag("g", tag("title", event_words(event, "")), spread, mark)


def _day_line(model: RoadMap, axis: Axis, day: date, lang: str, y: float) -> tuple[list[Markup], float]:
    """Mark the day looked at; where the axis does not reach it, say so below."""
    words = tr(lang, "page.pic_today" if model.is_today else "page.pic_on_day", day=date_words(model.day, lang))
    if axis.has(day):
        x = axis.of_middle(day)
        marked = line(x, _TOP - 4, x, y, "ink", stroke_width=2, stroke_dasharray="6 3")
        return [marked, label(words, x, y + 15, size=SMALL, anchor=_anchor(x, 30), font_weight=600)], 24
    x, anchor, arrow = (LAST, "end", "→") if day > axis.last else (FIRST, "start", "←")
    return [label(f"{words} {arrow}", x, y + 15, size=SMALL, anchor=anchor, class_="soft", room=NARROWEST - 8)], 24


def event_words(event: Event, lang: str) -> str:
    """Say an event: what, and when; only what it is of without a language."""
    if not lang:
        return event.what.clean
    return tr(lang, _EVENTS[event.kind], what=event.what.clean, on=date_words(event.on, lang))


def standing(row: Row, lang: str) -> str:
    """Say how a row stands: when it is due, when it was done, how late, what moved it, what stopped it."""
    parts = [
        tr(lang, "page.pic_due", window=date_words(row.window, lang)) if row.window else tr(lang, "page.pic_no_window")
    ]
    if row.windows_before:
        parts.append(tr(lang, "page.pic_before", window=date_words(row.windows_before[0], lang)))
    parts += [_lateness(row, lang)] if _lateness(row, lang) else []
    if row.done_contested:
        parts.append(tr(lang, "page.pic_done_contested"))
    if row.ended_on is not None:
        parts.append(tr(lang, "page.pic_not_done"))
    for pause in row.pauses:
        since = date_words(pause.since, lang)
        if pause.until is None:
            parts.append(tr(lang, "page.pic_paused_since", since=since))
        else:
            parts.append(tr(lang, "page.pic_paused", since=since, until=date_words(pause.until, lang)))
    return "; ".join(parts)


def _lateness(row: Row, lang: str) -> str:
    if row.done_on is None:
        return _days(lang, row.days_late, row.days_late, still=True) if row.late_until else ""
    done, late = tr(lang, "page.pic_done", on=date_words(row.done_on, lang)), late_days(row)
    return done if late is None else f"{done}, {_days(lang, *late, still=False)}"


def _days(lang: str, least: int, most: int, *, still: bool) -> str:
    if least == 0:
        return tr(lang, "page.pic_perhaps_late")
    if least != most:
        return tr(lang, "page.pic_days_between", least=least, most=most)
    if still:
        return tr(lang, "page.pic_one_day_late" if most == 1 else "page.pic_days_late", days=most)
    return tr(lang, "page.pic_one_day_after" if most == 1 else "page.pic_days_after", days=most)


def _caption(model: RoadMap, lang: str) -> str:
    parts = [tr(lang, "page.pic_roadmap_key")]
    if any(row.windows_before for row in model.rows):
        parts.append(tr(lang, "page.pic_roadmap_key_before"))
    if any(row.pauses for row in model.rows):
        parts.append(tr(lang, "page.pic_roadmap_key_pause"))
    if any(row.events for row in model.rows):
        parts.append(tr(lang, "page.pic_roadmap_key_events"))
    if not model.is_certain:
        parts.append(tr(lang, "page.pic_uncertain"))
    return " ".join(parts)


def _table(model: RoadMap, lang: str) -> Markup:
    heads = [tr(lang, name) for name in ("page.pic_what", "page.pic_stands", "page.pic_events")]
    rows = [
        (row.title, standing(row, lang), listed([event_words(event, lang) for event in row.events]) or "—")
        for row in model.rows
    ]
    caption = tr(lang, "page.pic_today" if model.is_today else "page.pic_on_day", day=date_words(model.day, lang))
    return table(caption, heads, rows)
