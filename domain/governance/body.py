"""The governance body: members, seats, withdrawal and return, and its rules as versioned data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, TypeVar

from constancia.domain.identity.genesis import LedgerState, unknown_rules
from constancia.domain.identity.party import PARTY_EXISTS, by_own_party, unregistered
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.occurrence import occurrence
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.kernel.rules import Rule as ActRule
from constancia.domain.kernel.values import Count, EdtfText, Identifier, Rule, Text

_A = TypeVar("_A")
_G = TypeVar("_G")
ANY_BODY: Final = ""  # where an act does not say in which body its party sits


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """One version of the rules, and from which entry on it is in force."""

    version: int
    rules: Mapping[str, Rule]
    since_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A party's seat: when it left and came back, in the dates' own precision."""

    party: str
    seated: bool
    changes: tuple[tuple[str, str, int], ...] = ()  # (withdrawn | returned, effective, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceBody(Aggregate):
    """A governance body. `members` are those of its founding; `seats` tells who sits now."""

    governance_body: str
    name: Text
    mandate: Text
    members: tuple[str, ...]
    predecessor: str | None = None
    seats: tuple[Seat, ...] = ()
    rules: tuple[RulesVersion, ...] = ()
    established_on: str | None = None

    def seat(self, party: str) -> Seat | None:
        """Give a party's seat, or None where it never had one."""
        return next((one for one in self.seats if one.party == party), None)

    def is_seated(self, party: str) -> bool:
        """Tell whether a party sits now."""
        seat = self.seat(party)
        return self.status == "established" and seat is not None and seat.seated

    @property
    def seated(self) -> tuple[str, ...]:
        """The parties that sit now, sorted."""
        return tuple(one.party for one in self.seats if one.seated)


def has_seat(at: Context, party: str, body: str = ANY_BODY) -> bool:
    """Tell whether a party sits in a body, or in any where none is named."""
    return any(one.is_seated(party) for one in _bodies_with(at, party, body))


def _bodies_with(at: Context, party: str, body: str) -> list[GovernanceBody]:
    bodies: Iterable[GovernanceBody] = at.state.of(GovernanceBody)
    return [one for one in bodies if body in (ANY_BODY, one.governance_body) and one.seat(party)]


def seat_rules(body_of: Callable[[_A, _G, Context], str | None]) -> tuple[ActRule[_A, _G], ActRule[_A, _G]]:
    """Make the rules by which the actor's party sits in a body, and has not withdrawn from it.

    Args:
        body_of: Gives the body's id, `ANY_BODY`, or None where no seat is asked for.
    """

    def without(act: _A, on: _G, at: Context, *, withdrawn: bool) -> Breach:
        body = body_of(act, on, at)
        if body is None or has_seat(at, at.party, body):
            return None
        had = any(one.status == "established" for one in _bodies_with(at, at.party, body))
        return had is withdrawn and {"party": at.party}

    return (
        ActRule(
            "E_NOT_SEATED",
            "the party holds a seat in the body",
            "la parte tiene un lugar en el órgano",
            lambda act, on, at: without(act, on, at, withdrawn=False),
            body_of,
        ),
        ActRule(
            "E_PARTY_WITHDRAWN",
            "a party that has withdrawn does not act in the body",
            "una parte que se retiró no actúa en el órgano",
            lambda act, on, at: without(act, on, at, withdrawn=True),
            body_of,
        ),
    )


def rules_in_force(at: Context, body: str) -> tuple[int, Mapping[str, Rule]]:
    """Give the version and the rules in force: the body's last version over genesis' defaults."""
    genesis = at.find(LedgerState, "ledger")
    defaults: Mapping[str, Rule] = genesis.opened.rules if genesis else {}
    found = at.find(GovernanceBody, f"governance/{body}")
    if found is None or not found.rules:
        return 0, defaults
    last = found.rules[-1]
    return last.version, {**defaults, **last.rules}


@act_base
class GovernanceAct(Act[GovernanceBody]):
    """What is said of a governance body."""

    stream_kind: ClassVar = "governance"
    stream_id: ClassVar = ("governance_body",)

    governance_body: Identifier


_SEAT_IN_ORDER: Final = (
    "E_DATE",
    "a seat changes after it last changed",
    "un lugar cambia después de su último cambio",
)


def _named_body(act: GovernanceAct, on: object, at: Context) -> str:
    return act.governance_body


_BY_A_MEMBER: Final = seat_rules(_named_body)


@act
class GovernanceBodyEstablished(GovernanceAct):
    """The members establish their body, each by its own entry over an equal text."""

    REPORTS: ClassVar = True
    concurring: ClassVar = True
    FIRST_CORRECTABLE: ClassVar = ("name",)
    SORTED: ClassVar = {"members": ""}

    mandate: Text
    members: tuple[Identifier, ...]
    name: Text
    predecessor: Identifier | None = None

    @rule("E_NOT_SEATED", "a body is established by its members", "a un órgano lo establecen sus integrantes")
    def _by_a_member(self, on: object, at: Context) -> Breach:
        return at.party not in self.members

    @rule(*PARTY_EXISTS)
    def _members_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, self.members)

    @rule("E_NOT_FOUND", "there is no such governance body", "no hay tal órgano de gobernanza")
    def _predecessor_exists(self, on: object, at: Context) -> Breach:
        named = self.predecessor
        return named is not None and _body(at, named) is None and {"governance body": named}

    @rule("E_DIGEST_MISMATCH", "all members establish the same text", "todos los integrantes establecen el mismo texto")
    def _same_text(self, on: GovernanceBody, at: Context) -> Breach:
        return not at.joined().parties - {at.party}

    @rule(
        "E_POLICY",
        "a governance body has at least two members",
        "un órgano de gobernanza tiene al menos dos integrantes",
    )
    def _not_alone(self, on: object, at: Context) -> Breach:
        return len(self.members) < 2

    RULES: ClassVar = (_by_a_member, _members_registered, _predecessor_exists, _same_text, _not_alone)

    def begin(self, at: Context) -> GovernanceBody:
        """Found the body with the first member's word."""
        body = GovernanceBody(
            stream=self.stream(),
            governance_body=self.governance_body,
            name=self.name,
            mandate=self.mandate,
            members=self.members,
            predecessor=self.predecessor,
        )
        return self.then(body, at)

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Add this member's word; with the last one the seats are taken."""
        said = at.joined()
        body = replace(on, concurring=on.with_concurrence(said))
        if said.parties < set(self.members):
            return replace(body, status="founding")
        seats = tuple(Seat(party=one, seated=True) for one in self.members)
        return replace(body, status="established", seats=seats, established_on=occurrence(at.state, at.mark).on)


@act
class GovernanceRulesAdopted(GovernanceAct):
    """The members adopt rules, as data, each by its own entry over an equal text."""

    REPORTS: ClassVar = True
    concurring: ClassVar = True

    rules: dict[str, Rule]
    version: Count

    @rule("E_VERSION_CONFLICT", "rules are the next version", "las reglas son la versión siguiente")
    def _next_version(self, on: GovernanceBody | None, at: Context) -> Breach:
        expected = len(on.rules) + 1 if on else 1
        return self.version != expected and {"expected": expected}

    @rule("E_POLICY", "the rule has a known value", "la regla tiene un valor conocido")
    def _values_known(self, on: object, at: Context) -> Breach:
        return [{"rule": name, "value": value} for name, value in unknown_rules(self.rules)]

    @rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")
    def _not_alone(self, on: GovernanceBody, at: Context) -> Breach:
        return len(on.seated) < 2

    RULES: ClassVar = (*_BY_A_MEMBER, _next_version, _values_known, _not_alone)

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Add this member's word; with the last one the version is in force."""
        said = at.joined()
        body = replace(on, concurring=on.with_concurrence(said))
        if not said.parties >= set(body.seated):  # who has left since it spoke stands for nobody who has not
            return body
        version = RulesVersion(version=self.version, rules=self.rules, since_index=at.recorded.index)
        return replace(body, rules=(*body.rules, version))


@act
class PartyWithdrew(GovernanceAct):
    """A party leaves: its own act, needing nobody's consent. Its past signatures and open duties stay."""

    REPORTS: ClassVar = True
    signer: ClassVar = "root"
    CORRECTABLE: ClassVar = ("grounds",)

    effective: EdtfText
    grounds: Text
    party: Identifier

    @rule("E_STATE", "only a party that sits can withdraw", "solo una parte con lugar puede retirarse")
    def _sits(self, on: GovernanceBody, at: Context) -> Breach:
        return not on.is_seated(self.party)

    # The seat is empty from the entry on, so it can't be left later.
    @rule("E_DATE", "a withdrawal does not begin in the future", "un retiro no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.effective)

    @rule(*_SEAT_IN_ORDER)
    def _in_order(self, on: GovernanceBody, at: Context) -> Breach:
        return _before_last_change(on, self.party, occurrence(at.state, at.mark, self.effective).on)

    RULES: ClassVar = (by_own_party, _sits, _has_begun, _in_order)

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Empty the seat."""
        return _with_seat(on, self.party, "withdrawn", occurrence(at.state, at.mark, self.effective).on, at.mark)


@act
class PartyReturned(GovernanceAct):
    """A party comes back: its root says so first, then every member that sits, over an equal text."""

    REPORTS: ClassVar = True
    signer: ClassVar = "root_or_rep"
    concurring: ClassVar = True

    conditions: Text
    effective: EdtfText
    party: Identifier

    def confirming_body(self, on: object, at: Context) -> str | None:
        """Give the body in which another member confirms the return; None where the party itself speaks."""
        return None if at.is_root or at.party == self.party else self.governance_body

    @rule(
        "E_ROLE",
        "the returning party's root and the other members say it",
        "lo dicen la raíz de la parte que vuelve y los demás integrantes",
    )
    def _by_root_or_members(self, on: object, at: Context) -> Breach:
        return (at.party == self.party) != at.is_root

    @rule("E_STATE", "only a party that has withdrawn can return", "solo una parte que se retiró puede volver")
    def _has_left(self, on: GovernanceBody, at: Context) -> Breach:
        seat = on.seat(self.party)
        return seat is None or seat.seated

    @rule(
        "E_STATE",
        "the returning party says it first, over an equal text",
        "la parte que vuelve lo dice primero, sobre un texto igual",
    )
    def _itself_first(self, on: GovernanceBody, at: Context) -> Breach:
        seat = on.seat(self.party)
        may_return = seat is not None and not seat.seated
        return may_return and at.party != self.party and self.party not in at.joined().parties

    # The seat is taken with the last member's word, so it can't be taken later.
    @rule("E_DATE", "a return does not begin in the future", "un regreso no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.effective)

    @rule(*_SEAT_IN_ORDER)
    def _in_order(self, on: GovernanceBody, at: Context) -> Breach:
        return _before_last_change(on, self.party, occurrence(at.state, at.mark, self.effective).on)

    RULES: ClassVar = (
        _by_root_or_members,
        *seat_rules(confirming_body),
        _has_left,
        _itself_first,
        _has_begun,
        _in_order,
    )

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Add this word; with the last one the seat is taken again."""
        said = at.joined()
        if not said.parties >= {self.party, *on.seated}:
            return replace(on, concurring=on.with_concurrence(said))
        # The matter is closed: a later withdrawal and return may use the same words again.
        rest = tuple(one for one in on.concurring if one.type != said.type or one.digest != said.digest)
        since = occurrence(at.state, at.mark, self.effective).on
        return _with_seat(replace(on, concurring=rest), self.party, "returned", since, at.mark)


def _body(at: Context, name: str) -> GovernanceBody | None:
    return at.find(GovernanceBody, f"governance/{name}")


def _before_last_change(body: GovernanceBody, party: str, effective: str) -> Breach:
    """Else a later word would change who sat in the years before."""
    seat = body.seat(party)
    if seat is None or body.established_on is None:
        return None
    before = seat.changes[-1][1] if seat.changes else body.established_on
    start, end = parse_edtf(before).start, parse_edtf(effective).end
    return start is not None and end is not None and end < start and {"last_changed": before}


def _with_seat(body: GovernanceBody, party: str, change: str, effective: str, mark: Mark) -> GovernanceBody:
    seats = tuple(
        replace(
            one,
            seated=change == "returned",
            changes=(*one.changes, (change, effective, mark.index)),
        )
        if one.party == party
        else one
        for one in body.seats
    )
    return replace(body, seats=seats)


GOVERNANCE: Final = AggregateKind(
    GovernanceAct,
    {
        GovernanceBodyEstablished: {NONE: "founding", "founding": "founding"},
        GovernanceRulesAdopted: {"established": "established"},
        PartyWithdrew: {"established": "established"},
        PartyReturned: {"established": "established"},
    },
)
