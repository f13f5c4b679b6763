"""Settings of uvicorn for our applications: bounded connections, and requests that end well when the server is stopped.

The time limit of a request's head is in `heads.py`, that of a body where it is read.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Sequence
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from constancia.api.http.proxies import ProxyHeaders
from constancia.api.http.server.heads import MAX_HEAD_BYTES, MAX_OPEN, BoundedHeads, PlainHeads
from constancia.api.http.settings import Settings

MAX_CONNECTIONS: Final = 1_000  # beyond them a request is answered 503
# File handles that are the store's, the views', documents' and the witnesses', and never a connection's.
KEPT_FILES: Final = 224
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


def reader_of_heads() -> type[BoundedHeads]:
    """Give the fastest protocol that is installed."""
    try:
        from constancia.api.http.server.fast_heads import FastHeads  # noqa: PLC0415 - an optional library
    except ImportError:
        return PlainHeads
    return FastHeads


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
            try:
                await send(message)
            except RuntimeError as error:
                # uvloop refuses to write to a connection that the client has closed; asyncio drops the bytes.
                if "handler is closed" not in str(error):
                    raise
                _log.debug("a client left before its answer had gone: %s", error)
                # uvicorn marks the last request of a connection alone, and would report the others as never answered.
                cycle = getattr(send, "__self__", None)
                if cycle is not None:
                    cycle.disconnected = True

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
    BoundedHeads.prefix = chosen.root_path
    shared: dict[str, Any] = {
        "http": reader_of_heads(),
        "ws": "none",
        "log_config": None,  # as all our log lines, `api.text.log_lines`
        "lifespan": "off",  # our applications have none, and its task would be cut off by a second Ctrl-C
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,  # `ProxyHeaders` reads them
        "limit_concurrency": MAX_CONNECTIONS,
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
        "timeout_graceful_shutdown": chosen.stop_timeout_s,
    }
    return uvicorn.Server(uvicorn.Config(Quiet(ProxyHeaders(app, chosen)), **(shared | settings)))


def run_until_stopped(server: uvicorn.Server, sockets: Sequence[socket.socket]) -> None:
    """Run a server until SIGTERM stops it, and return, so that the caller closes what it has open.

    uvicorn raises a signal once more when it has come to its end. SIGTERM's default would end the process there, before
    the ledger is closed; Ctrl-C raises `KeyboardInterrupt`, which closes it.

    Args:
        server: The server.
        sockets: What it answers on; they listen already.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    former = signal.signal(signal.SIGTERM, stop)
    try:
        server.run(sockets=list(sockets))
    finally:
        signal.signal(signal.SIGTERM, former)
