"""The action plan as an aggregate, and stages on which there is one."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.commitments.test_commitment import status
from tests.domain.commitments.test_status import TYPE as STATUS
from tests.domain.stage import (
    Body,
    Stage,
    act_of,
    doc,
    seated,
    small_scope,
    text,
)
from tests.domain.stage import proposed as put_to_the_vote

from constancia.domain.plans.lateness import PlanStanding, plan_standing
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.values.values import digest

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


def test_a_plan_concerns_the_commitments_that_it_carries() -> None:
    stage = carried()
    assert found(stage).concerns == ("commitment/c1",)


def test_a_plan_is_there_once_its_members_have_opened_it() -> None:
    stage = seated().adopted()
    stage.says("inai", "ActionPlanOpened", opening())
    assert found(stage).status == "opening"
    body = carrying()
    vote = put_to_the_vote(body["decision"], act_of("CommitmentCarriedIntoPlan", body))
    assert stage.code("inai", "DecisionProposed", vote) == "E_NOT_FOUND"


def test_state_document_names_no_plan_of_former_editions() -> None:
    assert ActionPlan.SINCE == 3
