"""How uvicorn serves our applications: bounded connections, a bounded time for a request's head, answers sent at once.

uvicorn waits for ever for the rest of a head that began to arrive, and for a first byte that never does: a few
thousand such connections hold a server's file handles for nothing. A body has its limit where it is read.
"""

import asyncio
import socket
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT_S: Final = 10.0
MAX_HEAD_BYTES: Final = 32_768
MAX_CONNECTIONS: Final = 1_000  # beyond them a request is answered 503


class BoundedHeads(H11Protocol):
    """Closes a connection on which no whole head comes in time, at its beginning or after an answer."""

    head_timeout_s = HEAD_TIMEOUT_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        # asyncio does this only where the listening socket names its protocol, and one that we bound does not. Without
        # it an answer's body waits for the other side's delayed acknowledgement of its head: 40 ms for nothing.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; once a head is whole, its request is under way."""
        super().data_received(data)
        if self._is_under_way():
            self._cancel()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head, unless it came already."""
        super().on_response_complete()
        if self._is_under_way():
            self._cancel()
        else:
            self._await_head()

    def _is_under_way(self) -> bool:
        return not getattr(self.cycle, "response_complete", True)  # there is no cycle before the first request

    def _await_head(self) -> None:
        self._cancel()
        if not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.head_timeout_s, self.transport.close)

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def server_of(app: ASGIApp, **settings: Any) -> uvicorn.Server:
    """Return the server of an application, with what all of ours share.

    Args:
        app: The application.
        settings: Further settings of uvicorn, or others than the shared ones.
    """
    shared: dict[str, Any] = {
        "http": BoundedHeads,
        "ws": "none",
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "limit_concurrency": MAX_CONNECTIONS,
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
        "timeout_graceful_shutdown": 10,
    }
    return uvicorn.Server(uvicorn.Config(app, **(shared | settings)))
