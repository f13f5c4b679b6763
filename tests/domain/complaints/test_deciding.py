"""Admitting and resolving: both sides are heard, by the rules of the day of filing."""

from typing import get_args

from tests.domain.complaints.test_complaint import (
    admission,
    admitted,
    answered,
    complaint,
    facts,
    filed,
    filing,
    resolution,
)
from tests.domain.stage import seated
from tests.rows import each_row

from constancia.domain.complaints.deciding import Outcome

HEARD = ("not_upheld", "partly", "settled", "upheld")

# How it ends.


def test_each_outcome_that_a_judge_gives_of_what_was_admitted_needs_both_sides_heard() -> None:
    """All but those that end it otherwise: it was not admitted, or its filer takes it back."""
    assert set(get_args(Outcome)) - {"dismissed", "withdrawn"} == set(HEARD)


@each_row("outcome", HEARD)
def test_nothing_is_found_or_settled_before_the_accused_were_heard(outcome: str) -> None:
    stage = admitted().on("2019-03-31")
    refusal = stage.refused("inai", "ComplaintResolved", resolution(outcome))
    assert (refusal.code, refusal.judged_against["awaited"]) == ("E_STATE", ["sfp"])
    answered(stage, "sfp").says("inai", "ComplaintResolved", resolution(outcome))
    admitted().on("2019-04-01").says("inai", "ComplaintResolved", resolution(outcome))


def test_what_is_not_admitted_is_dismissed_and_what_is_admitted_is_not() -> None:
    for outcome in ("upheld", "partly", "not_upheld", "settled"):
        assert filed().code("inai", "ComplaintResolved", resolution(outcome)) == "E_STATE"
    assert admitted().code("inai", "ComplaintResolved", resolution("dismissed")) == "E_STATE"


@each_row("who", ["inai", "sfp", "red"])
def test_only_its_filer_withdraws_a_complaint(who: str) -> None:
    assert filed().code(who, "ComplaintResolved", resolution("withdrawn")) == "E_ROLE"


def test_remedies_exist_and_fit_the_outcome() -> None:
    stage = admitted().on("2019-06-01")
    assert stage.code("inai", "ComplaintResolved", resolution(remedies=["commitment/none"])) == "E_NOT_FOUND"
    remedies = ["governance/cc"]
    assert stage.code("inai", "ComplaintResolved", resolution("not_upheld", remedies=remedies)) == "E_POLICY"
    stage.says("inai", "ComplaintResolved", resolution("upheld", remedies=remedies))
    ended = complaint(stage).resolution
    assert ended is not None
    assert ended.remedies == ("governance/cc",)


def test_who_admits_sets_no_term_of_its_own() -> None:
    for due in ("2019-03-05", "2029-01-01"):
        refusal = filed().refused("inai", "ComplaintAdmitted", admission(due=due))
        assert (refusal.code, refusal.judged_against["expected"]) == ("E_DATE", "2019-03-31")
    filed().says("inai", "ComplaintAdmitted", admission(due="2019-03-31"))


def test_28_the_term_is_that_of_the_rules_when_it_was_filed() -> None:
    stage = seated()
    rules = {"response_term_days": {"rule_source": "adopted", "value": 10}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
    stage.says("nosc", "ComplaintFiled", filing())
    longer = {"response_term_days": {"rule_source": "adopted", "value": 3000}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": longer, "version": 2})
    stage.says("inai", "ComplaintAdmitted", admission())
    (fact,) = facts(stage, "ResponseRequired")
    assert fact.params["due"] == "2019-03-11"
