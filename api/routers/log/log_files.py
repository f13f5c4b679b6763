"""The log's static files as C2SP tlog-tiles has them, proofs, receipts, and what the ledger says of itself."""

import base64
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from constancia.api.http.deps import TheLedger, TheSettings, TheSize
from constancia.api.http.examples.entries import CONSISTENCY, LEDGER
from constancia.api.http.limits.security import field_of
from constancia.api.http.representation import IMMUTABLE, REVALIDATED, represent
from constancia.api.http.request.context import address_of
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import file_answer, json_example, refusals
from constancia.api.routers.log.entries import index_of, receipt_document
from constancia.api.routers.log.witnesses import witnessed
from constancia.api.text.paper.qr import qr_code
from constancia.ledger.errors import NotFound
from constancia.ledger.timestamps.anchor_store import INDEX_NAME, SUFFIX
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.verify.core.errors import Malformed
from constancia.verify.wire.tiles import parse_tile_path

router = Router(tags=["log"])
_BRIEF: Final = "public, max-age=2"
_BYTES: Final = "application/octet-stream"
_TEXT: Final = "text/plain; charset=utf-8"


@router.get(
    "/checkpoint",
    summary="The latest signed checkpoint",
    response_class=Response,
    responses=file_answer("A C2SP signed note.", "text/plain"),
)
def checkpoint(request: Request, ledger: TheLedger) -> Response:
    """Give the C2SP signed note."""
    return represent(request, ledger.log.checkpoint(), media_type=_TEXT, cache=_BRIEF)


@router.get(
    "/tile/{path:path}",
    summary="Tiles and entry bundles",
    response_class=Response,
    responses=file_answer("C2SP tlog-tiles.", "application/octet-stream"),
)
def tile(path: str, request: Request, ledger: TheLedger) -> Response:
    """Give a tile or an entry bundle, immutable. Bundles are sent gzip-encoded where the client takes that.

    Partial ones exist for every size that a checkpoint was signed for, and are never removed.
    """
    try:
        level, number, width = parse_tile_path(f"tile/{path}")
    except Malformed as error:
        raise NotFound(f"there is no tile at tile/{path[:80]}") from error
    if not ledger.log.has_tile(level or 0, number, width):
        raise NotFound(f"no checkpoint asks for tile/{path[:80]}")
    if level is not None:
        return represent(request, ledger.log.tile(level, number, width), media_type=_BYTES, cache=IMMUTABLE)
    bundle = ledger.log.entry_bundle(number, width)
    return represent(request, bundle, media_type=_BYTES, cache=IMMUTABLE, may_compress=True)


@router.get(
    "/anchors/{path:path}",
    summary="Time anchors: RFC 3161 time-stamps over checkpoints",
    response_class=Response,
    responses=file_answer("A time-stamp, or a text.", "application/timestamp-reply", "text/plain"),
)
def anchor(path: str, request: Request, ledger: TheLedger) -> Response:
    """Give an anchor's file, immutable, or the list of all (`SHA256SUMS`)."""
    if path == INDEX_NAME:
        return represent(request, ledger.anchors.listed(), media_type=_TEXT, cache=_BRIEF)
    kind = "application/timestamp-reply" if path.endswith(SUFFIX) else _TEXT
    return represent(request, ledger.anchors.get(path), media_type=kind, cache=IMMUTABLE)


@router.get(
    "/api/v1/ledger",
    summary="Origin, log key, genesis",
    responses={200: json_example("What the server claims to be.", LEDGER), **refusals(404)},
)
def describe(ledger: TheLedger, size: TheSize) -> dict[str, Any]:
    """Say what this server claims to be. Compare it with what you have from elsewhere: by itself it proves nothing."""
    return {
        "edition": ledger.state().edition,
        "genesis": ledger.log.leaf_hash(0).hex(),
        "log_cosigner": ledger.cosigner_vkey,
        "log_key": ledger.vkey,
        "origin": ledger.origin,
        "root": ledger.log.root(size).hex(),
        "size": size,
        "timezone": ledger.state().timezone,
        "witnessed": witnessed(ledger),
    }


@router.get(
    "/api/v1/proofs/consistency",
    summary="Consistency proof between two sizes",
    responses={200: json_example("Hashes in the order of RFC 6962 §2.1.2.", CONSISTENCY), **refusals(400, 404)},
)
def consistency(
    ledger: TheLedger,
    old: Annotated[int, Query(ge=0, le=MAX_SIZE)],
    new: Annotated[int, Query(ge=0, le=MAX_SIZE)],
) -> dict[str, Any]:
    """Give the RFC 6962 proof that the tree of size `old` is a prefix of that of size `new`, as base64 hashes."""
    proof = ledger.log.consistency_proof(old, new)
    return {"new": new, "old": old, "proof": [base64.b64encode(node).decode() for node in proof]}


@router.get(
    "/api/v1/receipts/{name}",
    summary="A receipt",
    response_class=Response,
    responses={
        200: {
            "description": "A C2SP tlog-proof, or JSON where `Accept` asks for it.",
            "content": {"text/plain": {}, "application/json": {}},
        }
    },
)
def receipt(name: str, request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """Give an entry's receipt: a C2SP tlog-proof whose `extra` is the entry. JSON where that is asked for."""
    index = index_of(ledger, name)
    if index >= size:
        raise NotFound(f"entry {index} is not in the log of size {size}")
    if not request.scope["query_string"] or "size" not in request.query_params:
        size = ledger.receipt_size(index)
    if "application/json" in field_of(request, b"accept"):
        return JSONResponse(receipt_document(ledger, index, size))
    headers = {"Content-Disposition": f'attachment; filename="constancia-{index}.tlog-proof"'}
    return PlainTextResponse(ledger.receipt(index, size), headers=headers)


@router.get(
    "/api/v1/receipts/{name}/qr.svg",
    summary="A receipt's QR code",
    response_class=Response,
    responses=file_answer("An SVG image.", "image/svg+xml"),
)
def qr(  # noqa: PLR0913, PLR0917 - a framework's route: each is a request's part
    name: str,
    request: Request,
    ledger: TheLedger,
    settings: TheSettings,
    size: TheSize,
    content: Annotated[Literal["receipt", "link"], Query(description="With the proof, or the link alone.")] = "receipt",
) -> Response:
    """Give an entry's permalink as a QR code, and after `#P1.` the proof that it is in the log, where that fits."""
    index = index_of(ledger, name)
    if index >= size:
        raise NotFound(f"entry {index} is not in the log of size {size}")
    asked = size if "size" in request.query_params else None
    proof = ledger.receipt(index, asked) if content == "receipt" else None
    made = qr_code(address_of(request, settings), ledger.log.leaf_hash(index), proof)
    headers = {"Constancia-Qr": made.designator}
    return represent(request, made.svg, media_type="image/svg+xml", cache=REVALIDATED, headers=headers)
