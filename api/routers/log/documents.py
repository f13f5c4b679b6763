"""Documents by their SHA-256. Served as what the log says they are only where that is harmless to show.

A document is taken in only when an entry cites it: the signed statement is the authorization here too, and a
stranger can't fill the disk.
"""

import hashlib
from typing import Any, Final

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from constancia.api.http.deps import TheLedger, TheQuotas, TheSettings, stands
from constancia.api.http.limits.security import bounded_body
from constancia.api.http.proxies import prefix_of
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import file_answer, json_example, refusals
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.signatures import is_hex64

router = Router(tags=["documents"])
SHOWN: Final = {
    "application/pdf": "application/pdf",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    # Text is shown as plain text, whatever markup it is in.
    "text/markdown": "text/plain; charset=utf-8",
    "text/plain": "text/plain; charset=utf-8",
}
_SANDBOX: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}
_CITATIONS: Final = 100
_DOCUMENT: Final = file_answer(
    "Its bytes.", "application/octet-stream", *sorted({kind.split(";")[0] for kind in SHOWN.values()})
)


@router.get(
    "/documents/{sha256}", summary="A document", response_class=Response, responses={**_DOCUMENT, **refusals(410)}
)
def document(sha256: str, request: Request, ledger: TheLedger) -> Response:
    """Give a document's bytes, hashed again before they are sent. What is not on a short list comes as a file.

    A document may be withdrawn: a cache that has its bytes must ask each time whether it may still give them.
    """
    data = ledger.documents.get(sha256)
    shown = SHOWN.get(media_type_of(ledger, sha256) or "")
    headers = dict(_SANDBOX)
    if shown is None:
        headers["Content-Disposition"] = f'attachment; filename="{sha256}"'
    media_type = shown or "application/octet-stream"
    return represent(request, data, media_type=media_type, cache=REVALIDATED, headers=headers, tag=sha256)


@router.get(
    "/api/v1/documents/{sha256}",
    summary="What the log says of a document",
    responses={
        200: json_example(
            "Whether it is stored here, and every entry that cites it.",
            {"cited_by": [{"index": 66, "path": "docset.documents.0"}], "is_kept": True, "sha256": "…", "size": 2395},
        ),
        **refusals(404),
    },
)
def citations(sha256: str, ledger: TheLedger) -> dict[str, Any]:
    """Say which entries cite a document, and whether its bytes are stored here: "is this file the one cited?".

    `withdrawn` says which cancellation took it away, where one did, and why.
    """
    entries = cited_by(ledger, sha256)
    is_kept = sha256 in ledger.documents
    withdrawn = ledger.withdrawn().get(sha256)
    if not entries and not is_kept:
        raise NotFound("no entry cites a document of that digest, and none is stored here")
    about = {"cited_by": entries, "is_kept": is_kept, "sha256": sha256, **stands(ledger, ledger.views.position)}
    about |= {"withdrawn": withdrawn} if withdrawn is not None else {}
    return about | ({"bytes": len(ledger.documents.get(sha256))} if is_kept else {})


@router.post(
    "/api/v1/documents",
    status_code=201,
    summary="Keep a document that an entry cites",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
    responses={
        201: json_example("Kept.", {"sha256": "…", "size": 2395}),
        200: json_example("It had been stored before.", {"sha256": "…", "size": 2395}),
        **refusals(403, 410, 413, 415, 429),
    },
)
async def upload(request: Request, ledger: TheLedger, settings: TheSettings, quotas: TheQuotas) -> Response:
    """Store a document next to the log. The body is the document's bytes; an entry must cite their SHA-256 already."""
    data = await bounded_body(request, settings.max_document_bytes, settings.body_timeout_s)
    sha256 = hashlib.sha256(data).hexdigest()
    party = await run_in_threadpool(_party_of, ledger, sha256)
    if party is not None and (refused := quotas.document_refused(request, party, len(data))) is not None:
        return refused
    is_new = await run_in_threadpool(_keep, ledger, sha256, data)
    if is_new and party is not None:
        quotas.count_document(party, len(data))
    stored = {"sha256": sha256, "size": len(data)}
    return JSONResponse(stored, 201 if is_new else 200, {"Location": f"{prefix_of(request.scope)}/documents/{sha256}"})


def _party_of(ledger: Ledger, sha256: str) -> str | None:
    """Give the party whose document it is, where it has yet to be stored: that of the first entry that cites it."""
    if ledger.documents.is_whole(sha256):
        return None
    return next((row["party"] for row in cited_by(ledger, sha256)), None)


def _keep(ledger: Ledger, sha256: str, data: bytes) -> bool:
    if ledger.documents.is_whole(sha256):
        ledger.documents.files.confirm()  # it may be there without having been acknowledged to anybody
        return False
    if not cited_by(ledger, sha256):
        rule = "a document is stored once an entry cites its SHA-256: record the statement first"
        raise Refusal(Problem(code="E_NOT_CITED", rule=rule), {"sha256": sha256, "size": ledger.size})
    ledger.documents.put(data)
    return True


def cited_by(ledger: Ledger, sha256: str) -> list[dict[str, Any]]:
    """Give the entries that cite a document, in order: index, leaf hash, party, type, path within the body."""
    if not is_hex64(sha256):
        raise NotFound("a document is asked for by its SHA-256 in 64 lower-case hex digits")
    ledger.views.wait()
    return [dict(row) for _key, row in ledger.views.rows("citations", prefix=f"{sha256}#", limit=_CITATIONS)]


def media_type_of(ledger: Ledger, sha256: str) -> str | None:
    """Give the media type under which an entry cites a document, or None."""
    for row in cited_by(ledger, sha256):
        media_type = row["cited"].get("media_type")
        if isinstance(media_type, str):
            return media_type
    return None
