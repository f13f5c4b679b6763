"""Served ledgers for the tests: one with the whole scene, shared by those that write nothing; new ones for others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.served import Desk, desk_in, set_scene
from tests.ledger.false_witness import closed_port, keys_of
from tests.ledger.template import Templates
from tests.ledger.witness_scene import SHORT, Scene

from constancia.api.text.i18n import LANGUAGES, catalogue


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """Texts are compiled once for this machine's user, before a test has a home in which they are not yet."""
    for lang in LANGUAGES:
        catalogue(lang)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A ledger in which every refusal can be provoked. Nobody may write to it."""
    with desk_in(tmp_path_factory.mktemp("scene") / "ledger") as desk:
        set_scene(desk)
        yield desk


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Desk]:
    """A ledger without entries."""
    with desk_in(tmp_path / "ledger") as desk:
        yield desk


@pytest.fixture
def founded(tmp_path: Path, templates: Templates) -> Iterator[Desk]:
    """A ledger whose parties have keys and seats."""
    with desk_in(tmp_path / "ledger", begun=templates.founded) as desk:
        yield desk


@pytest.fixture
def adopted(tmp_path: Path, templates: Templates) -> Iterator[Desk]:
    """A ledger with an adopted commitment `c1` and a report on it."""
    with desk_in(tmp_path / "ledger", begun=templates.adopted) as desk:
        yield desk


@pytest.fixture
def witnessed(tmp_path: Path) -> Iterator[Scene]:
    """A ledger of which two witnesses answer and a third, `w3`, does not."""
    made = Scene(tmp_path, pace=SHORT)
    urls = {f"w{n + 1}": (real.cosigner, real.url) for n, real in enumerate(made.witnesses(2))}
    made.write_policy(urls | {"w3": (keys_of("w3"), closed_port())})
    made.open().found()
    yield made
    if made.desk is not None:
        made.desk.ledger.close()
    for real in made.real:
        real.close()
