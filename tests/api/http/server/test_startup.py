"""While the server starts its address answers: a page, or a problem document, with nothing of the ledger in it."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.served import UNLIMITED
from tests.ledger.template import Templates
from tests.rows import each_row
from tests.witness_process import ROOT

from constancia.api.app import create_app
from constancia.api.http.problems import document
from constancia.api.http.server import startup as module
from constancia.api.http.server.serving import server_of
from constancia.api.http.server.startup import RETRY_AFTER_S, StartServer, words
from constancia.api.text.catalogues.compiler import compile_catalogues
from constancia.api.text.i18n import LANGUAGES, catalogue, catalogue_texts
from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_page_says_how_far_the_start_is(listener: socket.socket) -> None:
    with StartServer(listener) as starting, httpx.Client(base_url=url_of(listener)) as http:
        first = http.get("/es/compromisos")
        starting.progress(1_200, 5_594)
        later, english = http.get("/es/"), http.get("/en/")
    assert {answer.status_code for answer in (first, later, english)} == {503}
    assert "El servidor está arrancando" in first.text
    assert "Va en el registro 1,200 de 5,594." in later.text
    assert "It has come to entry 1,200 of 5,594." in english.text
    assert later.headers["Retry-After"] == str(RETRY_AFTER_S)
    assert later.headers["Cache-Control"] == "no-store"
    # What runs in the page is named by its hash, and there is a link for who runs no scripts.
    policy = later.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 2
    assert '<a href="">' in later.text


def test_programs_get_the_problem_document_of_a_busy_server(listener: socket.socket) -> None:
    with StartServer(listener), httpx.Client(base_url=url_of(listener)) as http:
        answer = http.post("/api/v1/entries", content=b"{}")
        health = http.get("/healthz")
        head = http.head("/checkpoint")
    assert health.status_code == head.status_code == answer.status_code == 503
    assert head.content == b""
    assert answer.headers["Content-Type"] == "application/problem+json"
    members = answer.json()
    assert members == document("E_BUSY", members["rule"], instance="/api/v1/entries")


def test_what_is_no_request_is_refused_and_harms_nothing(listener: socket.socket) -> None:
    with StartServer(listener):
        for data in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
            with socket.create_connection(listener.getsockname(), timeout=10) as client:
                client.sendall(data)
                assert b"Traceback" not in client.recv(65_536)
        assert httpx.get(f"{url_of(listener)}/es/").status_code == 503


def test_socket_goes_to_the_server_and_no_connection_is_lost(
    listener: socket.socket, templates: Templates, tmp_path: Path
) -> None:
    templates.founded.copy_to(tmp_path / "ledger")
    steps: list[tuple[int, int]] = []
    signer, options = templates.founded.signer, Options(on_progress=lambda *step: steps.append(step))
    with StartServer(listener) as starting:
        ledger = Ledger.open(tmp_path / "ledger", clock=SystemClock(), signer=signer, options=options)
        starting.stop()
        with socket.create_connection(listener.getsockname(), timeout=30) as waiting:  # nobody answers at the moment
            waiting.sendall(b"GET /es/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            server = server_of(create_app(ledger, UNLIMITED), UNLIMITED)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener.dup()]})
            thread.start()
            answer = waiting.recv(65_536)
            server.should_exit = True
            thread.join()
        ledger.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert steps[-1] == (ledger.size, ledger.size)
    assert [done for done, _total in steps] == sorted(done for done, _total in steps)


@each_row("lang", LANGUAGES)
def test_its_words_are_those_of_the_catalogue(lang: str) -> None:
    texts = words(lang)
    assert {name for name in texts if name.startswith("starting.")} >= {"starting.title", "starting.progress"}
    assert all(catalogue(lang).gettext(name) == text for name, text in texts.items())


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the words that is not the checkout's."""
    words.cache_clear()
    (tmp_path / "locale").mkdir()
    monkeypatch.setattr(module, "files", lambda _name: tmp_path)
    yield tmp_path / "locale"
    words.cache_clear()


def test_release_has_the_compiled_words_alone(elsewhere: Path, listener: socket.socket) -> None:
    for lang in LANGUAGES:
        (elsewhere / f"{lang}.mo").write_bytes(compile_catalogues(lang, catalogue_texts(lang).values()))
    with StartServer(listener), httpx.Client(base_url=url_of(listener)) as http:
        page, health = http.get("/es/"), http.get("/healthz")
    assert "El servidor está arrancando" in page.text
    assert health.json() == document("E_BUSY", health.json()["rule"], instance="/healthz")
    assert {name.partition(".")[0] for name in words("en")} == {"starting", "problem"}


def test_what_keeps_it_from_answering_is_logged(
    elsewhere: Path, listener: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    assert not [*elsewhere.iterdir()]
    with caplog.at_level(logging.ERROR, module.__name__), StartServer(listener), pytest.raises(httpx.HTTPError):
        httpx.get(f"{url_of(listener)}/es/")
    assert "FileNotFoundError" in caplog.text


@pytest.mark.slow
def test_command_answers_before_the_ledger_is_read(templates: Templates, tmp_path: Path) -> None:
    """The real command: an answer while it starts, then the page, at one address; and no heavy import before it."""
    folder = tmp_path / "ledger"
    templates.founded.copy_to(folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = "from constancia.api.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--dir", str(folder), "--read-only", "--port", str(port)],
        env={**os.environ, "PYTHONPATH": str(ROOT / ".import")}, stderr=subprocess.PIPE,
    )  # fmt: skip
    answers: list[int] = []
    try:
        until = time.monotonic() + 60
        while 200 not in answers and time.monotonic() < until:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/es/", timeout=30)
            except httpx.HTTPError:
                continue
            answers.append(answer.status_code)
            if answer.status_code == 503:
                assert re.search("arrancando|Va en el registro", answer.text)
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert answers[0] == 503
    assert answers[-1] == 200
    assert set(answers) == {503, 200}


def test_nothing_heavy_is_loaded_for_it() -> None:
    code = "import sys, constancia.api.http.server.startup, json; print(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".import")},
    )  # fmt: skip
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"asyncio", "babel", "cryptography", "eventsourcing", "fastapi", "pydantic", "starlette"}
