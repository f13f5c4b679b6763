"""Kinship of parties, because of which one of them does not judge the other: groups and their organizations.

- H1: by its own word a party takes a right from itself alone. A group that names a party as its organization judges it
  no more at once; the organization judges the group until it has acknowledged the entry that says so, and again while
  it contests that entry. Else who is accused would name all who could judge it as its own.
"""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from constancia.domain.identity.party import Membership, Party, find_party
from constancia.domain.kernel.context import Context, StateView


@runtime_checkable
class EntryRemarks(Protocol):
    """What was said of an entry (`RemarkedEntry` is one, in a room above)."""

    def is_acknowledged_by(self, party: str) -> bool:
        """Tell whether a party has acknowledged the entry, and upholds no contest of it."""


def with_kin(at: Context, parties: Iterable[str]) -> frozenset[str]:
    """Give parties, with the groups that name one of them now, and the organizations of one of them that agree.

    Args:
        at: Gives the state.
        parties: The parties' ids.
    """
    named = frozenset(parties)
    return named.union(*(_kin(at, party) for party in named))


def _kin(at: Context, party: str) -> frozenset[str]:
    record = find_party(at, party)
    current = [member for member in record.organizations if member.until is None] if record else []
    agreed = {member.organization for member in current if is_agreed(at.state, member)}
    groups = {other.party for other in at.state.of(Party) if other.open_membership(party) is not None}
    return frozenset(agreed | groups)


def is_agreed(state: StateView, membership: Membership) -> bool:
    """Tell whether an organization agrees that it is one: it has acknowledged the entry, and does not contest it."""
    return has_acknowledged(state, membership.entry, membership.organization)


def has_acknowledged(state: StateView, entry: str | None, party: str) -> bool:
    """Tell whether a party has acknowledged an entry, by its leaf hash, and upholds no contest of it."""
    remarked: object = state.standing(f"entry/{entry}")
    return isinstance(remarked, EntryRemarks) and remarked.is_acknowledged_by(party)
