"""What may be said of a commitment, by whom, and on what basis."""

from typing import Any

import pytest
from tests.domain.commitments.test_commitment import (
    LONGER,
    SCOPE,
    adopted,
    adoption,
    change,
    completed,
    contested,
    found,
    in_progress,
    proposal,
    report,
    settled,
    started,
)
from tests.domain.commitments.test_commitment import proposed as proposed_commitment
from tests.domain.stage import Body, Stage, act_of, evidence, milestone, proposed, seated, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.values.values import digest

SMALLER: Body = SCOPE | {"deliverables": [SCOPE["deliverables"][0]]}
LATER: Body = SCOPE | {"milestones": [*SCOPE["milestones"][:1], milestone("m2", "2019-06/2019-11", lead=["nosc"]),
                                      SCOPE["milestones"][2]]}  # fmt: skip


def test_only_a_signed_decision_is_a_basis() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", {"commitment": "c1", "objective": text("F"), "problem": text("P"),
                                              "title": text("T")})  # fmt: skip
    act = act_of("CommitmentAdopted", adoption())
    stage.says("inai", "DecisionProposed", proposed("d-c1", act))
    assert stage.code("inai", "CommitmentAdopted", adoption()) == "E_POLICY"
    stage.each("VoteCast", {"choice": "for", "decision": "d-c1", "digest": digest(act)})
    for party in ("inai", "nosc"):
        stage.says(party, "DecisionSigned", {"decision": "d-c1", "digest": digest(act)})
    assert stage.code("inai", "CommitmentAdopted", adoption()) == "E_POLICY"
    stage.says("sfp", "DecisionSigned", {"decision": "d-c1", "digest": digest(act)})
    stage.says("inai", "CommitmentAdopted", adoption())


def test_what_is_recorded_is_exactly_what_was_decided() -> None:
    stage = proposed_commitment()
    assert stage.code("inai", "CommitmentAdopted", adoption(LONGER)) == "E_DIGEST_MISMATCH"
    assert stage.code("inai", "CommitmentAdopted", adoption() | {"provenance": "seed"}) == "E_DIGEST_MISMATCH"


def test_a_basis_exists() -> None:
    stage = proposed_commitment()
    assert stage.code("inai", "CommitmentAdopted", adoption() | {"decision": "d-9"}) == "E_NOT_FOUND"


@each_row("milestones", [[], [milestone(lead=[])]])
def test_13_every_milestone_has_a_responsible(milestones: list[Body]) -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", {"commitment": "c1", "objective": text("F"), "problem": text("P"),
                                              "title": text("T")})  # fmt: skip
    body = adoption({"actions": [], "deliverables": [], "milestones": milestones})
    assert stage.code("inai", "CommitmentAdopted", body) == "E_NOT_FOUND"
    assert stage.code("inai", "DecisionProposed", proposed("d-c1", act_of("CommitmentAdopted", body))) == "E_POLICY"


@each_row(
    ("scope", "declared"),
    [
        (SMALLER, "clarification"),
        (SMALLER, "extension"),
        (SMALLER, "deferral"),
        (LATER, "clarification"),
        (LATER, "extension"),
        (LONGER, "clarification"),
    ],
)
def test_9_a_change_is_not_called_milder_than_it_is(scope: Body, declared: str) -> None:
    assert adopted().code("sfp", "ScopeChangeProposed", proposal(scope, declared)) == "E_SCOPE_LABEL"


@each_row(("scope", "declared"), [(SMALLER, "reduction"), (LATER, "deferral"), (LATER, "reduction")])
def test_9_a_change_may_be_called_what_it_is_or_worse(scope: Body, declared: str) -> None:
    stage = adopted()
    stage.says("sfp", "ScopeChangeProposed", proposal(scope, declared))
    assert found(stage).proposals[0].declared_kind == declared


def test_9_the_label_is_held_against_a_decided_change_too() -> None:
    stage = adopted()
    body = change(SMALLER, "clarification", decision="d-3")
    refusal = stage.refused("sfp", "DecisionProposed", proposed("d-3", act_of("ScopeChanged", body)))
    assert refusal.code == "E_SCOPE_LABEL"
    assert refusal.judged_against["removed"] == [
        "deliverables/e2", "deliverables/e2/contents/actors", "deliverables/e2/contents/times",
    ]  # fmt: skip


def test_9_a_proposal_changes_nothing() -> None:
    stage = adopted()
    stage.says("sfp", "ScopeChangeProposed", proposal(SMALLER, "reduction"))
    assert len(found(stage).scopes) == 1
    assert found(stage).proposals[0].computed_kind == "reduction"


def test_9_a_body_of_two_can_not_change_what_three_have_adopted() -> None:
    stage = adopted().body("junta", ("inai", "sfp"))
    body = change(SMALLER, "reduction", decision="d-junta")
    to_junta = proposed("d-junta", act_of("ScopeChanged", body), governance_body="junta")
    refusal = stage.refused("sfp", "DecisionProposed", to_junta)
    assert (refusal.code, refusal.judged_against["body"]) == ("E_POLICY", "cc")


def test_change_from_a_scope_that_has_moved_is_refused_and_says_what_moved() -> None:
    stage = adopted()
    stage.says("inai", "ScopeChanged", change())
    refusal = stage.refused("inai", "ScopeChangeProposed", proposal(SCOPE, "reduction"))
    assert refusal.code == "E_VERSION_CONFLICT"
    assert refusal.judged_against["expected"] == 2
    assert refusal.judged_against["changed_since"] == ["actions/a2"]
    assert stage.code("inai", "ScopeChanged", change()) == "E_VERSION_CONFLICT"


@each_row("version", [0, 2, 7])
def test_change_from_a_scope_that_is_not_there_is_refused(version: int) -> None:
    assert adopted().code("inai", "ScopeChangeProposed", proposal(from_version=version)) == "E_VERSION_CONFLICT"


def test_ids_of_proposals_and_reports_are_used_once() -> None:
    stage = in_progress()
    stage.says("inai", "ScopeChangeProposed", proposal())
    assert stage.code("inai", "ScopeChangeProposed", proposal()) == "E_STATE"
    assert stage.code("inai", "ProgressReported", report("r1")) == "E_STATE"


@pytest.mark.parametrize("level", ["substantial", "complete"])
@pytest.mark.parametrize("found_evidence", [[], [{"description": text("Nota"), "uri": "https://example.org"}]])
def test_high_levels_rest_on_evidence_with_a_hash(level: str, found_evidence: list[Body]) -> None:
    refusal = adopted().refused("inai", "ProgressReported", report(level=level, evidence=found_evidence))
    assert refusal.code == "E_EVIDENCE_REQUIRED"


def test_complete_means_all_milestones() -> None:
    stage = adopted().deliver("inai", "e1").deliver("nosc", "e2")
    for name in ("m1", "m3"):
        stage.says("inai", "MilestoneCompleted", completed(name))
    refusal = stage.refused("inai", "ProgressReported", report(level="complete"))
    assert (refusal.code, refusal.judged_against["open"]) == ("E_MILESTONES_OPEN", ["m2"])
    stage.says("nosc", "MilestoneCompleted", completed("m2"))
    stage.says("inai", "ProgressReported", report(level="complete"))


def test_12_a_drop_needs_a_reason_and_is_then_data() -> None:
    stage = adopted()
    stage.says("inai", "ProgressReported", report("r1", "substantial"))
    assert stage.code("inai", "ProgressReported", report("r2", "limited")) == "E_POLICY"
    stage.says("inai", "ProgressReported", report("r2", "limited", reason=text("Se perdió el avance")))
    assert found(stage).self_level == "limited"


def test_completed_milestone_has_evidence_and_is_completed_once() -> None:
    stage = adopted().deliver("inai", "e1")
    assert stage.code("inai", "MilestoneCompleted", completed(evidence=[])) == "E_EVIDENCE_REQUIRED"
    stage.says("inai", "MilestoneCompleted", completed())
    assert stage.code("inai", "MilestoneCompleted", completed()) == "E_STATE"


def test_work_on_a_milestone_begins_once() -> None:
    stage = adopted()
    stage.says("inai", "WorkStarted", started("m1"))
    stage.says("inai", "WorkStarted", started("m3"))
    assert stage.code("sfp", "WorkStarted", started("m1")) == "E_STATE"


@each_row(("type_name", "body"), [("WorkStarted", started("m9")), ("MilestoneCompleted", completed("m9"))])
def test_milestones_are_those_of_the_scope(type_name: str, body: Body) -> None:
    assert adopted().code("inai", type_name, body) == "E_NOT_FOUND"


ONLY_NOSC: list[tuple[str, Body]] = [("WorkStarted", started("m2")), ("MilestoneCompleted", completed("m2"))]


@each_row(("type_name", "body"), ONLY_NOSC)
def test_only_the_responsible_speak_of_a_milestone(type_name: str, body: Body) -> None:
    stage = adopted().deliver("nosc", "e2")
    assert stage.code("sfp", type_name, body) == "E_ROLE"
    stage.says("nosc", type_name, body)


def test_an_outsider_reports_no_progress() -> None:
    assert adopted().code("red", "ProgressReported", report()) == "E_ROLE"


def with_lead(lead: list[str], **changed: Any) -> Stage:
    stage = seated()
    scope = SCOPE | {"deliverables": [], "actions": [], "milestones": [milestone(lead=lead, **changed)]}
    return stage.adopted("c1", scope)


@each_row("role", ["governance-body", "members"])
def test_a_collective_responsible_stands_for_the_members_and_for_nobody_else(role: str) -> None:
    stage = with_lead([role])
    assert stage.code("red", "ProgressReported", report()) == "E_ROLE"
    assert stage.code("red", "MilestoneCompleted", completed()) == "E_ROLE"
    stage.says("sfp", "ProgressReported", report())


def test_support_and_fallback_are_responsible_too() -> None:
    fallback = {"condition": text("Sin recursos"), "parties": ["sfp"]}
    stage = with_lead(["consultant"], support=["nosc"], fallback=fallback)
    assert stage.code("inai", "WorkStarted", started()) == "E_ROLE"
    stage.says("nosc", "WorkStarted", started())
    assert stage.code("sfp", "MilestoneCompleted", completed()) == "E_ROLE"
    stage.each("ConditionSettled", settled(name="m1"))
    stage.says("sfp", "MilestoneCompleted", completed())


def test_20_a_report_is_not_about_a_time_to_come() -> None:
    stage = adopted()
    assert stage.code("inai", "ProgressReported", report(period="2019-04")) == "E_DATE"
    stage.says("inai", "ProgressReported", report(period="2019-03/2019-04"))


def test_contest_of_a_report_that_is_not_there() -> None:
    body = {"commitment": "c1", "evidence": [evidence()], "grounds": text("No"), "report": "r9"}
    assert codes(in_progress(edition=2).refused("red", "ProgressContested", body)) == {"E_NOT_FOUND"}


def test_26_who_contests_its_own_report_sets_no_contested_level() -> None:
    stage = in_progress(edition=2)
    body = {"commitment": "c1", "evidence": [], "grounds": text("Está completo"), "report": "r1"}
    stage.says("red", "ProgressContested", body | {"own_level": "not_started"})
    stage.says("inai", "ProgressContested", body | {"own_level": "complete"})
    assert contested(stage) == "not_started"
    both = stage.join("nosc", name="both", person="p-inai")
    assert codes(stage.refused(both, "ProgressContested", body)) == {"E_SELF_DEALING"}


@pytest.mark.parametrize(("begun", "done"), [("2019-03-01", "1999"), ("2018-06-02", "2018-06-01"), ("2018", "../2017")])
def test_case_34_work_does_not_begin_after_the_milestone_is_completed(begun: str, done: str) -> None:
    """Neither in one order of recording nor in the other; dates that may be in order pass."""
    after = adopted().deliver("inai", "e1")
    after.says("inai", "MilestoneCompleted", completed(), occurred_on=done)
    assert after.code("inai", "WorkStarted", started(), occurred_on=begun) == "E_DATE"
    before = adopted().deliver("inai", "e1")
    before.says("inai", "WorkStarted", started(), occurred_on=begun)
    assert before.code("inai", "MilestoneCompleted", completed(), occurred_on=done) == "E_DATE"


@pytest.mark.parametrize(("begun", "done"), [("2018", "2018-06-01"), ("2018-06-01", "2018-06-01"), ("../2018", "1999")])
def test_case_34_dates_that_may_be_in_order_pass_in_either_order_of_recording(begun: str, done: str) -> None:
    after = adopted().deliver("inai", "e1")
    after.says("inai", "MilestoneCompleted", completed(), occurred_on=done)
    after.says("inai", "WorkStarted", started(), occurred_on=begun)
    before = adopted().deliver("inai", "e1")
    before.says("inai", "WorkStarted", started(), occurred_on=begun)
    before.says("inai", "MilestoneCompleted", completed(), occurred_on=done)


def test_case_34_a_former_edition_does_not_ask() -> None:
    stage = adopted(edition=2).deliver("inai", "e1")
    stage.says("inai", "MilestoneCompleted", completed(), occurred_on="1999")
    stage.says("inai", "WorkStarted", started())
