"""Alterations of the SQLite store: every column of every table, every act on rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from tests.tamper.acts import (
    byte_acts,
    flips,
    form_acts,
    is_in_name_of_witness,
    member_acts,
    resigned_acts,
    writer_of,
)
from tests.tamper.bench import Bench, Case

NUMBERS: tuple[tuple[str, Any], ...] = (
    ("another value", -1), ("another value", 10**6), ("another value", 2**62), ("empty", None),
    ("another type", "x"), ("another type", b"\x01"), ("another type", 1.5),
)  # fmt: skip
INDEXES = (0, 5, 14, 20, 34, 35)


def rows_of(bench: Bench, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(bench.store)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {table} ORDER BY rowid")]  # noqa: S608 - a constant


def set_(table: str, column: str, key: str, value: Any, at: Any) -> tuple[str, tuple[Any, ...]]:
    return f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, at)  # noqa: S608 - constants


def values_of(value: Any, neighbour: Any) -> Iterator[tuple[str, Any]]:
    """Other values of a column, by its type."""
    if isinstance(value, int):
        yield from ((act, new) for act, new in NUMBERS if new != value)
        yield from (("another value", value + one) for one in (1, -1))
        yield "neighbour's value", neighbour
        return
    data = value.encode() if isinstance(value, str) else value
    other = neighbour.encode() if isinstance(neighbour, str) else neighbour
    for change in byte_acts(data, other):
        yield change.act, _as_type_of(value, change.data)
    yield "another type", data if isinstance(value, str) else data.hex()
    yield "another type", 5
    yield "empty", None


def _as_type_of(value: Any, data: bytes) -> Any:
    if isinstance(value, bytes):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data  # SQLite keeps text that is no UTF-8 only as a BLOB


def event_cases(bench: Bench) -> Iterator[Case]:
    rows = rows_of(bench, "stored_events")
    for index in INDEXES:
        row, neighbour = rows[index], rows[index - 1]
        for column, value in row.items():
            for act, new in values_of(value, neighbour[column]):
                if new != value:
                    sql = [set_("stored_events", column, "position", new, index + 1)]
                    touched = index if column != "position" or not isinstance(new, int) else min(index, abs(new - 1))
                    yield Case(
                        target=f"stored_events.{column}", act=act, source="store", sql=sql, indexes=(touched, index)
                    )


def row_cases(bench: Bench) -> Iterator[Case]:
    last = bench.small.size
    insert = (
        "INSERT INTO stored_events SELECT ?, originator_id, originator_version, topic, state, statement_id"
        " FROM stored_events WHERE position = ?"
    )
    for index in INDEXES:
        at = index + 1
        target = "stored_events, rows"
        delete = ("DELETE FROM stored_events WHERE position = ?", (at,))
        yield Case(target=target, act="delete", source="store", sql=[delete], indexes=(index, index))
        shift = "UPDATE stored_events SET position = -position WHERE position > ?"
        back = "UPDATE stored_events SET position = -position - 1 WHERE position < 0"
        closed = [delete, (shift, (at,)), (back, ())]
        yield Case(target=target, act="delete, the rest moved up", source="store", sql=closed, indexes=(index, index))
        yield Case(target=target, act="duplicate", source="store", sql=[(insert, (at, at))], indexes=(index, index))
        yield Case(target=target, act="insert", source="store", sql=[(insert, (last + 1, at))], indexes=(last, last))
        if index + 1 < last:
            swap = [
                ("UPDATE stored_events SET position = -1 WHERE position = ?", (at,)),
                ("UPDATE stored_events SET position = ? WHERE position = ?", (at, at + 1)),
                ("UPDATE stored_events SET position = ? WHERE position = -1", (at + 1,)),
            ]
            yield Case(target=target, act="swap", source="store", sql=swap, indexes=(index, index + 1))
    everything = ("DELETE FROM stored_events", ())
    yield Case(target="stored_events, rows", act="delete", source="store", sql=[everything], indexes=(0, last - 1))


def entry_cases(bench: Bench) -> Iterator[Case]:
    """Changed entries in `state`, nothing put right: a hand in the database."""
    log = bench.small
    for index in (0, 14, 20, 35):
        raw = log.entries[index]
        changes = [*member_acts(raw, log.entries[index - 1]), *form_acts(raw), *resigned_acts(raw, writer_of(log))]
        for one in changes:
            sql = [set_("stored_events", "state", "position", one.raw, index + 1)]
            target = f"entry in the store: {one.field}"
            yield Case(target=target, act=one.act, source="store", sql=sql, indexes=(index, index))


def batch_cases(bench: Bench) -> Iterator[Case]:
    rows = rows_of(bench, "batches")
    for number in (0, 2, len(rows) - 2, len(rows) - 1):
        row, neighbour = rows[number], rows[number - 1]
        first, last = row["first_index"], row["size"] - 1
        for column, value in row.items():
            for act, new in values_of(value, neighbour[column]):
                if new == value:
                    continue
                sql = [set_("batches", column, "first_index", new, first)]
                span = (first, last)
                if column == "first_index" and isinstance(new, int):
                    # The batch stands elsewhere in the order, or over another one.
                    span = (max(0, min(first, new)), bench.small.size - 1)
                elif column == "leaf_hashes" and act.startswith("bit flip"):
                    at = next(at for at in range(len(value)) if value[at] != new[at])
                    span = (first + at // 32, first + at // 32)
                yield Case(target=f"batches.{column}", act=act, source="store", sql=sql, indexes=span)
        delete = ("DELETE FROM batches WHERE first_index = ?", (first,))
        yield Case(target="batches, rows", act="delete", source="store", sql=[delete], indexes=(first, last))
        double = ("INSERT INTO batches SELECT * FROM batches WHERE first_index = ?", (first,))
        # Inserted twice it can only stand in a table without keys.
        end = bench.small.size
        yield Case(target="batches, rows", act="duplicate", source="store", sql=[double], indexes=(first, end))
    added = ("INSERT INTO batches SELECT size, size + 1, leaf_hashes, checkpoint FROM batches WHERE size = ?", (36,))
    yield Case(target="batches, rows", act="insert", source="store", sql=[added], indexes=(36, 36))


def signature_line_cases(bench: Bench) -> Iterator[Case]:
    """Every line of a cosigned checkpoint in a batch that is not the last."""
    row = next(one for one in rows_of(bench, "batches") if one["size"] == 19)
    note = row["checkpoint"].encode()
    start = row["first_index"]
    for change in flips(note, 61):
        if change.data != note:
            sql = [set_("batches", "checkpoint", "size", _as_type_of("", change.data), 19)]
            unknown = is_in_name_of_witness(note, change.at)
            yield Case(
                target="batches.checkpoint, each line", act=change.act, source="store", sql=sql,
                indexes=(start, 18), harmless="an unknown witness's line is ignored" if unknown else "",
            )  # fmt: skip


def meta_cases(bench: Bench) -> Iterator[Case]:
    for row in rows_of(bench, "meta"):
        for column, value in row.items():
            for act, new in values_of(value, "other"):
                if new != value:
                    sql = [set_("meta", column, "key", new, row["key"])]
                    yield Case(target=f"meta.{column}", act=act, source="store", sql=sql, places=("meta",))
        delete = ("DELETE FROM meta WHERE key = ?", (row["key"],))
        yield Case(target="meta, rows", act="delete", source="store", sql=[delete], places=("meta",))
    added = ("INSERT INTO meta VALUES ('more', 'x')", ())
    yield Case(target="meta, rows", act="insert", source="store", sql=[added], places=("meta",))


def schema_cases(_: Bench) -> Iterator[Case]:
    for table in ("stored_events", "batches", "meta"):
        for act, statement in (
            ("delete", f"DROP TABLE {table}"),
            ("insert", f"ALTER TABLE {table} ADD COLUMN more"),
            ("another value", f"ALTER TABLE {table} RENAME TO other"),
        ):
            yield Case(
                target="schema", act=act, source="store", sql=[(statement, ())], places=(table, "no such"),
                indexes=None,
            )  # fmt: skip
    moved = [("ALTER TABLE meta RENAME TO hidden", ()), ("CREATE VIEW meta AS SELECT * FROM hidden", ())]
    yield Case(target="schema", act="view in the table's place", source="store", sql=moved, places=("meta",))


def cases(bench: Bench) -> Iterator[Case]:
    for make in (
        event_cases, row_cases, entry_cases, batch_cases, signature_line_cases, meta_cases, schema_cases,
    ):  # fmt: skip
        yield from make(bench)
