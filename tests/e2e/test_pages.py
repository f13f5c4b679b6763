"""The pages in a real browser: readable without scripts, on a narrow screen, by keyboard, in both schemes."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.e2e.conftest import Pages

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
    *(f"/es/{name}" for name in (
        "vencidos", "cambios", "buscar?q=foro", "seguir", "datos", "verificar", "integridad", "pruebe?what=vote",
        "ayuda", "glosario", "acerca", "accesibilidad", "mapa", "componentes", "registros/66/citar", "partes/inai",
        "pendientes", "pendientes/p-a", "llaves/ap-a-sfp", "registros/66/constancia",

    )),
)  # fmt: skip
ENGLISH = ("/en/", "/en/agreements/ag-1", "/en/commitments/rm", "/en/decisions/d-2", "/en/entries/66", "/en/parties")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The scheme changes colours alone: the rules about them are tried again in the dark.
RULES: dict[str, dict[str, Any]] = {
    "light": {"runOnly": {"type": "tag", "values": WCAG}},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}


@pytest.fixture
def page(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that runs no script of ours (there is none), and notes whatever the console says."""
    said: list[str] = []
    options = {"viewport": {"width": 1000, "height": 900}} | getattr(request, "param", {})
    with pages.page(options, said.append) as opened:
        yield opened
    assert [one for one in said if not one.startswith("request ") and "404" not in one] == []


@pytest.mark.parametrize(
    ("page", "rules"),
    [({"color_scheme": scheme}, rules) for scheme, rules in RULES.items()],
    indirect=["page"],
    ids=RULES,
)
@pytest.mark.parametrize("path", PATHS)
def test_page_breaks_no_rule_of_accessibility(page: Page, rules: dict[str, Any], served_demo: str, path: str) -> None:
    page.goto(served_demo + path)
    found = Axe().run(page, options=rules).response["violations"]
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


class Links(HTMLParser):
    """The addresses that a page's links lead to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value is not None]


OF_A_KIND = 12  # addresses that differ in their numbers alone, of which there are hundreds


def test_every_internal_link_leads_somewhere(served_demo: str) -> None:
    seen, waiting, kinds = set[str](), ["/es/", "/en/"], Counter[str]()
    with httpx.Client(base_url=served_demo, follow_redirects=True) as client:
        while waiting:
            path = waiting.pop()
            kind = re.sub(r"\d+", "0", path)
            if path in seen or kinds[kind] == OF_A_KIND:
                continue
            seen.add(path)
            kinds[kind] += 1
            answer = client.get(path)
            assert answer.status_code == 200, path
            if "text/html" in answer.headers["content-type"]:
                waiting += [one.partition("#")[0] for one in Links(answer.text).found if one.startswith("/")]
    assert len(kinds) > 25
    assert len(seen) > 80


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
    ):
        assert words in told
    assert "Se quita: Hoja de ruta iniciada" in told


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
    page.get_by_role("link", name="Verificar", exact=True).first.click()
    page.get_by_role("link", name="Abrir el verificador").click()
    assert page.url == f"{served_demo}/verificador.html"
    assert page.locator("#file").count() == 1


def test_appointment_that_ended_is_shown_as_ended(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/partes")
    row = page.locator("li", has_text="Persona C (ficticia)").last
    assert "encargo vencido" in row.inner_text()
