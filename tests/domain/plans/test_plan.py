"""Action plans: the table walked, who opens, fills, submits and closes one, and what is computed of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.domain.commitments.test_commitment import status
from tests.domain.commitments.test_status import TYPE as STATUS
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    act_of,
    commitment,
    doc,
    seated,
    small_scope,
    text,
)
from tests.domain.stage import proposed as put_to_the_vote
from tests.domain.tables import Said, Walk, codes

from constancia.domain.derive import derive
from constancia.domain.kernel.values import digest
from constancia.domain.plans.lateness import PlanStanding, plan_standing
from constancia.domain.plans.plan import ActionPlan

P4 = "plan/plan-4"
SCOPE = small_scope()
LATE = datetime(2021, 1, 1, tzinfo=UTC)


def opening(name: str = "plan-4", **changed: Any) -> Body:
    return {
        "due": "2019-08-31",
        "governance_body": "cc",
        "ordinal": 4,
        "period": "2019/2021",
        "plan": name,
        "title": text("Cuarto plan"),
    } | changed


def carrying(name: str = "c1", plan: str = "plan-4", **changed: Any) -> Body:
    return {
        "commitment": name,
        "decision": f"d-{plan}-{name}",
        "origin": "roadmap",
        "plan": plan,
        "scope_digest": digest(SCOPE),
        "scope_version": 1,
    } | changed


def submitting(version: int = 1, **changed: Any) -> Body:
    body = {"document": doc("plan"), "on": "2019-03-01", "plan": "plan-4", "submitted_to": "red", "version": version}
    return body | ({"changes": text("Erratas")} if version > 1 else {}) | changed


def closing(outcome: str = "not_completed", plan: str = "plan-4") -> Body:
    return {"outcome": outcome, "plan": plan}


def opened(**changed: Any) -> Stage:
    stage = seated().adopted()
    stage.each("ActionPlanOpened", opening(**changed))
    return stage


def carried(stage: Stage | None = None, **changed: Any) -> Stage:
    stage = stage or opened()
    body = carrying(**changed)
    stage.decided(body["decision"], act_of("CommitmentCarriedIntoPlan", body))
    stage.says("inai", "CommitmentCarriedIntoPlan", body)
    return stage


def submitted(stage: Stage | None = None, **changed: Any) -> Stage:
    stage = stage or opened()
    stage.says("sfp", "ActionPlanSubmitted", submitting(**changed))
    return stage


def ended(stage: Stage, to: str = "closed", name: str = "c1", **changed: Any) -> Stage:
    """A commitment brought to its end by decision."""
    body = status(to, name, decision=f"d-{to}-{name}", **changed)
    stage.decided(body["decision"], act_of(STATUS, body)).says("inai", STATUS, body)
    return stage


def closed() -> Stage:
    stage = submitted()
    stage.each("ActionPlanClosed", closing())
    return stage


def found(stage: Stage, name: str = "plan-4") -> ActionPlan:
    return stage.find(ActionPlan, f"plan/{name}")


def standing(stage: Stage, day: str = "2021-01-01") -> PlanStanding:
    return plan_standing(stage.state, found(stage), datetime.fromisoformat(day).date())


def _carry(stage: Stage) -> Said:
    body = carrying()
    if stage.status(P4) in ("opened", "submitted"):
        stage.decided(body["decision"], act_of("CommitmentCarriedIntoPlan", body))
    return "inai", "CommitmentCarriedIntoPlan", body


def _one_opening() -> Stage:
    stage = seated().adopted()
    stage.says("inai", "ActionPlanOpened", opening())
    return stage


WALK = Walk(
    kind="plan",
    stream=P4,
    table={
        "ActionPlanOpened": {"none": "opening", "opening": "opening"},
        "CommitmentCarriedIntoPlan": {"opened": "opened", "submitted": "submitted"},
        "ActionPlanSubmitted": {"opened": "submitted", "submitted": "submitted"},
        "ActionPlanClosed": {"opened": "opened", "submitted": "submitted"},
    },
    reach={
        "none": lambda: seated().adopted(),
        "opening": _one_opening,
        "opened": opened,
        "submitted": submitted,
        "closed": closed,
    },
    acts={
        "ActionPlanOpened": lambda stage: ("nosc", "ActionPlanOpened", opening()),
        "CommitmentCarriedIntoPlan": _carry,
        "ActionPlanSubmitted": lambda stage: (
            "sfp",
            "ActionPlanSubmitted",
            submitting(2 if stage.status(P4) in ("submitted", "closed") else 1),
        ),
        "ActionPlanClosed": lambda stage: ("nosc", "ActionPlanClosed", closing()),
    },
)


@pytest.mark.parametrize(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


# Opening.


def test_p1_a_plan_is_opened_with_the_last_members_word() -> None:
    stage = seated()
    for party in ("inai", "nosc"):
        stage.says(party, "ActionPlanOpened", opening())
        assert stage.status(P4) == "opening"
    stage.says("sfp", "ActionPlanOpened", opening())
    assert (stage.status(P4), found(stage).due) == ("opened", "2019-08-31")


def test_p1_the_text_that_all_have_said_is_the_one_that_opens_it() -> None:
    stage = seated()
    stage.says("sfp", "ActionPlanOpened", opening(due="2020-08-31"))  # it would like another year
    for party in ("inai", "nosc"):
        stage.says(party, "ActionPlanOpened", opening())
    assert stage.status(P4) == "opening"
    stage.says("sfp", "ActionPlanOpened", opening())
    assert (found(stage).due, found(stage).concurring) == ("2019-08-31", ())


def test_p1_who_has_left_is_not_awaited() -> None:
    stage = seated()
    stage.each("ActionPlanOpened", opening(), ("inai", "sfp"))
    assert stage.code("sfp", "ActionPlanOpened", opening()) == "E_ALREADY_SIGNED"
    stage.withdraw("nosc").says("sfp", "ActionPlanOpened", opening())
    assert stage.status(P4) == "opened"


@pytest.mark.parametrize(
    ("who", "changed", "code"),
    [
        ("red", {}, "E_NOT_SEATED"),
        ("inai", {"governance_body": "none"}, "E_NOT_SEATED"),
        ("inai", {"due": "2019-02-30"}, "E_MALFORMED"),
        ("inai", {"period": "2021/2019"}, "E_MALFORMED"),
        ("inai", {"plan": "a/b"}, "E_MALFORMED"),
    ],
)
def test_who_opens_what(who: str, changed: Body, code: str) -> None:
    refusal = seated().refused(who, "ActionPlanOpened", opening(**changed), stream=P4)
    assert refusal.code == code


def test_a_secretariat_opens_no_plan() -> None:
    stage = seated()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert codes(stage.refused(clerk, "ActionPlanOpened", opening())) == {"E_ROLE"}


def test_one_person_opens_it_for_one_party() -> None:
    stage = seated()
    both = stage.join("nosc", name="both", person="p-inai")
    stage.says("inai", "ActionPlanOpened", opening())
    assert stage.code(both, "ActionPlanOpened", opening()) == "E_SELF_DEALING"


def test_a_second_plan_of_the_same_number_does_not_take_its_place() -> None:
    assert opened().code("sfp", "ActionPlanOpened", opening("plan-4b", due="2020-08-31")) == "E_STATE"


def test_the_third_plan_is_said_as_history() -> None:
    stage = seated()
    third = opening("plan-3", ordinal=3, period="2016/2018", title=text("Tercer plan"))
    del third["due"]
    for party in MEMBERS:
        stage.says(party, "ActionPlanOpened", third, occurred_on="2016/2018")
    assert found(stage, "plan-3").opened.occurred_on == "2016/2018"
    assert [fact.kind for fact in derive(stage.state, LATE)] == ["ActionPlanEnded"]


# What is carried in.


def test_p2_the_scope_at_the_carry_is_frozen() -> None:
    stage = carried()
    larger = SCOPE | {"actions": [*SCOPE["actions"], {"action": "a2", "text": text("Validar")}]}
    change = {"commitment": "c1", "decision": "d-2", "declared_kind": "extension", "from_version": 1, "scope": larger}
    stage.decided("d-2", act_of("ScopeChanged", change)).says("inai", "ScopeChanged", change)
    (one,) = found(stage).commitments
    assert (one.scope_version, one.scope_digest) == (1, digest(SCOPE))


def _proposed(stage: Stage) -> Stage:
    stage.says("nosc", "CommitmentProposed", commitment("c2"))
    return stage


@pytest.mark.parametrize(
    ("prepared", "changed", "code"),
    [
        (opened, {"commitment": "c9"}, "E_NOT_FOUND"),
        (lambda: _proposed(opened()), {"commitment": "c2"}, "E_NOT_FOUND"),
        (opened, {"plan": "plan-5"}, "E_NOT_FOUND"),
        (lambda: ended(opened(), "withdrawn"), {}, "E_STATE"),
        (lambda: ended(opened()), {}, "E_STATE"),
        (carried, {"decision": "d-again"}, "E_STATE"),
        (closed, {}, "E_STATE"),
        (opened, {"scope_version": 2}, "E_VERSION_CONFLICT"),
        (opened, {"scope_digest": digest("another")}, "E_DIGEST_MISMATCH"),
    ],
)
def test_only_what_is_adopted_is_carried_in_and_it_is_not_put_to_the_vote_else(
    prepared: Callable[[], Stage], changed: Body, code: str
) -> None:
    stage, body = prepared(), carrying(**changed)
    act = act_of("CommitmentCarriedIntoPlan", body)
    assert stage.code("inai", "DecisionProposed", put_to_the_vote(body["decision"], act)) == code


def test_two_of_three_carry_nothing_in() -> None:
    stage = opened().rules(decision_rule="majority")
    body = carrying()
    act = act_of("CommitmentCarriedIntoPlan", body)
    stage.says("inai", "DecisionProposed", put_to_the_vote(body["decision"], act))
    vote = {"decision": body["decision"], "digest": digest(act)}
    for party, choice in (("inai", "for"), ("sfp", "for"), ("nosc", "against")):
        stage.says(party, "VoteCast", vote | {"choice": choice})
    assert stage.code("inai", "CommitmentCarriedIntoPlan", body) == "E_POLICY"


def test_another_bodys_commitment_is_not_carried_in() -> None:
    stage = opened().body("junta", ("inai", "sfp"))
    stage.each("ActionPlanOpened", opening("plan-j", governance_body="junta"), ("inai", "sfp"))
    body = carrying(plan="plan-j")
    act = put_to_the_vote(body["decision"], act_of("CommitmentCarriedIntoPlan", body), governance_body="junta")
    assert stage.code("inai", "DecisionProposed", act) == "E_POLICY"


def test_who_was_bound_and_has_left_is_named() -> None:
    stage = opened().withdraw("nosc")
    body = carrying()
    stage.decided(body["decision"], act_of("CommitmentCarriedIntoPlan", body), voters=("inai", "sfp"))
    assert stage.code("red", "CommitmentCarriedIntoPlan", body) == "E_NOT_SEATED"
    stage.says("sfp", "CommitmentCarriedIntoPlan", body)
    assert found(stage).commitments[0].without == ("nosc",)
    (fact,) = [fact for fact in derive(stage.state, LATE) if fact.kind == "CarriedWithout"]
    assert fact.params == {"commitment": "c1", "without": ["nosc"]}


def test_a_suspended_commitment_is_carried_in_and_one_of_a_closed_plan_into_the_next() -> None:
    stage = ended(opened(), "suspended")
    carried(stage)
    stage = opened()
    stage.each("ActionPlanClosed", closing())
    stage.each("ActionPlanOpened", opening("plan-5", ordinal=5))
    assert len(found(carried(stage, plan="plan-5"), "plan-5").commitments) == 1


# Submitted, late or in time.


def test_the_seeds_plan_is_101_days_late() -> None:
    stage = opened().on("2019-12-10")
    stage.says("sfp", "ActionPlanSubmitted", submitting(on="2019-12-10"))
    late = standing(stage)
    assert (late.stands, late.days_late, late.days_late_now) == ("submitted", 101, 101)
    (fact,) = [fact for fact in derive(stage.state, LATE) if fact.kind == "DeadlineMissed" and fact.stream == P4]
    assert (fact.since, fact.params["target"], fact.params["window"]) == (
        "2019-09-01T05:00:00Z", "submission", "2019-08-31",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("at", "expected"), [("2019-09-01T04:59:59", []), ("2019-09-01T05:00:00", ["2019-09-01T05:00:00Z"])]
)
def test_18_missed_from_the_last_instant_of_the_day_in_the_ledgers_zone(at: str, expected: list[str]) -> None:
    facts = derive(opened().state, datetime.fromisoformat(f"{at}+00:00"))
    assert [fact.since for fact in facts if fact.stream == P4] == expected


@pytest.mark.parametrize(("on", "late"), [("2019-08-31", 0), ("2019-09-01", 1)])
def test_in_time_up_to_its_last_day(on: str, late: int) -> None:
    stage = submitted(opened().on(on), on=on)
    assert standing(stage).days_late == late
    assert ("DeadlineMissed" in [fact.kind for fact in derive(stage.state, LATE) if fact.stream == P4]) == bool(late)


@pytest.mark.parametrize("claimed", ["2019-08-31", "2019-03-01", "2018-12-31"])
def test_d4_a_later_word_dated_in_time_is_a_claim(claimed: str) -> None:
    stage = opened().on("2019-12-10")
    stage.says("sfp", "ActionPlanSubmitted", submitting(on=claimed))
    late = standing(stage)
    assert late.submitted is not None
    assert (late.days_late, late.submitted.on, late.submitted.claimed_on) == (101, "2019-12-10", claimed)
    (fact,) = [fact for fact in derive(stage.state, LATE) if fact.kind == "DeadlineMissed" and fact.stream == P4]
    assert fact.params["claimed_on"] == claimed


def test_an_unsubmitted_plan_is_late_up_to_the_day_asked_or_to_its_end() -> None:
    stage = opened()
    assert (standing(stage, "2019-08-31").stands, standing(stage, "2019-09-09").days_late) == ("running", 9)
    stage.on("2019-09-05").each("ActionPlanClosed", closing())
    assert standing(stage, "2020-01-01").days_late == 5


def test_a_correction_of_a_submission_is_a_new_version_and_the_first_one_counts() -> None:
    stage = submitted(opened().on("2019-08-31"), on="2019-08-31")
    stage.on("2019-10-01").says("sfp", "ActionPlanSubmitted", submitting(2, on="2019-10-01"))
    assert [one.version for one in found(stage).submissions] == [1, 2]
    assert standing(stage).days_late == 0


@pytest.mark.parametrize(
    ("who", "changed", "code"),
    [
        ("red", {}, "E_NOT_SEATED"),
        ("sfp", {"submitted_to": "nobody"}, "E_NOT_FOUND"),
        ("sfp", {"submitted_to": "nosc"}, "E_SELF_DEALING"),
        ("sfp", {"version": 2}, "E_VERSION_CONFLICT"),
        ("sfp", {"on": "2019-03-02"}, "E_DATE"),
        ("sfp", {"plan": "plan-5"}, "E_NOT_FOUND"),
    ],
)
def test_who_submits_what(who: str, changed: Body, code: str) -> None:
    body = submitting(**changed)
    assert opened().code(who, "ActionPlanSubmitted", body) == code


def test_a_new_version_says_what_it_changes_and_is_not_older_than_the_last() -> None:
    stage = submitted()
    body = submitting(2)
    del body["changes"]
    assert stage.code("sfp", "ActionPlanSubmitted", body) == "E_POLICY"
    assert stage.code("sfp", "ActionPlanSubmitted", submitting(2, on="2019-02-28")) == "E_DATE"


# Closed.


def test_p3_a_plan_is_not_closed_while_a_commitment_of_it_is_open() -> None:
    stage = carried()
    refusal = stage.refused("inai", "ActionPlanClosed", closing())
    assert (refusal.code, refusal.judged_against["open"]) == ("E_STATE", ["c1"])
    ended(stage)
    stage.each("ActionPlanClosed", closing("partially"))
    assert stage.status(P4) == "closed"


def test_p3_a_commitment_carried_in_meanwhile_holds_the_last_word_back() -> None:
    stage = opened()
    stage.each("ActionPlanClosed", closing(), ("inai", "nosc"))
    carried(stage)
    assert stage.code("sfp", "ActionPlanClosed", closing()) == "E_STATE"


@pytest.mark.parametrize(
    ("to", "outcome", "best"),
    [
        ("withdrawn", None, "not_completed"),
        ("closed", "not_completed", "not_completed"),
        ("closed", "partially", "partially"),
    ],
)
def test_p3_a_plan_is_not_called_better_than_its_commitments(to: str, outcome: str | None, best: str) -> None:
    stage = ended(carried(), to, **({"outcome": outcome} if outcome else {}))
    ranks = ["not_completed", "partially", "completed"]
    for better in ranks[ranks.index(best) + 1 :]:
        refusal = stage.refused("inai", "ActionPlanClosed", closing(better))
        assert (refusal.code, refusal.judged_against["computed"]) == ("E_POLICY", best)
    stage.each("ActionPlanClosed", closing(best))


def test_p1_who_has_left_is_not_awaited_for_the_closing() -> None:
    stage = opened()
    stage.each("ActionPlanClosed", closing(), ("inai", "sfp"))
    stage.withdraw("nosc").says("sfp", "ActionPlanClosed", closing())
    assert stage.status(P4) == "closed"


def test_what_is_open_at_the_end_of_the_period_follows_from_the_entries() -> None:
    stage = carried()
    after = datetime(2022, 2, 1, tzinfo=UTC)
    (fact,) = [fact for fact in derive(stage.state, after) if fact.kind == "ActionPlanEnded"]
    assert (fact.since, fact.params["open"]) == ("2022-01-01T06:00:00Z", ["c1"])
    (fact,) = [fact for fact in derive(ended(stage).state, after) if fact.kind == "ActionPlanEnded"]
    assert fact.params["open"] == []
