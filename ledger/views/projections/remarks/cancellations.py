"""Requests for cancellation of personal data: what they concern, what was decided, what is overdue. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.cancellation import WITHDRAWN, Cancellation
from constancia.domain.state import State
from constancia.domain.values.calendar import parse_day
from constancia.ledger.views.projections.base import Row, rows_of


def _row(state: State, key: str, day: date) -> Row | None:
    cancellation = state.aggregates.get(key)
    if not isinstance(cancellation, Cancellation):
        return None
    is_open = cancellation.status == "requested" and cancellation.due is not None
    return {
        **document_of(cancellation),
        "commitments": list(cancellation.commitments),
        "documents": list(cancellation.documents),
        "overdue": is_open and parse_day(str(cancellation.due)) < day,
        "withdrawn": cancellation.status in WITHDRAWN,
    }


CANCELLATIONS: Final = rows_of("cancellations", "cancellation", Cancellation, _row)
