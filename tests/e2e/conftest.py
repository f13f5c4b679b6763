"""The demonstration, played once for all tests that look at it, and a browser where there is one."""

import asyncio
import contextlib
import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.api.served import serving
from tests.e2e.page_walk import Walk, walk
from tests.ledger.conftest import new_database, open_desk, stored_in
from tests.profile import sampled

from constancia.api.demo.run import DemoResult, run_demo
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

__all__ = ("new_database", "open_desk", "stored_in")  # the ledgers of the floor below
# The same engine without a window costs a quarter less; `make thorough` opens the whole browser.
_NAMES = sampled(("chromium-headless-shell", "chromium"), ("chromium",))
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
# A renderer that is started in case of need costs a quarter of a context; a later list replaces an earlier one, so that
# those of Playwright's that a page could notice are in it.
UNWANTED = (
    "SpareRendererForSitePerProcess", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)  # fmt: skip
# Debian's browser, headless and silent: no look-ups of its own while a page is under test.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNWANTED)}",
]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoResult]:
    """The short demonstration's folder, and what was played in it. Not to be changed."""
    return played_once(tmp_path_factory, "short", short=True)


@pytest.fixture(scope="session")
def played_whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoResult]:
    """The whole demonstration's folder, and what was played in it. Not to be changed."""
    return played_once(tmp_path_factory, "whole", short=False)


def played_once(factory: pytest.TempPathFactory, name: str, *, short: bool) -> tuple[Path, DemoResult]:
    """Play the demonstration in the first worker that asks; the others of this run wait for it, and take it."""
    folder = shared_folder(factory) / f"demonstration-{name}"
    folder.mkdir(exist_ok=True)
    outcome = folder / "played.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            outcome.write_bytes(pickle.dumps(run_demo(folder / "demo", short=short)))
    made: DemoResult = pickle.loads(outcome.read_bytes())  # noqa: S301 (this run wrote it)
    return folder / "demo", made


@pytest.fixture(scope="module")
def served_whole(played_whole: tuple[Path, DemoResult], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which a copy of the whole demonstration is served."""
    copy = tmp_path_factory.mktemp("whole") / "demo"
    shutil.copytree(played_whole[0], copy)
    with Ledger.open(copy, clock=SystemClock(), signer=None) as ledger, serving(ledger) as url:
        ledger.views.wait()
        yield url


@pytest.fixture(scope="session")
def walked(played_whole: tuple[Path, DemoResult], tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """All pages of the whole demonstration: the first worker that asks walks over them, the others take its pages."""
    folder = shared_folder(tmp_path_factory) / "walked"
    folder.mkdir(exist_ok=True)
    stored = folder / "pages.pickle"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stored.exists():
            copy = folder / "demo"
            shutil.rmtree(copy, ignore_errors=True)  # of a walk that did not come to its end
            shutil.copytree(played_whole[0], copy)
            stored.write_bytes(pickle.dumps(walk(copy)))
    pages: Walk = pickle.loads(stored.read_bytes())  # noqa: S301 (this run wrote it)
    return pages


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def demo(played: tuple[Path, DemoResult]) -> Path:
    """The demonstration's folder. Not to be changed."""
    return played[0]


@pytest.fixture(scope="session")
def served_demo(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address at which a copy of the demonstration is served."""
    copy = tmp_path_factory.mktemp("served") / "demo"
    shutil.copytree(demo, copy)
    with Ledger.open(copy, clock=SystemClock(), signer=None) as ledger, serving(ledger) as url:
        ledger.views.wait()  # a timeline that is still being made says so, and does not know when a thing began
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """Chromium, started once in a worker, and the event loop that its library runs."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as engine:
        loop = asyncio.get_running_loop()
        started = engine.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        asyncio._set_running_loop(None)
        yield started, loop
        asyncio._set_running_loop(loop)
        started.close()


@pytest.fixture(scope="module")
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Chromium, without contexts of other modules. For tests of this module alone its event loop counts as running."""
    started, loop = chromium
    asyncio._set_running_loop(loop)
    yield started
    for context in started.contexts:
        context.close()
    asyncio._set_running_loop(None)


class Pages:
    """Pages of one browser, one for each set of options. A context for each test would take half a second more."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._open: dict[str, Page] = {}

    @contextlib.contextmanager
    def page(self, options: dict[str, Any], note: Callable[[str], object]) -> Iterator[Page]:
        """Give a page that tells what its console says and which addresses it asks for, as `kind text`."""
        page = self._page(options)
        listeners: dict[Any, Any] = {
            "console": lambda message: note(f"console {message.text}"),
            "pageerror": lambda error: note(f"pageerror {error}"),
            "request": lambda request: note(f"request {request.url}"),
        }
        for event, listener in listeners.items():
            page.on(event, listener)
        yield page
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        page.context.set_offline(bool(options.get("offline")))

    def _page(self, options: dict[str, Any]) -> Page:
        name = repr(sorted(options.items()))
        if name not in self._open:
            self._open[name] = self._browser.new_context(**options).new_page()
        return self._open[name]


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Pages:
    """Pages that the tests of a module share; each test opens its own address in one."""
    return Pages(browser)
