"""What the fast reader of heads must not let through: what its library takes, or collects without a bound."""

import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.rows import each_row

from constancia.api.http.server.fast_heads import FastHeads
from constancia.api.http.server.heads import MAX_HEAD_BYTES
from constancia.api.http.server.serving import reader_of_heads, server_of

LINE = b"POST / HTTP/1.1\r\n"
CHUNKED = LINE + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LONG = b"a" * (MAX_HEAD_BYTES + 1)
MUCH = [LONG] * 24  # more than a socket is read at once


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, unless the path says that nobody waits for it, and give the fields of the request."""
    more = scope["path"] != "/at-once"
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message["more_body"]
        if message["type"] == "http.disconnect":
            return
    body = repr(sorted(name for name, _ in scope["headers"])).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        server = server_of(app, lifespan="off", http=FastHeads, timeout_keep_alive=1)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield bound.getsockname()
        server.should_exit = True
        thread.join(10)
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)


def answer(address: tuple[str, int], *parts: bytes) -> bytes:
    """What comes back until the server ends the connection."""
    received = b""
    with socket.create_connection(address, timeout=20) as client:
        try:
            for part in parts:
                client.sendall(part)
            while part := client.recv(65_536):
                received += part
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was ended while we went on
    return received


def test_it_is_the_one_that_serves() -> None:
    assert reader_of_heads() is FastHeads


@each_row(
    "parts",
    [
        pytest.param((b"GET / HTTP/1.1\r\n\r\n",), id="no host"),
        pytest.param((b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",), id="two hosts"),
        pytest.param((b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",), id="old chunks"),
        pytest.param((LINE + b"Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",), id="two lengths"),
        pytest.param((LINE + b"Host: x\r\nContent-Length: +2\r\n\r\nab",), id="odd length"),
        pytest.param((LINE + b"Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",), id="odd coding"),
        pytest.param((LINE + b"Host: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",), id="space before a colon"),
        pytest.param((LINE + b"Host: x\r\nA: b\r\n c\r\n\r\n",), id="folded"),
        pytest.param((LINE + b"Host: x\nA: b\n\n",), id="bare line feeds"),
        pytest.param((b"GET /" + LONG + b" HTTP/1.1\r\nHost: x\r\n\r\n",), id="long target"),
        pytest.param((b"GET / HTTP/1.1\r\nHost: x\r\nA: ", *MUCH), id="long field, never whole"),
        pytest.param((b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"A: " + b"b" * 900 + b"\r\n"] * 40), id="many fields"),
        pytest.param((CHUNKED, b"1;", *MUCH), id="long extension of a chunk"),
        pytest.param((CHUNKED + b"0\r\n", b"A: ", *MUCH), id="long field after the body"),
        pytest.param((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",), id="HTTP/2"),
    ],
)
def test_what_is_refused(address: tuple[str, int], parts: tuple[bytes, ...]) -> None:
    received = answer(address, *parts)
    assert received.startswith(b"HTTP/1.1 400") or not received, received[:200]
    assert received.count(b"HTTP/1.1") <= 1


def test_fields_after_a_body_are_not_the_request_s(address: tuple[str, int]) -> None:
    received = answer(address, CHUNKED + b"0\r\nX-Forwarded-For: 1\r\n\r\n", b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
    assert b"x-forwarded-for" not in received
    assert received.count(b"HTTP/1.1 200") == 2


def test_answer_before_the_body_ends_the_connection(address: tuple[str, int]) -> None:
    head = b"POST /at-once HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
    received = answer(address, head, GET)
    assert received.count(b"HTTP/1.1 200") <= 1


def test_request_that_came_whole_is_answered_before_what_is_none(address: tuple[str, int]) -> None:
    received = answer(address, GET + b"GARBAGE\r\n\r\n" + GET)
    assert (received.count(b"HTTP/1.1"), received[:12]) == (1, b"HTTP/1.1 200")


def test_what_follows_a_wish_for_another_protocol_is_not_read(address: tuple[str, int]) -> None:
    asked = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert answer(address, asked + GET).count(b"HTTP/1.1 200") == 1


def test_broken_chunk_is_refused_while_the_application_waits(address: tuple[str, int]) -> None:
    received = answer(address, CHUNKED, b"zz\r\n")
    assert received.startswith(b"HTTP/1.1 400")
