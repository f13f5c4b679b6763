"""Appointments: a person, in a post, in one capacity, for a party, with a scope, from a day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Literal

from constancia.domain.identity.party import find_party
from constancia.domain.kernel.acts import REGISTRY, Act, act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.calendar import parse_day
from constancia.domain.kernel.context import Context, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Day, Identifier, Label, Text, TypeName

Capacity = Literal[
    "head",
    "commissioner",
    "representative",
    "co_representative",
    "director_general",
    "alternate",
    "secretariat",
    "consultant",
    "member",
]

MACHINE = Machine(
    "appointment",
    {
        "RepresentativeAppointed": {NONE: "appointed"},
        "RepresentativeRevoked": {"appointed": "revoked"},
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Aggregate):
    """An appointment: never extended or moved; another one has another id."""

    appointment: str
    capacity: str
    name: str
    party: str
    person: str
    post: Text
    scope: tuple[str, ...]
    valid_from: str
    valid_until: str | None = None

    def status_on(self, day: date) -> str:
        """Give the state on a day: past its last day it has expired, and nothing moves it any more."""
        ended = self.valid_until is not None and parse_day(self.valid_until) < day
        return "expired" if self.status == "appointed" and ended else self.status

    def is_in_force(self, day: date) -> bool:
        """Tell whether it is in force on a day: not revoked, and within its dates."""
        return self.status_on(day) == "appointed" and parse_day(self.valid_from) <= day


@act
class RepresentativeAppointed(Act):
    """A party's root says who may speak for it, as what, about what, and from when."""

    stream_kind: ClassVar = "appointment"
    stream_id: ClassVar = ("appointment",)
    signer: ClassVar = "root"
    SORTED: ClassVar = {"scope": ""}

    appointment: Identifier
    capacity: Capacity
    name: Label
    party: Identifier
    person: Identifier
    post: Text
    scope: tuple[TypeName, ...]
    valid_from: Day
    valid_until: Day | None = None

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A root appoints for its own party."""
        if context.party != self.party:
            yield Problem(code="E_ROLE", rule="a root appoints for its own party only")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """The party is registered."""
        if find_party(context, self.party) is None:
            yield missing("party", self.party)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The dates are in order; the scope names acts that a representative can do."""
        if self.valid_until is not None and self.valid_until < self.valid_from:
            yield Problem(code="E_DATE", rule="an appointment does not end before it begins")
        for name in self.scope:
            cls = REGISTRY.get(name)
            if cls is None or cls.signer not in ("rep", "root_or_rep"):
                yield Problem(
                    code="E_POLICY",
                    rule="a scope lists acts that a representative can do",
                    found={"type": name},
                )

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Appointment:
        """Create the appointment."""
        return Appointment(
            stream=self.stream(),
            appointment=self.appointment,
            capacity=self.capacity,
            name=self.name,
            party=self.party,
            person=self.person,
            post=self.post,
            scope=self.scope,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


@act
class RepresentativeRevoked(Act):
    """A party's root ends an appointment from here on; what was signed before stays valid."""

    stream_kind: ClassVar = "appointment"
    stream_id: ClassVar = ("appointment",)
    signer: ClassVar = "root"

    appointment: Identifier
    reason: Text

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A root revokes its own party's appointments."""
        appointment = context.own(Appointment)
        if appointment and appointment.party != context.party:
            yield Problem(code="E_ROLE", rule="a root revokes its own party's appointments only")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> Appointment:
        """End it; the table gives the state."""
        if not isinstance(aggregate, Appointment):
            raise TypeError("an appointment's act on another aggregate")
        return replace(aggregate)
