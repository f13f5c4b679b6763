"""Connections of our servers: bounded in number, with a time limit for a request's head, and no send delay.

uvicorn has no time limit for the first byte of a request or for the rest of its head: a few thousand such connections
would use up the server's file handles.
"""

import asyncio
import logging
import socket
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from constancia.verify.report.rendering import json_text

HEAD_TIMEOUT_S: Final = 10.0
MAX_HEAD_BYTES: Final = 32_768
MAX_OPEN: Final = 900  # open connections; below uvicorn's own limit, so that idle ones make nobody wait
_TOLD_EVERY_S: Final = 60.0
_log = logging.getLogger(__name__)

# A request with both could be two requests to somebody on the way: after it the connection ends (RFC 9112 §6.1).
_BOTH_FRAMINGS: Final = {b"transfer-encoding", b"content-length"}


class BoundedHeads(asyncio.Protocol):
    """Closes a connection if no complete head arrives in time, at its beginning or after a response.

    What is no HTTP gets a problem document with the headers of every answer. It goes before one of uvicorn's protocols:
    that of `httptools` where it is installed (`fast_heads.py`), else the one in Python below.
    """

    if TYPE_CHECKING:  # what uvicorn's protocols have
        transport: asyncio.Transport
        loop: asyncio.AbstractEventLoop
        connections: set[Any]
        cycle: Any

    head_timeout_s = HEAD_TIMEOUT_S
    max_open = MAX_OPEN
    _told_at = -_TOLD_EVERY_S
    _idle_since = 0.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the timer for the first head."""
        # asyncio does this only where the listening socket names its protocol, and one that we bound does not. Without
        # it an answer's body waits for the other side's delayed acknowledgement of its head: 40 ms for nothing.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self.max_open:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process data; cancel the timer when a head is complete."""
        super().data_received(data)
        if self.is_under_way():
            self._cancel()

    def on_response_complete(self) -> None:
        """Start the timer for the next head, unless it has already arrived."""
        super().on_response_complete()  # type: ignore[misc]  # uvicorn's
        if self.is_under_way():
            self._cancel()
        else:
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP request, and end the connection."""
        # A witness is served from here too, and starts in half the time without all that these need.
        from constancia.api.http import problems  # noqa: PLC0415
        from constancia.api.http.security import HEADERS  # noqa: PLC0415

        body = json_text(problems.document("E_MALFORMED", msg)).encode()
        headers = HEADERS | {"Cache-Control": "no-store", "Connection": "close", "Content-Length": str(len(body))}
        fields = (headers | {"Content-Type": problems.MEDIA_TYPE}).items()
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.transport.write(f"HTTP/1.1 400 Bad Request\r\n{head}\r\n".encode() + body)
        self.transport.close()

    def _make_room(self) -> None:
        """Close the connection that has been idle longest: a flood of idle ones takes room from itself alone."""
        idle = [each for each in self.connections if isinstance(each, BoundedHeads) and each.is_idle]
        oldest = min(idle, key=lambda connection: connection._idle_since, default=self)  # noqa: SLF001 - of our own class
        oldest.transport.abort()
        now = self.loop.time()
        if now - BoundedHeads._told_at >= _TOLD_EVERY_S:
            BoundedHeads._told_at = now
            _log.warning("more than %d open connections: the longest idle ones are closed", self.max_open)

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way on this connection, and it is not being closed."""
        return not self.is_under_way() and not self.transport.is_closing()

    def is_under_way(self) -> bool:
        """Tell whether a request's head has come whole, and its answer has not been sent whole."""
        return not getattr(self.cycle, "response_complete", True)  # there is no cycle before the first request

    def _await_head(self) -> None:
        self._cancel()
        self._idle_since = self.loop.time()
        if not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.head_timeout_s, self.transport.close)

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class PlainHeads(BoundedHeads, H11Protocol):
    """Reads heads in Python, wherever `httptools` is not installed."""

    def data_received(self, data: bytes) -> None:
        """Process data; a request with two framings is the connection's last."""
        super().data_received(data)
        if {name for name, _ in self.headers or ()} >= _BOTH_FRAMINGS:
            self.cycle.keep_alive = False
