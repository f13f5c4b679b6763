"""What the pages of signing say without a browser: who waits, what each can sign, in both languages and in the past."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import DOCSET, DOCSET_DIGEST, Desk, appoint, digest, later, row, wide
from tests.ledger.world import PARTIES, doc, text
from tests.rows import each_row

from constancia.api.signing.pages import pending_page
from constancia.api.signing.pages.messages import messages
from constancia.api.text.i18n import LANGUAGES
from constancia.domain.facts.bearing import able_members

STATIC = Path(__file__).resolve().parents[3] / "api" / "static" / "signing"


def sheet(desk: Desk, path: str) -> dict[str, Any]:
    found: dict[str, Any] = desk.http.get(f"/api/v1/signing/es/{path}").json()
    return found


def options(desk: Desk, path: str) -> list[str]:
    return [option["name"] for option in sheet(desk, path)["options"]]


def test_s1_a_sheet_has_neither_seen_nor_time(scene: Desk) -> None:
    offered = sheet(scene, "p-wide-sfp/agreement/ag")["options"]
    assert offered
    for option in offered:
        for act in option["acts"]:
            assert {"seen", "signed_at"}.isdisjoint(act)
            assert act["ledger"] == scene.ledger.origin


def test_only_what_the_rules_let_now_is_offered(scene: Desk) -> None:
    assert options(scene, "p-wide-sfp/agreement/ag") == ["sign", "reserve", "decline"]
    assert options(scene, "p-wide-inai/agreement/ag") == ["sign", "reserve"]  # its party fixed the text
    signed = sheet(scene, "p-wide-nosc/agreement/ag")
    assert (signed["options"], signed["problem"]) == ([], "Su parte ya firmó: aquí no falta nada.")
    assert options(scene, "p-wide-inai/decision/d-panel") == ["for", "against", "abstain", "dissent"]
    # The secretariat's clerk records, and never speaks for its party.
    assert options(scene, "p-clerk-inai/decision/d-panel") == []


def test_the_same_act_has_the_same_id_and_another_one_another(scene: Desk) -> None:
    def ids(path: str) -> list[str]:
        return [act["id"] for option in sheet(scene, path)["options"] for act in option["acts"]]

    assert ids("p-wide-inai/decision/d-panel") == ids("p-wide-inai/decision/d-panel")
    votes = ids("p-wide-inai/decision/d-panel")
    assert len(set(votes[:3])) == 1  # a vote is one act, whatever it says
    assert votes[3] not in votes[:3]
    assert set(ids("p-wide-sfp/agreement/ag")).isdisjoint(ids("p-wide-inai/agreement/ag"))


def test_appointment_that_ended_says_when(scene: Desk) -> None:
    ended = sheet(scene, "p-dismissed-inai/agreement/ag")
    assert ended["options"] == []
    assert "concluyó el" in ended["problem"]
    page = scene.http.get("/es/firmar/p-dismissed-inai/agreement/ag").text
    assert ended["problem"] in page
    assert "data-option" not in page


def test_past_view_is_read_and_not_signed(scene: Desk) -> None:
    size = scene.ledger.size - 1
    page = scene.http.get(f"/es/firmar/p-wide-sfp/agreement/ag?size={size}").text
    assert "Esta es una vista del pasado" in page
    assert "data-option" not in page
    keys = scene.http.get(f"/es/llaves/wide-sfp?size={size}").text
    assert 'id="make"' not in keys


@each_row(
    "path",
    ["p-nobody/agreement/ag", "p-wide-sfp/agreement/nothing", "p-wide-sfp/commitment/c1", "p-wide-sfp/decision/ag"],
)
def test_what_is_not_there_is_not_found(scene: Desk, path: str) -> None:
    assert scene.http.get(f"/es/firmar/{path}").status_code == 404
    assert scene.http.get(f"/api/v1/signing/es/{path}").status_code == 404


def test_pending_names_who_can_do_it_and_who_must_endorse(scene: Desk) -> None:
    page = scene.http.get("/es/pendientes").text
    assert "/es/firmar/p-wide-sfp/agreement/ag" in page
    assert "/es/firmar/p-wide-nosc/agreement/ag" not in page  # it has signed
    assert "avalar la llave de Persona pending-inai" in page
    own = scene.http.get("/es/pendientes/p-wide-sfp").text
    assert "http://localhost:" in own  # an address of numbers is none for passkeys
    assert "<svg" in own
    assert "Pending for" in scene.http.get("/en/pending/p-wide-sfp").text
    assert scene.http.get("/es/pendientes/p-nobody").status_code == 404
    assert scene.http.get("/es/firmar", follow_redirects=False).headers["location"] == "/es/pendientes"


def test_who_has_signed_sees_that_it_can_end_the_wait_for_the_others(founded: Desk) -> None:
    """Nobody else tells it; and its second word is another act than its signature, for which it gets no receipt."""
    desk = founded
    for party in ("inai", "nosc"):
        appoint(desk, party, "wide")
    desk.play(desk.world.commitment("c1")[:1])
    refusing = {"commitment": "c1", "decision": "d9", "reasons": text("No"), "to": "rejected"}
    act = {"body": refusing, "stream": "commitment/c1", "type": "CommitmentStatusDecided"}
    asked = {"act": act, "decision": "d9", "governance_body": "committee", "question": text("¿Se rechaza?")}
    on = {"decision": "d9", "digest": digest(act)}
    desk.take(wide(desk, "inai", "DecisionProposed", "decision/d9", asked))
    for party in ("inai", "nosc"):
        desk.take(wide(desk, party, "VoteCast", "decision/d9", on | {"choice": "for"}))
    desk.take(desk.says("sfp", "VoteCast", "decision/d9", on | {"choice": "for"}))
    for party in ("inai", "nosc"):
        first = sheet(desk, f"p-wide-{party}/decision/d9")["options"][0]
        assert first["name"] == "sign"
        desk.take(wide(desk, party, "DecisionSigned", "decision/d9", on, id=first["acts"][0]["id"]))
    ending = "puede poner fin a la espera de firmas en"
    assert options(desk, "p-wide-nosc/decision/d9") == ["dissent"]
    assert ending not in desk.http.get("/es/pendientes").text
    later(desk, days=120)
    assert ending not in desk.http.get("/es/pendientes").text, "who voted for it is waited for as long as it can sign"
    for key in (desk.world.keys["sfp"].key_id, desk.world.roots["sfp"].key_id):
        desk.take(desk.root_says("sfp", "KeyRevoked", f"key/{key}", {"key": key, "reason": "lost"}))
    for page in ("/es/pendientes", "/es/pendientes/p-wide-nosc", "/feeds/es/pending/p-wide-nosc.atom"):
        assert ending in desk.http.get(page).text, page
    assert ending not in desk.http.get("/es/pendientes/p-sfp").text
    page = desk.http.get("/es/decisiones/d9").text
    assert "Falta la firma de: SFP" in page
    [word] = [option for option in sheet(desk, "p-wide-nosc/decision/d9")["options"] if option["name"] == "finish"]
    assert "queda firmada sin las firmas que faltan" in word["then"]
    desk.take(wide(desk, "nosc", "DecisionSigned", "decision/d9", on, id=word["acts"][0]["id"]))
    assert ending not in desk.http.get("/es/pendientes").text
    page = desk.http.get("/es/decisiones/d9").text
    assert "Se firmó sin la firma de: SFP" in page
    assert "no firmó" in page
    assert not re.search("falta (la|su) firma", page.lower())
    words = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page))
    assert "Firmada el 29 de junio de 2019" in words, "when the wait ended, and not when it was adopted"
    assert re.search("Firmas · ya ocurrió +29 de junio de 2019", words)
    listed = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", desk.http.get("/es/decisiones").text))
    assert "firmada el 29 de junio de 2019" in listed


@pytest.fixture
def deciding(founded: Desk) -> Desk:
    """A decision that all three voted for, and nobody has signed; an agreement that nosc alone has signed."""
    desk = founded
    for party in PARTIES:
        appoint(desk, party, "wide")
    desk.play(desk.world.commitment("c1")[:1])
    refusing = {"commitment": "c1", "decision": "d9", "reasons": text("No"), "to": "rejected"}
    act = {"body": refusing, "stream": "commitment/c1", "type": "CommitmentStatusDecided"}
    asked = {"act": act, "decision": "d9", "governance_body": "committee", "question": text("¿Se rechaza?")}
    desk.take(wide(desk, "inai", "DecisionProposed", "decision/d9", asked))
    for party in PARTIES:
        on = {"choice": "for", "decision": "d9", "digest": digest(act)}
        desk.take(wide(desk, party, "VoteCast", "decision/d9", on))
    return desk


def sign(desk: Desk, party: str) -> None:
    on = {"decision": "d9", "digest": row(desk, "decisions", "d9")["act_digest"]}
    desk.take(wide(desk, party, "DecisionSigned", "decision/d9", on))


def succeed(desk: Desk, duties: list[str] | None = None) -> None:
    """End sfp: dissolved, said by all."""
    ended = {
        "documents": [doc(b"decreto")], "effective": "2019-03-01", "independence_changed": False,
        "mode": "dissolved", "orphaned": duties or [], "party": "sfp", "successors": [], "transfers": [],
    }  # fmt: skip
    for party in PARTIES:
        desk.take(wide(desk, party, "PartySucceeded", "succession/sfp", ended))


def waits(desk: Desk) -> list[tuple[str, str]]:
    """Give the parties and what each is said to owe on the decision, of Pendientes."""
    page = desk.http.get("/es/pendientes").text
    parts = re.split(r'<h2 id="([a-z]+)">', page)[1:]
    kinds = {"falta su firma": "signature", "falta su voto": "vote", "poner fin": "finish"}
    return [
        (party, kind)
        for party, body in zip(parts[::2], parts[1::2], strict=True)
        for said, kind in kinds.items()
        if said in body and "¿Se rechaza?" in body
    ]


def test_who_has_ended_is_not_awaited_and_who_has_signed_can_end_the_wait(deciding: Desk) -> None:
    sign(deciding, "inai")
    sign(deciding, "nosc")
    assert waits(deciding) == [("sfp", "signature")]
    succeed(deciding)
    assert waits(deciding) == [("inai", "finish"), ("nosc", "finish")]
    page = deciding.http.get("/es/decisiones/d9").text
    assert "no se le espera: SFP" in page
    assert "falta la firma de" not in page.lower()
    assert "no se le espera: SFP" in deciding.http.get("/es/decisiones").text
    assert "has ended or no longer sits in the body" in deciding.http.get("/en/decisions").text
    assert deciding.http.get("/es/vencidos").status_code == 200
    sign(deciding, "nosc")
    assert waits(deciding) == []
    assert row(deciding, "decisions", "d9")["status"] == "signed"


def test_decision_of_a_body_that_was_succeeded_waits_for_nobody(deciding: Desk) -> None:
    """Nobody sits in the body any more, and its successor does not sign for it."""
    sign(deciding, "inai")
    assert waits(deciding) == [("nosc", "signature"), ("sfp", "signature")]
    body = {"governance_body": "next", "mandate": text("Ver"), "members": list(PARTIES), "name": text("Otro"),
            "predecessor": "committee"}  # fmt: skip
    for party in PARTIES:
        deciding.take(wide(deciding, party, "GovernanceBodyEstablished", "governance/next", body))
    assert able_members(deciding.ledger.state(), "committee") == PARTIES, "what was the body's is its successor's"
    assert waits(deciding) == []
    page = deciding.http.get("/es/decisiones/d9").text
    assert "Hoy nadie puede firmarla ni poner fin a la espera" in page
    assert "Falta la firma de" not in page


def test_text_is_not_awaited_from_who_has_ended(deciding: Desk) -> None:
    desk = deciding
    draft = {"agreement": "ag", "docset": DOCSET, "parties": list(PARTIES), "title": text("Acuerdo"), "version": 1}
    frozen = {"agreement": "ag", "docset": DOCSET_DIGEST, "required": list(PARTIES), "version": 1}
    desk.take(wide(desk, "inai", "AgreementDrafted", "agreement/ag", draft))
    desk.take(wide(desk, "inai", "AgreementTextFrozen", "agreement/ag", frozen))
    asked = "falta su firma en el acuerdo"
    assert desk.http.get("/feeds/es/pending.atom").text.count(f"SFP: {asked}") > 0
    succeed(desk)
    feed = desk.http.get("/feeds/es/pending.atom").text
    assert f"SFP: {asked}" not in feed
    assert f"NOSC: {asked}" in feed
    assert "Hoy no puede firmar: SFP" in desk.http.get("/es/acuerdos/ag").text


def test_what_has_no_room_is_counted_with_where_it_is(deciding: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(page: str) -> tuple[int, int]:
        """How many things and people are listed."""
        things, _, people = page.partition("<h2>Por persona</h2>")
        return things.partition("<h2>Llaves")[0].count("<li><p>"), people.partition("</ul>")[0].count("<li><a href")

    name = {"lang": "es", "name": "Otra", "official": False, "party": "inai", "used_in": "Carta"}
    deciding.take(wide(deciding, "inai", "PartyNameRecorded", "party/inai", name))
    whole = deciding.http.get("/es/pendientes").text
    things, people = told(whole)
    assert things > 2
    assert people > 2
    assert "no caben aquí" not in whole
    monkeypatch.setattr(pending_page, "_SHOWN", 1)
    deciding.take(wide(deciding, "inai", "PartyNameRecorded", "party/inai", name | {"name": "Una más"}))
    page = deciding.http.get("/es/pendientes").text
    assert told(page) == (1, 1)
    assert f"Y {things - 1} más, que no caben aquí" in page
    assert f"Y {people - 1} personas más: cada una está en la página de su parte" in page


def test_nobody_signs_for_a_party_that_has_ended(deciding: Desk) -> None:
    desk = deciding
    person, keys = "/es/pendientes/p-wide-sfp", "/es/llaves/wide-sfp"
    before = [desk.http.get(path).text for path in (person, keys, "/es/partes/sfp", "/es/pendientes")]
    assert ["Llaves listas para firmar" in before[0], "Hacer mi llave" in before[1]] == [True, True]
    assert ["en uso" in before[2], 'href="/es/pendientes/p-wide-sfp"' in before[3]] == [True, True]
    succeed(desk)
    after = [desk.http.get(path).text for path in (person, keys, "/es/partes/sfp", "/es/pendientes")]
    assert [phrase for phrase in ("Llaves listas para firmar", "Nada espera ahora") if phrase in after[0]] == []
    assert [phrase for phrase in ("Hacer mi llave", "Puede firmar") if phrase in after[1]] == []
    assert ["No se puede firmar" in page for page in after[:2]] == [True, True]
    assert ["en uso" in after[2], "terminó con la parte" in after[2]] == [False, True]
    assert 'href="/es/pendientes/p-wide-sfp"' not in after[3]
    assert desk.http.get("/es/pendientes/p-wide-nosc").text.count("Llaves listas para firmar") == 1


def test_pending_as_feed_and_calendar(scene: Desk) -> None:
    everybody = scene.http.get("/feeds/es/pending.atom")
    assert everybody.headers["content-type"].startswith("application/atom+xml")
    assert "falta su firma en el acuerdo" in everybody.text
    tag = everybody.headers["etag"]
    assert scene.http.get("/feeds/es/pending.atom", headers={"If-None-Match": tag}).status_code == 304
    own = scene.http.get("/feeds/es/pending/p-wide-nosc.atom").text
    assert "falta su firma" not in own
    assert "firma" in own  # what was signed in its name: who did not sign it sees it here
    assert "BEGIN:VCALENDAR" in scene.http.get("/feeds/en/pending.ics").text
    assert "BEGIN:VCALENDAR" in scene.http.get("/feeds/en/pending/p-wide-sfp.ics").text
    assert scene.http.get("/feeds/es/pending/p-nobody.atom").status_code == 404
    assert scene.http.get("/feeds/es/pending/p-nobody.ics").status_code == 404


def test_only_the_page_of_keys_may_make_one(scene: Desk) -> None:
    keys = scene.http.get("/es/llaves/wide-sfp").headers["permissions-policy"]
    assert "publickey-credentials-create=(self)" in keys
    assert "publickey-credentials-get=(self)" in keys
    for path in ("/es/firmar/p-wide-sfp/agreement/ag", "/es/", "/es/pendientes"):
        policy = scene.http.get(path).headers["permissions-policy"]
        assert "create" not in policy
    assert scene.http.get("/es/llaves/nothing").status_code == 404


def test_receipt_says_what_was_signed_and_what_is_missing(scene: Desk) -> None:
    rows = scene.ledger.views.rows("timeline", prefix="agreement/ag#")
    index = next(row["index"] for _key, row in rows if row["type"] == "AgreementSigned")
    page = scene.http.get(f"/es/registros/{index}/constancia").text
    assert f"Constancia del registro {index}" in page
    assert "falta su firma en el acuerdo" in page
    assert f"/api/v1/receipts/{index}" in page
    assert f"Receipt of entry {index}" in scene.http.get(f"/en/entries/{index}/receipt").text
    assert f"Receipt of entry {index}" in scene.http.get(f"/en/entries/{index}/constancia").text
    assert scene.http.get(f"/es/registros/{index}/receipt").status_code == 200  # the other language leads here
    assert scene.http.get("/es/registros/9999/constancia").status_code == 404


def test_j1_the_module_is_the_verifiers_own_source(scene: Desk) -> None:
    answer = scene.http.get("/static/signing/verifier.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    folder = resources.files("constancia.verify").joinpath("page")
    for name in ("bytes", "sha256", "json", "tree", "keys", "entry", "notes", "receipt"):
        assert folder.joinpath(f"{name}.js").read_text("utf-8") in answer.text


def test_every_word_of_the_scripts_is_in_both_catalogues_and_none_for_nothing() -> None:
    source = "\n".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    named = set(re.findall(r'say\("(\w+)"', source)) | set(re.findall(r'Wrong\("(\w+)"', source))
    for pair in re.findall(r'\? "(\w+)" : "(\w+)"', source):
        named |= set(pair)
    named |= {f"distrust_{code}" for code in re.findall(r'new Distrust\("(\w+)"', source)}
    named |= set(re.findall(r'verdict = "(\w+)"', source))
    named |= set(re.findall(r'Error: "(\w+)"', source)) | {"failed"}
    for lang in LANGUAGES:
        assert set(messages(lang)) == named


def test_words_of_the_scripts_name_the_same_things_in_both_languages() -> None:
    holes = {lang: {code: sorted(re.findall(r"\{(\w+)\}", text)) for code, text in messages(lang).items()}
             for lang in LANGUAGES}  # fmt: skip
    assert holes["es"] == holes["en"]


def test_pages_are_small_and_hold_their_data_as_text(scene: Desk) -> None:
    for path in ("/es/firmar/p-wide-sfp/agreement/ag", "/es/pendientes/p-wide-sfp", "/es/llaves/wide-sfp"):
        answer = scene.http.get(path)
        assert len(answer.content) < 50_000
        [data] = re.findall(r'id="sheet"[^>]*>(.*?)</script>', answer.text)
        assert isinstance(json.loads(data), dict)
        assert answer.text.count("<script") == answer.text.count('type="application/json"') + 1


def prepared(desk: Desk) -> dict[str, Any]:
    act: dict[str, Any] = sheet(desk, "p-wide-inai/decision/d-panel")["options"][1]["acts"][0]
    return {name: value for name, value in act.items() if name != "id"}


def test_prepared_act_gets_a_link_and_is_no_entry(scene: Desk) -> None:
    size = scene.ledger.size
    answer = scene.http.post("/api/v1/signing/drafts", json=prepared(scene))
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    assert stored["pages"]["es"].startswith("http://localhost:")
    assert stored["pages"]["es"].endswith(f"/es/firmar/{stored['draft']}")
    page = scene.http.get(f"/es/firmar/{stored['draft']}").text
    assert "Persona wide-inai vota por" in page
    assert options(scene, f"drafts/{stored['draft']}") == ["sign"]
    assert scene.ledger.size == size


@each_row(
    ("body", "status"),
    [("{", 400), ("[]", 400), ("{}", 400), (json.dumps({"body": "x" * 70_000}), 413)],
    ids=["no JSON", "no object", "nothing", "too much"],
)
def test_what_is_no_act_gets_no_link(scene: Desk, body: str, status: int) -> None:
    answer = scene.http.post("/api/v1/signing/drafts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    other = scene.http.post("/api/v1/signing/drafts", content=body, headers={"Content-Type": "text/plain"})
    assert other.status_code == 415


def test_draft_that_the_rules_refuse_says_so_before_anybody_signs(scene: Desk) -> None:
    refused = prepared(scene) | {"actor": {"capacity": "root", "party": "inai"}}
    name = scene.http.post("/api/v1/signing/drafts", json=refused).json()["draft"]
    shown = sheet(scene, f"drafts/{name}")
    assert shown["options"] == []
    assert "alcance" in shown["problem"]


def test_draft_for_a_root_is_signed_in_a_terminal(scene: Desk) -> None:
    today = prepared(scene)
    gone = {"appointment": "clerk-inai", "reason": {"es": "Cambio", "en": "Change"}}
    act = today | {
        "actor": {"capacity": "root", "party": "inai"}, "body": gone, "stream": "appointment/clerk-inai",
        "type": "RepresentativeRevoked",
    }  # fmt: skip
    name = scene.http.post("/api/v1/signing/drafts", json=act).json()["draft"]
    shown = sheet(scene, f"drafts/{name}")
    assert (shown["options"], shown["who"]) == ([], None)
    assert "con su archivo de llave" in shown["problem"]
    assert shown["problem"] in scene.http.get(f"/es/firmar/{name}").text
