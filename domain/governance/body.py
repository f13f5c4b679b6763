"""The governance body: members, seats, withdrawal and return, and its rules as versioned data.

- B1: since the third edition what belongs to a body that has been succeeded (a commitment, a plan, a duty, a complaint)
  is decided by its successor. Who is left alone in a body, or has no seat in it, founds no successor of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.voice import can_say
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, StateView
from constancia.domain.kernel.groups import grouped
from constancia.domain.kernel.rules import ActRule, Breach
from constancia.domain.values.editions import FIRST, THIRD
from constancia.domain.values.values import Rule, Text

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
    changes: tuple[tuple[str, str, int], ...] = ()  # (withdrawn | returned | succeeded, effective, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A party that takes part without a seat. `until` and `until_index` end it; nothing it says there is a vote."""

    SINCE: ClassVar = THIRD

    party: str
    participation: str
    voting: str
    since: str
    mark: Mark
    until: str | None = None
    until_index: int | None = None


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
    participants: tuple[Participant, ...] | None = None

    def seat(self, party: str) -> Seat | None:
        """Give a party's seat, or None where it never had one."""
        return next((seat for seat in self.seats if seat.party == party), None)

    def participant(self, party: str) -> Participant | None:
        """Give a party's participation that has not ended."""
        current = (participant for participant in self.participants or () if participant.until_index is None)
        return next((participant for participant in current if participant.party == party), None)

    def is_seated(self, party: str) -> bool:
        """Tell whether a party sits now."""
        seat = self.seat(party)
        return self.status == "established" and seat is not None and seat.seated

    def settled_at(self, type_name: str, body: Mapping[str, Any]) -> int:
        """Give the last change of the seat, or of the participation, that a return or an admission is about."""
        if type_name == "PartyReturned":
            seat = self.seat(body["party"])
            return seat.changes[-1][2] if seat is not None and seat.changes else -1
        if type_name != "ParticipantAdmitted":
            return -1
        own = (other for other in self.participants or () if other.party == body["party"])
        return max((other.until_index or other.mark.index for other in own), default=-1)

    @property
    def seated(self) -> tuple[str, ...]:
        """The parties that sit now, sorted."""
        return tuple(seat.party for seat in self.seats if seat.seated)

    def seated_by(self, index: int) -> tuple[str, ...]:
        """Give the parties that sat after an entry at which the body was there, sorted."""
        last = {seat.party: [change for change, _on, at in seat.changes if at <= index][-1:] for seat in self.seats}
        return tuple(seat.party for seat in self.seats if last[seat.party] in ([], ["returned"]))


def has_seat(at: Context, party: str, body: str = ANY_BODY) -> bool:
    """Tell whether a party sits in a body, or in any where none is named."""
    return any(candidate.is_seated(party) for candidate in _bodies_with(at, party, body))


def awaited(at: Context, body: GovernanceBody | None, type_name: str) -> frozenset[str]:
    """Give the parties whose word an act of all members waits for.

    Args:
        at: Gives the state, the day and the edition.
        body: The body.
        type_name: The act's type.

    Returns:
        Those that sit; from the second edition on, of them those that can say it: who has no key left is not awaited.
    """
    seated = body.seated if body is not None and body.status == "established" else ()
    if at.edition == FIRST:
        return frozenset(seated)
    return frozenset(member for member in seated if member == at.party or can_say(at, member, type_name))


def body_of(at: Context, name: str | None) -> GovernanceBody | None:
    """Give a governance body by its id."""
    return at.find(GovernanceBody, f"governance/{name}")


def line_of(state: StateView, name: str | None) -> Iterator[GovernanceBody]:
    """Give a body, the one that succeeded it, and so on; before the third edition nobody acts for another.

    Args:
        state: The state.
        name: The body's id; None, or an unknown one, has no line.
    """
    body = state.standing(f"governance/{name}")
    while isinstance(body, GovernanceBody):
        yield body
        body = _successor(state, body) if state.edition >= THIRD else None


def _successor(state: StateView, body: GovernanceBody) -> GovernanceBody | None:
    """Give the body whose last member's word ended the seats of this one: others may be founding, and name it too."""
    ended = {index for seat in body.seats for change, _on, index in seat.changes if change == "succeeded"}
    after = state.once(_successors).get(body.governance_body, ())
    return next(
        (other for other in after if any(mark.index in ended for word in other.concurring for mark in word.marks)), None
    )


def _successors(state: StateView) -> Mapping[str | None, tuple[GovernanceBody, ...]]:
    """Give the bodies that name another as the one before them, by that one's id."""
    bodies: Iterable[GovernanceBody] = state.of(GovernanceBody)
    return grouped((body.predecessor, body) for body in bodies)


def acting_body(state: StateView, name: str | None) -> GovernanceBody | None:
    """Give the body that acts for a body now: itself, or the last of those that succeeded it; None for an unknown one.

    Args:
        state: The state.
        name: The body's id.
    """
    line = tuple(line_of(state, name))
    return line[-1] if line else None


def acting_name(state: StateView, name: str | None) -> str | None:
    """Give the id of the body that acts for a body now; of one that is not there, the id as it is."""
    acting = acting_body(state, name)
    return acting.governance_body if acting else name


def is_alone(at: Context, body: GovernanceBody | None, type_name: str) -> bool:
    """Tell whether fewer than two could say an act of all members."""
    return body is not None and len(awaited(at, body, type_name)) < 2


def _bodies_with(at: Context, party: str, body: str) -> list[GovernanceBody]:
    bodies: Iterable[GovernanceBody] = at.state.of(GovernanceBody)
    return [
        candidate for candidate in bodies if body in (ANY_BODY, candidate.governance_body) and candidate.seat(party)
    ]


def seat_rules(
    named: Callable[[_A, _G, Context], str | None], since: int = FIRST
) -> tuple[ActRule[_A, _G], ActRule[_A, _G]]:
    """Make the rules by which the actor's party sits in a body, and has not withdrawn from it.

    Args:
        named: Gives the body's id, `ANY_BODY`, or None where no seat is asked for.
        since: First edition of the law with these rules.
    """

    def without(act: _A, on: _G, at: Context, *, withdrawn: bool) -> Breach:
        body = named(act, on, at)
        if body is None or has_seat(at, at.party, body):
            return None
        had = any(candidate.status == "established" for candidate in _bodies_with(at, at.party, body))
        return had is withdrawn and {"party": at.party}

    return (
        ActRule(
            "E_NOT_SEATED",
            "the party holds a seat in the body",
            "la parte tiene un lugar en el órgano",
            lambda act, on, at: without(act, on, at, withdrawn=False),
            named,
            since,
        ),
        ActRule(
            "E_PARTY_WITHDRAWN",
            "a party that has withdrawn does not act in the body",
            "una parte que se retiró no actúa en el órgano",
            lambda act, on, at: without(act, on, at, withdrawn=True),
            named,
            since,
        ),
    )


def rules_in_force(at: Context, body: str) -> tuple[int, Mapping[str, Rule]]:
    """Give the version and the rules in force: the body's last version over genesis' defaults."""
    genesis = at.find(LedgerState, "ledger")
    defaults: Mapping[str, Rule] = genesis.opened.rules if genesis else {}
    aggregate = at.find(GovernanceBody, f"governance/{body}")
    if aggregate is None or not aggregate.rules:
        return 0, defaults
    last = aggregate.rules[-1]
    return last.version, {**defaults, **last.rules}
