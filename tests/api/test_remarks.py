"""What was said of an entry, as pages and interface show it."""

from typing import Any

import pytest
from tests.api.served import Desk, digest, report
from tests.ledger.world import doc, text


def remarked(desk: Desk) -> str:
    """A report contested by two, answered once; an allegation answered by the accused. Gives the report's leaf hash."""
    made = desk.take(desk.says("inai", "ProgressReported", "commitment/c1", report(report="r7")))
    target: str = made["leaf_hash"]
    desk.take(desk.world.contest(target, "nosc", own_level="not_started", grounds=text("No hay minuta")))
    desk.take(desk.world.contest(target, "sfp", "i2"))
    answer = {"answers": ["i1"], "documents": [doc()], "response": text("La minuta es pública"), "target": target}
    desk.take(desk.says("inai", "ResponseGiven", f"entry/{target}", answer))
    alleged = {
        "accused": ["sfp"], "alleged_actor": text("Una dependencia"), "allegation": "al-1", "commitment": "c1",
        "description": text("Se redujo el alcance"), "evidence": [], "kind": "scope_reduction", "plan": "plan-3",
        "since": "2017", "unilateral": True,
    }  # fmt: skip
    said = desk.take(desk.says("nosc", "AllegationMade", "allegation/al-1", alleged))["leaf_hash"]
    denied = {"response": text("No ocurrió"), "target": said}
    desk.take(desk.says("sfp", "ResponseGiven", f"entry/{said}", denied))
    return target


def page(desk: Desk, path: str) -> str:
    answer = desk.http.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def item(desk: Desk, path: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.http.get(f"/api/v1/{path}").json()["item"]
    return found


def test_an_entrys_page_and_record_show_what_was_said_of_it(adopted: Desk) -> None:
    target = remarked(adopted)
    row = item(adopted, f"remarks/{target}")
    assert (row["standing"], [one["is_open"] for one in row["contests"]]) == ("contested", [False, True])
    leads = adopted.http.get(f"/es/registros/{target}")  # an entry has one address, by its index
    index = adopted.ledger.log.index_of(target)
    assert (leads.status_code, leads.headers["location"]) == (307, f"/es/registros/{index}")
    shown = page(adopted, f"/es/registros/{index}")
    assert all(words in shown for words in ("Lo que se ha dicho", "No hay minuta", "La minuta es pública"))
    assert "What was said of this entry" in page(adopted, f"/en/entries/{index}")
    assert adopted.http.get(f"/api/v1/remarks/{'0' * 64}").status_code == 404


def test_a_past_size_shows_what_had_been_said_by_then(adopted: Desk) -> None:
    target = remarked(adopted)
    row = item(adopted, f"remarks/{target}?size={adopted.ledger.size - 3}")
    assert (len(row["contests"]), row["responses"]) == (2, [])
    index = adopted.ledger.log.index_of(target)
    assert "La minuta" not in page(adopted, f"/es/registros/{index}?size={adopted.ledger.size - 3}")


@pytest.mark.parametrize(("path", "words"), [
    ("/es/senalamientos", ("Señalamientos", "Se redujo el alcance", "No ocurrió", "contestado", "SFP")),
    ("/en/allegations", ("Allegations", "scope reduction", "answered", "unilateral")),
    ("/es/compromisos/c1", ("Impugnaciones y respuestas", "No hay minuta", "Se redujo el alcance")),
    ("/en/commitments/c1", ("Contests and responses", "contested")),
    ("/es/registros", ("impugna el registro", "contesta a lo que se impugnó")),
])  # fmt: skip
def test_pages_name_contests_responses_and_allegations(adopted: Desk, path: str, words: tuple[str, ...]) -> None:
    remarked(adopted)
    shown = page(adopted, path)
    assert [one for one in words if one not in shown] == []


def test_an_allegation_is_served_with_its_standing(adopted: Desk) -> None:
    remarked(adopted)
    row = item(adopted, "allegations/al-1")
    assert (row["standing"], row["accused"], len(row["responses"])) == ("answered", ["sfp"], 1)
    assert row["concerns"] == ["commitment/c1", "plan/plan-3"]


def test_case_31_a_disowned_signature_says_so_on_its_agreement_and_its_entry(adopted: Desk) -> None:
    texts = {"authentic": "es", "documents": [doc(b"texto", "es")]}
    named = {"agreement": "ag-9", "version": 1}
    drafted = {**named, "docset": texts, "parties": ["inai", "nosc"], "title": text("Acuerdo")}
    adopted.take(adopted.says("inai", "AgreementDrafted", "agreement/ag-9", drafted))
    frozen = {**named, "docset": digest(texts)}
    adopted.take(adopted.says("inai", "AgreementTextFrozen", "agreement/ag-9", frozen | {"required": ["inai", "nosc"]}))
    signed = adopted.take(adopted.says("nosc", "AgreementSigned", "agreement/ag-9", frozen))
    adopted.take(adopted.says("inai", "AgreementSigned", "agreement/ag-9", frozen))
    key = adopted.world.keys["inai"].key_id
    since = {"compromised_since": adopted.world.today, "key": key}
    adopted.take(adopted.root_says("inai", "KeyCompromised", f"key/{key}", since))
    adopted.world.keys["inai"] = type(adopted.world.keys["inai"])()
    adopted.take(adopted.world.key_registered("inai"))
    adopted.take(adopted.world.key_endorsed("inai"))
    target = adopted.ledger.as_of().row("signatures", "agreement/ag-9")["versions"][0]["signatures"][1]
    verdict = {"key": key, "target": target["leaf_hash"], "verdict": "disowned"}
    adopted.take(adopted.says("inai", "SignatureReaffirmed", f"key/{key}", verdict))
    matrix = adopted.http.get("/api/v1/agreements/ag-9").json()["signature_matrix"][0]["signatures"]
    assert {one["party"]: one.get("verdict") for one in matrix} == {"inai": "disowned", "nosc": None}
    assert "desconoce esta firma" in page(adopted, "/es/acuerdos/ag-9")
    assert "disowns this signature" in page(adopted, f"/en/entries/{target['index']}")
    assert "disowns" not in page(adopted, f"/en/entries/{signed['index']}")
