"""Connections of our servers: bounded in number, with time limits, and no send delay.

uvicorn has no time limit for the first byte of a request or for the rest of its head, nor for a client that does not
read its answers: a few thousand such connections would use up the server's file handles.
"""

import asyncio
import contextlib
import heapq
import logging
import socket
import struct
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from constancia.verify.report.rendering import json_text

HEAD_TIMEOUT_S: Final = 10.0
STALL_S: Final = 20.0  # without a byte of an answer taken
MAX_HEAD_BYTES: Final = 32_768
MAX_OPEN: Final = 900  # open connections; below uvicorn's own limit, so that idle ones make nobody wait
MAX_SURPLUS: Final = 64  # beyond them, of clients to whom it is said that there is no room
_RETRY_S: Final = 5
_PARTS: Final = 32  # of those that wait so much goes at once
_TOLD_EVERY_S: Final = 60.0
_log = logging.getLogger(__name__)

# A request with both could be two requests to somebody on the way: after it the connection ends (RFC 9112 §6.1).
_BOTH_FRAMINGS: Final = {b"transfer-encoding", b"content-length"}


class BoundedHeads(asyncio.Protocol):
    """Closes a connection if no complete head arrives in time, at its beginning or after a response.

    It ends one whose client takes nothing of what is sent to it, also where that is all that is left to do. A client
    that reads slowly is let be, as long as there is room.

    What is no HTTP gets a problem document with the headers of every answer. It goes before one of uvicorn's protocols:
    that of `httptools` where it is installed (`fast_heads.py`), else the one in Python below.
    """

    if TYPE_CHECKING:  # what uvicorn's protocols have
        transport: asyncio.Transport
        loop: asyncio.AbstractEventLoop
        connections: set[Any]
        cycle: Any

    head_timeout_s = HEAD_TIMEOUT_S
    prefix = ""  # under which the server is published
    stall_s = STALL_S
    max_open = MAX_OPEN
    _told_at = -_TOLD_EVERY_S
    _idle_since = 0.0
    _deadline: asyncio.TimerHandle | None = None
    _stalled_since = 0.0
    _stall: asyncio.TimerHandle | None = None
    _unread = 0  # bytes that the client had not taken when the timer was started
    _asked_at = 0.0  # when the last head had come
    _is_surplus = False

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
        """Cancel the timers."""
        self._cancel()
        self._forget_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process data; cancel the timer when a head is complete."""
        if self._is_surplus:
            self._turn_away()
            return
        super().data_received(data)
        if self.is_under_way():
            if self._deadline is not None:
                self._asked_at = self.loop.time()
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
        self._refuse("400 Bad Request", "E_MALFORMED", msg, {})

    def _turn_away(self) -> None:
        """Say that there is no room; nothing of the request was read."""
        words = f"the server has {self.max_open} connections at work"
        self._refuse("503 Service Unavailable", "E_BUSY", words, {"Retry-After": str(_RETRY_S)})

    def _refuse(self, status: str, code: str, words: str, more: dict[str, str]) -> None:
        # A witness is served from here too, and starts in half the time without all that these need.
        from constancia.api.http import problems  # noqa: PLC0415
        from constancia.api.http.limits.security import HEADERS  # noqa: PLC0415

        members = problems.document(code, words)
        body = json_text(members | {"type": self.prefix + members["type"]}).encode()
        headers = (
            HEADERS | {"Cache-Control": "no-store", "Connection": "close", "Content-Length": str(len(body))} | more
        )
        fields = (headers | {"Content-Type": problems.MEDIA_TYPE}).items()
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.transport.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
        self.close()

    def pause_writing(self) -> None:
        """Start the timer for the client to take something of what is sent."""
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        """Cancel the timer; not where the rest is the last that is sent."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._forget_stall()

    def close(self) -> None:
        """Close when all is sent, and at the latest when the client takes nothing any more."""
        self.transport.close()
        self._await_reader()

    def _await_reader(self) -> None:
        if self._stall is None:
            self._stalled_since = self.loop.time()
            self._unread = self._count_unread()
            self._stall = self.loop.call_later(self.stall_s, self._end_if_stalled)

    def _end_if_stalled(self) -> None:
        before, self._unread = self._unread, self._count_unread()
        if self._unread >= before:
            self.transport.abort()
        else:
            self._stall = self.loop.call_later(self.stall_s, self._end_if_stalled)

    def _forget_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _count_unread(self) -> int:
        """Count what the client has not acknowledged; where the system does not tell, what it has not taken from us."""
        count = self.transport.get_write_buffer_size()
        # The system collects a good deal: of a slow client we would see a step a minute.
        with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
            import fcntl  # noqa: PLC0415 - not on every system
            import termios  # noqa: PLC0415

            answer = fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
            count += struct.unpack("i", answer)[0]
        return count

    def _make_room(self) -> None:
        """Close connections that have been idle longest: a flood of idle ones takes room from itself alone.

        Where no other is idle, it is those whose clients have longest been behind with reading, or else with sending a
        body. Where all are at work, the new one gets 503 when it asks.
        """
        others = [each for each in self.connections if isinstance(each, BoundedHeads) and each is not self]
        # Who is to be turned away has no room that another could take: it would be let in beyond the limit.
        inside = [each for each in others if not each._is_surplus]  # noqa: SLF001 - of our own class
        idle = [(each._idle_since, each) for each in inside if each.is_idle]  # noqa: SLF001
        behind = [(each._stalled_since, each) for each in inside if each._stall is not None]  # noqa: SLF001
        sending = [(each._asked_at, each) for each in inside if each.is_sending]  # noqa: SLF001
        # Some at once: to look for one each time would cost a flood little, and us a look at each connection.
        oldest = heapq.nsmallest(max(1, self.max_open // _PARTS), idle or behind or sending, key=itemgetter(0))
        for _, each in oldest:
            each.transport.abort()
        if not oldest and len(others) < self.max_open + MAX_SURPLUS:
            self._is_surplus = True
        elif not oldest:
            self.transport.abort()
        now = self.loop.time()
        if now - BoundedHeads._told_at >= _TOLD_EVERY_S:
            BoundedHeads._told_at = now
            _log.warning("more than %d open connections: the longest idle ones are closed", self.max_open)

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way on this connection, and it is not being closed."""
        return not self.is_under_way() and not self.transport.is_closing()

    @property
    def is_sending(self) -> bool:
        """Whether a request's body has not come whole."""
        return self.is_under_way() and self.cycle.more_body and not self.transport.is_closing()

    def is_under_way(self) -> bool:
        """Tell whether a request's head has come whole, and its answer has not been sent whole."""
        return not getattr(self.cycle, "response_complete", True)  # there is no cycle before the first request

    def _await_head(self) -> None:
        self._cancel()
        self._idle_since = self.loop.time()
        if self.transport.is_closing():
            self._await_reader()
        else:
            self._deadline = self.loop.call_later(self.head_timeout_s, self.close)

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
