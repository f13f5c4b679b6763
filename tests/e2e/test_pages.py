"""The pages in a real browser: what they say, and where they lead. For whom they work: `test_accessibility.py`."""

import io
import re
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page
from tests.e2e.conftest import Pages
from tests.e2e.page_walk import Walk
from tests.profile import THOROUGH, sampled

# Classes of the style sheet that a page of components cannot show: of one page alone, or of a picture's width.
ELSEWHERE = {
    "button", "data-links", "doc", "first", "fix", "glance", "hidden", "meta", "notice-text", "plain", "print", "qr",
    "read", "review", "rows", "scroll", "sides", "terms", "texts", "what", "words",
    *(f"pic-w{width}" for width in range(1, 13)),
}  # fmt: skip


@pytest.fixture
def page(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that runs no script of ours (there is none), and notes whatever the console says."""
    said: list[str] = []
    options = {"viewport": {"width": 1000, "height": 900}} | getattr(request, "param", {})
    with pages.page(options, said.append) as opened:
        yield opened
    assert [one for one in said if not one.startswith("request ") and "404" not in one] == []


OF_A_KIND = sampled(2, 12)  # addresses that differ in their numbers alone, of which there are hundreds


def kind_of(path: str) -> str:
    """Give what an address has in common with those that differ in names and numbers alone."""
    place, _, query = path.partition("?")
    folder, _, name = place.rpartition("/")
    names = re.findall(r"(\w+)=", query)
    return re.sub(r"[0-9a-f]{16,}|\d+", "0", folder) + "/*" + "".join(name.partition(".")[1:]) + "?" + "&".join(names)


def test_every_internal_link_leads_somewhere(walked: Walk, served_whole: str, served_demo: str) -> None:
    """Those to pages were followed by the walk, which ends at the first that leads nowhere; here are the others."""
    kinds: dict[str, list[str]] = {}
    for path in sorted(walked.files):
        kinds.setdefault(kind_of(path), []).append(path)
    chosen = [path for alike in kinds.values() for path in alike[:OF_A_KIND]]
    if not THOROUGH:  # to make the bundle costs as much as all the rest, and test_data.py gets one and checks it
        chosen.remove("/bundle.zip")
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        # What lies at the top every ledger has; the bundle of the short one is made in a third of the time.
        addresses = {path: (served_demo if path.count("/") == 1 else served_whole) + path for path in chosen}
        status = {path: client.get(address).status_code for path, address in addresses.items()}
    assert {path for path, code in status.items() if code != 200} == set()
    assert len(kinds) >= 40


def test_other_language_leads_to_the_same_page(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/compromisos/rm")
    page.get_by_role("link", name="English").click()
    assert page.url == f"{served_demo}/en/commitments/rm"
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Español").click()
    assert page.url == f"{served_demo}/es/compromisos/rm"


def test_commitment_page_tells_deadlines_in_their_true_precision(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/compromisos/rm")
    told = page.locator("main").inner_text()
    for words in (
        "26 de marzo de 2019",
        "del 26 de marzo al 24 de mayo de 2019",
        "de junio a agosto de 2019",
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


@pytest.mark.parametrize(
    ("path", "words", "began"),
    [
        ("/es/compromisos/rm?at=2015", "El 31 de diciembre de 2015 esto aún no existía.", "el 2 de marzo de 2019:"),
        ("/es/compromisos/rm?known=2019-03-01", "El 1 de marzo de 2019 esto aún no existía.", "el 2 de marzo de 2019:"),
        ("/es/acuerdos/ag-1?size=10", "El 1 de marzo de 2019 esto aún no existía.", "el 1 de marzo de 2019:"),
        ("/en/decisions/d-2?size=60", "On 1 March 2019 this did not exist yet.", "on 3 July 2019:"),
    ],
)
def test_page_of_what_was_not_there_yet_says_when_it_began(
    page: Page, served_demo: str, path: str, words: str, began: str
) -> None:
    answer = page.goto(served_demo + path)
    assert answer is not None
    assert answer.status == 404
    lead = page.locator("main p.lead")
    assert words in lead.inner_text()
    assert began in lead.inner_text()
    lead.get_by_role("link").click()
    assert re.search(r"/(?:registros|entries)/\d+$", page.url), "the entry with which it began, as of today"
    page.goto(served_demo + path)
    page.locator("main").get_by_role("link", name=re.compile("lo actual|the present")).first.click()
    assert page.url == served_demo + path.partition("?")[0]
    assert page.locator("h1").count() == 1


def test_what_never_was_is_not_said_to_come(page: Page, served_demo: str) -> None:
    page.goto(f"{served_demo}/es/compromisos/zz?at=2015")
    assert "aún no existía" not in page.locator("main").inner_text()


LOOKS = [("dark", "screen", False), ("dark", "print", True)]  # the light ones are those of `test_screenshots.py`


@pytest.mark.parametrize(("scheme", "media", "is_light"), sampled(LOOKS, [("light", "screen", True), *LOOKS]))
def test_every_component_is_photographed(
    pages: Pages, served_demo: str, scheme: str, media: str, is_light: bool
) -> None:
    with pages.page({"viewport": {"width": 1000, "height": 900}, "color_scheme": scheme}, lambda _: None) as page:
        page.emulate_media(media=media)  # type: ignore[arg-type]  # one of two
        page.goto(f"{served_demo}/es/componentes")
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
        page.emulate_media(media="screen")
    shades = picture.histogram()
    paper = max(range(256), key=lambda shade: shades[shade])
    assert (paper > 240) if is_light else (paper < 60), "most of it is paper"
    ink = sum(shades[:100]) if is_light else sum(shades[180:])
    assert 0.01 < ink / (picture.width * picture.height) < 0.4, "and there are words and pictures on it"
    assert picture.height > 1_500


def test_components_page_has_every_class_of_the_style_sheet(served_demo: str) -> None:
    """A component that is not there is not looked at: those that only other pages can have are listed."""
    style = httpx.get(f"{served_demo}/static/site.css").text
    page = httpx.get(f"{served_demo}/es/componentes").text
    classes = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/|\{[^}]*\}", " ", style, flags=re.DOTALL)))
    shown = set(" ".join(re.findall(r'class="([^"]*)"', page)).split())
    assert classes - shown <= ELSEWHERE
