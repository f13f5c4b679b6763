"""What can be wrong with a database: each has its code, and words in both languages that say what to do."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.ledger.append.test_sequencer import submit
from tests.ledger.conftest import Desk
from tests.ledger.test_postgres_ledger import as_attacker, codes, eventually
from tests.postgres import Server, own_server
from tests.rows import each_row

from constancia.ledger.backup.backup import backup
from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.store import postgres as package
from constancia.ledger.store import postgres_errors
from constancia.ledger.store.address import DatabaseAddress, address_in, remember_address
from constancia.ledger.store.postgres import session as postgres_session
from constancia.ledger.store.postgres.application import create_tables, open_database
from constancia.ledger.store.postgres.driver import postgres
from constancia.ledger.store.postgres.session import confirm, connect

RIGHT, WRONG = "right", "wrong"
META = {"schema": "1", "origin": "example.org/log"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with roles: `guarded` needs a password, `nobody` has no rights, `hasty` does not wait for the disk."""
    with own_server() as server:
        hba = server.folder / "data" / "pg_hba.conf"
        hba.write_text(f"local all guarded scram-sha-256\n{hba.read_text()}")
        for statement in (
            "CREATE ROLE guarded LOGIN PASSWORD 'right'", "CREATE ROLE nobody LOGIN",
            "CREATE ROLE hasty LOGIN SUPERUSER", "CREATE ROLE reader LOGIN SUPERUSER",
            "ALTER ROLE hasty SET synchronous_commit = off",
            "ALTER ROLE reader SET default_transaction_read_only = on", "SELECT pg_reload_conf()",
            "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'",
        ):  # fmt: skip
            server.sql(statement)
        yield server


@pytest.fixture
def stored_in() -> str:
    return "postgres"


@pytest.fixture
def new_database(server: Server) -> Callable[[], DatabaseAddress]:
    return server.schema


def code_of(address: DatabaseAddress) -> str:
    return code_when(lambda: create_tables(address, META))


def code_when(work: Callable[[], object]) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        work()
    assert caught.value.words["es"] != caught.value.words["en"]
    return caught.value.code


def test_each_obstacle_has_its_code(server: Server) -> None:
    assert code_of(server.address(role="guarded", secret=WRONG)) == "E_STORE_LOGIN"
    assert code_of(server.address(role="guarded")) == "E_STORE_LOGIN"
    assert code_of(server.address(role="stranger")) == "E_STORE_LOGIN"
    assert code_of(server.address(database="elsewhere")) == "E_STORE_MISSING"
    assert code_of(server.address(role="nobody")) == "E_STORE_RIGHTS"
    assert code_of(server.address(role="hasty")) == "E_STORE_UNSAFE"
    assert code_of(server.address(role="reader")) == "E_STORE_STANDBY"
    assert code_of(server.address(database="latin")) == "E_STORE_VERSION"
    assert code_of(Server(server.folder, port=1).address()) == "E_STORE_GONE"
    with pytest.raises(StoreUnavailable) as caught:
        open_database(server.schema(), writable=False)
    assert caught.value.code == "E_STORE_MISSING"


def test_password_in_the_address_opens(server: Server) -> None:
    connect(server.address(role="guarded", secret=RIGHT)).close()


@each_row("text", ["mysql://a@b/c", "/var/lib/db", "host=a dbname=b", "postgresql://a@[b/c", ""])
def test_address_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        DatabaseAddress.read(text)
    assert caught.value.code == "E_STORE_ADDRESS"


@each_row(
    "text",
    [
        "postgresql://a:ge#heim@h/db", "postgresql://a:ge?heim@h/db", "postgresql://a:ge/heim@h/db",
        "postgresql://a:ge@heim@h/db", "postgresql://a:ge?h/eim@h/db", "postgresql://a:1/eim@h/db",
        "postgresql://h/db?password=a#heim", "postgresql://h/db?password=a&heim", "postgresql://h:geheim/db",
    ],
)  # fmt: skip
def test_address_that_libpq_reads_otherwise_is_refused_unseen(text: str) -> None:
    with pytest.raises(StoreUnavailable, match="%23 %2F %3F %40") as caught:
        DatabaseAddress.read(text)
    assert "heim" not in str(caught.value)


@each_row(
    "text",
    [
        "postgresql://anna@db.example:5433/libro?options=-c%20search_path%3Dx%2By", "postgres:///libro?host=%2Frun",
        "postgresql://a.example,b.example:5433,[::1]:5432/libro?target_session_attrs=read-write",
        "postgresql://h", "postgresql://h?dbname=x", "postgresql://anna@%2Frun/libro",
    ],
)  # fmt: skip
def test_address_without_secrets_is_shown_as_libpq_reads_it(text: str) -> None:
    assert conninfo_to_dict(DatabaseAddress.read(text).shown) == conninfo_to_dict(text)


def test_secrets_among_the_parameters_are_not_shown() -> None:
    query = "Password=geheim&sslkey=geheim&scram_client_key=geheim&SCRAM_server_key=geheim&oauth_client_secret=geheim"
    address = DatabaseAddress.read(f"postgresql://anna:ge%23heim@h/libro?{query}&options=a+b")
    assert address.shown == "postgresql://anna@h/libro?options=a%2Bb"


def test_password_is_never_shown_nor_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = DatabaseAddress.read("postgresql://anna:geheim@db.example:5433/libro?password=geheim&sslmode=require")
    assert address.shown == "postgresql://anna@db.example:5433/libro?sslmode=require"
    remember_address(tmp_path, address)
    assert address_in(tmp_path) == DatabaseAddress(address.shown)
    monkeypatch.setenv("CONSTANCIA_DATABASE", address.conninfo)
    assert address_in(tmp_path) == address
    assert "geheim" not in repr(address)
    monkeypatch.setenv("CONSTANCIA_DATABASE", "postgresql://another.example/ledger")
    assert address_in(tmp_path) == DatabaseAddress(address.shown)


def test_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(package, "application")
    monkeypatch.setitem(sys.modules, "constancia.ledger.store.postgres.application", None)
    with pytest.raises(StoreUnavailable, match=re.escape("constancia[postgres]")) as caught:
        postgres()
    assert caught.value.code == "E_STORE_DRIVER"


def test_full_disk_refuses_the_batch_and_is_survived(desk: Desk) -> None:
    assert desk.database is not None
    with closing(connect(desk.database)) as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not "
            "extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute("CREATE TRIGGER full_disk AFTER INSERT ON batches EXECUTE FUNCTION full_disk()")
        [future] = submit(desk)
        error = future.exception(20)
        assert isinstance(error, StoreUnavailable)
        assert (error.code, desk.ledger.size) == ("E_STORE_FULL", 26)
        connection.execute("DROP TRIGGER full_disk ON batches")
    assert desk.take(desk.world.allege("c1")).entry.index == 26


@pytest.mark.slow
def test_commit_that_no_standby_confirms_is_not_acknowledged(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The server itself reports success where it stops waiting for its standby, with a warning."""
    monkeypatch.setattr(postgres_session, "CONFIRM_S", 0.3)
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
    server.sql("SELECT pg_reload_conf()")
    eventually(lambda: _require_shown(server, "absent"))
    signed = desk.world.allege("c1")
    future = desk.ledger.submit(signed.parsed)
    error = future.exception(20)
    assert isinstance(error, StoreUnavailable)
    assert error.code == "E_STORE_UNCONFIRMED"
    assert (codes(desk), desk.ledger.size) == (["E_STORE_UNCONFIRMED"], 26)
    # A reader sees the entry; what it gives to others must be confirmed before.
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        assert reader.size == 27
        assert code_when(lambda: reader.publish(tmp_path / "log")) == "E_STORE_UNCONFIRMED"
        assert code_when(lambda: backup(desk.folder, tmp_path / "copy")) == "E_STORE_UNCONFIRMED"
        assert list(tmp_path.glob("*/checkpoint")) == list(tmp_path.glob("copy*")) == []
    server.sql("ALTER SYSTEM RESET synchronous_standby_names")
    server.sql("SELECT pg_reload_conf()")
    outcome = eventually(lambda: desk.take(signed))
    assert (outcome.entry.index, outcome.replayed) == (26, True)


def test_account_that_may_only_read_can_have_it_confirmed(server: Server) -> None:
    for role in ("nobody", "reader", "hasty"):
        confirm(server.address(role=role))
    assert code_when(lambda: confirm(Server(server.folder, port=1).address())) == "E_STORE_GONE"


def _require_shown(server: Server, name: str) -> None:
    time.sleep(0.1)
    assert server.sql("SHOW synchronous_standby_names") == [(name,)]


def test_database_that_its_ledger_has_left_is_refused(desk: Desk) -> None:
    assert desk.database is not None
    desk.ledger.close()
    as_attacker(desk.database, "UPDATE writer SET moved = '/elsewhere'")
    with pytest.raises(StoreUnavailable) as caught:
        desk.reopen()
    assert caught.value.code == "E_STORE_MOVED"


def test_every_code_has_words_in_both_languages() -> None:
    for code in postgres_errors.CODES:
        error = postgres_errors.unavailable(code, "a\nb")
        assert error.words["es"].endswith("(a b)")
        assert error.words["en"].endswith("(a b)")
