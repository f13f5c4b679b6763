"""The rule for deliverables that are no documents: events and decisions are not submitted, nor accepted."""

from typing import Protocol

from constancia.domain.commitments.commitment import find_commitment
from constancia.domain.commitments.scope import Deliverable
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD


class NamesDeliverable(Protocol):
    """An act on a deliverable of a commitment."""

    @property
    def commitment(self) -> str:
        """The commitment's id."""

    @property
    def deliverable(self) -> str:
        """The deliverable's id."""


@rule(
    "E_STATE",
    "an event is fulfilled by a gathering held that names it (GatheringHeld), a decision by a signed decision that "
    "names it (DecisionProposed, `act.fulfils`): no document is submitted or accepted for it",
    "un evento se cumple con una reunión realizada que lo nombra (GatheringHeld) y una decisión con una decisión "
    "firmada que lo nombra (DecisionProposed, `act.fulfils`): no se entrega ni se acepta un documento por ellos",
    since=THIRD,
)
def met_by_a_document(act: NamesDeliverable, on: object, at: Context) -> Breach:
    """Find a deliverable that is no document: whatever is submitted or accepted for it."""
    item = _last_named(at, act)
    return item is not None and item.form in ("event", "decision") and {"form": item.form}


def _last_named(at: Context, act: NamesDeliverable) -> Deliverable | None:
    """Give the deliverable as the last scope that names it describes it."""
    commitment = find_commitment(at, act.commitment)
    named = (
        version.scope.deliverable(act.deliverable) for version in reversed(commitment.scopes if commitment else ())
    )
    return next((item for item in named if item is not None), None)
