"""Parties that have ended: into whom, what became of each of their duties, and whether independence was lost.

Key: the stream.
"""

from datetime import date
from typing import Final

from constancia.domain.facts.bearing import kind_changed
from constancia.domain.identity.succession import Succession, heirs_of, holder_of
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, rows_of


def _row(state: State, key: str, _day: date) -> Row | None:
    succession = state.aggregates.get(key)
    if not isinstance(succession, Succession):
        return None
    duties = sorted({*succession.orphaned, *(transfer.duty for transfer in succession.transfers)})
    return {
        **document_of(succession),
        "duties": [{"duty": duty, "holder": holder_of(state, succession.party, duty)} for duty in duties],
        "goes_on_in": sorted(heirs_of(state, succession.party)) if succession.settled else [],
        "kind_changed": kind_changed(state, succession),
    }


SUCCESSIONS: Final = rows_of("successions", "succession", Succession, _row)
