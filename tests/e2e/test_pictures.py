"""The pictures in a real browser: within a narrow screen, in both schemes, by keyboard, true as of a size."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page
from tests.api.served import serving
from tests.e2e.axe_rules import RULES, broken_in_a_scheme
from tests.e2e.conftest import Pages
from tests.profile import sampled
from tests.rows import each_row

from constancia.api.demo.run import DemoResult
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

# Each kind of picture once in a browser, and all of them as they are served; `make thorough` opens all.
USUAL = ("/es/acuerdos", "/es/compromisos/rm", "/es/planes/plan-4", "/en/decisions/d-4")
MORE = ("/es/", "/es/acuerdos/ag-1", "/es/compromisos/p4-2", "/es/decisiones/d-2", "/en/commitments/p4-1")
PATHS = USUAL + MORE
# What a picture's shapes and letters take, in the page's own pixels.
OUTSIDE = """() => [...document.querySelectorAll('svg.pic')].flatMap(pic => {
  const frame = pic.getBoundingClientRect()
  return [...pic.querySelectorAll('text, rect, line, path, circle')].filter(el => !el.closest('defs')).map(el => {
    const box = el.getBoundingClientRect()
    return [box.left - frame.left, frame.right - box.right, box.top - frame.top, frame.bottom - box.bottom,
            el.outerHTML.slice(0, 120)]
  }).filter(row => Math.min(...row.slice(0, 4)) < -1.5)
})"""
BEYOND = """() => Math.max(
  ...[...document.querySelectorAll('figure.picture')].map(each => each.getBoundingClientRect().right - innerWidth))"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg.pic text')].map(
  el => parseFloat(getComputedStyle(el).fontSize) * el.getScreenCTM().a))"""


@pytest.fixture(scope="module")
def served(played_whole: tuple[Path, DemoResult], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which a copy of the whole demonstration is served."""
    copy = tmp_path_factory.mktemp("pictures") / "demo"
    shutil.copytree(played_whole[0], copy)
    with Ledger.open(copy, clock=SystemClock(), signer=None) as ledger, serving(ledger) as url:
        yield url


@pytest.fixture
def page(pages: Pages) -> Iterator[Page]:
    """A page whose console stays silent: the policy allows all that a picture has."""
    lines: list[str] = []
    with pages.page({"viewport": {"width": 320, "height": 900}}, lines.append) as opened:
        yield opened
    assert [each for each in lines if not each.startswith("request ")] == []


@pytest.mark.parametrize("path", sampled(USUAL, PATHS))
def test_pictures_are_within_their_frames_large_enough_and_break_no_rule_of_accessibility(
    page: Page, served: str, path: str
) -> None:
    page.goto(served + path)
    assert page.locator("figure.picture svg[role=img]").count() > 0
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        outside, smallest, beyond = page.evaluate(f"[({OUTSIDE})(), ({SMALLEST})(), ({BEYOND})()]")
        assert outside == []
        assert smallest >= 11
        assert beyond <= 0
    page.evaluate("document.querySelectorAll('figure.picture details').forEach(each => each.open = true)")
    # What is around them is looked at in `test_accessibility.py`.
    assert broken_in_a_scheme(page, "figure.picture") == {}


def test_a_wide_picture_scrolls_by_itself_and_by_keyboard(page: Page, served: str) -> None:
    page.goto(served + "/es/acuerdos")
    place = page.locator("figure.picture .scroll")
    assert place.evaluate("each => each.scrollWidth > each.clientWidth")
    place.focus()
    page.keyboard.press("ArrowRight")
    wait = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    for _frame in range(600):  # the policy lets no script poll in the page
        page.evaluate(wait)
        if place.evaluate("each => each.scrollLeft") > 0:
            return
    pytest.fail("the key does not scroll it")


@each_row("path", PATHS)
def test_v1_pictures_have_no_style_script_or_handler(served: str, path: str) -> None:
    text = httpx.get(served + path).text
    pictures = re.findall(r"<figure class=\"picture\">.*?</figure>", text, re.DOTALL)
    assert pictures
    for picture in pictures:
        assert not re.search(r"<style|<script|<foreignObject|\sstyle=|\son\w+=", picture)


def test_colours_follow_the_scheme(page: Page, served: str) -> None:
    page.goto(served + "/es/compromisos/rm")
    seen = set()
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        seen.add(page.evaluate("getComputedStyle(document.querySelector('svg.pic rect.accent')).color"))
    page.emulate_media(color_scheme="light")
    assert len(seen) == len(RULES)


def test_what_was_opposed_and_cut_is_said_by_title_and_name(served: str) -> None:
    text = httpx.get(served + "/es/compromisos/rm").text
    pictures = " ".join(re.findall(r"<figure class=\"picture\">.*?</figure>", text, re.DOTALL))
    assert "SFP propuso quitar: Ruta de implementación (los tiempos)" in pictures
    assert "no se aprobó; a favor: SFP; en contra: NOSC; abstención: INAI" in pictures
    assert 'text-decoration="line-through"' in pictures
    assert not re.search(r"deliverables/|d1\.3|2020/2021", re.sub(r"<[^>]*>", " ", pictures))


def test_the_past_shows_the_past(served: str) -> None:
    """Before the road map's scope was deferred, and before a vote was cast."""
    now = httpx.get(served + "/es/compromisos/rm").text
    past = httpx.get(served + "/es/compromisos/rm?size=230").text
    assert "antes: de junio a agosto de 2019" in now
    assert "antes: de junio a agosto de 2019" not in past
    assert "Al día: 20 de julio de 2019" in past
    voting = httpx.get(served + "/es/decisiones/d-2?size=197").text
    assert "Votación (aquí está ahora): falta el voto de: INAI, NOSC, SFP" in voting
    assert "Resultado (aquí terminó" in httpx.get(served + "/es/decisiones/d-2").text


def test_what_was_decided_is_followed_to_its_entry(served: str) -> None:
    """Also where no list remembers the decision: a contest that was overruled."""
    text = httpx.get(served + "/es/decisiones/d-4").text
    index = re.search(r"lo decidido quedó en el registro (\d+)", text)
    assert index
    statement = httpx.get(f"{served}/api/v1/entries/{index[1]}").json()["statement"]
    assert (statement["type"], statement["body"]["decision"]) == ("ContestOverruled", "d-4")
