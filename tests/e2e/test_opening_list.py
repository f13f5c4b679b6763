"""The start page of a ledger that was just opened, in a real browser: the list of what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.served import Desk, desk_in
from tests.e2e.axe_rules import broken_in_a_scheme
from tests.e2e.conftest import Pages

NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A ledger whose first party has registered."""
    with desk_in(tmp_path_factory.mktemp("begun") / "ledger") as desk:
        desk.play(desk.world.founding()[:2])
        yield desk


def test_it_breaks_no_rule_of_accessibility(pages: Pages, begun: Desk) -> None:
    with pages.page(NARROW, lambda _text: None) as page:
        page.goto(f"{begun.url}/es/")
        assert broken_in_a_scheme(page) == {}


def test_it_reflows_and_says_first_whose_turn_it_is(pages: Pages, begun: Desk) -> None:
    with pages.page(NARROW, lambda _text: None) as page:
        page.goto(f"{begun.url}/es/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        step = page.locator("li[aria-current=step]")
        assert step.count() == 1
        assert "constancia init nosc" in step.inner_text()
        box = step.bounding_box()
        assert box is not None
        assert box["y"] < NARROW["viewport"]["height"]


def test_it_is_small(begun: Desk, tmp_path: Path) -> None:
    assert len(begun.http.get("/es/").content) < 50_000
