"""The page of the open data: what each file is, what its columns are, under which licence."""

from dataclasses import dataclass
from typing import Final

from fastapi import Response

from constancia.api.http.deps import TheSettings
from constancia.api.http.request.context import address_of
from constancia.api.http.request.query import Router
from constancia.api.opendata.dataset import about_of
from constancia.api.opendata.dictionary import field_note, note_of, title_of
from constancia.api.opendata.tables.all_tables import TABLES, named
from constancia.api.opendata.tables.columns import Table, TableSource
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.text.i18n import tr
from constancia.ledger.errors import NotFound

router = Router(include_in_schema=False, route_class=CachedPage)
_NOTES: Final = ("page.data.use_csv", "page.data.use_formula", "page.data.use_windows", "page.data.use_past")
_TYPES: Final = {
    "boolean": "page.data.types.boolean",
    "date": "page.data.types.date",
    "datetime": "page.data.types.datetime",
    "integer": "page.data.types.integer",
    "string": "page.data.types.string",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """A field as the page shows it: its name in the file, what it holds, its type in words, whether it is a key."""

    name: str
    note: str
    type: str
    key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table as the page shows it: its names (`id` in English), title, what a row is, and its fields."""

    id: str
    name: str
    title: str
    note: str
    fields: tuple[FieldRow, ...]


@router.get("/es/datos")
@router.get("/en/data")
def data(frame: TheFrame, settings: TheSettings) -> Response:
    """Show which files there are, as of the page's size and day, and what is in them."""
    source = TableSource(reading=frame.as_of, log=frame.ledger.log)
    return frame.page(
        "data.html",
        about=about_of(source, frame.ledger.origin, settings, address_of(frame.request, settings)),
        folder="datos" if frame.lang == "es" else "data",
        reading_notes=[tr(frame.lang, name) for name in _NOTES],
        tables=[_shown(table, frame, source) for table in TABLES],
    )


@router.get("/es/datos/{name}")
@router.get("/en/data/{name}")
def data_table(name: str, frame: TheFrame) -> Response:
    """Show what the columns of a table are. Its name in either language will do: the page in the other keeps it."""
    table = named(frame.lang, name) or named("en" if frame.lang == "es" else "es", name)
    if table is None:
        raise NotFound("no table of the open data has this name")
    source = TableSource(reading=frame.as_of, log=frame.ledger.log)
    return frame.page("data_table.html", table=_shown(table, frame, source))


def _shown(table: Table, frame: Frame, source: TableSource) -> ShownTable:
    lang = frame.lang
    fields = tuple(
        FieldRow(
            name=item.names[lang],
            note=field_note(table, item, lang),
            type=tr(lang, _TYPES[item.type]),
            key=item.column.name in table.key and not item.part,
        )
        for item in table.fields(source.languages)
    )
    return ShownTable(
        id=table.name, name=table.named(lang), title=title_of(table, lang), note=note_of(table, lang), fields=fields
    )
