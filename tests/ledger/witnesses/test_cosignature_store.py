"""Rows of a tree are read once, and again as soon as one is added, by whichever process."""

import sqlite3
from pathlib import Path

import pytest

from constancia.ledger.witnesses import cosignature_store as module
from constancia.ledger.witnesses.cosignature_store import CosignatureStore
from constancia.verify.core.formats.note import NoteSignature

ROOT = bytes(32)


def line(name: str, blob: bytes = b"123") -> NoteSignature:
    return NoteSignature(name=name, key_hash=b"abcd", blob=blob)


def shown(store: CosignatureStore, size: int) -> list[tuple[str, str]]:
    return [(row.key.partition("+")[0], row.line[-4:]) for row in store.at(size)]


def test_rows_of_another_process_are_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cosignatures.sqlite"
    writer, reader = CosignatureStore(path, writable=True), CosignatureStore(path, writable=False)
    stores = (writer, reader)
    assert [shown(store, 3) for store in stores] == [[], []]
    seen = []
    for size, added in ((3, line("w1")), (3, line("w2")), (4, line("w1")), (3, line("w1", b"456"))):
        writer.keep(size, ROOT, [added])
        alike = [(shown(store, 3), shown(store, 4), store.mark(), store.sizes()) for store in (*stores, *stores)]
        assert alike == alike[:1] * 4
        seen.append((alike[0][:2], alike[0][2]))
    assert [len(three) for (three, _four), _mark in seen] == [1, 2, 2, 2]
    assert [len(four) for (_three, four), _mark in seen] == [0, 0, 1, 1]
    assert seen[2][0][0] != seen[3][0][0], "a newer line takes the place of an older one"
    assert len({mark for _rows, mark in seen}) == 4
    for store in stores:
        store.close()


def test_rows_are_read_once_and_few_trees_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cosignatures.sqlite"
    writer = CosignatureStore(path, writable=True)
    for size in range(1, 8):
        writer.keep(size, ROOT, [line("w1")])
    asked: list[str] = []
    connection = writer._connection
    assert isinstance(connection, sqlite3.Connection)
    connection.set_trace_callback(asked.append)
    for _ in range(5):
        assert len(writer.at(3)) == 1
    assert len(asked) == 2, "the mark and the rows"
    monkeypatch.setattr(module, "_TREES", 3)
    for _ in range(2):
        for size in range(1, 8):
            assert [row.size for row in writer.at(size)] == [size]
            assert len(writer._at) <= 3
    writer.close()
