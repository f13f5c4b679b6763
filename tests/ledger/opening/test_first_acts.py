"""What a party says after genesis: in order, nothing twice, and nothing under words that it did not accept."""

from typing import Any

import pytest
from tests.domain.stage import KINDS, MEMBERS, Stage, founded, material, text

from constancia.domain.values.values import digest
from constancia.ledger.opening.first_acts import Otherwise, is_over, next_acts
from constancia.ledger.opening.invitation import Invitation, invitation_of
from constancia.ledger.opening.party_file import PartyFile

RULES = {"decision_rule": {"rule_source": "adopted", "value": "unanimity"}}
DAY = "2019-03-01"


def invitation(**changed: Any) -> Invitation:
    parties = [{"kind": KINDS[party], "legal_name": text(party), "party": party} for party in sorted(MEMBERS)]
    return invitation_of(
        {
            "address": "http://127.0.0.1:9",
            "agreement": {"agreement": "acuerdo-1", "texts": {"es": "# Acuerdo\n"}, "title": text("Acuerdo")},
            "committee": {
                "governance_body": "cc", "mandate": text("Coordinar"), "name": text("Comité"), "rules": RULES,
            },
            "languages": ["es"],
            "name": text("Libro"),
            "origin": "example.org/x",
            "parties": parties,
            "rules": {},
            "timezone": "America/Mexico_City",
        }
        | changed
    )  # fmt: skip


def offered(party: str, of: Invitation) -> PartyFile:
    """A party's file that fits the representatives of the stage, whose keys are no real ones."""
    representative = {
        "appointment": f"ap-{party}", "capacity": "representative", "key": material(f"rep-{party}"), "name": "P",
        "person": f"p-{party}", "post": text("P"), "scope": ["AgreementSigned"],
    }  # fmt: skip
    members = {
        "opening": of.digest,
        "party": party,
        "representative": representative,
        "root": material(f"root-{party}"),
    }
    return PartyFile.parse(members)


def types(stage: Stage, party: str, of: Invitation) -> list[str]:
    return [act.type for act in next_acts(stage.state, of, offered(party, of), DAY)]


def says(stage: Stage, party: str, of: Invitation) -> list[str]:
    """The party says what is its turn."""
    acts = next_acts(stage.state, of, offered(party, of), DAY)
    for act in acts:
        stage.says(party, act.type, act.body)
    return [act.type for act in acts]


def test_party_that_is_not_there_enters_with_four_acts_in_order() -> None:
    of = invitation()
    stage = Stage().open()
    assert types(stage, "nosc", of) == ["PartyRegistered", "RepresentativeAppointed", "KeyRegistered", "KeyEndorsed"]


def test_each_says_the_next_thing_once_until_the_agreement_is_in_force() -> None:
    of = invitation()
    stage = founded()
    said = {party: list[str]() for party in MEMBERS}
    for _round in range(4):
        for party in sorted(MEMBERS):
            said[party] += says(stage, party, of)
    common = ["GovernanceBodyEstablished", "GovernanceRulesAdopted"]
    assert said["inai"] == [*common, "AgreementDrafted", "AgreementTextFrozen", "AgreementSigned"]
    assert said["nosc"] == said["sfp"] == [*common, "AgreementSigned"]
    assert is_over(stage.state, of)
    assert [types(stage, party, of) for party in MEMBERS] == [[], [], []]


def test_a1_committee_with_other_words_stops_the_party() -> None:
    of = invitation()
    stage = founded()
    body = of.body_of("GovernanceBodyEstablished", "sfp") | {"mandate": text("Mandar")}
    stage.says("sfp", "GovernanceBodyEstablished", body)
    with pytest.raises(Otherwise, match="GovernanceBodyEstablished"):
        types(stage, "nosc", of)


def test_a1_agreement_with_another_text_stops_the_party() -> None:
    of = invitation()
    other = invitation(agreement={"agreement": "acuerdo-1", "texts": {"es": "# Otro\n"}, "title": text("Acuerdo")})
    stage = founded()
    for party in MEMBERS:
        says(stage, party, of)
    for party in MEMBERS:
        says(stage, party, of)
    stage.says("sfp", "AgreementDrafted", other.body_of("AgreementDrafted", "sfp"))
    assert digest(other.docset) != digest(of.docset)
    with pytest.raises(Otherwise, match="AgreementSigned"):
        types(stage, "nosc", of)
