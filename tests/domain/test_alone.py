"""No party decides alone in a body: in no act of all its members, where it sits alone, or where no other can speak."""

from typing import Any

from tests.domain.commitments.test_conditions import elsewhere, settling
from tests.domain.commitments.test_duty import assignment
from tests.domain.commitments.test_responsibility import filling
from tests.domain.governance.test_body import rules
from tests.domain.governance.test_participants import admission
from tests.domain.plans.test_plan import closing, opening
from tests.domain.stage import Body, Stage, act_of, commitment, milestone, proposed, seated, small_scope, text
from tests.domain.tables import codes, words
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY

RULE = "no party decides alone in a body"
FALLBACK: Body = {"condition": text("Sin recursos"), "parties": ["sfp"]}
SCOPE = small_scope(milestones=[milestone(lead=["nosc"], support=["consultant"], fallback=FALLBACK)])
ADOPTION = act_of("CommitmentAdopted", {"commitment": "c2", "decision": "d2", "scope": small_scope()})
ACTS: dict[str, Body] = {
    "ActionPlanClosed": closing(),
    "ActionPlanOpened": opening("plan-5", ordinal=5),
    "ConditionDeclared": elsewhere(),
    "ConditionSettled": settling(),
    "DecisionProposed": proposed("d2", ADOPTION),
    "DeliverableAccepted": {"commitment": "c1", "deliverable": "e1", "version": 1},
    "DutyAssigned": assignment("inai"),
    "GovernanceRulesAdopted": rules(),
    "ParticipantAdmitted": admission(),
    "RoleFilled": filling(),
}
# Who submitted does not judge: of two that sit the other accepts, also where the first can't speak any more.
BY_SEATS = ("DeliverableAccepted",)


def at_work() -> Stage:
    stage = seated().adopted("c1", SCOPE)
    stage.says("nosc", "CommitmentProposed", commitment("c2"))
    stage.each("ActionPlanOpened", opening())
    return stage.deliver("nosc", "e1")


def broken(stage: Stage, type_name: str) -> list[str]:
    return words(stage.refused("inai", type_name, ACTS[type_name]))


@each_row("type_name", ACTS)
def test_who_sits_alone_decides_nothing(type_name: str) -> None:
    assert RULE in broken(at_work().withdraw("nosc").withdraw("sfp"), type_name)


@each_row("type_name", [name for name in ACTS if name not in BY_SEATS])
def test_who_alone_can_speak_decides_nothing(type_name: str) -> None:
    assert RULE in broken(at_work().lose("rep-nosc", "root-nosc", "rep-sfp", "root-sfp"), type_name)


@each_row("type_name", ACTS)
def test_who_sits_in_another_body_says_nothing_here(type_name: str) -> None:
    stage = at_work()
    stage.outsider("otra")
    stage.body("dd", ("otra", "red"))
    assert "E_NOT_SEATED" in codes(stage.refused("otra", type_name, ACTS[type_name]))


@each_row("type_name", ACTS)
def test_two_that_can_speak_decide(type_name: str) -> None:
    at_work().lose("rep-nosc", "root-nosc").says("inai", type_name, ACTS[type_name])


@each_row("type_name", ["ConditionSettled", "RoleFilled"])
def test_in_the_second_edition_who_sits_alone_decided_nothing_either(type_name: str) -> None:
    stage = seated(edition=2).adopted("c1", SCOPE).withdraw("nosc")
    stage.copy().says("inai", type_name, ACTS[type_name])
    assert RULE in broken(stage.withdraw("sfp"), type_name)


def test_every_act_of_all_members_is_tried() -> None:
    asked: Any = {name for name, cls in REGISTRY.items() if any(rule.en == RULE for rule in cls.RULES)}
    assert asked == ACTS.keys()
