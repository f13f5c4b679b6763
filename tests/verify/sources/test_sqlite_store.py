"""The SQLite store: every column of every table, and files that are no store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log, verify

from constancia.verify.core.errors import Unreadable
from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.sources.sqlite_store import open_store


@pytest.fixture
def path(log: Log, tmp_path: Path) -> Path:
    return log.write_store(tmp_path / "ledger.sqlite")


def changed(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as db:
        for one in statements:
            db.execute(one)
    db.close()
    return path


def first(report: Report) -> Fault:
    assert report.first is not None, report_text(report, "en")
    return report.first


EVENTS, BATCHES = "UPDATE stored_events SET ", "UPDATE batches SET "
NEIGHBOUR = "checkpoint = (SELECT checkpoint FROM batches WHERE first_index = 19) WHERE first_index = 16"


@pytest.mark.parametrize(
    ("statement", "index", "field"),
    [
        (EVENTS + "originator_id = 'commitment/other' WHERE position = 21", 20, "stored_events.originator_id"),
        (EVENTS + "originator_id = x'00' WHERE position = 21", 20, "stored_events.originator_id"),
        (EVENTS + "originator_version = 999 WHERE position = 21", 20, "stored_events.originator_version"),
        (EVENTS + "originator_version = 1.5 WHERE position = 21", 20, "stored_events.originator_version"),
        (EVENTS + "topic = 'os:system' WHERE position = 21", 20, "stored_events.topic"),
        (EVENTS + "statement_id = 'x' WHERE position = 21", 20, "stored_events.statement_id"),
        (EVENTS + "state = CAST(state AS TEXT) WHERE position = 21", 20, "stored_events.state"),
        (EVENTS + "state = x'' WHERE position = 21", 20, "entry"),
        (EVENTS + "position = 500 WHERE position = 21", 20, "stored_events"),
        (EVENTS + "position = 9000000000000000000 WHERE position = 21", 20, "stored_events"),
        (EVENTS + "position = -3 WHERE position = 21", 20, "stored_events"),
        ("DELETE FROM stored_events WHERE position = 21", 20, "stored_events"),
        ("DELETE FROM stored_events WHERE position = 36", 35, "stored_events"),
        ("DELETE FROM stored_events WHERE position = 1", 0, "stored_events"),
        (BATCHES + "first_index = 17 WHERE first_index = 16", 16, "batches.first_index"),
        (BATCHES + "size = 10000000 WHERE first_index = 16", 16, "batches.size"),
        (BATCHES + "size = 'x' WHERE first_index = 16", 16, "batches.size"),
        (BATCHES + "size = 18 WHERE first_index = 16", 16, "batches.leaf_hashes"),
        (BATCHES + "leaf_hashes = substr(leaf_hashes, 1, 95) WHERE first_index = 16", 16, "batches.leaf_hashes"),
        (BATCHES + "leaf_hashes = 'text' WHERE first_index = 16", 16, "batches.leaf_hashes"),
        (BATCHES + "checkpoint = '' WHERE first_index = 16", 16, "batches.checkpoint"),
        (BATCHES + "checkpoint = replace(checkpoint, 'ma', 'me') WHERE first_index = 16", 16, "batches.checkpoint"),
        (BATCHES + NEIGHBOUR, 16, "batches.checkpoint"),
        ("DELETE FROM batches WHERE first_index = 16", 16, "batches.first_index"),
        ("DELETE FROM batches WHERE first_index = 34", 34, "stored_events.position"),
        ("UPDATE meta SET value = '2' WHERE key = 'schema'", None, "meta.schema"),
        ("UPDATE meta SET value = 'x' WHERE key = 'origin'", None, "meta.origin"),
        ("DELETE FROM meta WHERE key = 'origin'", None, "meta.origin"),
        ("INSERT INTO meta VALUES ('more', 'x')", None, "meta.more"),
        ("ALTER TABLE batches ADD COLUMN more", None, "batches"),
    ],
)  # fmt: skip
def test_altered_column_is_named(statement: str, index: int | None, field: str, path: Path, trust: Path) -> None:
    fault = first(verify(changed(path, statement), trust))
    assert (fault.index, fault.field.split(": ")[0]) == (index, field)


def test_flipped_bit_of_a_stored_leaf_hash_is_named_at_its_entry(path: Path, trust: Path) -> None:
    with sqlite3.connect(path) as db:
        [(packed,)] = db.execute("SELECT leaf_hashes FROM batches WHERE first_index = 16").fetchall()
        other = packed[:40] + bytes([packed[40] ^ 1]) + packed[41:]
        db.execute("UPDATE batches SET leaf_hashes = ? WHERE first_index = 16", (other,))
    db.close()
    report = verify(path, trust)
    assert report.faults_total == 1
    assert (first(report).index, first(report).field) == (17, "batches.leaf_hashes")


def test_swapped_rows_are_named_at_the_first(path: Path, trust: Path) -> None:
    report = verify(
        changed(
            path, EVENTS + "position = -1 WHERE position = 21", EVENTS + "position = 21 WHERE position = 22",
            EVENTS + "position = 22 WHERE position = -1",
        ),
        trust,
    )  # fmt: skip
    assert first(report).index == 20


def test_row_added_at_the_end_is_named(path: Path, trust: Path) -> None:
    columns = "37, originator_id, 99, topic, state, 'x'"
    copy = f"INSERT INTO stored_events SELECT {columns} FROM stored_events WHERE position = 20"  # noqa: S608
    assert first(verify(changed(path, copy), trust)).index == 36


def test_view_in_a_tables_place_is_named(path: Path, trust: Path) -> None:
    statements = ("ALTER TABLE meta RENAME TO hidden", "CREATE VIEW meta AS SELECT key, value FROM hidden")
    fault = first(verify(changed(path, *statements), trust))
    assert (fault.code, fault.field) == ("schema", "meta")


def test_missing_table_is_unreadable(path: Path, trust: Path) -> None:
    with pytest.raises(Unreadable, match="batches"):
        verify(changed(path, "DROP TABLE batches"), trust)


def test_text_that_is_not_utf8_is_named_and_can_be_printed(path: Path, trust: Path) -> None:
    report = verify(changed(path, EVENTS + "topic = CAST(x'ff41' AS TEXT) WHERE position = 21"), trust)
    assert first(report).field == "stored_events.topic"
    assert "\\udcff" in report_json(report)
    report_text(report, "es").encode()


@pytest.mark.parametrize("cut", [100, 4096, 9000])
def test_truncated_file_is_unreadable_with_its_path(cut: int, path: Path, trust: Path) -> None:
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(Unreadable, match=r"ledger\.sqlite"):
        verify(path, trust)


def test_index_that_disagrees_with_its_table_is_named(path: Path, trust: Path) -> None:
    # What a lookup by statement id finds is another row than the one that the table has.
    data = path.read_bytes()
    with sqlite3.connect(path) as db:
        [(name,)] = db.execute("SELECT statement_id FROM stored_events WHERE position = 21").fetchall()
        [(page_size,)] = db.execute("PRAGMA page_size").fetchall()
        [(root,)] = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_stored_events_1'"
        ).fetchall()
    db.close()
    start = (root - 1) * page_size
    at = data.find(name.encode(), start, start + page_size)
    assert at > 0
    path.write_bytes(
        data[:at] + b"0" + data[at + 1 :] if data[at : at + 1] != b"0" else data[:at] + b"1" + data[at + 1 :]
    )
    fault = first(verify(path, trust))
    assert fault.code == "schema"


def test_reading_leaves_nothing_beside_a_closed_store(path: Path, trust: Path) -> None:
    before = sorted(one.name for one in path.parent.iterdir())
    verify(path, trust)
    assert sorted(one.name for one in path.parent.iterdir()) == before


def test_store_is_read_while_its_writer_has_it_open(log: Log, path: Path, trust: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE meta SET value = value")
        db.commit()
        assert verify(path, trust).verdict is Verdict.INTACT
    db.close()


def test_write_while_a_closed_store_is_read_is_unreadable(path: Path) -> None:
    store = open_store(path)
    changed(path, "UPDATE meta SET value = 'x' WHERE key = 'schema'")
    with pytest.raises(Unreadable, match="verify again"):
        store.check_unchanged()
    store.close()


def test_another_reader_of_a_closed_store_is_no_write(path: Path) -> None:
    """It opens the store as SQLite does, with a log of its own next to it, and closes it again."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
    store = open_store(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM stored_events").fetchone()[0]
        assert path.with_name(path.name + "-wal").exists()
        store.check_unchanged()
    store.check_unchanged()
    store.close()


def test_empty_store_has_no_entries_and_is_inconclusive(tmp_path: Path, trust: Path) -> None:
    empty = Log(entries=(), cuts=())
    report = verify(empty.write_store(tmp_path / "empty.sqlite"), None)
    assert (report.size, report.verdict) == (0, Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("act", ["UPDATE meta SET value = 'x'", "DELETE FROM batches"])
def test_connection_cannot_write(act: str, path: Path) -> None:
    store = open_store(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.connection.execute(act)
    store.close()
