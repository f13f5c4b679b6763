"""Settings of uvicorn for our applications: bounded connections, a time limit for a request's head, no send delay.

uvicorn has no time limit for the first byte of a request or for the rest of its head: a few thousand such connections
would use up the server's file handles. The time limit of a body is where it is read.
"""

import asyncio
import contextlib
import logging
import socket
from typing import Any, Final

import h11
import uvicorn
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from constancia.api.http.proxies import Forwarded
from constancia.api.http.settings import Settings
from constancia.verify.report.rendering import json_text

HEAD_TIMEOUT_S: Final = 10.0
MAX_HEAD_BYTES: Final = 32_768
MAX_CONNECTIONS: Final = 1_000  # beyond them a request is answered 503
MAX_OPEN: Final = 900  # open connections; below the number above, so that idle ones make nobody wait
# File handles that are the store's, the views', documents' and the witnesses', and never a connection's.
KEPT_FILES: Final = 224
_TOLD_EVERY_S: Final = 60.0
STOPPING: Final = "El servidor se está deteniendo. / The server is stopping.\n"
_log = logging.getLogger(__name__)


def room_for_connections() -> int:
    """Give how many connections may be open, by the process's limit of file handles; raise that as far as allowed."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return MAX_OPEN
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN + KEPT_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    known = wanted if soft == resource.RLIM_INFINITY else soft
    return max(16, min(MAX_OPEN, known - KEPT_FILES))


# A request with both could be two requests to somebody on the way: after it the connection ends (RFC 9112 §6.1).
_BOTH_FRAMINGS: Final = {b"transfer-encoding", b"content-length"}


class BoundedHeads(H11Protocol):
    """Closes a connection if no complete head arrives in time, at its beginning or after a response.

    What is no HTTP gets a problem document with the headers of every answer.
    """

    head_timeout_s = HEAD_TIMEOUT_S
    max_open = MAX_OPEN
    _told_at = -_TOLD_EVERY_S
    _idle_since = 0.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
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
        if {name for name, _ in self.headers or ()} >= _BOTH_FRAMINGS:
            self.cycle.keep_alive = False
        if self._is_under_way():
            self._cancel()

    def on_response_complete(self) -> None:
        """Start the timer for the next head, unless it has already arrived."""
        super().on_response_complete()
        if self._is_under_way():
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
        fields = [(name.encode(), value.encode()) for name, value in headers.items()]
        fields.append((b"Content-Type", problems.MEDIA_TYPE.encode()))
        for event in (h11.Response(status_code=400, headers=fields), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event=event))
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
        return not self._is_under_way() and not self.transport.is_closing()

    def _is_under_way(self) -> bool:
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


class Quiet:
    """Ends requests whose client is gone, or that the server's stop cuts off, without a trace on the console.

    Args:
        app: The application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        began = False

        async def send_noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except ClientDisconnect:
            _log.debug("a client left before its request had come whole")
        except asyncio.CancelledError:
            # The server is stopping, and this request has had its time. The task ends here, as it would by the error.
            if scope["type"] != "http":
                raise
            with contextlib.suppress(asyncio.CancelledError):
                if not began:
                    await PlainTextResponse(STOPPING, 503, {"Connection": "close"})(scope, receive, send)


def server_of(app: ASGIApp, operator: Settings | None = None, **settings: Any) -> uvicorn.Server:
    """Return the server of an application, with our shared settings.

    Args:
        app: The application.
        operator: The operator's settings; by default those of the environment. They say which proxies are believed.
        settings: Further settings of uvicorn; they override the shared ones.
    """
    BoundedHeads.max_open = room_for_connections()
    chosen = operator or Settings()
    shared: dict[str, Any] = {
        "http": BoundedHeads,
        "ws": "none",
        "log_config": None,  # as all our log lines, `api.text.log_lines`
        "lifespan": "off",  # our applications have none, and its task would be cut off by a second Ctrl-C
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,  # `Forwarded` reads them
        "limit_concurrency": MAX_CONNECTIONS,
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
        "timeout_graceful_shutdown": chosen.stop_timeout_s,
    }
    return uvicorn.Server(uvicorn.Config(Quiet(Forwarded(app, chosen)), **(shared | settings)))
