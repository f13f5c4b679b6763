"""What the accessibility statement says is tried here, on a page of every kind: rules, widths, keyboard, print, no scripts.

The kinds come from the router and from what pages are made of (`page_kinds.py`), so that a new page is among them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.e2e.conftest import Pages
from tests.e2e.page_kinds import all_kinds, english_routes, one_of_each, routes
from tests.e2e.page_walk import Walk

from constancia.api.pages.frame import SEGMENTS

ROOT: Final = Path(__file__).resolve().parents[2]
WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WHOLE: Final[dict[str, Any]] = {"runOnly": {"type": "tag", "values": WCAG}}
# The scheme changes colours alone, and the width what is next to what: the rules about them are tried again.
COLOURS: Final[dict[str, Any]] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
WIDTHS: Final = (320, 360, 1280)
# Each view is one page of a browser that goes from address to address.
VIEWS: Final = {
    "light, 1280": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}, WHOLE),
    "light, 320": ({"viewport": {"width": 320, "height": 640}, "color_scheme": "light"}, WHOLE),
    "light, 360": ({"viewport": {"width": 360, "height": 640}, "color_scheme": "light"}, COLOURS),
    "dark, 1280": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, COLOURS),
    "dark, 320": ({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}, COLOURS),
    "dark, 360": ({"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"}, COLOURS),
}
# Where a key leads: what has the focus, whether that is seen, and whether it is in the window. As WCAG 2.4.7 and 2.4.11.
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
    chosen = one_of_each(walked)
    assert len(chosen) == len(routes()) >= 39
    english = {name: spanish for spanish, name in SEGMENTS.items()}
    sections = {english.get(path.split("/")[2], path.split("/")[2]) for path in english_routes()}
    assert sections == {path.split("/")[2] for path in routes()}
    assert {200, 400, 404} == {walked.pages[address][0] for address in all_kinds(walked)}


@pytest.mark.parametrize(("page", "rules"), VIEWS.values(), indirect=["page"], ids=VIEWS)
def test_no_page_breaks_a_rule(page: Page, rules: dict[str, Any], served_whole: str, walked: Walk) -> None:
    axe, broken = Axe(), {}
    for address in all_kinds(walked):
        page.goto(served_whole + address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        violations = axe.run(page, options=rules).response["violations"]
        if violations:
            broken[address] = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in violations]
    assert broken == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(pages: Pages, served_whole: str, walked: Walk, width: int) -> None:
    wide = {}
    with pages.page({"viewport": {"width": width, "height": 640}, "color_scheme": "light"}, lambda _: None) as page:
        for address in all_kinds(walked):
            page.goto(served_whole + address)
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            if (seen := page.evaluate("document.documentElement.scrollWidth")) > width:
                wide[address] = seen
    assert wide == {}


def test_keys_reach_everything_in_order_and_the_focus_is_seen(page: Page, served_whole: str, walked: Walk) -> None:
    wrong = {}
    for address in one_of_each(walked):
        page.goto(served_whole + address)
        expected, stops = page.evaluate(STOPS), []
        while len(stops) <= expected:
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            if stop is None:  # past the last one: the page lets go of the focus
                break
            stops.append(stop)
        order = [index for index, *_ in stops]
        unseen = [html for _index, seen, inside, html in stops if not (seen and inside)]
        if len(stops) != expected or order != sorted(order) or unseen:
            wrong[address] = (len(stops), expected, order == sorted(order), unseen[:2])
    assert wrong == {}


def test_first_key_leads_past_the_navigation(page: Page, served_whole: str, walked: Walk) -> None:
    for address in one_of_each(walked):
        page.goto(served_whole + address)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", address
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "contenido", address
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)") or page.evaluate(
            "document.querySelector('main a[href], main button, main input, main summary') === null"
        ), address


def test_no_page_has_a_script(walked: Walk) -> None:
    """What has no script needs none: no element, no attribute, no address that is one."""
    script = re.compile(r"<script|\son\w+\s*=\s*[\"']|javascript:", re.IGNORECASE)
    assert script.search('<a onclick="x()">')
    inside = re.compile(r"<pre.*?</pre>|content=\"[^\"]*\"", re.DOTALL)
    assert [address for address, (_, html) in walked.pages.items() if script.search(inside.sub("", html))] == []


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_pages_and_their_forms_work_without_scripts(page: Page, served_whole: str, walked: Walk) -> None:
    for address in one_of_each(walked):
        page.goto(served_whole + address)
        assert page.locator("h1").count() == 1, address
        assert page.locator("main").inner_text().strip(), address
    page.goto(f"{served_whole}/es/")
    page.fill("form.find input[name=q]", "foro")
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


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True, ids=["dark"])
def test_paper_has_the_words_in_black_and_none_of_the_controls(page: Page, served_whole: str, walked: Walk) -> None:
    page.emulate_media(media="print")
    for address in one_of_each(walked):
        page.goto(served_whole + address)
        shown = page.evaluate("""() => [...document.querySelectorAll(
            'header.site nav, form, .skip, .lang, nav.pager, .crumbs')].filter(each => each.checkVisibility()).length""")
        style = page.evaluate("""() => [getComputedStyle(document.body).color,
            getComputedStyle(document.body).backgroundColor, document.documentElement.scrollWidth <= innerWidth]""")
        assert shown == 0, address
        assert style == ["rgb(0, 0, 0)", "rgb(255, 255, 255)", True], address
        assert page.locator("h1").is_visible(), address
    page.emulate_media(media="screen")


def test_statement_says_what_is_tried_here(served_whole: str, page: Page) -> None:
    page.goto(f"{served_whole}/es/accesibilidad")
    told = page.locator("main").inner_text()
    widths = ", ".join(str(width) for width in WIDTHS[:-1])
    assert f"{widths} y {WIDTHS[-1]} píxeles" in told
    for words in ("axe", "claro y en oscuro", "teclado", "sin JavaScript", "impres", "lectores de pantalla"):
        assert words in told
