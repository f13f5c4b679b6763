"""Nobody speaks under the name of a body, and no body decides under that of a party."""

from typing import Any

from tests.domain.stage import Stage, founded, seated, text
from tests.rows import each_row


def party(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "civil_society_org", "legal_name": text(name), "party": "otra"} | more


def founding(name: str, *members: str) -> dict[str, Any]:
    return {"governance_body": "dos", "mandate": text("Lo mismo"), "members": sorted(members), "name": text(name)}


@each_row("named", [party("Comité"), party("COMITÉ."), party("Otra", acronym="comite")])
def test_25_no_party_enters_under_the_name_of_a_body(named: dict[str, Any]) -> None:
    stage = seated()
    refusal = stage.refused("sfp", "PartyRegistered", named)
    assert (refusal.code, refusal.judged_against["governance body"]) == ("E_POLICY", "cc")
    stage.says("sfp", "PartyRegistered", party("Otra"))


def test_25_nor_calls_its_name_official() -> None:
    body = {"lang": "es", "name": "Comité", "official": True, "party": "sfp", "used_in": "Carta"}
    stage = seated()
    assert stage.code("sfp", "PartyNameRecorded", body) == "E_POLICY"
    stage.says("sfp", "PartyNameRecorded", body | {"official": False})


@each_row("name", ["inai", "I.N.A.I.", "Red", "red\N{BRAILLE PATTERN BLANK}"])
def test_25_no_body_is_founded_under_the_name_of_a_party(name: str) -> None:
    stage = seated()
    assert stage.code("nosc", "GovernanceBodyEstablished", founding(name, "nosc", "sfp")) == "E_POLICY"
    stage.says("nosc", "GovernanceBodyEstablished", founding(f"Comité de {name}", "nosc", "sfp"))


def test_25_a_body_that_is_not_founded_yet_takes_no_name() -> None:
    stage = founded()
    stage.says("sfp", "GovernanceBodyEstablished", founding("Mesa", "nosc", "sfp"))
    stage.says("inai", "PartyRegistered", party("Mesa"))
    assert stage.code("nosc", "GovernanceBodyEstablished", founding("Mesa", "nosc", "sfp")) == "E_POLICY"


@each_row("edition", [1, 2])
def test_former_editions_took_any_name(edition: int) -> None:
    stage: Stage = seated(edition=edition)
    stage.says("sfp", "PartyRegistered", party("Comité"))
    stage.says("nosc", "GovernanceBodyEstablished", founding("inai", "nosc", "sfp"))
