"""`constancia export`: a bundle that is read and verified, tables, a database; from a folder, whole or not at all."""

import csv
import hashlib
import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from tests.api.command_line import run_here
from tests.api.served import Desk

from constancia.api.opendata.tables import all_tables
from constancia.api.opendata.tables.all_tables import TABLES
from constancia.ledger.publication.verifier_page import verifier_page
from constancia.verify.sources.source import open_source


def run(home: Path, desk: Desk, *arguments: str, lang: str = "es") -> CompletedProcess[str]:
    where = ("--dir", str(desk.ledger.folder.path))
    return run_here(["export", *arguments, *where], env={"CONSTANCIA_LANG": lang}, cwd=home)


def test_bundle_is_read_and_verified_and_the_same_each_time(founded: Desk, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        assert run(tmp_path, founded, name).returncode == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "index.html" in archive.namelist()
        for name in ("README.es.txt", "README.en.txt"):
            readme = archive.read(name).decode()
            assert "pip install" not in readme
            assert hashlib.sha256(verifier_page()).hexdigest() in readme
    assert run(tmp_path, founded, "log.zip", "--log-only").returncode == 0
    with zipfile.ZipFile(tmp_path / "log.zip") as archive:
        assert "index.html" not in archive.namelist()
    with open_source(str(tmp_path / "a.zip")) as source:
        assert source.kind == "zip"


def test_tables_are_a_folder_or_a_zip(scene: Desk, tmp_path: Path) -> None:
    assert run(tmp_path, scene, "--csv", "t", "--known", "2019-02-15").returncode == 0
    shown = run(tmp_path, scene, "--csv", "t.zip", lang="en")
    assert "Tables in" in shown.stdout
    with zipfile.ZipFile(tmp_path / "t.zip") as archive:
        names = set(archive.namelist())
        rows = list(csv.reader(io.StringIO(archive.read("data/entries.csv").decode("utf-8-sig"), newline="")))
    assert len(rows) == scene.ledger.size + 1
    assert names == {path.relative_to(tmp_path / "t").as_posix() for path in (tmp_path / "t").rglob("*.*")}
    assert len(names) == 2 * (len(TABLES) + 1)
    assert (tmp_path / "t" / "datos" / "registros.csv").stat().st_size < 200_000


def test_database_is_one_file(scene: Desk, tmp_path: Path) -> None:
    assert run(tmp_path, scene, "--sqlite", "libro.sqlite").returncode == 0
    with closing(sqlite3.connect(tmp_path / "libro.sqlite")) as database:
        [(count,)] = database.execute("SELECT count(*) FROM registros").fetchall()
    assert count == scene.ledger.size


def test_nothing_is_replaced_unless_it_is_asked_for(scene: Desk, tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "mine").write_text("mine")
    (tmp_path / "f").write_text("mine")
    for arguments in (("--csv", "t"), ("--csv", "f"), ("--sqlite", "f"), ("f",)):
        assert run(tmp_path, scene, *arguments).returncode == 76, arguments
    assert (tmp_path / "f").read_text() == "mine"
    assert run(tmp_path, scene, "--csv", "t", "--force").returncode == 0
    assert (tmp_path / "t" / "mine").read_text() == "mine"
    assert "Elija qué exportar" in run(tmp_path, scene).stderr


def test_interruption_leaves_nothing(scene: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(all_tables, "_as_text", interrupted)
    for arguments in (("a.zip",), ("--csv", "t"), ("--csv", "t.zip")):
        assert run(tmp_path, scene, *arguments).returncode == 130
    assert list(tmp_path.iterdir()) == []
