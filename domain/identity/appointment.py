"""Appointments: a person, in a post, in one capacity, for a party, with a scope, from a day."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.party import by_own_party, find_party, party_registered
from constancia.domain.identity.succession import succession_of
from constancia.domain.identity.vocabulary import DEFAULT_CAPACITIES, SECRETARIAT, Capacity, check_choice
from constancia.domain.kernel.acts import REGISTRY, Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context, StateView
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_day
from constancia.domain.values.editions import LAST_OF_ES_AND_EN, THIRD
from constancia.domain.values.values import Day, Identifier, Label, Text, TypeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment(Aggregate):
    """An appointment: never extended or moved; another one has another id."""

    ABOUT: ClassVar = ("party",)

    appointment: str
    capacity: str
    name: str
    party: str
    person: str
    post: Text
    scope: tuple[str, ...]
    valid_from: str
    valid_until: str | None = None
    on_behalf_of: str | None = None  # the organization of a composite party that the person comes from

    def status_on(self, day: date) -> str:
        """Give the state on a day: past its last day it has expired, and nothing moves it any more."""
        ended = self.valid_until is not None and parse_day(self.valid_until) < day
        return "expired" if self.status == "appointed" and ended else self.status

    def lasts(self, day: date) -> bool:
        """Tell whether it is or will be in force from a day on: neither revoked nor over."""
        return self.status_on(day) == "appointed"

    def is_in_force(self, day: date) -> bool:
        """Tell whether it is in force on a day: not revoked, and within its dates."""
        return self.lasts(day) and parse_day(self.valid_from) <= day


def represented_by(
    state: StateView, person: str, day: date, *, but_for: str | None = None, but_as: str | None = None
) -> frozenset[str]:
    """Give the parties that a person represents on a day or will, by appointments that have not ended.

    A party that has ended is represented by nobody, and can't end an appointment any more.

    Args:
        state: The state.
        person: The person's id.
        day: The day.
        but_for: An organization; what the person represents on behalf of it is left out.
        but_as: A capacity; appointments in it are left out.
    """
    own = (each for each in state.of(Appointment) if each.person == person and each.capacity != but_as)
    made = [each for each in own if each.lasts(day)]
    parties = {each.party for each in made if but_for is None or each.on_behalf_of != but_for}
    return frozenset(party for party in parties if succession_of(state, party) is None)


@act_base
class AppointmentAct(Act[Appointment]):
    """What is said of an appointment."""

    stream_kind: ClassVar = "appointment"
    stream_id: ClassVar = ("appointment",)
    signer: ClassVar = "root"

    appointment: Identifier


@act
class RepresentativeAppointed(AppointmentAct):
    """A party's root says who may speak for it, as what, about what, and from when."""

    FIRST_CORRECTABLE: ClassVar = ("name", "post")
    SORTED: ClassVar = {"scope": ""}
    MEMBER_SINCE: ClassVar = {"on_behalf_of": 3}

    capacity: Capacity
    name: Label
    on_behalf_of: Identifier | None = None
    party: Identifier
    person: Identifier
    post: Text
    scope: tuple[TypeName, ...]
    valid_from: Day
    valid_until: Day | None = None

    @rule("E_DATE", "an appointment does not end before it begins", "un nombramiento no termina antes de empezar")
    def _in_order(self, on: object, at: Context) -> Breach:
        return self.valid_until is not None and self.valid_until < self.valid_from

    @rule(
        "E_POLICY",
        "the capacity is one of the ledger's",
        "la calidad es una de las del libro",
        since=THIRD,
    )
    def _capacity_of_the_ledger(self, on: object, at: Context) -> Breach:
        genesis = at.find(LedgerState, "ledger")
        capacities = DEFAULT_CAPACITIES if genesis is None else genesis.capacities
        return self.capacity not in capacities and {"capacity": self.capacity, "capacities": sorted(capacities)}

    @rule(
        "E_POLICY",
        "a scope lists acts that a representative can do",
        "un alcance enumera actos que un representante puede hacer",
    )
    def _acts_of_representatives(self, on: object, at: Context) -> Breach:
        # A type that is not known here gives no power here; a later version of this program may know it.
        known = {name: REGISTRY[name].signer for name in self.scope if name in REGISTRY}
        return ({"type": name} for name, signer in known.items() if signer not in ("rep", "root_or_rep"))

    @rule(
        "E_NOT_FOUND",
        "who represents an organization of the party comes from one that is in it",
        "quien representa a una organización de la parte viene de una que la integra",
        since=THIRD,
    )
    def _from_a_member(self, on: object, at: Context) -> Breach:
        party, named = find_party(at, self.party), self.on_behalf_of
        return named is not None and (party is None or not party.open_membership(named)) and {"organization": named}

    # Else a party could name each representative of the others as one of its own: nobody could judge its work then,
    # nor vote where one of its own has voted under that name.
    @rule(
        "E_SELF_DEALING",
        "a person represents one party at a time, or an organization and for it its group, or is the secretariat of "
        "several: else the other party ends its own appointment first",
        "una persona representa a una sola parte a la vez, o a una organización y por ella a su grupo, o es secretaría "
        "de varias: si no, antes de nombrarla la otra parte termina su nombramiento",
        since=THIRD,
    )
    def _of_one_party(self, on: object, at: Context) -> Breach:
        if self.valid_until is not None and parse_day(self.valid_until) < at.day:
            return None  # it is over, and says who was there
        # A group that names somebody as one of an organization lets that one name its person too; not the other way.
        shared = SECRETARIAT if self.capacity == SECRETARIAT else None
        others = represented_by(at.state, self.person, at.day, but_for=self.party, but_as=shared) - {self.party}
        return [{"person": self.person, "represents": party} for party in sorted(others)]

    RULES: ClassVar = (
        by_own_party,
        party_registered,
        _in_order,
        _of_one_party,
        _capacity_of_the_ledger,
        _acts_of_representatives,
        _from_a_member,
    )

    def check_edition(self, edition: int, where: str) -> None:
        """In editions 1 and 2 capacities are of a closed list; later, of the ledger's own."""
        if edition <= LAST_OF_ES_AND_EN:
            check_choice(self.capacity, DEFAULT_CAPACITIES, f"{where}.capacity")

    def begin(self, at: Context) -> Appointment:
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
            on_behalf_of=self.on_behalf_of,
        )


@act
class RepresentativeRevoked(AppointmentAct):
    """A party's root ends an appointment from here on; what was signed before stays valid."""

    CORRECTABLE: ClassVar = ("reason",)
    CLOSES: ClassVar = True

    reason: Text

    @rule(
        "E_ROLE",
        "a root revokes its own party's appointments only",
        "una raíz revoca sólo nombramientos de su propia parte",
    )
    def _of_own_party(self, on: Appointment, at: Context) -> Breach:
        return on.party != at.party

    RULES: ClassVar = (_of_own_party,)


APPOINTMENT: Final = AggregateKind(
    AppointmentAct,
    {
        RepresentativeAppointed: {NONE: "appointed"},
        RepresentativeRevoked: {"appointed": "revoked"},
    },
)
