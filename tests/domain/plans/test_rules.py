"""Each rule of the acts on plans, deadlines and assessments, broken by itself."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.domain.plans.test_assessment import assessing, finding, of_the_plan, watched
from tests.domain.plans.test_deadline import extending, of_answers, stopping, suspended
from tests.domain.plans.test_plan import carried, carrying, closing, ended, opened, opening, submitted, submitting
from tests.domain.stage import Body, Stage, Voice, act_of, commitment, proposed, rep, root, seated
from tests.domain.tables import Breaches, Refused, breaches, check_breaks_alone, check_has_every_rule, said
from tests.rows import each_row

from constancia.domain.kernel.problems import Refusal
from constancia.domain.kernel.rules import ActRule
from constancia.domain.plans.assessment import AssessmentPublished
from constancia.domain.plans.contents import ActionPlanSubmitted, CommitmentCarriedIntoPlan
from constancia.domain.plans.course import ActionPlanClosed, ActionPlanOpened, _not_alone
from constancia.domain.plans.deadline import DeadlineMoved
from constancia.domain.values.values import digest


def voted(type_name: str, stage: Callable[[], Stage], body: Body, of: str = "cc") -> Refused:
    """It is put to the vote."""

    def refused() -> Refusal:
        act = proposed(body["decision"], act_of(type_name, body), governance_body=of)
        return stage().refused("inai", "DecisionProposed", act)

    return refused


assessed = partial(said, "AssessmentPublished")
carry = partial(voted, "CommitmentCarriedIntoPlan")
submit = partial(said, "ActionPlanSubmitted")
move = partial(said, "DeadlineMoved")
extend = partial(voted, "DeadlineMoved")


def without(body: Body, name: str) -> Body:
    return {member: value for member, value in body.items() if member != name}


def of_an_organization() -> Stage:
    stage = watched()
    joined = {"organization": "irm", "party": "nosc", "since": "2019-01-01"}
    target = stage.says(root("nosc"), "MemberOrganizationJoined", joined).leaf_hash
    stage.says("irm", "EntryAcknowledged", {"target": target})
    return stage


def of_a_person() -> Stage:
    stage = watched()
    stage.join("irm", name="worked", person="p-inai")
    return stage


def only_proposed() -> Stage:
    stage = opened()
    stage.says("nosc", "CommitmentProposed", commitment("c2"))
    return stage


def closed() -> Stage:
    stage = opened()
    stage.each("ActionPlanClosed", closing())
    return stage


def with_another_body() -> Stage:
    """Two of three sit in a body of their own, with a plan of its own."""
    stage = opened().body("junta", ("inai", "sfp"))
    stage.each("ActionPlanOpened", opening("plan-j", governance_body="junta"), ("inai", "sfp"))
    return stage


def ending(to: str) -> Stage:
    stage = opened()
    stage.says("inai", "DeadlineMoved", stopping(to=to))
    return stage


def halted() -> Stage:
    """Terms of answers, by one that sits in this body; in the other one `red` sits."""
    stage = seated()
    stage.outsider("otra")
    stage.body("friends", ("otra", "red"))
    stage.says("inai", "DeadlineMoved", of_answers())
    return stage


def alone() -> Stage:
    return opened().withdraw("nosc").withdraw("sfp")


WORKED = Voice({**rep("irm", "worked").actor, "person": "p-inai"}, "rep-worked")
RESUMED = stopping("resumed", to="2019-05-31")
TABLE: Breaches = {
    AssessmentPublished: {
        AssessmentPublished._commitment_adopted: assessed(watched, "irm", assessing(commitment="c9")),
        AssessmentPublished._plan_is_there: assessed(watched, "irm", of_the_plan() | {"plan": "plan-9"}),
        AssessmentPublished._scale_known: assessed(watched, "irm", assessing(finding(on="own-scale"))),
        AssessmentPublished._value_of_the_scale: assessed(watched, "irm", assessing(finding("excellent"))),
        AssessmentPublished._has_begun: assessed(watched, "irm", assessing(period="2019-03-02")),
        AssessmentPublished._party_independent: assessed(of_an_organization, "irm", assessing()),
        AssessmentPublished._person_independent: assessed(of_a_person, WORKED, assessing()),
    },
    CommitmentCarriedIntoPlan: {
        CommitmentCarriedIntoPlan._plan_is_there: carry(opened, carrying(plan="plan-9")),
        CommitmentCarriedIntoPlan._plan_is_open: carry(closed, carrying()),
        CommitmentCarriedIntoPlan._commitment_adopted: carry(only_proposed, carrying(commitment="c2", scope_version=2)),
        CommitmentCarriedIntoPlan._commitment_goes_on: carry(lambda: ended(opened(), "withdrawn"), carrying()),
        CommitmentCarriedIntoPlan._in_no_open_plan: carry(carried, carrying(decision="d-again")),
        CommitmentCarriedIntoPlan._of_one_body: carry(with_another_body, carrying(plan="plan-j"), "junta"),
        CommitmentCarriedIntoPlan._decided_by_its_body: carry(with_another_body, carrying(), "junta"),
        CommitmentCarriedIntoPlan._scope_in_force: carry(opened, carrying(scope_version=2)),
        CommitmentCarriedIntoPlan._digest_of_the_scope: carry(opened, carrying(scope_digest=digest("another"))),
    },
    ActionPlanSubmitted: {
        ActionPlanSubmitted._receiver_registered: submit(opened, "sfp", submitting(submitted_to="nobody")),
        ActionPlanSubmitted._to_another: submit(opened, "sfp", submitting(submitted_to="nosc")),
        ActionPlanSubmitted._next_version: submit(opened, "sfp", submitting(2)),
        ActionPlanSubmitted._says_what_changes: submit(submitted, "sfp", without(submitting(2), "changes")),
        ActionPlanSubmitted._has_happened: submit(opened, "sfp", submitting(on="2019-03-02")),
        ActionPlanSubmitted._in_order: submit(submitted, "sfp", submitting(2, on="2019-02-28")),
    },
    ActionPlanOpened: {
        _not_alone: said("ActionPlanOpened", alone, "inai", opening("plan-5", ordinal=5)),
        ActionPlanOpened._body_exists: said("ActionPlanOpened", seated, "inai", opening(governance_body="none")),
        ActionPlanOpened._ordinal_is_new: said("ActionPlanOpened", opened, "sfp", opening("plan-4b")),
    },
    ActionPlanClosed: {
        _not_alone: said("ActionPlanClosed", alone, "inai", closing()),
        ActionPlanClosed._no_open_commitment: said("ActionPlanClosed", carried, "inai", closing()),
        ActionPlanClosed._not_called_better: said("ActionPlanClosed", opened, "inai", closing("partially")),
    },
    DeadlineMoved: {
        DeadlineMoved._no_milestone: move(opened, "inai", without(stopping(), "plan") | {"deadline": "milestone"}),
        DeadlineMoved._plan_is_there: extend(opened, extending() | {"plan": "plan-9"}),
        DeadlineMoved._not_over: extend(submitted, extending()),
        DeadlineMoved._from_what_holds: extend(opened, extending(start="2019-07-31")),
        DeadlineMoved._same_deadline: move(suspended, "inai", RESUMED | {"deadline": "plan_end"}),
        DeadlineMoved._where_it_was_said: move(halted, "red", of_answers(kind="resumed", to_day="2019-05-31")),
        DeadlineMoved._later: extend(opened, extending(to="2019-08-31")),
        DeadlineMoved._not_prolonged: move(partial(ending, "2019-04-30"), "inai", RESUMED),
        DeadlineMoved._extension_is_decided: move(opened, "sfp", without(extending(), "decision")),
        DeadlineMoved._decided_by_its_body: extend(with_another_body, extending(), "junta"),
    },
}


@each_row(("rule", "refused"), breaches(TABLE))
def test_each_rule_is_broken_alone(rule: ActRule[Any, Any], refused: Refused) -> None:
    check_breaks_alone(rule, refused, *(["E_NOT_SEATED"] if rule is ActionPlanOpened._body_exists else []))


def test_every_rule_is_in_the_table() -> None:
    check_has_every_rule(TABLE, "plans")
