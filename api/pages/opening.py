"""What is missing until a ledger is in use, for the start page: done or not, whose turn, and how it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from constancia.api.pages.frame.frame import SEGMENTS, Frame
from constancia.domain.facts.opening import OpeningStep, opening_steps
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.values.values import Text

# The section with the forms in which acts are prepared; a server without it shows the commands alone.
FORMS: Final = "preparar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a party does next: its id, its official name, the type of the act, the command, and the form's address."""

    party: str
    name: Text | str
    type: str
    command: str
    form: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step as the page shows it: `kind` of `facts.opening`, `state` done, next or later, and whose turn it is."""

    kind: str
    state: str
    tasks: tuple[Task, ...]


def missing_steps(frame: Frame) -> tuple[StepRow, ...]:
    """Give the steps of the opening; none once all are done, and none on a page of the past.

    Args:
        frame: The page.
    """
    steps = opening_steps(frame.state, frame.as_of.day)
    is_past = frame.as_of.size != frame.ledger.size or frame.as_of.as_of.day is not None
    if is_past or all(step.done for step in steps):
        return ()
    names = _names(frame)
    first = next(step for step in steps if not step.done)
    return tuple(
        StepRow(
            kind=step.kind,
            state="done" if step.done else "next" if step is first else "later",
            tasks=_tasks(frame, step, names),
        )
        for step in steps
    )


def _tasks(frame: Frame, step: OpeningStep, names: Mapping[str, Text]) -> tuple[Task, ...]:
    return tuple(
        Task(
            party=turn.party,
            name=names.get(turn.party, turn.party),
            type=turn.type,
            command=f"constancia init {turn.party}",
            form=frame.to(FORMS, turn.type) if FORMS in SEGMENTS else None,
        )
        for turn in step.turns
    )


def _names(frame: Frame) -> dict[str, Text]:
    """Give the founders' official names, as genesis has them: they may not be registered yet."""
    genesis = frame.state.aggregates.get("ledger")
    founders = genesis.opened.founders if isinstance(genesis, LedgerState) else ()
    return {str(founder.party): founder.legal_name for founder in founders}
