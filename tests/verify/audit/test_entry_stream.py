"""What a container gives, in order and whole: every index once, gaps bounded, what is broken named."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log, verify, write

from constancia.verify.audit.entry_pass import LogPosition
from constancia.verify.audit.entry_stream import published_items, store_items
from constancia.verify.core.errors import Unreadable
from constancia.verify.report.findings import Fault, Findings, Report, Verdict
from constancia.verify.sources.files import Folder
from constancia.verify.sources.published_log import MAX_GAP, PublishedLog
from constancia.verify.sources.source import open_source
from constancia.verify.sources.sqlite_store import open_store
from constancia.verify.wire.tiles import parse_bundle


@contextmanager
def editing(path: Path) -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(path) as db:
        yield db
    db.close()


def read_store(path: Path) -> tuple[list[LogPosition], list[Fault]]:
    findings = Findings("store", str(path))
    store = open_store(path)
    items = list(store_items(store, findings))
    store.close()
    return items, list(findings.report(list_all=True).faults)


def read_folder(path: Path, size: int) -> tuple[list[LogPosition], list[Fault]]:
    findings = Findings("folder", str(path))
    items = list(published_items(PublishedLog(Folder(path)), size, findings))
    return items, list(findings.report(list_all=True).faults)


@pytest.fixture
def store(log: Log, tmp_path: Path) -> Path:
    return log.write_store(tmp_path / "ledger.sqlite")


@pytest.fixture
def folder(log: Log, tmp_path: Path) -> Path:
    return log.write_folder(tmp_path / "published")


def test_i1_sound_store_and_folder_give_every_entry_and_hash(log: Log, store: Path, folder: Path) -> None:
    for items, faults in (read_store(store), read_folder(folder, log.size)):
        assert faults == []
        assert [one.raw for one in items] == list(log.entries)
        assert [one.recorded for one in items] == [log.tree.leaf(number) for number in range(log.size)]
        assert [one.at for one in items] == list(range(log.size))


def test_i1_deleted_row_keeps_its_place(log: Log, store: Path) -> None:
    with editing(store) as db:
        db.execute("DELETE FROM stored_events WHERE position IN (6, 7)")
    items, (fault,) = read_store(store)
    assert [one.at for one in items] == list(range(log.size))
    assert [one.at for one in items if one.raw is None] == [5, 6]
    assert (fault.index, fault.last_index, fault.code) == (5, 6, "entry-missing")


def test_i1_rows_deleted_at_the_end_keep_their_places(log: Log, store: Path) -> None:
    with editing(store) as db:
        db.execute("DELETE FROM stored_events WHERE position > 30")
    items, faults = read_store(store)
    assert len(items) == log.size
    assert (faults[0].index, faults[0].last_index) == (30, log.size - 1)


def seen(report: Report) -> set[str]:
    return {one.code for one in report.open}


@pytest.mark.parametrize("position", [-5, 0, MAX_GAP * 2, 2**62])
def test_i2_position_far_off_is_a_fault_and_no_loop(position: int, log: Log, store: Path) -> None:
    with editing(store) as db:
        db.execute("UPDATE stored_events SET position = ? WHERE position = 21", (position,))
    items, faults = read_store(store)
    assert len(items) == log.size
    assert {(one.index, one.code) for one in faults} == {(20, "entry-missing"), (20, "row")}


@pytest.mark.parametrize(("column", "value"), [("size", 2**62), ("size", 0), ("size", -1), ("first_index", 2**62)])
def test_i2_batch_far_off_is_a_fault_and_no_loop(column: str, value: int, log: Log, store: Path) -> None:
    with editing(store) as db:
        db.execute(f"UPDATE batches SET {column} = ? WHERE first_index = 19", (value,))  # noqa: S608 - a constant
    items, faults = read_store(store)
    assert len(items) == log.size
    assert faults[0].index == 19


def test_i2_bundle_far_off_does_not_make_the_audit_endless(log: Log, folder: Path, trust: Path) -> None:
    write(folder / "tile/entries/x999/x999/x999/x999/x999/999", b"")
    assert verify(folder, trust).verdict is Verdict.INTACT


def test_i2_checkpoint_far_off_ends_at_the_files_that_are_there(log: Log, folder: Path, trust: Path) -> None:
    write(folder / "tile/entries/x999/x999/x999/x999/x999/999", b"")
    write(folder / "checkpoint", log.signer.checkpoint(10**15, log.tree.root()))
    report = verify(folder, trust)
    assert (report.verdict, report.size, seen(report)) == (Verdict.INCONCLUSIVE, 0, {"missing"})


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 700, -1, -2])
def test_bundle_cut_short_is_read_as_far_as_it_goes(cut: int, log: Log, folder: Path, trust: Path) -> None:
    path = folder / f"tile/entries/000.p/{log.size}"
    data = path.read_bytes()[:cut]
    path.write_bytes(data)
    items, faults = read_folder(folder, log.size)
    assert [one.raw for one in items] == list(log.entries[: len(items)])
    assert (faults, len(items) < log.size) == ([], True)
    report = verify(folder, trust)
    assert (report.verdict, report.size, seen(report)) == (Verdict.INCONCLUSIVE, len(items), {"short"})


@pytest.mark.parametrize("cut", [0, 1, 31, 32, 33, 32 * 35])
def test_tile_cut_short_is_inconclusive(cut: int, log: Log, folder: Path, trust: Path) -> None:
    path = folder / f"tile/0/000.p/{log.size}"
    path.write_bytes(path.read_bytes()[:cut])
    report = verify(folder, trust)
    assert (report.verdict, report.size, seen(report)) == (Verdict.INCONCLUSIVE, log.size, {"short"})


def test_bundle_or_tile_with_something_added_is_inconclusive(log: Log, folder: Path, trust: Path) -> None:
    for name in ("entries", "0"):
        path = folder / f"tile/{name}/000.p/{log.size}"
        data = path.read_bytes()
        path.write_bytes(data + b"\1" * 32)
        report = verify(folder, trust)
        assert (report.verdict, report.size, seen(report)) == (Verdict.INCONCLUSIVE, log.size, {"added"})
        path.write_bytes(data + bytes(32))  # room that was made for more and never filled
        report = verify(folder, trust)
        assert (report.verdict, report.size, seen(report)) == (Verdict.INTACT, log.size, set())
        path.write_bytes(data)


def test_partial_tile_padded_beside_a_store_is_said_and_weighs_nothing(log: Log, trust: Path, tmp_path: Path) -> None:
    ledger = log.write_ledger(tmp_path / "ledger")
    path = ledger / f"log/tile/0/000.p/{log.size}"
    path.write_bytes(path.read_bytes().ljust(8_192, b"\1"))
    report = verify(ledger, trust)
    assert report.verdict is Verdict.INTACT
    assert "added" in {one.code for one in report.not_checked}


def test_full_tile_that_holds_more_than_the_checkpoint_covers_is_noted(log: Log, trust: Path, tmp_path: Path) -> None:
    folder = log.write_folder(tmp_path / "published")
    for name in ("entries", "0"):
        path = folder / f"tile/{name}/000.p/{log.size}"
        extra = bytes(2) * (256 - log.size) if name == "entries" else bytes(8_192 - path.stat().st_size)
        write(folder / f"tile/{name}/000", path.read_bytes() + extra)
        path.unlink()
    report = verify(folder, trust)
    assert report.verdict is Verdict.INTACT
    assert [one.params for one in report.notes if one.code == "beyond-checkpoint"] == [{"count": 2}]


def test_entries_of_a_source_are_those_of_the_log(log: Log, store: Path, folder: Path) -> None:
    for place in (store, folder):
        for start in (0, 20, log.size):
            with open_source(str(place)) as source:
                assert list(source.entries(start)) == list(log.entries[start:])


@pytest.mark.parametrize("value", [10**15, "text", 1.5])
def test_entries_of_a_store_whose_state_is_no_blob_are_unreadable(value: object, store: Path) -> None:
    with editing(store) as db:
        db.execute("UPDATE stored_events SET state = ? WHERE position = 3", (value,))
    with open_source(str(store)) as source, pytest.raises(Unreadable, match="position 3"):
        list(source.entries())


@pytest.mark.parametrize("value", [10**15, None, 1.5, b"\xff"])
def test_checkpoint_column_of_another_type_is_a_fault_and_no_crash(
    value: object, log: Log, store: Path, trust: Path
) -> None:
    with editing(store) as db:
        rows = db.execute("SELECT * FROM batches").fetchall()
        db.execute("DROP TABLE batches")
        db.execute("CREATE TABLE batches (first_index INTEGER PRIMARY KEY, size INTEGER, leaf_hashes BLOB, checkpoint)")
        db.executemany("INSERT INTO batches VALUES (?,?,?,?)", rows)
        db.execute("UPDATE batches SET checkpoint = ? WHERE first_index = 19", (value,))
    report = verify(store, trust)
    assert report.first is not None
    assert (report.first.index, report.first.code) == (19, "checkpoint")


def test_whole_bundle_that_lacks_the_last_entry_is_inconclusive(log: Log, folder: Path, trust: Path) -> None:
    other = replace(log, entries=log.entries[:-1])
    path = folder / f"tile/entries/000.p/{log.size}"
    assert len(parse_bundle(path.read_bytes())) == log.size
    bundle = other.write_folder(folder.parent / "other") / f"tile/entries/000.p/{other.size}"
    path.write_bytes(bundle.read_bytes())
    report = verify(folder, trust)
    assert (report.verdict, report.size, seen(report)) == (Verdict.INCONCLUSIVE, other.size, {"short"})
