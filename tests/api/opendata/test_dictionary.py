"""The data dictionary: a Data Package that names every file and field, in words of both languages."""

import csv
import io
import json
import re
from datetime import date, datetime
from typing import Any

import pytest
from tests.api.served import Desk

from constancia.api.opendata.dictionary import field_note, note_of, title_of
from constancia.api.opendata.tables.all_tables import TABLES
from constancia.api.text.i18n import LANGUAGES

TYPES = {"string", "integer", "boolean", "date", "datetime"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_has_words(lang: str) -> None:
    """A message without a translation is its own id."""
    words = []
    for table in TABLES:
        words += [title_of(table, lang), note_of(table, lang)]
        words += [field_note(table, field, lang) for field in table.fields(("es", "en", "pt"))]
    assert [text for text in words if re.search(r"data\.[a-z]", text) or not text] == []


@pytest.mark.parametrize(("folder", "lang"), [("data", "en"), ("datos", "es")])
def test_every_file_is_as_the_dictionary_says(scene: Desk, folder: str, lang: str) -> None:
    """A strict reader of Table Schema: names in order, types, required and unique keys, keys of other tables."""
    package = scene.http.get(f"/{folder}/datapackage.json").json()
    assert package["name"].isidentifier()
    assert [resource["name"] for resource in package["resources"]] == [table.named(lang) for table in TABLES]
    keys: dict[str, dict[str, set[str]]] = {}
    foreign: list[tuple[str, str, str, str, set[str]]] = []
    for resource in package["resources"]:
        assert (resource["encoding"], resource["mediatype"], resource["format"]) == ("utf-8", "text/csv", "csv")
        answer = scene.http.get(f"/{folder}/{resource['path']}")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))
        fields = resource["schema"]["fields"]
        assert rows[0] == [field["name"] for field in fields]
        for field, cells in zip(fields, zip(*rows[1:], strict=True) if rows[1:] else [()] * len(fields), strict=True):
            assert field["type"] in TYPES
            assert field["description_es"]
            assert field["description_en"]
            check_cells(field, [cell for cell in cells if cell])
            if field.get("constraints", {}).get("required"):
                assert all(cells)
            if field.get("constraints", {}).get("unique"):
                assert len(set(cells)) == len(cells)
        columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True)) if rows[1:] else {}
        keys[resource["name"]] = {name: set(cells) for name, cells in columns.items()}
        for key in resource["schema"].get("foreignKeys", ()):
            [name], [other] = key["fields"], key["reference"]["fields"]
            values = {cell for cell in columns.get(name, ()) if cell}
            foreign.append((resource["name"], name, key["reference"]["resource"], other, values))
    assert len(foreign) > 30
    assert [key[:4] for key in foreign if not key[4] <= keys[key[2]].get(key[3], set())] == []


def check_cells(field: dict[str, Any], cells: list[str]) -> None:
    for cell in cells:
        match field["type"]:
            case "integer":
                assert str(int(cell)) == cell
            case "boolean":
                assert cell in (*field["trueValues"], *field["falseValues"])
            case "date":
                assert field["format"] == "%Y-%m-%d"
                assert date.fromisoformat(cell).isoformat() == cell
            case "datetime":
                assert datetime.fromisoformat(cell).tzinfo is not None


def test_what_the_operator_says_is_in_it(scene: Desk) -> None:
    package = scene.http.get("/data/datapackage.json").json()
    assert "licenses" not in package
    assert "contributors" not in package
    assert package["constancia"]["size"] == scene.ledger.size
    assert package["constancia"]["root"] == scene.ledger.log.root(scene.ledger.size).hex()
    past = scene.http.get("/data/datapackage.json", params={"size": 3}).json()
    assert past["constancia"]["size"] == 3
    assert json.dumps(past)
