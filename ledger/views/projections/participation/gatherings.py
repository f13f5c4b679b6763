"""Gatherings: every call, whether it was held, and its state on the day. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.commitments.gathering import Gathering
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.participation.gathering_standing import gathering_standing
from constancia.domain.state import State
from constancia.domain.values.calendar import format_instant
from constancia.ledger.views.projections.base import Row, rows_of, start_of


def _row(state: State, key: str, day: date) -> Row | None:
    gathering = state.aggregates.get(key)
    if not isinstance(gathering, Gathering):
        return None
    standing = gathering_standing(state, gathering, start_of(day, state.timezone))
    return {
        **document_of(gathering),
        "claimed_on": standing.ended.claimed_on if standing.ended else None,
        "due": format_instant(standing.due) if standing.due else None,
        "ended_on": standing.ended.on if standing.ended else None,
        "stands": standing.stands,
        "window": gathering.window,
    }


GATHERINGS: Final = rows_of("gatherings", "gathering", Gathering, _row)
