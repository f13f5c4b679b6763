"""How our servers treat a connection."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.api.command_line import run_here
from tests.api.served import Desk
from tests.rows import each_row

from constancia.api.http.limits.security import HEADERS
from constancia.api.http.server.fast_heads import FastHeads
from constancia.api.http.server.heads import MAX_OPEN, BoundedHeads, PlainHeads
from constancia.api.http.server.serving import (
    KEPT_FILES,
    MAX_CONNECTIONS,
    room_for_connections,
    server_of,
)
from constancia.api.http.settings import Settings

READERS = (PlainHeads, FastHeads)


async def app(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def test_answers_on_a_socket_that_we_bound_are_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With Nagle's algorithm on, a body waits 40 ms for the acknowledgement of its head."""
    seen: list[int] = []
    made = BoundedHeads.connection_made

    def connection_made(self: BoundedHeads, transport: asyncio.Transport) -> None:
        made(self, transport)
        seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(BoundedHeads, "connection_made", connection_made)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = server_of(app, lifespan="off")
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        assert httpx.get(f"http://127.0.0.1:{bound.getsockname()[1]}/").text == "ok"
        server.should_exit = True
        thread.join(10)
    assert seen
    assert all(seen)


def answers(sent: bytes, **settings: Any) -> tuple[bytes, bool]:
    """What a server of ours sends to some bytes, and whether it then ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = server_of(app, lifespan="off", **settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        received = b""
        with socket.create_connection(bound.getsockname(), timeout=20) as client:
            client.sendall(sent)
            try:
                while part := client.recv(65_536):
                    received += part
                is_ended = True
            except TimeoutError:
                is_ended = False
        server.should_exit = True
        thread.join(10)
    return received, is_ended


@each_row("reader", READERS)
@each_row(
    "sent",
    [b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nBad Header\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
)
def test_what_is_no_http_gets_a_problem_document_with_our_headers(sent: bytes, reader: Any) -> None:
    received, is_ended = answers(sent + b"\r\n\r\n", http=reader)
    head, _, body = received.partition(b"\r\n\r\n")
    assert (head[:12], is_ended, json.loads(body)["code"]) == (b"HTTP/1.1 400", True, "E_MALFORMED")
    for name, value in HEADERS.items():
        expected = "no-store" if name == "Cache-Control" else value
        assert f"{name}: {expected}".lower().encode() in head.lower()


@each_row("reader", READERS)
def test_what_is_no_http_names_its_code_below_the_prefix(reader: Any) -> None:
    received, _ = answers(b"GARBAGE\r\n\r\n", http=reader, operator=Settings(root_path="/libro"))
    assert json.loads(received.partition(b"\r\n\r\n")[2])["type"] == "/libro/en/codes#E_MALFORMED"


@each_row("reader", READERS)
def test_request_with_two_framings_ends_the_connection(reader: Any) -> None:
    """Somebody on the way may take what follows for another request (RFC 9112 §6.1)."""
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
    received, ended = answers(sent + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", http=reader)
    assert (received.count(b"HTTP/1.1"), ended) == (1, True)
    assert received.startswith(b"HTTP/1.1 200") or reader is FastHeads


@each_row("reader", READERS)
def test_several_requests_at_once_are_answered_in_order(reader: Any) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nHost: y\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    received, ended = answers(sent + last + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", http=reader)
    assert (received.count(b"HTTP/1.1 200"), received.endswith(b"ok"), ended) == (2, True, True)


def test_flood_of_idle_connections_leaves_room_for_requests_and_files(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Three times as many idle connections as there may be: requests go on, and one line is logged."""
    server = server_of(app, lifespan="off")
    monkeypatch.setattr(BoundedHeads, "max_open", 40)
    monkeypatch.setattr(BoundedHeads, "_told_at", -1e9)
    idle: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as bound:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        address = bound.getsockname()
        for _ in range(3):
            idle += [socket.create_connection(address) for _ in range(40)]
            assert httpx.get(f"http://127.0.0.1:{address[1]}/", timeout=5).text == "ok"
        assert len(server.server_state.connections) <= 40
        assert sum("longest idle" in one.message for one in caplog.records) == 1
        server.should_exit = True
        for one in idle:
            one.close()
        thread.join(20)


@contextlib.contextmanager
def crowded(monkeypatch: pytest.MonkeyPatch, answering: Any, reader: Any, most: int) -> Iterator[tuple[str, int]]:
    """Serve an application over so many connections at most."""
    server = server_of(answering, lifespan="off", http=reader)
    monkeypatch.setattr(BoundedHeads, "max_open", most)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as bound:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            yield bound.getsockname()
        finally:
            server.should_exit = True
            thread.join(20)


async def reading(scope: Any, receive: Any, send: Any) -> None:
    """Answer once a body has come whole."""
    while (await receive()).get("more_body"):
        pass
    await app(scope, receive, send)


@pytest.mark.parametrize("reader", READERS)
def test_flood_of_bodies_that_never_come_leaves_room_for_requests(monkeypatch: pytest.MonkeyPatch, reader: Any) -> None:
    """None of them is idle, and none is behind with reading: the one that has sent for longest goes."""
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"
    with crowded(monkeypatch, reading, reader, 20) as address, contextlib.ExitStack() as lines:
        flood = []
        for _ in range(60):
            flood.append(lines.enter_context(socket.create_connection(address, timeout=20)))
            flood[-1].sendall(half)
        for _ in range(3):
            assert httpx.get(f"http://127.0.0.1:{address[1]}/", timeout=20).text == "ok"
        flood[-1].sendall(b"12345678")  # who has begun last can go on
        assert flood[-1].recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("reader", READERS)
def test_where_all_connections_are_at_work_a_client_is_turned_away_in_words(
    monkeypatch: pytest.MonkeyPatch, reader: Any
) -> None:
    go_on, begun = threading.Event(), threading.Semaphore(0)

    async def working(scope: Any, receive: Any, send: Any) -> None:
        begun.release()
        await asyncio.to_thread(go_on.wait, 60)
        await app(scope, receive, send)

    with crowded(monkeypatch, working, reader, 4) as address, contextlib.ExitStack() as lines:
        lines.callback(go_on.set)
        at_work = [lines.enter_context(socket.create_connection(address, timeout=20)) for _ in range(4)]
        for line in at_work:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert begun.acquire(timeout=20)
        answer = httpx.get(f"http://127.0.0.1:{address[1]}/", timeout=20)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "E_BUSY", "5")
        assert answer.headers["connection"] == "close"
        # Nor does one that comes take the room of another that was let in to be turned away, and is not at work itself.
        many = [lines.enter_context(socket.create_connection(address, timeout=20)) for _ in range(6)]
        for line in many:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [line.recv(12) for line in many] == [b"HTTP/1.1 503"] * len(many)
        assert not begun.acquire(timeout=0)
        go_on.set()
        assert [line.recv(12) for line in at_work] == [b"HTTP/1.1 200"] * 4


def test_some_file_handles_are_never_a_connection_s() -> None:
    resource = pytest.importorskip("resource")
    room = room_for_connections()
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert room + KEPT_FILES <= soft or soft == resource.RLIM_INFINITY
    assert room <= MAX_OPEN < MAX_CONNECTIONS


VARIABLE = "CONSTANCIA_STOP_TIMEOUT_S"


@pytest.mark.parametrize(("chosen", "seconds"), [(None, 10), ("3", 3)])
def test_requests_under_way_have_ten_seconds_at_a_stop_unless_the_operator_chooses(
    adopted: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str | None, seconds: int
) -> None:
    """What `constancia serve` hands to the server is what the settings say, and theirs is the documented default."""
    monkeypatch.delenv(VARIABLE, raising=False)
    env = {} if chosen is None else {VARIABLE: chosen}
    graces: list[object] = []
    monkeypatch.setattr(
        uvicorn.Server, "run", lambda server, **_: graces.append(server.config.timeout_graceful_shutdown)
    )
    folder = adopted.ledger.folder.path
    done = run_here(["serve", "--dir", folder, "--read-only", "--port", "0"], env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with pytest.MonkeyPatch.context() as environment:
        for name, value in env.items():
            environment.setenv(name, value)
        graces += [Settings().stop_timeout_s, server_of(app).config.timeout_graceful_shutdown]
    assert graces == [seconds] * 3


def test_request_under_way_at_a_stop_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    begun, go_on = threading.Event(), threading.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        begun.set()
        await asyncio.to_thread(go_on.wait, 10)
        await app(scope, receive, send)

    with socket.create_server(("127.0.0.1", 0)) as bound, ThreadPoolExecutor(1) as client:
        server = server_of(slow)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        answer = client.submit(httpx.get, f"http://127.0.0.1:{bound.getsockname()[1]}/", timeout=20)
        assert begun.wait(10)
        server.should_exit = True
        thread.join(0.5)
        assert thread.is_alive(), "the server waits for the request"
        go_on.set()
        assert answer.result(10).text == "ok"
        thread.join(10)
    assert not thread.is_alive()
