"""Alterations from a seed: none is called intact unless what was signed is what it was. `make tamper` tries more."""

from pathlib import Path

import pytest
from tests.tamper import generator as module
from tests.tamper.generator import SOURCES, Generator, generating

from constancia.verify.audit.run import audit
from constancia.verify.sources.source import open_source

pytestmark = pytest.mark.usefixtures("known_signatures")
COUNT, SEED = 220, 20261129


def test_nothing_altered_is_intact(tmp_path: Path) -> None:
    with generating(tmp_path, SEED) as (generator, address):
        generator.run(COUNT, address)
    assert {name: figures.wrong for name, figures in generator.figures.items() if figures.wrong} == {}
    assert all(generator.figures[name].tried > 3 for name in SOURCES)
    assert sum(figures.answers["altered"] for figures in generator.figures.values()) > 40


def test_verifier_that_calls_everything_intact_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = Generator(tmp_path, SEED)
    with open_source(str(generator.folder)) as source:
        true = audit(source, generator.trust, workers=1)
    monkeypatch.setattr(module, "audit", lambda *_, **__: true)
    generator.run(60, "")
    assert any(generator.figures[name].wrong for name in ("receipt", "history"))


def test_same_seed_makes_the_same_alterations(tmp_path: Path) -> None:
    first, second = Generator(tmp_path / "a", 5), Generator(tmp_path / "b", 5)
    assert [first.file("zip").data for _ in range(20)] == [second.file("zip").data for _ in range(20)]
