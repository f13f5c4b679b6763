"""Settings of uvicorn for our applications: bounded connections, a time limit for a request's head, no send delay.

uvicorn has no time limit for the first byte of a request or for the rest of its head: a few thousand such connections
would use up the server's file handles. The time limit of a body is where it is read.
"""

import asyncio
import socket
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT_S: Final = 10.0
MAX_HEAD_BYTES: Final = 32_768
MAX_CONNECTIONS: Final = 1_000  # beyond it a request gets 503


class BoundedHeads(H11Protocol):
    """Closes a connection if no complete head arrives in time, at its beginning or after a response."""

    head_timeout_s = HEAD_TIMEOUT_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for the first head."""
        # asyncio does this only where the listening socket names its protocol, and one that we bound does not. Without
        # it an answer's body waits for the other side's delayed acknowledgement of its head: 40 ms for nothing.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process data; cancel the timer when a head is complete."""
        super().data_received(data)
        if self._is_under_way():
            self._cancel()

    def on_response_complete(self) -> None:
        """Start the timer for the next head, unless it has already arrived."""
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
    """Return the server of an application, with our shared settings.

    Args:
        app: The application.
        settings: Further settings of uvicorn; they override the shared ones.
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
