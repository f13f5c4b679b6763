"""Entries: hand in a signed statement; list them; get one by index, leaf hash or statement id."""

from typing import Any

from fastapi import Request, Response

from constancia.api.http import problems
from constancia.api.http.deps import TheLedger, ThePage, TheQuotas, TheRates, TheSettings, stands
from constancia.api.http.examples.entries import ENVELOPE, RECEIPT, SUBMISSION
from constancia.api.http.limits.security import MAX_ENTRY_REQUEST_BYTES, bounded_body, check_json
from constancia.api.http.proxies import prefix_of
from constancia.api.http.representation import IMMUTABLE, json_text, represent
from constancia.api.http.request.paging import link_header
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import ReceiptDocument, file_answer, json_example, refusals
from constancia.ledger.errors import Busy, NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader.dsse import dsse_envelope
from constancia.ledger.reader.receipts import receipt
from constancia.ledger.submission import parse_signed
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.speed.entry_patterns import read_entry

router = Router(prefix="/api/v1", tags=["entries"])
_JSON = "application/json"
_DSSE = "application/vnd.dsse.envelope.v1+json"


@router.post(
    "/entries",
    status_code=201,
    summary="Hand in a signed statement",
    response_model=ReceiptDocument,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": {"type": "object"}, "example": SUBMISSION}},
        }
    },
    responses={
        200: json_example("It had been recorded before: the same entry's receipt.", RECEIPT | {"replayed": True}),
        **refusals(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    },
)
async def append_entry(
    request: Request, ledger: TheLedger, settings: TheSettings, rates: TheRates, quotas: TheQuotas
) -> Response:
    """Record a statement. The body is canonical JSON: `{"signatures": […], "statement": {…}}`.

    The signed statement is the authorization; there is no account. The same bytes may be sent again: the first
    receipt comes back with 200.
    """
    check_json(request)
    raw = await bounded_body(request, MAX_ENTRY_REQUEST_BYTES, settings.body_timeout_s)
    signed = parse_signed(raw)
    waits = [wait for signature in signed.signatures if (wait := rates.room("recorded", signature.key)) is not None]
    if waits:
        return problems.too_often(max(waits), request.url.path)
    refused = quotas.entry_refused(request, signed.statement)
    if refused is not None and not _is_recorded(ledger, signed.statement.id):
        return refused
    with quotas.room_for(signed.statement):
        try:
            done = await ledger.submit_async(signed, settings.append_timeout_s)
        except TimeoutError as error:
            raise Busy("it takes too long; send the same bytes again", retry_after_s=5) from error
        if not done.replayed:
            for signature in signed.signatures:
                rates.take("recorded", signature.key)
            quotas.count_entry(done.entry)
    headers = {"Cache-Control": "no-store", "Location": f"{prefix_of(request.scope)}/api/v1/entries/{done.entry.index}"}
    entry, size = done.entry, ledger.receipt_size(done.entry.index)
    # By hand, as each member but the receipt is of digits or of a fixed form: an append is mostly answers like this.
    body = b'{"index":%d,"leaf_hash":"%b","receipt":%b,"recorded_at":"%b","size":%d,"replayed":%b}' % (
        entry.index,
        ledger.log.leaf_hash(entry.index).hex().encode(),
        json_text(receipt(ledger.log, entry.index, size, entry.raw)),
        entry.recorded_at.encode(),
        size,
        b"true" if done.replayed else b"false",
    )
    return Response(body, 200 if done.replayed else 201, headers, _JSON)


def _is_recorded(ledger: Ledger, statement_id: str) -> bool:
    """Whether it is there already: then the same bytes get their receipt, whatever else was recorded since."""
    try:
        ledger.log.index_of(statement_id)
    except NotFound:
        return False
    return True


def receipt_document(ledger: Ledger, index: int, size: int) -> dict[str, Any]:
    """Give a receipt as JSON: the entry's index, and the proof file for the checkpoint of `size` as text."""
    raw = ledger.log.entry(index)
    return {
        "index": index,
        "leaf_hash": ledger.log.leaf_hash(index).hex(),
        "receipt": receipt(ledger.log, index, size, raw).decode(),
        "recorded_at": read_entry(raw).recorded_at,
        "size": size,
    }


@router.get(
    "/entries",
    summary="List entries in order",
    responses={
        200: json_example("Entries verbatim, with size and root.", {"entries": ["…"], "root": "…", "size": 130}),
        **refusals(400, 404),
    },
)
def list_entries(request: Request, ledger: TheLedger, page: ThePage) -> Response:
    """List entries from an index on. `Link` headers lead to the next and other pages (RFC 8288).

    Each entry's bytes are verbatim in the answer, so that its leaf hash can be computed from it.
    """
    entries = b",".join(ledger.log.entries(page.start, page.stop))
    about = canonical(stands(ledger, page.size))
    headers = link_header(request, page)
    return Response(b'{"entries":[%b],%b' % (entries, about[1:]), media_type=_JSON, headers=headers)


@router.get(
    "/entries/{name}",
    summary="One entry, its bytes verbatim",
    response_class=Response,
    responses=file_answer("The entry's own bytes.", "application/json", example=SUBMISSION["statement"]),
)
def get_entry(name: str, request: Request, ledger: TheLedger) -> Response:
    """Give an entry by index, leaf hash or statement id. The body is the entry's own bytes."""
    index = index_of(ledger, name)
    leaf = ledger.log.leaf_hash(index).hex()
    headers = {"Constancia-Index": str(index), "Constancia-Leaf-Hash": leaf}
    return represent(request, ledger.log.entry(index), media_type=_JSON, cache=IMMUTABLE, headers=headers, tag=leaf)


@router.get(
    "/entries/{name}/dsse",
    summary="An entry's statement as a DSSE envelope",
    response_class=Response,
    responses=file_answer("DSSE envelope v1.", _DSSE, example=ENVELOPE),
)
def get_dsse(name: str, request: Request, ledger: TheLedger) -> Response:
    """Give what was signed, and the signatures, for existing DSSE tools. Key ids are ours: hex SHA-256 of the SPKI.

    404 where a passkey signed: its signature covers data of its own, for which DSSE has no place.
    """
    index = index_of(ledger, name)
    return represent(request, dsse_envelope(ledger.log.entry(index)), media_type=_DSSE, cache=IMMUTABLE)


def index_of(ledger: Ledger, name: str) -> int:
    """Give the index that a name means: a number, a leaf hash, or a statement's id.

    Raises:
        NotFound: There is none.
    """
    if name.isascii() and name.isdigit() and len(name) < 16:
        ledger.log.leaf_hash(int(name))
        return int(name)
    return ledger.log.index_of(name)
