"""The bundle as a person takes it along: the log's files, and next to them pages, tables and documents to read.

- O13: what is added is derived from the log's files, is not signed, and no verifier reads it.
- O14: the same size gives the same bytes: everything is judged at the instant of the last entry.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from constancia.api.http.settings import Settings
from constancia.api.opendata.dataset import about_of
from constancia.api.opendata.dictionary import package
from constancia.api.opendata.document_names import readable_names
from constancia.api.opendata.site import Site
from constancia.api.opendata.tables.all_tables import FOLDERS, TABLES, csv_chunks
from constancia.api.opendata.tables.columns import TableSource, shown
from constancia.api.opendata.tables.entry_tables import DOCUMENTS
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.ledger.clock import StoryClock, parse_recorded_at
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.report.rendering import json_text
from constancia.verify.sources.layout import DOCUMENTS_NAME

Progress = Callable[[str, int], None]
MakeApp = Callable[[Ledger, Settings], ASGIApp]
READABLE: Final = "documentos"
# Documents are stored under their SHA-256 for the verifier and once more under their titles, up to this much in all.
MAX_COPIED_BYTES: Final = 100 * 1024 * 1024
_BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _quiet(_what: str, _count: int) -> None:
    """Where nobody follows the work."""


def write_bundle(
    folder: Path, path: Path, *, make_app: MakeApp, settings: Settings, progress: Progress = _quiet
) -> Checkpoint:
    """Write the bundle of a ledger's folder, for its present size.

    Args:
        folder: The ledger's folder; another process or thread may write to it meanwhile.
        path: The zip; replaced at once if it exists, and left alone if the work is broken off.
        make_app: Makes the application that has the pages, for a ledger that does not grow.
        settings: What the operator says of the data.
        progress: Is given what is being made and how many of it there are.

    Returns:
        The checkpoint of the bundle.

    Raises:
        NotFound: There is no ledger, or it is empty.
        Damaged: A document does not match its digest.
    """
    clock = StoryClock(_BEFORE_ALL)
    with Ledger.open(folder, clock=clock, signer=None) as ledger:
        if ledger.size:
            clock.set(parse_recorded_at(ledger.log.recorded(ledger.size - 1).recorded_at))
        return ledger.export(path, extras=_extras(ledger, make_app, settings, progress))


def _extras(ledger: Ledger, make_app: MakeApp, settings: Settings, progress: Progress) -> Iterator[tuple[str, bytes]]:
    source = TableSource(reading=ledger.as_of(), log=ledger.log, withdrawn=frozenset(ledger.withdrawn()), made={})
    yield from table_files(source, ledger.origin, settings, progress)
    copies = _copies(ledger, source)
    for number, (sha256, name) in enumerate(copies.items(), 1):
        if name.startswith(f"{READABLE}/"):
            progress(READABLE, number)
            yield name, ledger.documents.get(sha256)
    site = Site(
        make_app(ledger, settings),
        size=ledger.size,
        index_of=lambda leaf: getattr(ledger.log.lookup(leaf), "index", None),
        documents=copies,
        day={lang: date_words(source.reading.day.isoformat(), lang) for lang in LANGUAGES},
    )
    yield from site.files(lambda count: progress("html", count))


def table_files(
    source: TableSource, origin: str, settings: Settings, progress: Progress = _quiet
) -> Iterator[tuple[str, bytes]]:
    """Yield all tables as CSV, with the dictionary, in a folder a language.

    Args:
        source: What they are made from.
        origin: The ledger's origin.
        settings: What the operator says of the data.
        progress: Is given each table's name.
    """
    about = about_of(source, origin, settings)
    for lang, folder in FOLDERS.items():
        paths = {table.name: f"{table.named(lang)}.csv" for table in TABLES}
        for table in TABLES:
            progress(f"{folder}/{paths[table.name]}", 0)
            yield f"{folder}/{paths[table.name]}", b"".join(csv_chunks(table, source, lang))
        yield f"{folder}/datapackage.json", json_text(package(about, lang, source.languages, paths)).encode()


def _copies(ledger: Ledger, source: TableSource) -> dict[str, str]:
    """Give the file to which a document's links lead: the one under its title, or the verifier's."""
    rows = [row for row in DOCUMENTS.rows(source) if row["document"] in ledger.documents]
    untitled, authentic = tr("es", "page.bundle.untitled"), source.state.languages
    titles = (
        (
            row["document"],
            shown(row["title"], "es", authentic) if row["title"] else untitled,
            row["media_type"] or _seen_type(ledger.documents.get(row["document"])),
        )
        for row in rows
    )
    names, room = readable_names(titles), MAX_COPIED_BYTES
    copies: dict[str, str] = {name: f"{DOCUMENTS_NAME}/{name}" for name in ledger.documents.names()}
    for row in rows:
        room -= ledger.documents.length(row["document"])
        if room >= 0:
            copies[row["document"]] = f"{READABLE}/{names[row['document']]}"
    return copies


def _seen_type(data: bytes) -> str | None:
    """Give the type of a document of which no entry says it: text where it can be read as text, else none."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return "text/plain" if all(character.isprintable() or character.isspace() for character in text) else None
