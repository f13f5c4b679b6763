"""Leaving an agreement in force: by a party for itself, from the day it is said, and with the history as it was."""

from datetime import date

from tests.domain.agreements.test_agreement import COMMA, agreement, amending, draft, frozen, leaving, signed
from tests.domain.agreements.test_agreement import signed_by as signed_agreement
from tests.domain.facts.test_validity import dated
from tests.domain.stage import MEMBERS, Stage, root
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.facts.derive import DerivedFact, derive
from constancia.domain.facts.validity import validities


def in_force() -> Stage:
    return signed_agreement(*MEMBERS)


def facts(stage: Stage, kind: str) -> list[DerivedFact]:
    return [fact for fact in derive(stage.state, stage.now) if fact.kind == kind]


def left(*parties: str) -> Stage:
    stage = in_force()
    for party in parties:
        stage.says(party, "AgreementPartyWithdrew", leaving(stage.today))
    return stage


def test_a_party_that_left_is_no_party_any_more_and_what_it_signed_stays() -> None:
    stage = left("sfp")
    assert agreement(stage).status == "in_force"
    assert agreement(stage).parties_left == ("inai", "nosc")
    assert agreement(stage).current.signed_by == set(MEMBERS)
    assert not facts(stage, "AgreementTerminated")


def test_with_fewer_than_two_parties_left_the_agreement_has_ended() -> None:
    stage = left("sfp", "nosc")
    (fact,) = facts(stage, "AgreementTerminated")
    assert (fact.since, fact.known_index) == ("2019-03-01", stage.entries[-1].index)
    assert fact.params == {"reason": "parties_left"}
    assert facts(stage, "AgreementEnteredIntoForce"), "that it was in force stays true"


def test_only_an_agreement_in_force_is_left_and_only_by_its_parties() -> None:
    assert "E_STATE" in codes(signed_agreement("nosc").refused("nosc", "AgreementPartyWithdrew", leaving("2019-03-01")))
    assert in_force().code("red", "AgreementPartyWithdrew", leaving("2019-03-01")) == "E_ROLE"
    assert left("sfp").code("sfp", "AgreementPartyWithdrew", leaving("2019-03-01")) == "E_PARTY_WITHDRAWN"


def test_a_secretariat_and_a_root_take_no_party_out() -> None:
    stage = in_force()
    clerk = stage.join("sfp", name="clerk", capacity="secretariat")
    assert stage.code(clerk, "AgreementPartyWithdrew", leaving(stage.today)) == "E_ROLE"
    assert stage.code(root("sfp"), "AgreementPartyWithdrew", leaving(stage.today)) == "E_OUT_OF_SCOPE"


@each_row(
    ("effective", "counted"),
    [
        ("2019-06-10", "2019-06-10"),  # as said
        ("2019-06-08", "2019-06-12"),  # before it is said
        ("2019-04", "2019-06-12"),
        ("2017-05", "2019-06-12"),  # before the ledger and the agreement
        ("2019-06", "2019-06-12"),  # some day of the month, of which nine were before
        ("../2019-06-10", "2019-06-12"),
    ],
)
def test_an_earlier_date_is_a_claim_and_counts_from_the_day_it_is_recorded(effective: str, counted: str) -> None:
    stage = in_force().on("2019-06-12")
    stage.says("sfp", "AgreementPartyWithdrew", leaving(effective), occurred_on="2019-06-10")
    (departure,) = agreement(stage).departures or ()
    assert departure.effective == counted
    assert stage.entries[-1].statement["body"]["effective"] == effective, "the claim stays in the entry"


@each_row("effective", ["2019-06-13", "2019-07", "2019-06-01/2030"])
def test_nobody_leaves_in_the_future(effective: str) -> None:
    assert in_force().on("2019-06-12").code("sfp", "AgreementPartyWithdrew", leaving(effective)) == "E_DATE"


def test_nobody_leaves_before_the_agreement_was_in_force() -> None:
    stage = in_force().on("2019-03-05")
    stage.says("sfp", "AgreementPartyWithdrew", leaving("2019-02-27"), occurred_on="2019-02-27")
    (departure,) = agreement(stage).departures or ()
    assert departure.effective == "2019-03-05"


def test_a_withdrawal_is_not_said_as_history() -> None:
    stage = in_force().on("2019-06-12")
    refused = stage.code("sfp", "AgreementPartyWithdrew", leaving("2017-05"), occurred_on="2017-05", mode="historical")
    assert refused == "E_DATE"


def test_a_pending_amendment_is_void_and_the_rest_may_draft_another_without_the_leaver() -> None:
    stage = amending("partially_signed")
    stage.says("sfp", "AgreementPartyWithdrew", leaving(stage.today))
    assert stage.code("inai", "AgreementSigned", signed(2, COMMA)) == "E_STATE"
    assert stage.code("sfp", "AgreementDrafted", draft(3)) == "E_PARTY_WITHDRAWN"
    rest = ["inai", "nosc"]
    stage.says("inai", "AgreementDrafted", draft(3, parties=rest))
    stage.says("nosc", "AgreementTextFrozen", frozen(3, required=rest))
    stage.each("AgreementSigned", signed(3), ("inai", "nosc"))
    assert agreement(stage).in_force == agreement(stage).versions[2]


def test_who_left_comes_back_only_by_signing_a_later_version() -> None:
    stage = left("sfp")
    stage.says("inai", "AgreementDrafted", draft(2))
    stage.says("inai", "AgreementTextFrozen", frozen(2))
    stage.each("AgreementSigned", signed(2), ("inai", "nosc"))
    assert agreement(stage).parties_left == ("inai", "nosc"), "named in a text is not yet bound by it"
    stage.says("sfp", "AgreementSigned", signed(2))
    assert agreement(stage).parties_left == MEMBERS


def test_who_left_the_body_can_leave_the_agreement_too() -> None:
    stage = in_force().withdraw("sfp")
    stage.says("sfp", "AgreementPartyWithdrew", leaving(stage.today))
    assert agreement(stage).parties_left == ("inai", "nosc")


@each_row(("day", "holds"), [("2019-05-31", "yes"), ("2019-06-02", "no")])
def test_an_agreement_that_ended_is_in_force_until_then(day: str, holds: str) -> None:
    stage = in_force().on("2019-06-01")
    for party in ("nosc", "inai"):
        stage.says(party, "AgreementPartyWithdrew", leaving("2019-06-01"))
    asked = date.fromisoformat(day)
    answers = {validity.kind: validity.holds.value for validity in validities(stage.state, asked, asked, dated(stage))}
    assert answers["AgreementEnteredIntoForce"] == holds
    assert answers["AgreementTerminated"] == ("no" if holds == "yes" else "yes")
