"""View models: what a page shows besides the rows of the state: lines of a timeline, and deadlines that were missed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from constancia.api.pages.frame import Frame
from constancia.api.pages.marked_text import marked_sentence
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.fulfilment import first_delivery
from constancia.domain.derive import derive
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.standing import contests_within
from constancia.domain.sentences import sentence_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as a line of a timeline: its plain sentence, both dates, what was corrected and said about it."""

    index: int
    leaf_hash: str
    type: str
    sentence: Markup
    party: str
    occurred_on: str
    recorded_at: str
    mode: str
    provenance: str | None
    corrections: tuple[Row, ...] = ()
    remarks: Row | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A deadline that passed unmet: what was due (`milestone` or `deliverable`), and when it was met after all."""

    kind: str
    name: str
    title: object
    window: str
    met_on: str | None


def lines(frame: Frame, indices: Iterable[int]) -> list[Line]:
    """Give entries as lines, with what was said of each as of the page's size and day."""
    remarks = {row["target"]: row for row in frame.as_of.rows("remarks")}
    return [_line(frame, index, remarks) for index in indices]


def _line(frame: Frame, index: int, remarks: Mapping[str, Row]) -> Line:
    entry = json.loads(frame.ledger.log.entry(index))
    statement = entry["statement"]
    leaf = frame.ledger.log.leaf_hash(index).hex()
    return Line(
        index=index,
        leaf_hash=leaf,
        type=statement["type"],
        sentence=marked_sentence(sentence_of(statement, frame.state), frame.lang),
        party=statement["actor"].get("party", ""),
        occurred_on=statement["occurred_on"],
        recorded_at=entry["recorded_at"],
        mode=statement["mode"],
        provenance=statement["body"].get("provenance"),
        corrections=tuple(remarks[leaf]["corrections"]) if leaf in remarks else (),
        remarks=remarks.get(leaf),
    )


def timeline(frame: Frame, stream: str, limit: int = 300) -> list[Line]:
    """Give what was said about a stream, by when it happened; what happened at the same time, by index."""
    size = frame.as_of.size
    frame.ledger.views.wait(size)
    rows = frame.ledger.views.rows("timeline", prefix=f"{stream}#", limit=limit)
    known = [row for _key, row in rows if frame.as_of.has(row["index"])]
    known.sort(key=lambda row: (row["occurred_from"] or "", row["occurred_until"] or "9999", row["index"]))
    return lines(frame, [row["index"] for row in known])


def latest(frame: Frame, count: int = 8) -> list[Line]:
    """Give the last entries, newest first."""
    return lines(frame, reversed(frame.as_of.indices[-count:]))


def _delivered_on(state: State, stream: str, name: str) -> str | None:
    """Give when a deliverable was first met: by a document, or by the event or the decision that it is."""
    commitment = state.aggregates.get(stream)
    scopes = reversed(commitment.scopes) if isinstance(commitment, Commitment) else ()
    item = next((item for version in scopes if (item := version.scope.deliverable(name))), None)
    met = first_delivery(state, commitment, item) if isinstance(commitment, Commitment) and item else None
    return met.on if met else None


def missed(as_of: Reading, commitment: Row) -> list[Missed]:
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


def _missed(as_of: Reading, commitment: Row, target: str, window: str) -> Missed:
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
    return Missed(kind=kind, name=name, title=titles[-1] if titles else name, window=window, met_on=met)
