"""`constancia export`: the ledger to take along: a bundle that is verified without a server, tables, or a database."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from constancia.api.cli.reader.state import Known, read_as_of
from constancia.api.cli.source_options import SourceOption
from constancia.api.cli.terminal import Force, fail, guarded, message, open_for_reading, say, to_make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from constancia.api.http.settings import Settings
    from constancia.api.opendata.tables.columns import TableSource
    from constancia.ledger.ledger import Ledger
    from constancia.verify.core.formats.checkpoint import Checkpoint


@guarded
def command(
    out: Annotated[Path | None, typer.Argument(help="Archivo zip que se crea. / Zip file to create.")] = None,
    source: SourceOption = "demo",
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv", help="Tablas para una hoja de cálculo: una carpeta o un zip. / Tables: a folder or a zip."
        ),
    ] = None,
    sqlite: Annotated[
        Path | None, typer.Option("--sqlite", help="Todas las tablas en una base de datos. / All tables as a database.")
    ] = None,
    log_only: Annotated[
        bool,
        typer.Option("--log-only", help="En el zip, sólo los archivos del libro. / Only the log's files in the zip."),
    ] = False,
    known: Known = None,
    at: Annotated[
        str | None,
        typer.Option(help="El día por el que se pregunta. / The day asked about: YYYY, YYYY-MM or YYYY-MM-DD."),
    ] = None,
    force: Force = False,
) -> None:
    """Exporta el libro: un zip que se verifica y se lee, tablas o una base de datos. / Export the ledger.

    --known y --at valen para las tablas y la base de datos. / --known and --at are for tables and the database.

    Ejemplo / example: constancia export libro.zip --from demo
    Ejemplo / example: constancia export --csv tablas --from https://libro.example
    Ejemplo / example: constancia export --sqlite libro.sqlite --from demo --known 2019-06-30
    """
    if not (out or csv or sqlite):
        raise fail(message("export.one"))
    if out:
        _export_bundle(to_make(out, force=force), source, log_only=log_only)
    if csv or sqlite:
        settings = _settings()
        with open_for_reading(source) as ledger:
            rows = _source(ledger, known, at)
            if csv:
                _export_tables(csv, rows, ledger.origin, settings, force=force)
            if sqlite:
                _export_database(to_make(sqlite, force=force), rows, ledger.origin, settings)


def _settings() -> "Settings":
    """Return what the operator says of the data: licence, publisher.

    Raises:
        Exit: What the tables need is not installed.
    """
    try:
        from constancia.api.http.settings import Settings
    except ImportError as error:
        raise fail(message("serve.extra", name=error.name)) from error
    return Settings()


def _source(ledger: "Ledger", known: str | None, at: str | None) -> "TableSource":
    from constancia.api.opendata.tables.columns import TableSource

    reading = read_as_of(ledger, known, at)
    return TableSource(reading=reading, log=ledger.log, withdrawn=frozenset(ledger.withdrawn()), made={})


def _export_bundle(out: Path, source: str, *, log_only: bool) -> None:
    checkpoint = _bundle_of_log(out, source) if log_only else _bundle(out, source)
    say(message("export.done", path=out, size=checkpoint.size, root=checkpoint.root.hex()))


def _bundle_of_log(out: Path, source: str) -> "Checkpoint":
    with open_for_reading(source, with_documents=True) as ledger:
        return ledger.export(out)


def _bundle(out: Path, source: str) -> "Checkpoint":
    try:
        from constancia.api.app import copy_app
        from constancia.api.http.settings import Settings
        from constancia.api.opendata.pack import write_bundle
    except ImportError as error:  # the pages need what the server needs; the log's files do not
        say(message("export.log_only", name=error.name), err=True)
        return _bundle_of_log(out, source)
    with open_for_reading(source, with_documents=True) as ledger, _progress() as progress:
        return write_bundle(ledger.folder.path, out, make_app=copy_app, settings=Settings(), progress=progress)


@contextlib.contextmanager
def _progress() -> "Iterator[Callable[[str, int], None]]":
    """Show on a terminal's standard error what is being made; nothing where it goes to a file."""
    from rich.console import Console

    terminal = Console(stderr=True)
    with terminal.status(message("export.progress", what="datos")) as status:

        def shown(what: str, count: int) -> None:
            is_page = what == "html"
            status.update(message("export.pages", count=count) if is_page else message("export.progress", what=what))

        yield shown


def _export_tables(out: Path, source: "TableSource", origin: str, settings: "Settings", *, force: bool) -> None:
    """Write the tables into a folder or a zip: all of them, or none."""
    from constancia.api.opendata.export_files import write_folder, write_zip
    from constancia.api.opendata.pack import table_files

    is_zip = out.suffix.lower() == ".zip"
    if is_zip:
        to_make(out, force=force)
    elif out.exists() and (not out.is_dir() or (any(out.iterdir()) and not force)):
        raise fail(message("export.not_empty", path=out))
    count = (write_zip if is_zip else write_folder)(out, table_files(source, origin, settings))
    say(message("export.csv", path=out, count=count, size=source.reading.size))


def _export_database(out: Path, source: "TableSource", origin: str, settings: "Settings") -> None:
    from constancia.api.opendata.database import write_database
    from constancia.api.opendata.dataset import about_of
    from constancia.api.opendata.export_files import made_whole

    made_whole(out, lambda part: write_database(part, source, about_of(source, origin, settings)))
    say(message("export.sqlite", path=out, size=source.reading.size))
