"""What all tests share: where their files lie, and the ledgers that many of them begin with."""

import gc
import importlib
import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tools.import_links import make_links

ROOT = Path(__file__).resolve().parent.parent
make_links(ROOT)  # an unpacked source archive has none; what follows imports by them
importlib.invalidate_caches()  # the interpreter has looked for them in vain already

from tests import warm  # noqa: E402
from tests.ledger.template import Templates  # noqa: E402
from tests.order import SHARED, spread  # noqa: E402
from tests.postgres import Server, shared_server  # noqa: E402
from tests.profile import PROFILE  # noqa: E402
from tests.tokens import Hsm, hsm_in  # noqa: E402
from tests.verify.known_signatures import each_verified_once  # noqa: E402

# A test that waits for a busy machine has found nothing. `make quick` draws fewer examples, `make thorough` more.
settings.register_profile("patient", deadline=None, max_examples=50)
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile(PROFILE)

RAM = Path("/dev/shm")  # noqa: S108 (pytest makes a folder of its own in it)
ENOUGH_BYTES = 2 * 1024**3


def pytest_configure() -> None:
    """Have the tests' files in memory where there is room: each entry that is appended costs an fsync otherwise."""
    if RAM.is_dir() and os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(RAM))
    warm.install()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have the garbage collector rest while tests are collected: nothing of it is garbage, and each worker does it."""
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
