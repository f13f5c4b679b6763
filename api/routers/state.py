"""The canonical state document at a size or an instant, with its SHA-256, and the derived facts."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from constancia.api.http.deps import TheLedger, TheSize, shows
from constancia.api.http.examples import DERIVED
from constancia.api.http.schemas import json_example, refusals
from constancia.api.text.dates import instant_of
from constancia.domain.derive import derive
from constancia.domain.kernel.calendar import format_instant
from constancia.verify.core.formats.canonical import canonical

router = APIRouter(prefix="/api/v1", tags=["state"])
At = Annotated[str | None, Query(description="RFC 3339 instant, or a day in the ledger's zone.")]


@router.get(
    "/state",
    summary="The state document",
    responses={
        200: json_example("Canonical bytes.", {"aggregates": [], "ledger": "example.org/agreement", "size": 130}),
        **refusals(400, 404, 429),
    },
)
def state(ledger: TheLedger, size: TheSize, at: At = None) -> Response:
    """Give the canonical bytes of the state after `size` entries, or after those recorded `at` an instant.

    The same entries give the same bytes. `Constancia-State-Sha256` is their SHA-256.
    """
    known = ledger.size_at(instant_of(at, ledger.state().timezone)) if at is not None else size
    data = canonical(ledger.state(known).document())
    headers = {
        "Constancia-Root": ledger.log.root(known).hex(),
        "Constancia-Size": str(known),
        "Constancia-State-Sha256": hashlib.sha256(data).hexdigest(),
    }
    return Response(data, media_type="application/json", headers=headers)


@router.get(
    "/derived",
    summary="Derived facts",
    responses={200: json_example("The facts, with size and root.", DERIVED), **refusals(400, 404, 429)},
)
def derived(ledger: TheLedger, size: TheSize, at: At = None) -> dict[str, Any]:
    """Give what follows from the entries at an instant, now by default: in force, adopted, missed, expired."""
    instant = instant_of(at, ledger.state().timezone) if at is not None else ledger.clock.now()
    known = ledger.state(size)
    facts = derive(known, instant)
    return {
        "at": format_instant(instant),
        "items": [fact.to_json() for fact in facts],
        **shows(ledger, known),
    }
