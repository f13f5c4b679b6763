"""`serve --readers` over a real PostgreSQL: a reader process shows what its server has confirmed, nothing beyond."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests import warm
from tests.api.served import UNLIMITED, serving
from tests.ledger import test_privacy
from tests.ledger.conftest import Desk, desk, open_desk
from tests.ledger.template import Templates
from tests.ledger.test_postgres_ledger import codes, eventually
from tests.ledger.test_postquantum import PASSPHRASE
from tests.ledger.test_privacy import PAPER_SHA256
from tests.postgres import Server, own_server, put_into
from tests.profile import sampled
from tests.warm import WARM

from constancia.api.cli.operator import reader_processes
from constancia.api.http.server.reader_pool import Reader, _messages, request_bytes
from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.errors import Locked, StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.rotation import begin, finish, replace_at_once
from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.postgres import recorder as postgres_recorder
from constancia.ledger.store.postgres import session as postgres_session

__all__ = ("desk", "open_desk")

scene = test_privacy.scene
SHOWING = ("/es/", "/en/entries", "/es/compromisos", "/api/v1/entries", "/api/v1/state", "/api/v1/remarks", "/es/datos")
ROUNDS = sampled(2, 3)  # of what a reader learns


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server() as server:
        yield server


@pytest.fixture
def new_database(server: Server) -> Callable[[], DatabaseAddress]:
    return server.schema


@pytest.fixture(scope="module", autouse=True)
def begun() -> None:
    """The parent of forked processes has begun: on a busy machine that takes longer than a reader is waited for."""
    subprocess.run([sys.executable, "-c", WARM], check=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))  # of the reader processes
    # They are forked; that one starts as a process of its own is shown by tests/e2e/test_readers.py.
    monkeypatch.setattr(warm, "MODULES", (*warm.MODULES, "constancia.api.cli.operator.reader_main"))
    monkeypatch.setattr(postgres_session, "CONFIRM_S", 0.3)
    monkeypatch.setattr(postgres_recorder, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(reader_processes, "_TOLD_EVERY_S", 0.2)


@contextlib.contextmanager
def beside(desk: Desk) -> Iterator[Reader]:
    """Run a reader process of a desk's ledger, and wait until it answers."""
    with reader_processes.running_readers(1, desk.ledger, UNLIMITED, desk.database) as [reader]:
        eventually(lambda: is_ready(reader))
        yield reader


def is_ready(reader: Reader) -> None:
    assert reader.is_ready


def asked(reader: Reader, path: str, size: int = 0) -> tuple[int, bytes]:
    """What a reader process itself answers, without the server; status 0 where it does not."""

    async def ask() -> tuple[int, bytes]:
        scope = {
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http",
            "http_version": "1.1", "client": ["127.0.0.1", 1], "server": ["127.0.0.1", 80], "headers": [],
        }  # fmt: skip
        try:
            head, *body = [part async for part in _messages(reader.socket, request_bytes(scope, size))]
        except (EOFError, OSError, ValueError):
            return 0, b""
        return json.loads(head)["status"], b"".join(body)

    return asyncio.run(ask())


def shown(reader: Reader) -> dict[str, tuple[int, bytes]]:
    """What a reader shows once its views have caught up: until then its pages say that they have not."""

    def are_whole() -> dict[str, tuple[int, bytes]]:
        answers = {path: asked(reader, path) for path in SHOWING}
        assert b"Las vistas se est" not in answers["/es/"][1] + answers["/es/compromisos"][1]
        return answers

    return eventually(are_whole)


def size_of(reader: Reader) -> int:
    status, body = asked(reader, "/api/v1/state")
    assert status == 200
    size: int = json.loads(body)["size"]
    return size


def process_of(reader: Reader) -> int:
    """The process that listens at a reader's socket."""
    [keeper] = [thread for thread in threading.enumerate() if vars(thread).get("_reader") is reader]
    assert isinstance(keeper, reader_processes._Keeper)
    process = keeper._process
    assert process is not None
    assert process.poll() is None, "it has ended"
    return process.pid


def confirming(server: Server, standby: str | None) -> None:
    """Have commits wait for a standby, or for none."""
    how = f"SET synchronous_standby_names = '{standby}'" if standby else "RESET synchronous_standby_names"
    server.sql(f"ALTER SYSTEM {how}")
    server.sql("SELECT pg_reload_conf()")

    def is_so() -> None:
        assert server.sql("SHOW synchronous_standby_names") == [(standby or "",)]

    eventually(is_so)


@pytest.mark.slow
def test_k1_nothing_is_shown_that_no_standby_has_confirmed(desk: Desk, server: Server) -> None:
    with beside(desk) as reader, serving(desk.ledger, readers=[reader]) as url:
        before = shown(reader)
        assert {status for status, _body in before.values()} == {200}
        signed = desk.world.allege("c1")
        confirming(server, "absent")
        try:
            error = desk.ledger.submit(signed.parsed).exception(20)
            assert isinstance(error, StoreUnavailable)
            assert (error.code, desk.ledger.size) == ("E_STORE_UNCONFIRMED", 26)
            with Ledger.open(desk.folder, clock=desk.clock, signer=None) as unbounded:
                assert unbounded.size == 27, "who reads all that is there sees the batch"
            ended = process_of(reader)
            for _ in range(2):  # the reader that was there, and one that starts now
                for _ in range(ROUNDS):
                    time.sleep(0.2)
                    assert shown(reader) == before
                for path in ("/api/v1/entries/26", "/es/registros/26", "/api/v1/receipts/26", "/tile/0/000.p/27"):
                    assert asked(reader, path)[0] == 404
                    assert httpx.get(url + path, timeout=60).status_code in {404, 503}
                if process_of(reader) == ended:
                    os.kill(ended, signal.SIGKILL)
                    eventually(lambda: is_another(reader, ended))
        finally:
            confirming(server, None)
        outcome = eventually(lambda: desk.take(signed))
        assert (outcome.entry.index, outcome.replayed) == (26, True)
        assert httpx.get(f"{url}/api/v1/entries/26", timeout=60).status_code == 200
        assert asked(reader, "/api/v1/entries/26", 27)[0] == 200
        assert asked(reader, "/es/") != before["/es/"]


def is_another(reader: Reader, ended: int) -> None:
    assert reader.is_ready
    assert process_of(reader) != ended


def test_k1_reader_reads_on_by_itself(desk: Desk) -> None:
    with beside(desk) as reader:
        assert size_of(reader) == 26
        desk.take(desk.world.allege("c1"))

        def has_read_on() -> None:
            assert size_of(reader) == 27

        eventually(has_read_on)
        desk.take(desk.world.allege("c1"))
        assert asked(reader, "/en/entries/27", 28)[0] == 200


@pytest.mark.slow
def test_readers_say_as_the_server_does_that_the_database_is_away_and_go_on(
    desk: Desk, server: Server, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with beside(desk) as reader, serving(desk.ledger, readers=[reader]) as url:
        assert httpx.get(f"{url}/api/v1/entries/3", timeout=60).status_code == 200
        server.kill()
        try:
            eventually(lambda: is_away(desk))
            answers = [httpx.get(url + path, timeout=60) for path in ("/api/v1/entries/4", "/es/registros/5")]
            assert [answer.status_code for answer in answers] == [503, 503]
            assert answers[0].json()["code"] == "E_STORE"
            assert asked(reader, "/api/v1/entries/6")[0] in {0, 503}
            os.kill(process_of(reader), signal.SIGKILL)
            ends(reader, caplog)  # the next one finds no database
            console = capfd.readouterr().err
            assert "the ledger can't be opened" in console
            assert "Traceback" not in console.rpartition("the ledger can't be opened")[2]
        finally:
            server.restart()

        def is_back() -> None:
            assert [httpx.get(f"{url}/api/v1/entries/{index}", timeout=60).status_code for index in (4, 5)] == [200] * 2
            assert asked(reader, "/api/v1/entries/6")[0] == 200

        eventually(is_back)
        outcome = eventually(lambda: desk.take(desk.world.allege("c1")))
        assert asked(reader, f"/en/entries/{outcome.entry.index}", outcome.entry.index + 1)[0] == 200


def is_away(desk: Desk) -> None:
    assert codes(desk)


def test_writer_that_starts_again_has_readers_of_its_own(desk: Desk) -> None:
    with beside(desk) as first:
        place = first.socket
    assert not place.exists()
    desk.reopen()
    desk.take(desk.world.allege("c1"))
    with beside(desk) as second:
        assert size_of(second) == 27


def test_destroyed_document_is_given_by_no_reader(scene: test_privacy.Scene) -> None:
    desk = scene.desk
    path = f"/documents/{PAPER_SHA256}"
    with beside(desk) as reader, serving(desk.ledger, readers=[reader]) as url:
        assert asked(reader, path)[0] == 200
        scene.block()
        assert asked(reader, path, desk.ledger.size)[0] == 410
        scene.destroy()
        assert asked(reader, path, desk.ledger.size)[0] == 410
        assert httpx.get(url + path, timeout=60).status_code == 410


def test_k2_folder_that_is_another_than_the_servers_is_not_shown(
    desk: Desk, server: Server, templates: Templates, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that was put in the place of the server's: as long, with another last entry."""
    place, other = server.schema(), desk.folder.with_name("other")
    world = templates.adopted.copy_to(other)
    put_into(place, other)
    with Ledger.open(other, clock=desk.clock, signer=desk.signer, database=place) as copy:
        copy.append(world.allege("c1").parsed)
    desk.take(desk.world.allege("c1"))
    with reader_processes.running_readers(1, desk.ledger, UNLIMITED, place) as [reader], serving(desk.ledger) as url:
        ends(reader, caplog)
        assert httpx.get(f"{url}/api/v1/entries/26", timeout=60).status_code == 200


def ends(reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
    """Wait until a reader has ended by itself, without having been asked anything."""

    def has_ended() -> None:
        assert "a reader ended with code 1" in caplog.text

    with caplog.at_level(logging.WARNING):
        eventually(has_ended)
    assert not reader.is_ready


def test_k2_policy_that_has_changed_meanwhile_is_not_shown(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """As where a change of the log's key was begun: the server goes on as it is until it is started again."""
    with beside(desk) as reader, serving(desk.ledger, readers=[reader]) as url:
        desk.signer.save(desk.ledger.folder.log_key, PASSPHRASE)
        begin(desk.folder, PASSPHRASE)
        os.kill(process_of(reader), signal.SIGKILL)
        ends(reader, caplog)
        assert httpx.get(f"{url}/es/", timeout=60).status_code == 200


def test_verbs_that_change_what_a_server_has_open_are_refused_meanwhile(desk: Desk, tmp_path: Path) -> None:
    backup(desk.folder, tmp_path / "copy")
    with beside(desk) as reader:
        before = shown(reader)
        for verb in (
            lambda: restore(tmp_path / "copy", desk.folder, now=desk.clock.now()),
            lambda: finish(desk.folder, PASSPHRASE),
            lambda: replace_at_once(desk.folder, PASSPHRASE, is_stolen=True),
            lambda: replace_at_once(desk.folder, PASSPHRASE, is_stolen=False),
        ):
            with pytest.raises(Locked):
                verb()
        assert shown(reader) == before
