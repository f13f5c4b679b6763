"""A plan from its opening to its assessment, over HTTP: rows, pages, sentences, and the audit of what is served."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.served import Desk, appoint, desk_in, digest, later, row, wide
from tests.ledger.template import Templates
from tests.ledger.world import PARTIES, Key, doc, scope, text
from tests.rows import each_row

from constancia.ledger.audit.level3_law import Replay
from constancia.verify.audit.run import audit
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.source import open_source

Body = dict[str, Any]
OPENING: Body = {
    "due": "2019-08-31", "governance_body": "committee", "ordinal": 4, "period": "2019-03-01/2021-08-31",
    "plan": "plan-4", "title": text("Cuarto plan"),
}  # fmt: skip


def decided(desk: Desk, type_name: str, stream: str, body: Body) -> None:
    """An act put to the vote, voted for and signed by all, and recorded."""
    name = body["decision"]
    act = {"body": body, "stream": stream, "type": type_name}
    put = {"act": act, "decision": name, "governance_body": "committee", "question": text("¿Sí?")}
    desk.take(wide(desk, "inai", "DecisionProposed", f"decision/{name}", put))
    for kind, more in (("VoteCast", {"choice": "for"}), ("DecisionSigned", {})):
        for party in PARTIES:
            desk.take(wide(desk, party, kind, f"decision/{name}", {"decision": name, "digest": digest(act), **more}))
    desk.take(wide(desk, "inai", type_name, stream, body))


def outsider(desk: Desk, party: str) -> None:
    """A party that founded nothing, with a representative."""
    registered = {"kind": "international_body", "legal_name": text(party), "party": party}
    desk.take(wide(desk, "inai", "PartyRegistered", f"party/{party}", registered))
    key = desk.world.roots[party] = Key()
    actor = {"capacity": "root", "party": party}
    known = {"key": key.key_id, "party": party, **key.material}
    desk.take(desk.by(key, actor, "KeyRegistered", f"key/{key.key_id}", known))
    endorsed = {"key": key.key_id, "valid_from": "2019-01-01"}
    desk.take(desk.root_says("inai", "KeyEndorsed", f"key/{key.key_id}", endorsed))
    appoint(desk, party, "wide")


def play_the_plan(desk: Desk) -> None:
    for party in PARTIES:
        appoint(desk, party, "wide")
    outsider(desk, "irm")
    for party in PARTIES:
        desk.take(wide(desk, party, "ActionPlanOpened", "plan/plan-4", OPENING))
    carried = {
        "commitment": "c1", "decision": "d-carry", "origin": "roadmap", "plan": "plan-4",
        "scope_digest": digest(scope()), "scope_version": 1,
    }  # fmt: skip
    decided(desk, "CommitmentCarriedIntoPlan", "plan/plan-4", carried)
    smaller = scope() | {"actions": []}
    change = {"commitment": "c1", "decision": "d-less", "declared_kind": "reduction", "from_version": 1}
    decided(desk, "ScopeChanged", "commitment/c1", change | {"scope": smaller})
    stopped = {"basis": doc(b"decreto"), "deadline": "plan_submission", "from_day": "2019-03-10", "kind": "suspended",
               "move": "s1", "plan": "plan-4", "to_day": "2019-03-19"}  # fmt: skip
    desk.take(wide(desk, "inai", "DeadlineMoved", "deadline/s1", stopped))
    later(desk, days=284)  # to 10 December
    submitted = {"document": doc(b"plan"), "on": "2019-12-10", "plan": "plan-4", "submitted_to": "irm", "version": 1}
    desk.take(wide(desk, "sfp", "ActionPlanSubmitted", "plan/plan-4", submitted))
    moved = {"basis": doc(b"resolucion"), "deadline": "plan_end", "decision": "d-ext", "from_day": "2021-08-31",
             "kind": "extended", "move": "x1", "plan": "plan-4", "to_day": "2022-08-31"}  # fmt: skip
    decided(desk, "DeadlineMoved", "deadline/x1", moved)
    status = {"commitment": "c1", "decision": "d-stop", "reasons": text("Pandemia"), "to": "suspended"}
    decided(desk, "CommitmentStatusDecided", "commitment/c1", status)
    for name, subject, values in (
        ("as-1", {"commitment": "c1"}, [{"scale": "irm-completion", "value": "no_evidence_available"}]),
        ("as-2", {"plan": "plan-4"}, [{"scale": "irm-process", "value": "not_contrary"}]),
    ):
        found = {"assessment": name, "period": "2019", "report": doc(b"informe"), "values": values} | subject
        desk.take(wide(desk, "irm", "AssessmentPublished", f"assessment/{name}", found))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Desk]:
    with desk_in(tmp_path_factory.mktemp("planned") / "ledger", begun=templates.adopted) as desk:
        play_the_plan(desk)
        yield desk


def test_a_plan_shows_both_figures_and_what_changed_since_the_carry(planned: Desk) -> None:
    plan = row(planned, "plans", "plan-4")
    assert (plan["days_late"], plan["days_late_now"], plan["due_now"]) == (101, 91, "2019-09-10")
    assert (plan["first_end"], plan["ends"], plan["status"]) == ("2021-08-31", "2022-08-31", "submitted")
    (carried,) = plan["commitments"]
    assert (carried["scope_version"], carried["scope_now"], carried["lifecycle"]) == (1, 2, "suspended")
    assert (carried["change"]["kind"], carried["change"]["removed"]) == ("reduction", ["actions/a1"])
    assert [move["status"] for move in plan["moves"]] == ["suspended", "extended"]


def test_the_third_track_is_filled_and_changes_no_other(planned: Desk) -> None:
    commitment = row(planned, "commitments", "c1")
    assert commitment["self_level"] == "limited"
    assert (commitment["contested_level"], commitment["independent_level"]) == (None, "no_evidence_available")
    assert (commitment["plans"], commitment["decided"][0]["to"]) == (["plan-4"], "suspended")
    assert [one["assessor"] for one in row(planned, "plans", "plan-4")["assessments"]] == ["irm"]


def test_what_is_overdue_stays_so_when_it_is_suspended(planned: Desk) -> None:
    items = planned.http.get("/api/v1/overdue").json()["items"]
    assert [(one["stream"], one["lifecycle"]) for one in items] == [("overdue/c1:m1", "suspended")]
    unsubmitted = planned.http.get("/api/v1/overdue?at=2019-09-05").json()["items"]
    assert ("overdue/plan-4", 5) in [(one["stream"], one["days_late"]) for one in unsubmitted]
    assert row(planned, "overdue", "c1:m1")["of"] == "commitment/c1"


def test_a_decision_leads_to_what_it_caused(planned: Desk) -> None:
    for name in ("d-carry", "d-ext", "d-stop"):
        assert row(planned, "decisions", name)["enacted"]["party"] == "inai"


PAGES = {
    "/es/planes": ["Cuarto plan", "101 días después del primer plazo"],
    "/en/plans": ["101 days after the first deadline"],
    "/es/planes/plan-4": ["reducción", "Convocar", "91 días", "apego al proceso (IRM)", "suspendido"],
    "/en/plans/plan-4": ["reduction", "91 days", "compliance with the process (IRM)", "road map", "Moved deadlines"],
    "/es/compromisos/c1": ["suspendido", "sin evidencia disponible", "Evaluación independiente", "Pandemia"],
    "/en/commitments/c1": ["suspended", "no evidence available", "Independent assessment", "plan-4"],
    "/es/compromisos": ["Suspendidos", "alcance reducido"],
    "/es/vencidos": ["Foro", "200 días de retraso"],
    "/en/overdue": ["Foro", "200 days late"],
    "/en/overdue?at=2019-09-05": ["has not submitted", "5 days late"],
    "/es/": ["Foro"],
}  # fmt: skip


@each_row("path", PAGES)
def test_pages_show_it_in_both_languages(planned: Desk, path: str) -> None:
    answer = planned.http.get(path)
    assert answer.status_code == 200
    assert [words for words in PAGES[path] if words not in answer.text] == []


SENTENCES = {
    "ActionPlanOpened": ("INAI abre el plan", "INAI opens the plan"),
    "CommitmentCarriedIntoPlan": ("hoja de ruta", "road map"),
    "ActionPlanSubmitted": ("101", "10 December 2019"),
    "DeadlineMoved": ("plazo de entrega", "submission"),
    "CommitmentStatusDecided": ("se suspende el compromiso «Compromiso c1»", "is suspended"),
    "AssessmentPublished": ("evaluación independiente de «Compromiso c1»", "independent assessment of “Compromiso c1”"),
}


def test_every_act_reads_in_both_languages(planned: Desk) -> None:
    for lang, place in (("es", 0), ("en", 1)):
        page = planned.http.get(f"/{lang}/{'planes' if lang == 'es' else 'plans'}/plan-4").text
        page += planned.http.get(f"/{lang}/{'compromisos' if lang == 'es' else 'commitments'}/c1").text
        page += planned.http.get(f"/{lang}/{'registros' if lang == 'es' else 'entries'}").text  # and what is paged
        page = re.sub(r"<[^>]+>", "", page)  # a text in another language is marked
        assert [name for name, words in SENTENCES.items() if words[place] not in page] == []
        assert "%(" not in page


def test_nobody_reads_the_past_with_a_plan_that_was_not_there(planned: Desk) -> None:
    opened = row(planned, "plans", "plan-4")["opened"]["index"]
    assert planned.http.get(f"/api/v1/plans?size={opened}").json()["items"] == []
    assert planned.http.get(f"/es/planes/plan-4?size={opened}").status_code == 404
    assert planned.http.get(f"/api/v1/plans?size={opened + 1}").json()["items"][0]["commitments"] == []


def test_what_is_served_of_it_is_what_the_entries_give(planned: Desk) -> None:
    with open_source(planned.url) as source:
        audited = audit(source, None, further=[Replay(planned.clock.now())])
    assert audited.faults_total == 0, report_text(audited, "en")
    assert audited.checked["L3"]["moves"] == planned.ledger.size


def test_an_interested_assessor_is_refused_by_the_ledger(planned: Desk) -> None:
    found = {"assessment": "as-9", "commitment": "c1", "period": "2019", "report": doc(b"informe"),
             "values": [{"scale": "irm-completion", "value": "complete"}]}  # fmt: skip
    answer = planned.post(wide(planned, "nosc", "AssessmentPublished", "assessment/as-9", found))
    assert (answer.status_code, answer.json()["code"]) == (403, "E_SELF_DEALING")
