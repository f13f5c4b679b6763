"""The data dictionary: what every file and every field is, as a Data Package, and in words for the pages.

Source: Frictionless Data Package 1.0 and 2.0 (`datapackage.json`), Tabular Data Resource, Table Schema.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from constancia.api.opendata.dataset import About
from constancia.api.opendata.tables.all_tables import BY_NAME, FORM, TABLES
from constancia.api.opendata.tables.columns import DataField, Table
from constancia.api.text.i18n import LANGUAGES, tr

_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_DIALECT: Final = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}
_FORMATS: Final = {"date": "%Y-%m-%d", "datetime": "any"}


def package(about: About, lang: str, languages: Sequence[str], paths: Mapping[str, str]) -> dict[str, Any]:
    """Give the Data Package of all tables.

    Args:
        about: What is said of the data as a whole.
        lang: Language of the fields' names: that of the files.
        languages: The languages of text columns.
        paths: Path or address of each table's CSV, by the table's English name.
    """
    document: dict[str, Any] = {
        "$schema": _PROFILE,
        "profile": "tabular-data-package",
        "name": "constancia",
        "title": about.names[lang],
        "title_es": about.names["es"],
        "title_en": about.names["en"],
        "description": tr(lang, "data.package"),
        "description_es": tr("es", "data.package"),
        "description_en": tr("en", "data.package"),
        "version": f"{FORM}.{about.size}",
        "created": f"{about.day}T00:00:00Z",
        "constancia": about.stands(),
        "sources": [{"title": about.origin}],
        "resources": [_resource(table, lang, languages, paths[table.name]) for table in TABLES],
    }
    if about.publisher:
        who = {"title": about.publisher, "role": "publisher"}
        document["contributors"] = [who | ({"email": about.contact} if "@" in (about.contact or "") else {})]
    if about.licence:
        where = {"path": about.licence_url} if about.licence_url else {}
        document["licenses"] = [{"name": about.licence, "title": about.licence, **where}]
    return document


def _resource(table: Table, lang: str, languages: Sequence[str], path: str) -> dict[str, Any]:
    return {
        "name": table.named(lang),
        "path": path,
        "profile": "tabular-data-resource",
        "type": "table",
        "title": title_of(table, lang),
        "title_es": title_of(table, "es"),
        "title_en": title_of(table, "en"),
        "description": note_of(table, lang),
        "description_es": note_of(table, "es"),
        "description_en": note_of(table, "en"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "schema": schema(table, lang, languages),
    }


def schema(table: Table, lang: str, languages: Sequence[str]) -> dict[str, Any]:
    """Give the Table Schema of a table: fields, the key, and the keys of other tables that it holds."""
    names = {column.name: column.es if lang == "es" else column.name for column in table.columns}
    document: dict[str, Any] = {
        "fields": [_field(table, item, lang) for item in table.fields(languages)],
        "missingValues": [""],
        "primaryKey": [names[name] for name in table.key],
    }
    refers = ((names[column.name], BY_NAME[column.refers]) for column in table.columns if column.refers)
    foreign = [
        {"fields": [name], "reference": {"resource": other.named(lang), "fields": [_key_of(other, lang)]}}
        for name, other in refers
    ]
    if foreign:
        document["foreignKeys"] = foreign
    return document


def _key_of(table: Table, lang: str) -> str:
    (column,) = [column for column in table.columns if column.name == table.key[0]]
    return column.es if lang == "es" else column.name


def _field(table: Table, item: DataField, lang: str) -> dict[str, Any]:
    described = {f"description_{each}": field_note(table, item, each) for each in LANGUAGES}
    required = item.column.name in table.key and not item.part
    document: dict[str, Any] = {
        "name": item.names[lang],
        "type": item.type,
        "title": item.names[lang].replace("_", " "),
        "description": described[f"description_{lang}"],
        **described,
    }
    document |= {"format": _FORMATS[item.type]} if item.type in _FORMATS else {}
    document |= {"trueValues": ["true"], "falseValues": ["false"]} if item.type == "boolean" else {}
    if required:
        document["constraints"] = {"required": True} | ({"unique": True} if len(table.key) == 1 else {})
    return document


def title_of(table: Table, lang: str) -> str:
    """Give a table's title in a language."""
    return tr(lang, f"data.table.{table.name}")


def note_of(table: Table, lang: str) -> str:
    """Say in a language what a table's rows are."""
    return tr(lang, f"data.note.{table.name}")


def field_note(table: Table, item: DataField, lang: str) -> str:
    """Say in a language what a field holds: its column's note, and which part of it this is."""
    own = f"data.field.{table.name}.{item.column.name}"
    note = tr(lang, own)
    note = tr(lang, f"data.field.{item.column.name}") if note == own else note
    part = _part_of(item, lang)
    return f"{note} {part}".strip()


def _part_of(item: DataField, lang: str) -> str:
    kind = item.column.kind
    if item.part in ("from", "to"):
        return tr(lang, f"data.part.{item.part}")
    if kind == "window":
        return tr(lang, "data.part.words" if item.part else "data.part.edtf")
    if kind == "text":
        return tr(lang, f"data.part.text_{item.part}") if item.part in LANGUAGES else f"({item.part})"
    if kind in ("codes", "parties") and not item.part:
        return tr(lang, "data.part.list")
    return tr(lang, "data.part.words") if item.part else ""
