"""Texts that follow others: amendments, and texts that end another agreement."""

import pytest
from tests.domain.agreements.test_agreement import (
    AG,
    COMMA,
    agreement,
    amending,
    attested,
    draft,
    frozen,
    leaving,
    signed,
)
from tests.domain.agreements.test_agreement import signed_by as signed_agreement
from tests.domain.agreements.test_withdrawal import facts, in_force, left
from tests.domain.stage import MEMBERS, Stage, key_id, root, text
from tests.domain.tables import codes
from tests.rows import each_row

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
    """The second one on its way, by rules under which a party's word on its own paper signature signs."""
    stage = in_force()
    rule = {"paper_attestation_counts": {"rule_source": "adopted", "value": True}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rule, "version": 1})
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
    on_paper = attested("sfp") | {"agreement": "fin", "terminates": ["ag"]}
    assert codes(stage.refused("sfp", "PaperSignatureAttested", on_paper)) == {"E_POLICY"}


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


@each_row(
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
