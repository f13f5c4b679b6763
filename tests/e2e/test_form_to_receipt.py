"""From a form to the receipt: an act is prepared, its link opened, read and signed in one browser, for every kind."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.signing_scene import Device, Scene, confirm, enrol, scene_in

MINUTES = b"%PDF-1.4 minuta de la reunion"


@pytest.fixture(scope="module")
def scene(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene_in(demo, tmp_path_factory.mktemp("form-to-receipt") / "demo") as made:
        yield made


@pytest.fixture(scope="module")
def device(scene: Scene, browser: Browser) -> Iterator[Device]:
    made = Device(browser, locale="es-MX")
    scene.appoint("nosc", "seam", ["EntryContested"])
    for appointment in ("ap-a-sfp", "ap-seam"):
        enrol(scene, made, appointment)
    yield made
    made.close()
    assert [text for text in made.said if "pubKeyCredParams" not in text and "Failed to load" not in text] == []


def prepare(scene: Scene, page: Page, path: str, answer: Callable[[Page], None]) -> str:
    """Answer a form; give the link that it makes."""
    page.goto(f"{scene.url}/es/preparar/{path}")
    answer(page)
    page.locator("button:has-text('Preparar el borrador')").last.click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "Borrador listo", page.locator("main").inner_text()
    link = page.input_value("#address")
    assert link in page.input_value("#notice")
    assert page.locator("svg.qr-code").count() == 1
    return link


def sign(page: Page) -> int:
    """Sign what the page shows; give the entry's index."""
    page.click("[data-option=sign]")
    page.wait_for_selector("#confirm:not([disabled])")
    return confirm(page)


def with_evidence(page: Page, minutes: Path) -> None:
    page.get_by_label("limitado").check()
    page.get_by_label("Español").first.fill("Se avanzó <b>mucho</b>")
    page.get_by_label("Periodo").fill("2019-05")
    page.click("text=Agregar a evidencia")
    page.fill('[name="evidence.0.description.es"]', "Minuta")
    page.set_input_files('[name="evidence.0.sha256:file"]', minutes)


def hand_in(scene: Scene, page: Page, minutes: Path, other: Path) -> None:
    """Hand in the evidence from the receipt; a file that the act does not cite stays in the browser."""
    other.write_bytes(b"otra cosa")
    page.set_input_files("#file", [other, minutes])
    page.locator("#handed", has_text="minuta.pdf: entregado").wait_for()
    assert "otra.pdf: no es ninguno de los que faltan" in page.locator("#handed").inner_text()
    assert scene.ledger.documents.get(hashlib.sha256(MINUTES).hexdigest()) == MINUTES
    page.reload()
    assert page.locator("#file").count() == 0


def test_progress_with_evidence(scene: Scene, device: Device, tmp_path: Path) -> None:
    """The whole way: form, link, signature, receipt that is verified; opened again, the link leads to the receipt."""
    page = device.page
    minutes = tmp_path / "minuta.pdf"
    minutes.write_bytes(MINUTES)
    link = prepare(scene, page, "avance?who=ap-a-sfp&about=commitment/rm", lambda form: with_evidence(form, minutes))
    assert link.startswith(scene.url)  # passkeys are of that name
    page.goto(link)
    shown = page.locator("main").inner_text()
    for said in ("Se avanzó <b>mucho</b>", "mayo de 2019", "Minuta", "limitado"):
        assert said in shown
    index = sign(page)
    page.locator("#verified", has_text="Comprobado en este navegador").wait_for()
    assert scene.entry(index)["statement"]["body"]["narrative"] == {"es": "Se avanzó <b>mucho</b>"}
    hand_in(scene, page, minutes, tmp_path / "otra.pdf")
    page.goto(link)
    assert page.locator("[data-option]").count() == 0
    page.click(f"text=Constancia del registro {index}")
    assert page.url.endswith(f"/{index}/constancia")


def test_vote_prepared_by_somebody_else_shows_the_words_that_are_signed(scene: Scene, device: Device) -> None:
    """The explanation is no small print: it is on the page, and what follows is that of a vote against."""
    scene.propose("d-seam")
    body = {
        "choice": "against", "decision": "d-seam",
        "digest": scene.state.aggregates["decision/d-seam"].act_digest,
        "explanation": {"es": "Renuncio a todo <b>plazo</b>", "en": "I waive every term"},
    }  # fmt: skip
    members = {name: value for name, value in scene.entry(scene.ledger.size - 1)["statement"].items()
               if name not in ("id", "seen", "signed_at")}  # fmt: skip
    actor = {"appointment": "ap-a-sfp", "party": "sfp", "person": "p-a"}
    actor["capacity"] = scene.state.aggregates["appointment/ap-a-sfp"].capacity
    members |= {"actor": actor, "body": body, "type": "VoteCast"}
    made = httpx.post(f"{scene.url}/api/v1/signing/drafts", json=members).json()
    page = device.page
    page.goto(made["pages"]["es"])
    assert "Renuncio a todo <b>plazo</b>" in page.locator("main").inner_text()
    page.click("[data-option=sign]")
    page.wait_for_selector("#confirm:not([disabled])")
    assert "Queda su voto en contra" in page.locator("#signed").inner_text()
    index = confirm(page)
    assert scene.entry(index)["statement"]["body"] == body


def test_change_of_scope_says_what_is_cut_before_it_is_proposed(scene: Scene, device: Device) -> None:
    def propose(form: Page) -> None:
        form.uncheck('[name="act.scope.deliverables.6:stays"]')
        form.fill('[name="question.es"]', "¿Se quitan las acciones?")
        form.locator('[name="governance_body"]').first.check()

    page = device.page
    path = "proponer-decision?decides=ScopeChanged&who=ap-a-sfp&about=commitment/rm"
    page.goto(prepare(scene, page, path, propose))
    shown = page.locator("main").inner_text()
    assert "Se quita: Acciones que entrarán al Cuarto Plan" in shown
    assert "Quedan 7 de 8 entregables" in shown
    assert scene.entry(sign(page))["statement"]["type"] == "DecisionProposed"


def test_contest_of_anothers_entry(scene: Scene, device: Device) -> None:
    page = device.page
    theirs = next(index for index in reversed(range(scene.ledger.size))
                  if scene.entry(index)["statement"]["actor"].get("appointment") == "ap-s-inai")  # fmt: skip
    contest = prepare(
        scene,
        page,
        f"impugnar?who=ap-seam&about={theirs}",
        lambda form: form.fill('[name="grounds.es"]', "Sin evidencia"),
    )
    page.goto(contest)
    assert scene.entry(sign(page))["statement"]["type"] == "EntryContested"
