"""Conditions precedent: an agreement is in force when all have signed and every condition is met, in either order."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.agreements.test_agreement import (
    AG,
    COMMA,
    DOCSET,
    agreement,
    became,
    draft,
    frozen,
    leaving,
    precedent,
    signed,
)
from tests.domain.stage import MEMBERS, Stage, act_of, commitment, seated, small_scope
from tests.rows import each_row

from constancia.domain.agreements.agreement import in_force_on
from constancia.domain.facts.derive import derive
from constancia.domain.values.values import digest


def conditioned(*names: str) -> Stage:
    """A text that all are to sign, with conditions precedent."""
    stage = seated().adopted()
    stage.says("nosc", "AgreementDrafted", draft())
    for name in names or ("s1",):
        stage.each("ConditionDeclared", precedent(name))
    stage.says("inai", "AgreementTextFrozen", frozen())
    return stage


def facts(stage: Stage, kind: str) -> list[tuple[object, ...]]:
    found = derive(stage.state, datetime(2030, 1, 1, tzinfo=UTC))
    return [(fact.stream, fact.since, fact.known_index) for fact in found if fact.kind == kind]


def test_6_signed_by_all_it_is_not_in_force_before_its_condition_is_met() -> None:
    stage = conditioned()
    stage.each("AgreementSigned", signed())
    assert (agreement(stage).status, agreement(stage).in_force) == ("awaiting_condition", None)
    assert facts(stage, "AgreementEnteredIntoForce") == []
    stage.on("2019-03-09")
    stage.each("ConditionSettled", became("met"), ("inai", "nosc"))
    assert agreement(stage).status == "awaiting_condition", "two of three have said so"
    last = stage.says("sfp", "ConditionSettled", became("met"))
    assert (agreement(stage).status, agreement(stage).current.in_force_index) == ("in_force", last.index)
    assert in_force_on(stage.state, agreement(stage).current) == "2019-03-09", "the day of what was awaited last"
    assert facts(stage, "AgreementEnteredIntoForce") == [(AG, "2019-03-09", last.index)]


def test_6_a_condition_that_is_met_first_puts_nothing_in_force_that_is_not_signed() -> None:
    stage = conditioned()
    stage.each("ConditionSettled", became("met"))
    stage.each("AgreementSigned", signed(), ("inai", "nosc"))
    assert agreement(stage).status == "partially_signed"
    last = stage.says("sfp", "AgreementSigned", signed())
    assert (agreement(stage).status, agreement(stage).current.in_force_index) == ("in_force", last.index)


def test_6_every_condition_is_met() -> None:
    stage = conditioned("s1", "s2")
    stage.each("AgreementSigned", signed())
    stage.each("ConditionSettled", became("met", "s2"))
    assert agreement(stage).status == "awaiting_condition"
    stage.each("ConditionSettled", became("met", "s1"))
    assert agreement(stage).status == "in_force"


@each_row("signers", [(), ("nosc",), MEMBERS])
def test_a_text_whose_condition_has_failed_has_lapsed_and_nobody_signs_it(signers: tuple[str, ...]) -> None:
    stage = conditioned()
    stage.each("AgreementSigned", signed(), signers) if signers else None
    stage.each("ConditionSettled", became("failed"))
    last = stage.entries[-1]
    assert (agreement(stage).status, agreement(stage).in_force) == ("lapsed", None)
    assert facts(stage, "AgreementLapsed") == [(AG, last.recorded_at, last.index)]
    for party in MEMBERS:
        assert stage.code(party, "AgreementSigned", signed()) in ("E_STATE", "E_ALREADY_SIGNED")


def test_a_signing_window_that_all_kept_does_not_end_the_wait() -> None:
    stage = seated().adopted()
    stage.says("nosc", "AgreementDrafted", draft())
    stage.each("ConditionDeclared", precedent())
    stage.says("inai", "AgreementTextFrozen", frozen(window="2019-03-01/2019-03-30"))
    stage.each("AgreementSigned", signed())
    stage.on("2019-04-15")
    assert stage.status(AG) == "awaiting_condition"
    assert facts(stage, "AgreementLapsed") == []
    stage.each("ConditionSettled", became("met"))
    assert stage.status(AG) == "in_force"


def test_no_condition_precedent_after_a_signature() -> None:
    stage = seated().adopted()
    stage.says("nosc", "AgreementDrafted", draft())
    stage.says("inai", "AgreementTextFrozen", frozen())
    stage.says("nosc", "AgreementSigned", signed())
    assert stage.code("sfp", "ConditionDeclared", precedent()) == "E_STATE"


@each_row("concerns", ["governance/cc", "commitment/c1"])
def test_a_condition_precedent_holds_back_an_agreement_and_nothing_else(concerns: str) -> None:
    assert conditioned().code("inai", "ConditionDeclared", precedent("s9", concerns=concerns)) == "E_POLICY"


def test_a_condition_of_another_kind_holds_nothing_back() -> None:
    stage = seated().adopted()
    stage.says("nosc", "AgreementDrafted", draft())
    stage.each("ConditionDeclared", precedent(kind="return"))
    stage.says("inai", "AgreementTextFrozen", frozen())
    stage.each("AgreementSigned", signed())
    assert agreement(stage).status == "in_force"


@each_row("outcome", ["failed", "met"])
def test_a_condition_of_a_former_draft_holds_back_the_next_one_no_more(outcome: str) -> None:
    stage = seated().adopted()
    stage.says("nosc", "AgreementDrafted", draft())
    stage.each("ConditionDeclared", precedent())
    stage.says("nosc", "AgreementDrafted", draft(2, COMMA))
    stage.says("inai", "AgreementTextFrozen", frozen(2, COMMA))
    stage.each("ConditionSettled", became(outcome))
    assert agreement(stage).status == "awaiting_signatures"
    stage.each("AgreementSigned", signed(2, COMMA))
    assert agreement(stage).status == "in_force"


def amendment_waiting() -> Stage:
    """A text in force, and its next version, which all have signed, and whose condition nobody has settled."""
    stage = seated().adopted()
    stage.says("nosc", "AgreementDrafted", draft())
    stage.says("inai", "AgreementTextFrozen", frozen())
    stage.each("AgreementSigned", signed())
    stage.says("nosc", "AgreementDrafted", draft(2))
    stage.each("ConditionDeclared", precedent())
    stage.says("inai", "AgreementTextFrozen", frozen(2))
    stage.each("AgreementSigned", signed(2))
    return stage


def test_an_amendment_that_waits_leaves_the_text_in_force_as_it_is() -> None:
    stage = amendment_waiting()
    former = agreement(stage).in_force
    assert (agreement(stage).status, former and former.version) == ("awaiting_condition", 1)
    stage.each("ConditionSettled", became("failed"))
    former = agreement(stage).in_force
    assert (agreement(stage).status, former and former.version) == ("in_force", 1)


def test_a_condition_that_is_met_revives_no_amendment_that_a_withdrawal_made_void() -> None:
    stage = amendment_waiting()
    stage.says("nosc", "AgreementPartyWithdrew", leaving(stage.today))
    stage.each("ConditionSettled", became("met"))
    former = agreement(stage).in_force
    assert former is not None
    assert former.version == 1


@each_row("outcome", ["failed", "met"])
def test_a_condition_that_is_settled_later_leaves_an_agreement_ended(outcome: str) -> None:
    stage = amendment_waiting()
    for party in ("inai", "nosc"):
        stage.says(party, "AgreementPartyWithdrew", leaving(stage.today))
    stage.each("ConditionSettled", became(outcome))
    assert agreement(stage).status == "terminated"


def test_others_hold_back_no_agreement_that_they_are_no_party_to() -> None:
    """Else two friends with a body of their own could stop what they have no part in, or let it lapse."""
    stage = seated()
    stage.says("nosc", "AgreementDrafted", draft(parties=["inai", "nosc"]))
    stage.body("friends", ("inai", "sfp")).says(
        "inai", "CommitmentProposed", commitment() | {"governance_body": "friends"}
    )
    own = {"commitment": "c1", "decision": "d-c1", "scope": small_scope()}
    stage.decided("d-c1", act_of("CommitmentAdopted", own), body="friends", voters=("inai", "sfp"))
    stage.says("inai", "CommitmentAdopted", own)
    refusal = stage.refused("inai", "ConditionDeclared", precedent())
    assert (refusal.code, "all parties to the text sit" in refusal.rule) == ("E_POLICY", True)


@each_row("outcome", ["failed", "met"])
def test_who_has_left_the_body_still_has_its_word_on_the_condition(outcome: str) -> None:
    """Those that remain neither bind nor release a party to the text that can still speak."""
    stage = conditioned()
    stage.each("AgreementSigned", signed())
    stage.withdraw("nosc")
    refusal = stage.refused("sfp", "ConditionSettled", became(outcome))
    assert (refusal.code, "all parties to the text sit" in refusal.rule) == ("E_POLICY", True)
    assert agreement(stage).status == "awaiting_condition"


def test_a_met_condition_ends_no_agreement_without_a_party_that_joined_it_since() -> None:
    stage = seated().adopted()
    two = ["inai", "nosc"]
    first = {"agreement": "old", "docset": digest(DOCSET), "version": 1}
    stage.says("inai", "AgreementDrafted", draft(agreement="old", parties=two))
    stage.says("inai", "AgreementTextFrozen", first | {"required": two})
    stage.each("AgreementSigned", first, ("inai", "nosc"))
    ends: dict[str, Any] = {"terminates": ["old"]}
    stage.says("nosc", "AgreementDrafted", draft(parties=two, **ends))
    stage.each("ConditionDeclared", precedent())
    stage.says("inai", "AgreementTextFrozen", frozen(required=two, **ends))
    stage.each("AgreementSigned", signed() | ends, ("inai", "nosc"))
    later = {"agreement": "old", "docset": digest(COMMA), "version": 2}
    stage.says("inai", "AgreementDrafted", draft(2, COMMA, agreement="old"))
    stage.says("inai", "AgreementTextFrozen", later | {"required": list(MEMBERS)})
    stage.each("AgreementSigned", later)
    refusal = stage.refused("inai", "ConditionSettled", became("met"))
    assert (refusal.code, "all parties to that agreement" in refusal.rule) == ("E_POLICY", True)
    stage.each("ConditionSettled", became("failed"))
    assert stage.status("agreement/old") == "in_force"


@each_row("party", MEMBERS)
def test_32_what_all_have_signed_is_ended_by_no_draft_of_one_while_its_condition_is_awaited(party: str) -> None:
    stage = conditioned()
    stage.each("AgreementSigned", signed())
    assert stage.code(party, "AgreementDrafted", draft(2, COMMA)) == "E_STATE"
    stage.each("ConditionSettled", became("met"))
    assert agreement(stage).status == "in_force"
    stage.says(party, "AgreementDrafted", draft(2, COMMA))
