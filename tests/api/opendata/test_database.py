"""The database: whole by SQLite's own checks, searched without accents, with views in Spanish; the same each time."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.api.opendata.tables.test_all_tables import as_json, source_of
from tests.api.served import Desk
from tests.rows import each_row

from constancia.api.http.settings import Settings
from constancia.api.opendata.database import metadata, write_database
from constancia.api.opendata.dataset import about_of
from constancia.api.opendata.tables.all_tables import TABLES

SAYS = Settings(
    operator="Archivo", contact="datos@example.org", licence="CC-BY-4.0", licence_url="https://example.org/by"
)


def written(desk: Desk, path: Path, **asked: object) -> Path:
    source = source_of(desk.ledger, **asked)
    write_database(path, source, about_of(source, desk.ledger.origin, SAYS))
    return path


@pytest.fixture(scope="module")
def path(scene: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(scene, tmp_path_factory.mktemp("database") / "libro.sqlite")


def test_it_is_whole_and_its_keys_lead_somewhere(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        keys = [database.execute(f"PRAGMA foreign_key_list({table.name})").fetchall() for table in TABLES]
    assert sum(map(len, keys)) > 30


@each_row("table", TABLES, ids=lambda table: table.name)
def test_tables_and_spanish_views_have_the_rows(scene: Desk, path: Path, table: object) -> None:
    with closing(sqlite3.connect(path)) as database:
        for lang in ("en", "es"):
            rows = as_json(table, source_of(scene.ledger), lang)  # type: ignore[arg-type]  # a parameter of pytest
            cursor = database.execute(f"SELECT * FROM {table.named(lang)}")  # type: ignore[attr-defined]  # noqa: S608
            names = [column[0] for column in cursor.description]
            shown = [dict(zip(names, row, strict=True)) for row in cursor]
            assert shown == rows  # SQLite's 0 and 1 equal false and true


def test_search_finds_words_without_their_accents(scene: Desk, path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        wanted = [
            row["entry"]
            for row in as_json(TABLES_BY["entries"], source_of(scene.ledger))
            if "votación" in (row["sentence_es"] or "")
        ]
        query = "SELECT rowid FROM entries_fts WHERE entries_fts MATCH 'votacion' ORDER BY rowid"
        assert [row[0] for row in database.execute(query)] == wanted != []


TABLES_BY = {table.name: table for table in TABLES}


def test_o7_same_state_gives_the_same_bytes(scene: Desk, path: Path, tmp_path: Path) -> None:
    assert written(scene, tmp_path / "again.sqlite").read_bytes() == path.read_bytes()
    assert written(scene, tmp_path / "past.sqlite", size=5).read_bytes() != path.read_bytes()


def test_metadata_names_every_table_and_column(scene: Desk, path: Path) -> None:
    source = source_of(scene.ledger)
    document = metadata(about_of(source, scene.ledger.origin, SAYS), source.languages)
    assert (document["license"], document["license_url"]) == ("CC-BY-4.0", "https://example.org/by")
    tables = document["databases"]["libro"]["tables"]
    with closing(sqlite3.connect(path)) as database:
        for name, about in tables.items():
            names = [column[0] for column in database.execute(f"SELECT * FROM {name} LIMIT 0").description]  # noqa: S608
            assert list(about["columns"]) == names
        assert (
            dict(database.execute("SELECT * FROM acerca"))["root"] == scene.ledger.log.root(source.reading.size).hex()
        )
    assert "Índice del registro" in tables["entries"]["columns"]["entry"]
