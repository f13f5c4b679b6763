"""Refused attempts: signed statements that the ledger did not take. Outside the chain."""

import hashlib
from dataclasses import asdict
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from constancia.api.http.deps import TheLedger, TheSettings
from constancia.api.http.examples.entries import REFUSED_ATTEMPT, SUBMISSION
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.paging import Page, link_header
from constancia.api.http.request.query import Limit, Router, Start
from constancia.api.http.schemas import json_example, refusals
from constancia.domain.identity.key import Key
from constancia.ledger.attempts.refused_attempts import Attempt
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.speed.entry_patterns import read_entry

router = Router(prefix="/api/v1", tags=["refusals"])
_ABOUT = {
    "about_en": "Outside the chain: the operator could leave attempts out. Each proves itself by its signature.",
    "about_es": "Fuera de la cadena: quien opera el libro podría omitir intentos. Cada uno se prueba con su firma.",
}


@router.get(
    "/refusals",
    summary="List signed attempts that were refused",
    responses={
        200: json_example(
            "Attempts in the order in which they were first sent; `absent` counts what is not here, by key and reason.",
            {"absent": [], **_ABOUT, "count": 1, "items": [REFUSED_ATTEMPT]},
        ),
        **refusals(400),
    },
)
def list_refusals(
    request: Request, ledger: TheLedger, settings: TheSettings, start: Start = 0, limit: Limit = None
) -> Response:
    """List signed statements that were refused, with code, rule and the state that they were judged against.

    Only what verifies under a key of this ledger is listed. The list is outside the chain: no proof says that it is
    whole. `recorded` is the entry's index where the ledger took the same statement later.
    """
    count = ledger.refused.count
    page = Page(start=start, limit=limit or settings.page_size, size=count)
    rows = attempt_rows(ledger, page.start, page.limit)
    document = {"absent": ledger.refused.absent(), **_ABOUT, "count": count, "items": rows}
    return JSONResponse(document, headers=link_header(request, page))


@router.get(
    "/refusals/{sha256}",
    summary="One refused attempt, its bytes as they were sent",
    responses={200: json_example("The signed statement.", SUBMISSION), **refusals(404)},
)
def get_refusal(sha256: str, request: Request, ledger: TheLedger) -> Response:
    """Give the signed statement of a refused attempt by its SHA-256. An act may cite it as evidence by that digest."""
    if not is_hex64(sha256):
        raise NotFound("an attempt is asked for by its SHA-256 in 64 lower-case hex digits")
    data = ledger.refused.document(sha256)
    # An attempt may be removed: who has its bytes must ask again.
    return represent(request, data, media_type="application/json", cache=REVALIDATED, tag=sha256)


def attempt_rows(ledger: Ledger, start: int, limit: int) -> list[dict[str, Any]]:
    """Give refused attempts with the party of the key that signed, and where the statement was recorded later."""
    state = ledger.state()
    rows = []
    for attempt in ledger.refused.page(start, limit):
        key = state.standing(f"key/{attempt.key}")
        party = key.party if isinstance(key, Key) else None
        rows.append({**asdict(attempt), "party": party, "recorded": _recorded(ledger, attempt)})
    return rows


def _recorded(ledger: Ledger, attempt: Attempt) -> int | None:
    """Give the index of the entry that is the very same statement."""
    try:
        index = ledger.log.index_of(attempt.id)
    except NotFound:
        return None
    statement = read_entry(ledger.log.entry(index)).statement.raw
    return index if hashlib.sha256(statement).hexdigest() == attempt.statement_sha256 else None
