"""What the accessibility statement says is tried here, on a page of every kind: rules, widths, keys, print, no scripts.

The kinds come from the router and from what pages are made of (`page_kinds.py`), so that a new page is among them.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.e2e.axe_rules import COLOURS, OTHERS, PLACES, WHOLE
from tests.e2e.conftest import Pages
from tests.e2e.page_kinds import WRONG, Choice, english_routes, kinds, made_of, routes
from tests.e2e.page_walk import Walk

from constancia.api.pages.frame import SEGMENTS

ROOT: Final = Path(__file__).resolve().parents[2]
WIDTHS: Final = (320, 360, 1280)
# Each view is one page of a browser that goes from address to address: its options, and the rules.
LIGHT: Final = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
# What depends on elements and their classes alone, colours and places, is tried on pages that, together, have all of
# them; in the other views nothing else is. `make thorough` tries it on all pages that are looked at.
OTHER_VIEWS: Final = {
    "light, 320": ({"viewport": {"width": 320, "height": 640}, "color_scheme": "light"}, PLACES),
    "dark, 360": ({"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"}, COLOURS),
}
# Where a key leads: what has the focus, whether that is seen and in the window (WCAG 2.4.7, 2.4.11).
STOP: Final = """() => {
  const at = document.activeElement
  if (!at || at === document.body || at === document.documentElement) return null
  const style = getComputedStyle(at), box = at.getBoundingClientRect()
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0
  const all = [...document.querySelectorAll('*')]
  return [all.indexOf(at), seen, inside, at.outerHTML.slice(0, 100)]
}"""
# What a key must reach: one radio button of a group is enough, and nothing of what is folded away.
PARTS_OF_A_DATE: Final = 6  # a field for a date has a stop for each of its parts
# Pages that sign have scripts; each works as a page to read without them.
SIGNING: Final = re.compile(
    r"/(?:es/(?:pendientes|llaves|firmar)|en/(?:pending|keys|sign))\b|/(?:constancia|receipt)\b"
)
STOPS: Final = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility() && (each.type !== 'radio'
    || each === (document.querySelector(`input[name="${each.name}"]:checked`)
                 ?? document.querySelector(`input[name="${each.name}"]`)))).length"""


@pytest.fixture
def page(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that runs no script of ours, and notes whatever the console says."""
    lines: list[str] = []
    options = {"viewport": {"width": 1280, "height": 900}} | getattr(request, "param", {})
    with pages.page(options, lines.append) as opened:
        yield opened
    assert [line for line in lines if not line.startswith("request ") and not re.search("40[04]", line)] == []


def test_every_page_of_the_router_is_among_the_kinds(walked: Walk) -> None:
    assert len(routes()) >= 39
    assert [route for route in routes() if not kinds(walked, route)] == []
    english = {name: spanish for spanish, name in SEGMENTS.items()}
    sections = {english.get(path.split("/")[2], path.split("/")[2]) for path in english_routes()}
    assert sections == {path.split("/")[2] for path in routes()}
    assert {404, 400} <= {walked.pages[address][0] for address in kinds(walked, WRONG)}


@pytest.fixture(scope="module")
def choice(walked: Walk) -> Choice:
    """The pages that are looked at."""
    return Choice(walked)


def broken(page: Page, address: str, rules: dict[str, Any]) -> list[tuple[str, str, list[Any]]]:
    """Open a page, and give the rules that it breaks, each with a few places."""
    page.goto(address)
    violations = Axe().run(page, options=rules).response["violations"]
    return [(address, each["id"], [node["target"] for node in each["nodes"]][:3]) for each in violations]


@pytest.mark.parametrize("page", [LIGHT], indirect=True, ids=["light, 1280"])
@pytest.mark.parametrize("route", [*routes(), WRONG])
def test_no_page_breaks_a_rule(page: Page, served_whole: str, choice: Choice, route: str) -> None:
    covering = choice.covering(route)
    rules = dict.fromkeys(choice.of(route), OTHERS) | dict.fromkeys(covering, WHOLE)
    assert [fault for address in rules for fault in broken(page, served_whole + address, rules[address])] == []


@pytest.mark.parametrize("route", [*routes(), WRONG])
@pytest.mark.parametrize(("page", "rules"), OTHER_VIEWS.values(), indirect=["page"], ids=OTHER_VIEWS)
def test_no_other_view_breaks_a_rule(
    page: Page, rules: dict[str, Any], served_whole: str, choice: Choice, route: str
) -> None:
    addresses = [served_whole + address for address in choice.covering(route)]
    assert [fault for address in addresses for fault in broken(page, address, rules)] == []


def test_pages_looked_at_hold_every_element_with_every_class(walked: Walk, choice: Choice) -> None:
    every, covering = set[tuple[str, str]](), set[tuple[str, str]]()
    for route in (*routes(), WRONG):
        every.update(*(made_of(walked, address) for address in kinds(walked, route, most=4)))
        covering.update(*(made_of(walked, address) for address in choice.covering(route)))
        assert choice.of(route), route
    assert len(every) > 100
    assert covering == every


@pytest.mark.parametrize("route", [*routes(), WRONG])
def test_no_page_scrolls_sideways(pages: Pages, served_whole: str, choice: Choice, route: str) -> None:
    with pages.page(OTHER_VIEWS["light, 320"][0], lambda _: None) as page:
        for address in choice.of(route):
            page.goto(served_whole + address)
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 640})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        page.set_viewport_size({"width": 320, "height": 640})


@pytest.mark.parametrize("route", [*routes(), WRONG])
def test_keys_reach_everything_in_order_and_the_focus_is_seen(
    page: Page, served_whole: str, walked: Walk, route: str
) -> None:
    (address,) = kinds(walked, route, most=1)
    page.goto(served_whole + address)
    expected: int = page.evaluate(STOPS)
    stops: list[Any] = []
    while len(order := [index for index, _ in groupby(stop[0] for stop in stops)]) < expected:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        assert stop is not None, "each is reached"
        stops.append(stop)
        assert len(stops) < expected + PARTS_OF_A_DATE
    assert [html for _index, seen, inside, html in stops if not (seen and inside)] == []
    assert order == sorted(set(order)), "once, in the order of the page"
    while (after := page.evaluate(STOP)) is not None and after[0] == order[-1]:
        page.keyboard.press("Tab")
    assert after in (None, stops[0]), "and then the page lets go, or it begins again"


@pytest.mark.parametrize("route", [*routes(), WRONG])
def test_first_key_leads_past_the_navigation(page: Page, served_whole: str, walked: Walk, route: str) -> None:
    (address,) = kinds(walked, route, most=1)
    page.goto(served_whole + address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenido"
    page.keyboard.press("Tab")
    assert page.evaluate("""() => document.activeElement.compareDocumentPosition(document.querySelector('nav'))
        & Node.DOCUMENT_POSITION_PRECEDING""")


def test_no_page_has_a_script(walked: Walk) -> None:
    """What has no script needs none: no element, no attribute, no address that is one."""
    script = re.compile(r"<script|\son\w+\s*=\s*[\"']|javascript:", re.IGNORECASE)
    assert script.search('<a onclick="x()">')
    inside = re.compile(r"<pre.*?</pre>|content=\"[^\"]*\"", re.DOTALL)
    assert [
        address
        for address, (_, html) in walked.pages.items()
        if script.search(inside.sub("", html)) and not SIGNING.search(address)
    ] == []


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
@pytest.mark.parametrize("route", [*routes(), WRONG])
def test_page_works_without_scripts(page: Page, served_whole: str, walked: Walk, route: str) -> None:
    (address,) = kinds(walked, route, most=1)
    page.goto(served_whole + address)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip()


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_forms_work_without_scripts(page: Page, served_whole: str) -> None:
    page.goto(f"{served_whole}/es/")
    page.fill("form.find input[name=q]", "foro")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == f"{served_whole}/es/buscar?q=foro"
    page.goto(f"{served_whole}/es/compromisos")
    page.check("input[name=late]")
    page.click("form.filters button")
    assert "late=1" in page.url
    page.goto(f"{served_whole}/es/cambios")
    page.fill("#from", "2019-06-01")
    page.fill("#to", "2019-09-01")
    page.click("form.filters button >> nth=0")
    assert "de=2019-06-01&a=2019-09-01" in page.url
    page.goto(f"{served_whole}/es/pruebe")
    page.check("input[value=deadline]")
    page.click("form.filters button")
    assert "ALTERADO" in page.locator("pre.report").inner_text()


@pytest.mark.parametrize("route", [*routes(), WRONG])
@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True, ids=["dark"])
def test_paper_has_the_words_in_black_and_none_of_the_controls(
    page: Page, served_whole: str, walked: Walk, route: str
) -> None:
    (address,) = kinds(walked, route, most=1)
    page.emulate_media(media="print")
    page.goto(served_whole + address)
    controls = "header.site nav, form, .skip, .lang, nav.pager, .crumbs"
    count = "each => [...document.querySelectorAll(each)].filter(found => found.checkVisibility()).length"
    assert page.evaluate(count, controls) == 0
    colours = "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    ink, paper = page.evaluate(colours)
    assert ink == "rgb(0, 0, 0)"
    assert paper in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "white, or the paper's own"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1").is_visible()


def test_statement_says_what_is_tried_here(served_whole: str, page: Page) -> None:
    page.goto(f"{served_whole}/es/accesibilidad")
    told = page.locator("main").inner_text()
    widths = ", ".join(str(width) for width in WIDTHS[:-1])
    assert f"{widths} y {WIDTHS[-1]} píxeles" in told
    for words in (
        "axe",
        "a 1280 píxeles de ancho en claro",
        "a 360 en oscuro",
        "teclado",
        "sin JavaScript",
        "impresas",
    ):
        assert words in told
