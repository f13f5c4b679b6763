"""What becomes of an agreement and of complaints, through a real ledger: served, on pages, and as of any size."""

from typing import Any

import pytest
from tests.api.served import DOCSET, DOCSET_DIGEST, Desk, appoint, later, signature, wide
from tests.ledger.world import PARTIES, doc, text

from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.sources.source import open_source

AG = "agreement/ag"
OTHER = {"authentic": "es", "documents": [doc(b"otro texto", "es")]}


def ag(desk: Desk, who: str, type_name: str, **body: Any) -> int:
    """A party's word on the agreement; gives the index of its entry."""
    return int(desk.take(wide(desk, who, type_name, AG, {"agreement": "ag"} | body))["index"])


def paper(party: str) -> dict[str, Any]:
    return {
        "docset": DOCSET_DIGEST, "name": "Titular de papel", "on": "2019-03-01", "party": party, "person": "p-titular",
        "post": text("Titular"), "scan": doc(b"escaneo"), "version": 1,
    }  # fmt: skip


def complaint(desk: Desk, who: str, type_name: str, name: str, body: dict[str, Any], **members: Any) -> None:
    desk.take(wide(desk, who, type_name, f"complaint/{name}", {"complaint": name} | body, **members))


@pytest.fixture
def lived(founded: Desk) -> Desk:
    """An agreement in force with an attested paper and a discrepancy, which a party has left; three complaints."""
    desk = founded
    for party in PARTIES:
        appoint(desk, party, "wide")
    ag(desk, "inai", "AgreementDrafted", docset=DOCSET, parties=list(PARTIES), title=text("Acuerdo"), version=1)
    ag(desk, "inai", "AgreementTextFrozen", docset=DOCSET_DIGEST, required=list(PARTIES), version=1)
    ag(desk, "inai", "PaperSignatureAttested", **paper("sfp"))
    readings = [{"lang": "en"}, {"lang": "es", "says": "Sesiones de validación"}]
    noted = {"discrepancy": "x1", "place": text("Actividad 3"), "readings": readings, "weight": "substantive"}
    ag(desk, "nosc", "TranslationDiscrepancyRecorded", version=1, prevails="es", **noted)
    for party in PARTIES:
        desk.take(wide(desk, party, "AgreementSigned", AG, signature()))
    ag(desk, "sfp", "AgreementPartyWithdrew", effective="2019-03-01", reasons=text("Cambio de gobierno"))
    filed = {"against": ["sfp"], "kind": "complaint", "protected": False, "text": text("No hay minuta")}
    complaint(desk, "nosc", "ComplaintFiled", "q1", filed)
    hidden = {"against": ["sfp"], "digest": DOCSET_DIGEST, "kind": "complaint", "protected": True, "subject": AG}
    complaint(desk, "nosc", "ComplaintFiled", "q2", hidden, mode="historical", occurred_on="2019-02")
    complaint(desk, "inai", "ComplaintAdmitted", "q1", {"reasons": text("Es del comité")})
    later(desk, days=35)
    complaint(
        desk, "inai", "ComplaintResolved", "q1", {"outcome": "upheld", "reasons": text("Falta"), "remedies": [AG]}
    )
    return desk


def test_pages_say_what_became_of_the_agreement(lived: Desk) -> None:
    page = lived.http.get("/es/acuerdos/ag").text
    for words in (
        "dejó el acuerdo", "Cambio de gobierno", "Titular de papel", "No cuenta como firma",
        "Diferencias entre los idiomas", "Sesiones de validación", "(nada)", "prevalece", "de fondo",
    ):  # fmt: skip
        assert words in page, words
    english = lived.http.get("/en/agreements/ag").text
    assert "Read them before signing" in english
    assert "left the agreement" in english


def test_rows_say_the_same(lived: Desk) -> None:
    item = lived.http.get("/api/v1/agreements/ag").json()["item"]
    assert (item["status"], item["in_force_version"], item["parties_left"]) == ("in_force", 1, ["inai", "nosc"])
    assert [one["discrepancy"] for one in item["discrepancies"]] == ["x1"]
    (version,) = lived.http.get("/api/v1/signatures/ag").json()["item"]["versions"]
    assert {one["kind"] for one in version["signatures"]} == {"ledger"}
    (attested,) = version["attestations"]
    assert (attested["kind"], attested["party"], attested["attested_by"]) == ("paper_attested", "sfp", "inai")


def test_an_agreement_that_ends_is_terminated_from_then_on_and_not_before(lived: Desk) -> None:
    before = lived.ledger.size
    ag(lived, "inai", "AgreementDrafted", docset=OTHER, parties=["inai", "nosc"], title=text("Dos"), version=2)
    page = lived.http.get("/es/acuerdos/ag").text
    assert "en borrador" in page
    assert "en vigor" in page, "an amendment on its way leaves the former version in force"
    ag(lived, "nosc", "AgreementPartyWithdrew", effective="2019-04-05", reasons=text("También"))
    assert lived.http.get("/api/v1/agreements/ag").json()["item"]["status"] == "terminated"
    assert lived.http.get(f"/api/v1/agreements/ag?size={before}").json()["item"]["status"] == "in_force"
    assert "Terminado desde" in lived.http.get("/es/acuerdos/ag").text
    facts = lived.http.get("/api/v1/derived").json()["items"]
    assert [fact["params"] for fact in facts if fact["kind"] == "AgreementTerminated"] == [{"reason": "parties_left"}]


def test_complaints_are_listed_with_who_is_late_and_without_what_is_protected(lived: Desk) -> None:
    items = {item["complaint"]: item for item in lived.http.get("/api/v1/complaints").json()["items"]}
    (owed,) = items["q1"]["answers"]
    assert (owed["party"], owed["stands"], owed["days_late"] > 0, items["q1"]["status"]) == (
        "sfp", "late", True, "resolved",
    )  # fmt: skip
    assert items["q2"].keys() & {"digest", "filed", "subject", "text", "pseudonym"} == set()
    assert (items["q2"]["filer"], items["q2"]["was_taken_in"]) == ("nosc", True)
    page = lived.http.get("/es/quejas").text
    assert "no ha contestado y el plazo venció" in page
    assert "Protegida" in page
    alone = lived.http.get("/es/quejas/q2").text
    assert "2019-02" not in alone
    assert DOCSET_DIGEST not in alone
    assert "No hay minuta" in lived.http.get("/en/complaints/q1").text


@pytest.mark.parametrize("path", ["/es/quejas", "/en/complaints"])
def test_a_page_of_the_past_shows_no_later_complaint(lived: Desk, path: str) -> None:
    assert f"{path}/q1" in lived.http.get(path).text
    assert f"{path}/q1" not in lived.http.get(f"{path}?size=3").text
    assert lived.http.get(f"{path}/q1?size=3").status_code == 404


def test_a_protected_complaint_is_in_no_timeline_of_its_subject(lived: Desk) -> None:
    lived.ledger.views.wait()
    rows = [row for _key, row in lived.ledger.views.rows("timeline", prefix=f"{AG}#")]
    assert rows
    assert "ComplaintFiled" not in {row["type"] for row in rows}


def test_levels_3_and_4_judge_all_of_it(lived: Desk) -> None:
    lived.ledger.views.wait()
    with open_source(lived.url) as source:
        report = audit(source, None, further=[Replay(lived.clock.now())])
    assert report.faults_total == 0
