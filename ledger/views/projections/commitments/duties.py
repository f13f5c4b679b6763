"""Assigned duties: who bears each, towards whom, since when; and whether it is anybody's still. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.commitments.duty import Duty
from constancia.domain.facts.bearing import bearers, is_orphaned
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, rows_of


def _row(state: State, key: str, _day: date) -> Row | None:
    duty = state.aggregates.get(key)
    if not isinstance(duty, Duty):
        return None
    return {
        **document_of(duty),
        "bearers": [
            {"holder": bearer.holder, "party": bearer.party, "standing": bearer.standing}
            for bearer in bearers(state, duty)
        ],
        "is_orphaned": is_orphaned(state, duty),
    }


DUTIES: Final = rows_of("duties", "duty", Duty, _row)
