"""What parties write, in a real browser: a word without end widens no page, right-to-left text stays in its place."""

from collections.abc import Iterator

import pytest
from tests.api.served import desk_in
from tests.e2e.conftest import Pages
from tests.ledger.template import Templates
from tests.ledger.world import PARTIES, doc, text

LETTERS = 2_000
WORD = "w" * LETTERS
HEBREW = "שלום " * 5
PATHS = (
    "/es/", "/es/compromisos", "/es/compromisos/c1", "/es/registros", "/es/registros/16", "/es/acuerdos",
    "/es/acuerdos/ag", "/en/commitments/c1",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[str]:
    with desk_in(tmp_path_factory.mktemp("long") / "ledger", begun=templates.founded) as desk:
        world = desk.world
        long = {name: text(WORD) for name in ("objective", "problem", "title")}
        desk.take(world.says("nosc", "CommitmentProposed", "commitment/c1", commitment="c1", **long))
        docset = {"authentic": "es", "documents": [doc(b"texto", "es")]}
        for name, title in (("ag", WORD), ("hebrew", f"{HEBREW}(1)")):
            body = {"agreement": name, "docset": docset, "parties": list(PARTIES), "title": text(title), "version": 1}
            desk.take(world.says("inai", "AgreementDrafted", f"agreement/{name}", **body))
        yield desk.url


@pytest.mark.parametrize("width", [320, 1000])
def test_word_without_end_widens_no_page(pages: Pages, address: str, width: int) -> None:
    wide = {}
    with pages.page({"viewport": {"width": width, "height": 900}}, lambda _: None) as page:
        for path in PATHS:
            page.goto(address + path)
            seen = page.evaluate("document.documentElement.scrollWidth")
            if seen > width:
                wide[path] = seen
    assert wide == {}


def test_right_to_left_name_stays_in_its_place(pages: Pages, address: str) -> None:
    """A Hebrew title is a run of its own: what comes before and after it keeps the page's direction."""
    with pages.page({"viewport": {"width": 1000, "height": 900}}, lambda _: None) as page:
        page.goto(f"{address}/es/acuerdos")
        link = page.locator("a", has_text=HEBREW.strip()).first
        assert link.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"
