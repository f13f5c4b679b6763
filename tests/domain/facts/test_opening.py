"""What is missing until a ledger is in use: each step in its order, whose turn it is, and gone when all is done."""

from datetime import date

from tests.domain.agreements.test_agreement import drafted, lapsed, signed_by
from tests.domain.stage import KINDS, MEMBERS, Stage, appointment, founded, key_id, registration, rep, root, text
from tests.rows import each_row

from constancia.domain.facts.opening import OpeningStep, is_open, opening_steps
from constancia.domain.values.calendar import local_day

ORDER = ("parties", "representatives", "body", "rules", "agreement")
RULES = {"decision_rule": {"rule_source": "adopted", "value": "unanimity"}}


def steps(stage: Stage) -> tuple[OpeningStep, ...]:
    return opening_steps(stage.state, local_day(stage.now, "America/Mexico_City"))


def turn(stage: Stage) -> tuple[str, list[tuple[str, str]]]:
    """The step whose turn it is, with who says what in it."""
    waiting = next(step for step in steps(stage) if not step.done)
    return waiting.kind, [(turn.party, turn.type) for turn in waiting.turns]


def each(type_name: str, parties: tuple[str, ...] = MEMBERS) -> list[tuple[str, str]]:
    return [(party, type_name) for party in sorted(parties)]


def test_before_genesis_there_is_nothing_to_tell() -> None:
    assert opening_steps(Stage().state, date(2019, 3, 1)) == ()


def test_o1_steps_come_in_one_order_and_only_the_next_one_is_somebodys_turn() -> None:
    opened = steps(Stage().open())
    assert tuple(step.kind for step in opened) == ORDER
    assert [step.done for step in opened] == [False] * 5
    assert [step.turns == () for step in opened] == [False, True, True, True, True]


def test_a_party_registers_appoints_registers_a_key_and_endorses_it() -> None:
    stage = Stage().open()
    assert turn(stage) == ("parties", each("PartyRegistered"))
    for party in MEMBERS:
        stage.says(root(party), "PartyRegistered", {"kind": KINDS[party], "legal_name": text(party), "party": party})
    assert turn(stage) == ("representatives", each("RepresentativeAppointed"))
    voice = rep("nosc")
    stage.says(root("nosc"), "RepresentativeAppointed", appointment("nosc"))
    assert ("nosc", "KeyRegistered") in turn(stage)[1]
    stage.says(voice, "KeyRegistered", registration("nosc", voice.key, "ap-nosc"))
    assert ("nosc", "KeyEndorsed") in turn(stage)[1]
    stage.says(root("nosc"), "KeyEndorsed", {"key": key_id(voice.key), "valid_from": "2019-01-01"})
    assert turn(stage)[1] == each("RepresentativeAppointed", ("inai", "sfp"))


def test_a_representative_whose_appointment_has_ended_is_missing_again() -> None:
    stage = founded()
    stage.says(root("nosc"), "RepresentativeRevoked", {"appointment": "ap-nosc", "reason": text("Fin")})
    assert turn(stage) == ("representatives", each("RepresentativeAppointed", ("nosc",)))


def test_committee_and_rules_wait_for_who_has_not_said_them() -> None:
    stage = founded()
    assert turn(stage) == ("body", each("GovernanceBodyEstablished"))
    established = {
        "governance_body": "cc", "mandate": text("Coordinar"), "members": sorted(MEMBERS), "name": text("Comité"),
    }  # fmt: skip
    stage.says("nosc", "GovernanceBodyEstablished", established)
    assert turn(stage) == ("body", each("GovernanceBodyEstablished", ("inai", "sfp")))
    stage.each("GovernanceBodyEstablished", established, ("inai", "sfp"))
    assert turn(stage) == ("rules", each("GovernanceRulesAdopted"))
    stage.says("inai", "GovernanceRulesAdopted", {"governance_body": "cc", "rules": RULES, "version": 1})
    assert turn(stage) == ("rules", each("GovernanceRulesAdopted", ("nosc", "sfp")))


@each_row("number", [0, 1, 2])
def test_agreement_waits_for_who_has_not_signed(number: int) -> None:
    stage = signed_by(*MEMBERS[:number]).rules(decision_rule="unanimity")
    assert turn(stage) == ("agreement", each("AgreementSigned", MEMBERS[number:]))


def test_a_drafted_agreement_waits_for_its_text_to_be_frozen_by_one_of_its_parties() -> None:
    assert turn(founded().body().rules(decision_rule="unanimity")) == ("agreement", each("AgreementDrafted"))
    assert turn(drafted().rules(decision_rule="unanimity")) == ("agreement", each("AgreementTextFrozen"))


def test_agreement_is_drafted_again_once_it_has_lapsed() -> None:
    stage = lapsed()
    stage.rules(decision_rule="unanimity")
    assert turn(stage) == ("agreement", each("AgreementDrafted"))


def test_with_the_first_agreement_in_force_nothing_is_missing() -> None:
    stage = signed_by(*MEMBERS)
    day = local_day(stage.now, "America/Mexico_City")
    assert is_open(stage.state, day)
    stage.rules(decision_rule="unanimity")
    assert not is_open(stage.state, day)
    assert all(step.done and step.turns == () for step in steps(stage))
