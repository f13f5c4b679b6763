"""Who can sign: persons with an appointment in force, their keys; and how an appointment ended that is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.records.party_page import end_of
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.identity.succession import succession_of
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.sentences import party_name

SECRETARIAT: Final = "secretariat"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAppointment:
    """An appointment that is not in force: of whom, since when it began and when it ended; None for what is not set."""

    appointment: Appointment
    since: str
    ended_on: str | None
    reason: object = None


def speakers(frame: Frame, person: str | None = None) -> list[Appointment]:
    """Give the appointments in force on the page's day, of one person or of all; those of a party end with it."""
    return [
        appointment
        for appointment in frame.state.of(Appointment)
        if (person is None or appointment.person == person) and _speaks(frame, appointment)
    ]


def _speaks(frame: Frame, appointment: Appointment) -> bool:
    return appointment.is_in_force(frame.as_of.day) and succession_of(frame.state, appointment.party) is None


def ended(frame: Frame, person: str) -> list[PastAppointment]:
    """Give a person's appointments that are not in force, the last one first."""
    past = [
        appointment
        for appointment in frame.state.of(Appointment)
        if appointment.person == person and not _speaks(frame, appointment)
    ]
    return [_ended(frame, appointment) for appointment in reversed(past)]


def _ended(frame: Frame, appointment: Appointment) -> PastAppointment:
    succession = succession_of(frame.state, appointment.party)
    if appointment.status_on(frame.as_of.day) == "revoked":
        end = end_of(frame, appointment.stream)
    elif succession is not None and appointment.is_in_force(frame.as_of.day):
        end = {"ended_on": succession.effective}
    else:
        end = {"ended_on": appointment.valid_until}
    return PastAppointment(
        appointment=appointment,
        since=appointment.valid_from,
        ended_on=end.get("ended_on"),
        reason=end.get("reason"),
    )


def actor_of(appointment: Appointment) -> dict[str, str]:
    """Give the actor of a statement by an appointment."""
    return {
        "appointment": appointment.appointment,
        "capacity": appointment.capacity,
        "party": appointment.party,
        "person": appointment.person,
    }


def keys_of(frame: Frame, appointment: str) -> list[Key]:
    """Give the keys of an appointment that sign on the page's day; once its party has ended, none."""
    day, made = frame.as_of.day, frame.state.aggregates.get(f"appointment/{appointment}")
    if isinstance(made, Appointment) and succession_of(frame.state, made.party) is not None:
        return []
    return [
        key for key in _all_keys(frame) if key.appointment == appointment and _signs(key, frame) and key.is_within(day)
    ]


def pending_keys(frame: Frame, appointment: str | None = None) -> list[Key]:
    """Give the keys that wait for an endorsement, of an appointment or of all."""
    return [
        key
        for key in _all_keys(frame)
        if key.status_on(frame.as_of.day) == "pending" and (appointment is None or key.appointment == appointment)
    ]


def passkeys_of_others(frame: Frame, appointment: str) -> list[tuple[Key, Appointment]]:
    """Give the passkeys that sign for other appointments, with those."""
    made = {each.appointment: each for each in frame.state.of(Appointment)}
    return [
        (key, made[key.appointment])
        for key in _all_keys(frame)
        if key.scheme == "webauthn"
        and key.appointment in made
        and key.appointment != appointment
        and _signs(key, frame)
    ]


def _all_keys(frame: Frame) -> Iterator[Key]:
    return frame.state.of(Key)


def _signs(key: Key, frame: Frame) -> bool:
    return key.status_on(frame.as_of.day) == "active"


def described(frame: Frame, appointment: Appointment) -> dict[str, Any]:
    """Give who an appointment is, in words of the page's language, for a page's data."""
    return {
        "appointment": appointment.appointment,
        "capacity": own_word(frame, appointment.capacity),
        "name": appointment.name,
        "party": frame.plain_text(party_name(appointment.party, frame.state)),
        "person": appointment.person,
        "post": frame.plain_text(document_of(appointment.post)),
    }


def own_word(frame: Frame, word: str) -> str:
    """Give the name of a capacity or a kind of party: genesis's, else ours."""
    genesis = frame.state.aggregates.get("ledger")
    named = genesis.name_of(word) if isinstance(genesis, LedgerState) else None
    return frame.plain_text(named) if named is not None else frame.source.word(word)
