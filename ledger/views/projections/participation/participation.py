"""The record of participation: who was heard, counted by kind, what was answered theme by theme, what is owed.

Key: the stream of a gathering that hears others. Raw counts; nobody is named. A contribution that another party than an
organizer recorded is counted like any other; `contributions` says by whom each was recorded.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from constancia.domain.commitments.gathering import Gathering
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.participation.contribution import HEARS_NOBODY
from constancia.domain.participation.gathering_standing import is_late, response_due, responses_to, unanswered
from constancia.domain.state import State
from constancia.domain.values.calendar import deadline, format_instant
from constancia.ledger.views.projections.base import Row, StateProjection, start_of


def _keys(state: State) -> Iterable[str]:
    """Give the gatherings that hear others."""
    return (gathering.stream for gathering in state.of(Gathering) if gathering.kind not in HEARS_NOBODY)


def _row(state: State, key: str, day: date) -> Row | None:
    gathering, at = state.aggregates.get(key), start_of(day, state.timezone)
    if not isinstance(gathering, Gathering) or gathering.kind in HEARS_NOBODY:
        return None
    responses = responses_to(state, gathering.stream)
    counted: Counter[str] = Counter()
    for contribution in gathering.contributions:
        counted[contribution.contributor] += contribution.count
    over = deadline(gathering.window, state.timezone) if gathering.window else None
    due = response_due(state, gathering, at)
    missing = unanswered(gathering, responses)
    return {
        "by_kind": dict(sorted(counted.items())),
        "contributions": [
            {**document_of(contribution), "is_late": is_late(state, gathering, contribution)}
            for contribution in gathering.contributions
        ],
        "counted_by_organizer": document_of(gathering.holding.contributions or ()) if gathering.holding else [],
        "due": format_instant(due) if due else None,
        "is_overdue": bool(missing) and due is not None and due <= at,
        "is_owed": bool(missing) and over is not None and over <= at,
        "kind": gathering.kind,
        "responses": document_of(responses),
        "stream": gathering.stream,
        "title": document_of(gathering.title),
        "unanswered": list(missing),
        "window": gathering.window,
    }


PARTICIPATION: Final = StateProjection(name="participation", kind="gathering", keys=_keys, row=_row)
