"""A road map as a view model, and in words: windows, what was done, what is late; the table of the picture's facts."""

from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from constancia.api.pictures.figure import listed, table
from constancia.api.pictures.svg import ForeignText
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr
from constancia.domain.values.calendar import parse_edtf

EventKind = Literal["submitted", "accepted", "fulfilled", "rejected", "contested", "withdrawn", "closed", "adopted"]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapEvent:
    """Something that happened: what, when (EDTF), and of what it is said."""

    kind: EventKind
    on: str
    what: ForeignText


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A suspension, from a day to another (EDTF); `until` is None where it goes on."""

    since: str
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapRow:
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

    title: ForeignText
    window: str | None
    windows_before: tuple[str, ...] = ()
    done_on: str | None = None
    done_contested: bool = False
    late_until: str | None = None
    days_late: int = 0
    ended_on: str | None = None
    events: tuple[RoadmapEvent, ...] = ()
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
    rows: tuple[RoadmapRow, ...]
    day: str
    is_today: bool
    is_over: bool
    is_certain: bool = True


def late_days(row: RoadmapRow) -> tuple[int, int] | None:
    """Give by how many days what was done came late, at least and at most; None where it certainly did not."""
    if row.done_on is None or row.window is None:
        return None
    done, due = parse_edtf(row.done_on), parse_edtf(row.window).end
    if due is None or done.end is None or done.end <= due:
        return None
    least = max((done.start - due).days, 0) if done.start is not None else 0
    return least, (done.end - due).days


def event_words(event: RoadmapEvent, lang: str) -> str:
    """Say an event: what, and when."""
    return tr(lang, _EVENTS[event.kind], what=event.what.clean, on=date_words(event.on, lang))


def standing(row: RoadmapRow, lang: str) -> str:
    """Say how a row stands: when it is due, when it was done, how late, what moved it, what stopped it."""
    parts = [tr(lang, "page.pic_due", window=date_words(row.window, lang))] if row.window else _life_words(row, lang)
    if row.windows_before:
        parts.append(tr(lang, "page.pic_before", window=date_words(row.windows_before[0], lang)))
    parts += [lateness(row, lang)] if lateness(row, lang) else []
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


def _life_words(row: RoadmapRow, lang: str) -> list[str]:
    """Say when what has no window was adopted, and when and how it ended."""
    names: dict[EventKind, str] = {
        "adopted": "page.pic_on_adopted",
        "closed": "page.pic_on_closed",
        "withdrawn": "page.pic_on_withdrawn",
        "rejected": "page.pic_on_rejected",
    }
    shown = [event for event in row.events if event.kind in names]
    words = [tr(lang, names[event.kind], on=date_words(event.on, lang)) for event in shown]
    return words or [tr(lang, "page.pic_no_window")]


def lateness(row: RoadmapRow, lang: str) -> str:
    """Say when a row was done and how late, or how late it is; nothing where neither is so."""
    if row.done_on is None:
        still = row.ended_on is None
        return _days(lang, row.days_late, row.days_late, still=still) if row.late_until else ""
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


def caption(model: RoadMap, lang: str) -> str:
    """Count in a sentence what was done, done late, and not done though late."""
    planned = [row for row in model.rows if row.window is not None]
    counts = {
        "done": sum(row.done_on is not None for row in planned),
        "count": len(planned),
        "late": sum((late_days(row) or (0, 0))[0] > 0 for row in planned),
        "open": sum(row.late_until is not None for row in planned),
    }
    words = tr(lang, "page.pic_sum", **counts)
    return words if model.is_certain else f"{words} {tr(lang, 'page.pic_uncertain')}"


def facts(model: RoadMap, lang: str) -> Markup:
    """Give the table: each row, its state in words, and what happened."""
    heads = [tr(lang, name) for name in ("page.pic_what", "page.pic_stands", "page.pic_events")]
    rows = [
        (row.title, standing(row, lang), listed([event_words(event, lang) for event in row.events]) or "—")
        for row in model.rows
    ]
    caption = tr(lang, "page.pic_today" if model.is_today else "page.pic_on_day", day=date_words(model.day, lang))
    return table(caption, heads, rows)
