"""What stands: agreements, commitments, decisions, parties, each from its projection, with the size it stands at."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from constancia.api.http.deps import TheLedger, stands
from constancia.api.http.examples import AGREEMENT, COMMITMENT, DECISION, PARTY, STANDS
from constancia.api.http.schemas import Responses, json_example, refusals
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger

router = APIRouter(prefix="/api/v1", tags=["records"])


def _listed(example: object) -> Responses:
    return {200: json_example("Items, and what they stand at.", {"items": [example], **STANDS}), **refusals(503)}


def _single(example: object, **more: object) -> Responses:
    shown = json_example("The item, and what it stands at.", {"item": example, **more, **STANDS})
    return {200: shown, **refusals(404, 503)}


def _list(ledger: Ledger, projection: str) -> dict[str, Any]:
    ledger.views.wait()
    rows = [row for _key, row in ledger.views.rows(projection)]
    return {"items": rows, **stands(ledger, ledger.views.position)}


def _one(ledger: Ledger, projection: str, key: str) -> dict[str, Any]:
    ledger.views.wait()
    row = ledger.views.row(projection, key)
    if row is None:
        raise NotFound(f"there is no {key}")
    return {"item": row, **stands(ledger, ledger.views.position)}


@router.get("/agreements", summary="Agreements", responses=_listed(AGREEMENT))
def agreements(ledger: TheLedger) -> dict[str, Any]:
    """List agreements with their versions and states."""
    return _list(ledger, "agreements")


@router.get(
    "/agreements/{name}",
    summary="One agreement with its signature matrix",
    responses=_single(AGREEMENT, signature_matrix=[]),
)
def agreement(name: str, ledger: TheLedger) -> dict[str, Any]:
    """Give an agreement: versions, and who signed what, as what, with which key."""
    found = _one(ledger, "agreements", f"agreement/{name}")
    rows = ledger.views.rows("signature_matrix", prefix=f"agreement/{name}#")
    return {**found, "signature_matrix": [row for _key, row in rows]}


@router.get("/commitments", summary="Commitments", responses=_listed(COMMITMENT))
def commitments(ledger: TheLedger) -> dict[str, Any]:
    """List commitments with their level tracks, scope and milestones."""
    return _list(ledger, "commitment_status")


@router.get(
    "/commitments/{name}", summary="One commitment with its timeline", responses=_single(COMMITMENT, timeline=[])
)
def commitment(
    name: str, ledger: TheLedger, limit: Annotated[int, Query(ge=1, le=1000)] = 500, after: str = ""
) -> dict[str, Any]:
    """Give a commitment and what was said about it, in the order of recording, with the dates of happening."""
    found = _one(ledger, "commitment_status", f"commitment/{name}")
    rows = ledger.views.rows("timeline", prefix=f"commitment/{name}#", after=after, limit=limit)
    return {**found, "timeline": [row for _key, row in rows]}


@router.get("/decisions", summary="Decisions", responses=_listed(DECISION))
def decisions(ledger: TheLedger) -> dict[str, Any]:
    """List decisions with votes, dissent and signatures."""
    return _list(ledger, "decisions")


@router.get("/decisions/{name}", summary="One decision", responses=_single(DECISION))
def decision(name: str, ledger: TheLedger) -> dict[str, Any]:
    """Give a decision: the act in full, votes, dissent, signatures, what it caused."""
    return _one(ledger, "decisions", f"decision/{name}")


@router.get("/parties", summary="Parties and people", responses=_listed(PARTY))
def parties(ledger: TheLedger) -> dict[str, Any]:
    """List parties with names, seats, organizations, appointments and keys."""
    return _list(ledger, "parties")


@router.get("/parties/{name}", summary="One party", responses=_single(PARTY))
def party(name: str, ledger: TheLedger) -> dict[str, Any]:
    """Give a party."""
    return _one(ledger, "parties", f"party/{name}")
