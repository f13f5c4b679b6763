"""Whether the server is well, and what an operator has declared about its integrity."""

import contextlib
from typing import Any

from eventsourcing.persistence import PersistenceError
from fastapi.responses import JSONResponse, Response

from constancia.api.http.deps import TheLedger
from constancia.api.http.examples.entries import HEALTH
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import json_example, refusals
from constancia.ledger.errors import NotFound, StoreUnavailable
from constancia.ledger.health import health_of

router = Router(tags=["health"])
_FRESH = {"Cache-Control": "no-store"}


@router.get(
    "/healthz",
    summary="Health",
    responses={
        200: json_example("All is well.", HEALTH),
        503: {"description": "Something needs its operator: `problems` says what, since when."},
    },
)
def health(ledger: TheLedger) -> Response:
    """Say size, whether statements are taken in, and each thing that is amiss; 503 where there is one."""
    problems = health_of(ledger)
    witnessed = None
    with contextlib.suppress(PersistenceError, StoreUnavailable):  # which is among the problems
        latest = ledger.witnessing.latest()
        witnessed = latest.size if latest is not None else None
    item: dict[str, Any] = {
        "not_compared": list(ledger.not_compared),
        "origin": ledger.origin,
        "problems": [problem.members for problem in problems],
        "size": ledger.size,
        "status": "failed" if any(problem.is_failure for problem in problems) else "ok",
        "views": ledger.views.position,
        "witnessed": witnessed,
        "writable": ledger.is_writable and ledger.refusal is None and ledger.failure is None,
    }
    return JSONResponse(item, 503 if item["status"] == "failed" else 200, _FRESH)


@router.get(
    "/api/v1/integrity",
    summary="What is known against this server's history",
    responses={
        200: json_example("Accepted rollbacks, and why nothing is written now.", {"refusal": None, "rollbacks": []})
    },
)
def integrity(ledger: TheLedger) -> Response:
    """Say which rollbacks the operator has accepted, and why nothing is signed, if so. The operator's own word."""
    refusal = ledger.refusal
    stands = None if refusal is None else {"code": refusal.code, **refusal.words}
    return JSONResponse({"refusal": stands, "rollbacks": list(ledger.rollbacks)}, 200, _FRESH)


@router.get("/rollbacks.json", summary="The list of accepted rollbacks, as it is published", responses=refusals(404))
def rollbacks(ledger: TheLedger) -> Response:
    """Give the file next to the log's checkpoint; 404 where no rollback was ever accepted."""
    declared = ledger.rollback_list
    if declared is None:
        raise NotFound("no rollback was ever accepted here")
    return Response(declared, 200, _FRESH, "application/json")
