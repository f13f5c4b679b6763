"""What all tests share: where their files lie, and the ledgers that many of them begin with."""

import gc
import importlib
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from tools.import_links import make_links

ROOT = Path(__file__).resolve().parent.parent
make_links(ROOT)  # an unpacked source archive has none; what follows imports by them
importlib.invalidate_caches()  # the interpreter has looked for them in vain already

from tests.compiled import compile_modules, compile_tests  # noqa: E402

compile_modules()

from tests import warm  # noqa: E402
from tests.ledger.template import Templates  # noqa: E402
from tests.order import SHARED, spread  # noqa: E402
from tests.postgres import Server, shared_server  # noqa: E402
from tests.profile import PROFILE, THOROUGH  # noqa: E402
from tests.tokens import Hsm, hsm_in  # noqa: E402
from tests.verify.known_signatures import each_verified_once  # noqa: E402

from constancia.verify.sources import web  # noqa: E402

# A test that waits for a busy machine has found nothing. `make quick` draws fewer examples, `make thorough` more: each
# run draws others, and what one had too few to find the next ones have.
settings.register_profile("patient", deadline=None, max_examples=30)
settings.register_profile("quick", deadline=None, max_examples=15)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile(PROFILE)
if not THOROUGH:  # one draw in twenty is a constant of the program's modules, all of which each worker reads for it
    vars(providers).update(_get_local_constants=lambda: providers._local_constants)

vars(web).update(BACK_OFF_S=0.01)  # what is asked again is asked again at once, in the tests' own process

LANGUAGE = "CONSTANCIA_LANG"
GIVEN_LANGUAGE = os.environ.get(LANGUAGE)
RAM = Path("/dev/shm")  # noqa: S108 (pytest makes a folder of its own in it)
WORTH_A_LINE_S = 0.05  # of a set-up or an end that passed: `--durations` is asked for what takes long
ENOUGH_BYTES = 2 * 1024**3


def pytest_configure() -> None:
    """Have the tests' files in memory where there is room: each entry that is appended costs an fsync otherwise."""
    if RAM.is_dir() and os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(RAM))
    warm.install()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Have the garbage collector rest while tests are collected: nothing of it is garbage, and each worker does it."""
    compile_tests(session.config)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes long, where several workers share the tests; who waits for a walk waits for longer."""
    for item in items:
        if SHARED in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(600))
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        items[:] = spread(items, workers)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Have a worker report what a test said, and of its set-up and its end what is worth a line.

    Each of the 40,000 reports of a run is written, sent, read and shown by two processes. Where there is no worker,
    pytest does as ever.
    """
    if not hasattr(item.config, "workerinput"):
        return None
    hooks = item.ihook
    hooks.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed or report.duration > WORTH_A_LINE_S:
            hooks.pytest_runtest_logreport(report=report)
    hooks.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Forget the language that a command was run in: run in the tests' own process, `--lang` sets it for all of it."""
    if GIVEN_LANGUAGE is None:
        os.environ.pop(LANGUAGE, None)
    else:
        os.environ[LANGUAGE] = GIVEN_LANGUAGE


def pytest_collection_finish() -> None:
    """Have the garbage collector look no more at what lives as long as the run: modules and tests."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """End the parent that the tests' processes were forked from."""
    warm.remove()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A real PostgreSQL server, shared by all workers; tests that need one are skipped where it can't be had."""
    with shared_server() as server:
        yield server


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hsm]:
    """A real PKCS#11 module, shared by the tests of one process; they are skipped where it can't be had."""
    with hsm_in(tmp_path_factory.mktemp("hsm") / "place") as place:
        yield place


@pytest.fixture(scope="module")
def known_signatures() -> Iterator[dict[tuple[bytes, bytes, bytes], bool]]:
    """The module's tests verify each signature once: those that audit one log again and again ask for it."""
    with each_verified_once() as known:
        yield known


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Founded ledgers, to be copied."""
    return Templates(tmp_path_factory.mktemp("templates"))
