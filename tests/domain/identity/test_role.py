"""The closed list of roles."""

from constancia.domain.identity.role import MEMBERS, ROLES, is_reserved


def test_roles_and_the_members_are_reserved_and_nothing_else() -> None:
    assert {one for one in (*ROLES, *MEMBERS, "sfp", "consultora") if is_reserved(one)} == ROLES | MEMBERS
