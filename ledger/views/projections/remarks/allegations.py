"""Allegations, with their standing: what was alleged, by whom, against whom, and what was said to it.

Key: the stream.
"""

from datetime import date
from typing import Final

from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.allegation import Allegation
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, rows_of
from constancia.ledger.views.projections.remarks.remarks import what_was_said


def _row(state: State, key: str, _day: date) -> Row | None:
    allegation = state.aggregates.get(key)
    if not isinstance(allegation, Allegation):
        return None
    return {
        "kind": "scope_reduction",  # of a report of the first two editions, which knew no other kind
        **document_of(allegation),
        **what_was_said(state, allegation.said.leaf_hash),
        "concerns": list(allegation.concerns),
    }


ALLEGATIONS: Final = rows_of("allegations", "allegation", Allegation, _row)
