"""What programs look for at addresses of their own: whom to write to, and where the interface is described.

Both are `/.well-known/` resources (RFC 8615).
"""

from datetime import timedelta
from typing import Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from constancia.api.http.deps import TheLedger, TheSettings
from constancia.api.http.request.context import address_of
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import refusals
from constancia.ledger.errors import NotFound

router = Router(prefix="/.well-known", tags=["health"])
_VALID_FOR: Final = timedelta(days=180)
_LINKSET: Final = "application/linkset+json"


@router.get(
    "/security.txt",
    summary="Whom to write to about a weakness",
    response_class=PlainTextResponse,
    responses={200: {"description": "RFC 9116.", "content": {"text/plain": {}}}, **refusals(404)},
)
def security_txt(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give the operator's contact for reports of weaknesses; 404 where the operator has named none."""
    if settings.contact is None:
        raise NotFound("the operator of this server has named no contact")
    contact = settings.contact if settings.contact.startswith("http") else f"mailto:{settings.contact}"
    expires = ledger.clock.now().replace(microsecond=0) + _VALID_FOR
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: es, en",
        f"Canonical: {address_of(request, settings)}/.well-known/security.txt",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get(
    "/api-catalog",
    summary="Where the interface is described",
    responses={200: {"description": "A link set (RFC 9727).", "content": {_LINKSET: {}}}},
)
def api_catalog(request: Request, settings: TheSettings) -> Response:
    """Give where the interface is, its description, its documentation and its state."""
    address = address_of(request, settings)
    document = {
        "linkset": [
            {
                "anchor": f"{address}/api/v1/",
                "service-desc": [{"href": f"{address}/openapi.json", "type": "application/json"}],
                "service-doc": [{"href": f"{address}/api/v1/reference", "type": "text/html"}],
                "status": [{"href": f"{address}/healthz", "type": "application/json"}],
            }
        ]
    }
    return JSONResponse(document, media_type=_LINKSET)
