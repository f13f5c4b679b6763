"""Corrections beside what they correct. Key: the target's leaf hash, `#`, the index in ten digits."""

from collections.abc import Iterable
from typing import Final

from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.correction import Correction
from constancia.domain.state import State
from constancia.ledger.views.projections.base import EntryProjection, Row


def _rows(recorded: Recorded, state: State) -> Iterable[tuple[str, Row]]:
    found = state.aggregates.get(recorded.originator_id)
    if isinstance(found, Correction):
        yield f"{found.target}#{recorded.index:010d}", document_of(found)


CORRECTIONS: Final = EntryProjection(name="corrections", rows=_rows)
