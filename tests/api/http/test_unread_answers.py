"""Clients that ask and do not read their answers: they hold no connection without end, and lock nobody out."""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from constancia.api.http.server.fast_heads import FastHeads
from constancia.api.http.server.heads import BoundedHeads, PlainHeads
from constancia.api.http.server.serving import server_of

READERS = (PlainHeads, FastHeads)
BODY = b"x" * 300_000
GET = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SHORT = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Running = tuple[uvicorn.Server, tuple[str, int]]


async def app(scope: Any, _receive: Any, send: Any) -> None:
    body = BODY if scope["path"] == "/long" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(params=READERS)
def running(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    server = server_of(app, http=request.param)
    monkeypatch.setattr(BoundedHeads, "max_open", 8)
    monkeypatch.setattr(BoundedHeads, "_told_at", -1e9)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as bound:
        # What the system collects for a connection would hide for long that nobody reads.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield server, bound.getsockname()
        server.should_exit = True
        thread.join(20)


def client(address: tuple[str, int], sent: bytes) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.settimeout(10)
    made.connect(address)
    made.sendall(sent)
    return made


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


def test_they_lock_nobody_out(running: Running) -> None:
    server, address = running
    flood = [client(address, GET * 40) for _ in range(8)]
    assert wait_until(lambda: len(server.server_state.connections) == 8)
    for _ in range(3):
        assert httpx.get(f"http://127.0.0.1:{address[1]}/", timeout=5).text == "ok"
    for each in flood:
        each.close()


@pytest.mark.parametrize("sent", [GET * 40, GET, LAST], ids=["many", "a single one", "the last one"])
def test_they_are_ended_in_time(running: Running, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    server, address = running
    monkeypatch.setattr(BoundedHeads, "stall_s", 0.3)
    monkeypatch.setattr(BoundedHeads, "head_timeout_s", 0.3)
    with client(address, sent):
        assert wait_until(lambda: len(server.server_state.connections) == 1)
        assert wait_until(lambda: not server.server_state.connections)


def test_little_that_is_never_read_is_ended_too(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than what makes the transport call for a pause: nothing but the end of the connection is left to do."""
    server, address = running
    monkeypatch.setattr(BoundedHeads, "stall_s", 0.3)
    monkeypatch.setattr(BoundedHeads, "head_timeout_s", 0.3)
    monkeypatch.setattr(f"{__name__}.BODY", b"x" * 50_000)
    with client(address, GET), client(address, LAST):
        assert wait_until(lambda: len(server.server_state.connections) == 2)
        assert wait_until(lambda: not server.server_state.connections)


def test_who_reads_slowly_gets_all(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    _, address = running
    monkeypatch.setattr(BoundedHeads, "stall_s", 0.6)
    received = 0
    with client(address, LAST) as slow:
        begun = time.monotonic()
        while part := slow.recv(16_384):
            received += len(part)
            if time.monotonic() - begun < 2:
                time.sleep(0.1)
    assert received > len(BODY)


def test_their_leaving_is_no_error(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    server, address = running
    with caplog.at_level(logging.WARNING):
        for sent in (GET * 40, GET, GET * 2, SHORT * 200):
            for _ in range(4):
                gone = client(address, sent)
                time.sleep(0.03)
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
                gone.close()
        assert wait_until(lambda: not server.server_state.connections)
        assert wait_until(lambda: not server.server_state.tasks)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")] == []
