"""Signing agreements and drafts in a real browser; and what the ledger makes of signatures that others prepared."""

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser
from tests.e2e.signing_scene import Device, Scene, choose, confirm, message, scene_in, signatory_in, without_pauses

from constancia.api.signing.drafts import DraftStore
from constancia.domain.values.calendar import format_instant, local_day
from constancia.ledger.clock import SystemClock
from constancia.ledger.wire.proofs import consistency_proof
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.wire.merkle import Tree

TEXTS = {"es": b"# Convenio\n\nSe entrega en marzo.\n\nSe informa cada mes.\n", "en": b"# Agreement\n\nDue in March.\n"}
FOR_N = "/es/firmar/p-n"


@pytest.fixture(scope="module")
def scene(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene_in(demo, tmp_path_factory.mktemp("texts") / "demo") as made:
        made.appoint("sfp", "n", ["AgreementSigned", "DissentRecorded", "EntryContested", "VoteCast"])
        yield made


@pytest.fixture(scope="module")
def signatory(scene: Scene, browser: Browser) -> Iterator[Device]:
    with signatory_in(scene, browser, "ap-n") as made:
        yield made


def test_agreement_is_read_in_both_languages_and_signed_with_a_reservation(scene: Scene, signatory: Device) -> None:
    scene.freeze("ag-r", 1, TEXTS)
    page = choose(signatory, f"{scene.url}{FOR_N}/agreement/ag-r", "reserve", "Sujeto a presupuesto")
    shown = page.locator("main").inner_text()
    assert "Se entrega en marzo." in shown
    assert "Due in March." in shown
    assert shown.index("Se entrega") < shown.index("Due in")  # the authentic one first
    index = confirm(page)
    body = scene.entry(index)["statement"]["body"]
    assert body["reservation"] == {"es": "Sujeto a presupuesto"}
    assert body["docset"] == scene.state.aggregates["agreement/ag-r"].current.docset_digest


def test_agreement_is_not_signed_with_a_reason(scene: Scene, signatory: Device) -> None:
    scene.freeze("ag-no", 1, TEXTS)
    page = choose(signatory, f"{scene.url}{FOR_N}/agreement/ag-no", "decline", "El plazo no es posible")
    statement = scene.entry(confirm(page))["statement"]
    assert (statement["type"], statement["body"]["grounds"]) == ("EntryContested", {"es": "El plazo no es posible"})
    page.goto(f"{scene.url}/es/pendientes/p-n")
    assert "Convenio de prueba" in page.locator("main").inner_text()  # its signature is still missing


def test_text_that_changed_meanwhile_is_shown_with_the_difference(scene: Scene, signatory: Device) -> None:
    scene.freeze("ag-c", 1, TEXTS)
    page = choose(signatory, f"{scene.url}{FOR_N}/agreement/ag-c", "sign")
    later = TEXTS | {"es": TEXTS["es"].replace(b"marzo", b"agosto")}
    scene.freeze("ag-c", 2, later)
    size = scene.ledger.size
    page.click("#confirm")
    text = message(page)
    assert "El texto cambió mientras esta página estaba abierta" in text
    assert "− Se entrega en marzo." in text
    assert "+ Se entrega en agosto." in text
    assert "No se firmó nada" in text
    assert scene.ledger.size == size
    page.get_by_role("button", name="Leer lo de ahora").click()
    page.locator("text=Se entrega en agosto.").first.wait_for()


def test_document_that_is_not_the_one_of_the_digest_stops_the_signature(scene: Scene, signatory: Device) -> None:
    scene.freeze("ag-d", 1, TEXTS)
    page = signatory.page
    page.route("**/documents/*", lambda route: route.fulfill(body="otro texto", content_type="text/markdown"))
    page.goto(f"{scene.url}{FOR_N}/agreement/ag-d")
    page.click("[data-option=sign]")
    text = message(page)
    page.unroute("**/documents/*")
    assert "No firme: el documento" in text
    assert page.locator("#confirm").is_disabled()


def test_act_that_is_not_the_one_of_the_digest_stops_the_signature(scene: Scene, signatory: Device) -> None:
    """A server that shows one act and has another signed is caught by the page's own computation."""
    scene.propose("d-lie")
    page = signatory.page

    def lie(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"m1"', '"m9"'))

    address = f"{scene.url}{FOR_N}/decision/d-lie"
    page.route(address, lie)
    page.goto(address)
    page.click("[data-option=against]")
    text = message(page)
    page.unroute(address)
    assert "la huella no corresponde a lo que muestra esta página" in text
    assert page.locator("#confirm").is_disabled()


def test_log_that_went_back_or_forked_is_never_signed_on(scene: Scene, signatory: Device) -> None:
    scene.propose("d-watch")
    page = choose(signatory, f"{scene.url}{FOR_N}/decision/d-watch", "against")
    name = f"constancia.watch.{scene.ledger.origin}"
    memory = json.loads(page.evaluate("name => localStorage.getItem(name)", name))
    old = httpx.get(f"{scene.url}/checkpoint").text
    scene.propose("d-watch2")
    page.click("#back")
    page.click("[data-option=against]")
    page.wait_for_selector("#confirm:not([disabled])")
    page.route("**/checkpoint", lambda route: route.fulfill(body=old))
    page.click("#back")
    page.click("[data-option=against]")
    assert "No firme: el libro tenía" in message(page)
    page.unroute("**/checkpoint")
    page.route("**/api/v1/proofs/consistency**", lambda route: route.fulfill(json={"proof": []}))
    scene.propose("d-watch3")
    page.click("#back")
    page.click("[data-option=against]")
    assert "no continúan" in message(page)
    page.unroute("**/api/v1/proofs/consistency**")
    forged = memory["checkpoint"].replace("\n\n— ", "\n\n— x")
    page.route("**/checkpoint", lambda route: route.fulfill(body=forged))
    page.click("#back")
    page.click("[data-option=against]")
    assert "no está firmado con la llave" in message(page)
    page.unroute("**/checkpoint")


def test_page_judges_consistency_and_canonical_form_as_the_ledger_does(scene: Scene, signatory: Device) -> None:
    """Every pair of sizes up to 20, with the true proof and with each way to spoil it."""
    tree = Tree(bytes([number]) * 32 for number in range(20))
    cases: list[list[Any]] = []
    for new in range(21):
        for old in range(new + 1):
            proof = [node.hex() for node in scene_proof(tree, old, new)]
            roots = [tree.root(old).hex(), tree.root(new).hex()]
            spoiled = [proof[:-1], proof[1:], [*proof, "00" * 32], [*proof[:-1], "11" * 32]] if proof else [["00" * 32]]
            cases.append([old, new, *roots, proof, True])
            cases += [[old, new, *roots, other, other == proof] for other in spoiled]
            cases.append([old, new, "22" * 32, roots[1], proof, False])
            cases += [[old, new, roots[0], "22" * 32, proof, False]] if old else []  # the empty tree precedes all
    signatory.page.goto(f"{scene.url}/es/pendientes")
    wrong = signatory.page.evaluate(
        """async cases => {
            const {isConsistent} = await import("/static/signing/watch.js");
            const {unhex} = await import("/static/signing/verifier.js");
            const judge = ([old, now, first, second, proof]) => isConsistent(old, now, first, second, proof.map(unhex));
            return cases.filter(each => judge(each) !== each[5]);
        }""",
        cases,
    )
    assert len(cases) > 1_000
    assert wrong == []
    values = [
        {"b": [1, {"z": "ñ", "a": "\u00e1"}], "a": "línea\notra", "c": {}},
        {"x": "\U0001f5f3", "w": [True, None]},
    ]
    for value in values:
        text = signatory.page.evaluate(
            "async value => (await import('/static/signing/statement.js')).canonical(value)", value
        )
        assert text.encode() == canonical(value)


def scene_proof(tree: Tree, old: int, new: int) -> list[bytes]:
    return list(consistency_proof(tree, old, new)) if 0 < old < new else []


def test_memory_is_saved_and_brought_to_another_device(scene: Scene, signatory: Device, browser: Browser) -> None:
    scene.propose("d-memory")
    page = choose(signatory, f"{scene.url}{FOR_N}/decision/d-memory", "against")
    page.locator("details", has_text="Lo que este navegador recuerda").last.click()
    with page.expect_download() as saving:
        page.click("#memory-save")
    other = Device(browser, locale="es-MX")
    other.page.goto(f"{scene.url}{FOR_N}/decision/d-memory")
    other.page.locator("details", has_text="Lo que este navegador recuerda").last.click()
    assert "no ha visto este libro" in other.page.locator("#memory").inner_text()
    other.page.set_input_files("#memory-file", saving.value.path())
    other.page.locator("#memory", has_text=f"{scene.ledger.size} registros").wait_for()
    other.close()


def draft_of(scene: Scene) -> tuple[str, str]:
    """A draft of a vote, and the decision."""
    decision = f"d-draft{scene.ledger.size}"
    scene.propose(decision)
    made, state = scene.state.aggregates["appointment/ap-n"], scene.state
    about = state.aggregates[f"decision/{decision}"]
    act = {
        "actor": {
            "appointment": "ap-n", "capacity": made.capacity, "party": made.party, "person": made.person,
        },
        "body": {"choice": "against", "decision": decision, "digest": about.act_digest},
        "ledger": scene.ledger.origin, "mode": "live", "schema": state.edition, "stream": f"decision/{decision}",
        "occurred_on": local_day(scene.ledger.clock.now(), state.timezone).isoformat(), "type": "VoteCast",
    }  # fmt: skip
    return DraftStore(scene.ledger.folder.drafts, clock=SystemClock()).put(act, "es"), decision


def test_draft_is_signed_once_from_its_link(scene: Scene, signatory: Device) -> None:
    name, decision = draft_of(scene)
    address = f"{scene.url}/es/firmar/{name}"
    page = choose(signatory, address, "sign")
    assert "Espera su firma hasta" in page.locator("main").inner_text()
    index = confirm(page)
    assert scene.entry(index)["statement"]["stream"] == f"decision/{decision}"
    page.goto(address)
    assert "Este acto ya está firmado y registrado: no se firma otra vez." in page.locator("main").inner_text()
    assert page.locator("[data-option]").count() == 0
    assert page.locator(f"main a[href$='/registros/{index}/constancia']").count() == 1
    votes = scene.state.aggregates[f"decision/{decision}"].votes
    assert [vote.mark.party for vote in votes] == ["sfp"]


def test_draft_that_expires_while_it_is_open_signs_nothing(scene: Scene, signatory: Device) -> None:
    name, _decision = draft_of(scene)
    page = choose(signatory, f"{scene.url}/es/firmar/{name}", "sign")
    size = scene.ledger.size
    expiry = format_instant(scene.ledger.clock.now() - timedelta(seconds=1))
    with closing(sqlite3.connect(scene.ledger.folder.drafts)) as stored, stored:  # nobody waits for 30 days
        assert stored.execute("UPDATE drafts SET expires_at = ? WHERE id = ?", (expiry, name)).rowcount == 1
    page.click("#confirm")
    text = message(page)
    assert "Este borrador caducó mientras estaba abierto" in text
    assert "No se firmó nada" in text
    assert scene.ledger.size == size
    page.reload()
    assert "Este borrador caducó" in page.locator("h1").inner_text()


# What a signature by a passkey must be, by any way it comes.


@pytest.fixture(scope="module")
def sent(scene: Scene, signatory: Device) -> str:
    """A vote that was signed in the browser, as the page would have handed it in."""
    scene.propose("d-safe")
    page, bodies = signatory.page, list[str]()

    def take(route: Any) -> None:
        bodies.append(route.request.post_data or "")
        route.abort()

    page.route("**/api/v1/entries", take)
    choose(signatory, f"{scene.url}{FOR_N}/decision/d-safe", "against")
    without_pauses(page)
    page.click("#confirm")
    page.locator("#message", has_text="No se sabe").wait_for(timeout=20_000)
    page.unroute("**/api/v1/entries")
    return bodies[0]


def hand_in(scene: Scene, document: dict[str, Any]) -> httpx.Response:
    return httpx.post(
        f"{scene.url}/api/v1/entries", content=canonical(document), headers={"Content-Type": "application/json"}
    )


def client_data(sent: dict[str, Any], **changed: Any) -> None:
    [signature] = sent["signatures"]
    said = json.loads(base64.b64decode(signature["client_data"])) | changed
    signature["client_data"] = base64.b64encode(json.dumps(said).encode()).decode()


def data_byte(sent: dict[str, Any], at: int, change: Callable[[int], int]) -> None:
    [signature] = sent["signatures"]
    data = bytearray(base64.b64decode(signature["authenticator_data"]))
    data[at] = change(data[at])
    signature["authenticator_data"] = base64.b64encode(bytes(data)).decode()


SPOILED: dict[str, Callable[[dict[str, Any]], None]] = {
    "another origin": lambda sent: client_data(sent, origin="https://mala.example"),
    "another challenge": lambda sent: client_data(sent, challenge="AAAA"),
    "a frame of another site": lambda sent: client_data(sent, crossOrigin=True),
    "another relying party": lambda sent: data_byte(sent, 0, lambda byte: byte ^ 1),
    "user not verified": lambda sent: data_byte(sent, 32, lambda byte: byte & ~4),
    "user not present": lambda sent: data_byte(sent, 32, lambda byte: byte & ~1),
    "another choice": lambda sent: sent["statement"]["body"].update(choice="for"),
    "another time": lambda sent: sent["statement"].update(signed_at="2026-01-01T00:00:00Z"),
    "replayed for another statement": lambda sent: sent["statement"].update(id="00000000-0000-4000-8000-000000000000"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_signature_with_something_else_is_refused(scene: Scene, sent: str, name: str) -> None:
    size = scene.ledger.size
    document = json.loads(sent)
    SPOILED[name](document)
    answer = hand_in(scene, document)
    assert (answer.status_code, answer.json()["code"]) == (401, "E_SIGNATURE_INVALID")
    assert scene.ledger.size == size


def test_what_the_browser_signed_is_taken_once(scene: Scene, sent: str) -> None:
    """So that what was refused before was refused for what was changed in it."""
    size = scene.ledger.size
    answers = [hand_in(scene, json.loads(sent)) for _ in range(2)]
    assert [(answer.status_code, answer.json()["replayed"]) for answer in answers] == [(201, False), (200, True)]
    assert scene.ledger.size == size + 1
