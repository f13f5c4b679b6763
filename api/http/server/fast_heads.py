"""Heads of requests read in C, by `httptools`, as strictly as the reader in Python reads them.

The library bounds nothing that it has not handed on yet, takes requests without a `Host` or with two of them, and gives
fields after a body like those of a head. uvicorn reads on after an answer that was sent before the body had come.

- F1: a head is at most `MAX_HEAD_BYTES` long, and so is whatever else the library collects before it hands it on, but
  for what a socket gives at once.
- F2: a request names one host (RFC 9112 §3.2). Fields after a body are never fields of the request (RFC 9110 §6.5.1).
- F3: a request whose framing is not certain is refused, and is the connection's last (RFC 9112 §6.1, §6.3).
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from constancia.api.http.server.heads import MAX_HEAD_BYTES, BoundedHeads

MAX_REST_BYTES: Final = 1024 * 1024


class FastHeads(BoundedHeads, HttpToolsProtocol):
    """uvicorn's protocol over `httptools`, with our bounds and rules."""

    _is_in_head = False
    _is_whole = False  # the last request
    _is_refused = False
    _head_bytes = 0
    _has_handed_on = False
    _collected = 0  # bytes since the library last handed something on
    _left_unread = 0  # bytes of a body that may still come after its answer
    rest_s = 5.0  # and the seconds within which they come

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Read strictly, data after a last request too."""
        super().connection_made(transport)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=False)

    def data_received(self, data: bytes) -> None:
        """Process data, up to the first that is no HTTP."""
        if self._is_refused or self.transport.is_closing():
            return
        self._has_handed_on = False
        super().data_received(data)
        self._collected = 0 if self._has_handed_on else self._collected + len(data)
        if self._collected > MAX_HEAD_BYTES and not self._is_refused:
            self.send_400_response("A part of the request is too long.")

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._is_in_head, self._head_bytes, self._is_whole = True, 0, False

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; leave out those after the body."""
        self._count(len(name) + len(value))
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request, if its head may be believed."""
        self._has_handed_on = True
        names = [name for name, _value in self.headers]
        version = self.parser.get_http_version()
        if names.count(b"host") != 1 and (version == "1.1" or b"host" in names):
            raise ValueError("a request names one host")
        if b"transfer-encoding" in names and (version != "1.1" or b"content-length" in names):
            raise ValueError("a request has one framing")
        super().on_headers_complete()
        self._is_in_head = False

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; of one that is answered already, so much as its client may have sent meanwhile."""
        self._has_handed_on = True
        if self.cycle.response_complete:
            self._left_unread -= len(body)
            if self._left_unread < 0:
                self.transport.close()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request; the next one begins with a head."""
        self._has_handed_on = self._is_whole = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request; the rest of this one's body is read first, within bounds, and dropped.

        A connection that is closed while its client still sends is reset, and the answer lost (RFC 9112 §9.6).
        """
        cycle = self.cycle
        if cycle.response_complete and cycle.more_body:
            self._left_unread = MAX_REST_BYTES
            self.loop.call_later(self.rest_s, self._end_if_unread, cycle)
        super().on_response_complete()

    def _end_if_unread(self, cycle: object) -> None:
        if self.cycle is cycle and not self._is_whole and not self.transport.is_closing():
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse; a request before it that came whole gets its answer, and the connection then ends."""
        self._is_refused = True
        if self.is_under_way() and not self.cycle.more_body:
            self.cycle.keep_alive = False
        elif self.is_under_way() and self.cycle.response_started:
            self.close()
        else:
            super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Answer what asks for another protocol as it is; what follows it could be of that protocol."""
        self._is_refused = True
        if self.is_under_way():
            self.cycle.keep_alive = False

    def _count(self, count: int) -> None:
        self._has_handed_on = True
        self._head_bytes += count
        if self._head_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head is too long")
