"""An archive opens for every reader: other media, another account's folder, a copy made by SQLite itself."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk
from typer.testing import CliRunner

from constancia.api.cli import app
from constancia.ledger.ledger import Ledger

Copy = Callable[[Path, Path], None]


def by_vacuum(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def by_dump(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        rows = "\n".join(line for line in read.iterdump() if "TRIGGER" not in line and line not in ("END", "END;"))
        write.executescript(rows)


def by_file(source: Path, target: Path) -> None:
    shutil.copy2(source, target)


@pytest.fixture
def archive(
    desk: Desk, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A cleanly closed ledger, its store copied in the way of the parameter, in a folder that may not be written."""
    desk.ledger.documents.put(b"charter")
    desk.ledger.publish()
    desk.ledger.views.wait()
    desk.ledger.close()
    folder = tmp_path / "archive"
    shutil.copytree(desk.folder, folder, ignore=shutil.ignore_patterns("ledger.sqlite*"))
    request.param(desk.folder / "ledger.sqlite", folder / "ledger.sqlite")
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    if os.geteuid() == 0:  # whom permissions do not bind: the answer that another account gets
        real = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and real(path, mode))
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


@pytest.mark.parametrize("archive", [by_vacuum, by_dump, by_file], indirect=True)
def test_every_reader_opens_it(archive: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    before = sorted(path.name for path in archive.iterdir())
    commands: dict[str, list[str | Path]] = {
        "log": [archive], "state": [archive], "show": ["0", "--dir", archive],
        "receipt": ["0", "--from", archive, "--out", tmp_path / "0.tlog-proof"],
        "publish": [tmp_path / "www", "--dir", archive],
        "rebuild": [archive, "--check"],
    }  # fmt: skip
    if request.node.callspec.params["archive"] is by_vacuum:  # it writes all pages, and opens a copy as `receipt` does
        commands["export"] = [tmp_path / "b.zip", "--dir", archive]
    failed = {}
    for name, arguments in commands.items():
        done = CliRunner().invoke(app, [name, *map(str, arguments)])
        if done.exit_code:
            failed[name] = done.output
    assert failed == {}
    assert sorted(path.name for path in archive.iterdir()) == before, "nothing is written beside it"


@pytest.mark.parametrize("archive", [by_vacuum], indirect=True)
def test_copy_in_another_journal_mode_is_read_whole(archive: Path, desk: Desk) -> None:
    with Ledger.open(archive, clock=desk.clock, signer=None) as ledger:
        assert ledger.size == desk.ledger.size
        ledger.views.wait()
