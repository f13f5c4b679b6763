"""What happened when, and when it was recorded: one row for each entry under everything it concerns.

Key: `all` or a stream, `#`, the index in ten digits. A row names both dates, the occurrence in its
own precision with its earliest and latest day; the page chooses the order.
"""

from collections.abc import Iterable
from typing import Final

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.state import State
from constancia.ledger.views.projections.base import EntryProjection, Row

ALL: Final = "all"


def _rows(recorded: Recorded, state: State) -> Iterable[tuple[str, Row]]:
    subjects = _subjects(recorded, state)
    row = _row(recorded, subjects)
    for subject in (ALL, *subjects):
        yield f"{subject}#{recorded.index:010d}", row


def _row(recorded: Recorded, subjects: tuple[str, ...]) -> Row:
    statement = recorded.statement
    occurred = parse_edtf(statement["occurred_on"])
    return {
        "actor": statement["actor"],
        "index": recorded.index,
        "keys": list(recorded.keys),
        "leaf_hash": recorded.leaf_hash,
        "mode": statement["mode"],
        "occurred_from": occurred.start.isoformat() if occurred.start else None,
        "occurred_on": statement["occurred_on"],
        "occurred_until": occurred.end.isoformat() if occurred.end else None,
        "recorded_at": recorded.recorded_at,
        "signed_at": statement["signed_at"],
        "stream": recorded.originator_id,
        "subjects": list(subjects),
        "type": statement["type"],
    }


def _subjects(recorded: Recorded, state: State) -> tuple[str, ...]:
    """Return the streams that an entry concerns: its own, what it decides, delivers, corrects, serves."""
    own = recorded.originator_id
    aggregate = state.aggregates.get(own)
    subjects = {own, *_beyond(aggregate)}
    while isinstance(aggregate, Correction | RemarkedEntry):  # also what the entry that it is about concerns
        aggregate = state.aggregates.get(aggregate.target_stream)
        subjects |= set(_beyond(aggregate))
    decision = recorded.statement["body"].get("decision")
    if isinstance(decision, str):
        subjects.add(f"decision/{decision}")
    return tuple(sorted(subjects))


def _beyond(aggregate: Aggregate | None) -> Iterable[str]:
    return aggregate.concerns if aggregate else ()


TIMELINE: Final = EntryProjection(name="timeline", rows=_rows)
