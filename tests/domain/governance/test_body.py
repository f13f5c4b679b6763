"""The governance body: founded by all, left by one, returned to with all; its rules are versioned data."""

from typing import Any

from tests.domain.governance.test_participants import admission
from tests.domain.stage import MEMBERS, Body, Stage, founded, rep, root, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.governance.body import GovernanceBody, rules_in_force
from constancia.domain.kernel.context import Context

CC = "governance/cc"
FOUR = ("inai", "nosc", "red", "sfp")


def establishment(**changed: Any) -> Body:
    return {
        "governance_body": "cc",
        "mandate": text("Coordinar"),
        "members": list(MEMBERS),
        "name": text("Comité"),
    } | changed


def rules(version: int = 1, value: Any = "majority", name: str = "decision_rule") -> Body:
    return {
        "governance_body": "cc",
        "rules": {name: {"rule_source": "adopted", "value": value}},
        "version": version,
    }


GENESIS_RULES = {"abstention": "neutral", "decision_rule": "unanimity"}


def withdrawal(party: str = "nosc", **changed: Any) -> Body:
    return {"effective": "2019-03", "governance_body": "cc", "grounds": text("Ya"), "party": party} | changed


def comeback(party: str = "nosc", **changed: Any) -> Body:
    return {"conditions": text("Acuerdo"), "effective": "2019-03-01", "governance_body": "cc", "party": party} | changed


def founding() -> Stage:
    stage = founded()
    stage.says("inai", "GovernanceBodyEstablished", establishment())
    return stage


def without_nosc() -> Stage:
    stage = seated()
    stage.says(root("nosc"), "PartyWithdrew", withdrawal())
    return stage


def found(stage: Stage) -> GovernanceBody:
    return stage.find(GovernanceBody, CC)


WALK = Walk(
    kind="governance",
    stream=CC,
    table={
        "GovernanceBodyEstablished": {"none": "founding", "founding": "founding"},
        "GovernanceRulesAdopted": {"established": "established"},
        "ParticipantAdmitted": {"established": "established"},
        "PartyWithdrew": {"established": "established"},
        "PartyReturned": {"established": "established"},
    },
    reach={"none": founded, "founding": founding, "established": without_nosc},
    acts={
        "GovernanceBodyEstablished": lambda stage: ("sfp", "GovernanceBodyEstablished", establishment()),
        "GovernanceRulesAdopted": lambda stage: ("sfp", "GovernanceRulesAdopted", rules()),
        "ParticipantAdmitted": lambda stage: ("sfp", "ParticipantAdmitted", admission("nosc")),
        "PartyWithdrew": lambda stage: (root("sfp"), "PartyWithdrew", withdrawal("sfp")),
        "PartyReturned": lambda stage: (root("nosc"), "PartyReturned", comeback()),
    },
    words={
        ("established", "GovernanceBodyEstablished"): "E_ALREADY_SIGNED",
        # Rules are adopted by those that sit, and nobody sits yet.
        ("none", "GovernanceRulesAdopted"): "E_NOT_SEATED",
        ("founding", "GovernanceRulesAdopted"): "E_NOT_SEATED",
        ("none", "ParticipantAdmitted"): "E_NOT_SEATED",
        ("founding", "ParticipantAdmitted"): "E_NOT_SEATED",
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_5_a_body_exists_when_the_last_member_has_said_the_same() -> None:
    stage = founding()
    stage.says("nosc", "GovernanceBodyEstablished", establishment())
    assert found(stage).status == "founding"
    assert not found(stage).is_seated("nosc")
    stage.says("sfp", "GovernanceBodyEstablished", establishment())
    assert found(stage).seated == MEMBERS


def test_5_all_establish_the_same_text() -> None:
    stage = founding()
    other = establishment(mandate=text("Mandar"))
    assert stage.code("sfp", "GovernanceBodyEstablished", other) == "E_DIGEST_MISMATCH"
    assert stage.code("inai", "GovernanceBodyEstablished", establishment()) == "E_ALREADY_SIGNED"


def test_a_body_is_established_by_its_members() -> None:
    stage = founding()
    stage.outsider()
    assert stage.code("red", "GovernanceBodyEstablished", establishment()) == "E_NOT_SEATED"


@each_row(
    ("changed", "code"),
    [
        ({"members": ["inai"]}, "E_POLICY"),
        ({"members": ["inai", "nobody"]}, "E_NOT_FOUND"),
        ({"predecessor": "stt"}, "E_NOT_FOUND"),
    ],
)
def test_a_body_has_members_and_a_predecessor_that_exist(changed: Body, code: str) -> None:
    assert founded().code("inai", "GovernanceBodyEstablished", establishment(**changed)) == code


def test_14_withdrawal_needs_nobodys_consent_and_is_said_by_the_root_alone() -> None:
    stage = seated()
    assert stage.code("nosc", "PartyWithdrew", withdrawal()) == "E_OUT_OF_SCOPE"
    assert stage.code(root("inai"), "PartyWithdrew", withdrawal()) == "E_ROLE"
    stage.says(root("nosc"), "PartyWithdrew", withdrawal())
    assert found(stage).seated == ("inai", "sfp")


def test_nobody_withdraws_twice_or_returns_without_having_left() -> None:
    assert without_nosc().code(root("nosc"), "PartyWithdrew", withdrawal()) == "E_STATE"
    assert seated().code(root("nosc"), "PartyReturned", comeback()) == "E_STATE"
    assert seated().code(root("red"), "PartyWithdrew", withdrawal("red")) == "E_STATE"


@each_row("effective", ["2019-04", "2019-03-02/..", "2030"])
def test_20_nobody_leaves_or_returns_in_the_future(effective: str) -> None:
    assert seated().code(root("nosc"), "PartyWithdrew", withdrawal(effective=effective)) == "E_DATE"
    assert without_nosc().code(root("nosc"), "PartyReturned", comeback(effective=effective)) == "E_DATE"


def test_return_takes_effect_with_the_last_members_word() -> None:
    stage = without_nosc()
    stage.says(root("nosc"), "PartyReturned", comeback())
    stage.says("inai", "PartyReturned", comeback())
    assert not found(stage).is_seated("nosc")
    stage.says("sfp", "PartyReturned", comeback())
    assert found(stage).is_seated("nosc")
    seat = found(stage).seat("nosc")
    assert seat is not None
    assert [change for change, _effective, _index in seat.changes] == ["withdrawn", "returned"]


def test_return_is_said_by_the_root_first_then_by_the_others_over_the_same_text() -> None:
    stage = without_nosc()
    assert stage.code("inai", "PartyReturned", comeback()) == "E_STATE"
    assert stage.code("nosc", "PartyReturned", comeback()) == "E_ROLE"
    stage.says(root("nosc"), "PartyReturned", comeback())
    assert stage.code("inai", "PartyReturned", comeback(conditions=text("Ninguna"))) == "E_STATE"
    assert stage.code(root("inai"), "PartyReturned", comeback()) == "E_ROLE"
    assert stage.code("red", "PartyReturned", comeback()) == "E_NOT_SEATED"


def test_a_party_may_leave_and_return_again_by_the_same_words() -> None:
    stage = without_nosc()
    for _time in range(2):
        stage.says(root("nosc"), "PartyReturned", comeback())
        stage.each("PartyReturned", comeback(), ("inai", "sfp"))
        assert found(stage).is_seated("nosc")
        stage.says(root("nosc"), "PartyWithdrew", withdrawal())
    assert not found(stage).is_seated("nosc")


def test_5_who_left_after_speaking_does_not_stand_for_who_has_not_spoken() -> None:
    stage = seated()
    stage.says("nosc", "GovernanceRulesAdopted", rules())
    stage.says("inai", "GovernanceRulesAdopted", rules())
    stage.says(root("nosc"), "PartyWithdrew", withdrawal())
    assert found(stage).rules == ()
    stage.says("sfp", "GovernanceRulesAdopted", rules())
    assert len(found(stage).rules) == 1


def test_5_rules_wait_for_every_member_that_sits() -> None:
    stage = seated().body("four", FOUR)
    body = rules() | {"governance_body": "four"}
    stage.says("inai", "GovernanceRulesAdopted", body)
    stage.says(root("inai"), "PartyWithdrew", withdrawal("inai", governance_body="four"))
    stage.each("GovernanceRulesAdopted", body, ("nosc", "red"))
    four = stage.find(GovernanceBody, "governance/four")
    assert four.rules == ()
    stage.says("sfp", "GovernanceRulesAdopted", body)
    assert len(stage.find(GovernanceBody, "governance/four").rules) == 1


def test_5_return_waits_for_every_member_that_sits() -> None:
    stage = seated().body("four", FOUR)
    back = comeback(governance_body="four")
    stage.says(root("nosc"), "PartyWithdrew", withdrawal(governance_body="four"))
    stage.says(root("nosc"), "PartyReturned", back)
    stage.says("inai", "PartyReturned", back)
    stage.says(root("inai"), "PartyWithdrew", withdrawal("inai", governance_body="four"))
    stage.says("red", "PartyReturned", back)
    assert not stage.find(GovernanceBody, "governance/four").is_seated("nosc")
    stage.says("sfp", "PartyReturned", back)
    assert stage.find(GovernanceBody, "governance/four").is_seated("nosc")


def test_28_rules_are_versioned_and_superseded_never_edited() -> None:
    stage = seated()
    stage.each("GovernanceRulesAdopted", rules())
    assert stage.code("sfp", "GovernanceRulesAdopted", rules()) == "E_ALREADY_SIGNED"
    assert stage.code("sfp", "GovernanceRulesAdopted", rules(value="unanimity")) == "E_VERSION_CONFLICT"
    stage.each("GovernanceRulesAdopted", rules(2, "unanimity"))
    assert [one.version for one in found(stage).rules] == [1, 2]
    assert found(stage).rules[0].rules["decision_rule"].value == "majority"


def test_two_rule_texts_under_way_do_not_add_up() -> None:
    stage = seated()
    stage.each("GovernanceRulesAdopted", rules(), ("inai", "nosc"))
    stage.says("sfp", "GovernanceRulesAdopted", rules(value="unanimity"))
    assert found(stage).rules == ()


@each_row(
    ("name", "value"),
    [("decision_rule", "mayority"), ("decision_rule", True), ("abstention", "neutrality"), ("decision_rule", "quorum")],
)
def test_rules_that_outcomes_are_computed_from_have_known_values(name: str, value: Any) -> None:
    refusal = seated().refused("inai", "GovernanceRulesAdopted", rules(1, value, name))
    assert (refusal.code, refusal.judged_against["rule"]) == ("E_POLICY", name)


def test_other_rules_are_data() -> None:
    stage = seated()
    stage.says("inai", "GovernanceRulesAdopted", rules(1, 30, "response_term_days"))


def test_outsiders_adopt_no_rules() -> None:
    assert seated().code("red", "GovernanceRulesAdopted", rules()) == "E_NOT_SEATED"
    assert without_nosc().code("nosc", "GovernanceRulesAdopted", rules()) == "E_PARTY_WITHDRAWN"


def test_who_is_left_alone_adopts_no_rules() -> None:
    stage = without_nosc()
    stage.says(root("inai"), "PartyWithdrew", withdrawal("inai"))
    assert stage.code("sfp", "GovernanceRulesAdopted", rules()) == "E_POLICY"


def test_a_secretariat_establishes_and_adopts_nothing() -> None:
    stage = founding()
    clerk = stage.join("sfp", name="clerk", capacity="secretariat")
    refusal = stage.refused(clerk, "GovernanceBodyEstablished", establishment())
    assert codes(refusal) == {"E_ROLE"}


def test_return_revives_no_lapsed_appointment() -> None:
    stage = without_nosc()
    stage.says(root("nosc"), "RepresentativeRevoked", {"appointment": "ap-nosc", "reason": text("Salida")})
    stage.says(root("nosc"), "PartyReturned", comeback())
    stage.each("PartyReturned", comeback(), ("inai", "sfp"))
    assert stage.code(rep("nosc"), "GovernanceRulesAdopted", rules()) == "E_APPOINTMENT_NOT_IN_FORCE"


@each_row("effective", ["2018", "2019-02-28", "../2018"])
def test_33_a_seat_is_not_left_before_it_was_taken(effective: str) -> None:
    assert seated().code(root("nosc"), "PartyWithdrew", withdrawal(effective=effective)) == "E_DATE"


def test_33_a_seat_is_not_taken_again_before_it_was_left() -> None:
    stage = seated().on("2019-06-01")
    stage.says(root("nosc"), "PartyWithdrew", withdrawal(effective="2019-06-01"))
    assert stage.code(root("nosc"), "PartyReturned", comeback(effective="2019-05-30")) == "E_DATE"
    stage.says(root("nosc"), "PartyReturned", comeback(effective="2019-06-01"))


def test_d12_members_agree_whatever_each_says_of_where_it_knows_it_from() -> None:
    stage = seated()
    adopted = {"governance_body": "cc", "rules": {}, "version": 1}
    stage.says("inai", "GovernanceRulesAdopted", adopted | {"provenance": "public"})
    stage.says("nosc", "GovernanceRulesAdopted", adopted)
    assert stage.code("inai", "GovernanceRulesAdopted", adopted) == "E_ALREADY_SIGNED"
    stage.says("sfp", "GovernanceRulesAdopted", adopted | {"provenance": "seed"})
    assert [one.version for one in stage.find(GovernanceBody, "governance/cc").rules] == [1]


def test_24_a_bodys_rules_stand_over_those_of_genesis() -> None:
    stage = seated(rules={name: {"rule_source": "law", "value": value} for name, value in GENESIS_RULES.items()})
    at = Context(state=stage.state, recorded=stage.entries[-1])
    version, in_force = rules_in_force(at, "cc")
    assert (version, {name: rule.value for name, rule in in_force.items()}) == (0, GENESIS_RULES)
    stage.each("GovernanceRulesAdopted", rules())
    at = Context(state=stage.state, recorded=stage.entries[-1])
    for body, expected in (("cc", (1, GENESIS_RULES | {"decision_rule": "majority"})), ("other", (0, GENESIS_RULES))):
        version, in_force = rules_in_force(at, body)
        assert (version, {name: rule.value for name, rule in in_force.items()}) == expected
