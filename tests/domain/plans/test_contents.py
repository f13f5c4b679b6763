"""What a plan contains: which commitments are carried in, by whose decision, and its submissions."""

from collections.abc import Callable

from tests.domain.plans.test_plan import (
    LATE,
    SCOPE,
    carried,
    carrying,
    closed,
    closing,
    ended,
    found,
    opened,
    opening,
    submitted,
    submitting,
)
from tests.domain.stage import Body, Stage, act_of, commitment, text
from tests.domain.stage import proposed as put_to_the_vote
from tests.rows import each_row

from constancia.domain.facts.derive import derive
from constancia.domain.values.values import digest

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


@each_row(
    ("prepared", "changed", "code"),
    [
        (opened, {"commitment": "c9", "scope_version": 2}, "E_NOT_FOUND"),
        (lambda: _proposed(opened()), {"commitment": "c2", "scope_version": 2}, "E_NOT_FOUND"),
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
    refusal = stage.refused("inai", "DecisionProposed", put_to_the_vote(body["decision"], act))
    assert (refusal.code, refusal.also) == (code, ())


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


@each_row(
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
