"""The start page: what this is, its state, who is late; then what is new, and where to go on."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final

from starlette.responses import Response

from constancia.api.pages import lateness
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.integrity.witness_lines import witnessed_line
from constancia.api.pages.news.chronicle import HOUSEKEEPING, ChronicleItem, chronicle, lines
from constancia.api.pages.opening import missing_steps
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import responsible_for
from constancia.domain.values.calendar import deadline, local_day, parse_instant

_LOOKED_AT: Final = 40  # entries, the last ones, in which news is looked for
_NEWS: Final = 8
_SHOWN_LATE: Final = 3
# In this order: what goes on first, what has ended last.
_LIFECYCLES: Final = ("proposed", "adopted", "in_progress", "suspended", "closed", "withdrawn", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something new: a group of entries, or a deadline that passed; its day in the ledger's zone, `YYYY-MM-DD`."""

    day: str
    item: ChronicleItem | None = None
    missed: lateness.Debt | None = None


def summary(frame: Frame) -> Response:
    """Show the start page."""
    owed = lateness.owed(frame)
    late = [each for each in owed if each.is_late and not each.has_ended]
    counts = Counter(outline.status for outline in frame.state.outlines(Commitment).values())
    agreements = frame.rows("agreements")
    return frame.page(
        "summary.html",
        agreements=[row for row in agreements if row["status"] == "in_force"],
        other_agreements=sum(row["status"] != "in_force" for row in agreements),
        lifecycles=[(name, counts[name]) for name in _LIFECYCLES if name in counts],
        late=[each.make() for each in late[:_SHOWN_LATE]],
        late_count=len(late),
        owed_count=sum(not each.is_late and not each.has_ended for each in owed),
        opening=missing_steps(frame),
        open_decisions=lateness.decisions_in(frame, ("proposed", "voting")),
        news=news(frame),
        witnessed=witnessed_line(frame),
    )


def news(frame: Frame, count: int = _NEWS) -> list[News]:
    """Give what is new, newest first: what parties said, grouped, and deadlines that passed meanwhile.

    Args:
        frame: The page.
        count: Most of them.
    """
    looked_at, items = _LOOKED_AT, list[ChronicleItem]()
    while len(items) < count and (looked_at == _LOOKED_AT or looked_at <= 2 * len(frame.as_of.indices)):
        items, looked_at = _items(frame, looked_at), 2 * looked_at
    listed = [News(day=_day(frame, item), item=item) for item in items]
    begun = min((entry.day for entry in listed), default="9999")
    listed += [missed for missed in _missed(frame, begun) if missed.day >= begun]
    return sorted(listed, key=lambda entry: entry.day, reverse=True)[:count]


def _items(frame: Frame, looked_at: int) -> list[ChronicleItem]:
    """Give the groups of the last entries, without those of housekeeping."""
    indices = frame.as_of.indices[-looked_at:]
    chosen = [index for index in indices if frame.statement(index)["type"] not in HOUSEKEEPING]
    return chronicle(lines(frame, chosen))


def _day(frame: Frame, item: ChronicleItem) -> str:
    recorded = max(line.recorded_at for line in (item.head, *item.lines))
    return local_day(parse_instant(recorded), frame.state.timezone).isoformat()


def _missed(frame: Frame, begun: str) -> list[News]:
    """Give the deadlines of milestones that passed unmet, each on the day after its last one; all since a day."""
    known, missed = frame.as_of.known, list[News]()
    is_recent = cache(lambda window: _day_after(window, known.timezone) >= begun)
    outlines = known.outlines(Commitment).items()
    due = [stream for stream, outline in outlines if any(map(is_recent, outline.windows))]
    for fact in lateness.missed_facts(frame, due):
        commitment = frame.state.aggregates.get(fact.stream)
        kind, _, name = str(fact.params.get("target", "")).partition(" ")
        if kind != "milestone" or not isinstance(commitment, Commitment):
            continue
        scopes = [version.scope for version in reversed(commitment.scopes)]
        milestone = next((item for scope in scopes if (item := scope.milestone(name)) is not None), None)
        if milestone is None or fact.since is None:
            continue
        day = local_day(parse_instant(fact.since), frame.state.timezone).isoformat()
        debt = lateness.Debt(
            kind="milestone",
            parties=responsible_for(frame.state, commitment, milestone),
            title=milestone.title.to_json(),
            about=commitment.title.to_json(),
            stream=commitment.stream,
            due=str(fact.params["window"]),
        )
        missed.append(News(day=day, missed=debt))
    return missed


def _day_after(window: str, timezone: str) -> str:
    """Give the day after a window's last; empty where it has none."""
    due = deadline(window, timezone)
    return local_day(due, timezone).isoformat() if due is not None else ""
