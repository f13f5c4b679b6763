"""Served ledgers for the tests: one with the whole scene, shared by those that write nothing; new ones for others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.served import Desk, desk_in, set_scene
from tests.ledger.template import Templates


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
