"""The pages of forms in a real browser: accessible, on a narrow screen, without scripts, in both schemes."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, ViewportSize
from tests.api.served import serving
from tests.e2e.axe_rules import broken_in_a_scheme
from tests.e2e.conftest import Pages
from tests.profile import sampled

from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder, peek
from constancia.ledger.ledger import Ledger

REPORT = "/es/preparar/avance?who=ap-a-sfp&about=commitment/rm"
SCOPE = "/es/preparar/cambio-de-alcance?who=ap-a-sfp&about=commitment/rm"
# Each kind of step and of field in one language: the list, who speaks, fields of each form, rows, files, a refusal.
USUAL = (
    "/es/preparar",
    "/es/preparar/impugnar",
    SCOPE,
    "/es/preparar/reunion?who=ap-s-inai",
    "/en/prepare/hand-in?who=ap-a-sfp&about=deliverable/rm.d3.1",
    "/es/preparar/avance?who=ap-x&about=commitment/rm",
)
MORE = (
    "/en/prepare",
    "/es/preparar/avance",
    "/es/preparar/proponer-decision",
    REPORT,
    "/es/preparar/proponer-decision?decides=ScopeChanged&who=ap-g-inai&about=commitment/rm",
    "/es/preparar/RepresentativeAppointed?who=root.inai",
)
PATHS = sampled(USUAL, USUAL + MORE)
MAX_BYTES = 50_000
WIDE: Final[ViewportSize] = {"width": 1000, "height": 900}


@pytest.fixture(scope="module")
def writable(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a copy of the short demonstration that takes drafts."""
    copy = shutil.copytree(demo, tmp_path_factory.mktemp("forms") / "demo")
    secret = (copy / "keys" / "passphrase").read_bytes().strip()
    signer = LedgerFolder(copy).load_log_key(peek(copy).origin, secret)
    with Ledger.open(copy, clock=SystemClock(), signer=signer, options=Options()) as ledger, serving(ledger) as url:
        yield url


@pytest.fixture
def page(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    options = {"viewport": WIDE} | getattr(request, "param", {})
    with pages.page(options, lambda _text: None) as opened:
        yield opened


def wrongly_answered(page: Page, url: str) -> None:
    page.goto(url + REPORT)
    page.fill("[name=period]", "28/11/2026")
    page.click("text=Agregar a evidencia")
    page.fill('[name="evidence.0.description.es"]', "Minuta")
    with page.expect_navigation():
        page.click("button:has-text('Preparar el borrador')")


def changed(page: Page, url: str) -> None:
    page.goto(url + SCOPE)
    page.uncheck('[name="scope.deliverables.6:stays"]')
    page.locator('button[value="open=scope.milestones.0"]').click()
    with page.expect_navigation():
        page.click("text=Ver qué clase de cambio es")


@pytest.mark.parametrize("path", PATHS)
def test_form_breaks_no_rule_of_accessibility_is_small_and_reflows_at_320_pixels(
    page: Page, writable: str, path: str
) -> None:
    answer = page.goto(writable + path)
    assert answer is not None
    assert len(answer.body()) < MAX_BYTES
    assert page.locator("h1").count() == 1
    assert broken_in_a_scheme(page) == {}
    assert narrow(page) <= 320


@pytest.mark.parametrize("state", [wrongly_answered, changed])
def test_form_with_faults_and_opened_rows_breaks_none_either(page: Page, writable: str, state: Any) -> None:
    state(page, writable)
    assert len(page.content()) < MAX_BYTES
    assert broken_in_a_scheme(page) == {}
    assert narrow(page) <= 320


def narrow(page: Page) -> int:
    """Give how wide what is opened is in a window of 320 pixels; the next page is in a wide one again."""
    page.set_viewport_size({"width": 320, "height": 640})
    try:
        width: int = page.evaluate("document.documentElement.scrollWidth")
    finally:
        page.set_viewport_size(WIDE)
    return width


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_act_is_prepared_without_scripts_from_the_list_to_the_link(page: Page, writable: str, tmp_path: Path) -> None:
    evidence = tmp_path / "minuta.pdf"
    evidence.write_bytes(b"minuta")
    page.goto(f"{writable}/es/preparar")
    page.click("text=Reportar avance con evidencia")
    page.get_by_label("Persona A (ficticia), SFP").check()
    page.click("button:has-text('Continuar')")
    page.get_by_label("limitado").check()
    page.get_by_label("Español").first.fill("Se avanzó")
    page.get_by_label("Periodo").fill("28/11/2026")
    page.click("text=Agregar a evidencia")
    page.fill('[name="evidence.0.description.es"]', "Minuta")
    page.set_input_files('[name="evidence.0.sha256:file"]', evidence)
    page.click("button:has-text('Preparar el borrador')")
    summary = page.locator(".problems")
    assert "¿Quiso decir 2026-11-28?" in summary.inner_text()
    assert page.title().startswith("Error: ")
    assert "minuta.pdf" in page.locator(".chosen").inner_text()
    summary.get_by_role("link").first.click()
    page.get_by_label("Periodo").fill("2019-05")
    page.click("button:has-text('Preparar el borrador')")
    assert page.locator("h1").inner_text() == "Borrador listo"
    link = page.input_value("#address")
    # Passkeys belong to a name: the link leads to that of this machine.
    assert link.startswith(f"{writable.replace('127.0.0.1', 'localhost')}/es/firmar/")
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 200


def test_kind_of_a_change_is_shown_and_opened_rows_can_be_changed(page: Page, writable: str) -> None:
    changed(page, writable)
    assert "reducción" in page.locator("#change").inner_text()
    assert "Acciones que entrarán al Cuarto Plan" in page.locator("#change").inner_text()
    assert page.input_value('[name="scope.milestones.0.window"]') == "2019-03-26"
    page.check('[name="scope.deliverables.6:stays"]')
    page.fill('[name="scope.milestones.0.window"]', "2019-03-27")
    page.click("text=Ver qué clase de cambio es")
    assert "aplazamiento" in page.locator("#change").inner_text()


def test_enter_prepares_and_does_not_press_another_button(page: Page, writable: str) -> None:
    page.goto(writable + REPORT)
    page.locator("[name=period]").fill("2019-05")
    page.locator("[name=period]").press("Enter")
    assert page.locator(".problems").count() == 1
