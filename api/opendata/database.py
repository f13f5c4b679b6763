"""The tables as one SQLite file, for Datasette or any program: keys, full-text search, views with Spanish names.

- O7: the same size and day give the same bytes, with the same version of SQLite: nothing in it is of the moment.

Source: Datasette, "Metadata" and "Full-text search" (an FTS5 table with `content=` is found and used by it).
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from constancia.api.opendata.dataset import About
from constancia.api.opendata.dictionary import field_note, note_of, title_of
from constancia.api.opendata.tables.all_tables import FORM, TABLES
from constancia.api.opendata.tables.columns import Cells, DataField, Table, TableSource
from constancia.api.text.i18n import tr

NAME: Final = "libro.sqlite"
_TYPES: Final = {"integer": "INTEGER", "boolean": "INTEGER"}
_SETTINGS: Final = ("PRAGMA page_size = 4096", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")
_ABOUT: Final = "acerca"


def _quiet(_table: str, _rows: int) -> None:
    """Where nobody follows the work."""


def write_database(
    path: Path, source: TableSource, about: About, progress: Callable[[str, int], None] = _quiet
) -> None:
    """Write all tables into a new SQLite file.

    Args:
        path: The file; there is none of that name yet.
        source: What the tables are made from.
        about: What is said of the data as a whole.
        progress: Is given each table's name when it is written, and its number of rows.

    Raises:
        sqlite3.Error: It can't be written.
    """
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for setting in _SETTINGS:
            database.execute(setting)
        database.execute(f"PRAGMA user_version = {FORM}")
        database.execute("BEGIN")
        for table in TABLES:
            progress(table.name, _fill(database, table, source))
        _tell(database, about)
        database.execute("COMMIT")
        database.execute("VACUUM")
    finally:
        database.close()


def _fill(database: sqlite3.Connection, table: Table, source: TableSource) -> int:
    fields = table.fields(source.languages)
    database.execute(_schema(table, fields))
    cells, count = Cells(source), 0
    marks = ", ".join("?" * len(fields))
    for row in table.rows(source):
        database.execute(f"INSERT INTO {_q(table.name)} VALUES ({marks})", cells.of(row, fields))  # noqa: S608 (ours)
        count += 1
    texts = [item.names["en"] for item in fields if item.column.kind == "text"]
    if texts:
        listed, search = ", ".join(map(_q, texts)), _q(f"{table.name}_fts")
        database.execute(
            f"CREATE VIRTUAL TABLE {search} USING fts5({listed}, content={_q(table.name)}, "
            "tokenize='unicode61 remove_diacritics 2')"
        )
        database.execute(f"INSERT INTO {search} ({search}) VALUES ('rebuild')")  # noqa: S608 (our own names)
    if table.es != table.name:
        named = ", ".join(f"{_q(item.names['en'])} AS {_q(item.names['es'])}" for item in fields)
        database.execute(f"CREATE VIEW {_q(table.es)} AS SELECT {named} FROM {_q(table.name)}")  # noqa: S608 (ours)
    return count


def _schema(table: Table, fields: Sequence[DataField]) -> str:
    lines = [f"{_q(item.names['en'])} {_TYPES.get(item.type, 'TEXT')}" for item in fields]
    lines.append(f"PRIMARY KEY ({', '.join(map(_q, table.key))})")
    refers = ((column.name, column.refers) for column in table.columns if column.refers)
    lines += [f"FOREIGN KEY ({_q(name)}) REFERENCES {_q(other)}" for name, other in refers]
    return f"CREATE TABLE {_q(table.name)} ({', '.join(lines)})"


def _tell(database: sqlite3.Connection, about: About) -> None:
    database.execute(f"CREATE TABLE {_ABOUT} (nombre TEXT PRIMARY KEY, valor TEXT)")
    for name, value in {**about.stands(), "title": about.names["es"], **_licence(about)}.items():
        database.execute(f"INSERT INTO {_ABOUT} VALUES (?, ?)", (name, str(value)))  # noqa: S608 (our own name)


def metadata(about: About, languages: Sequence[str], lang: str = "es") -> dict[str, Any]:
    """Give Datasette's metadata of the file: titles, notes of tables and columns, licence and source.

    Args:
        about: What is said of the data as a whole.
        languages: The languages of text columns.
        lang: The language of notes.
    """
    tables: dict[str, Any] = {}
    for table in TABLES:
        words = {"title": title_of(table, lang), "description": note_of(table, lang)}
        fields = table.fields(languages)
        tables[table.name] = {**words, "columns": {item.names["en"]: field_note(table, item, lang) for item in fields}}
        if table.es != table.name:
            tables[table.es] = {
                **words,
                "columns": {item.names["es"]: field_note(table, item, lang) for item in fields},
            }
    origin = {"source": about.origin}
    described = {"title": about.names[lang], "description": tr(lang, "data.package"), **_licence(about), **origin}
    return {**described, "databases": {NAME.partition(".")[0]: {**described, "tables": tables}}}


def _licence(about: About) -> dict[str, str]:
    named = {"license": about.licence, "license_url": about.licence_url}
    return {name: value for name, value in named.items() if value}


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
