"""Rows of parties, their people and keys, their duties and what became of these."""

from typing import NotRequired, TypedDict

from constancia.api.description.common_rows import Answer, Row
from constancia.api.description.forms import extends
from constancia.domain.commitments.duty import Duty
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key
from constancia.domain.identity.party import Alias, Membership, Party
from constancia.domain.identity.succession import Succession


@extends(Appointment)
class AppointmentRow(TypedDict):
    """An appointment."""

    holds: NotRequired[Answer]
    represents_as_left: bool


class Reaffirmation(TypedDict):
    """What a party says of a signature made while its key was in other hands."""

    target: str
    verdict: str


@extends(Key)
class KeyRow(TypedDict):
    """A key."""

    holds: NotRequired[Answer]
    reaffirmed: list[Reaffirmation]


class SeatOfParty(TypedDict):
    """A party's seat in a body."""

    changes: list[list[str | int]]
    governance_body: str
    holds: NotRequired[Answer]
    seated: bool


@extends(Membership)
class OrganizationOfParty(TypedDict):
    """An organization of a party, and whether it has acknowledged to be one."""

    is_agreed: bool


@extends(Party)
class PartyRow(Row):
    """A party with its people and keys."""

    aliases: list[Alias]
    appointments: list[AppointmentRow]
    has_ended: bool
    is_founder: bool
    keys: list[KeyRow]
    organizations: list[OrganizationOfParty]
    root: str | None
    seats: list[SeatOfParty]


class Bearer(TypedDict):
    """Who bears a duty."""

    holder: str | None
    party: str
    standing: str


@extends(Duty)
class DutyRow(Row):
    """An assigned duty."""

    bearers: list[Bearer]
    is_orphaned: bool


class DutyOfEnded(TypedDict):
    """A duty of a party that has ended, and who holds it since."""

    duty: str
    holder: str | None


@extends(Succession)
class SuccessionRow(Row):
    """A party that has ended, and its successors."""

    duties: list[DutyOfEnded]
    goes_on_in: list[str]
    kind_changed: bool
