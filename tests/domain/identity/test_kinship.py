"""Kin: groups that name a party, and organizations that agree to be one; a word takes a right from who says it."""

from tests.domain.identity.test_voice import at
from tests.domain.stage import Stage, root, seated, text

from constancia.domain.identity.kinship import with_kin


def named(stage: Stage, organization: str, by: str = "nosc") -> str:
    joined = {"organization": organization, "party": by, "since": "2019-01-01"}
    return stage.says(root(by), "MemberOrganizationJoined", joined).leaf_hash


def agreeing() -> tuple[Stage, str]:
    """`nosc` has named `red` and `otra`; `red` has acknowledged it."""
    stage = seated()
    stage.outsider("otra")
    named(stage, "otra")
    target = named(stage, "red")
    stage.says("red", "EntryAcknowledged", {"target": target})
    return stage, target


def test_h1_kin_are_groups_and_the_organizations_that_agree_one_step_away() -> None:
    stage, _target = agreeing()
    assert with_kin(at(stage), ["nosc"]) == {"nosc", "red"}
    assert with_kin(at(stage), ["otra"]) == {"nosc", "otra"}, "the group's own word binds the group"
    assert with_kin(at(stage), ["red", "sfp"]) == {"nosc", "red", "sfp"}
    assert with_kin(at(stage), ["nobody"]) == {"nobody"}
    assert with_kin(at(stage), []) == set()


def test_h1_who_is_in_no_group_any_more_is_no_kin_and_a_new_claim_needs_a_new_word() -> None:
    stage, _target = agreeing()
    left = {"organization": "red", "party": "nosc", "reason": text("Fin"), "until": "2019-03-01"}
    stage.says(root("nosc"), "MemberOrganizationLeft", left)
    assert with_kin(at(stage), ["nosc"]) == {"nosc"}
    assert with_kin(at(stage), ["red"]) == {"red"}
    target = named(stage, "red")
    assert with_kin(at(stage), ["nosc"]) == {"nosc"}
    stage.says("red", "EntryAcknowledged", {"target": target})
    assert with_kin(at(stage), ["nosc"]) == {"nosc", "red"}


def test_h1_who_contests_what_it_had_acknowledged_is_no_kin_until_it_withdraws_that() -> None:
    stage, target = agreeing()
    stage.says("sfp", "EntryContested", {"contest": "y", "evidence": [], "grounds": text("No"), "target": target})
    assert with_kin(at(stage), ["nosc"]) == {"nosc", "red"}, "another's contest takes nothing back"
    stage.says("red", "EntryContested", {"contest": "x", "evidence": [], "grounds": text("No"), "target": target})
    assert with_kin(at(stage), ["nosc"]) == {"nosc"}
    stage.says("red", "EntryAcknowledged", {"target": target, "withdraws": ["x"]})
    assert with_kin(at(stage), ["nosc"]) == {"nosc", "red"}


def test_what_joined_under_an_earlier_edition_names_no_entry_and_makes_nobody_kin() -> None:
    stage = seated(edition=2)
    named(stage, "red")
    assert with_kin(at(stage), ["nosc"]) == {"nosc"}
    assert with_kin(at(stage), ["red"]) == {"nosc", "red"}
