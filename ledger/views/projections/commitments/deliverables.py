"""Deliverables, from being expected to being accepted, with the digest of every version.

Key: the stream. A deliverable has a row from the moment a scope names it; one that a later scope no
longer names keeps its row, marked as out of scope.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.deliverables.fulfilment import FULFILLED, fulfilment
from constancia.domain.commitments.scope import Deliverable
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, StateProjection


def _keys(state: State) -> Iterable[str]:
    """Give the streams that a scope names, and those of which something was said."""
    named = (
        f"deliverable/{commitment.commitment}.{item.deliverable}"
        for commitment in state.of(Commitment)
        for version in commitment.scopes
        for item in version.scope.deliverables
    )
    return dict.fromkeys([*named, *state.streams_of(DeliverableState)])


def _row(state: State, key: str, _day: date) -> Row | None:
    name, _, deliverable = key.removeprefix("deliverable/").rpartition(".")
    commitment, named = _named(state, key)
    aggregate = state.aggregates.get(key)
    known = aggregate if isinstance(aggregate, DeliverableState) else None
    if named is None and known is None:
        return None
    met = fulfilment(state, commitment, named) if commitment and named else None
    submitted = known.status if known else "expected"
    return {
        "accepted_index": known.accepted_index if known else None,
        "accepted_version": known.accepted_version if known else None,
        "commitment": commitment.commitment if commitment else name,
        "contests": document_of(known.contests) if known else [],
        "deliverable": named.deliverable if named else deliverable,
        "expected": document_of(named) if named else None,
        "fulfilled_by": {"index": met.mark.index, "on": met.on, "stream": met.stream} if met else None,
        "is_in_scope": _is_in_scope(commitment, named),
        "open_contests": list(known.open_contests) if known else [],
        "status": FULFILLED if met else submitted,
        "stream": key,
        "versions": document_of(known.versions) if known else [],
    }


def _named(state: State, key: str) -> tuple[Commitment | None, Deliverable | None]:
    """Return the commitment whose scope names the deliverable, and how its last such scope describes it.

    Both identifiers may hold dots, so that the stream's name alone does not tell where the one ends.
    """
    names = key.removeprefix("deliverable/").split(".")
    for cut in range(1, len(names)):
        commitment = state.aggregates.get(f"commitment/{'.'.join(names[:cut])}")
        if isinstance(commitment, Commitment):
            for version in reversed(commitment.scopes):
                named = version.scope.deliverable(".".join(names[cut:]))
                if named is not None:
                    return commitment, named
    return None, None


def _is_in_scope(commitment: Commitment | None, named: Deliverable | None) -> bool:
    if commitment is None or named is None or commitment.scope is None:
        return False
    return commitment.scope.deliverable(named.deliverable) is not None


DELIVERABLES: Final = StateProjection(name="deliverables", kind="deliverable", keys=_keys, row=_row)
