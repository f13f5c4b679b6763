"""A batch in one statement: what the database would undo of it takes no file of its own, a disk's work for nothing."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.sqlite import SQLiteDatastore

from constancia.ledger.disk.rows import insert_rows
from constancia.ledger.store.sqlite_recorder import LedgerDatastore, LedgerRecorder
from constancia.ledger.views.view_store import ViewStore

HANDLES = Path("/proc/self/fd")


def _temporary_files() -> list[str]:
    """Give the files that SQLite has open and has removed the names of."""
    names = []
    for handle in HANDLES.iterdir():
        try:
            names.append(handle.readlink().name)
        except OSError:  # closed meanwhile
            continue
    return [name for name in names if name.startswith("etilqs")]


@pytest.fixture
def entries(tmp_path: Path) -> Iterator[SQLiteDatastore]:
    recorder = LedgerRecorder(LedgerDatastore(str(tmp_path / "ledger.sqlite")))
    recorder.create_table()
    yield recorder.datastore
    recorder.datastore.close()


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[SQLiteDatastore]:
    store = ViewStore((tmp_path / "views.sqlite").as_uri())
    yield store.datastore
    store.datastore.close()


def _key(number: int) -> str:
    """Give a key whose place in an index is anywhere, so that many rows change many pages."""
    return hashlib.sha256(b"%d" % number).hexdigest()


def _entry(number: int) -> tuple[Any, ...]:
    return (number + 1, _key(number), 1, "t", b"x", _key(-number))


def _row(number: int) -> tuple[Any, ...]:
    return ("citations", _key(number), b"x" * 60)


@pytest.mark.skipif(not HANDLES.is_dir(), reason="/proc shows open files on Linux alone")
@pytest.mark.parametrize(
    ("name", "insert", "make"),
    [("entries", "INSERT INTO stored_events", _entry), ("rows", "INSERT OR REPLACE INTO views", _row)],
)
def test_many_rows_in_one_statement_open_no_temporary_file(
    name: str, insert: str, make: Any, request: pytest.FixtureRequest
) -> None:
    datastore: SQLiteDatastore = request.getfixturevalue(name)
    with datastore.transaction(commit=True) as cursor:
        insert_rows(cursor.execute, insert, [make(number) for number in range(6_000)])
    with datastore.transaction(commit=False) as cursor:
        insert_rows(cursor.execute, insert, [make(number) for number in range(6_000, 6_064)])
        assert _temporary_files() == []
