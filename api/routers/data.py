"""The open data at fixed addresses: tables as CSV and JSON, dictionary, catalogue, database, and the whole as a zip."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

from fastapi import Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from werkzeug.http import http_date, parse_etags

from constancia.api.http.deps import TheLedger, TheReading, TheSettings, judged
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.context import address_of
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import Responses, json_example, refusals
from constancia.api.http.settings import Settings
from constancia.api.opendata import database
from constancia.api.opendata.catalogue import catalogue
from constancia.api.opendata.dataset import About, about_of
from constancia.api.opendata.dictionary import package
from constancia.api.opendata.file_cache import MadeFiles
from constancia.api.opendata.pack import write_bundle
from constancia.api.opendata.tables.all_tables import TABLES, csv_chunks, json_chunks, named, tag_of
from constancia.api.opendata.tables.columns import Table, TableSource
from constancia.ledger.clock import parse_recorded_at
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.reading import Reading
from constancia.verify.report.rendering import json_text

router = Router(tags=["data"])
Lang = Literal["es", "en"]
_CSV: Final = "text/csv"
_JSON: Final = "application/json"
_LD: Final = "application/ld+json"
_SQLITE: Final = "application/vnd.sqlite3"
_ZIP: Final = "application/zip"
_SAME: Final[Responses] = {304: {"description": "What `If-None-Match` names is still the same."}}
_PARTS: Final = {206: "The part that `Range` asks for."}


def source_of(ledger: Ledger, reading: Reading) -> TableSource:
    """Give what tables are made from."""
    return TableSource(reading=reading, log=ledger.log, withdrawn=frozenset(ledger.withdrawn()))


def _table(lang: Lang, name: str) -> Table:
    table = named(lang, name)
    if table is None:
        raise NotFound("no table of the open data has this name")
    return table


def _streamed(
    request: Request, tag: str, media_type: str, chunks: Callable[[], Iterator[bytes]], name: str
) -> Response:
    """Send what is made while it is sent, unless the client has it already."""
    headers = {"Cache-Control": REVALIDATED, "ETag": f'"{tag}"'}
    if parse_etags(request.headers.get("if-none-match")).contains_weak(tag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'{"attachment" if media_type == _CSV else "inline"}; filename="{name}"'
    kind = f"{_CSV}; charset=utf-8; header=present" if media_type == _CSV else media_type
    return StreamingResponse(chunks(), media_type=kind, headers=headers)


def _csv(lang: Lang, name: str, request: Request, ledger: Ledger, reading: Reading) -> Response:
    table, source = _table(lang, name), source_of(ledger, reading)
    tag = tag_of(source, table.name, lang, "csv")
    return _streamed(request, tag, _CSV, partial(csv_chunks, table, source, lang), f"{name}.csv")


def _json(lang: Lang, name: str, request: Request, ledger: Ledger, reading: Reading) -> Response:
    table, source = _table(lang, name), source_of(ledger, reading)
    about = judged(ledger, reading)
    tag = tag_of(source, table.name, lang, "json")
    return _streamed(request, tag, _JSON, partial(json_chunks, table, source, lang, about), f"{name}.json")


_NAMES: Final = ", ".join(f"`{table.name}`" for table in TABLES)


def _about(request: Request, ledger: Ledger, reading: Reading, settings: Settings) -> tuple[TableSource, About]:
    source = source_of(ledger, reading)
    return source, about_of(source, ledger.origin, settings, address_of(request, settings))


def _package(lang: Lang, request: Request, ledger: Ledger, reading: Reading, settings: Settings) -> Response:
    source, about = _about(request, ledger, reading, settings)
    paths = {table.name: f"{table.named(lang)}.csv" for table in TABLES}  # next to the dictionary itself
    data = json_text(package(about, lang, source.languages, paths)).encode()
    return represent(request, data, media_type=_JSON, cache=REVALIDATED, may_compress=True)


_WHOLE: Final[Responses] = {
    200: json_example("The document.", {}),
    206: {"description": _PARTS[206], "content": {_JSON: {}}},
}


@router.get(
    "/data/datapackage.json",
    summary="The data dictionary",
    response_class=Response,
    responses={**_WHOLE, **_SAME, **refusals(400, 404, 429)},
)
def dictionary(request: Request, ledger: TheLedger, reading: TheReading, settings: TheSettings) -> Response:
    """Give what every table and column is: Frictionless Data Package. In Spanish at `/datos/datapackage.json`."""
    return _package("en", request, ledger, reading, settings)


@router.get("/datos/datapackage.json", include_in_schema=False)
def spanish_dictionary(request: Request, ledger: TheLedger, reading: TheReading, settings: TheSettings) -> Response:
    """Give the data dictionary of the files with Spanish headings."""
    return _package("es", request, ledger, reading, settings)


@router.get(
    "/data/metadata.json",
    summary="Titles and notes of the database, for Datasette",
    response_class=Response,
    responses={**_WHOLE, **_SAME},
)
def metadata(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give Datasette's metadata of `libro.sqlite`. In Spanish at `/datos/metadata.json`."""
    return _metadata("en", request, ledger, settings)


@router.get("/datos/metadata.json", include_in_schema=False)
def spanish_metadata(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give Datasette's metadata with notes in Spanish."""
    return _metadata("es", request, ledger, settings)


def _metadata(lang: Lang, request: Request, ledger: Ledger, settings: Settings) -> Response:
    source, about = _about(request, ledger, ledger.as_of(), settings)
    data = json_text(database.metadata(about, source.languages, lang)).encode()
    return represent(request, data, media_type=_JSON, cache=REVALIDATED, may_compress=True)


@router.get(
    "/data/catalog.jsonld",
    summary="The catalogue entry, for portals of open data",
    response_class=Response,
    responses={200: {"description": "DCAT 3 as JSON-LD.", "content": {_LD: {}}}},
)
def catalogue_entry(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give the catalogue: every table as a dataset with its files, and the whole. Checksums of what is made already."""
    _source, about = _about(request, ledger, ledger.as_of(), settings)
    return JSONResponse(catalogue(about, made_of(request).checksums()), media_type=_LD)


def made_of(request: Request) -> MadeFiles:
    """Give the application's files that are made of the whole ledger."""
    made: MadeFiles = request.app.state.made
    return made


@router.get(
    "/data/libro.sqlite",
    summary="All tables as an SQLite database",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {_SQLITE: {}}},
        206: {"description": _PARTS[206], "content": {_SQLITE: {}, "multipart/byteranges": {}}},
        **_SAME,
        **refusals(429, 503),
    },
)
def sqlite(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give the database: tables with keys, text search, views with Spanish names. It is of now; the past is in CSV."""
    source, about = _about(request, ledger, ledger.as_of(), settings)
    tag = tag_of(source, "sqlite", *map(str, (about.publisher, about.licence, about.licence_url)))

    def make(path: Path) -> None:
        database.write_database(path, replace(source, made={}), about)

    return _file(request, ledger, database.NAME, tag, make, _SQLITE)


@router.get(
    "/bundle.zip",
    summary="The whole ledger, verifiable and readable without a server",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {_ZIP: {}}},
        206: {"description": _PARTS[206], "content": {_ZIP: {}, "multipart/byteranges": {}}},
        **_SAME,
        **refusals(404, 429, 503),
    },
)
def bundle(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give the bundle of the present size: signed entries, documents, pages, tables and the verifier. See SPEC §8."""
    if not ledger.size:
        raise NotFound("the ledger has no entries yet")
    state = (ledger.log.checkpoint(), ledger.policy.encode(), repr(ledger.rollbacks).encode())
    withdrawn = "\0".join(sorted(ledger.withdrawn())).encode()
    documents = "\0".join(ledger.documents.names()).encode()
    anchors = "\0".join(map(str, ledger.anchors.paths(ledger.size))).encode()
    digest = hashlib.sha256(b"\0\0".join((*state, withdrawn, documents, anchors, _says(settings))))
    make = partial(write_bundle, ledger.folder.path, make_app=request.app.state.make_app, settings=settings)
    return _file(request, ledger, "bundle.zip", digest.hexdigest()[:32], make, _ZIP)


def _says(settings: Settings) -> bytes:
    return repr((settings.operator, settings.contact, settings.licence, settings.licence_url)).encode()


def _modified(ledger: Ledger) -> str:
    """Give when what is made of the whole ledger was modified last: with its last entry. Source: RFC 9110 §8.8.2."""
    if not ledger.size:
        return http_date(0)
    return http_date(parse_recorded_at(ledger.log.recorded(ledger.size - 1).recorded_at))


def _file(  # noqa: PLR0913, PLR0917 (an answer has this many sides)
    request: Request, ledger: Ledger, name: str, tag: str, make: Callable[[Path], object], media_type: str
) -> Response:
    headers = {"Cache-Control": REVALIDATED, "ETag": f'"{tag}"', "Last-Modified": _modified(ledger)}
    if parse_etags(request.headers.get("if-none-match")).contains_weak(tag):
        return Response(status_code=304, headers=headers)
    path = made_of(request).get(name, tag, make)
    return FileResponse(path, media_type=media_type, filename=name.replace("bundle", "libro"), headers=headers)


# The patterns come last: an address with a name of its own is no table.
@router.get(
    "/data/{table}.csv",
    summary="A table of the open data as CSV",
    response_class=Response,
    responses={
        200: {"description": "CSV (RFC 4180) in UTF-8 with a byte-order mark.", "content": {_CSV: {}}},
        **_SAME,
        **refusals(400, 404, 429),
    },
    description=f"One of {_NAMES}. `/datos/<nombre>.csv` has the same with Spanish headings. `/data/datapackage.json` "
    "says what each column is. A text that a spreadsheet could take for a formula has an apostrophe in front.",
)
def table_as_csv(table: str, request: Request, ledger: TheLedger, reading: TheReading) -> Response:
    """Give a table as CSV, as of what was known, for the day asked."""
    return _csv("en", table, request, ledger, reading)


@router.get(
    "/data/{table}.json",
    summary="The same as JSON",
    response_class=Response,
    responses={
        200: json_example("Rows under `items`.", {"table": "votes", "size": 450, "items": []}),
        **_SAME,
        **refusals(400, 404, 429),
    },
    description=f"One of {_NAMES}: the same columns, texts as they are, null where there is no value.",
)
def table_as_json(table: str, request: Request, ledger: TheLedger, reading: TheReading) -> Response:
    """Give a table as JSON, as of what was known, for the day asked."""
    return _json("en", table, request, ledger, reading)


@router.get("/datos/{table}.csv", include_in_schema=False)
def spanish_csv(table: str, request: Request, ledger: TheLedger, reading: TheReading) -> Response:
    """Give a table as CSV with Spanish headings."""
    return _csv("es", table, request, ledger, reading)


@router.get("/datos/{table}.json", include_in_schema=False)
def spanish_json(table: str, request: Request, ledger: TheLedger, reading: TheReading) -> Response:
    """Give a table as JSON with Spanish names."""
    return _json("es", table, request, ledger, reading)
