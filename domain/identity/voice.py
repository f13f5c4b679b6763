"""Who can still speak, and for whom: a party without any key to say an act with is awaited by nobody."""

from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key, active_roots
from constancia.domain.identity.succession import heirs_of, succession_of
from constancia.domain.identity.vocabulary import SECRETARIAT
from constancia.domain.kernel.context import Context
from constancia.domain.values.editions import THIRD


def can_say(at: Context, party: str, type_name: str) -> bool:
    """Tell whether a party can say an act of a type, by a representative or after its root has appointed one.

    Args:
        at: Gives the state and the day.
        party: The party.
        type_name: A type that a representative says.

    Returns:
        Whether it has an active root, or an active key of an appointment in force whose scope lists the type.
    """
    if succession_of(at.state, party) is not None:
        return False
    return bool(active_roots(at.state, party, at.day)) or any(
        key.party == party and key.status == "active" and key.is_within(at.day) and _covers(at, key, type_name)
        for key in at.state.of(Key)
    )


def _covers(at: Context, key: Key, type_name: str) -> bool:
    appointment = at.find(Appointment, f"appointment/{key.appointment}")
    return appointment is not None and appointment.is_in_force(at.day) and type_name in appointment.scope


def speaks_for(at: Context, party: str) -> bool:
    """Tell whether the actor is of a party, or its person holds an appointment of it in force: one cause, one judge.

    Who succeeds a party speaks for it too. Who records as a secretariat speaks for none of the others that it is the
    secretariat of: else each of them would take it from the rest.
    """
    person = at.actor.get("person")  # a root has none, and an appointment has one
    shared = SECRETARIAT if at.edition >= THIRD and at.actor["capacity"] == SECRETARIAT else None
    return (
        at.party == party
        or at.party in heirs_of(at.state, party)
        or any(
            appointment.party == party and appointment.person == person and appointment.is_in_force(at.day)
            for appointment in at.state.of(Appointment)
            if appointment.capacity != shared
        )
    )
