"""What things are called: the title of what an identifier names, as a state knows it, and its stream."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.duty import Duty
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.complaints.complaint import Complaint
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.state import State
from constancia.domain.values.values import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedThing:
    """A thing by its title, a text by language or a plain one, and its stream; None where no page shows it."""

    title: Mapping[str, str] | str
    stream: str | None = None


def name_of(member: str, value: object, body: Mapping[str, Any], state: State) -> NamedThing | None:
    """Give the name of what a member of an act's body identifies.

    Args:
        member: The member, such as `decision`.
        value: What it holds.
        body: The act's body: a milestone and a deliverable are named within its commitment.
        state: The state that knows the titles.

    Returns:
        The name; None where the member identifies nothing, or the state does not know it.
    """
    if not isinstance(value, str):
        return None
    if member in _WITHIN:
        return _within(member, value, body.get("commitment"), state)
    if member == "condition":
        return _condition(value, body.get("commitment"), state)
    finder = _FINDERS.get(member)
    return finder(value, state) if finder is not None else None


def _within(member: str, name: str, commitment: object, state: State) -> NamedThing | None:
    """Give a milestone or deliverable by the title that the newest scope with it gives; before, a proposal's."""
    aggregate = state.aggregates.get(f"commitment/{commitment}")
    if not isinstance(aggregate, Commitment):
        return None
    scopes = [version.scope for version in reversed(aggregate.scopes)]
    for scope in (*scopes, *(proposal.scope for proposal in reversed(aggregate.proposals))):
        item = scope.milestone(name) if member == "milestone" else scope.deliverable(name)
        if item is not None:
            return _named(item.title, aggregate.stream)
    return None


def _condition(name: str, commitment: object, state: State) -> NamedThing | None:
    """Give a declared condition of a commitment by its words."""
    aggregate = state.aggregates.get(f"commitment/{commitment}")
    declared = aggregate.declared_condition(name) if isinstance(aggregate, Commitment) else None
    return None if declared is None else NamedThing(title=declared.text.to_json())


def _commitment(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"commitment/{name}")
    return _named(aggregate.title, aggregate.stream) if isinstance(aggregate, Commitment) else None


def _decision(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"decision/{name}")
    return _named(aggregate.question, aggregate.stream) if isinstance(aggregate, Decision) else None


def _agreement(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"agreement/{name}")
    return _named(aggregate.current.title, aggregate.stream) if isinstance(aggregate, Agreement) else None


def _plan(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"plan/{name}")
    return _named(aggregate.title, aggregate.stream) if isinstance(aggregate, ActionPlan) else None


def _gathering(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"gathering/{name}")
    return _named(aggregate.title, None) if isinstance(aggregate, Gathering) else None


def _duty(name: str, state: State) -> NamedThing | None:
    """Give a duty by the words with which it was last assigned; before, it has none."""
    aggregate = state.aggregates.get(f"duty/{name}")
    current = aggregate.current if isinstance(aggregate, Duty) else None
    return _named(current.text, None) if current is not None else None


def _complaint(name: str, state: State) -> NamedThing | None:
    """Give a complaint by its text; one that is protected shows none."""
    aggregate = state.aggregates.get(f"complaint/{name}")
    if not isinstance(aggregate, Complaint):
        return None
    title = aggregate.text.to_json() if aggregate.text is not None else _PROTECTED
    return NamedThing(title=title, stream=aggregate.stream)


def _body(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"governance/{name}")
    return _named(aggregate.name, None) if isinstance(aggregate, GovernanceBody) else None


def _appointment(name: str, state: State) -> NamedThing | None:
    aggregate = state.aggregates.get(f"appointment/{name}")
    return (
        NamedThing(title=aggregate.name, stream=f"party/{aggregate.party}")
        if isinstance(aggregate, Appointment)
        else None
    )


def _named(title: Text, stream: str | None) -> NamedThing:
    return NamedThing(title=title.to_json(), stream=stream)


_PROTECTED: Final = {"en": "protected", "es": "protegida"}
_WITHIN: Final = frozenset({"deliverable", "milestone"})
_FINDERS: Final[Mapping[str, Callable[[str, State], NamedThing | None]]] = {
    "agreement": _agreement,
    "appointment": _appointment,
    "body": _body,
    "commitment": _commitment,
    "complaint": _complaint,
    "continued_by": _commitment,
    "decision": _decision,
    "duty": _duty,
    "gathering": _gathering,
    "governance_body": _body,
    "plan": _plan,
    "terminates": _agreement,
}
# The members of a body that identify something that may have a name.
NAMED_MEMBERS: Final = frozenset({"condition", *_FINDERS, *_WITHIN})
