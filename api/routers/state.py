"""The canonical state document with its SHA-256, the derived facts, and what is in force on a day."""

import hashlib
from typing import Annotated, Any

from fastapi import Query, Request, Response

from constancia.api.http.deps import TheLedger, TheReading, judged
from constancia.api.http.examples.entries import DERIVED, VALIDITY
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import file_answer, json_example, refusals
from constancia.domain.facts.validity import KINDS
from constancia.domain.values.calendar import format_instant
from constancia.ledger.reader.state_documents import StateDocuments
from constancia.verify.core.errors import Malformed

router = Router(prefix="/api/v1", tags=["state"])
OfKind = Annotated[str | None, Query(description="Only of this kind.", json_schema_extra={"enum": list(KINDS)})]


def documents_of(request: Request) -> StateDocuments:
    """Give the application's writer of state documents."""
    documents: StateDocuments = request.app.state.state_documents
    return documents


@router.get(
    "/state",
    summary="The state document",
    responses={
        **file_answer(
            "Canonical bytes.",
            "application/json",
            example={"aggregates": [], "ledger": "example.org/agreement", "size": 130},
        ),
        **refusals(400, 404, 429),
    },
)
def state(request: Request, ledger: TheLedger, reading: TheReading) -> Response:
    """Give the canonical bytes of the state after `size` entries, or after those that were recorded by `known`.

    The same entries give the same bytes. `Constancia-State-Sha256` is their SHA-256. The document depends on what was
    known alone: `at` takes an instant, which says by when, and no day.
    """
    if reading.as_of.day is not None:
        expected = "an RFC 3339 instant; by when it was known is said by `known`, and the document is of no day"
        raise Malformed("instant", "at", expected, reading.as_of.day)
    known = reading.size
    data = documents_of(request).of(reading.known)
    digest = hashlib.sha256(data).hexdigest()
    headers = {
        "Constancia-Root": ledger.log.root(known).hex(),
        "Constancia-Size": str(known),
        "Constancia-State-Sha256": digest,
    }
    return represent(request, data, media_type="application/json", cache=REVALIDATED, headers=headers, tag=digest)


@router.get(
    "/derived",
    summary="Derived facts",
    responses={200: json_example("The facts, with size and root.", DERIVED), **refusals(400, 404, 429)},
)
def derived(ledger: TheLedger, reading: TheReading) -> dict[str, Any]:
    """Give what follows from the entries known, on a day: in force, adopted, missed, expired.

    A fact that does not hold on each possible day has `certainty` `possibly` among its `params`.
    """
    items = [fact.to_json() for fact in reading.facts()]
    return {**judged(ledger, reading), "at": format_instant(reading.at), "items": items}


@router.get(
    "/validity",
    summary="What is in force on a day: yes, no or possibly",
    responses={200: json_example("Everything that holds for a time.", VALIDITY), **refusals(400, 404, 429)},
)
def validity(ledger: TheLedger, reading: TheReading, kind: OfKind = None) -> dict[str, Any]:
    """Give seats, organizations, appointments, keys, rules, scopes, agreements, decisions and accepted deliverables.

    Each with the dates since and until which it holds, in their own precision, and with the answer for the day: `yes`,
    `no`, or `possibly` where that precision leaves it open. A day is judged at its end.
    """
    if kind is not None and kind not in KINDS:
        raise Malformed("kind", "kind", ", ".join(KINDS), kind)
    items = [validity.to_json() for validity in reading.answers() if kind in (None, validity.kind)]
    return {**judged(ledger, reading), "items": items}
