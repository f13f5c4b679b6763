"""The client of a remote ledger: what is worth another try, and how often it is tried."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from constancia.api.client.remote_log import NoLedger, RemoteLog, RemoteProblem, Unreachable

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
