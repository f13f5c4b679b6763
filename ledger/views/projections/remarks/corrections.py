"""Corrections, each with the entry that it corrects. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.correction import Correction
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, streams_of


def _row(state: State, key: str, _day: date) -> Row | None:
    correction = state.aggregates.get(key)
    row: Row | None = document_of(correction) if isinstance(correction, Correction) else None
    return row


CORRECTIONS: Final = StateProjection(name="corrections", kind="correction", keys=streams_of(Correction), row=_row)
