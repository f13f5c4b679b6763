"""All tables, and their forms as CSV and JSON, row by row.

- O5: a file is made while it is sent: no more than some rows of it are in memory.
- O6: the same size, day and language give the same bytes.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from constancia.api.opendata.tables.columns import Cell, Cells, Table, TableSource
from constancia.api.opendata.tables.commitment_tables import COMMITMENTS, DELIVERABLES, MILESTONES, OGP, OVERDUE
from constancia.api.opendata.tables.decision_tables import AGREEMENTS, CONTESTS, DECISIONS, SIGNATURES, VOTES
from constancia.api.opendata.tables.entry_tables import DOCUMENTS, ENTRIES
from constancia.api.opendata.tables.party_tables import (
    ANSWERS,
    APPOINTMENTS,
    BODIES,
    COMPLAINTS,
    PARTIES,
    PLAN_COMMITMENTS,
    PLANS,
)
from constancia.api.text.csv_cells import safe

# What a reader looks for first comes first.
TABLES: Final[tuple[Table, ...]] = (
    COMMITMENTS, MILESTONES, DELIVERABLES, OVERDUE, ANSWERS, DECISIONS, VOTES, AGREEMENTS, SIGNATURES, CONTESTS,
    COMPLAINTS, PLANS, PLAN_COMMITMENTS, PARTIES, APPOINTMENTS, BODIES, ENTRIES, DOCUMENTS, OGP,
)  # fmt: skip
BY_NAME: Final[Mapping[str, Table]] = {table.name: table for table in TABLES}
BY_SPANISH_NAME: Final[Mapping[str, Table]] = {table.es: table for table in TABLES}
# Counts up whenever names, order or meaning of columns change.
FORM: Final = 1
# Where the files are, by the language of their headings.
FOLDERS: Final[Mapping[str, str]] = {"es": "datos", "en": "data"}
_CHUNK: Final = 65_536
_BOM: Final = "\ufeff"


def named(lang: str, name: str) -> Table | None:
    """Give the table of a name in a language, or None."""
    return (BY_SPANISH_NAME if lang == "es" else BY_NAME).get(name)


def path_of_table(name: str, lang: str, form: str) -> str:
    """Give the address of a table's file, from the path prefix on.

    Args:
        name: The table's name in English.
        lang: Language of its headings.
        form: `csv` or `json`.
    """
    return f"/{FOLDERS[lang]}/{BY_NAME[name].named(lang)}.{form}"


def csv_chunks(table: Table, source: TableSource, lang: str) -> Iterator[bytes]:
    """Yield a table as CSV with headings in a language.

    Args:
        table: The table.
        source: What it is made from.
        lang: Language of the headings, `es` or `en`.

    Yields:
        UTF-8 with a byte-order mark, lines that end in CR LF, fields quoted where they need it. Source: RFC 4180.
    """
    fields, cells = table.fields(source.languages), Cells(source)
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    file.write(_BOM)
    writer.writerow([item.names[lang] for item in fields])
    for row in table.rows(source):
        writer.writerow([_as_text(cell) for cell in cells.of(row, fields)])
        if file.tell() >= _CHUNK:
            yield _taken(file)
    yield _taken(file)


def json_chunks(table: Table, source: TableSource, lang: str, about: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield a table as JSON: what it is as of, then the rows under `items`, with members named in a language.

    Args:
        table: The table.
        source: What it is made from.
        lang: Language of the members' names.
        about: What the answer says besides the rows: size, root, day.
    """
    fields, cells = table.fields(source.languages), Cells(source)
    names = [item.names[lang] for item in fields]
    file = io.StringIO()
    head = json.dumps({"table": table.named(lang), **about}, ensure_ascii=False)
    file.write(f'{head[:-1]}, "items": [')
    for number, row in enumerate(table.rows(source)):
        values = dict(zip(names, cells.of(row, fields), strict=True))
        file.write(("," if number else "") + "\n" + json.dumps(values, ensure_ascii=False))
        if file.tell() >= _CHUNK:
            yield _taken(file)
    file.write("\n]}\n")
    yield _taken(file)


def tag_of(source: TableSource, *what: str) -> str:
    """Give a name for what is made from a source in a form: another where any byte of it could differ."""
    as_of, reading = source.reading.as_of, source.reading
    shown = (FORM, *what, source.log.root(reading.size).hex(), reading.size, str(as_of.first), str(as_of.last))
    parts = (*shown, as_of.day or "", *source.languages, *sorted(source.withdrawn))
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return safe(cell) if isinstance(cell, str) else str(cell)


def _taken(file: io.StringIO) -> bytes:
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text.encode()
