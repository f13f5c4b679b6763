"""Whether the server is well."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from constancia.api.http.deps import TheLedger
from constancia.api.http.examples import HEALTH
from constancia.api.http.schemas import json_example

router = APIRouter(tags=["health"])


@router.get(
    "/healthz",
    summary="Health",
    responses={
        200: json_example("All is well.", HEALTH),
        503: {"description": "The writer or the views have stopped."},
    },
)
def health(ledger: TheLedger) -> Response:
    """Say size and whether statements are taken in; 503 where the writer has stopped."""
    failure = ledger.failure or ledger.views.failure
    latest = ledger.witnessing.latest()
    item: dict[str, Any] = {
        "origin": ledger.origin,
        "size": ledger.size,
        "status": "failed" if failure else "ok",
        "views": ledger.views.position,
        "witnessed": latest.size if latest is not None else None,
        "writable": ledger.is_writable,
    }
    return JSONResponse(item, 503 if failure else 200, {"Cache-Control": "no-store"})
