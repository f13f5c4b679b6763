"""Leaving an agreement in force: by a party for itself, from the day it is said, and with the history as it was."""

import pytest
from tests.domain.agreements.test_agreement import AG, COMMA, agreement, amending, draft, frozen, leaving, signed
from tests.domain.agreements.test_agreement import signed_by as signed_agreement
from tests.domain.stage import MEMBERS, Stage, key_id, root, text
from tests.domain.tables import codes

from constancia.domain.derive import Derived, derive


def in_force() -> Stage:
    return signed_agreement(*MEMBERS)


def facts(stage: Stage, kind: str) -> list[Derived]:
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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize("effective", ["2019-06-13", "2019-07", "2019-06-01/2030"])
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


# Amended, superseded, terminated by a text.


def amended() -> Stage:
    stage = amending("partially_signed")
    stage.each("AgreementSigned", signed(2, COMMA), ("inai", "sfp"))
    return stage


def states(stage: Stage) -> list[str]:
    day = stage.now.date()
    return [agreement(stage).version_status_on(version, day) for version in agreement(stage).versions]


def test_until_all_have_signed_the_amendment_the_former_version_is_in_force() -> None:
    stage = amending("partially_signed")
    assert states(stage) == ["in_force", "partially_signed"]
    stage.says("inai", "AgreementSigned", signed(2, COMMA))
    assert not facts(stage, "AgreementAmended")
    stage.says("sfp", "AgreementSigned", signed(2, COMMA))
    assert states(stage) == ["superseded", "in_force"]
    (fact,) = facts(stage, "AgreementAmended")
    assert (fact.params["version"], fact.params["former"], fact.known_index) == (2, 1, stage.entries[-1].index)


def test_an_amendment_that_lapses_leaves_the_agreement_in_force_and_a_way_on() -> None:
    stage = in_force()
    stage.says("nosc", "AgreementDrafted", draft(2, COMMA))
    stage.says("inai", "AgreementTextFrozen", frozen(2, COMMA, window="2019-03-01/2019-03-30"))
    stage.says("nosc", "AgreementSigned", signed(2, COMMA))
    stage.on("2019-04-01")
    assert (stage.status(AG), states(stage)) == ("in_force", ["in_force", "lapsed"])
    assert stage.code("sfp", "AgreementSigned", signed(2, COMMA)) == "E_STATE"
    stage.says("sfp", "AgreementDrafted", draft(3))
    assert states(stage) == ["in_force", "superseded", "drafted"]


def test_two_of_three_do_not_amend() -> None:
    refused = in_force().code("sfp", "AgreementDrafted", draft(2, COMMA, parties=["inai", "sfp"]))
    assert refused == "E_POLICY"


def ending(parties: tuple[str, ...] = MEMBERS, **changed: object) -> tuple[dict[str, object], ...]:
    """A second agreement, `fin`, that terminates `ag`."""
    ends = {"agreement": "fin", "terminates": ["ag"]}
    return (
        draft(parties=list(parties)) | ends | changed,
        frozen(required=list(parties)) | ends | changed,
        signed() | ends | changed,
    )


def terminating(*signers: str) -> Stage:
    stage = in_force()
    text_of, fixed, sign = ending()
    stage.says("inai", "AgreementDrafted", text_of)
    stage.says("inai", "AgreementTextFrozen", fixed)
    stage.each("AgreementSigned", sign, signers)
    return stage


def test_a_signed_text_terminates_an_agreement_with_its_last_signature() -> None:
    stage = terminating("inai", "nosc")
    assert agreement(stage).status == "in_force"
    *_rest, sign = ending()
    stage.on("2019-03-04").says("sfp", "AgreementSigned", sign, occurred_on="2019-03-02")
    assert (agreement(stage).status, states(stage)) == ("terminated", ["terminated"])
    (fact,) = facts(stage, "AgreementTerminated")
    assert (fact.stream, fact.since, fact.params) == (AG, "2019-03-02", {"reason": "agreed", "by": "fin"})
    stage.undos.reverse()
    stage.state.undo(stage.undos[0])
    assert agreement(stage).status == "in_force"


def test_each_party_says_itself_what_its_signature_ends() -> None:
    stage = terminating()
    hidden = signed() | {"agreement": "fin"}
    assert stage.code("sfp", "AgreementSigned", hidden) == "E_DIGEST_MISMATCH"
    more = {"agreement": "fin", "terminates": ["ag", "other"]}
    assert stage.code("sfp", "AgreementSigned", signed() | more) == "E_DIGEST_MISMATCH"
    assert in_force().code("sfp", "AgreementSigned", signed() | {"terminates": ["ag"]}) == "E_ALREADY_SIGNED"


def test_two_of_three_do_not_terminate_for_the_third() -> None:
    text_of, *_rest = ending(("inai", "sfp"))
    refusal = in_force().refused("inai", "AgreementDrafted", text_of)
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_POLICY", ["nosc"])


def test_who_became_a_party_since_must_sign_the_end_too() -> None:
    stage = terminating("inai", "nosc")
    parties = sorted((*MEMBERS, "red"))
    stage.body("dd", tuple(parties))
    stage.says("inai", "AgreementDrafted", draft(2, COMMA, parties=parties, governance_body="dd"))
    stage.says("inai", "AgreementTextFrozen", frozen(2, COMMA, required=parties))
    stage.each("AgreementSigned", signed(2, COMMA), tuple(parties))
    *_rest, sign = ending()
    assert stage.code("sfp", "AgreementSigned", sign) == "E_POLICY"


def test_who_has_left_an_agreement_need_not_sign_its_end() -> None:
    text_of, *_rest = ending(("inai", "nosc"))
    left("sfp").says("inai", "AgreementDrafted", text_of)


def test_who_can_not_speak_any_more_is_named_and_not_awaited() -> None:
    stage = in_force()
    stage.says(root("sfp"), "RepresentativeRevoked", {"appointment": "ap-sfp", "reason": text("Ya")})
    stage.says(root("sfp"), "KeyRevoked", {"key": key_id("root-sfp"), "reason": "lost"})
    text_of, fixed, sign = ending(("inai", "nosc"))
    stage.says("inai", "AgreementDrafted", text_of)
    stage.says("inai", "AgreementTextFrozen", fixed)
    stage.each("AgreementSigned", sign, ("inai", "nosc"))
    (fact,) = facts(stage, "AgreementTerminated")
    assert fact.params == {"reason": "agreed", "by": "fin", "without": ["sfp"]}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"terminates": ["nothing"]}, "E_NOT_FOUND"),
        ({"agreement": "ag", "version": 2}, "E_STATE"),
        ({"terminates": []}, "E_MALFORMED"),
        ({"terminates": ["b", "a"]}, "E_MALFORMED"),
    ],
)
def test_what_a_text_can_not_terminate(changed: dict[str, object], code: str) -> None:
    stage = in_force()
    if code == "E_MALFORMED":
        assert stage.code("inai", "AgreementDrafted", ending()[0] | changed, stream="agreement/fin") == code
    else:
        assert stage.code("inai", "AgreementDrafted", ending()[0] | changed) == code


def test_a_text_that_is_not_in_force_is_not_terminated() -> None:
    assert signed_agreement("nosc").code("inai", "AgreementDrafted", ending()[0]) == "E_STATE"


def test_nothing_moves_an_agreement_that_has_ended() -> None:
    stage = terminating(*MEMBERS)
    for who, type_name, body in (
        ("nosc", "AgreementDrafted", draft(2, COMMA)),
        ("nosc", "AgreementPartyWithdrew", leaving(stage.today)),
    ):
        assert stage.code(who, type_name, body) == "E_STATE"


def test_the_second_edition_knows_neither_amendments_nor_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.domain.stage.EDITION", 2)
    stage = in_force()
    assert stage.state.edition == 2
    assert codes(stage.refused("nosc", "AgreementDrafted", draft(2, COMMA))) == {"E_STATE"}
    assert stage.code("sfp", "AgreementPartyWithdrew", leaving(stage.today), stream=AG) == "E_UNKNOWN_TYPE"
    ends = draft() | {"agreement": "fin", "terminates": ["ag"]}
    assert stage.code("inai", "AgreementDrafted", ends, stream="agreement/fin") == "E_MALFORMED"
