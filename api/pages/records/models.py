"""View models: what a page shows besides the rows of the state: lines of a timeline, and deadlines that were missed."""

from dataclasses import dataclass
from typing import Any, Final

from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.news.chronicle import ChronicleItem, chronicle, lines
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.fulfilment import first_delivery
from constancia.domain.facts.derive import derive
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.entry_standing import contests_within
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading

PAGE: Final = 9  # entries of a timeline's page


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedDeadline:
    """A deadline that passed unmet: what was due (`milestone` or `deliverable`), and when it was met after all."""

    kind: str
    name: str
    title: object
    window: str
    met_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A page of what was said about a stream: groups, newest first; where older ones begin; how far the views are."""

    items: list[ChronicleItem]
    older: int | None
    is_behind: bool


def timeline(frame: Frame, stream: str, before: int | None = None) -> Timeline:
    """Give a page of what was said about a stream, newest first.

    Args:
        frame: The page.
        stream: The stream.
        before: Entries below this index only; all by default.
    """
    size = frame.as_of.size
    views = frame.ledger.views
    last = size if before is None else min(before, size)
    rows = views.rows("timeline", prefix=f"{stream}#", before=f"{stream}#{last:010d}", limit=PAGE + 1)
    page = [row["index"] for _key, row in rows[:PAGE] if frame.as_of.has(row["index"])]
    older = rows[PAGE - 1][1]["index"] if len(rows) > PAGE else None
    items = chronicle(lines(frame, sorted(page)))
    return Timeline(items=items[::-1], older=older, is_behind=views.position < size)


def _delivered_on(state: State, stream: str, name: str) -> str | None:
    """Give when a deliverable was first met: by a document, or by the event or the decision that it is."""
    commitment = state.aggregates.get(stream)
    scopes = reversed(commitment.scopes) if isinstance(commitment, Commitment) else ()
    item = next((item for version in scopes if (item := version.scope.deliverable(name))), None)
    met = first_delivery(state, commitment, item) if isinstance(commitment, Commitment) and item else None
    return met.on if met else None


def missed(as_of: Reading, commitment: Row) -> list[MissedDeadline]:
    """Give every deadline of a commitment that had been missed."""
    facts = [
        fact
        for fact in derive(as_of.state, as_of.at)
        if fact.kind == "DeadlineMissed" and fact.stream == commitment["stream"]
    ]
    return [_missed(as_of, commitment, str(fact.params["target"]), str(fact.params["window"])) for fact in facts]


def contested(as_of: Reading, commitment: Row) -> list[Row]:
    """Give what was said of each entry on a commitment's stream that somebody contests, with the entry's mark."""
    aggregate = as_of.state.aggregates[commitment["stream"]]
    marks = {mark.leaf_hash: mark for mark, _contest in contests_within(as_of.state, aggregate)}
    return [{**as_of.row("remarks", f"entry/{leaf}"), "mark": document_of(mark)} for leaf, mark in marks.items()]


def _missed(as_of: Reading, commitment: Row, target: str, window: str) -> MissedDeadline:
    kind, _, name = target.partition(" ")
    met: str | None
    if kind == "milestone":
        reported: list[Any] = [completion for completion in commitment["completed"] if completion["milestone"] == name]
        met = reported[0]["mark"]["occurred_on"] if reported else None
    else:
        met = _delivered_on(as_of.state, commitment["stream"], name)
    # An item that a later scope dropped still has its title in an earlier one.
    titles = [
        item["title"] for version in commitment["scopes"] for item in version["scope"][f"{kind}s"] if item[kind] == name
    ]
    return MissedDeadline(kind=kind, name=name, title=titles[-1] if titles else name, window=window, met_on=met)
