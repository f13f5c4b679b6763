"""Allegations: what was reported from outside, with the standing of an assertion. Key: the stream."""

from typing import Final

from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.allegation import Allegation
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection, own_stream


def _row(state: State, key: str) -> Row | None:
    found = state.aggregates.get(key)
    if not isinstance(found, Allegation):
        return None
    row: Row = document_of(found)
    return row


ALLEGATIONS: Final = StateProjection(name="allegations", touched=own_stream("allegation"), row=_row)
