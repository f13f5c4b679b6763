"""Deliverables that are decisions: what a decision asks of the commitment that promised it."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from constancia.domain.governance.body import acting_name
from constancia.domain.kernel.context import Context
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Identifier, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedDecision(Value):
    """A deliverable of a commitment, where the decision is that deliverable."""

    SINCE: ClassVar = THIRD

    commitment: Identifier
    deliverable: Identifier


@runtime_checkable
class Promiser(Protocol):
    """The aggregate that promised it (`Commitment` is one, in a room above)."""

    @property
    def governance_body(self) -> str | None:
        """The body that decides on it."""

    def form_of(self, deliverable: str) -> str | None:
        """Give the form of a deliverable of the scope in force; None where it names none."""


def promised_form(at: Context, named: PromisedDecision | None) -> tuple[str | None, str | None]:
    """Give the form of a promised deliverable, and the body that decides on it; None for what is not there."""
    promised: object = at.state.standing(f"commitment/{named.commitment}") if named else None
    if named is None or not isinstance(promised, Promiser):
        return None, None
    return promised.form_of(named.deliverable), acting_name(at.state, promised.governance_body)
