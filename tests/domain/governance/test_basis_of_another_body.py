"""A signed decision of another body is no basis, whatever it is about: tried at the act, and not at the proposal."""

from typing import Any

from tests.domain.commitments.deliverables.test_deliverable import contested, overruling
from tests.domain.commitments.test_commitment import status
from tests.domain.plans.test_deadline import extending
from tests.domain.plans.test_plan import carrying, opening
from tests.domain.stage import Body, Stage, act_of, commitment, milestone, seated, small_scope
from tests.domain.tables import words
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY

OTHER = ("inai", "sfp")
RULE = "the body that adopted it changes it"
OWN = {"commitment": "c2", "decision": "d-2", "scope": small_scope()}
ACTS: dict[str, Body] = {
    "CommitmentAdopted": {"commitment": "c3", "scope": small_scope()},
    "CommitmentCarriedIntoPlan": carrying(),
    "CommitmentStatusDecided": status(),
    "ContestOverruled": overruling(),
    "DeadlineMoved": extending(),
    "ScopeChanged": {
        "commitment": "c1", "declared_kind": "deferral", "from_version": 1,
        "scope": small_scope(milestones=[milestone(window="2020")]),
    },
}  # fmt: skip


def decided_elsewhere() -> Stage:
    """The other body decides something of its own, lawfully, while the first one has work in hand."""
    stage = seated().adopted()
    stage.each("ActionPlanOpened", opening())
    stage.says("nosc", "CommitmentProposed", commitment("c3"))
    stage.deliver("sfp", "e1").says("nosc", "DeliverableContested", contested())
    stage.body("dd", OTHER)
    stage.says("inai", "CommitmentProposed", commitment("c2") | {"governance_body": "dd"})
    return stage.decided("d-2", act_of("CommitmentAdopted", OWN), body="dd", voters=OTHER)


@each_row("type_name", ACTS)
def test_decision_that_another_body_signed_carries_nothing_here(type_name: str) -> None:
    """The act names that decision for what is not the other body's own."""
    stage = decided_elsewhere()
    assert RULE in words(stage.refused("inai", type_name, ACTS[type_name] | {"decision": "d-2"}))
    stage.says("inai", "CommitmentAdopted", OWN)


def test_every_act_that_a_decision_carries_is_tried() -> None:
    asked: Any = {name for name, cls in REGISTRY.items() if any(rule.en == RULE for rule in cls.RULES)}
    assert asked == ACTS.keys()
