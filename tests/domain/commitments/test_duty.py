"""Assigned duties: borne by who has said so, with a bearer or orphaned, never silently gone."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.stage import MEMBERS, Body, Stage, doc, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.commitments.duty import Duty
from constancia.domain.facts.bearing import bearers, is_orphaned
from constancia.domain.facts.derive import derive

FAR = datetime(2030, 1, 1, tzinfo=UTC)


def assignment(*bearers: str, **changed: Any) -> Body:
    return {
        "bearers": sorted(bearers or ("sfp",)),
        "duty": "o2",
        "governance_body": "cc",
        "limits": {"en": "their respective attributions", "es": "sus respectivas atribuciones"},
        "since": "2019-03-01",
        "source": doc(),
        "text": text("Ser el enlace"),
        "toward": text("Otras instituciones de la Administración Pública Federal"),
    } | changed


def proposed() -> Stage:
    stage = seated()
    stage.says("inai", "DutyAssigned", assignment())
    return stage


def assigned(*bearers: str, **changed: Any) -> Stage:
    stage = seated()
    stage.each("DutyAssigned", assignment(*bearers, **changed))
    return stage


def ending() -> Body:
    return assignment(reasons=text("Cumplido")) | {"bearers": []}


def ended() -> Stage:
    stage = assigned()
    stage.each("DutyAssigned", ending())
    return stage


def duty(stage: Stage) -> Duty:
    return stage.find(Duty, "duty/o2")


WALK = Walk(
    kind="duty",
    stream="duty/o2",
    table={"DutyAssigned": {"none": "proposed", "proposed": "proposed", "assigned": "assigned"}},
    reach={"none": seated, "proposed": proposed, "assigned": assigned, "ended": ended},
    acts={"DutyAssigned": lambda stage: ("sfp", "DutyAssigned", assignment(reasons=text("Otra vez")))},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_13_a_duty_is_borne_once_all_members_and_its_bearers_have_said_it() -> None:
    stage = seated()
    for party in MEMBERS:
        assert stage.status("duty/o2") != "assigned"
        stage.says(party, "DutyAssigned", assignment())
    current = duty(stage).current
    assert current is not None
    assert (stage.status("duty/o2"), current.bearers) == ("assigned", ("sfp",))
    assert current.limits is not None
    assert current.limits.to_json()["en"] == "their respective attributions"


def test_a_duty_is_about_its_bearers_and_the_agreement_that_it_comes_from() -> None:
    stage, docset = seated(), {"authentic": "es", "documents": [doc("t", "es")]}
    draft = {"agreement": "ag", "docset": docset, "parties": ["inai", "sfp"], "title": text("T"), "version": 1}
    stage.says("inai", "AgreementDrafted", draft)
    stage.each("DutyAssigned", assignment(agreement="ag"))
    assert [duty(each).concerns for each in (proposed(), assigned(), stage)] == [
        (), ("party/sfp",), ("party/sfp", "agreement/ag"),
    ]  # fmt: skip


def test_13_nobody_gets_a_duty_without_its_own_word() -> None:
    stage = seated()
    stage.each("DutyAssigned", assignment("red", "sfp"))
    assert duty(stage).assignments == ()
    stage.says("red", "DutyAssigned", assignment("red", "sfp"))
    assert [bearer.holder for bearer in bearers(stage.state, duty(stage))] == ["red", "sfp"]


def test_13_who_bears_it_and_can_speak_says_each_change_of_it() -> None:
    stage = seated()
    stage.each("DutyAssigned", assignment("red", "sfp"), (*MEMBERS, "red"))
    stage.each("DutyAssigned", assignment("red", "sfp", reasons=text("Otra vez")))
    assert len(duty(stage).assignments) == 1
    stage.says("red", "DutyAssigned", assignment("red", "sfp", reasons=text("Otra vez")))
    assert len(duty(stage).assignments) == 2


def test_13_who_bears_it_and_can_not_speak_any_more_keeps_it_without_a_word() -> None:
    stage = seated()
    stage.each("DutyAssigned", assignment("red", "sfp"), (*MEMBERS, "red"))
    stage.lose("rep-red", "root-red").each("DutyAssigned", assignment("red", "sfp", reasons=text("Otra vez")))
    assert [one.bearers for one in duty(stage).assignments] == [("red", "sfp")] * 2


@each_row(
    ("who", "changed", "code"),
    [
        ("red", {}, "E_NOT_SEATED"),
        ("inai", {"governance_body": "cx"}, "E_NOT_FOUND"),
        ("inai", {"bearers": ["nobody"]}, "E_NOT_FOUND"),
        ("inai", {"bearers": []}, "E_POLICY"),
        ("inai", {"agreement": "ag-9"}, "E_NOT_FOUND"),
        ("inai", {"since": "2020"}, "E_DATE"),
        ("inai", {"bearers": ["sfp", "inai"]}, "E_MALFORMED"),
    ],
)
def test_a_duty_has_members_that_assign_it_and_bearers_that_exist(who: str, changed: Body, code: str) -> None:
    assert code in codes(seated().refused(who, "DutyAssigned", assignment(**changed), stream="duty/o2"))


def test_a_duty_is_assigned_again_with_reasons_by_its_own_body() -> None:
    stage = assigned()
    assert stage.code("inai", "DutyAssigned", assignment("inai")) == "E_POLICY"
    stage.body("duo", ("inai", "nosc"))
    elsewhere = assignment("inai", reasons=text("Otra"), governance_body="duo")
    assert stage.code("inai", "DutyAssigned", elsewhere) == "E_POLICY"
    stage.each("DutyAssigned", assignment("inai", reasons=text("Cambio")))
    assert [one.bearers for one in duty(stage).assignments] == [("sfp",), ("inai",)]


def test_a_duty_of_another_body_is_not_taken_by_a_body_of_ones_own() -> None:
    stage = seated().body("duo", ("inai", "red"))
    stage.each("DutyAssigned", assignment("inai", governance_body="duo"), ("inai", "red"))
    assert duty(stage).governance_body == "duo"


def test_13_a_duty_is_orphaned_when_its_bearer_has_left_and_taken_up_again_by_another() -> None:
    stage = assigned("nosc")
    assert not is_orphaned(stage.state, duty(stage))
    stage.withdraw("nosc")
    assert is_orphaned(stage.state, duty(stage))
    facts = [fact for fact in derive(stage.state, FAR) if fact.kind == "DutyOrphaned"]
    assert [(fact.stream, fact.params["bearers"]) for fact in facts] == [("duty/o2", ["nosc"])]
    stage.each("DutyAssigned", assignment("inai", reasons=text("Cambio")), ("inai", "sfp"))
    assert not is_orphaned(stage.state, duty(stage))


def test_13_of_several_bearers_one_that_stays_bears_it() -> None:
    stage = assigned("nosc", "sfp").withdraw("nosc")
    assert [bearer.standing for bearer in bearers(stage.state, duty(stage))] == ["left", "bears"]
    assert not is_orphaned(stage.state, duty(stage))


def test_a_duty_that_has_ended_is_nobodys_and_not_orphaned() -> None:
    stage = ended()
    assert stage.status("duty/o2") == "ended"
    assert not is_orphaned(stage.state, duty(stage))
    assert duty(stage).duties_of("sfp") == ()
