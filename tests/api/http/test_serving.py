"""How our servers treat a connection."""

import asyncio
import socket
import threading
from typing import Any

import httpx
import pytest

from constancia.api.http.serving import BoundedHeads, server_of


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
