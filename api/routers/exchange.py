"""What other people's tools read: OGP's fields as JSON and CSV, parties and people as Popolo."""

import csv
import io
from typing import Any, Final

from fastapi import Response

from constancia.api.http.deps import TheLedger, TheReading, judged
from constancia.api.http.examples.records import OGP_ROW, POPOLO
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import json_example, refusals
from constancia.api.text.csv_cells import safe
from constancia.ledger.views.exchange import OGP_FIELDS, ogp_rows, popolo

router = Router(prefix="/api/v1", tags=["exchange"])
_CSV: Final = "text/csv"


@router.get(
    "/ogp",
    summary="Commitments in the fields of OGP and its IRM",
    responses={200: json_example("One row a commitment.", {"items": [OGP_ROW]}), **refusals(400, 404, 429)},
)
def ogp(ledger: TheLedger, reading: TheReading) -> dict[str, Any]:
    """Give one flat row a commitment, as of what was known, for the day that the answer names."""
    return {"items": ogp_rows(reading), **judged(ledger, reading)}


@router.get(
    "/ogp.csv",
    summary="The same as a table",
    response_class=Response,
    responses={
        200: {"description": "CSV (RFC 4180) in UTF-8.", "content": {_CSV: {"example": ",".join(OGP_FIELDS)}}},
        **refusals(400, 404, 429),
    },
)
def ogp_table(reading: TheReading) -> Response:
    """Give the table. A text that a spreadsheet would take for a formula begins with an apostrophe."""
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, OGP_FIELDS)
    table.writeheader()
    for row in ogp_rows(reading):
        table.writerow({name: _as_text(value) for name, value in row.items()})
    headers = {"Content-Disposition": 'attachment; filename="compromisos.csv"'}
    return Response(file.getvalue().encode(), headers=headers, media_type=f"{_CSV}; charset=utf-8")


@router.get(
    "/popolo",
    summary="Parties and people as Popolo",
    responses={200: json_example("Organizations, persons, memberships.", POPOLO), **refusals(400, 404, 429)},
)
def people(ledger: TheLedger, reading: TheReading) -> dict[str, Any]:
    """Give organizations, persons and memberships in the classes of the Popolo specification."""
    return {**popolo(reading), **judged(ledger, reading)}


def _as_text(value: str | int) -> str | int:
    return safe(value) if isinstance(value, str) else value
