"""The pages in a real browser: readable without scripts, on a narrow screen, by keyboard, in both schemes."""

from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PATHS = (
    "/es/",
    "/es/acuerdos",
    "/es/acuerdos/ag-1",
    "/es/compromisos",
    "/es/compromisos/rm",
    "/es/decisiones",
    "/es/decisiones/d-2",
    "/es/registros",
    "/es/registros/66",
    "/es/partes",
    "/es/codigos",
    "/es/nada",
)
ENGLISH = ("/en/", "/en/agreements/ag-1", "/en/commitments/rm", "/en/decisions/d-2", "/en/entries/66", "/en/parties")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that runs no script of ours (there is none), and notes whatever the console says."""
    options = getattr(request, "param", {})
    context = browser.new_context(**({"viewport": {"width": 1000, "height": 900}} | options))
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert [one for one in said if "404" not in one] == []


@pytest.mark.parametrize("page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_page_breaks_no_rule_of_accessibility(page: Page, served_demo: str, path: str) -> None:
    page.goto(served_demo + path)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == []


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["narrow"])
@pytest.mark.parametrize("path", PATHS)
def test_page_reflows_at_320_pixels(page: Page, served_demo: str, path: str) -> None:
    page.goto(served_demo + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
@pytest.mark.parametrize("path", [*PATHS, *ENGLISH])
def test_page_needs_no_script(page: Page, served_demo: str, path: str) -> None:
    page.goto(served_demo + path)
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == path[1:3]


def test_every_internal_link_leads_somewhere(served_demo: str, page: Page) -> None:
    seen, waiting = set[str](), ["/es/", "/en/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = httpx.get(served_demo + path, follow_redirects=True)
        assert answer.status_code == 200, path
        if "text/html" not in answer.headers["content-type"] or len(seen) > 120:
            continue
        page.set_content(answer.text)
        found = page.eval_on_selector_all("a[href]", "links => links.map(one => one.getAttribute('href'))")
        waiting += [one.partition("#")[0] for one in found if one.startswith("/")]
    assert len(seen) > 100


def test_other_language_leads_to_the_same_page(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/compromisos/rm")
    page.get_by_role("link", name="English").click()
    assert page.url == f"{served_demo}/en/commitments/rm"
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Español").click()
    assert page.url == f"{served_demo}/es/compromisos/rm"


def test_keyboard_reaches_the_content_first(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenido"


def test_commitment_page_tells_deadlines_in_their_true_precision(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/compromisos/rm")
    told = page.locator("main").inner_text()
    for words in (
        "26 de marzo de 2019",
        "de 26 de marzo de 2019 a 24 de mayo de 2019",
        "de junio de 2019 a agosto de 2019",
        "desde agosto de 2019",
        "sin fecha final",
    ):
        assert words in told
    assert "v2: reducción" in told


def test_agreement_page_says_when_it_came_into_force_and_since_when_that_was_known(
    page: Page, served_demo: str
) -> None:
    page.goto(f"{served_demo}/es/acuerdos/ag-1")
    told = page.locator("main").inner_text()
    assert "En vigor desde el 1 de marzo de 2019; se supo con la última firma, registrada el 2 de marzo de 2019" in told
    for name in ("Juan Manuel Casanueva Vargas", "Francisco Álvarez Córdoba", "Gregorio González Nava"):
        assert name in told


def test_past_page_says_so_and_shows_less(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/acuerdos/ag-1?size=66")
    told = page.locator("body").inner_text()
    assert "No está en vigor" in told
    assert "como era con 66 registros" in told


def test_pages_lead_to_the_verifier_for_the_browser(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/")
    page.get_by_role("link", name="Verificador para su navegador").click()
    assert page.url == f"{served_demo}/verificador.html"
    assert page.locator("#file").count() == 1


def test_appointment_that_ended_is_shown_as_ended(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/partes")
    row = page.locator("tr", has_text="Persona C (ficticia)")
    assert "concluido" in row.inner_text()
