"""Every error as an RFC 9457 problem document with its stable code: the one place where exceptions become answers."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from constancia.api.i18n import tr
from constancia.domain.codes import CODES
from constancia.domain.errors import Refusal
from constancia.ledger.errors import Busy, Closed, Damaged, Fatal, LedgerError, NotFound, ReadOnly, TooLarge
from constancia.verify.errors import Malformed

MEDIA_TYPE: Final = "application/problem+json"
TYPE_BASE: Final = "/docs/refusals#"
# What HTTP itself refuses, in the codes of the ledger.
_HTTP_CODES: Final = {400: "E_MALFORMED", 404: "E_NOT_FOUND", 413: "E_TOO_LARGE", 415: "E_CONTENT_TYPE"}


def problem(  # noqa: PLR0913 - a problem document has this many members
    code: str,
    rule: str,
    *,
    status: int | None = None,
    judged_against: Mapping[str, object] | None = None,
    also: tuple[tuple[str, str], ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make a problem document.

    Args:
        code: Stable code.
        rule: The rule that was broken.
        status: HTTP status; the code's own by default.
        judged_against: The state that it was judged against.
        also: Further rules broken, as (code, rule).
        headers: Further headers.

    Returns:
        The answer.

    Source: RFC 9457 §3.
    """
    number = status if status is not None else CODES[code]
    known = code in CODES
    document = {
        "also": [{"code": one, "rule": why} for one, why in also],
        "code": code,
        "detail": rule,
        "judged_against": dict(judged_against or {}),
        "rule": rule,
        "status": number,
        "title": tr("en", f"problem.{code}") if known else rule,
        "title_es": tr("es", f"problem.{code}") if known else rule,
        "type": f"{TYPE_BASE}{code.lower()}",
    }
    return JSONResponse(document, number, dict(headers or {}), MEDIA_TYPE)


def from_refusal(refusal: Refusal) -> Response:
    """Give the answer to a refused act."""
    return problem(refusal.code, refusal.rule, judged_against=_plain(refusal.judged_against), also=refusal.also)


def from_malformed(error: Malformed) -> Response:
    """Give the answer to bytes that break the format: the place, what was expected, what was found."""
    code = "E_TOO_LARGE" if error.code == "too-large" else "E_MALFORMED"
    judged = {"expected": error.expected, "found": error.found, "reason": error.code, "where": error.where}
    return problem(code, f"{error.where}: expected {error.expected}", judged_against=judged)


def from_ledger(error: LedgerError) -> Response:
    """Give the answer to what the ledger can't do now, or has not."""
    match error:
        case Busy():
            headers = {"Retry-After": str(max(1, round(error.retry_after_s)))}
            return problem("E_BUSY", str(error), headers=headers)
        case NotFound():
            return problem("E_NOT_FOUND", str(error))
        case TooLarge():
            return problem("E_TOO_LARGE", str(error))
        case ReadOnly() | Closed() | Fatal():
            return problem("E_BUSY", str(error), headers={"Retry-After": "60"})
        case Damaged():
            return problem("E_DAMAGED", str(error), status=500)
        case _:
            return problem("E_INTERNAL", "the ledger can't answer", status=500)


def install(app: FastAPI) -> None:
    """Have every exception answered as a problem document."""

    @app.exception_handler(Refusal)
    async def on_refusal(_request: Request, error: Refusal) -> Response:
        return from_refusal(error)

    @app.exception_handler(Malformed)
    async def on_malformed(_request: Request, error: Malformed) -> Response:
        return from_malformed(error)

    @app.exception_handler(LedgerError)
    async def on_ledger(_request: Request, error: LedgerError) -> Response:
        return from_ledger(error)

    @app.exception_handler(RequestValidationError)
    async def on_validation(_request: Request, error: RequestValidationError) -> Response:
        found = [{"where": ".".join(map(str, one["loc"])), "expected": one["msg"]} for one in error.errors()]
        return problem("E_MALFORMED", "the request has another form", judged_against={"errors": found})

    @app.exception_handler(HTTPException)
    async def on_http(_request: Request, error: HTTPException) -> Response:
        code = _HTTP_CODES.get(error.status_code, f"E_HTTP_{error.status_code}")
        return problem(code, str(error.detail), status=error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    async def on_fault(_request: Request, _error: Exception) -> Response:
        return problem("E_INTERNAL", "the server made a mistake; nothing was recorded by it", status=500)


def _plain(found: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | int | bool | list | dict) or value is None else str(value)
        for name, value in found.items()
    }
