"""A visitor in a real browser: does what a person does, and counts it."""

import re
from pathlib import Path

from playwright.sync_api import Download, Locator, Page
from tests.e2e.task_table import Counts
from tests.profile import THOROUGH

# What nobody knows by heart: hashes, UUIDs, numbers, and names that the ledger gave.
_IDENTIFIER = re.compile(r"[0-9a-f]{8,}|#?\d+|[a-z]{1,3}-\d+|[a-z]{2}", re.IGNORECASE)


class Visitor:
    """Goes from page to page and counts clicks, screens and what is typed.

    `make thorough` photographs each screen. Otherwise the last one of a task that was not done is: all of them would
    take longer than the tasks.

    Args:
        page: The browser's page.
        shots: The folder of the photographs.
        name: What their names begin with.
    """

    def __init__(self, page: Page, shots: Path, name: str) -> None:
        self.page = page
        self._shots = shots
        self._name = name
        self._clicks = self._screens = self._words = self._identifiers = 0
        page.on("load", self._loaded)

    def _loaded(self, _page: Page) -> None:
        self._screens += 1

    def leaves(self) -> None:
        """Counts no more: the window is the next visitor's."""
        self.page.remove_listener("load", self._loaded)

    @property
    def counts(self) -> Counts:
        """What was done until now."""
        return Counts(self._clicks, self._screens, self._words, self._identifiers)

    def goes_to(self, address: str) -> None:
        """Opens the address at which a task starts: the start page, a scanned code, a saved file."""
        self.page.goto(address)
        self.looks()

    def clicks(self, what: Locator) -> None:
        """Clicks what is seen; a person can click nothing else."""
        self._clicks += 1
        what.click()
        self.page.wait_for_load_state()
        self.looks()

    def link(self, name: str, *, exact: bool = True) -> None:
        """Clicks the first link of that name that is seen."""
        links = self.page.get_by_role("link", name=name, exact=exact)
        self.clicks(links.locator("visible=true").first)

    def takes(self, what: Locator, folder: Path) -> Path:
        """Clicks what downloads a file; gives the file."""
        self._clicks += 1
        with self.page.expect_download() as waiting:
            what.click()
        download: Download = waiting.value
        path = folder / download.suggested_filename
        download.save_as(path)
        return path

    def types(self, into: Locator, text: str) -> None:
        """Fills in a field."""
        self._words += 1
        # A day has digits, and everybody knows it.
        if _IDENTIFIER.fullmatch(text) and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            self._identifiers += 1
        into.fill(text)

    def enters(self, into: Locator) -> None:
        """Ends a field with the Enter key."""
        self._clicks += 1
        with self.page.expect_navigation():
            into.press("Enter")
        self.looks()

    def gives(self, into: Locator, file: Path) -> None:
        """Chooses a file."""
        self._clicks += 1
        into.set_input_files(file)

    def looks(self) -> None:
        """Looks at a screen."""
        if THOROUGH:
            self.photographs()

    def photographs(self) -> None:
        """Photographs the window and the whole page."""
        at = f"{self._name}-{self._screens}-{self._clicks}".replace(", ", "-")
        self.page.screenshot(path=self._shots / f"{at}.png")
        self.page.screenshot(path=self._shots / f"{at}-whole.png", full_page=True)

    def reads(self) -> str:
        """What the main part of the page says."""
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())

    def sees(self, what: Locator) -> bool:
        """Whether all of it is in the window as it is, without scrolling."""
        box, window = what.bounding_box(), self.page.viewport_size
        if box is None or window is None or self.page.evaluate("scrollY") != 0:
            return False
        return box["y"] >= 0 and box["y"] + box["height"] <= window["height"] and box["x"] >= 0
