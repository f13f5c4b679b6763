"""Headers on every answer of an application that serves files and texts: witness, mirror, monitor, metrics."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TEXT_HEADERS: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_RANGES: Final = (b"range", b"if-range")


class TextHeaders:
    """Gives every answer the headers, also what the library refuses by itself; ranges are for GET only (RFC 9110).

    Args:
        app: The application inside.
        headers: Further headers than `TEXT_HEADERS`.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._headers = TEXT_HEADERS | dict(headers or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        if scope["method"] == "HEAD":
            scope = {**scope, "headers": [item for item in scope["headers"] if item[0] not in _RANGES]}
        await self._app(scope, receive, send_with_headers)
