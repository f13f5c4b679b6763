"""The demonstration, played once for all tests that look at it, and a browser where there is one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.api.served import serving
from tests.ledger.conftest import open_desk

from constancia.api.demo.run import Played, run_demo
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

__all__ = ("open_desk",)  # the ledgers of the floor below
CHROMIUM = shutil.which("chromium")
# Debian's browser, headless and silent: no look-ups of its own while a page is under test.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Played]:
    """The demonstration's folder, and what was played in it. Not to be changed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return folder, run_demo(folder)


@pytest.fixture(scope="session")
def demo(played: tuple[Path, Played]) -> Path:
    """The demonstration's folder. Not to be changed."""
    return played[0]


@pytest.fixture(scope="session")
def served_demo(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which a copy of the demonstration is served."""
    copy = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(demo, copy)
    with Ledger.open(copy, clock=SystemClock(), signer=None) as ledger, serving(ledger) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; tests that need it are skipped where it is missing. It ends with the module: it runs an event loop."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as engine:
        started = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()
