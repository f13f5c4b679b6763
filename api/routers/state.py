"""The canonical state document at a size or an instant, with its SHA-256, and the derived facts."""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from constancia.api.deps import TheLedger, TheSize, stands
from constancia.api.examples import DERIVED
from constancia.api.schemas import json_example, refusals
from constancia.domain.calendar import format_instant, parse_day, zone
from constancia.domain.derive import derive
from constancia.ledger.application import Ledger
from constancia.verify.canonical import canonical
from constancia.verify.errors import Malformed

router = APIRouter(prefix="/api/v1", tags=["state"])
At = Annotated[str | None, Query(description="RFC 3339 instant, or a day in the ledger's zone.")]


@router.get(
    "/state",
    summary="The state document",
    responses={
        200: json_example("Canonical bytes.", {"aggregates": [], "ledger": "example.org/agreement", "size": 130}),
        **refusals(400, 404),
    },
)
def state(ledger: TheLedger, size: TheSize, at: At = None) -> Response:
    """Give the canonical bytes of the state after `size` entries, or after those recorded `at` an instant.

    The same entries give the same bytes. `Constancia-State-Sha256` is their SHA-256.
    """
    known = ledger.size_at(instant_of(ledger, at)) if at is not None else size
    data = canonical(ledger.state(known).document())
    headers = {
        "Constancia-Root": ledger.root(known).hex(),
        "Constancia-Size": str(known),
        "Constancia-State-Sha256": hashlib.sha256(data).hexdigest(),
    }
    return Response(data, media_type="application/json", headers=headers)


@router.get(
    "/derived",
    summary="Derived facts",
    responses={200: json_example("The facts, and what they stand at.", DERIVED), **refusals(400, 404)},
)
def derived(ledger: TheLedger, size: TheSize, at: At = None) -> dict[str, Any]:
    """Give what follows from the entries at an instant, now by default: in force, adopted, missed, expired."""
    instant = instant_of(ledger, at) if at is not None else ledger.clock.now()
    facts = derive(ledger.state(size), instant)
    return {
        "at": format_instant(instant),
        "items": [one.to_json() for one in facts],
        **stands(ledger, size),
    }


def instant_of(ledger: Ledger, text: str) -> datetime:
    """Read an instant, or a day, which stands for its last second in the ledger's zone.

    Raises:
        Malformed: Neither.
    """
    try:
        if len(text) == 10:
            timezone = zone(ledger.state().timezone)
            end = datetime.combine(parse_day(text) + timedelta(days=1), time(), timezone)
            return (end - timedelta(seconds=1)).astimezone(UTC)
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("instant", "at", "an RFC 3339 instant or a day", text) from error
