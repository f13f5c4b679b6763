"""What is still missing until a ledger is in use: parties, representatives, a committee, its rules, an agreement.

- O1: computed from the state alone, in a fixed order; a step is whose turn it is only once the one before it is done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.state import State

StepKind = Literal["parties", "representatives", "body", "rules", "agreement"]
# What a party says next in each step; of representatives it depends on how far the party is.
_NEXT: Final[Mapping[str, str]] = {
    "parties": "PartyRegistered",
    "body": "GovernanceBodyEstablished",
    "rules": "GovernanceRulesAdopted",
}
# An agreement that is none of these, and was never in force, has lapsed or ended: another one is drafted.
_WAITING: Final = ("drafted", "awaiting_signatures", "partially_signed", "awaiting_condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A party whose turn it is, and the type of the act that it says next."""

    party: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningStep:
    """A step of the opening: whether it is done and, where it is the next one, whose turn it is, sorted by party."""

    kind: StepKind
    done: bool
    turns: tuple[Turn, ...] = ()


def opening_steps(state: State, day: date) -> tuple[OpeningStep, ...]:
    """Give the steps from genesis to the first agreement in force, in order.

    Args:
        state: The state.
        day: The day on which appointments are judged, in the ledger's zone.

    Returns:
        Five steps; none before genesis.
    """
    genesis = state.standing("ledger")
    if not isinstance(genesis, LedgerState):
        return ()
    founders = tuple(founder.party for founder in genesis.opened.founders)
    unregistered = [party for party in founders if f"party/{party}" not in state.aggregates]
    turns: list[tuple[StepKind, tuple[Turn, ...] | None]] = [
        ("parties", _turns(_NEXT["parties"], unregistered) or None),
        ("representatives", _without_voice(state, founders, day) or None),
        ("body", _of_a_body(state, founders)),
        ("rules", _of_rules(state)),
        ("agreement", _of_an_agreement(state, founders, day)),
    ]
    first = next((kind for kind, missing in turns if missing is not None), None)
    return tuple(
        OpeningStep(kind=kind, done=missing is None, turns=(missing or ()) if kind == first else ())
        for kind, missing in turns
    )


def is_open(state: State, day: date) -> bool:
    """Tell whether anything of the opening is missing."""
    return any(not step.done for step in opening_steps(state, day))


def _turns(type_name: str, parties: Iterable[str]) -> tuple[Turn, ...]:
    return tuple(Turn(party=party, type=type_name) for party in sorted(parties))


def _without_voice(state: State, parties: Iterable[str], day: date) -> tuple[Turn, ...]:
    """Give the parties that have no representative with an active key, and what each says next to have one."""
    turns = []
    for party in sorted(parties):
        appointed = {
            appointment.appointment
            for appointment in state.of(Appointment)
            if appointment.party == party and appointment.is_in_force(day)
        }
        statuses = {key.status for key in state.of(Key) if key.party == party and key.appointment in appointed}
        if "active" in statuses:
            continue
        step = "KeyEndorsed" if "pending" in statuses else "KeyRegistered" if appointed else "RepresentativeAppointed"
        turns.append(Turn(party=party, type=step))
    return tuple(turns)


def _of_a_body(state: State, founders: Iterable[str]) -> tuple[Turn, ...] | None:
    """Give who has to establish the body that is being founded, all founders where none is; None where one is there."""
    bodies = [*state.of(GovernanceBody)]
    if any(body.status not in ("none", "founding") for body in bodies):
        return None
    founding = next((body for body in bodies if body.status == "founding"), None)
    missing = founders if founding is None else _missing(founding, founding.members, _NEXT["body"])
    return _turns(_NEXT["body"], missing)


def _of_rules(state: State) -> tuple[Turn, ...] | None:
    """Give who has to adopt the rules of the first body that sits; None where one has adopted any."""
    bodies = [*state.of(GovernanceBody)]
    if any(body.rules for body in bodies):
        return None
    body = next((body for body in bodies if body.status == "established"), None)
    return () if body is None else _turns(_NEXT["rules"], _missing(body, body.seated, _NEXT["rules"]))


def _missing(body: GovernanceBody, parties: Iterable[str], type_name: str) -> set[str]:
    spoken = {party for word in body.concurring if word.type == type_name for party in word.parties}
    return set(parties) - spoken


def _of_an_agreement(state: State, founders: Iterable[str], day: date) -> tuple[Turn, ...] | None:
    """Give who can draft or freeze, or has to sign, an agreement; None where one has ever been in force."""
    agreements = [*state.of(Agreement)]
    if any(version.in_force_index is not None for agreement in agreements for version in agreement.versions):
        return None
    waiting = next((agreement for agreement in agreements if agreement.status_on(day) in _WAITING), None)
    if waiting is None:
        return _turns("AgreementDrafted", founders)
    version = waiting.current
    if not version.is_frozen:
        return _turns("AgreementTextFrozen", version.parties)
    return _turns("AgreementSigned", version.missing)
