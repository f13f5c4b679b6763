"""What happened when, and when it was recorded: one row for each entry under everything it concerns.

Key: `all` or a stream, `#`, the index in ten digits. A row names both dates, the occurrence in its
own precision with its earliest and latest day; the page chooses the order.
"""

from typing import Final

from constancia.domain.remarks.correction import CORRECTION
from constancia.domain.remarks.entry import ENTRY
from constancia.domain.values.calendar import parse_edtf
from constancia.ledger.store.mapper import SaidEntry
from constancia.ledger.views.projections.base import EntryProjection, Row
from constancia.ledger.views.subjects import StateOf, StreamSubjects

ALL: Final = "all"
# Streams about an entry, which first of all concern the stream that it was said of.
_OF_AN_ENTRY: Final = (f"{CORRECTION.name}/", f"{ENTRY.name}/")


def _rows(entry: SaidEntry, about: StreamSubjects, state: StateOf) -> list[tuple[str, Row]]:
    subjects = _subjects(entry, about, state)
    row, place = _row(entry, subjects), f"#{entry.index:010d}"
    return [(subject + place, row) for subject in (ALL, *subjects)]


def _row(entry: SaidEntry, subjects: tuple[str, ...]) -> Row:
    statement = entry.statement
    occurred = parse_edtf(statement["occurred_on"])
    return {
        "actor": statement["actor"],
        "index": entry.index,
        "keys": list(entry.keys),
        "leaf_hash": entry.leaf_hash,
        "mode": statement["mode"],
        "occurred_from": occurred.start.isoformat() if occurred.start else None,
        "occurred_on": statement["occurred_on"],
        "occurred_until": occurred.end.isoformat() if occurred.end else None,
        "recorded_at": entry.recorded_at,
        "signed_at": statement["signed_at"],
        "stream": entry.originator_id,
        "subjects": list(subjects),
        "type": statement["type"],
    }


def _subjects(entry: SaidEntry, about: StreamSubjects, state: StateOf) -> tuple[str, ...]:
    """Return the streams that an entry concerns: its own, what it decides, delivers, corrects, serves."""
    stream = entry.originator_id
    concerned = about.take(entry, state)
    subjects = {stream, *concerned}
    while stream.startswith(_OF_AN_ENTRY):  # also what the entry that it is about concerns
        stream = concerned[0]
        concerned = about.of(stream, entry.index, state)
        subjects.update(concerned)
    decision = entry.statement["body"].get("decision")
    if isinstance(decision, str):
        subjects.add(f"decision/{decision}")
    return tuple(sorted(subjects))


TIMELINE: Final = EntryProjection(name="timeline", rows=_rows)
