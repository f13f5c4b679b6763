"""How a body comes about and who sits in it: foundation, rules, withdrawal, return."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar, Final

from constancia.domain.governance.body import GovernanceBody, RulesVersion, Seat, awaited, body_of, is_alone, seat_rules
from constancia.domain.governance.decision import last_word
from constancia.domain.identity.genesis import SCALE_RULE, unknown_rules
from constancia.domain.identity.party import PARTY_EXISTS, by_own_party, unregistered
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.names import names_of
from constancia.domain.values.occurrence import occurrence
from constancia.domain.values.values import Count, EdtfText, Identifier, Rule, Text


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


def _line_before(at: Context, name: str | None) -> Iterator[str]:
    """Yield a body's id, that of its predecessor, and so on: each was named after it was there."""
    while (body := body_of(at, name)) is not None:
        yield body.governance_body
        name = body.predecessor if body.predecessor != body.governance_body else None


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

    @rule("E_NOT_FOUND", "there is no such governance body", "no existe ese órgano de gobernanza")
    def _predecessor_exists(self, on: object, at: Context) -> Breach:
        named = self.predecessor
        return named is not None and body_of(at, named) is None and {"governance body": named}

    @rule(
        "E_STATE",
        "the predecessor is a body that has no successor yet",
        "el antecesor es un órgano que aún no tiene sucesor",
        since=SECOND,
    )
    def _predecessor_stands(self, on: object, at: Context) -> Breach:
        before = body_of(at, self.predecessor)
        return before is not None and before.status != "established" and {"is": before.status}

    # Else two parties, one of which the other brought in, would decide under the name of the body of all.
    @rule(
        "E_POLICY",
        "no body has the name of another that was established, but its predecessor's",
        "ningún órgano lleva el nombre de otro que se estableció, salvo el de su antecesor",
        since=THIRD,
    )
    def _name_of_its_own(self, on: object, at: Context) -> Breach:
        own, line = names_of(self.name), {self.governance_body, *_line_before(at, self.predecessor)}
        others = (body for body in at.state.of(GovernanceBody) if body.governance_body not in line)
        return [
            {"governance body": body.governance_body}
            for body in others
            if body.established_on is not None and own & names_of(body.name)
        ]

    # Else two of three would end the seat of the third.
    @rule(
        "E_POLICY",
        "all who sit in the predecessor are members of its successor",
        "todos los que tienen lugar en el antecesor integran su sucesor",
        since=SECOND,
    )
    def _takes_all_along(self, on: object, at: Context) -> Breach:
        left_out = sorted(awaited(at, body_of(at, self.predecessor), type(self).__name__) - set(self.members))
        return bool(left_out) and {"left_out": left_out}

    # A successor decides on all that belonged to it: who is left alone, or an outsider, does not take that over.
    @rule(
        "E_POLICY",
        "a body in which fewer than two can still speak has no successor",
        "un órgano en el que menos de dos pueden hablar aún no tiene sucesor",
        since=THIRD,
    )
    def _not_taken_over(self, on: object, at: Context) -> Breach:
        before = body_of(at, self.predecessor)
        standing = before is not None and before.status == "established"
        return standing and is_alone(at, before, type(self).__name__) and {"predecessor": self.predecessor}

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

    RULES: ClassVar = (
        _by_a_member,
        _members_registered,
        _predecessor_exists,
        _predecessor_stands,
        _takes_all_along,
        _not_taken_over,
        _name_of_its_own,
        _same_text,
        _not_alone,
    )

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
        concurrence = at.joined()
        body = replace(on, concurring=on.with_concurrence(concurrence))
        if concurrence.parties < set(self.members):
            return replace(body, status="founding")
        seats = tuple(Seat(party=member, seated=True) for member in self.members)
        return replace(body, status="established", seats=seats, established_on=occurrence(at.state, at.mark).on)

    def others(self, after: GovernanceBody, at: Context) -> Iterable[GovernanceBody]:
        """End the predecessor's seats with the last member's word: nobody acts in both."""
        before = body_of(at, self.predecessor)
        if at.edition == FIRST or after.status != "established" or before is None:
            return ()
        ended = before
        for party in before.seated:
            ended = _with_seat(ended, party, "succeeded", occurrence(at.state, at.mark).on, at.mark)
        return (replace(ended, status="succeeded"),)


@act
class GovernanceRulesAdopted(GovernanceAct):
    """The members adopt rules, as data, each by its own entry over an equal text."""

    REPORTS: ClassVar = True
    concurring: ClassVar = True

    rules: dict[str, Rule]
    version: Count

    @rule("E_VERSION_CONFLICT", "rules are the next version", "las reglas son la versión siguiente")
    def _next_version(self, on: GovernanceBody, at: Context) -> Breach:
        expected = len(on.rules) + 1
        return self.version != expected and {"expected": expected}

    @rule("E_POLICY", "the rule has a known value", "la regla tiene un valor conocido")
    def _values_known(self, on: object, at: Context) -> Breach:
        return [{"rule": name, "value": value} for name, value in unknown_rules(self.rules, at.edition)]

    # It would never be found: scales are the whole ledger's.
    @rule("E_POLICY", "scales are listed in genesis", "las escalas se enumeran en el génesis", since=THIRD)
    def _no_scale(self, on: object, at: Context) -> Breach:
        return [{"rule": name} for name in sorted(self.rules) if name.startswith(SCALE_RULE)]

    @rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")
    def _not_alone(self, on: GovernanceBody, at: Context) -> Breach:
        return is_alone(at, on, type(self).__name__)

    RULES: ClassVar = (*_BY_A_MEMBER, _next_version, _values_known, _no_scale, _not_alone)

    def suffices(self, on: GovernanceBody, at: Context) -> bool:
        """Tell whether, with this word, all have said it who are awaited: members that have left are not."""
        return (
            at.edition > FIRST
            and at.joined().parties >= awaited(at, on, type(self).__name__)
            and self.version == len(on.rules) + 1
        )

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Add this member's word; with the last one the version is in force."""
        concurrence = at.joined()
        body = replace(on, concurring=on.with_concurrence(concurrence))
        # A party that has left since it spoke does not count for those that have not.
        if not concurrence.parties >= awaited(at, on, type(self).__name__):
            return body
        version = RulesVersion(version=self.version, rules=self.rules, since_index=at.recorded.index)
        return replace(body, rules=(*body.rules, version))


@act
class PartyWithdrew(GovernanceAct):
    """A party leaves: its own act, needing nobody's consent. Its past signatures and open duties stay."""

    REPORTS: ClassVar = True
    signer: ClassVar = "root"
    CORRECTABLE: ClassVar = ("grounds",)
    CLOSES: ClassVar = True

    effective: EdtfText
    grounds: Text
    party: Identifier

    @rule("E_STATE", "only a party that sits can withdraw", "sólo una parte con lugar puede retirarse")
    def _sits(self, on: GovernanceBody, at: Context) -> Breach:
        return not on.is_seated(self.party)

    # The seat is empty from the entry on, so it can't be left later.
    @rule("E_DATE", "a withdrawal does not begin in the future", "un retiro no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.effective)

    @rule(*_SEAT_IN_ORDER)
    def _in_order(self, on: GovernanceBody, at: Context) -> Breach:
        return _before_last_change(on, self.party, self._left_on(at))

    def _left_on(self, at: Context) -> str:
        """Give the date that counts: not one before the party last spoke in the body, for the record contradicts it."""
        counted = occurrence(at.state, at.mark, self.effective).on
        end = parse_edtf(counted).end
        spoke = last_word(at, self.governance_body, self.party) if at.edition > FIRST else None
        return at.day.isoformat() if spoke is not None and end is not None and end < spoke else counted

    RULES: ClassVar = (by_own_party, _sits, _has_begun, _in_order)

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Empty the seat."""
        return _with_seat(on, self.party, "withdrawn", self._left_on(at), at.mark)


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

    @rule("E_STATE", "only a party that has withdrawn can return", "sólo una parte que se retiró puede volver")
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

    @rule(
        "E_SELF_DEALING",
        "who is appointed by the returning party does not admit it",
        "quien tiene nombramiento de la parte que vuelve no la admite",
        since=SECOND,
    )
    def _not_admitting_itself(self, on: object, at: Context) -> Breach:
        return at.party != self.party and speaks_for(at, self.party)

    RULES: ClassVar = (
        _by_root_or_members,
        _not_admitting_itself,
        *seat_rules(confirming_body),
        _has_left,
        _itself_first,
        _has_begun,
        _in_order,
    )

    def suffices(self, on: GovernanceBody, at: Context) -> bool:
        """Tell whether, with this word, the party and all members have said it who are awaited."""
        return at.edition > FIRST and self._by_all(on, at)

    def _by_all(self, on: GovernanceBody, at: Context) -> bool:
        return at.joined().parties >= {self.party, *awaited(at, on, type(self).__name__)}

    def then(self, on: GovernanceBody, at: Context) -> GovernanceBody:
        """Add this word; with the last one the seat is taken again."""
        concurrence = at.joined()
        if not self._by_all(on, at):
            return replace(on, concurring=on.with_concurrence(concurrence))
        rest = on.without_concurrence(concurrence)
        since = occurrence(at.state, at.mark, self.effective).on
        return _with_seat(replace(on, concurring=rest), self.party, "returned", since, at.mark)


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
            seat,
            seated=change == "returned",
            changes=(*seat.changes, (change, effective, mark.index)),
        )
        if seat.party == party
        else seat
        for seat in body.seats
    )
    return replace(body, seats=seats)
