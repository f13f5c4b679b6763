"""Dates as anybody may write them, in every act: an impossible one is refused, a far one breaks no computation."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.domain.complaints.test_complaint import filing
from tests.domain.participation.test_gathering import contributed, convened
from tests.domain.plans.test_deadline import extending, stopping
from tests.domain.plans.test_plan import found, opening
from tests.domain.stage import Body, Stage, act_of, milestone, proposed, seated, small_scope
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.complaints.complaint import Complaint
from constancia.domain.complaints.facts import owed_answers
from constancia.domain.facts.derive import derive
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.kernel.problems import Refusal
from constancia.domain.participation.gathering_standing import gathering_standing, is_late, response_due
from constancia.domain.plans.lateness import plan_standing
from constancia.domain.plans.plan import ActionPlan

HERE = Path(__file__).parent


def walks() -> Iterator[Walk]:
    for path in sorted(HERE.rglob("test_*.py")):
        if "\nWALK = " in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(HERE).with_suffix("").parts)
            yield import_module(f"tests.domain.{name}").WALK


def places() -> Iterator[Any]:
    """Each act of each kind of aggregate, in each state in which it is taken."""
    for walk in walks():
        for act, moves in walk.table.items():
            for state in moves:
                if act in walk.acts:
                    yield pytest.param(walk, state, act, id=f"{walk.kind}-{state}-{act}")


@pytest.mark.slow
@each_row(("walk", "state", "act"), tuple(places()))
def test_an_impossible_date_is_refused_as_such(walk: Walk, state: str, act: str) -> None:
    stage = walk.reach[state]()
    who, type_name, body = walk.acts[act](stage)
    refusals = {
        when: codes(stage.refused(who, type_name, body, occurred_on=when, mode="live"))
        for when in ("2019-02-30", "2019-13")
    }
    assert [when for when, named in refusals.items() if "E_DATE" not in named] == [], refusals


FAR = ("9999-12-31", "9999-12-30", "0001-01-01")
INSTANTS = (datetime(2021, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC))
PERIOD = re.compile(r"(\d{4}(-\d{2}){0,2}|\.\.)(/(\d{4}(-\d{2}){0,2}|\.\.))?\Z")


def moved(value: Any, far: str) -> Any:
    """A body in which each date is a far one."""
    if isinstance(value, dict):
        return {name: moved(member, far) for name, member in value.items()}
    if isinstance(value, list):
        return [moved(member, far) for member in value]
    return far if isinstance(value, str) and PERIOD.match(value) else value


def computed(stage: Stage) -> None:
    """All that is computed of dates, at several instants."""
    for at in INSTANTS:
        derive(stage.state, at)
        for plan in stage.state.of(ActionPlan):
            plan_standing(stage.state, plan, at.date())
        for commitment in stage.state.of(Commitment):
            for step in commitment.scope.milestones if commitment.scope else ():
                milestone_standing(stage.state, commitment, step, at)
        for complaint in stage.state.of(Complaint):
            owed_answers(stage.state, complaint, at)
        for gathering in stage.state.of(Gathering):
            gathering_standing(stage.state, gathering, at)
            response_due(stage.state, gathering, at)
            for contribution in gathering.contributions:
                is_late(stage.state, gathering, contribution)


@pytest.mark.slow
@each_row(("walk", "state", "act"), tuple(places()))
def test_a_far_date_is_refused_or_computed_with(walk: Walk, state: str, act: str) -> None:
    begun = walk.reach[state]()
    who, type_name, body = walk.acts[act](begun)
    for far in FAR:
        stage = begun.copy()
        with suppress(Refusal):
            stage.says(who, type_name, moved(body, far))
        computed(stage)


@each_row("far", FAR)
def test_a_far_deadline_is_computed_with_though_its_clock_was_stopped(far: str) -> None:
    stage = seated()
    stage.each("ActionPlanOpened", opening(due=far, period=far))
    for what in ("plan_submission", "plan_end"):
        body = stopping(name=f"s-{what}", start="2019-03-01") | {"deadline": what}
        stage.says("inai", "DeadlineMoved", body)
    computed(stage)
    assert found(stage).due == far


@each_row("far", FAR)
def test_a_plan_is_extended_to_a_far_day_and_its_clock_stopped(far: str) -> None:
    stage = seated()
    stage.each("ActionPlanOpened", opening())
    body = extending(to=far)
    if far < "2019":
        assert stage.code("inai", "DecisionProposed", proposed("d-ext", act_of("DeadlineMoved", body))) == "E_DATE"
        return
    stage.decided("d-ext", act_of("DeadlineMoved", body)).says("inai", "DeadlineMoved", body)
    stage.says("inai", "DeadlineMoved", stopping(start="2019-03-01", to=far))
    computed(stage)


@each_row("far", FAR)
def test_a_scope_a_vote_and_a_consultation_with_far_days_are_computed_with(far: str) -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(window=far)]))
    rules: Body = {"response_term_days": {"rule_source": "adopted", "value": 3650}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
    call = convened(window=f"0001-01-01/{far}", kind="consultation", about={"commitment": "c1"})
    historical = {"occurred_on": "0001-01-01", "mode": "historical"} if far < "2019" else {}
    stage.says("sfp", "GatheringConvened", call, **historical)
    stage.says("red", "ContributionReceived", contributed(), occurred_on="0001-01-01")
    stage.says("nosc", "ComplaintFiled", filing())
    act = act_of("ScopeChanged", {
        "commitment": "c1", "decision": "d-2", "declared_kind": "extension", "from_version": 1,
        "scope": small_scope(milestones=[milestone(window="0001-01-01/9999-12-31")]),
    })  # fmt: skip
    if far > "2019":
        with suppress(Refusal):
            stage.says("inai", "DecisionProposed", proposed("d-2", act, closes=far))
    computed(stage)
