"""Headers on every answer, and limits on every request. No cookies, no sessions, nothing stored about a visitor."""

from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from constancia.verify.errors import Malformed

MAX_ENTRY_REQUEST_BYTES: Final = 65_536  # an entry has at most 65,535 bytes; signatures and statement less

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)
_HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Public reads may be made from any page; writes only from our own.
_OPEN_TO_ALL: Final = ("/api/", "/checkpoint", "/tile/", "/documents/", "/openapi.json")


class SecurityHeaders:
    """Adds the headers to every answer that does not set its own.

    Args:
        app: The application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_open = scope["method"] in ("GET", "HEAD") and scope["path"].startswith(_OPEN_TO_ALL)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if is_open:
                    headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def bounded_body(request: Request, limit: int) -> bytes:
    """Read a request's body, and stop as soon as it is longer than a limit.

    Raises:
        Malformed: `too-large`, without reading the rest.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise Malformed("too-large", "body", f"at most {limit} bytes", declared)
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise Malformed("too-large", "body", f"at most {limit} bytes", f"more than {limit}")
    return bytes(data)
