"""A forum, a consultation and its answer, over HTTP: rows, pages, the decision that was promised, and the audit."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.served import Desk, appoint, desk_in, digest, later, row, wide
from tests.ledger.template import Templates
from tests.ledger.world import PARTIES, scope, text
from tests.rows import each_row

from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source

Body = dict[str, Any]
SCOPE: Body = scope() | {
    "deliverables": [
        *scope()["deliverables"],
        {"agenda": [text("Bienvenida")], "deliverable": "e2", "form": "event", "milestone": "m1",
         "title": text("Foro")},
        {"deliverable": "e3", "form": "decision", "milestone": "m1", "title": text("Acciones del plan")},
    ],
    "indicators": [
        {"baseline": "0", "direction": "higher", "indicator": "i1", "target": "300", "title": text("Personas oídas"),
         "unit": "personas"},
    ],
    "milestones": [scope()["milestones"][0] | {"objective": text("Oír a la sociedad")}],
}  # fmt: skip
CONVENED: Body = {
    "about": {"commitment": "c1", "deliverable": "e2"}, "agenda": [text("Relatoría")], "gathering": "g1",
    "governance_body": "committee", "kind": "forum", "open_to": text("Todo público"), "title": text("Foro público"),
    "window": "2019-03-20",
}  # fmt: skip


def decided(desk: Desk, stream: str, type_name: str, body: Body, **more: Any) -> None:
    """An act put to the vote, voted for and signed by all, and recorded."""
    name = body["decision"]
    act = {"body": body, "stream": stream, "type": type_name, **more}
    put = {"act": act, "decision": name, "governance_body": "committee", "question": text("¿Sí?")}
    desk.take(wide(desk, "inai", "DecisionProposed", f"decision/{name}", put))
    for kind, vote in (("VoteCast", {"choice": "for"}), ("DecisionSigned", {})):
        for party in PARTIES:
            desk.take(wide(desk, party, kind, f"decision/{name}", {"decision": name, "digest": digest(act), **vote}))
    desk.take(wide(desk, "inai", type_name, stream, body))


def play_participation(desk: Desk) -> None:
    for party in PARTIES:
        appoint(desk, party, "wide")
    wider = {"commitment": "c1", "decision": "d-wide", "declared_kind": "extension", "from_version": 1, "scope": SCOPE}
    decided(desk, "commitment/c1", "ScopeChanged", wider)
    desk.take(wide(desk, "sfp", "GatheringConvened", "gathering/g1", CONVENED))
    moved = CONVENED | {"window": "2019-03-26"}
    desk.take(wide(desk, "sfp", "GatheringConvened", "gathering/g1", moved))
    consultation = {
        "about": {"commitment": "c1"}, "agenda": [], "gathering": "g2", "kind": "consultation",
        "open_to": text("Todo público"), "title": text("Consulta"), "window": "2019-03-02/2019-03-28",
    }  # fmt: skip
    desk.take(wide(desk, "inai", "GatheringConvened", "gathering/g2", consultation))
    unheld = consultation | {"gathering": "g3", "kind": "workshop", "title": text("Taller"), "window": "2019-03-20"}
    desk.take(wide(desk, "inai", "GatheringConvened", "gathering/g3", unheld))
    later(desk, days=26)  # to 27 March
    held = {"attendance": 180, "gathering": "g1", "summary": text("Se oyó a todas las partes"), "window": "2019-03-26"}
    desk.take(wide(desk, "inai", "GatheringHeld", "gathering/g1", held | {"window": "2019-03-27"}))
    own = {"attendance": 212, "gathering": "g1", "window": "2019-03-27"}  # who convened it says so too
    desk.take(wide(desk, "sfp", "GatheringHeld", "gathering/g1", own))
    for name, more in (("k1", {}), ("k2", {"count": 5, "contributor": "academia"})):
        body = {"consent": "count_only", "contribution": name, "contributor": "citizen", "gathering": "g2",
                "sha256": hashlib.sha256(name.encode()).hexdigest(), **more}  # fmt: skip
        desk.take(wide(desk, "sfp", "ContributionReceived", "gathering/g2", body))
    later(desk, days=5)
    themes = [{"contributions": ["k1"], "outcome": "partly", "reasons": text("El plazo no alcanza"), "theme": "t1",
               "title": text("Control judicial")}]  # fmt: skip
    desk.take(wide(desk, "nosc", "ReasonedResponsePublished", "response/r1",
                   {"gathering": "g2", "response": "r1", "themes": themes}))  # fmt: skip
    less = SCOPE | {"indicators": [SCOPE["indicators"][0] | {"target": "200"}]}
    change = {"commitment": "c1", "decision": "d-less", "declared_kind": "reduction", "from_version": 2, "scope": less}
    promised = {"commitment": "c1", "deliverable": "e3"}
    decided(desk, "commitment/c1", "ScopeChanged", change, fulfils=promised)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Desk]:
    with desk_in(tmp_path_factory.mktemp("heard") / "ledger", begun=templates.adopted) as desk:
        play_participation(desk)
        yield desk


def test_event_and_decision_are_fulfilled_by_what_they_are(heard: Desk) -> None:
    items = {item["deliverable"]: item for item in row(heard, "commitments", "c1")["deliverables"]}
    assert {name: item["status"] for name, item in items.items() if name != "e1"} == {
        "e2": "fulfilled", "e3": "fulfilled",
    }  # fmt: skip
    assert items["e2"]["fulfilled_by"]["stream"] == "gathering/g1"
    assert items["e3"]["fulfilled_by"]["stream"] == "decision/d-less"
    assert row(heard, "deliverables", "c1.e2")["status"] == "fulfilled"


def test_a_moved_gathering_shows_every_call_and_a_missing_one_that_it_was_not_held_so_far(heard: Desk) -> None:
    gathering = row(heard, "gatherings", "g1")
    assert [call["window"] for call in gathering["convenings"]] == ["2019-03-20", "2019-03-26"]
    assert (gathering["stands"], gathering["ended_on"]) == ("held_late", "2019-03-27")
    assert row(heard, "gatherings", "g3")["stands"] == "not_held"
    day = heard.http.get("/api/v1/gatherings/g3?at=2019-03-19").json()["item"]
    assert day["stands"] == "convened"


def test_the_record_counts_by_kind_and_says_what_is_owed(heard: Desk) -> None:
    record = row(heard, "participation", "g2")
    assert record["by_kind"] == {"academia": 5, "citizen": 1}
    assert (record["unanswered"], record["is_owed"]) == (["k2"], True)
    assert [response["response"] for response in record["responses"]] == ["r1"]
    assert row(heard, "responses", "r1")["subject_title"] == text("Consulta")


def test_a_lower_target_is_a_reduction(heard: Desk) -> None:
    last = row(heard, "commitments", "c1")["scopes"][-1]
    assert (last["computed_kind"], last["diff"]["removed"]) == ("reduction", ["indicators/i1/target"])


PAGES = {
    "/es/reuniones": ["Foro público", "realizada fuera de plazo", "no realizada hasta ahora", "Asistentes: 180",
                      "Lo que dice quien la convocó", "lo dice SFP", "Asistentes: 212",
                      "Relatoría", "20 de marzo de 2019", "Se oyó a todas las partes"],
    "/en/gatherings": ["held late", "not held so far", "Attendance: 180", "forum"],
    "/es/participacion": ["Consulta", "academia: 5", "Falta responder a una contribución: <a href=", "Control judicial",
                          "incluido en parte"],
    "/en/participation": ["One contribution is still to be answered: <a href=", "included in part",
                          "El plazo no alcanza"],
    "/es/compromisos/c1": ["Oír a la sociedad", "Personas oídas", "200 personas", "mayor es mejor", "Bienvenida",
                           "Se cumplió con lo que dice", "Se quita: Personas oídas (su meta)"],
    "/en/commitments/c1": ["Objective", "Indicators", "higher is better", "Foro: fulfilled"],
    "/es/decisiones/d-less": ["Con esta decisión se cumple el entregable «Acciones del plan»"],
    "/es/registros": ["sin nombres"],
}  # fmt: skip


@each_row("path", PAGES)
def test_pages_show_it_in_both_languages(heard: Desk, path: str) -> None:
    page = heard.http.get(path)
    assert page.status_code == 200
    shown = re.sub(r"<[^>]+>", "", page.text)  # a link or a mark of another language may be within
    assert [words for words in PAGES[path] if words not in page.text and words not in shown] == []


def test_an_answer_to_a_consultation_is_late_from_the_day_after_the_last_one_of_its_term(adopted: Desk) -> None:
    """The last day is named, and not the instant after it."""
    for party in PARTIES:
        appoint(adopted, party, "wide")
    rules = {"response_term_days": {"rule_source": "adopted", "value": 10}}
    for party in PARTIES:
        body = {"governance_body": "committee", "rules": rules, "version": 1}
        adopted.take(wide(adopted, party, "GovernanceRulesAdopted", "governance/committee", body))
    consultation = {
        "about": {"commitment": "c1"}, "agenda": [], "gathering": "g2", "kind": "consultation",
        "open_to": text("Todo público"), "title": text("Consulta"), "window": "2019-03-02/2019-03-08",
    }  # fmt: skip
    adopted.take(wide(adopted, "inai", "GatheringConvened", "gathering/g2", consultation))
    later(adopted, days=4)
    sent = {"consent": "count_only", "contribution": "k1", "contributor": "citizen", "gathering": "g2",
            "sha256": hashlib.sha256(b"k1").hexdigest()}  # fmt: skip
    adopted.take(wide(adopted, "sfp", "ContributionReceived", "gathering/g2", sent))
    later(adopted, days=12)
    for further, late in ((1, 0), (1, 1), (29, 30)):
        later(adopted, days=further)  # 18 March is the last day
        owed: list[str] = []
        for lang, overdue, participation, term in (
            ("es", "vencidos", "participacion", "18 de marzo de 2019"),
            ("en", "overdue", "participation", "18 March 2019"),
        ):
            answers = {path: adopted.http.get(f"/{lang}/{path}") for path in (overdue, participation, "")}
            assert [answer.status_code for answer in answers.values()] == [200, 200, 200]
            owed = [line for line in answers[overdue].text.split("<li>") if "Consulta<" in line]
            assert owed
            assert all(term in line for line in owed)
            assert term in answers[participation].text
        shown = re.search(r"(\d+|a) days? late", owed[0])
        assert (shown[1] if shown else "0") == ("a" if late == 1 else str(late))
        table = adopted.http.get("/data/answers.csv").text
        assert "2019-03-18" in next(line for line in table.splitlines() if "gathering/g2" in line)


def test_the_ledger_is_intact_and_its_rows_are_recomputed(heard: Desk) -> None:
    with open_source(heard.url) as source:
        report = audit(source, None, further=[Replay(heard.clock.now())])
    assert report.faults_total == 0, report_text(report, "en")
    assert report.checked["L3"]["moves"] == heard.ledger.size
