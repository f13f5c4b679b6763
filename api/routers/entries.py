"""Entries: hand in a signed statement; list them; get one by index, leaf hash or statement id."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from constancia.api.deps import TheLedger, TheSettings, TheSize
from constancia.api.examples import SUBMISSION
from constancia.api.security import MAX_ENTRY_REQUEST_BYTES, bounded_body
from constancia.domain.errors import Problem, Refusal
from constancia.ledger.admission import Appended
from constancia.ledger.application import Ledger
from constancia.ledger.drafting import parse_signed
from constancia.ledger.errors import Busy

router = APIRouter(prefix="/api/v1", tags=["entries"])


@router.post(
    "/entries",
    status_code=201,
    summary="Hand in a signed statement",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": SUBMISSION}},
        }
    },
    responses={
        200: {"description": "It had been recorded before: the same receipt."},
        400: {"description": "Not canonical, or of another form (E_MALFORMED …)"},
        401: {"description": "Signature or key (E_SIGNATURE_INVALID, E_KEY_…)"},
        403: {"description": "No power for this act (E_OUT_OF_SCOPE, E_NOT_SEATED …)"},
        409: {"description": "State, basis, `seen` (E_STATE, E_VERSION_CONFLICT, E_SEEN_…)"},
        422: {"description": "Content (E_DATE, E_POLICY, E_LEDGER_MISMATCH …)"},
        503: {"description": "Too much under way (E_BUSY); try again"},
    },
)
async def append_entry(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Record a statement. The body is canonical JSON: `{"signatures": […], "statement": {…}}`.

    The signed statement is the authorization; there is no account. The same bytes may be sent again: the first
    receipt comes back with 200.
    """
    check_json(request)
    raw = await bounded_body(request, MAX_ENTRY_REQUEST_BYTES)
    statement, signatures = parse_signed(raw)
    try:
        async with asyncio.timeout(settings.append_timeout_s):
            done = await ledger.submit_async(statement.raw, signatures)
    except TimeoutError as error:
        raise Busy("it takes too long; send the same bytes again", retry_after_s=5) from error
    return JSONResponse(receipt_document(ledger, done), 200 if done.replayed else 201)


def check_json(request: Request) -> None:
    """Refuse any content type but JSON.

    Raises:
        Refusal: E_CONTENT_TYPE.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        found = {"expected": "application/json", "found": kind}
        raise Refusal(Problem(code="E_CONTENT_TYPE", rule="a submission is application/json"), found)


def receipt_document(ledger: Ledger, done: Appended) -> dict[str, Any]:
    """Give a receipt as JSON: where the entry stands, and the proof file as text."""
    size = ledger.size
    return {
        "index": done.index,
        "leaf_hash": done.leaf_hash.hex(),
        "receipt": ledger.receipt(done.index, size).decode(),
        "recorded_at": done.recorded_at,
        "replayed": done.replayed,
        "size": size,
    }


@router.get("/entries", summary="List entries in order")
def list_entries(  # noqa: PLR0913, PLR0917 - a framework's route: each is a request's part
    request: Request,
    ledger: TheLedger,
    settings: TheSettings,
    size: TheSize,
    start: Annotated[int, Query(ge=0, description="First index.")] = 0,
    limit: Annotated[int | None, Query(ge=1, le=500, description="Most entries.")] = None,
) -> Response:
    """List entries from an index on. `Link` headers lead to the next and the previous page (RFC 8288)."""
    count = limit or settings.page_size
    stop = min(size, start + count)
    items = [json.loads(raw) for raw in ledger.entries(start, stop)] if start < stop else []
    links = []
    if stop < size:
        links.append(f'<{request.url.path}?start={stop}&limit={count}>; rel="next"')
    if start:
        links.append(f'<{request.url.path}?start={max(0, start - count)}&limit={count}>; rel="prev"')
    headers = {"Link": ", ".join(links)} if links else {}
    return JSONResponse({"entries": items, "root": ledger.root(size).hex(), "size": size}, headers=headers)


@router.get("/entries/{name}", summary="One entry, its bytes verbatim")
def get_entry(name: str, ledger: TheLedger) -> Response:
    """Give an entry by index, leaf hash or statement id. The body is the entry's own bytes."""
    index = index_of(ledger, name)
    headers = {"Constancia-Index": str(index), "Constancia-Leaf-Hash": ledger.log.leaf_hash(index).hex()}
    return Response(ledger.entry(index), media_type="application/json", headers=headers)


def index_of(ledger: Ledger, name: str) -> int:
    """Give the index that a name stands for: a number, a leaf hash, or a statement's id.

    Raises:
        NotFound: There is none.
    """
    if name.isascii() and name.isdigit() and len(name) < 16:
        ledger.log.leaf_hash(int(name))
        return int(name)
    return ledger.index_of(name)
