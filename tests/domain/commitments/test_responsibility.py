"""Roles are filled by an act, and a fallback acts after its condition has failed (D8)."""

from typing import Any

from tests.domain.commitments.test_commitment import change, completed, found, report, started, status
from tests.domain.stage import Body, Stage, act_of, commitment, deliverable, doc, milestone, seated, small_scope, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment

FALLBACK: Body = {"condition": text("Sin recursos"), "parties": ["sfp"]}
SCOPE = small_scope(
    deliverables=[deliverable("e1"), deliverable("e2", "m2")],
    milestones=[milestone("m1", lead=["consultant"], fallback=FALLBACK), milestone("m2", lead=["nosc"])],
)


def expecting() -> Stage:
    stage = seated()
    stage.outsider("otra")
    return stage.adopted("c1", SCOPE)


def filling(party: str = "red", **changed: Any) -> Body:
    return {"commitment": "c1", "party": party, "role": "consultant", "since": "2019-03-01"} | changed


def settling(outcome: str = "failed", name: str = "m1") -> Body:
    return {"commitment": "c1", "milestone": name, "outcome": outcome, "reasons": text("No hay recursos")}


def submission(name: str = "e1", version: int = 1) -> Body:
    return {"commitment": "c1", "deliverable": name, "document": doc(), "version": version}


M1, M2, ROLE = "commitment/c1#milestones/m1", "commitment/c1#milestones/m2", "commitment/c1#roles/consultant"


def duties(stage: Stage) -> dict[str, tuple[str, ...]]:
    """What each party bears in the commitment under its own name."""
    return {party: found(stage).duties_of(party) for party in ("inai", "nosc", "otra", "red", "sfp")}


OF_M1: list[tuple[str, Body]] = [
    ("DeliverableSubmitted", submission()),
    ("WorkStarted", started()),
    ("MilestoneCompleted", completed()),
    ("ProgressReported", report()),
]


@each_row(("type_name", "body"), OF_M1)
@each_row("who", ["red", "otra", "sfp", "inai"])
def test_case_38_a_role_is_open_to_nobody_until_it_is_filled(who: str, type_name: str, body: Body) -> None:
    assert expecting().code(who, type_name, body) == "E_ROLE"


def test_case_38_a_role_is_filled_by_the_word_of_all_members_and_then_only_by_its_holder() -> None:
    stage = expecting()
    for party in ("inai", "nosc"):
        stage.says(party, "RoleFilled", filling())
        assert stage.code("red", "DeliverableSubmitted", submission()) == "E_ROLE"
    stage.says("sfp", "RoleFilled", filling())
    assert stage.code("otra", "DeliverableSubmitted", submission()) == "E_ROLE"
    for type_name, body in OF_M1:
        stage.says("red", type_name, body)


@each_row(
    ("who", "changed", "code"),
    [
        ("red", {"party": "otra"}, "E_NOT_SEATED"),
        ("inai", {"party": "nobody"}, "E_NOT_FOUND"),
        ("inai", {"role": "rapporteur"}, "E_NOT_FOUND"),
        ("inai", {"milestone": "m2"}, "E_NOT_FOUND"),
        ("inai", {"milestone": "m9"}, "E_NOT_FOUND"),
        ("inai", {"replaces": "otra"}, "E_NOT_FOUND"),
        ("inai", {"since": "2030"}, "E_DATE"),
        ("inai", {"party": "inai"}, "E_SELF_DEALING"),
        ("inai", {"role": "friend"}, "E_MALFORMED"),
    ],
)
def test_d8_who_fills_which_role(who: str, changed: Body, code: str) -> None:
    stage = expecting()
    stream = {"stream": "commitment/c1"}
    assert stage.code(who, "RoleFilled", filling(**changed), **stream) == code


def test_d8_two_of_three_give_the_third_no_role_without_its_word() -> None:
    stage = expecting()
    entries = [stage.says(party, "RoleFilled", filling("nosc")) for party in ("inai", "sfp")]
    assert stage.find(Commitment, "commitment/c1").holders("consultant", "m1") == ()
    assert stage.code("inai", "RoleFilled", filling("nosc")) == "E_ALREADY_SIGNED"
    stage.says("nosc", "EntryAcknowledged", {"target": entries[0].leaf_hash})
    again = stage.copy()
    again.contest("nosc", entries[0])
    assert again.code("inai", "RoleFilled", filling("nosc")) == "E_ALREADY_SIGNED"
    stage.says("inai", "RoleFilled", filling("nosc"))
    assert [each.party for each in stage.find(Commitment, "commitment/c1").holders("consultant", "m1")] == ["nosc"]


def test_d8_a_secretariat_fills_no_role() -> None:
    stage = expecting()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert codes(stage.refused(clerk, "RoleFilled", filling())) == {"E_ROLE"}


def test_d11_a_holder_that_is_gone_is_replaced() -> None:
    stage = expecting().fill("consultant", "red")
    assert duties(stage) == {"inai": (), "nosc": (M2,), "otra": (), "red": (ROLE,), "sfp": (M1,)}
    stage.each("RoleFilled", filling("otra", replaces="red"))
    assert duties(stage) == {"inai": (), "nosc": (M2,), "otra": (ROLE,), "red": (), "sfp": (M1,)}
    assert stage.code("red", "DeliverableSubmitted", submission()) == "E_ROLE"
    stage.says("otra", "DeliverableSubmitted", submission())


def test_13_nobody_owes_anything_in_what_was_never_adopted_or_is_over() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    assert set(duties(stage).values()) == {()}
    stage, over = expecting(), status("withdrawn")
    stage.decided("d-withdrawn", act_of("CommitmentStatusDecided", over))
    stage.says("inai", "CommitmentStatusDecided", over)
    assert set(duties(stage).values()) == {()}


def test_d11_who_is_not_replaced_goes_on() -> None:
    stage = expecting()
    stage.outsider("azul")
    stage.fill("consultant", "red").fill("consultant", "otra").fill("consultant", "azul", replaces="red")
    assert [holder.party for holder in found(stage).holders("consultant", "m1")] == ["otra", "azul"]


def test_d8_nobody_fills_a_role_twice() -> None:
    stage = expecting().fill("consultant", "red")
    assert stage.code("inai", "RoleFilled", filling()) == "E_STATE"


def test_case_40_no_party_is_registered_under_the_name_of_a_role() -> None:
    for name in ("consultant", "working-groups", "members", "governance-body"):
        body = {"kind": "company", "legal_name": text(name), "party": name}
        assert seated().code("inai", "PartyRegistered", body) == "E_POLICY"


def test_case_45_who_was_responsible_delivers_what_left_the_scope_and_nobody_else() -> None:
    stage = expecting().fill("consultant", "red")
    stage.says("red", "DeliverableSubmitted", submission())
    stage.says(
        "nosc", "DeliverableRejected", {"commitment": "c1", "deliverable": "e1", "reasons": text("No"), "version": 1}
    )
    smaller = change(SCOPE | {"deliverables": [SCOPE["deliverables"][1]]}, "reduction")
    stage.decided("d-2", act_of("ScopeChanged", smaller))
    stage.says("sfp", "ScopeChanged", smaller)
    assert stage.code("otra", "DeliverableSubmitted", submission(version=2)) == "E_ROLE"
    stage.says("red", "DeliverableSubmitted", submission(version=2))


@each_row(("type_name", "body"), OF_M1)
def test_case_37_a_fallback_acts_after_its_condition_failed_and_not_before(type_name: str, body: Body) -> None:
    stage = expecting()
    stage.each("ConditionSettled", settling(), ("inai", "nosc"))
    assert stage.code("sfp", type_name, body) == "E_ROLE"
    stage.says("sfp", "ConditionSettled", settling())
    if type_name == "MilestoneCompleted":
        stage.deliver("sfp", "e1")
    stage.says("sfp", type_name, body)


def test_case_37_a_condition_that_is_met_lets_no_fallback_act() -> None:
    stage = expecting()
    stage.each("ConditionSettled", settling("met"))
    assert stage.code("sfp", "WorkStarted", started()) == "E_ROLE"
    assert stage.code("inai", "ConditionSettled", settling()) == "E_STATE"


def test_case_37_there_is_a_condition_to_settle_and_the_members_settle_it() -> None:
    assert expecting().code("inai", "ConditionSettled", settling(name="m2")) == "E_NOT_FOUND"
    assert expecting().code("inai", "ConditionSettled", settling(name="m9")) == "E_NOT_FOUND"
    assert expecting().code("red", "ConditionSettled", settling()) == "E_NOT_SEATED"


@each_row(("type_name", "body"), [("RoleFilled", filling()), ("ConditionSettled", settling())])
def test_case_24_who_has_left_since_is_not_awaited(type_name: str, body: Body) -> None:
    stage = expecting()
    stage.each(type_name, body, ("inai", "sfp"))
    assert stage.code("sfp", type_name, body) == "E_ALREADY_SIGNED"
    stage.withdraw("nosc")
    stage.says("sfp", type_name, body)
    assert (found(stage).roles or found(stage).conditions) is not None


def test_case_35_complete_means_that_all_deliverables_are_there_and_uncontested() -> None:
    stage = seated().adopted("c1", small_scope(deliverables=[deliverable(), deliverable("e2", form="process")]))
    assert stage.code("sfp", "MilestoneCompleted", completed()) == "E_EVIDENCE_REQUIRED"
    stage.deliver("inai", "e1").says("sfp", "MilestoneCompleted", completed())
    complete = report(level="complete")
    refusal = stage.refused("sfp", "ProgressReported", complete)
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_EVIDENCE_REQUIRED", ["e2"])
    stage.deliver("inai", "e2")
    grounds = {"contest": "x1", "evidence": [], "grounds": text("Falta")}
    contested = {"commitment": "c1", "deliverable": "e2", "version": 1}
    stage.says("red", "DeliverableContested", contested | grounds)
    assert stage.code("sfp", "ProgressReported", complete) == "E_EVIDENCE_REQUIRED"
    revised = submission("e2", 2) | {"answers": ["x1"], "changes": text("Añade")}
    stage.says("inai", "DeliverableRevised", revised)
    stage.says("sfp", "ProgressReported", complete)


def test_case_35_a_rejected_document_completes_no_milestone() -> None:
    stage = seated().adopted().deliver("inai", "e1")
    stage.says(
        "nosc", "DeliverableRejected", {"commitment": "c1", "deliverable": "e1", "reasons": text("No"), "version": 1}
    )
    assert stage.code("sfp", "MilestoneCompleted", completed()) == "E_EVIDENCE_REQUIRED"
