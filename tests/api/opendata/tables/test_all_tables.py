"""Tables: every column has its cells, every file its types, and nothing that is protected or withdrawn."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.api.served import Desk
from tests.api.test_agreement_life import lived
from tests.api.test_cancellations import HttpDesk
from tests.ledger.test_privacy import PAPER_SHA256, Scene
from tests.ledger.world import text
from tests.rows import each_row

from constancia.api.opendata.tables.all_tables import BY_NAME, TABLES, csv_chunks, json_chunks
from constancia.api.opendata.tables.columns import Cells, Column, DataField, Table, TableSource
from constancia.api.text.csv_cells import plain
from constancia.ledger.ledger import Ledger

__all__ = ("lived",)
PASTS: tuple[dict[str, Any], ...] = ({}, {"size": 0}, {"size": 5}, {"at": "2019"}, {"known": "2019-02-15"})


def source_of(ledger: Ledger, **asked: Any) -> TableSource:
    return TableSource(reading=ledger.as_of(**asked), log=ledger.log, withdrawn=frozenset(ledger.withdrawn()))


def as_csv(table: Table, source: TableSource, lang: str = "en") -> list[dict[str, str]]:
    data = b"".join(csv_chunks(table, source, lang))
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def as_json(table: Table, source: TableSource, lang: str = "en") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(b"".join(json_chunks(table, source, lang, {"size": 1})))["items"]
    return items


def everything(source: TableSource) -> str:
    chunks = [*(csv_chunks(table, source, "es") for table in TABLES)]
    chunks += [json_chunks(table, source, "en", {}) for table in TABLES]
    return "".join(b"".join(each).decode("utf-8-sig") for each in chunks)


@each_row("table", TABLES, ids=lambda table: table.name)
def test_o1_rows_have_the_columns_and_cells_their_types(scene: Desk, table: Table) -> None:
    checks = {"integer": int, "boolean": bool, "string": str, "date": str, "datetime": str}
    for asked in PASTS:
        source = source_of(scene.ledger, **asked)
        fields = table.fields(source.languages)
        cells = Cells(source)
        for row in table.rows(source):
            assert set(row) == {column.name for column in table.columns}
            for value, field in zip(cells.of(row, fields), fields, strict=True):
                assert value is None or type(value) is checks[field.type], field.names
                if field.type == "date" and value is not None:
                    date.fromisoformat(str(value))
                if field.type == "datetime" and value is not None:
                    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z", str(value))


@each_row("table", TABLES, ids=lambda table: table.name)
def test_keys_name_one_row_and_headings_one_column(scene: Desk, table: Table) -> None:
    source = source_of(scene.ledger)
    keys = [tuple(row[name] for name in table.key) for row in table.rows(source)]
    assert len(set(keys)) == len(keys)
    assert all(None not in key for key in keys)
    for lang in ("es", "en"):
        names = [field.names[lang] for field in table.fields(("es", "en", "pt"))]
        assert len(set(names)) == len(names)
        assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []


@each_row("table", TABLES, ids=lambda table: table.name)
def test_csv_and_json_say_the_same_in_both_languages(scene: Desk, table: Table) -> None:
    source = source_of(scene.ledger)
    english, spanish = as_json(table, source), as_json(table, source, "es")
    assert [list(row.values()) for row in english] == [list(row.values()) for row in spanish]
    shown = [{name: "" if value is None else _word(value) for name, value in row.items()} for row in english]
    read = [{name: plain(cell) for name, cell in row.items()} for row in as_csv(table, source)]
    assert read == shown


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_o2_tables_say_what_the_interface_says(scene: Desk) -> None:
    items = {row["commitment"]: row for row in scene.http.get("/api/v1/commitments").json()["items"]}
    rows = as_json(BY_NAME["commitments"], source_of(scene.ledger))
    assert [row["commitment"] for row in rows] == list(items) != []
    for row in rows:
        item = items[row["commitment"]]
        assert row["lifecycle"] == item["lifecycle"]
        assert row["title_es"] == item["title"].get("es")
        assert row["title_en"] == item["title"].get("en")
        assert row["milestones"] == len(item["milestones"])
        assert row["last_entry"] == item["last"]["index"]
    assert len(as_json(BY_NAME["entries"], source_of(scene.ledger))) == scene.ledger.size


def test_the_past_is_as_it_was(scene: Desk) -> None:
    assert as_json(BY_NAME["commitments"], source_of(scene.ledger, size=0)) == []
    five = as_json(BY_NAME["entries"], source_of(scene.ledger, size=5))
    assert [row["entry"] for row in five] == [0, 1, 2, 3, 4]
    dated = as_json(BY_NAME["parties"], source_of(scene.ledger, at="2019-03"))
    assert {row["certainty"] for row in dated} <= {"yes", "possibly"}
    assert None not in {row["certainty"] for row in dated}


def test_windows_open_into_days_and_words() -> None:
    table = Table(name="t", es="t", key=(), columns=(Column(name="when", es="plazo", kind="window"),), rows=_nothing)
    assert [field.names["es"] for field in table.fields(("es",))] == [
        "plazo", "plazo_desde", "plazo_hasta", "plazo_es", "plazo_en",
    ]  # fmt: skip
    fields = table.fields(("es",))
    assert _cells("2019-06/2019-08", fields) == [
        "2019-06/2019-08", "2019-06-01", "2019-08-31",
        "de junio a agosto de 2019", "from June to August 2019",
    ]  # fmt: skip
    assert _cells("2019-08/..", fields)[:4] == ["2019-08/..", "2019-08-01", None, "desde agosto de 2019"]
    assert _cells("2019-03-26", fields)[:3] == ["2019-03-26", "2019-03-26", "2019-03-26"]
    assert _cells(None, fields) == [None] * 5


def _nothing(_source: TableSource) -> Iterator[dict[str, Any]]:
    return iter(())


def _cells(value: str | None, fields: tuple[DataField, ...]) -> list[Any]:
    class Empty:
        state = type("S", (), {"languages": ("es",), "aggregates": {}})()

    return Cells(Empty()).of({"when": value}, fields)  # type: ignore[arg-type]  # what it needs of a source


def test_text_of_another_language_has_a_column_of_its_own_and_takes_no_others_place() -> None:
    table = Table(name="t", es="t", key=(), columns=(Column(name="when", es="titulo", kind="text"),), rows=_nothing)
    fields = table.fields(("es", "en", "pt"))
    assert _cells({"pt_br": "Olá", "es": "Hola"}, fields) == ["Hola", None, "Olá"]  # type: ignore[arg-type]


def test_no_text_of_any_table_is_a_formula(adopted: Desk) -> None:
    body = {
        "commitment": "c-formula", "governance_body": "committee", "objective": text("+1+1"),
        "problem": text("dos; =1"), "title": text('=HYPERLINK("https://example.org")'),
    }  # fmt: skip
    adopted.take(adopted.says("nosc", "CommitmentProposed", "commitment/c-formula", body))
    source = source_of(adopted.ledger)
    [row] = [row for row in as_csv(BY_NAME["commitments"], source) if row["commitment"] == "c-formula"]
    assert (row["title_es"], row["objective_es"]) == ('\'=HYPERLINK("https://example.org")', "'+1+1")
    assert row["problem_es"] == "dos; '=1"
    for table in TABLES:
        data = b"".join(csv_chunks(table, source, "es")).decode("utf-8-sig")
        for delimiter in (",", ";"):
            for cells in csv.reader(io.StringIO(data, newline=""), delimiter=delimiter):
                assert [cell for cell in cells if re.match(r"[\s\"]*[=+@]|[\s\"]*-", cell)] == []
    [exact] = [row for row in as_json(BY_NAME["commitments"], source) if row["commitment"] == "c-formula"]
    assert exact["problem_es"] == "dos; =1"


def test_protected_complaint_shows_neither_its_subject_nor_when_it_was_taken_in(lived: Desk) -> None:
    source = source_of(lived.ledger)
    rows = {row["complaint"]: row for row in as_json(BY_NAME["complaints"], source)}
    assert rows["q1"]["text_es"] == "No hay minuta"
    hidden = ("text_es", "text_en", "filed_on", "filed_on_from", "filed_on_es", "filed_entry")
    assert {name: rows["q2"][name] for name in hidden} == dict.fromkeys(hidden)
    assert rows["q2"]["protected"] is True
    [filed] = [
        row
        for row in as_json(BY_NAME["entries"], source)
        if row["type"] == "ComplaintFiled" and row["about"] != "complaint/q1"
    ]
    assert (filed["occurred_on"], filed["occurred_on_from"], filed["about"]) == (None, None, None)
    entry = json.loads(lived.ledger.log.entry(filed["entry"]))
    assert entry["statement"]["body"]["digest"] not in everything(source)


def test_title_of_a_withdrawn_document_is_gone_also_from_the_past(adopted: Desk) -> None:
    privacy = Scene(HttpDesk(adopted))  # type: ignore[arg-type]  # the members that it uses
    size = adopted.ledger.size
    before = {row["document"]: row for row in as_json(BY_NAME["documents"], source_of(adopted.ledger))}
    assert before[PAPER_SHA256]["withdrawn"] is False
    privacy.block()
    for asked in ({}, {"size": size}):
        after = {row["document"]: row for row in as_json(BY_NAME["documents"], source_of(adopted.ledger, **asked))}
        assert after[PAPER_SHA256]["withdrawn"] is True
        assert [value for name, value in after[PAPER_SHA256].items() if name.startswith("title")] == [None, None]


def test_o6_same_state_gives_the_same_bytes(scene: Desk) -> None:
    assert everything(source_of(scene.ledger)) == everything(source_of(scene.ledger))


def test_o5_big_table_is_made_while_it_is_read(scene: Desk) -> None:
    """Only what was asked for is made: a reader that leaves costs no more."""
    asked = 0

    def rows(_source: TableSource) -> Iterator[dict[str, Any]]:
        nonlocal asked
        for number in range(1_000_000):
            asked = number
            yield {"entry": number, "words": "palabra " * 40}

    columns = (Column(name="entry", es="registro", kind="integer"), Column(name="words", es="palabras"))
    table = Table(name="big", es="grande", key=("entry",), columns=columns, rows=rows)
    chunks = csv_chunks(table, source_of(scene.ledger), "es")
    first = next(chunks)
    assert 65_536 <= len(first) < 3 * 65_536
    assert asked < 1_000
