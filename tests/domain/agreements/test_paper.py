"""Paper signatures: evidence of who attests. They sign only for the attester itself, and only by rules said before."""

from typing import Any

from tests.domain.agreements.test_agreement import (
    agreement,
    amending,
    attested,
    awaiting,
    draft,
    drafted,
    frozen,
    signed,
    signed_by,
)
from tests.domain.stage import FOUNDERS, KINDS, MEMBERS, Stage, genesis, root, seated, text
from tests.domain.tables import codes
from tests.rows import each_row

PAPER = "paper_attestation_counts"
RULE = {"rule_source": "adopted", "value": True}


def counting(*signers: str) -> Stage:
    """The body's rules let a party's own attestation sign for it."""
    stage = seated()
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": {PAPER: RULE}, "version": 1})
    stage.says("nosc", "AgreementDrafted", draft())
    stage.says("inai", "AgreementTextFrozen", frozen())
    stage.each("AgreementSigned", signed(), signers)
    return stage


@each_row("who", ["inai", "red", "sfp"])
def test_30_by_default_no_attestation_signs_for_anybody(who: str) -> None:
    stage = signed_by("nosc", "inai")
    stage.says(who, "PaperSignatureAttested", attested("sfp"))
    current = agreement(stage).current
    assert (agreement(stage).status, current.missing) == ("partially_signed", ("sfp",))
    (shown,) = current.attestations or ()
    assert (shown.party, shown.mark.party) == ("sfp", who)
    stage.says("sfp", "AgreementSigned", signed())
    assert agreement(stage).status == "in_force"


def test_by_the_rules_a_partys_own_attestation_signs_from_the_day_it_is_said() -> None:
    stage = counting("nosc", "inai").on("2019-03-04")
    stage.says("sfp", "PaperSignatureAttested", attested("sfp", on="2019-03-01"))
    current = agreement(stage).current
    assert (agreement(stage).status, current.missing) == ("in_force", ())
    (own,) = (signature for signature in current.signatures if signature.paper)
    assert (own.mark.party, own.mark.occurred_on, own.paper and own.paper.on) == ("sfp", "2019-03-04", "2019-03-01")
    assert not current.attestations


@each_row("others", [("inai",), ("inai", "nosc"), ("inai", "nosc", "red")])
def test_30_no_word_of_others_is_the_signature_of_a_party_whatever_the_rules(others: tuple[str, ...]) -> None:
    stage = counting("nosc", "inai")
    for other in others:
        stage.says(other, "PaperSignatureAttested", attested("sfp"))
    assert (agreement(stage).status, agreement(stage).current.missing) == ("partially_signed", ("sfp",))


def test_who_may_not_sign_agreements_does_not_sign_one_by_attesting() -> None:
    stage = counting("nosc", "inai")
    narrow = stage.join("sfp", name="narrow", scope=["PaperSignatureAttested"])
    stage.says(narrow, "PaperSignatureAttested", attested("sfp"))
    assert agreement(stage).current.missing == ("sfp",)


def test_a_rule_adopted_after_the_freezing_counts_for_later_texts_only() -> None:
    stage = signed_by("nosc", "inai")
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": {PAPER: RULE}, "version": 1})
    stage.says("sfp", "PaperSignatureAttested", attested("sfp"))
    assert agreement(stage).current.missing == ("sfp",)


def test_a_person_neither_signs_on_paper_for_one_party_and_here_for_another() -> None:
    stage = counting("nosc")
    refusal = stage.refused("sfp", "PaperSignatureAttested", attested("sfp", person="p-nosc"))
    assert (refusal.code, refusal.judged_against["signed_for"]) == ("E_SELF_DEALING", "nosc")
    both = stage.join("sfp", name="both", person="p-nosc")
    assert stage.code(both, "PaperSignatureAttested", attested("sfp")) == "E_SELF_DEALING"


def test_a_person_that_signed_on_paper_for_one_party_signs_here_for_no_other() -> None:
    stage = counting("nosc")
    stage.says("sfp", "PaperSignatureAttested", attested("sfp", person="p-moves"))
    moved = stage.join("inai", name="moves")
    refusal = stage.refused(moved, "AgreementSigned", signed())
    assert (refusal.code, refusal.judged_against["spoke_for"]) == ("E_SELF_DEALING", "sfp")
    assert stage.code("inai", "PaperSignatureAttested", attested("inai", person="p-moves")) == "E_SELF_DEALING"
    stage.says("inai", "AgreementSigned", signed())
    assert agreement(stage).status == "in_force"


def test_26_no_attestation_takes_the_signature_of_another_partys_person() -> None:
    stage = counting("nosc")
    refusal = stage.refused("sfp", "PaperSignatureAttested", attested("sfp", person="p-inai"))
    assert (refusal.code, refusal.judged_against["represents"]) == ("E_SELF_DEALING", "inai")
    stage.says("inai", "PaperSignatureAttested", attested("sfp"))
    stage.says("inai", "AgreementSigned", signed())


def test_evidence_names_who_signed_also_where_that_person_is_with_another_party_since() -> None:
    stage = signed_by("nosc", "inai")
    stage.says("sfp", "PaperSignatureAttested", attested("sfp", person="p-inai"))
    (shown,) = agreement(stage).current.attestations or ()
    assert (shown.party, shown.person) == ("sfp", "p-inai")


def test_who_signed_is_not_signed_for_again() -> None:
    stage = counting("nosc", "sfp")
    stage.says("sfp", "PaperSignatureAttested", attested("sfp"))
    current = agreement(stage).current
    assert len(current.signatures) == 2
    assert len(current.attestations or ()) == 1
    stage = counting()
    stage.says("sfp", "PaperSignatureAttested", attested("sfp"))
    assert stage.code("sfp", "AgreementSigned", signed()) == "E_ALREADY_SIGNED"


def test_a_signing_window_binds_an_attestation_that_signs() -> None:
    stage = seated()
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": {PAPER: RULE}, "version": 1})
    stage.says("nosc", "AgreementDrafted", draft())
    stage.says("inai", "AgreementTextFrozen", frozen(window="2019-03-10/2019-03-30"))
    assert stage.code("sfp", "PaperSignatureAttested", attested("sfp")) == "E_STATE"
    stage.on("2019-04-02").says("sfp", "PaperSignatureAttested", attested("sfp"))
    assert (stage.status("agreement/ag"), agreement(stage).current.signatures) == ("lapsed", ())


def test_a_paper_of_an_earlier_version_is_evidence_of_that_version() -> None:
    stage = amending("partially_signed")
    stage.says("red", "PaperSignatureAttested", attested("sfp", 1))
    first, second = agreement(stage).versions
    assert [len(version.attestations or ()) for version in (first, second)] == [1, 0]


@each_row(
    ("changed", "code"),
    [
        ({"party": "red"}, "E_POLICY"),
        ({"party": "nobody"}, "E_NOT_FOUND"),
        ({"version": 2}, "E_NOT_FOUND"),
        ({"on": "2019-03-02"}, "E_DATE"),
        ({"docset": f"sha256:{'0' * 64}"}, "E_DIGEST_MISMATCH"),
        ({"terminates": ["other"]}, "E_DIGEST_MISMATCH"),
    ],
)
def test_what_is_attested_is_a_signature_of_a_party_under_this_text(changed: dict[str, Any], code: str) -> None:
    assert awaiting().code("red", "PaperSignatureAttested", attested("sfp") | changed) == code


def test_no_signature_of_a_text_that_could_still_change_is_attested() -> None:
    assert drafted().code("red", "PaperSignatureAttested", attested("sfp")) == "E_STATE"


def test_a_party_attests_a_paper_signature_once() -> None:
    stage = awaiting()
    stage.says("red", "PaperSignatureAttested", attested("sfp"))
    assert codes(stage.refused("red", "PaperSignatureAttested", attested("sfp"))) == {"E_ALREADY_SIGNED"}
    stage.says("inai", "PaperSignatureAttested", attested("sfp"))
    stage.says("red", "PaperSignatureAttested", attested("inai"))


def test_a_secretariat_attests_nothing() -> None:
    stage = awaiting()
    clerk = stage.join("sfp", name="clerk", capacity="secretariat")
    assert stage.code(clerk, "PaperSignatureAttested", attested("sfp")) == "E_ROLE"


@each_row("value", ["true", 1, "yes"])
def test_the_rule_is_yes_or_no(value: object) -> None:
    rules = {PAPER: {"rule_source": "adopted", "value": value}}
    said = {"governance_body": "cc", "rules": rules, "version": 1}
    assert seated().code("inai", "GovernanceRulesAdopted", said) == "E_POLICY"
    genesis_rules = genesis()["rules"] | rules
    assert Stage().code(FOUNDERS, "LedgerOpened", genesis(rules=genesis_rules), stream="ledger") == "E_MALFORMED"


def test_genesis_can_give_the_rule_to_agreements_of_no_body() -> None:
    stage = Stage()
    rules = genesis()["rules"] | {PAPER: {"rule_source": "law", "value": True}}
    stage.open(rules=rules)
    for party in MEMBERS:
        stage.says(root(party), "PartyRegistered", {"kind": KINDS[party], "legal_name": text(party), "party": party})
        stage.join(party)
    pair = ["inai", "sfp"]
    stage.says("inai", "AgreementDrafted", draft(parties=pair))
    stage.says("inai", "AgreementTextFrozen", frozen(required=pair))
    stage.says("inai", "AgreementSigned", signed())
    stage.says("sfp", "PaperSignatureAttested", attested("sfp"))
    assert agreement(stage).status == "in_force"
