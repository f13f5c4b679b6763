"""The page of a commitment: its state in words, its milestones, its scope, what was said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query, Response

from constancia.api.http.request.query import Router
from constancia.api.pages.figures.scope import ribbon_of
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.news.chronicle import INVENTED
from constancia.api.pages.records import models
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import responsible_for
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.remarks.allegation import allegations_about
from constancia.domain.values.calendar import local_day, parse_edtf
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.ledger.views.projections.base import Row

router = Router(include_in_schema=False, route_class=CachedPage)
Before = Annotated[int | None, Query(ge=0, le=MAX_SIZE)]
_ALLEGATIONS: Final = 5  # of all, the newest; the others are in the list of allegations
_CONTESTED: Final = 5  # entries, the newest; the others are in the timeline
_DONE: Final = ("accepted", "fulfilled")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableLine:
    """A deliverable as the page tells it.

    Attributes:
        row: Its row within the commitment's.
        status: Message id after `page.dl_`.
        icon: The icon that goes with the words.
        version: Its newest version with the document; None where it has none.
        on: When it was met, or handed in.
    """

    row: Row
    status: str
    icon: str
    version: Row | None = None
    on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneLine:
    """A milestone as the page tells it.

    Attributes:
        row: Its row within the commitment's.
        status: Message id after `page.ms_`.
        icon, kind: The icon and the colour that go with the words.
        days: Days late, where it is or was.
        on: When it was reported complete.
        by: Who reported it.
        responsible: Who answers for it now, or did at the commitment's end.
        has_failed: Whether they do so because a condition failed.
        is_over: Whether the commitment has ended: they answered for it then, and nobody does now.
        deliverables: What it is to deliver.
        counts: How many of them are met, contested, missing.
        provenance: The mark of the report, where it is invented.
    """

    row: Row
    status: str
    icon: str
    kind: str
    responsible: tuple[str, ...]
    has_failed: bool
    is_over: bool
    deliverables: tuple[DeliverableLine, ...]
    counts: Mapping[str, int]
    days: int = 0
    on: str | None = None
    by: str | None = None
    provenance: str | None = None


@router.get("/es/compromisos/{name}")
@router.get("/en/commitments/{name}")
def commitment(name: str, frame: TheFrame, before: Before = None) -> Response:
    """Show a commitment."""
    row = frame.as_of.row("commitments", f"commitment/{name}")
    aggregate = frame.state.aggregates[row["stream"]]
    delivered = frame.source.deliverables(item["stream"] for item in row["deliverables"])
    about = [allegation.stream for allegation in allegations_about(frame.state, row["stream"])]
    contested = models.contested(frame.as_of, row)
    return frame.page(
        "commitment.html",
        commitment=row,
        milestones=[_milestone(frame, aggregate, row, item, delivered) for item in row["milestones"]],
        ribbon=ribbon_of(frame.source, row),
        allegations=[frame.as_of.row("allegations", stream) for stream in about[-_ALLEGATIONS:]],
        allegation_count=len(about),
        contested=contested[-_CONTESTED:],
        contested_count=len(contested),
        withdrawn=frame.ledger.withdrawn(),
        removed=_removed(frame, row),
        ended=row["decided"][-1] if row["decided"] else None,
        timeline=models.timeline(frame, row["stream"], before),
    )


def _milestone(frame: Frame, commitment: Any, row: Row, item: Row, delivered: Mapping[str, Row]) -> MilestoneLine:
    if not isinstance(commitment, Commitment) or commitment.scope is None:
        raise TypeError("a commitment with milestones has a scope")
    milestone = commitment.scope.milestone(item["milestone"])
    if milestone is None:
        raise TypeError("a row names a milestone of its scope")
    standing = milestone_standing(frame.state, commitment, milestone, frame.as_of.at)
    parts = [part for part in row["deliverables"] if part["milestone"] == item["milestone"]]
    is_past = standing.due is not None and standing.due <= frame.as_of.at
    lines = tuple(_deliverable(part, delivered[part["stream"]], is_past=is_past) for part in parts)
    report = item["completed"]
    days = standing.days_late
    if report is not None and standing.due is not None:
        end = parse_edtf(report["occurred_on"]).end
        last = parse_edtf(item["window"]).end
        days = max(0, (end - last).days) if end is not None and last is not None else 0
    status, icon, kind = _status(standing.stands, days, lines)
    if status == "overdue" and commitment.ended is not None:
        status = "unmet"
    return MilestoneLine(
        row=item,
        status=status,
        icon=icon,
        kind=kind,
        days=days,
        on=report["occurred_on"] if report else None,
        by=report["party"] if report else None,
        responsible=responsible_for(frame.state, commitment, milestone),
        has_failed=commitment.has_failed(milestone),
        is_over=commitment.ended is not None,
        deliverables=lines,
        counts={
            "met": sum(line.row["status"] in _DONE for line in lines),
            "contested": sum(bool(line.row["open_contests"]) for line in lines),
            "missing": sum(line.version is None and line.row["status"] not in _DONE for line in lines),
        },
        provenance=_provenance(frame, report["index"]) if report else None,
    )


def _status(stands: str, days: int, lines: tuple[DeliverableLine, ...]) -> tuple[str, str, str]:
    """Give the words, icon and colour: what is reported complete is no more than that while something is missing."""
    if stands == "done":
        is_whole = all(line.row["status"] in _DONE for line in lines)
        late = "_late" if days else ""
        return (f"done{late}", "check", "good") if is_whole else (f"reported{late}", "alert", "warn")
    return {
        "overdue": ("overdue", "late", "bad"),
        "ended": ("ended", "cross", "warn"),
        "open_ended": ("open_ended", "open", ""),
    }.get(stands, ("running", "open", ""))


def _deliverable(row: Row, delivered: Row, *, is_past: bool) -> DeliverableLine:
    version = delivered["versions"][-1] if delivered["versions"] else None
    if row["fulfilled_by"]:
        return DeliverableLine(row=row, status="fulfilled", icon="check", on=row["fulfilled_by"]["on"])
    if row["status"] == "expected":
        return DeliverableLine(row=row, status="missing" if is_past else "awaited", icon="late" if is_past else "open")
    icon = "check" if row["status"] == "accepted" else "cross" if row["status"] == "rejected" else "alert"
    on = version["mark"]["occurred_on"] if version else None
    status = row["status"] if row["status"] in ("accepted", "rejected") else "submitted"
    return DeliverableLine(row=row, status=status, icon=icon, version=version, on=on)


def _removed(frame: Frame, row: Row) -> list[dict[str, Any]]:
    """Give the deliverables that a later scope dropped, with when, and how late they were by then."""
    removed = []
    for place, version in enumerate(row["scopes"][1:], start=1):
        before = row["scopes"][place - 1]["scope"]
        windows = {item["milestone"]: item["window"] for item in before["milestones"]}
        for path in (version["diff"] or {}).get("removed", ()):
            list_name, _, name = path.partition("/")
            item = next((item for item in before.get(list_name, ()) if item.get("deliverable") == name), None)
            if item is None:
                continue
            recorded = local_day(frame.as_of.at, frame.state.timezone)
            on = parse_edtf(version["mark"]["occurred_on"]).end or recorded
            due = parse_edtf(windows[item["milestone"]]).end
            days = (on - due).days if due is not None else 0
            removed.append(
                {
                    "title": item["title"],
                    "on": version["mark"]["occurred_on"],
                    "days": max(0, days),
                    "decision": version["decision"],
                    "index": version["mark"]["index"],
                }
            )
    return removed


def _provenance(frame: Frame, index: int) -> str | None:
    mark = frame.statement(index)["body"].get("provenance")
    return mark if mark in INVENTED else None
