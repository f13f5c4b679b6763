"""A file that is read for long is noticed to have lost its name."""

from pathlib import Path

import pytest

from constancia.ledger.disk.opened_file import OpenedFile
from constancia.ledger.errors import Fatal


def test_another_file_in_its_place_is_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "store", tmp_path / "other"
    path.write_text("same")
    opened = OpenedFile(path)
    path.write_text("what is written to it is no other file")
    opened.check()
    other.write_text("same")
    other.replace(path)
    with pytest.raises(Fatal, match="restored or moved"):
        opened.check()


def test_name_that_nobody_has_is_noticed_at_the_second_look(tmp_path: Path) -> None:
    """A folder that is replaced has no name for a moment, and may be put back."""
    path, aside = tmp_path / "store", tmp_path / "aside"
    path.write_text("")
    opened = OpenedFile(path)
    path.rename(aside)
    opened.check()
    aside.rename(path)
    opened.check()
    path.rename(aside)
    opened.check()
    with pytest.raises(Fatal, match="restored or moved"):
        opened.check()


def test_ledger_without_a_file_has_none_to_lose(tmp_path: Path) -> None:
    opened = OpenedFile(tmp_path / "store")
    for _ in range(3):
        opened.check()
