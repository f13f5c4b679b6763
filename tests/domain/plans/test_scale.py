"""Scales are data: the product's, and those that genesis lists."""

import pytest
from tests.domain.stage import Body, Stage, founded, genesis, seated
from tests.rows import each_row

from constancia.domain.catalogue import UnknownAct, parse_act
from constancia.domain.plans.scale import DEFAULTS, scale
from constancia.verify.core.formats.canonical import canonical as profile


def scale_rule(value: object) -> Body:
    return genesis(rules={"scale_own": {"rule_source": "adopted", "value": value}})


@each_row("value", ["low", "low,low", "low, high", "", True, 3, "Low,High"])
def test_genesis_lists_the_values_of_a_scale(value: object) -> None:
    with pytest.raises(UnknownAct) as caught:
        parse_act("LedgerOpened", 3, scale_rule(value))
    assert caught.value.problem.code == "E_MALFORMED"
    parse_act("LedgerOpened", 3, scale_rule("low,high"))


def test_a_ledger_has_scales_of_its_own() -> None:
    stage = Stage().open(rules=scale_rule("low,high")["rules"])
    assert scale(stage.state, "own") == ("low", "high")
    assert scale(founded().state, "own") is None
    assert scale(stage.state, "irm-completion") == DEFAULTS["irm-completion"]


def test_a_scale_with_hyphens_has_a_rule_that_a_statement_can_hold() -> None:
    """A rule's name is a member's, which holds no hyphen and no dot (SPEC §1)."""
    rules = {"scale_own_scale": {"rule_source": "adopted", "value": "low,high"}}
    stage = Stage().open(rules=rules)
    assert scale(stage.state, "own-scale") == ("low", "high")
    assert profile(genesis(rules=rules))


@each_row("name", ["scale_x-y", "scale_x.y", "scale_", "scale_-x", "scale_X", "scale_" + "x" * 65])
def test_a_scale_that_nobody_could_find_is_refused(name: str) -> None:
    """An id has `_` for each `-` in a rule's name, and is an identifier."""
    body = genesis(rules={name: {"rule_source": "adopted", "value": "low,high"}})
    with pytest.raises(UnknownAct) as caught:
        parse_act("LedgerOpened", 3, body)
    problem = caught.value.problem
    assert (problem.code, problem.found["where"], problem.found["found"]) == ("E_MALFORMED", "body.rules", repr(name))
    parse_act("LedgerOpened", 2, body | {"edition": 2})


def test_no_body_lists_a_scale_of_its_own() -> None:
    rules = {"scale_own": {"rule_source": "adopted", "value": "low,high"}}
    body = {"governance_body": "cc", "rules": rules, "version": 1}
    refusal = seated().refused("inai", "GovernanceRulesAdopted", body)
    assert (refusal.code, refusal.judged_against["rule"]) == ("E_POLICY", "scale_own")
    seated(edition=2).says("inai", "GovernanceRulesAdopted", body)
