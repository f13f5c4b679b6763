"""A decided status: who it binds, what may be said afterwards, and that it hides no lateness."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.commitments.test_commitment import (
    SCOPE,
    adopted,
    brought_to,
    completed,
    deciding,
    found,
    in_progress,
    proposed,
    report,
    started,
    status,
)
from tests.domain.stage import Body, Stage, act_of, commitment, doc, evidence, seated, small_scope, text
from tests.domain.stage import proposed as put_to_the_vote
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.facts.derive import derive, flags
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import digest

LATE = datetime(2021, 1, 1, tzinfo=UTC)
TYPE = "CommitmentStatusDecided"


def missed(stage: Stage) -> list[object]:
    return [fact.params["target"] for fact in derive(stage.state, LATE) if fact.kind == "DeadlineMissed"]


@each_row("to", ["suspended", "withdrawn", "closed"])
def test_k1_two_of_three_decide_no_status_that_binds_the_third(to: str) -> None:
    stage = adopted().rules(decision_rule="majority")
    act = act_of(TYPE, status(to))
    stage.says("inai", "DecisionProposed", put_to_the_vote(f"d-{to}", act))
    vote = {"decision": f"d-{to}", "digest": digest(act)}
    for party in ("inai", "sfp"):
        stage.says(party, "VoteCast", vote | {"choice": "for"})
    stage.says("nosc", "VoteCast", vote | {"choice": "against"})
    assert stage.status(f"decision/d-{to}") == "rejected"
    assert stage.code("inai", TYPE, status(to)) == "E_POLICY"


def test_k1_a_rejection_binds_nobody_and_is_decided_by_the_bodys_rules() -> None:
    stage = seated().rules(decision_rule="majority")
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of(TYPE, status("rejected"))
    stage.says("inai", "DecisionProposed", put_to_the_vote("d-rejected", act))
    vote = {"decision": "d-rejected", "digest": digest(act)}
    for party, choice in (("inai", "for"), ("sfp", "for"), ("nosc", "against")):
        stage.says(party, "VoteCast", vote | {"choice": choice})
    for party in ("inai", "sfp"):
        stage.says(party, "DecisionSigned", vote)
    stage.says("inai", TYPE, status("rejected"))
    assert found(stage).status == "rejected"
    owed = [fact for fact in derive(stage.state, LATE) if fact.kind == "ReasonedResponseOwed"]
    assert [(fact.stream, fact.params) for fact in owed] == [
        ("commitment/c1", {"answered_by": [], "body": "cc", "to": "nosc"}),
    ]


def test_k1_who_has_left_is_named_and_not_awaited() -> None:
    stage = adopted().withdraw("nosc")
    stage.decided("d-withdrawn", act_of(TYPE, status("withdrawn")), voters=("inai", "sfp"))
    stage.says("inai", TYPE, status("withdrawn"))
    (decided,) = found(stage).decided or ()
    assert decided.without == ("nosc",)
    (fact,) = [fact for fact in derive(stage.state, LATE) if fact.kind == "StatusDecidedWithout"]
    assert fact.params == {"to": "withdrawn", "without": ["nosc"]}


def test_a_body_of_two_withdraws_nothing_that_three_have_adopted() -> None:
    stage = adopted().body("junta", ("inai", "sfp"))
    act = put_to_the_vote("d-withdrawn", act_of(TYPE, status("withdrawn")), governance_body="junta")
    assert stage.code("inai", "DecisionProposed", act) == "E_POLICY"


def test_an_outsider_records_no_status() -> None:
    stage = adopted()
    deciding("closed", stage)
    assert stage.code("red", TYPE, status("closed")) == "E_NOT_SEATED"
    assert stage.code("inai", TYPE, status("closed", outcome="not_completed")) == "E_DIGEST_MISMATCH"


@each_row(
    "changed",
    [
        {"to": "suspended", "outcome": "partially"},
        {"to": "closed", "outcome": None},
        {"to": "closed", "outcome": "carried_over"},
        {"to": "closed", "outcome": "partially", "continued_by": "c2"},
        {"to": "paused"},
        {"to": "closed", "outcome": "excellent"},
    ],
)
def test_the_form_fits_what_is_decided(changed: Body) -> None:
    body = {name: value for name, value in (status("suspended") | changed).items() if value is not None}
    assert adopted().code("inai", TYPE, body, stream="commitment/c1") == "E_MALFORMED"


def test_what_cannot_follow_is_not_put_to_the_vote() -> None:
    for to, code in (("rejected", "E_STATE"), ("resumed", "E_STATE")):
        act = put_to_the_vote(f"d-{to}", act_of(TYPE, status(to)))
        assert adopted().code("inai", "DecisionProposed", act) == code
    nothing = put_to_the_vote("d-closed", act_of(TYPE, status("closed", "c9")))
    assert adopted().code("inai", "DecisionProposed", nothing) == "E_NOT_FOUND"


def test_a_proposal_is_withdrawn_with_the_word_of_who_proposed_it() -> None:
    stage = seated().rules(decision_rule="majority")
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of(TYPE, status("withdrawn"))
    stage.withdraw("nosc").decided("d-withdrawn", act, voters=("inai", "sfp"))
    assert stage.code("inai", TYPE, status("withdrawn")) == "E_POLICY"


def test_completed_means_milestones_and_deliverables() -> None:
    scope = small_scope()
    stage = seated().adopted("c1", scope)
    body = status("closed", outcome="completed")
    act = put_to_the_vote("d-closed", act_of(TYPE, body))
    assert codes(stage.refused("inai", "DecisionProposed", act)) == {"E_EVIDENCE_REQUIRED", "E_MILESTONES_OPEN"}
    stage.deliver("inai", "e1")
    assert stage.refused("inai", "DecisionProposed", act).judged_against["open"] == ["m1"]
    stage.says("inai", "MilestoneCompleted", completed())
    contest = {"commitment": "c1", "contest": "x1", "deliverable": "e1", "evidence": [], "grounds": text("No")}
    stage.decided("d-closed", act_of(TYPE, body))
    stage.says("red", "DeliverableContested", contest | {"version": 1})
    refusal = stage.refused("inai", TYPE, body)
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_EVIDENCE_REQUIRED", ["e1"])
    revised = {"answers": ["x1"], "changes": text("Añade"), "commitment": "c1", "deliverable": "e1"}
    stage.says("inai", "DeliverableRevised", revised | {"document": doc("dos"), "version": 2})
    stage.says("inai", TYPE, body)
    assert found(stage).status == "closed"


@each_row("other", ["c9", "c1"])
def test_what_is_carried_over_goes_on_in_another_commitment(other: str) -> None:
    stage = adopted()
    body = status("closed", outcome="carried_over", continued_by=other)
    assert stage.code("inai", "DecisionProposed", put_to_the_vote("d-closed", act_of(TYPE, body))) == "E_NOT_FOUND"
    stage.adopted("c2")
    body = status("closed", outcome="carried_over", continued_by="c2")
    stage.decided("d-closed", act_of(TYPE, body)).says("inai", TYPE, body)
    assert found(stage).ended is not None


@each_row("to", ["rejected", "withdrawn"])
def test_nothing_is_carried_over_into_what_has_ended_itself(to: str) -> None:
    stage = adopted()
    stage.says("nosc", "CommitmentProposed", commitment("c2"))
    over = status(to, "c2", decision="d-c2-over")
    stage.decided("d-c2-over", act_of(TYPE, over)).says("inai", TYPE, over)
    body = status("closed", outcome="carried_over", continued_by="c2")
    assert stage.code("inai", "DecisionProposed", put_to_the_vote("d-closed", act_of(TYPE, body))) == "E_NOT_FOUND"


def test_what_is_resumed_goes_on_where_it_was() -> None:
    assert brought_to("resumed", brought_to("suspended")).status("commitment/c1") == "adopted"
    assert brought_to("resumed", brought_to("suspended", in_progress())).status("commitment/c1") == "in_progress"
    stage = brought_to("suspended")
    stage.says("inai", "ProgressReported", report())
    assert brought_to("resumed", stage).status("commitment/c1") == "in_progress"


def test_k2_a_suspension_hides_no_lateness() -> None:
    plain, stopped = adopted(), brought_to("suspended")
    assert missed(stopped) == missed(plain) != []
    assert "overdue" in flags(stopped.state, found(stopped), LATE)


@each_row("to", ["withdrawn", "closed"])
def test_k2_what_had_fallen_due_stays_missed_and_later_nothing_falls_due(to: str) -> None:
    stage = brought_to(to, adopted().on("2019-04-10"))
    assert missed(stage) == ["deliverable e1", "milestone m1"]  # not those of m2, due in August
    one_of = found(stage)
    listed = one_of.scope.milestones if one_of.scope else ()
    steps = {step.milestone: milestone_standing(stage.state, one_of, step, LATE) for step in listed}
    assert {name: (one.stands, one.days_late) for name, one in steps.items()} == {
        "m1": ("overdue", 15),  # up to the day of its end
        "m2": ("ended", 0),
        "m3": ("ended", 0),
    }


NO_MORE: list[tuple[str, str, Any]] = [
    ("inai", "WorkStarted", started()),
    ("inai", "ProgressReported", report()),
    ("inai", "DeliverableSubmitted", {"commitment": "c1", "deliverable": "e2", "document": doc(), "version": 1}),
    ("inai", "DeliverableAccepted", {"commitment": "c1", "deliverable": "e1", "version": 1}),
    ("nosc", "DeliverableRejected", {"commitment": "c1", "deliverable": "e1", "reasons": text("No"), "version": 1}),
    (
        "inai",
        "DeliverableRevised",
        {"answers": [], "changes": text("x"), "commitment": "c1", "deliverable": "e1", "document": doc(), "version": 2},
    ),
]


@each_row(("who", "type_name", "body"), NO_MORE)
@each_row("to", ["withdrawn", "closed"])
def test_after_its_end_nothing_is_delivered_or_judged(to: str, who: str, type_name: str, body: Body) -> None:
    stage = brought_to(to, adopted().deliver("inai", "e1"))
    assert "E_STATE" in codes(stage.refused(who, type_name, body))


@each_row("to", ["suspended", "withdrawn", "closed"])
def test_a_delivery_may_be_contested_in_every_state(to: str) -> None:
    stage = brought_to(to, adopted().deliver("inai", "e1"))
    contest = {"commitment": "c1", "contest": "x1", "deliverable": "e1", "evidence": [evidence()]}
    stage.says("red", "DeliverableContested", contest | {"grounds": text("No"), "version": 1})


def test_a_suspended_commitment_is_delivered_to() -> None:
    stage = brought_to("suspended")
    stage.deliver("inai", "e1").says("inai", "MilestoneCompleted", completed())
    assert found(stage).status == "suspended"


def test_k3_no_party_repeats_alone_what_all_have_decided_otherwise_since() -> None:
    stage = brought_to("resumed", brought_to("suspended"))
    for party in ("inai", "nosc", "sfp"):
        refusal = stage.refused(party, TYPE, status("suspended"))
        assert (refusal.code, refusal.judged_against["decided_since"]) == ("E_STATE", "resumed")
    again = status("suspended", decision="d-again")
    stage.decided("d-again", act_of(TYPE, again)).says("inai", TYPE, again)
    assert stage.code("sfp", TYPE, status("resumed")) == "E_STATE"
    assert stage.status("commitment/c1") == "suspended"


def test_k3_nor_records_a_decision_that_is_left_over_from_before() -> None:
    stage = brought_to("suspended")
    left_over = status("resumed", decision="d-left-over")
    stage.decided("d-left-over", act_of(TYPE, left_over))
    brought_to("resumed", stage)
    again = status("suspended", decision="d-again")
    stage.decided("d-again", act_of(TYPE, again)).says("inai", TYPE, again)
    assert stage.code("sfp", TYPE, left_over) == "E_STATE"


def test_former_editions_know_no_status() -> None:
    assert NEWEST >= 3
    body = status("suspended")
    assert adopted().code("inai", TYPE, body, schema=2) == "E_UNKNOWN_TYPE"


def test_the_baseline_stays_with_a_status() -> None:
    assert found(brought_to("withdrawn")).scopes == found(adopted()).scopes
    assert proposed().status("commitment/c1") == "proposed"
    assert SCOPE["milestones"]
