"""Moving a ledger between SQLite and PostgreSQL: the same bytes, one store that is written, no half."""

import hashlib
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.attempts.test_refused_attempts import refused, report
from tests.ledger.conftest import Desk
from tests.ledger.template import Template, Templates
from tests.ledger.test_postgres_ledger import as_attacker
from tests.ledger.world import START
from tests.postgres import Server

from constancia.ledger.backup import relocation
from constancia.ledger.backup.backup import Unsound, backup
from constancia.ledger.backup.relocation import move_to_database, move_to_file
from constancia.ledger.clock import StoryClock
from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.errors import LedgerError, Locked, NotFound, StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DATABASE_NAME, DatabaseAddress, address_in
from constancia.ledger.store.postgres import schema as postgres_schema
from constancia.ledger.store.postgres.session import connect, one_row


@pytest.fixture
def template(templates: Templates) -> Template:
    return templates.adopted


@pytest.fixture
def folder(tmp_path: Path, template: Template) -> Path:
    template.copy_to(tmp_path / "ledger")
    return tmp_path / "ledger"


@pytest.fixture
def address(postgres_server: Server) -> DatabaseAddress:
    return postgres_server.schema()


def rows_in(path: Path) -> list[object]:
    tables = ("stored_events", "batches", "meta", "cosignatures")
    with closing(sqlite3.connect(path)) as store:
        names = {name for (name,) in store.execute("SELECT name FROM sqlite_master")}
        present = [table for table in tables if table in names]
        return [store.execute(f"SELECT * FROM {table}").fetchall() for table in present]  # noqa: S608 (ours)


def opened(folder: Path, template: Template) -> Ledger:
    return Ledger.open(folder, clock=StoryClock(START), signer=template.signer)


def cosigned(folder: Path) -> list[object]:
    """Gives the folder a cosignature, whose line is anything."""
    path = folder / "cosignatures.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.execute(
            "CREATE TABLE cosignatures (size INTEGER NOT NULL, root BLOB NOT NULL, key TEXT NOT NULL, line TEXT NOT "
            "NULL, PRIMARY KEY (size, key))"
        )
        store.execute("INSERT INTO cosignatures VALUES (3, x'0102', 'w+00', '— w AAAA')")
        store.commit()
    return rows_in(path)


def test_there_and_back_has_the_same_bytes(folder: Path, address: DatabaseAddress, template: Template) -> None:
    rows, lines = rows_in(folder / "ledger.sqlite"), cosigned(folder)
    with opened(folder, template) as ledger:
        before = ledger.log.root(), ledger.log.checkpoint()
    there = move_to_database(folder, address)
    assert not (folder / "ledger.sqlite").exists()
    with opened(folder, template) as ledger:
        assert (ledger.log.root(), ledger.log.checkpoint()) == before
        assert ledger.witnessing.store.sizes() == [3]
    back = move_to_file(folder)
    assert (there.size, there.root) == (back.size, back.root) == (26, before[0].hex())
    assert rows_in(folder / "ledger.sqlite") == rows
    assert rows_in(folder / "cosignatures.sqlite") == lines
    assert not (folder / DATABASE_NAME).exists()


def belongings(folder: Path) -> dict[str, bytes]:
    """The files that go with the entries, by path, and the rows of those that are databases."""
    names = ("documents", "anchors", "vault", "rollbacks.json")
    paths = [path for name in names for path in (folder / name, *(folder / name).rglob("*")) if path.is_file()]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.suffix != ".sqlite"}
    for name, table in (
        ("vault/vault.sqlite", "sealed"),
        ("refusals.sqlite", "attempts"),
        ("refusals.sqlite", "absent"),
    ):
        if (folder / name).exists():
            with closing(sqlite3.connect(folder / name)) as store:
                rows = store.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 (ours)
            files |= {f"{name} {table}": repr(rows).encode()} if rows else {}
    return files


def laden(folder: Path, template: Template) -> dict[str, bytes]:
    """Gives the folder something of each kind that goes with the entries."""
    with opened(folder, template) as ledger:
        ledger.documents.put(b"minuta")
        ledger.documents.put(bytes(range(256)) * 5_000)  # in two parts
        ledger.anchors.add(ledger.size, ledger.log.checkpoint(), "tsa", b"answer")
        ledger.places.vault.put("Persona H", field="name", party="nosc")
        ledger.places.withheld.write("0" * 64, b"blocked")
        ledger.places.records.write("rollbacks.json", b'{"format": "constancia/rollbacks@v1", "items": []}\n')
        desk = Desk(ledger, template.world.copy(), StoryClock(START), template.signer, folder)
        refused(desk, report(desk.world))
    return belongings(folder)


def test_what_goes_with_the_entries_goes_there_and_back(
    folder: Path, address: DatabaseAddress, template: Template
) -> None:
    """And is in one place at a time: what is withdrawn later has to be removed from one place."""
    has = laden(folder, template)
    assert len(has) == 9
    move_to_database(folder, address)
    assert belongings(folder) == {}
    move_to_file(folder)
    assert belongings(folder) == has
    with closing(connect(address)) as connection:
        for table in ("files", "files_parts", "withheld", "sealed", "attempts", "absent", "erasures"):
            [row] = connection.execute(f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 (ours)
            assert (table, row["rows"]) == (table, 0)


def test_c2_what_differs_is_left_where_it_is(
    folder: Path, address: DatabaseAddress, template: Template, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a machine with an old copy of the folder: what the database has counts."""
    has = laden(folder, template)
    move_to_database(folder, address)
    (folder / "rollbacks.json").write_bytes(b"another")
    with opened(folder, template) as ledger:
        assert ledger.rollback_list == has["rollbacks.json"]
    assert (folder / "rollbacks.json").read_bytes() == b"another"
    assert "rollbacks.json" in caplog.text


def test_c1_erasure_that_was_cut_short_is_finished_and_takes_nothing_back(
    folder: Path, address: DatabaseAddress, template: Template
) -> None:
    """A process was killed between overwriting a file that is in the database and removing it."""
    has = laden(folder, template)
    move_to_database(folder, address)
    for name, data in has.items():
        if ".sqlite" not in name:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(bytes(min(len(data), 1 << 20)) + data[1 << 20 :])
    opened(folder, template).close()
    assert belongings(folder) == {}
    move_to_file(folder)
    assert belongings(folder) == has


def test_database_that_was_left_is_not_written_any_more(
    folder: Path, address: DatabaseAddress, template: Template
) -> None:
    move_to_database(folder, address)
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    move_to_file(folder)
    with pytest.raises(StoreUnavailable) as caught:
        opened(copy, template)
    assert caught.value.code == "E_STORE_MOVED"
    with pytest.raises(LedgerError, match="empty database"):
        move_to_database(folder, address)
    with opened(folder, template) as ledger:
        assert ledger.size == 26


@pytest.mark.parametrize("step", ["load", "write_file", "bring_in", "_set_aside"])
def test_move_that_is_cut_short_is_finished_by_repeating_it(
    folder: Path, address: DatabaseAddress, template: Template, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever it is cut at, nobody writes either store until it is repeated, or the file is as it was."""
    rows = rows_in(folder / "ledger.sqlite")
    Documents(FolderFiles(folder / "documents")).put(b"minuta")
    cut(monkeypatch, step)
    with pytest.raises(KeyboardInterrupt):
        move_to_database(folder, address)
    monkeypatch.undo()
    if (folder / DATABASE_NAME).exists():
        with pytest.raises(StoreUnavailable) as caught:
            opened(folder, template)
        assert caught.value.code == "E_STORE_MOVED"
    else:
        assert rows_in(folder / "ledger.sqlite") == rows
    assert move_to_database(folder, address).size == 26
    assert belongings(folder) == {}
    with opened(folder, template) as ledger:
        assert ledger.size == 26
        assert ledger.documents.names() == [hashlib.sha256(b"minuta").hexdigest()]


@pytest.mark.parametrize("step", ["write_files", "take_out", "sync_folder"])
def test_moving_back_that_is_cut_short_is_finished_by_repeating_it(
    folder: Path, address: DatabaseAddress, template: Template, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    Documents(FolderFiles(folder / "documents")).put(b"minuta")
    move_to_database(folder, address)
    cut(monkeypatch, step)
    with pytest.raises(KeyboardInterrupt):
        move_to_file(folder)
    monkeypatch.undo()
    assert move_to_file(folder).size == 26
    assert Documents(FolderFiles(folder / "documents")).get(hashlib.sha256(b"minuta").hexdigest()) == b"minuta"
    with opened(folder, template) as ledger:
        assert ledger.size == 26


def test_lock_of_a_connection_that_is_just_ending_is_waited_for(
    folder: Path, address: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_to_database(folder, address)
    ending = connect(address)
    assert one_row(ending, postgres_schema.LOCK, (postgres_schema.LOCK_CLASS,))["is_ours"]
    monkeypatch.setattr(relocation, "LOCK_S", 0.1)
    with pytest.raises(StoreUnavailable) as caught:
        move_to_file(folder)
    monkeypatch.undo()
    assert (caught.value.code, caught.value.words["en"][-11:]) == ("E_STORE_LOCKED", "--read-only")
    end = threading.Timer(0.3, ending.close)
    end.start()
    assert move_to_file(folder).size == 26
    end.join()


def cut(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Has the process end in a step, after it was done."""
    real = getattr(relocation, step)

    def ended(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(relocation, step, ended)


def test_what_was_set_aside_is_not_moved_to_a_second_database(
    folder: Path, address: DatabaseAddress, template: Template, postgres_server: Server
) -> None:
    """It is as old as the first move: what was acknowledged since is in the first database only."""
    move_to_database(folder, address)
    second = postgres_server.schema()
    with pytest.raises(LedgerError, match="move it to `sqlite` first") as caught:
        move_to_database(folder, second)
    assert address.shown in str(caught.value)
    named = address_in(folder)
    assert named is not None
    assert named.shown == address.shown
    with opened(folder, template) as ledger:
        assert ledger.size == 26
    move_to_file(folder)
    assert move_to_database(folder, second).size == 26


def test_what_was_set_aside_does_not_fill_an_emptied_database(folder: Path, address: DatabaseAddress) -> None:
    move_to_database(folder, address)
    as_attacker(address, "UPDATE writer SET moved = 'arriving'", "DELETE FROM stored_events", "DELETE FROM batches")
    with pytest.raises(LedgerError, match="another ledger"):
        move_to_database(folder, address)


def test_altered_ledger_is_not_moved(folder: Path, address: DatabaseAddress) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as store:
        store.execute("DROP TRIGGER stored_events_no_UPDATE")
        store.execute("UPDATE stored_events SET topic = 'x' WHERE position = 3")
        store.commit()
    with pytest.raises(Unsound):
        move_to_database(folder, address)
    assert not (folder / DATABASE_NAME).exists()


def test_database_with_other_rows_is_refused(folder: Path, address: DatabaseAddress, template: Template) -> None:
    move_to_database(folder, address)
    move_to_file(folder)
    as_attacker(address, "UPDATE writer SET moved = 'arriving'", "DELETE FROM stored_events WHERE position = 26",
                "UPDATE stored_events SET topic = 'x' WHERE position = 25",
                "DELETE FROM batches WHERE first_index = 25")  # fmt: skip
    with pytest.raises(LedgerError, match="another ledger"):
        move_to_database(folder, address)
    with opened(folder, template) as ledger:
        assert ledger.size == 26


def test_ledger_that_is_served_is_not_moved(folder: Path, address: DatabaseAddress, template: Template) -> None:
    with opened(folder, template), pytest.raises(Locked):
        move_to_database(folder, address)
    move_to_database(folder, address)
    with opened(folder, template), pytest.raises(Locked):
        move_to_file(folder)


def test_backup_of_a_ledger_in_a_database_is_a_whole_folder(
    folder: Path, address: DatabaseAddress, template: Template, tmp_path: Path
) -> None:
    rows = rows_in(folder / "ledger.sqlite")
    move_to_database(folder, address)
    assert backup(folder, tmp_path / "copy").size == 26
    assert rows_in(tmp_path / "copy" / "ledger.sqlite") == rows
    with opened(tmp_path / "copy", template) as ledger:
        assert ledger.size == 26


def test_what_is_not_there_is_not_moved(tmp_path: Path, address: DatabaseAddress) -> None:
    with pytest.raises(NotFound):
        move_to_file(tmp_path)
    with pytest.raises(NotFound):
        move_to_database(tmp_path / "none", address)
    with closing(connect(address)) as connection:
        assert connection.execute("SELECT to_regclass('layout') IS NULL AS is_empty").fetchone() == {"is_empty": True}
