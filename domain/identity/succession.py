"""What became of a party that is no more: who took over which of its duties, and which are nobody's since.

A duty is named by where it is borne: `duty/o2` (an assigned duty), `commitment/c1#milestones/m1` (a responsible part
of a scope), `commitment/c1#roles/consultant` (a role). Every aggregate lists those of a party (`Aggregate.duties_of`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from constancia.domain.kernel.aggregate import Aggregate, Mark, SaidIn
from constancia.domain.kernel.context import StateView
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, Identifier, Label, Value

Mode = Literal["renamed", "merged", "functions_transferred", "dissolved"]
SETTLED = "succeeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Value):
    """One open duty, and the successor that bears it from now on."""

    SINCE: ClassVar = THIRD

    duty: Label
    successor: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession(Aggregate):
    """The end of a party. Without `settled` it is proposed: some, but not all who are concerned, have said it."""

    SINCE: ClassVar = THIRD

    party: str
    mode: Mode | None = None
    successors: tuple[str, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    orphaned: tuple[str, ...] = ()
    independence_changed: bool | None = None
    documents: tuple[Doc, ...] = ()
    effective: str | None = None
    settled: Mark | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """The party, and its successors."""
        return tuple(f"party/{name}" for name in (self.party, *self.successors))

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:  # noqa: ARG003
        """Leave it to the fold: whose word is the last one that is awaited depends on who can speak."""
        return None

    def concerned_at(self, index: int, said_in: SaidIn) -> tuple[str, ...]:
        """Give the party, and its successors once they were."""
        is_settled = self.settled is not None and self.settled.index <= index
        return self.concerns if is_settled else (f"party/{self.party}",)

    def successor_of(self, duty: str) -> str | None:
        """Give who bears a duty of the party since; None for nobody.

        One that was not open then, such as a revision of what was delivered, goes to a single successor.
        """
        only = self.successors[0] if len(self.successors) == 1 and duty not in self.orphaned else None
        return next((transfer.successor for transfer in self.transfers if transfer.duty == duty), only)


def succession_of(state: StateView, party: str) -> Succession | None:
    """Give the settled succession of a party; None while the party is there."""
    succession = state.standing(f"succession/{party}")
    return succession if isinstance(succession, Succession) and succession.status == SETTLED else None


def holder_of(state: StateView, party: str, duty: str, by: int | None = None) -> str | None:
    """Give who bears a duty that names a party: the party, or the last of its successors; None where it is orphaned.

    Args:
        state: The state.
        party: The party that is named.
        duty: The duty.
        by: The index of an entry: what became of a party later is left out; None for now.
    """
    bearer: str | None = party
    while bearer is not None and (succession := _ended_by(state, bearer, by)) is not None:
        bearer = succession.successor_of(duty)
    return bearer


def _ended_by(state: StateView, party: str, by: int | None) -> Succession | None:
    succession = succession_of(state, party)
    is_later = by is not None and succession is not None and succession.settled and succession.settled.index > by
    return None if is_later else succession


def heirs_of(state: StateView, party: str) -> frozenset[str]:
    """Give the parties in which a party goes on: itself, or the last of its successors; none where it was dissolved."""
    succession = succession_of(state, party)
    if succession is None:
        return frozenset({party})
    return frozenset(heir for successor in succession.successors for heir in heirs_of(state, successor))


def with_heirs(state: StateView, parties: Iterable[str]) -> frozenset[str]:
    """Give parties, with those in which one of them goes on."""
    named = frozenset(parties)
    return named.union(*(heirs_of(state, party) for party in named))


def open_duties(state: StateView, party: str) -> frozenset[str]:
    """Give every open duty of a party: those that name it, and those that it has taken over."""
    return frozenset(_open_duties(state, party))


def _open_duties(state: StateView, party: str) -> Iterator[str]:
    for aggregate in state.aggregates.values():
        yield from aggregate.duties_of(party)
    for succession in state.of(Succession):
        if succession.status == SETTLED and party in succession.successors:
            inherited = open_duties(state, succession.party)
            yield from (duty for duty in inherited if succession.successor_of(duty) == party)
