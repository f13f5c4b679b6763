"""A start reads the ledger once: its origin and whether it is a demonstration are known from its first entry alone."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from constancia.api.cli.log_key import LogKeyOptions, open_for_writing
from constancia.ledger.ledger import Ledger


def test_o5_a_start_opens_the_ledger_once(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(demo, tmp_path / "ledger")
    opened: list[Path] = []
    real = Ledger.open

    def counted(folder: Path, **options: Any) -> Ledger:
        opened.append(folder)
        return real(folder, **options)

    monkeypatch.setattr(Ledger, "open", counted)
    with open_for_writing(tmp_path / "ledger", LogKeyOptions()) as ledger:
        assert ledger.size > 100
    assert opened == [tmp_path / "ledger"]
