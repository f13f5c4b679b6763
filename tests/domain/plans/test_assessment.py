"""Independent assessments: who may publish one, on which scale, and that no track is merged with another."""

import pytest
from tests.domain.commitments.test_commitment import report
from tests.domain.plans.test_plan import carried, ended, opened, opening, submitted
from tests.domain.stage import (
    Body,
    Stage,
    deliverable,
    doc,
    key_id,
    milestone,
    registration,
    rep,
    root,
    seated,
    small_scope,
    text,
)
from tests.domain.tables import Walk
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.plans.assessment import Assessment
from constancia.domain.plans.scale import DEFAULTS
from constancia.domain.remarks.entry_standing import contested_level
from constancia.domain.values.values import digest

TYPE = "AssessmentPublished"


def finding(value: str = "limited", on: str = "irm-completion") -> Body:
    return {"scale": on, "value": value}


def assessing(*values: Body, **changed: object) -> Body:
    return {
        "assessment": "as-1",
        "commitment": "c1",
        "period": "2019-01/2019-02",
        "report": doc("informe"),
        "values": list(values) or [finding()],
    } | changed


def of_the_plan(*values: Body) -> Body:
    body = assessing(*(values or (finding("not_contrary", "irm-process"),)), plan="plan-4")
    return {name: value for name, value in body.items() if name != "commitment"}


def watched() -> Stage:
    """A plan with a commitment, and an assessor that has part in nothing."""
    stage = carried()
    stage.outsider("irm")
    return stage


WALK = Walk(
    kind="assessment",
    stream="assessment/as-1",
    table={TYPE: {"none": "published"}},
    reach={"none": watched, "published": lambda: _published(watched())},
    acts={TYPE: lambda _: ("irm", TYPE, assessing())},
)


def _published(stage: Stage) -> Stage:
    stage.says("irm", TYPE, assessing())
    return stage


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_n2_three_tracks_stay_apart() -> None:
    stage = watched()
    stage.contest("red", stage.says("inai", "ProgressReported", report("r1", "substantial")), own_level="limited")
    before = stage.find(Commitment, "commitment/c1")
    stage.says("irm", TYPE, assessing(finding("no_evidence_available")))
    after = stage.find(Commitment, "commitment/c1")
    assert after == before
    assert (after.self_level, contested_level(stage.state, after)) == ("substantial", "limited")
    assert stage.find(Assessment, "assessment/as-1").concerns == ("commitment/c1",)


def test_an_assessment_is_of_a_plan_too_and_every_value_names_its_scale() -> None:
    stage = watched()
    stage.says("irm", TYPE, of_the_plan())
    both = assessing(finding(), finding("did_not_change", "irm-early-results"), assessment="as-2")
    stage.says("irm", TYPE, both)
    assert stage.find(Assessment, "assessment/as-1").concerns == ("plan/plan-4",)


# Who is independent.


@each_row("body", [assessing(), of_the_plan()])
@each_row("who", ["inai", "nosc", "sfp"])
def test_n1_no_member_of_the_body_assesses(who: str, body: Body) -> None:
    assert watched().code(who, TYPE, body) == "E_SELF_DEALING"


@each_row("body", [assessing(), of_the_plan()])
def test_n1_nor_one_that_has_left_it_and_had_adopted_it(body: Body) -> None:
    assert watched().withdraw("nosc").code("nosc", TYPE, body) == "E_SELF_DEALING"


def test_n1_nor_one_that_has_left_it_and_had_signed_it_or_opened_the_plan() -> None:
    scope = small_scope(milestones=[milestone(lead=["inai"])])
    stage = seated().adopted("c1", scope).withdraw("sfp")
    assert stage.code("sfp", TYPE, assessing()) == "E_SELF_DEALING"
    stage = seated()
    stage.each("ActionPlanOpened", opening())
    assert stage.withdraw("sfp").code("sfp", TYPE, of_the_plan()) == "E_SELF_DEALING"


def test_n1_nor_the_person_that_delivered_and_of_another_work_it_may_be() -> None:
    stage = watched()
    worker = stage.join("inai", name="worker")
    stage.deliver(worker, "e1")
    stage.says(root("inai"), "RepresentativeRevoked", {"appointment": "ap-worker", "reason": text("Fin")})
    moved = stage.join("irm", name="moved", person="p-worker")
    assert stage.code(moved, TYPE, assessing()) == "E_SELF_DEALING"
    ended(stage, "withdrawn").adopted("c2", small_scope(milestones=[milestone(lead=["nosc"])]))
    stage.says(moved, TYPE, assessing(commitment="c2"))


@pytest.mark.parametrize("body", [assessing(), of_the_plan()])
def test_n1_nor_one_that_is_responsible_or_worked_on_it(body: Body) -> None:
    scope = small_scope(
        deliverables=[deliverable("e1"), deliverable("e2", "m2")],
        milestones=[milestone(support=["irm"]), milestone("m2", lead=["consultant"])],
    )
    stage = opened()
    for party in ("irm", "otra"):
        stage.outsider(party)
    ended(stage, "withdrawn")
    stage.adopted("c2", scope, agreeing=("irm",)).fill("consultant", "red", "c2", milestone="m2")
    carried(stage, name="c2", scope_digest=digest(scope))
    body = body | ({"commitment": "c2"} if "commitment" in body else {})
    assert stage.code("irm", TYPE, body) == "E_SELF_DEALING"  # named in the scope
    assert stage.code("red", TYPE, body) == "E_SELF_DEALING"  # fills a role
    stage.says("otra", TYPE, body)


@each_row("body", [assessing(), of_the_plan()])
def test_n1_nor_a_person_that_worked_on_it_or_speaks_for_a_member(body: Body) -> None:
    stage = watched()
    worked = stage.join("irm", name="worked", person="p-inai")
    assert stage.code(worked, TYPE, body) == "E_SELF_DEALING"
    stage.join("sfp", name="other", person="p-other")
    other = stage.join("irm", name="irm-other", person="p-other")
    assert stage.code(other, TYPE, body) == "E_SELF_DEALING"
    stage.says("irm", TYPE, body)


def test_n1_nor_a_person_whose_appointment_of_a_member_is_over_but_who_had_spoken() -> None:
    stage = watched()
    stage.says(rep("inai"), "ProgressReported", report("r1"))
    stage.says(root("inai"), "RepresentativeRevoked", {"appointment": "ap-inai", "reason": text("Fin")})
    worked = stage.join("irm", name="moved", person="p-inai")
    assert stage.code(worked, TYPE, assessing()) == "E_SELF_DEALING"


def test_n1_nor_an_organization_of_a_member_once_it_has_acknowledged_to_be_one() -> None:
    """Before, a member would keep from assessing it whom it likes."""
    stage = watched()
    joined = {"organization": "irm", "party": "nosc", "since": "2019-01-01"}
    target = stage.says(root("nosc"), "MemberOrganizationJoined", joined).leaf_hash
    stage.copy().says("irm", TYPE, assessing())
    stage.says("irm", "EntryAcknowledged", {"target": target})
    assert stage.code("irm", TYPE, assessing()) == "E_SELF_DEALING"


def test_n1_nor_a_group_that_a_member_belongs_to_nor_its_people() -> None:
    """Else those whose work it is found a group, and have it assess them."""
    stage = watched()
    group = {"kind": "civil_society_group", "legal_name": text("Grupo"), "party": "grupo"}
    stage.says("inai", "PartyRegistered", group)
    stage.says(root("grupo"), "KeyRegistered", registration("grupo", "root-grupo"))
    stage.says(root("inai"), "KeyEndorsed", {"key": key_id("root-grupo"), "valid_from": "2019-01-01"})
    stage.join("grupo")
    both = stage.join("irm", name="both", person="p-grupo")
    for organization in ("red", "sfp"):
        joined = {"organization": organization, "party": "grupo", "since": "2019-01-01"}
        stage.says(root("grupo"), "MemberOrganizationJoined", joined)
    for body in (assessing(), of_the_plan()):
        assert stage.code("grupo", TYPE, body) == "E_SELF_DEALING"
        assert stage.code(both, TYPE, body) == "E_SELF_DEALING"
    left = {"organization": "sfp", "party": "grupo", "reason": text("Fin"), "until": "2019-03-01"}
    stage.says(root("grupo"), "MemberOrganizationLeft", left)
    for who in ("grupo", both):
        stage.copy().says(who, TYPE, assessing())


def test_n1_nor_one_that_has_a_seat_in_what_goes_on_from_the_body() -> None:
    stage = watched().body("cc2", ("inai", "irm", "nosc", "sfp"), predecessor="cc")
    assert stage.code("irm", TYPE, assessing()) == "E_SELF_DEALING"


def test_n1_who_contests_stays_independent() -> None:
    stage = watched()
    stage.contest("irm", stage.says("inai", "ProgressReported", report("r1")))
    stage.says("irm", TYPE, assessing())


def test_a_secretariat_assesses_nothing() -> None:
    stage = watched()
    clerk = stage.join("irm", name="clerk", capacity="secretariat")
    assert stage.code(clerk, TYPE, assessing()) == "E_ROLE"


def test_a_plan_is_not_assessed_by_whom_it_carries() -> None:
    stage = submitted(watched())
    assert stage.code("sfp", TYPE, of_the_plan()) == "E_SELF_DEALING"


# Scales.


@each_row(
    ("body", "code"),
    [
        (assessing(finding("excellent")), "E_POLICY"),
        (assessing(finding("limited", "irm-early-results")), "E_POLICY"),
        (assessing(finding("limited", "own-scale")), "E_NOT_FOUND"),
        (assessing(commitment="c9"), "E_NOT_FOUND"),
        (of_the_plan() | {"plan": "plan-9"}, "E_NOT_FOUND"),
        (assessing(period="2030"), "E_DATE"),
        (assessing(plan="plan-4"), "E_MALFORMED"),
        (assessing() | {"values": []}, "E_MALFORMED"),
        (assessing() | {"values": [finding(), finding("complete")]}, "E_MALFORMED"),
    ],
)
def test_a_value_is_one_of_its_scale(body: Body, code: str) -> None:
    assert watched().code("irm", TYPE, body, stream="assessment/as-1") == code


@each_row(("on", "value"), [(name, value) for name, values in DEFAULTS.items() for value in values])
def test_every_value_of_the_default_scales_is_taken(on: str, value: str) -> None:
    stage = watched()
    stage.says("irm", TYPE, assessing(finding(value, on)))


def test_what_was_only_proposed_is_not_assessed() -> None:
    stage = watched()
    proposal = {"commitment": "c2", "objective": text("F"), "problem": text("P"), "title": text("T")}
    stage.says("nosc", "CommitmentProposed", proposal)
    assert stage.code("irm", TYPE, assessing(commitment="c2")) == "E_NOT_FOUND"
