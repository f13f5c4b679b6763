"""What goes with the entries of a ledger in PostgreSQL: the same rules as in its folder, on any machine."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from eventsourcing.persistence import PersistenceError
from tests.ledger import test_privacy
from tests.ledger.attempts import test_refused_attempts
from tests.ledger.conftest import Desk
from tests.ledger.test_postgres_ledger import as_attacker, second
from tests.postgres import Server, put_into

from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.belongings.places import places_of
from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.postgres import application as postgres_application
from constancia.ledger.store.postgres import recorder as postgres_recorder
from constancia.ledger.store.postgres import schema as postgres_schema
from constancia.ledger.store.postgres import tables as postgres_tables
from constancia.ledger.store.postgres.application import create_tables, open_database, tables_in
from constancia.ledger.store.postgres.files import PART_BYTES, DatabaseFiles
from constancia.ledger.store.postgres.recorder import PostgresLedgerRecorder
from constancia.ledger.store.postgres.session import connect
from constancia.ledger.store.postgres.tables import PostgresTables

scene = test_privacy.scene
META = {"schema": "1", "origin": "example.org/log"}
SEALED = "Calle Álamo 11, 3.º B"  # of this module alone: other tests of the run write into the same server's files


@pytest.fixture
def stored_in() -> str:
    return "postgres"


class TestSameAsInAFolder:
    """What is here runs on files under its own name; `stored_in` is the only difference."""

    test_destroyed = staticmethod(test_privacy.test_22_what_is_destroyed_is_found_nowhere_and_every_level_passes)
    test_missing = staticmethod(test_privacy.test_document_that_is_merely_missing_leaves_the_verdict_open)
    test_lifted = staticmethod(test_privacy.test_lifted_block_gives_the_document_back)
    test_carried_out = staticmethod(test_privacy.test_decision_is_carried_out_when_the_ledger_opens)
    test_resumed = staticmethod(test_privacy.test_audit_that_goes_on_remembers_what_was_withdrawn)
    test_not_taken_in = staticmethod(test_privacy.test_withdrawn_document_is_not_taken_in_again)
    test_attempt = staticmethod(
        test_refused_attempts.test_refused_attempt_is_recorded_as_it_was_sent_with_what_it_was_judged_by
    )
    test_strangers = staticmethod(test_refused_attempts.test_a1_what_strangers_send_leaves_no_row)
    test_again = staticmethod(test_refused_attempts.test_same_statement_again_is_one_row_with_a_count)
    test_restart = staticmethod(
        test_refused_attempts.test_attempts_survive_a_restart_and_are_readable_without_the_log_key
    )
    test_rate = staticmethod(test_refused_attempts.test_a2_rate_of_a_key_is_bounded_and_what_was_left_out_is_counted)


def laden(desk: Desk) -> tuple[str, str]:
    """Give the ledger something of each kind; returns a document's name and a commitment."""
    ledger = desk.ledger
    document = ledger.documents.put(b"minuta")
    sealed = ledger.places.vault.put(SEALED, field="address", party="nosc").commitment
    ledger.anchors.add(ledger.size, ledger.log.checkpoint(), "tsa", b"answer")
    ledger.places.records.write("rollbacks.json", b'{"format": "constancia/rollbacks@v1", "items": []}\n')
    ledger.places.withheld.write("0" * 64, b"blocked")
    test_refused_attempts.refused(desk, test_refused_attempts.report(desk.world))
    return document, sealed


def shown(ledger: Ledger) -> list[object]:
    """What a ledger has next to its entries."""
    places = ledger.places
    stores = (places.documents, places.anchors, places.withheld)
    return [
        *([(name, store.read(name, 1 << 20)) for name in store.names()] for store in stores),
        ledger.rollback_list,
        [(places.vault.row(name)) for name in places.vault.commitments()],
        [(row, ledger.refused.document(row.sha256)) for row in ledger.refused.page(0, 10)],
        ledger.refused.absent(),
    ]


def test_second_machine_has_all_that_goes_with_the_entries(desk: Desk, tmp_path: Path) -> None:
    document, sealed = laden(desk)
    has = shown(desk.ledger)
    assert all(has[:6])
    with second(desk, tmp_path / "reader", signer=False) as reader:
        assert shown(reader) == has
    desk.ledger.close()
    with second(desk, tmp_path / "other") as other:
        assert shown(other) == has
        assert other.documents.get(document) == b"minuta"
        assert other.places.vault.get(sealed).value == SEALED
        assert other.export(tmp_path / "libro.zip").size == other.size
        other.publish(tmp_path / "log")
        assert (tmp_path / "log" / "documents" / document).read_bytes() == b"minuta"
        assert (tmp_path / "log" / "anchors" / f"{other.size}" / "tsa.tsr").read_bytes() == b"answer"


def test_what_is_next_to_the_entries_is_not_in_the_folder(desk: Desk) -> None:
    laden(desk)
    names = {path.name for path in desk.folder.rglob("*") if path.is_file()}
    assert not names & {"vault.sqlite", "refusals.sqlite", "cosignatures.sqlite", "rollbacks.json", "SHA256SUMS"}
    assert not any(len(name) == 64 for name in names)


def test_v2_destroyed_value_is_in_no_file_of_the_database(desk: Desk, postgres_server: Server) -> None:
    assert desk.database is not None
    document, sealed = laden(desk)
    places = desk.ledger.places
    written = files_of(desk.database, postgres_server)
    assert SEALED.encode() in written
    assert b"minuta" in written
    places.vault.destroy([sealed])
    assert places.documents.erase(document)
    assert not places.documents.erase(document)
    places.sweep()
    written = files_of(desk.database, postgres_server)
    assert SEALED.encode() not in written
    assert b"minuta" not in written
    assert b"blocked" in written


def test_s3_what_a_reader_still_sees_is_taken_out_later(
    desk: Desk, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_tables, "_PAUSE_S", 0.01)
    assert desk.database is not None
    _, sealed = laden(desk)
    places = desk.ledger.places
    with closing(connect(desk.database)) as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM meta")  # a snapshot, and no lock of the table
        places.vault.destroy([sealed])
        places.sweep()
        assert SEALED.encode() in files_of(desk.database, postgres_server)
    places.sweep()
    assert SEALED.encode() not in files_of(desk.database, postgres_server)


def files_of(address: DatabaseAddress, server: Server) -> bytes:
    """What is in the files of the tables next to the entries, written out."""
    query = (
        "SELECT pg_relation_filepath(c.oid) AS path FROM pg_class AS c WHERE relkind IN ('r', 't') AND (relnamespace "
        "= current_schema()::regnamespace OR c.oid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = "
        "current_schema()::regnamespace))"
    )
    with closing(connect(address)) as connection:
        connection.execute("CHECKPOINT")
        paths = [server.folder / "data" / row["path"] for row in connection.execute(query)]
    return b"".join(path.read_bytes() for path in paths if path.name and path.exists())


def test_backup_has_it_without_the_vault_and_restoring_takes_the_vault_over(desk: Desk, tmp_path: Path) -> None:
    laden(desk)
    has = shown(desk.ledger)
    backup(desk.folder, tmp_path / "copy")
    assert not (tmp_path / "copy" / "vault").exists()
    desk.ledger.close()
    restore(tmp_path / "copy", desk.folder, now=desk.clock.now())
    with Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer) as ledger:
        assert not ledger.is_in_database
        assert shown(ledger) == has
    assert desk.database is not None
    with tables_in(desk.database) as tables:
        assert places_of(desk.ledger.folder, tables).vault.commitments() == []


@pytest.mark.parametrize("times", [1, 2])
def test_vault_of_a_database_that_is_away_comes_over_once_it_is_back(
    desk: Desk, tmp_path: Path, postgres_server: Server, times: int
) -> None:
    sealed = desk.ledger.places.vault.put(SEALED, field="address", party="nosc").commitment
    backup(desk.folder, tmp_path / "copy")
    desk.ledger.close()
    database = desk.database
    assert database is not None
    schema = database.conninfo.rpartition("%3D")[2]
    postgres_server.sql(f"ALTER SCHEMA {schema} RENAME TO away_{schema}")
    for number in range(times):
        restore(tmp_path / "copy", desk.folder, now=desk.clock.now() + timedelta(seconds=number))
    with Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer) as ledger:
        assert ledger.places.vault.commitments() == []
    postgres_server.sql(f"ALTER SCHEMA away_{schema} RENAME TO {schema}")
    for _ in range(2):
        with Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer) as ledger:
            assert ledger.places.vault.get(sealed).value == SEALED
    with tables_in(database) as tables:
        assert places_of(desk.ledger.folder, tables).vault.commitments() == []


@pytest.fixture
def tables(postgres_server: Server) -> Iterator[PostgresTables]:
    address = postgres_server.schema()
    create_tables(address, META)
    with tables_in(address) as tables:
        yield tables


@pytest.mark.parametrize("size", [0, 1, PART_BYTES, PART_BYTES + 1])
def test_file_is_in_parts_of_bounded_size(tables: PostgresTables, size: int) -> None:
    files, data = DatabaseFiles(tables, "documents"), os.urandom(size)
    files.write("a", b"before")
    files.write("a", data)
    assert files.read("a", size) == data
    assert files.digest("a") == (hashlib.sha256(data).digest(), size)
    assert (files.size_of("a"), files.names()) == (size, ["a"])
    [[longest]] = tables.select("SELECT coalesce(max(length(data)), 0) FROM files_parts")
    assert longest == min(size, PART_BYTES)
    assert DatabaseFiles(tables).names() == DatabaseFiles(tables, "doc").names() == []


def test_same_file_written_by_many_at_once_is_whole(tables: PostgresTables) -> None:
    files = DatabaseFiles(tables, "documents")
    barrier, faults = threading.Barrier(4), []

    def write(place: int) -> None:
        barrier.wait()
        try:
            files.write("a", bytes([place]) * 10)
        except StoreUnavailable as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    data = files.read("a", 100)
    assert faults == []
    assert data is not None
    assert data == data[:1] * 10


def test_s1_warning_at_the_commit_is_no_confirmation(tables: PostgresTables) -> None:
    """As PostgreSQL says it where it stops waiting for its standby."""
    with tables.transaction() as change:
        change.execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE WARNING $x$canceling wait$x$; "
            "RETURN NULL; END'"
        )
        change.execute(
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON files DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
            "FUNCTION warn()"
        )
    with pytest.raises(StoreUnavailable) as caught:
        DatabaseFiles(tables, "documents").write("a", b"x")
    assert caught.value.code == "E_STORE_UNCONFIRMED"


def test_s2_database_that_was_left_takes_nothing_in(tables: PostgresTables) -> None:
    as_attacker(tables.address, "UPDATE writer SET moved = 'elsewhere'")
    with pytest.raises(StoreUnavailable) as caught:
        DatabaseFiles(tables, "documents").write("a", b"x")
    assert caught.value.code == "E_STORE_MOVED"
    assert DatabaseFiles(tables, "documents").names() == []


def test_g1_cosignature_is_shown_once_it_is_confirmed(desk: Desk) -> None:
    """Its row is there, for others to see, where the server has not confirmed it; it may be lost with that server."""
    assert desk.database is not None
    store, size = desk.ledger.witnessing.store, desk.ledger.size
    row = f"INSERT INTO cosignatures (size, root, key, line) VALUES ({size}, 'x', 'w+00', 'line')"  # noqa: S608
    as_attacker(desk.database, row)
    assert store.at(size) == ()
    assert store.mark() == 0
    with second(desk, desk.folder, signer=False) as reader:
        assert len(reader.witnessing.store.at(size)) == 1
    desk.reopen()  # which has a commit confirmed, and so all before it
    assert len(desk.ledger.witnessing.store.at(size)) == 1


class TestUpgrade:
    """Tables that an earlier version of the program made."""

    def test_upgraded_tables_are_those_that_are_made_now(self, postgres_server: Server) -> None:
        made, older = postgres_server.schema(), postgres_server.schema()
        create_tables(made, META)
        in_version_1(older)
        open_database(older, writable=True).close()
        assert form_of(older) == form_of(made)

    def test_what_was_in_the_folder_goes_into_the_database(
        self, desk: Desk, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        laden(desk)
        has = shown(desk.ledger)
        folder, database = desk.folder, desk.database
        assert database is not None
        backup(folder, folder.with_name("copy"))
        vault = desk.ledger.places.vault
        rows = [vault.row(name) for name in vault.commitments()]
        desk.ledger.close()
        copy, address = folder.with_name("copy"), postgres_server.schema()
        in_version_1(address, meta=False)
        with monkeypatch.context() as patch:
            patch.setattr("tests.postgres.create_tables", _fill_meta)
            put_into(address, copy)
        local = places_of(type(desk.ledger.folder)(copy), None)
        for row in rows:
            assert row is not None
            local.vault.add(row)
        local.withheld.write("0" * 64, b"blocked")
        with pytest.raises(StoreUnavailable) as caught:
            Ledger.open(copy, clock=desk.clock, signer=None, database=address)
        assert caught.value.code == "E_STORE_VERSION"
        with Ledger.open(copy, clock=desk.clock, signer=desk.signer, database=address) as ledger:
            assert shown(ledger) == has
        assert not {"documents", "anchors", "rollbacks.json", "refusals.sqlite"} & {
            path.name for path in copy.iterdir() if path.is_file() or any(path.rglob("*"))
        }
        assert local.vault.commitments() == []

    def test_tables_of_a_newer_program_are_not_touched(self, postgres_server: Server) -> None:
        address = postgres_server.schema()
        create_tables(address, META)
        as_attacker(address, "UPDATE layout SET version = 99")
        for writable in (True, False):
            with pytest.raises(StoreUnavailable) as caught:
                open_database(address, writable=writable)
            assert caught.value.code == "E_STORE_VERSION"
            assert "99" in caught.value.words["es"]

    def test_ledger_that_an_older_server_writes_is_not_upgraded(
        self, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_application, "LOCK_S", 0.2)
        address = postgres_server.schema()
        in_version_1(address)
        with closing(connect(address)) as older:
            older.execute(postgres_schema.LOCK, (postgres_schema.LOCK_CLASS,))
            with pytest.raises(StoreUnavailable) as caught:
                open_database(address, writable=True)
        assert caught.value.code == "E_STORE_LOCKED"
        assert form_of(address)[0] == ("batches", "checkpoint", "text")
        assert ("files", "path", "text") not in form_of(address)


def in_version_1(address: DatabaseAddress, *, meta: bool = True) -> None:
    with closing(connect(address)) as connection, connection.transaction():
        for statement in postgres_schema.VERSION_1:
            connection.execute(statement)
    if meta:
        _fill_meta(address, META)


def _fill_meta(address: DatabaseAddress, meta: dict[str, str]) -> None:
    with closing(connect(address)) as connection:
        for item in meta.items():
            connection.execute("INSERT INTO meta VALUES (%s, %s)", item)


def form_of(address: DatabaseAddress) -> list[tuple[str, ...]]:
    """Columns with their types, indexes, and the version."""
    with closing(connect(address)) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = "
            "current_schema() ORDER BY 1, 2, 3"
        )
        rows = [tuple(row.values()) for row in columns]
        indexes = connection.execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1")
        rows += [tuple(row.values()) for row in indexes]
        return [*rows, *(tuple(map(str, row.values())) for row in connection.execute("SELECT version FROM layout"))]


class TestReadersHaveALimitOfTime:
    @pytest.fixture
    def reader(self, postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresLedgerRecorder]:
        for name, value in (("_CUT_S", 0.4), ("_PATIENCE_S", 1.0), ("_READERS", 1), ("_REST_S", 0.2)):
            monkeypatch.setattr(postgres_recorder, name, value)
        address = postgres_server.schema()
        create_tables(address, META)
        with closing(open_database(address, writable=False)) as application:
            yield cast("PostgresLedgerRecorder", application.store)

    def test_server_s_process_that_is_frozen_holds_nobody_up(self, reader: PostgresLedgerRecorder) -> None:
        [row] = reader.execute("SELECT pg_backend_pid() AS pid")
        os.kill(row["pid"], signal.SIGSTOP)
        try:
            begun = time.monotonic()
            with pytest.raises(PersistenceError):
                # The pool looks whether the connection lives; cut, it makes another one, if the first was idle.
                reader.execute("SELECT pg_sleep(60)")
            assert time.monotonic() - begun < 20
            assert reader.unread is not None
            assert reader.unread.code == "E_STORE_GONE"
            begun = time.monotonic()
            with pytest.raises(PersistenceError):
                reader.meta()
            assert time.monotonic() - begun < 0.2
        finally:
            os.kill(row["pid"], signal.SIGCONT)
        time.sleep(0.2)
        assert reader.meta() == META
        assert reader.unread is None

    def test_query_that_takes_too_long_is_ended_by_the_server(self, reader: PostgresLedgerRecorder) -> None:
        [row] = reader.execute("SELECT current_setting('statement_timeout') AS limit")
        assert row["limit"] == "5s"

    def test_pool_that_is_exhausted_is_an_error_after_some_patience(self, reader: PostgresLedgerRecorder) -> None:
        datastore = cast("postgres_recorder.ReaderDatastore", reader.datastore)
        with datastore.get_connection():
            with pytest.raises(PersistenceError, match="couldn't get a connection"):
                reader.meta()
            assert reader.unread is not None
