"""The client of a remote ledger: what is worth another try, and how often it is tried."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from tests.rows import each_row

from constancia.api.client.remote_log import MAX_ANSWER_BYTES, NoLedger, RemoteLog, RemoteProblem, Unreachable
from constancia.api.text.i18n import tr

ATTEMPTS = 5
PROBLEM = b'{"code":"E_ROLE","rule":"x","status":403,"title":"x","title_es":"x","type":"x"}'


@contextmanager
def answering(*statuses: int) -> Iterator[tuple[str, list[str]]]:
    """Serves the statuses in order, the last one repeatedly; gives the address and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = statuses[min(len(asked), len(statuses) - 1)]
            asked.append(self.path)
            body = PROBLEM if status == 403 else b"note"
            self.send_response(status)
            self.send_header("Content-Type", "application/problem+json" if status == 403 else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which nobody waits for here."""
    taken: list[float] = []
    monkeypatch.setattr(RemoteLog._request.retry, "sleep", taken.append)
    return taken


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_server_that_is_busy_is_asked_again_after_longer_and_longer_pauses(status: int, pauses: list[float]) -> None:
    with answering(status, status, 200) as (url, asked), RemoteLog(url) as log:
        assert log.checkpoint() == b"note"
    assert len(asked) == 3
    assert len(pauses) == 2
    assert all(0.2 <= pause <= 5 for pause in pauses)


def test_it_gives_up_after_some_tries_and_says_why(pauses: list[float]) -> None:
    with answering(503) as (url, asked), RemoteLog(url) as log, pytest.raises(Unreachable, match="503"):
        log.checkpoint()
    assert (len(asked), len(pauses)) == (ATTEMPTS, ATTEMPTS - 1)


def test_server_that_cannot_be_reached_is_tried_again(pauses: list[float]) -> None:
    with answering(200) as (url, _):
        pass  # nobody listens there any more
    with RemoteLog(url) as log, pytest.raises(Unreachable):
        log.checkpoint()
    assert len(pauses) == ATTEMPTS - 1


@pytest.mark.parametrize(("status", "error"), [(403, RemoteProblem), (404, NoLedger), (500, NoLedger)])
def test_refusal_or_another_server_is_not_asked_again(status: int, error: type[Exception], pauses: list[float]) -> None:
    with answering(status) as (url, asked), RemoteLog(url) as log, pytest.raises(error):
        log.checkpoint()
    assert (len(asked), pauses) == (1, [])


# An answer is whole, in time and bounded, or it is none.


@contextmanager
def raw_answers(*answers: bytes, pause: float = 0.0) -> Iterator[tuple[str, list[float]]]:
    """Serves raw bytes, one answer after another and the last again; byte by byte where a pause is given."""
    asked: list[float] = []

    def answer(connection: socket.socket, raw: bytes) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            for at in range(0, len(raw), 1 if pause else len(raw) or 1):
                connection.sendall(raw[at : at + 1] if pause else raw)
                time.sleep(pause)

    def run() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                asked.append(time.monotonic())
                raw = answers[min(len(asked), len(answers)) - 1]
                threading.Thread(target=answer, args=(connection, raw), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


def answer_of(status: str, *lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *lines, "", ""]).encode() + body


CUT = answer_of("200 OK", "Content-Length: 1000", body=b"x" * 400)
WHOLE = answer_of("200 OK", "Content-Length: 4", body=b"note")
PAGE = b"<!DOCTYPE html><title>Portal</title>"


def problem_of(status: str, code: str, **judged: int) -> bytes:
    body = json.dumps({"code": code, "judged_against": judged, "rule": "x"}).encode()
    lines = "Content-Type: application/problem+json", f"Content-Length: {len(body)}", "Retry-After: 58382"
    return answer_of(status, *lines, body=body)


@pytest.mark.parametrize(
    ("status", "code"),
    [("429 x", "E_QUOTA"), ("503 x", "E_READ_ONLY"), ("503 x", "E_CLOCK"), ("503 x", "E_ROLLED_BACK")],
)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_does_not_pass_soon_is_said_at_once_with_what_to_do(
    status: str, code: str, lang: str, pauses: list[float]
) -> None:
    with raw_answers(problem_of(status, code, retry_after_s=58_382)) as (url, asked), RemoteLog(url) as log:
        with pytest.raises(RemoteProblem) as caught:
            log.submit(b"{}")
        assert (len(asked), pauses) == (1, [])
    words = caught.value.text(lang)
    assert tr(lang, f"problem.{code}") in words
    assert tr(lang, f"problem.{code}.next") in words


@each_row("code", ["E_BUSY", "E_STOPPED", "E_STORE", "E_RATE"])
def test_what_passes_soon_is_tried_again(code: str) -> None:
    with raw_answers(problem_of("503 x", code), WHOLE) as (url, asked), RemoteLog(url) as log:
        assert (log.checkpoint(), len(asked)) == (b"note", 2)


def test_too_often_is_said_in_its_words_after_the_last_try(pauses: list[float]) -> None:
    with raw_answers(problem_of("429 x", "E_RATE")) as (url, asked), RemoteLog(url) as log:
        with pytest.raises(RemoteProblem) as caught:
            log.checkpoint()
        assert (len(asked), len(pauses)) == (ATTEMPTS, ATTEMPTS - 1)
    assert tr("es", "problem.E_RATE.next") in caught.value.text("es")


def test_no_try_begins_after_a_minute(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    minutes = iter(range(0, 10_000, 50))
    monkeypatch.setattr("tenacity.time", SimpleNamespace(monotonic=lambda: next(minutes)))
    with raw_answers(answer_of("503 x")) as (url, asked), RemoteLog(url) as log, pytest.raises(Unreachable):
        log.checkpoint()
    assert len(asked) < ATTEMPTS


def test_transfer_cut_short_is_tried_again_and_never_handed_on() -> None:
    with raw_answers(CUT, WHOLE) as (url, asked), RemoteLog(url) as log:
        assert (log.checkpoint(), len(asked)) == (b"note", 2)
    with raw_answers(CUT) as (url, asked), RemoteLog(url) as log, pytest.raises(Unreachable, match="IncompleteRead"):
        log.receipt("3")
    assert len(asked) == ATTEMPTS


def test_answer_that_drips_ends_at_the_limit_for_the_whole() -> None:
    with raw_answers(answer_of("200 OK", "Content-Length: 90", body=b"x" * 90), pause=0.05) as (url, _):
        log = RemoteLog(url)
        log._web.answer_s = 0.3
        with pytest.raises(Unreachable, match=r"within 0\.3 s"):
            RemoteLog._request.__wrapped__(log, "GET", "/checkpoint")


def test_endless_answer_is_no_ledgers_and_is_not_held_in_memory() -> None:
    body = b"x" * (MAX_ANSWER_BYTES + 1)
    with raw_answers(answer_of("200 OK", body=body)) as (url, asked), RemoteLog(url) as log:
        with pytest.raises(NoLedger, match="too-large"):
            log.checkpoint()
        assert len(asked) == 1


@each_row(
    "raw",
    [
        answer_of("200 OK", "Content-Type: text/html", body=b"Not found"),
        answer_of("200 OK", "Content-Type: text/plain", body=PAGE),
        answer_of("302 Found", "Location: http://127.0.0.1:9/", "Content-Length: 0"),
        answer_of("403 Forbidden", "Content-Type: application/problem+json", body=b"[1]"),
        answer_of("403 Forbidden", "Content-Type: application/problem+json", body=b"[" * 100_000),
        answer_of("200 OK", "Content-Type: application/json", body=b"{}"),
    ],
)
def test_page_redirect_or_problem_that_is_none_is_no_ledgers_answer(raw: bytes) -> None:
    with raw_answers(raw) as (url, asked), RemoteLog(url) as log, pytest.raises(NoLedger):
        log.describe()
    assert len(asked) == 1


@each_row("url", ["http://", "http://[", "http:///x", "ftp://a", "http://é.example", "x", "http://\ud800"])
def test_what_is_no_address_is_said_before_anything_is_asked(url: str) -> None:
    with pytest.raises(NoLedger, match="address"):
        RemoteLog(url)
