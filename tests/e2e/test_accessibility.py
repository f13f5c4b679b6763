"""What the accessibility statement says is tried here, on a page of every kind: rules, widths, keys, print, no scripts.

The kinds come from the router and from what pages are made of (`page_kinds.py`), so that a new page is among them. A
page is opened once and looked at in every view, and once more, as nobody touched it, for the keys. Pages that have,
together, every element with every class are opened from the server; the others are put into a page that is open, which
costs less, and is the same where a page has no script.
"""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.axe_rules import COLOURS, OTHERS, PLACES, PLACES_AND_COLOURS, WHOLE, broken
from tests.e2e.conftest import Pages
from tests.e2e.page_kinds import WRONG, Choice, english_routes, kinds, made_of, routes
from tests.e2e.page_walk import Walk
from tests.profile import THOROUGH, sampled
from tests.rows import each_row

from constancia.api.pages.frame.frame import SEGMENTS

ROOT: Final = Path(__file__).resolve().parents[2]
ROUTES: Final = (*routes(), WRONG)
WIDTHS: Final = (320, 360, 1280)
# A view: width and height of the window, the scheme of colours, and on what it is shown.
View = tuple[int, int, Any, Any]
LIGHT: Final = (1280, 900, "light", "screen")
PAPER: Final = (1280, 900, "dark", "print")
# What depends on elements and their classes alone, colours and places, is tried on pages that, together, have all of
# them; in the other views nothing else is. `make thorough` tries it on all pages that are looked at. A narrow window
# changes no colour but by a variable (a test says so), so that the colours of one are tried in one scheme.
OTHER_VIEWS: Final = {
    "light, 320": ((320, 640, "light", "screen"), sampled(PLACES, PLACES_AND_COLOURS)),
    "dark, 360": ((360, 640, "dark", "screen"), COLOURS),
}
# Has the page note where each key has led when the next one comes: what has the focus, whether that is seen and in the
# window (WCAG 2.4.7, 2.4.11). To ask it after each key would cost more than the keys.
NOTE_STOPS: Final = """() => {
  const places = new Map([...document.querySelectorAll('*')].map((each, index) => [each, index]))
  window.stop = () => {
    const at = document.activeElement
    if (!at || at === document.body || at === document.documentElement) return null
    const style = getComputedStyle(at), box = at.getBoundingClientRect()
    const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0
    return [places.get(at), seen, inside, at.outerHTML.slice(0, 100)]
  }
  window.stops = null
  addEventListener('keydown', () => { stops = stops === null ? [] : [...stops, stop()] }, true)
}"""
# Its release changes nothing, and costs as much.
TAB: Final = {"type": "rawKeyDown", "windowsVirtualKeyCode": 9, "key": "Tab", "code": "Tab"}
AT: Final = """() => {
  const at = document.activeElement
  return at === document.body || at === document.documentElement ? -1 : [...document.querySelectorAll('*')].indexOf(at)
}"""
# What a key must reach: one radio button of a group is enough, and nothing of what is folded away.
PRINTED: Final = """() => {
  const seen = selector => [...document.querySelectorAll(selector)].map(each => each.checkVisibility())
  const style = getComputedStyle(document.body)
  return {
    controls: seen('header.site nav, form, .skip, .lang, nav.pager, .crumbs').filter(each => each).length,
    ink: style.color, paper: style.backgroundColor,
    fits: document.documentElement.scrollWidth <= innerWidth,
    headings: seen('h1'), words: document.querySelector('main').innerText.trim(),
  }
}"""
UNFOLDED_WIDTH: Final = """() => {
  document.querySelectorAll('details').forEach(each => { each.open = true })
  return document.documentElement.scrollWidth
}"""
# Puts a page that the walk has read in the place of the one that is open: style, language and title are those of it.
PUT: Final = """([html, address]) => {
  const other = new DOMParser().parseFromString(html, 'text/html')
  history.replaceState(null, '', address)
  document.documentElement.lang = other.documentElement.lang
  document.title = other.title
  document.body.replaceWith(document.adoptNode(other.body))
  return document.styleSheets.length
}"""
PARTS_OF_A_DATE: Final = 6  # a field for a date has a stop for each of its parts
# Pages that sign have scripts; each works as a page to read without them.
SIGNING: Final = re.compile(
    r"/(?:es/(?:pendientes|llaves|firmar)|en/(?:pending|keys|sign))\b|/(?:constancia|receipt)\b"
)
STOPS: Final = """within => [...document.querySelector(within).querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(each => each.checkVisibility() && (each.type !== 'radio'
    || each === (document.querySelector(`input[name="${each.name}"]:checked`)
                 ?? document.querySelector(`input[name="${each.name}"]`)))).length"""


Show = Callable[..., Page]


def is_expected(line: str) -> bool:
    """Tell whether the console says no more than that a page was not found, or not to be had."""
    return line.startswith("request ") or re.search("40[04]", line) is not None


@pytest.fixture
def page(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that notes whatever the console says."""
    lines: list[str] = []
    with pages.page({"viewport": {"width": 1280, "height": 900}} | getattr(request, "param", {}), lines.append) as made:
        yield made
    assert [line for line in lines if not is_expected(line)] == []


@pytest.fixture(scope="module")
def window(browser: Browser) -> Page:
    """A window that all tests of a route look through."""
    return browser.new_context().new_page()


@pytest.fixture(scope="module")
def other_window(browser: Browser, served_whole: str) -> Page:
    """A window that pages are put into, which the policy of a page that is served forbids."""
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto(f"{served_whole}/es/ayuda")
    return page


def bring_to(page: Page, view: View, views: list[Any]) -> None:
    """Give a window a view; what of it is as it was is not set again, for that would lay the page out again."""
    width, height, scheme, medium = view
    if [each[:2] for each in views] != [view[:2]]:
        page.set_viewport_size({"width": width, "height": height})
    if [each[2:] for each in views] != [view[2:]]:
        page.emulate_media(color_scheme=scheme, media=medium)
    views[:] = [view]


@pytest.fixture
def put(other_window: Page, walked: Walk) -> Show:
    """Show an address of the walk in a view, without a request."""
    views: list[Any] = []

    def shown(address: str, view: View = LIGHT) -> Page:
        bring_to(other_window, view, views)
        if not other_window.url.endswith(address):
            assert other_window.evaluate(PUT, [walked.pages[address][1], address]) == 1, "it has the style"
        return other_window

    return shown


@pytest.fixture(scope="module")
def views() -> list[Any]:
    """The view that the window has, alone; none at first."""
    return []


@pytest.fixture
def show(window: Page, served_whole: str, views: list[Any]) -> Iterator[Show]:
    """Show an address in a view: it is opened if it is not open, or if it must be as nobody touched it."""
    lines: list[str] = []

    def note(message: Any) -> None:
        lines.append(getattr(message, "text", str(message)))

    def shown(address: str, view: View = LIGHT, *, untouched: bool = False) -> Page:
        bring_to(window, view, views)
        if untouched or window.url.partition("#")[0] != served_whole + address:
            window.goto(served_whole + address)
        return window

    window.on("console", note)
    window.on("pageerror", note)
    yield shown
    window.remove_listener("console", note)
    window.remove_listener("pageerror", note)
    assert [line for line in lines if not is_expected(line)] == []


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


@each_row("route", ROUTES)
def test_no_page_breaks_a_rule_in_any_view_or_scrolls_sideways_and_paper_has_its_words(
    show: Show, put: Show, choice: Choice, route: str
) -> None:
    """All that is looked at in a page, view after view: to open it once more, and give it axe, costs as much again."""
    usual, covering = choice.of(route), choice.covering(route)
    for address in [*sorted({*covering, *usual} - {usual[0]}), usual[0]]:  # the first one last: it is printed, too
        is_covering = address in covering
        see = show if is_covering or SIGNING.search(address) else put
        found = {"light, 1280": broken(see(address), WHOLE if is_covering else OTHERS)}
        for name, (view, rules) in OTHER_VIEWS.items() if is_covering else ():
            found[name] = broken(see(address, view), rules)
            found[f"{name}, unfolded"] = unfolded_beyond(see(address, view))
        for width in [each for each in WIDTHS if address in usual]:
            found[f"{width}"] = unfolded_beyond(see(address, (width, 900, "dark", "screen")))
        assert {view: faults for view, faults in found.items() if faults} == {}, address
        if address == usual[0]:
            expect_on_paper(see(address, PAPER).evaluate(PRINTED))


def unfolded_beyond(page: Page) -> list[int]:
    """Give by how much a page is wider than its window, with all unfolded, if it is."""
    size = page.viewport_size
    assert size is not None
    beyond: int = page.evaluate(UNFOLDED_WIDTH) - size["width"]
    return [beyond] if beyond > 0 else []


def expect_on_paper(printed: dict[str, Any]) -> None:
    """Expect the words in black, and none of the controls."""
    assert printed["controls"] == 0
    assert printed["ink"] == "rgb(0, 0, 0)"
    assert printed["paper"] in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "white, or the paper's own"
    assert printed["fits"]
    assert printed["headings"] == [True], "one, and it is seen"
    assert printed["words"]


def test_width_of_a_window_changes_no_colour_but_by_a_variable() -> None:
    styles = (ROOT / "api/static/site.css").read_text(encoding="utf-8")
    narrow = re.findall(r"@media[^{]*width[^{]*\{((?:[^{}]*\{[^{}]*\})*)", styles)
    assert len(narrow) >= 3
    colours = [
        said
        for block in narrow
        for said in re.findall(r"(?:color|background[\w-]*|border[\w-]*|outline[\w-]*): ?([^;}]*)", block)
    ]
    assert len(colours) >= 2
    assert [said for said in colours if re.search(r"#|\b(?:rgb|hsl|lab|lch|oklch|black|white|gr[ae]y)\b", said)] == []


def test_pages_looked_at_hold_every_element_with_every_class(walked: Walk, choice: Choice) -> None:
    every, covering = set[tuple[str, str]](), set[tuple[str, str]]()
    for route in ROUTES:
        every.update(*(made_of(walked, address) for address in kinds(walked, route, most=4)))
        covering.update(*(made_of(walked, address) for address in choice.covering(route)))
        assert choice.of(route), route
    assert len(every) > 100
    assert covering == every


def by_keys(page: Page, within: str) -> tuple[int | None, int | None]:
    """Press the key until all within an element was reached, in order and seen; gives the first stop and the next."""
    expected: int = page.evaluate(STOPS, within)
    page.evaluate(NOTE_STOPS)
    keyboard = page.context.new_cdp_session(page)
    stops: list[Any] = []
    order: list[int] = []
    while len(order) < expected:
        for _ in range(expected - len(order)):
            keyboard.send("Input.dispatchKeyEvent", TAB)
        stops = page.evaluate("[...stops, stop()]")
        assert None not in stops, "each is reached"
        assert len(stops) < expected + PARTS_OF_A_DATE
        order = [index for index, _ in groupby(stop[0] for stop in stops)]
    assert [html for _index, seen, inside, html in stops if not (seen and inside)] == [], page.url
    assert order == sorted(set(order)), "once, in the order of the page"
    keyboard.send("Input.dispatchKeyEvent", TAB)
    while [after := page.evaluate(AT)] == order[-1:]:
        keyboard.send("Input.dispatchKeyEvent", TAB)
    keyboard.detach()
    return next(iter(order), None), None if after < 0 else after


def test_keys_lead_past_the_navigation_and_reach_everything_in_order_and_the_focus_is_seen(
    show: Show, choice: Choice
) -> None:
    """On pages that, together, have all that a key reaches, with every class: how it is seen depends on no more.

    `make thorough` has the keys go over pages that, together, have every element.
    """
    first = [choice.of(route)[0] for route in ROUTES if choice.is_first_of_its_frame(route)]
    reaching = choice.reaching()
    assert len(first) >= 3
    for address in first:
        stop, after = by_keys(show(address, untouched=True), "html")
        assert after in (None, stop), f"{address} lets go, or it begins again"
    for address in reaching:
        page = show(address, untouched=True)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", address
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "contenido", address
        by_keys(page, "main")
        outside = "document.activeElement.compareDocumentPosition(document.querySelector('main'))"
        assert page.evaluate(f"{outside} & Node.DOCUMENT_POSITION_PRECEDING"), f"{address}: past all that is in it"


def test_no_page_takes_anything_out_of_the_order_of_keys(walked: Walk) -> None:
    """On all pages: nothing has a place of its own, nothing is inert, and no control is left out."""
    inside = re.compile(r"<pre.*?</pre>|content=\"[^\"]*\"", re.DOTALL)
    unusual = re.compile(
        r"<(?:(?:a|button|input|select|summary|textarea)\b[^>]*\stabindex=(?![\"']?0\b)"
        r"|\w+\b[^>]*\s(?:tabindex=[\"']?[1-9]|inert\b|accesskey=|autofocus\b))[^>]*>"
    )
    assert unusual.search('<a href="/" tabindex="2">')
    assert not unusual.search('<div tabindex="0">')
    found = {address: unusual.findall(inside.sub("", html)) for address, (_, html) in walked.pages.items()}
    assert {address: tags for address, tags in found.items() if tags} == {}


def test_no_page_has_a_script(walked: Walk) -> None:
    """What has no script needs none: no element, no attribute, no address that is one; nor has any a style in it."""
    script = re.compile(r"<(?:script|style)\b|\s(?:on\w+|style)\s*=\s*[\"']|javascript:", re.IGNORECASE)
    assert script.search('<a onclick="x()">')
    inside = re.compile(r"<pre.*?</pre>|content=\"[^\"]*\"", re.DOTALL)
    assert [
        address
        for address, (_, html) in walked.pages.items()
        if script.search(inside.sub("", html)) and not SIGNING.search(address)
    ] == []


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no scripts"])
def test_pages_that_have_scripts_work_without(page: Page, served_whole: str, walked: Walk, choice: Choice) -> None:
    """The others are the same without: what they hold, the test of paper looks at on all of them."""
    present = [address for address in sorted(walked.pages) if address.startswith("/es/") and "?" not in address]
    kinds = {re.sub(r"(/\w+/\w+)/[\w-]+", r"\1/*", address): address for address in present}
    chosen = [address for kind, address in kinds.items() if SIGNING.search(kind)]
    assert len(chosen) >= 4
    for address in [*chosen, *(choice.of(route)[0] for route in routes() if THOROUGH)]:
        page.goto(served_whole + address)
        assert page.locator("h1").count() == 1, address
        assert page.locator("main").inner_text().strip(), address


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
