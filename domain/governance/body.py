"""The governance body: members, seats, withdrawal and return, and its rules as versioned data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from constancia.domain.identity.genesis import LedgerState, unknown_rules
from constancia.domain.identity.party import find_party
from constancia.domain.kernel.acts import Act, act
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.calendar import parse_edtf
from constancia.domain.kernel.context import Context, check_begun, missing
from constancia.domain.kernel.machine import NONE, Machine
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.values import Count, EdtfText, Identifier, Rule, Text

MACHINE = Machine(
    "governance",
    {
        "GovernanceBodyEstablished": {NONE: "founding", "founding": "founding"},
        "GovernanceRulesAdopted": {"established": "established"},
        "PartyWithdrew": {"established": "established"},
        "PartyReturned": {"established": "established"},
    },
)


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


def seat_problem(context: Context, party: str, body: str | None = None) -> Problem | None:
    """Give the problem of a party without a seat in a body, or in any where none is named."""
    bodies: Iterable[GovernanceBody] = context.state.of(GovernanceBody)
    mine = [one for one in bodies if (body is None or one.governance_body == body) and one.seat(party)]
    if any(one.is_seated(party) for one in mine):
        return None
    if any(one.status == "established" for one in mine):
        rule = "a party that has withdrawn does not act in the body"
        return Problem(code="E_PARTY_WITHDRAWN", rule=rule, found={"party": party})
    return Problem(code="E_NOT_SEATED", rule="the party holds a seat in the body", found={"party": party})


def rules_in_force(context: Context, body: str) -> tuple[int, Mapping[str, Rule]]:
    """Give the version and the rules in force: the body's last version over genesis' defaults."""
    genesis = context.find(LedgerState, "ledger")
    defaults: Mapping[str, Rule] = genesis.opened.rules if genesis else {}
    found = context.find(GovernanceBody, f"governance/{body}")
    if found is None or not found.rules:
        return 0, defaults
    last = found.rules[-1]
    return last.version, {**defaults, **last.rules}


@act
class GovernanceBodyEstablished(Act):
    """The members establish their body, each by its own entry over an equal text."""

    stream_kind: ClassVar = "governance"
    stream_id: ClassVar = ("governance_body",)
    voice: ClassVar = "party"
    concurring: ClassVar = True
    SORTED: ClassVar = {"members": ""}

    governance_body: Identifier
    mandate: Text
    members: tuple[Identifier, ...]
    name: Text
    predecessor: Identifier | None = None

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A member says it."""
        if context.party not in self.members:
            yield Problem(code="E_NOT_SEATED", rule="a body is established by its members")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """All members are registered; the predecessor exists."""
        for party in self.members:
            if find_party(context, party) is None:
                yield missing("party", party)
        if self.predecessor and not context.find(GovernanceBody, f"governance/{self.predecessor}"):
            yield missing("governance body", self.predecessor)

    def check_content(self, context: Context) -> Iterator[Problem]:
        """Everybody establishes the same body."""
        body = context.own(GovernanceBody)
        if body and not context.joined().parties - {context.party}:
            yield Problem(code="E_DIGEST_MISMATCH", rule="all members establish the same text")
        if len(self.members) < 2:
            yield Problem(code="E_POLICY", rule="a governance body has at least two members")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> GovernanceBody:
        """Add this member's word; with the last one the seats are taken."""
        body = (
            aggregate
            if isinstance(aggregate, GovernanceBody)
            else GovernanceBody(
                stream=self.stream(),
                governance_body=self.governance_body,
                name=self.name,
                mandate=self.mandate,
                members=self.members,
                predecessor=self.predecessor,
            )
        )
        said = context.joined()
        body = replace(body, concurring=body.with_concurrence(said))
        if said.parties < set(self.members):
            return replace(body, status="founding")
        seats = tuple(Seat(party=one, seated=True) for one in self.members)
        since = context.statement["occurred_on"]
        return replace(body, status="established", seats=seats, established_on=since)


@act
class GovernanceRulesAdopted(Act):
    """The members adopt rules, as data, each by its own entry over an equal text."""

    stream_kind: ClassVar = "governance"
    stream_id: ClassVar = ("governance_body",)
    voice: ClassVar = "party"
    concurring: ClassVar = True

    governance_body: Identifier
    rules: dict[str, Rule]
    version: Count

    def check_role(self, context: Context) -> Iterator[Problem]:
        """A member that sits says it."""
        problem = seat_problem(context, context.party, self.governance_body)
        if problem:
            yield problem

    def check_version(self, context: Context) -> Iterator[Problem]:
        """The version is the next one."""
        body = context.own(GovernanceBody)
        expected = len(body.rules) + 1 if body else 1
        if self.version != expected:
            yield Problem(code="E_VERSION_CONFLICT", rule="rules are the next version", found={"expected": expected})

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The rules that outcomes are computed from have values that are known; more than one party adopts them."""
        for name, value in unknown_rules(self.rules):
            yield Problem(code="E_POLICY", rule="the rule has a known value", found={"rule": name, "value": value})
        body = context.own(GovernanceBody)
        if body and len(body.seated) < 2:
            yield Problem(code="E_POLICY", rule="no party decides alone in a body")

    def mutate(self, aggregate: Aggregate | None, context: Context) -> GovernanceBody:
        """Add this member's word; with the last one the version is in force."""
        body = _body(aggregate)
        said = context.joined()
        body = replace(body, concurring=body.with_concurrence(said))
        if not said.parties >= set(body.seated):  # who has left since it spoke stands for nobody who has not
            return body
        version = RulesVersion(version=self.version, rules=self.rules, since_index=context.recorded.index)
        return replace(body, rules=(*body.rules, version))


@act
class PartyWithdrew(Act):
    """A party leaves: its own act, needing nobody's consent. Its past signatures and open duties stay."""

    stream_kind: ClassVar = "governance"
    stream_id: ClassVar = ("governance_body",)
    signer: ClassVar = "root"

    effective: EdtfText
    governance_body: Identifier
    grounds: Text
    party: Identifier

    def check_role(self, context: Context) -> Iterator[Problem]:
        """Only the party itself withdraws."""
        if context.party != self.party:
            yield Problem(code="E_ROLE", rule="a party withdraws by its own root")

    def check_state(self, context: Context) -> Iterator[Problem]:
        """It sits."""
        body = context.own(GovernanceBody)
        if body and not body.is_seated(self.party):
            yield Problem(code="E_STATE", rule="only a party that sits can withdraw")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The seat is empty from here on, so it can't be left later, nor before it was taken."""
        yield from check_begun(context, self.effective, "a withdrawal")
        yield from _check_after_last_change(self.party, self.effective, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> GovernanceBody:
        """Empty the seat."""
        return _with_seat(_body(aggregate), self.party, "withdrawn", self.effective, context.mark)


@act
class PartyReturned(Act):
    """A party comes back: its root says so first, then every member that sits, over an equal text."""

    stream_kind: ClassVar = "governance"
    stream_id: ClassVar = ("governance_body",)
    signer: ClassVar = "root_or_rep"
    voice: ClassVar = "party"
    concurring: ClassVar = True

    conditions: Text
    effective: EdtfText
    governance_body: Identifier
    party: Identifier

    def check_role(self, context: Context) -> Iterator[Problem]:
        """The returning party by its root; the others by a representative, and sitting."""
        is_root = context.actor["capacity"] == "root"
        if (context.party == self.party) != is_root:
            yield Problem(code="E_ROLE", rule="the returning party's root and the other members say it")
        elif not is_root:
            problem = seat_problem(context, context.party, self.governance_body)
            if problem:
                yield problem

    def check_state(self, context: Context) -> Iterator[Problem]:
        """It has withdrawn, and has said first that it returns."""
        body = context.own(GovernanceBody)
        seat = body.seat(self.party) if body else None
        if body and (seat is None or seat.seated):
            yield Problem(code="E_STATE", rule="only a party that has withdrawn can return")
        elif body and context.party != self.party and self.party not in context.joined().parties:
            yield Problem(code="E_STATE", rule="the returning party says it first, over an equal text")

    def check_content(self, context: Context) -> Iterator[Problem]:
        """The seat is taken with the last member's word, so it can't be taken later, nor before it was left."""
        yield from check_begun(context, self.effective, "a return")
        yield from _check_after_last_change(self.party, self.effective, context)

    def mutate(self, aggregate: Aggregate | None, context: Context) -> GovernanceBody:
        """Add this word; with the last one the seat is taken again."""
        body = _body(aggregate)
        said = context.joined()
        if not said.parties >= {self.party, *body.seated}:
            return replace(body, concurring=body.with_concurrence(said))
        # The matter is closed: a later withdrawal and return may use the same words again.
        rest = tuple(one for one in body.concurring if one.type != said.type or one.digest != said.digest)
        body = replace(body, concurring=rest)
        return _with_seat(body, self.party, "returned", self.effective, context.mark)


def _check_after_last_change(party: str, effective: str, context: Context) -> Iterator[Problem]:
    """Else a later word would change who sat in the years before."""
    body = context.own(GovernanceBody)
    seat = body.seat(party) if body else None
    if body is None or seat is None or body.established_on is None:
        return
    before = seat.changes[-1][1] if seat.changes else body.established_on
    start, end = parse_edtf(before).start, parse_edtf(effective).end
    if start is not None and end is not None and end < start:
        rule = "a seat changes after it last changed"
        yield Problem(code="E_DATE", rule=rule, found={"last_changed": before})


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


def _body(aggregate: Aggregate | None) -> GovernanceBody:
    if not isinstance(aggregate, GovernanceBody):
        raise TypeError("a governance body's act on another aggregate")
    return aggregate
