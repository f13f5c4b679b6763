"""Every database of a ledger's folder in a backup and a restore: with what its side files have, or not at all."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.api.command_line import run_here
from tests.ledger.conftest import Desk
from tests.ledger.world import START

from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.errors import LedgerError
from constancia.ledger.ledger import Ledger
from constancia.verify.core.errors import Unreadable

REFUSALS = "refusals.sqlite"
COPIES = ("cosignatures.sqlite", REFUSALS, "witnesses/w/memory.sqlite")


@pytest.fixture
def desk(founded: Desk) -> Desk:
    return founded


def make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE attempts (number INTEGER, filler TEXT)")
        connection.executemany("INSERT INTO attempts VALUES (?, ?)", [(1, "x" * 3000) for _ in range(20)])


def no_database(path: Path) -> None:
    path.write_bytes(b"no database at all " * 100)


def cut(path: Path) -> None:
    make(path)
    path.write_bytes(path.read_bytes()[:500])


def bad_schema(path: Path) -> None:
    make(path)
    data = bytearray(path.read_bytes())
    data[100:108] = b"\xff" * 8  # the header of the page that has the schema
    path.write_bytes(data)


DAMAGES = (no_database, cut, bad_schema)


@pytest.mark.parametrize("name", ["copy", "copy.tar"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_refusals_stop_no_backup(desk: Desk, tmp_path: Path, damage: Callable[[Path], None], name: str) -> None:
    damage(desk.folder / REFUSALS)
    done = backup(desk.folder, tmp_path / name)
    assert (done.size, done.unreadable) == (desk.ledger.size, (REFUSALS,))
    back = restore(tmp_path / name, tmp_path / "back", now=START)
    assert (back.size, back.unreadable) == (done.size, ())
    assert list((tmp_path / "back").glob(f"{REFUSALS}*")) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_refusals_stop_no_restore(desk: Desk, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    shutil.copytree(desk.folder, tmp_path / "raw")
    damage(tmp_path / "raw" / REFUSALS)
    done = restore(tmp_path / "raw", tmp_path / "back", now=START)
    assert (done.size, done.unreadable) == (desk.ledger.size, (REFUSALS,))
    assert list((tmp_path / "back").glob(f"{REFUSALS}*")) == []


@pytest.mark.parametrize("name", [name for name in COPIES if name != REFUSALS])
def test_any_other_damaged_database_is_a_failure(desk: Desk, tmp_path: Path, name: str) -> None:
    (desk.folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(desk.folder, tmp_path / "raw")
    for folder in (desk.folder, tmp_path / "raw"):
        no_database(folder / name)
    with pytest.raises((LedgerError, Unreadable, sqlite3.Error)):
        backup(desk.folder, tmp_path / "b")
    with pytest.raises((LedgerError, Unreadable)):
        restore(tmp_path / "raw", tmp_path / "back", now=START)
    assert not (tmp_path / "b").exists()
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("name", COPIES)
def test_side_files_of_a_raw_copy_are_brought_in(desk: Desk, tmp_path: Path, name: str, mode: str) -> None:
    """What a write-ahead log has is there; what a journal was about to undo is undone; neither file follows."""
    raw, live = tmp_path / "raw", tmp_path / "live.sqlite"
    shutil.copytree(desk.folder, raw)
    make(live)
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN")
        connection.execute("UPDATE attempts SET number = 2, filler = filler || 'y'")
        if mode == "wal":
            connection.execute("COMMIT")
        for suffix in ("", "-wal", "-journal"):  # as `cp` makes it while the transaction is under way
            if live.with_name(live.name + suffix).exists():
                (raw / name).parent.mkdir(parents=True, exist_ok=True)
                (raw / f"{name}{suffix}").unlink(missing_ok=True)
                shutil.copy(live.with_name(live.name + suffix), raw / f"{name}{suffix}")
        connection.execute("ROLLBACK") if mode != "wal" else None
    assert (raw / f"{name}{'-wal' if mode == 'wal' else '-journal'}").stat().st_size
    restore(raw, tmp_path / "back", now=START)
    restored = tmp_path / "back" / name
    assert [path.name for path in restored.parent.glob(f"{restored.name}*")] == [restored.name]
    with closing(sqlite3.connect(restored)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT DISTINCT number FROM attempts").fetchall()
    assert rows == [(2 if mode == "wal" else 1,)]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_command_line_says_what_was_left_out(desk: Desk, tmp_path: Path, lang: str) -> None:
    no_database(desk.folder / REFUSALS)
    shutil.copytree(desk.folder, tmp_path / "raw")
    env = {"CONSTANCIA_LANG": lang}
    for verb in (
        ("backup", "--dir", str(desk.folder), str(tmp_path / "b")),
        ("restore", str(tmp_path / "raw"), "--dir", str(tmp_path / "back")),
    ):
        done = run_here(verb, env=env, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert REFUSALS in done.stderr
        assert {"es": "Se dejó fuera", "en": "Left out"}[lang] in done.stderr
    with Ledger.open(tmp_path / "back", clock=desk.clock, signer=None) as ledger:
        assert ledger.refused.count == 0
