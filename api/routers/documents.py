"""Documents by their SHA-256. Served as what the log says they are only where that is harmless to show."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from constancia.api.deps import TheLedger, TheSettings
from constancia.api.security import bounded_body
from constancia.ledger.application import Ledger

router = APIRouter(tags=["documents"])
SHOWN: Final = {
    "application/pdf": "application/pdf",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    # Text is shown as plain text, whatever markup it is in.
    "text/markdown": "text/plain; charset=utf-8",
    "text/plain": "text/plain; charset=utf-8",
}
_SANDBOX: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}


@router.head("/documents/{sha256}", include_in_schema=False)
@router.get("/documents/{sha256}", summary="A document")
def document(sha256: str, ledger: TheLedger) -> Response:
    """Give a document's bytes, hashed again before they are sent."""
    data = ledger.documents.get(sha256)
    shown = SHOWN.get(media_type_of(ledger, sha256) or "")
    headers = {**_SANDBOX, "ETag": f'"{sha256}"'}
    if shown is None:
        headers["Content-Disposition"] = f'attachment; filename="{sha256}"'
    return Response(data, media_type=shown or "application/octet-stream", headers=headers)


@router.post("/api/v1/documents", status_code=201, summary="Keep a document")
async def upload(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Keep a document beside the log, to be cited by its hash. The body is the document's bytes."""
    data = await bounded_body(request, settings.max_document_bytes)
    sha256 = ledger.documents.put(data)
    return JSONResponse({"sha256": sha256, "size": len(data)}, 201, {"Location": f"/documents/{sha256}"})


def media_type_of(ledger: Ledger, sha256: str) -> str | None:
    """Give the media type under which an entry cites a document, or None."""
    ledger.views.wait()
    for _key, row in ledger.views.rows("citations", prefix=sha256, limit=10):
        found = row.get("media_type")
        if isinstance(found, str):
            return found
    return None
