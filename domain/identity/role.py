"""Roles that a scope may name in place of a party: a closed list. A role is open to nobody until it is filled."""

from typing import Final, Literal, get_args

Role = Literal["consultant", "rapporteur", "secretariat", "working-groups"]
ROLES: Final[frozenset[str]] = frozenset(get_args(Role))
# They mean the members that sit in the body, and nobody else fills them.
MEMBERS: Final = frozenset({"governance-body", "members"})


def is_reserved(name: str) -> bool:
    """Tell whether a name is a role's or means the members: no party is registered under it."""
    return name in ROLES or name in MEMBERS
