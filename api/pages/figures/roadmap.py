"""The models of road maps over time: of a commitment, and of a plan's commitments."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from constancia.api.pages.figures.source import PictureSource, is_certain
from constancia.api.pictures.roadmap_model import Pause, RoadMap, RoadmapEvent, RoadmapRow
from constancia.api.pictures.svg import ForeignText
from constancia.domain.values.calendar import days_after, parse_edtf
from constancia.ledger.errors import NotFound
from constancia.ledger.views.projections.base import Row as StateRow

_OVER = ("closed", "rejected", "withdrawn")
_WHOLE = 3  # commitments of a plan whose road map shows also what happened to each deliverable
_MARKS = 12  # of one kind in a row; of more, one mark a year


def roadmap_of(source: PictureSource, commitment: StateRow) -> RoadMap:
    """Give the road map of a commitment: its milestones, and what was said of it as a whole.

    Args:
        source: What the page is as of.
        commitment: Its row.
    """
    items = source.deliverables(item["stream"] for item in commitment["deliverables"])
    rows = [_milestone(source, commitment, milestone, items) for milestone in commitment["milestones"]]
    whole = _whole(source, commitment)
    return RoadMap(
        name=f"rm-{re.sub('[^a-z0-9]', '-', commitment['commitment'].lower())}",
        rows=(*rows, whole) if rows and whole.events else tuple(rows),
        day=source.day,
        is_today=source.is_present,
        is_over=commitment["lifecycle"] in _OVER,
        is_certain=is_certain(commitment),
    )


def roadmap_of_plan(source: PictureSource, plan: StateRow) -> RoadMap:
    """Give the road map of an action plan: each milestone of the commitments that it holds.

    Of a plan that holds many, milestones alone: what happened to their deliverables is on the commitments' own pages.

    Args:
        source: What the page is as of.
        plan: Its row; `carried` is the number of commitments where those of the row are a part.
    """
    rows: list[RoadmapRow] = []
    is_short = plan.get("carried", len(plan["commitments"])) <= _WHOLE
    is_over, sure = plan["is_over"], is_certain(plan)
    for carried in plan["commitments"]:
        try:
            commitment = source.reading.row("commitments", f"commitment/{carried['commitment']}")
        except NotFound:
            continue
        model = roadmap_of(source, commitment)
        is_over, sure = is_over and model.is_over, sure and model.is_certain
        title = source.words(commitment["title"])
        rows += [
            _under(title, row if is_short else replace(row, events=()), row is model.rows[-1], source)
            for row in model.rows
            if is_short or row.window is not None
        ]
    return RoadMap(
        name=f"plan-{re.sub('[^a-z0-9]', '-', plan['plan'].lower())}",
        rows=tuple(rows),
        day=source.day,
        is_today=source.is_present,
        is_over=is_over,
        is_certain=sure,
    )


def _under(title: ForeignText, row: RoadmapRow, is_last: bool, source: PictureSource) -> RoadmapRow:
    """Give a row of a commitment, named with it."""
    whole = source.say("page.pic_whole")
    made = ForeignText(f"{title.clean}: {row.title.clean}", title.lang, is_made=True)
    return replace(row, title=title if is_last and row.title.text == whole else made)


def _milestone(
    source: PictureSource, commitment: StateRow, milestone: StateRow, items: Mapping[str, StateRow]
) -> RoadmapRow:
    name, stands = milestone["milestone"], milestone["stands"]
    done, due = milestone["completed"], parse_edtf(milestone["window"]).end
    late_until = None
    if stands == "overdue" and due is not None:
        late_until = days_after(due, milestone["days_late"]).isoformat()
    ended = _ended(commitment)
    return RoadmapRow(
        title=source.words(milestone["title"]),
        window=milestone["window"],
        windows_before=tuple(_windows_before(commitment, name, milestone["window"])),
        done_on=done["occurred_on"] if done else None,
        done_contested=milestone["completion_standing"] == "contested",
        late_until=late_until,
        days_late=milestone["days_late"] if late_until else 0,
        ended_on=ended["mark"]["occurred_on"] if ended and not done else None,
        events=_few(source, _events(source, commitment, name, items)),
        pauses=_pauses(commitment),
    )


def _ended(commitment: StateRow) -> StateRow | None:
    """Give the decision by which the commitment ended."""
    ended: StateRow | None = next((item for item in commitment["decided"] if item["to"] in _OVER), None)
    return ended


def _windows_before(commitment: StateRow, name: str, now: str) -> Iterator[str]:
    """Yield the windows that a milestone had, without the present one."""
    last = None
    for version in commitment["scopes"]:
        for item in version["scope"]["milestones"]:
            if item["milestone"] == name and item["window"] not in (now, last):
                last = item["window"]
                yield last


def _events(
    source: PictureSource, commitment: StateRow, name: str, items: Mapping[str, StateRow]
) -> Iterator[RoadmapEvent]:
    for deliverable in commitment["deliverables"]:
        row = items.get(deliverable["stream"])
        if deliverable["milestone"] != name or row is None:
            continue
        what = source.words(deliverable["title"])
        yield from (
            RoadmapEvent(kind="submitted", on=version["mark"]["occurred_on"], what=what) for version in row["versions"]
        )
        yield from (
            RoadmapEvent(kind="contested", on=contest["mark"]["occurred_on"], what=what) for contest in row["contests"]
        )
        if row["fulfilled_by"]:
            yield RoadmapEvent(kind="fulfilled", on=row["fulfilled_by"]["on"], what=what)
        elif row["accepted_index"] is not None:
            yield RoadmapEvent(kind="accepted", on=source.statement(row["accepted_index"])["occurred_on"], what=what)
    for done in commitment["completed"]:
        if done["milestone"] == name:
            yield from _contests(source, done["contests"], source.say("page.pic_completion"))


def _contests(source: PictureSource, contests: list[dict[str, Any]], what: str) -> Iterator[RoadmapEvent]:
    for contest in contests:
        named = f"{what} ({source.party(contest['mark']['party'])})"
        yield RoadmapEvent(kind="contested", on=contest["mark"]["occurred_on"], what=ForeignText(named, is_made=True))


def _pauses(commitment: StateRow) -> tuple[Pause, ...]:
    """Give the suspensions: from the word that suspends to the one that resumes, or that ends it all."""
    pauses: list[Pause] = []
    since: str | None = None
    for decided in commitment["decided"]:
        on = decided["mark"]["occurred_on"]
        if decided["to"] == "suspended":
            since = since or on
        elif since is not None:
            pauses.append(Pause(since=since, until=on))
            since = None
    return (*pauses, Pause(since=since, until=None)) if since is not None else tuple(pauses)


def _whole(source: PictureSource, commitment: StateRow) -> RoadmapRow:
    """Give the row of the commitment itself: adopted, reports that were contested, closed or withdrawn."""
    name = ForeignText(source.say("page.pic_whole"), is_made=True)
    events = [
        RoadmapEvent(kind="adopted", on=version["mark"]["occurred_on"], what=name)
        for version in commitment["scopes"][:1]
    ]
    for report in commitment["reports"]:
        events += _contests(source, report["contests"], source.say("page.pic_report"))
    ended = _ended(commitment)
    if ended is not None:
        kind = "closed" if ended["to"] == "closed" else "withdrawn" if ended["to"] == "withdrawn" else "rejected"
        events.append(RoadmapEvent(kind=kind, on=ended["mark"]["occurred_on"], what=name))  # type: ignore[arg-type]  # of three
    return RoadmapRow(title=name, window=None, events=_few(source, events), pauses=_pauses(commitment))


def _few(source: PictureSource, events: Iterable[RoadmapEvent]) -> tuple[RoadmapEvent, ...]:
    """Give events; those of a kind that are more than a picture can hold as one mark a year, with their number."""
    listed = tuple(events)
    counts = Counter(event.kind for event in listed)
    few = [event for event in listed if counts[event.kind] <= _MARKS]
    years = Counter((event.kind, event.on[:4]) for event in listed if counts[event.kind] > _MARKS)
    for (kind, year), count in sorted(years.items()):
        few.append(
            RoadmapEvent(kind=kind, on=year, what=ForeignText(source.say("page.pic_times", count=count), is_made=True))
        )
    return tuple(few)
