"""Headers on every answer, and limits on every request. No cookies, no sessions, nothing stored about a visitor.

- H1: every answer forbids scripts from elsewhere, framing, sniffing and referrers; documents are also sandboxed.
- H2: a read may be made from any site; a write only from our own pages or from a client that is not a browser.
- H3: a body has a size limit and a time limit; a longer or slower one is refused.
- H4: costly requests have a rate limit (`api.http.limits.rates`).
"""

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from constancia.api.http import problems
from constancia.api.http.proxies import own_address, path_within, prefix_of
from constancia.api.http.settings import Settings
from constancia.api.text.numbers import plain_number
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.errors import NotFound
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.verify.core.errors import Malformed

if TYPE_CHECKING:
    from constancia.api.http.limits.rates import Rates

MAX_ENTRY_REQUEST_BYTES: Final = 65_536  # an entry has at most 65,535 bytes; signatures and statement less
BODY_TIMEOUT_S: Final = 20.0  # a signed statement is a few KiB; a slower client would only block a connection

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-cache",  # the default: the response changes with the log
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# The database and the bundle are made again of the whole ledger whenever it has grown.
_REPLAYS: Final = (
    "/api/v1/state", "/api/v1/derived", "/api/v1/validity", "/api/v1/changes", "/data/libro.sqlite", "/bundle.zip",
    "/es/cambios", "/en/changes",
)  # fmt: skip
_DOCUMENTS: Final = ("/constancia.pdf", "/receipt.pdf")
_EXCHANGE: Final = ("/api/v1/ogp", "/api/v1/popolo")
_DATA: Final = ("/data/", "/datos/")
_PAGES: Final = (
    "/es/",
    "/en/",
    *_DATA,
    *_EXCHANGE,
    *(f"/api/v1/{projection.name}" for projection in STATE_PROJECTIONS),
)
_PAST: Final = frozenset({"size", "at", "known"})
# An altered copy costs a whole audit.
_AUDITS: Final = ("/es/pruebe", "/en/try")
# Public reads may be made from any page; writes only from our own.
OPEN_TO_ALL: Final = (
    "/api/",
    "/checkpoint",
    "/tile/",
    "/anchors/",
    "/documents/",
    "/openapi.json",
    *_DATA,
    "/bundle.zip",
)
_OPEN_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Constancia-Index, Constancia-Leaf-Hash, Constancia-Root, Constancia-Size, "
    "Constancia-State-Sha256, Content-Range, ETag, Link, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_FIELDS: Final = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_FIELDS_OPEN: Final = _FIELDS + [(name.lower().encode(), value.encode()) for name, value in _OPEN_HEADERS.items()]
_API: Final = "/api/"
_READS: Final = ("GET", "HEAD", "OPTIONS")
_SITE: Final = frozenset({b"origin", b"sec-fetch-site"})
_CONTROL: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f]")


class Guard:
    """Adds the headers, refuses writes from another site's pages, and answers HEAD wherever there is a GET.

    Args:
        app: The application inside.
        rates: Counts costly requests.
        settings: Say at which address readers reach the server.
        shown: Gives a refusal as the visitor reads it: a page for a browser that asked for one.
    """

    def __init__(
        self, app: ASGIApp, rates: "Rates", settings: Settings, shown: Callable[[Response, Request], Response]
    ) -> None:
        self._app = app
        self._rates = rates
        self._settings = settings
        self._shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send_with_headers = with_headers(scope, send)
        if scope["method"] not in _READS and self._is_from_another_site(scope):
            refused = problems.problem("E_CROSS_SITE", "a page of another site may read here, and not write")
            await self._refuse(refused, scope, receive, send_with_headers)
            return
        wait_s = self._rates.of_request(scope, is_costly=may_replay(scope))
        if wait_s is not None:
            await self._refuse(problems.too_often(wait_s, scope["path"]), scope, receive, send_with_headers)
            return
        if _CONTROL.search(scope["path"]):  # a pattern's `$` would let a line feed pass at its end
            refused = problems.from_ledger(NotFound("there is nothing at this address"), scope["path"])
            await self._refuse(refused, scope, receive, send_with_headers)
            return
        await self._app(as_get(scope), receive, send_with_headers)

    def _is_from_another_site(self, scope: Scope) -> bool:
        if _SITE.isdisjoint([name for name, _value in scope["headers"]]):  # no browser
            return False
        return is_from_another_site(Headers(scope=scope), own_address(scope, self._settings))

    async def _refuse(self, refused: Response, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await run_in_threadpool(self._shown, refused, Request(scope, receive))
        await answer(scope, receive, send)


def with_headers(scope: Scope, send: Send) -> Send:
    """Give what sends an answer with the headers that every answer has, for a request within the application."""
    path = path_within(scope)
    fields = _FIELDS_OPEN if scope["method"] in _READS and path.startswith(OPEN_TO_ALL) else _FIELDS

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            there = {name.lower() for name, _value in headers}
            headers += [field for field in fields if field[0] not in there]
            if path.startswith(_API):  # RFC 8631
                link = f'<{prefix_of(scope)}/openapi.json>; rel="service-desc"'
                headers.append((b"link", link.encode("latin-1")))
            message["headers"] = headers
        await send(message)

    return send_with_headers


def as_get(scope: Scope) -> Scope:
    """Return a HEAD request as the equivalent GET, and any other as it is; the server omits the body.

    Ranges are for GET only (RFC 9110 §14.2).
    """
    if scope["method"] != "HEAD":
        return scope
    headers = [item for item in scope["headers"] if item[0] not in (b"range", b"if-range")]
    return {**scope, "headers": headers, "method": "GET"}


def is_from_another_site(headers: Headers, address: str) -> bool:
    """Return whether a page of another site makes the request. Other clients than browsers send neither header.

    Args:
        headers: The request's.
        address: Where readers reach this server; a proxy may have put another `Host` into the request.
    """
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = headers.get("origin")
    try:
        own = (headers.get("host"), urlsplit(address).netloc)
        return origin is not None and urlsplit(origin).netloc not in own
    except ValueError:  # not an IP address
        return True


async def bounded_body(request: Request, limit: int, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Read a request's body, and stop as soon as it is longer than a limit.

    Args:
        request: The request.
        limit: Maximum number of bytes.
        timeout_s: Maximum time for the body, in seconds.

    Returns:
        The body.

    Raises:
        Malformed: `too-large`, without reading the rest; `cut` where the client left before the end.
        Refusal: E_TIMEOUT; E_CONTENT_TYPE for a compressed body, whose uncompressed length is unknown.
    """
    coding = field_of(request, b"content-encoding", "identity")
    if coding != "identity":
        rule = "a body is sent as it is, not compressed"
        raise Refusal(Problem(code="E_CONTENT_TYPE", rule=rule), {"content_encoding": coding[:80]})
    declared = field_of(request, b"content-length")
    number = plain_number(declared)
    if number is not None and number > limit:
        raise Malformed("too-large", "body", f"at most {limit} bytes", declared)
    data = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.stream():
                data += chunk
                if len(data) > limit:
                    raise Malformed("too-large", "body", f"at most {limit} bytes", f"more than {limit}")
    except TimeoutError as error:
        rule = "a body arrives within its time"
        raise Refusal(Problem(code="E_TIMEOUT", rule=rule), {"timeout_s": timeout_s}) from error
    except ClientDisconnect:  # nobody is there to read the answer; it is no fault of ours, and none for the log
        raise Malformed("cut", "body", "the whole body", f"{len(data)} bytes") from None
    return bytes(data)


def field_of(request: Request, name: bytes, otherwise: str = "") -> str:
    """Give the first field of a name, as `request.headers` does, which makes an object for each request and look-up."""
    return next((value.decode("latin-1") for each, value in request.scope["headers"] if each == name), otherwise)


def check_json(request: Request) -> None:
    """Refuse any content type but JSON.

    Raises:
        Refusal: E_CONTENT_TYPE.
    """
    kind = field_of(request, b"content-type").split(";")[0].strip().lower()
    if kind != "application/json":
        judged = {"expected": "application/json", "found": kind[:80]}
        raise Refusal(Problem(code="E_CONTENT_TYPE", rule="the body is application/json"), judged)


def may_replay(scope: Scope) -> bool:
    """Tell whether a read costs much more than others: it may have to replay entries, audit a copy, make a document.

    Names are read as the routes read them, so that none can be written another way.
    """
    path = path_within(scope)
    if not scope["query_string"]:
        return path in _REPLAYS or path.endswith(_DOCUMENTS)
    asked = {name for name, _value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
    is_past, is_audit = bool(asked & _PAST) and path.startswith(_PAGES), "what" in asked and path.startswith(_AUDITS)
    return path in _REPLAYS or is_past or is_audit or path.endswith(_DOCUMENTS)
