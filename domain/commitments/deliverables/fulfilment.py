"""Events and decisions among the deliverables: fulfilled by what they are, and by no document.

- U1: since the third edition an event is fulfilled by a gathering held that names it, a decision by a signed decision
  of the commitment's body that names it. Its state is derived, and said by nobody.
- U2: what an earlier edition took in as a document of an event or a decision still counts.
"""

from dataclasses import dataclass
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.commitments.scope import Deliverable
from constancia.domain.governance.body import line_of
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import StateView
from constancia.domain.values.editions import THIRD

FULFILLED: Final = "fulfilled"
EXPECTED: Final = "expected"
# In which states a deliverable counts as delivered where the whole is called complete.
_DELIVERED: Final = ("submitted", "accepted", FULFILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """What a deliverable is met by.

    Attributes:
        stream: The gathering or the decision.
        mark: The word that met it.
        on: EDTF of when it happened, as that word says.
    """

    stream: str
    mark: Mark
    on: str


def fulfilment(state: StateView, commitment: Commitment, item: Deliverable) -> Fulfilment | None:
    """Give what an event or a decision among the deliverables is fulfilled by; None for nothing, and other forms.

    Args:
        state: The state.
        commitment: The commitment that promised it.
        item: The deliverable, as a scope of the commitment describes it.
    """
    if state.edition < THIRD:
        return None
    if item.form == "event":
        return _held(state, commitment, item)
    return _decided(state, commitment, item) if item.form == "decision" else None


def _held(state: StateView, commitment: Commitment, item: Deliverable) -> Fulfilment | None:
    gatherings = state.on_topic(Gathering, _stream_of(commitment, item))
    holdings = [(gathering.stream, gathering.holding) for gathering in gatherings if gathering.holding is not None]
    if not holdings:
        return None
    stream, holding = min(holdings, key=lambda pair: pair[1].mark.index)
    return Fulfilment(stream=stream, mark=holding.mark, on=holding.ended)


def _stream_of(commitment: Commitment, item: Deliverable) -> str:
    return f"deliverable/{commitment.commitment}.{item.deliverable}"


def _fulfils(decision: Decision, commitment: Commitment, item: Deliverable) -> bool:
    """Tell whether a decision is signed, and is a deliverable itself."""
    fulfils = decision.act.fulfils if decision.status == "signed" else None
    named = (fulfils.commitment, fulfils.deliverable) if fulfils is not None else None
    return named == (commitment.commitment, item.deliverable)


def _decided(state: StateView, commitment: Commitment, item: Deliverable) -> Fulfilment | None:
    line = {body.governance_body for body in line_of(state, commitment.governance_body)}
    signed = [
        decision
        for decision in state.on_topic(Decision, _stream_of(commitment, item))
        if decision.governance_body in line and _fulfils(decision, commitment, item)
    ]
    if not signed:
        return None
    first = min(signed, key=lambda decision: decision.last_signature.index)
    last = first.last_signature
    return Fulfilment(stream=first.stream, mark=last, on=last.occurred_on)


def delivery(state: StateView, commitment: Commitment, item: Deliverable) -> str:
    """Give the state of a deliverable of a scope: fulfilled, the state of what was submitted, or expected."""
    if fulfilment(state, commitment, item) is not None:
        return FULFILLED
    deliverable = state.standing(_stream_of(commitment, item))
    return deliverable.status if isinstance(deliverable, DeliverableState) else EXPECTED


def undelivered(state: StateView, commitment: Commitment) -> list[str]:
    """Give the deliverables of the scope in force because of which a commitment is not complete.

    Args:
        state: The state.
        commitment: The commitment.
    """
    items = commitment.scope.deliverables if commitment.scope else ()
    return [item.deliverable for item in items if delivery(state, commitment, item) not in _DELIVERED]


def first_delivery(state: StateView, commitment: Commitment, item: Deliverable) -> Fulfilment | None:
    """Give what a deliverable was first met by: a gathering, a decision, or the first version submitted."""
    met = fulfilment(state, commitment, item)
    if met is not None:
        return met
    deliverable = state.standing(_stream_of(commitment, item))
    if not isinstance(deliverable, DeliverableState):
        return None
    first = deliverable.versions[0].mark
    return Fulfilment(stream=deliverable.stream, mark=first, on=first.occurred_on)
