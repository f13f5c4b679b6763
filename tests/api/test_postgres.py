"""A ledger in PostgreSQL by its interfaces: the commands, the server, and what both say when the database is away."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from eventsourcing.persistence import PersistenceError
from prometheus_client import generate_latest
from tests.api.served import document, serving
from tests.api.verbs import WorkDesk, lay_out
from tests.ledger.template import Templates
from tests.ledger.test_postgres_ledger import as_attacker, eventually
from tests.ledger.world import START
from tests.postgres import Server, own_server, put_into

from constancia.api.cli.log_key import LogKeyOptions, open_for_writing
from constancia.api.cli.operator.publish import _publish_again
from constancia.api.http.server.metrics import Meters
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import LedgerError
from constancia.ledger.health import health_of
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.postgres import recorder as postgres_recorder
from constancia.ledger.store.postgres import schema as postgres_schema
from constancia.ledger.store.postgres.application import glance, last_notes
from constancia.ledger.store.postgres.session import connect


@pytest.fixture
def own() -> Iterator[Server]:
    with own_server() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, templates: Templates) -> WorkDesk:
    return lay_out(tmp_path / "home", templates)


def test_server_says_that_its_database_is_away_and_goes_on(
    own: Server,
    tmp_path: Path,
    templates: Templates,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And so does a publisher that watches."""
    monkeypatch.setattr(postgres_recorder, "_PATIENCE_S", 0.5)
    folder, address = tmp_path / "ledger", own.schema()
    world = templates.adopted.copy_to(folder)
    put_into(address, folder)
    signer, clock = templates.adopted.signer, StoryClock(START)
    with (
        Ledger.open(folder, clock=clock, signer=signer, database=address) as ledger,
        Ledger.open(folder, clock=clock, signer=None) as reader,
        serving(ledger) as url,
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        send = {"content": document(world.allege("c1")), "headers": {"Content-Type": "application/json"}}
        assert http.get("/api/v1/entries/3").status_code == 200
        own.kill()
        refused = http.post("/api/v1/entries", **send)  # type: ignore[arg-type]
        eventually(lambda: _is_well(http, is_well=False))
        again = http.post("/api/v1/entries", **send)  # type: ignore[arg-type]
        read = http.get("/api/v1/entries/4")  # the third is in memory: it never changes
        assert {refused.status_code, again.status_code, read.status_code} == {503}
        assert (again.json()["code"], read.json()["code"]) == ("E_STORE", "E_STORE")
        assert again.json()["judged_against"] == {"reason": "E_STORE_GONE"}
        assert int(again.headers["retry-after"]) > 0
        page = http.get("/es/registros/5", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"][:9]) == (503, "text/html")
        assert int(page.headers["retry-after"]) > 0
        assert "E_STORE" in page.text
        assert [item.code for item in health_of(ledger) if item.is_failure][:1] == ["E_STORE_GONE"]
        with contextlib.suppress(LedgerError, PersistenceError):
            reader.refresh()
        assert [item.code for item in health_of(reader) if item.is_failure] == ["E_STORE_GONE"]
        metrics = generate_latest(Meters(ledger).registry).decode()
        assert 'constancia_problem{code="E_STORE_GONE"} 1.0' in metrics
        assert 'constancia_problem{code="E_STORE_FULL"} 0.0' in metrics
        [problem] = [item for item in http.get("/healthz").json()["problems"] if item["code"] == "E_STORE_GONE"]
        assert problem["es"] != problem["en"]
        _publish_again(reader, tmp_path / "log", tidy=False)
        assert not (tmp_path / "log" / "checkpoint").exists()
        assert capsys.readouterr().err
        own.restart()
        eventually(lambda: _is_well(http, is_well=True))
        answer = http.post("/api/v1/entries", **send)  # type: ignore[arg-type]
        assert answer.status_code in {200, 201}, answer.text
        assert ledger.size == 27

        def publish() -> None:  # for a second after a failure a reader is refused at once
            _publish_again(reader, tmp_path / "log", tidy=False)
            assert (tmp_path / "log" / "checkpoint").exists()

        eventually(publish)
        assert (tmp_path / "log" / "checkpoint").read_bytes() == ledger.log.checkpoint()


def _is_well(http: httpx.Client, *, is_well: bool) -> None:
    writable = http.get("/healthz").json()["writable"]
    assert writable is is_well


def test_commands_take_a_ledger_there_read_it_and_take_it_back(desk: WorkDesk, postgres_server: Server) -> None:
    address = postgres_server.schema()
    with closing(sqlite3.connect(desk.home / "libro" / "ledger.sqlite")) as store:
        rows = store.execute("SELECT * FROM stored_events").fetchall()
    code, report = desk.person.verifies("libro", "--trust", "trust")
    moved = desk.person.runs("move", address.conninfo, "--dir", "libro")
    assert moved.returncode == 0, moved.stderr
    assert "los mismos bytes" in moved.stdout
    assert desk.person.verifies("libro", "--trust", "trust") == (code, report)
    assert "Con 16 registros" in desk.person.runs("log", "libro").stdout
    assert "abren el libro" in desk.person.runs("show", "0", "--from", "libro").stdout
    assert desk.person.runs("rebuild", "libro").returncode == 0
    backup = desk.person.runs("backup", "--dir", "libro", "copy")
    assert backup.returncode == 0, backup.stderr
    back = desk.person.runs("move", "sqlite", "--dir", "libro")
    assert back.returncode == 0, back.stderr
    for folder in ("libro", "copy"):
        with closing(sqlite3.connect(desk.home / folder / "ledger.sqlite")) as store:
            assert store.execute("SELECT * FROM stored_events").fetchall() == rows


def test_tables_of_the_version_before_are_read_and_a_command_that_writes_upgrades_them(
    desk: WorkDesk, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = postgres_server.schema()
    assert desk.person.runs("move", address.conninfo, "--dir", "libro").returncode == 0
    report = desk.person.verifies("libro", "--trust", "trust")
    [former] = [each for each in postgres_schema.VERSION_1 if "FUNCTION ledger_dense_batches() RETURNS" in each]

    def version() -> object:
        with closing(connect(address)) as connection:
            return connection.execute("SELECT version FROM layout").fetchall()[0]["version"]

    as_attacker(address, former, "UPDATE layout SET version = 2")
    assert desk.person.verifies("libro", "--trust", "trust") == report
    assert "Con 16 registros" in desk.person.runs("log", "libro").stdout
    backup = desk.person.runs("backup", "--dir", "libro", "copy")
    assert backup.returncode == 0, backup.stderr
    assert version() == 2
    for older in (2, 1):  # what version 2 has added is there in any case; that it is looked at first is what matters
        as_attacker(address, f"UPDATE layout SET version = {older}")  # noqa: S608 (a number of ours)
        assert len(last_notes(address)) == 1
        if older == 1:
            monkeypatch.setitem(postgres_schema.STEPS, 2, ())
        key = LogKeyOptions(passphrase_file=desk.home / "passphrase")
        with open_for_writing(desk.home / "libro", key) as ledger:
            assert (ledger.size, version()) == (16, postgres_schema.VERSION)


def test_new_ledger_is_opened_in_a_database(desk: WorkDesk, postgres_server: Server) -> None:
    address = postgres_server.schema()
    secret = ("--log-passphrase-file", "passphrase")
    drafted = desk.person.runs("init", "nuevo", "--ceremony", "ceremony.toml", *secret, "--database", address.conninfo)
    assert drafted.returncode == 0, drafted.stderr
    options = ("--key", "inai.pem", "--passphrase-file", "passphrase", "--yes", "--out", "signed.json")
    signed = desk.person.runs("sign", "nuevo/genesis.statement.json", *options)
    assert signed.returncode == 0, signed.stderr
    done = desk.person.runs("init", "nuevo", "--signed", "signed.json", *secret)
    assert done.returncode == 0, done.stderr
    assert not (desk.home / "nuevo" / "ledger.sqlite").exists()
    assert glance(address)[:2] == ("example.org/agreement", 1)
    again = desk.person.runs("init", "nuevo", "--signed", "signed.json", *secret, "--database", address.conninfo)
    assert (again.returncode, glance(address)[1]) == (0, 1), "the same bytes have the same entry"


def test_obstacles_are_said_with_their_code(desk: WorkDesk) -> None:
    for address, code in (("mysql://a/b", "E_STORE_ADDRESS"), ("postgresql://a@127.0.0.1:1/b", "E_STORE_GONE")):
        done = desk.person.runs("move", address, "--dir", "libro")
        assert done.returncode == 76
        assert f"[{code}]" in done.stderr
        assert "base de datos" in done.stderr
    done = desk.person.runs("serve", "--dir", "libro", "--port", "0", "--database", "postgresql://a@127.0.0.1:1/b")
    assert done.returncode == 76
    assert "E_STORE_GONE" in done.stderr
