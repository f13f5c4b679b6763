"""Problem documents (RFC 9457) with stable codes: the one place that turns exceptions into HTTP responses."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from eventsourcing.persistence import PersistenceError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from constancia.api.http.proxies import prefix_of
from constancia.api.text.i18n import tr
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.problems import Refusal
from constancia.ledger.errors import (
    Busy,
    Closed,
    Damaged,
    Fatal,
    LedgerError,
    NotFound,
    ReadOnly,
    StoreUnavailable,
    TooLarge,
    Unavailable,
    Withdrawn,
    WritesRefused,
)
from constancia.verify.core.errors import Malformed
from constancia.verify.report.rendering import json_text

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "/en/codes#"
NOTED: Final = "constancia.codes"  # in a request's scope: the codes of what was refused, where somebody counts them
# Codes of HTTP itself: requests refused before there is an act, and failures of the server.
HTTP_CODES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "E_CROSS_SITE": 403,
        "E_NOT_CITED": 403,
        "E_METHOD": 405,
        "E_TIMEOUT": 408,
        "E_WITHDRAWN": 410,
        "E_DRAFT_EXPIRED": 410,
        "E_RANGE": 416,
        "E_RATE": 429,
        "E_QUOTA": 429,
        "E_PARAMETER": 400,
        "E_HTTP": 400,
        "E_READ_ONLY": 503,
        "E_STOPPED": 503,
        "E_ROLLED_BACK": 503,
        "E_CLOCK": 503,
        "E_STORE": 503,
        "E_TOKEN": 503,
        "E_DAMAGED": 500,
        "E_INTERNAL": 500,
    }
)
ALL_CODES: Final[Mapping[str, int]] = MappingProxyType({**CODES, **HTTP_CODES})
_BY_STATUS: Final = {
    400: "E_MALFORMED",
    404: "E_NOT_FOUND",
    405: "E_METHOD",
    413: "E_TOO_LARGE",
    415: "E_CONTENT_TYPE",
    416: "E_RANGE",
}
_LEDGER_CODES: Final[tuple[tuple[type[LedgerError], str], ...]] = (
    (Busy, "E_BUSY"),
    (NotFound, "E_NOT_FOUND"),
    (TooLarge, "E_TOO_LARGE"),
    (Withdrawn, "E_WITHDRAWN"),
    (ReadOnly, "E_READ_ONLY"),
    (Closed, "E_STOPPED"),
    (Fatal, "E_STOPPED"),
    (Damaged, "E_DAMAGED"),
)
_RETRY_LATER: Final = {"Retry-After": "60"}
_RETRY_SOON: Final = {"Retry-After": "5"}
_METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_log = logging.getLogger(__name__)


def document(  # noqa: PLR0913 - a problem document has this many members
    code: str,
    rule: str,
    *,
    status: int | None = None,
    judged_against: Mapping[str, object] | None = None,
    also: tuple[tuple[str, str], ...] = (),
    instance: str | None = None,
) -> dict[str, Any]:
    """Make a problem document.

    Args:
        code: Stable code.
        rule: The rule that was broken.
        status: HTTP status; by default that of the code.
        judged_against: The state that the act was judged against.
        also: Further rules broken, as (code, rule).
        instance: Path of the request.

    Returns:
        The members of the document.

    Source: RFC 9457 §3.
    """
    members: dict[str, Any] = {
        "also": [{"code": other, "rule": broken} for other, broken in also],
        "code": code,
        "detail": rule,
        "judged_against": _plain(judged_against or {}),
        "rule": rule,
        "status": ALL_CODES[code] if status is None else status,
        "title": tr("en", f"problem.{code}"),
        "title_es": tr("es", f"problem.{code}"),
        "type": f"{TYPE_BASE}{code}",
    }
    return members if instance is None else members | {"instance": instance}


def note_code(scope: Scope, code: str) -> None:
    """Note in a request's scope that it is refused with a code, in whatever form that is shown."""
    scope.get(NOTED, []).append(code)


class ProblemResponse(Response):
    """A problem document whose `type` and `instance` are completed when it is sent: only then the prefix is known."""

    media_type = MEDIA_TYPE

    def __init__(self, members: dict[str, Any], headers: Mapping[str, str]) -> None:
        self._members = members
        super().__init__(json_text(members), members["status"], headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        note_code(scope, self._members["code"])
        self.body = self.render(
            json_text({"instance": scope["path"]} | self._members | {"type": prefix_of(scope) + self._members["type"]})
        )
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def problem(code: str, rule: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    """Return a response with a problem document; `members` as for `document`."""
    body = document(code, rule, **members)
    return ProblemResponse(body, {"Cache-Control": "no-store", **(headers or {})})


def too_often(wait_s: int, instance: str | None = None) -> Response:
    """Return the response to a request over the rate limit, with the seconds to wait."""
    rule = f"rate limit exceeded: try again in {wait_s} seconds"
    judged, headers = {"retry_after_s": wait_s}, {"Retry-After": str(wait_s)}
    return problem("E_RATE", rule, judged_against=judged, headers=headers, instance=instance)


def from_refusal(refusal: Refusal, instance: str | None = None) -> Response:
    """Return the response to a refused act."""
    return problem(
        refusal.code, refusal.rule, judged_against=refusal.judged_against, also=refusal.also, instance=instance
    )


def from_malformed(error: Malformed, instance: str | None = None) -> Response:
    """Return the response to malformed bytes: where, what was expected, what was found."""
    code = "E_TOO_LARGE" if error.code == "too-large" else "E_MALFORMED"
    judged = {"expected": error.expected, "found": error.found, "reason": error.code, "where": error.where}
    return problem(code, f"{error.where}: expected {error.expected}", judged_against=judged, instance=instance)


def from_ledger(error: LedgerError, instance: str | None = None) -> Response:
    """Return the response to a ledger error: busy, read-only, stopped, not found, damaged."""
    code = next((code for kind, code in _LEDGER_CODES if isinstance(error, kind)), "E_INTERNAL")
    code = error.code if isinstance(error, WritesRefused) else code
    if isinstance(error, Unavailable):
        shown, reason = "E_STORE" if isinstance(error, StoreUnavailable) else "E_TOKEN", {"reason": error.code}
        return problem(shown, str(error), headers=_RETRY_SOON, judged_against=reason, instance=instance)
    headers: Mapping[str, str] = {}
    if isinstance(error, Busy):
        headers = {"Retry-After": str(max(1, round(error.retry_after_s)))}
    elif code in ("E_STOPPED", "E_ROLLED_BACK", "E_CLOCK"):
        headers = _RETRY_LATER
    rule = "the ledger cannot answer" if code == "E_INTERNAL" else str(error)
    judged = error.about if isinstance(error, Withdrawn) else {}
    return problem(code, rule, headers=headers, judged_against=judged, instance=instance)


def from_store(error: PersistenceError, instance: str | None = None) -> Response:
    """Return the response to a read that the database did not answer, and log why."""
    _log.error("the database did not answer", exc_info=error)
    rule = "the ledger's database does not answer: try again in 5 seconds"
    return problem("E_STORE", rule, headers=_RETRY_SOON, instance=instance)


def from_http(error: HTTPException, instance: str | None = None) -> Response:
    """Return the response to an HTTP error (wrong method, unknown path, …)."""
    code = _BY_STATUS.get(error.status_code, "E_HTTP")
    return problem(code, str(error.detail), status=error.status_code, headers=error.headers, instance=instance)


def from_validation(error: "RequestValidationError", instance: str | None = None) -> Response:
    """Return the response to invalid parameters: where each is, and what was expected."""
    faults = [{"where": ".".join(map(str, fault["loc"])), "expected": fault["msg"]} for fault in error.errors()]
    judged = {"where": faults[0]["where"], "errors": faults}
    return problem("E_MALFORMED", "a parameter is not valid", judged_against=judged, instance=instance)


def install(app: "FastAPI") -> None:
    """Register the handlers that turn exceptions into problem documents; `app` registers those that a page may show."""

    @app.exception_handler(LedgerError)
    async def on_ledger(request: Request, error: LedgerError) -> Response:
        return from_ledger(error, request.url.path)

    @app.exception_handler(PersistenceError)
    async def on_store(request: Request, error: PersistenceError) -> Response:
        return from_store(error, request.url.path)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            allowed = ", ".join(allowed_methods(request))
            error = HTTPException(405, f"this address takes {allowed}", {"Allow": allowed})
        return from_http(error, request.url.path)

    @app.exception_handler(TimeoutError)
    async def on_timeout(request: Request, _error: TimeoutError) -> Response:
        # The projections are further behind the log than a reader should wait for.
        rule = "the read models are still catching up with the log: try again in 2 seconds"
        return problem("E_BUSY", rule, headers={"Retry-After": "2"}, instance=request.url.path)

    @app.exception_handler(ClientDisconnect)
    async def on_gone(request: Request, _error: ClientDisconnect) -> Response:
        # Nobody is there to read it, and it is no fault of ours.
        return problem("E_HTTP", "the body did not come whole", instance=request.url.path)

    @app.exception_handler(Exception)
    async def on_fault(request: Request, error: Exception) -> Response:
        _log.error("unhandled error in a request", exc_info=error)
        rule = "internal server error; this request recorded nothing"
        # The server ends the connection after a fault: a client that has not read so would send its next request to it.
        return problem("E_INTERNAL", rule, headers={"Connection": "close"}, instance=request.url.path)


def allowed_methods(request: Request) -> list[str]:
    """Return all methods that the requested path accepts; the framework names only those of the first route."""
    routes = request.app.router.routes
    accepted = [
        method
        for method in _METHODS
        # HEAD is answered wherever GET is (security.Guard), whatever the routes say.
        if any(
            route.matches({**request.scope, "method": "GET" if method == "HEAD" else method})[0] == Match.FULL
            for route in routes
        )
    ]
    return accepted or ["GET", "HEAD"]  # below a mount, which has changed the path, lie files


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | bool | list | dict) or value is None else str(value)
        for name, value in values.items()
    }
