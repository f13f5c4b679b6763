"""Databases that are whole or absent, and what is recognised as half made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from constancia.ledger.disk.database import create_database, is_damaged, is_half_made


def test_database_is_made_whole_and_in_wal_mode(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "d.sqlite"
    create_database(path, ["CREATE TABLE t (a TEXT)", ("INSERT INTO t VALUES (?)", [("x",)])])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [("x",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert [one.name for one in path.parent.iterdir()] == ["d.sqlite"]


def test_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.Error):
        create_database(tmp_path / "d.sqlite", ["CREATE TABLE t (a)", "no statement"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "half"), [(None, False), (b"", True), (b"no database", False), ("header", True), ("table", False)]
)
def test_only_a_database_without_a_table_is_half_made(tmp_path: Path, data: bytes | str | None, half: bool) -> None:
    path = tmp_path / "d.sqlite"
    if isinstance(data, bytes):
        path.write_bytes(data)
    elif data is not None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 1" if data == "header" else "CREATE TABLE t (a)")
    assert is_half_made(path) is half


def test_damage_is_told_from_other_errors() -> None:
    assert is_damaged(sqlite3.DatabaseError("database disk image is malformed"))
    assert is_damaged(sqlite3.DatabaseError("file is not a database"))
    assert not is_damaged(sqlite3.OperationalError("database or disk is full"))
    assert not is_damaged(None)
