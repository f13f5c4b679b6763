"""The state: every state projection, as a list and by name, as of a size, for the day that the answer names."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from constancia.api.http.deps import TheAsOf, TheLedger, judged
from constancia.api.http.examples import (
    AGREEMENT,
    BODY,
    COMMITMENT,
    CORRECTION,
    DECISION,
    DELIVERABLE,
    PARTY,
    SHOWS,
    SIGNATURES,
)
from constancia.api.http.schemas import Responses, json_example, refusals
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.as_of import AsOf
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import StateProjection

router = APIRouter(prefix="/api/v1", tags=["records"])
# Title of the list, and an example of a row.
_TITLES: Final[dict[str, tuple[str, object]]] = {
    "agreements": ("Agreements with their versions and states", AGREEMENT),
    "bodies": ("Governance bodies with seats, withdrawals and rules", BODY),
    "commitments": ("Commitments with level tracks, scope, milestones and flags", COMMITMENT),
    "corrections": ("Corrections with the leaf hash of what they correct", CORRECTION),
    "decisions": ("Decisions with the act in full, votes, dissent and signatures", DECISION),
    "deliverables": ("Deliverables with their versions and contests", DELIVERABLE),
    "parties": ("Parties with names, seats, organizations, appointments and keys", PARTY),
    "signatures": ("Who signed which version of an agreement, as what, with which key", SIGNATURES),
}
_AS_OF: Final = "as of the first `size` entries, for the day that the answer names."
_DAY: Final = {"day": "2021-03-01"}


def _responses(content: dict[str, object], *codes: int) -> Responses:
    shown = json_example("Rows, and what they are as of.", {**content, **_DAY, **SHOWS})
    return {200: shown, **refusals(404, *codes)}


def _serve(projection: StateProjection) -> None:
    title, example = _TITLES.get(projection.name, (projection.name, {}))

    def rows(ledger: TheLedger, as_of: TheAsOf) -> dict[str, Any]:
        return {"items": as_of.rows(projection.name), **judged(ledger, as_of)}

    def row(name: str, ledger: TheLedger, as_of: TheAsOf) -> dict[str, Any]:
        document = {"item": as_of.row(projection.name, f"{projection.kind}/{name}"), **judged(ledger, as_of)}
        if projection.name == "agreements":
            document["signature_matrix"] = as_of.row("signatures", f"agreement/{name}")["versions"]
        return document

    def add(path: str, answer: Callable[..., dict[str, Any]], summary: str, responses: Responses) -> None:
        answer.__name__ = f"{projection.name}_{answer.__name__}"
        router.add_api_route(path, answer, summary=summary, description=f"{title}, {_AS_OF}", responses=responses)

    more: dict[str, object] = {"signature_matrix": []} if projection.name == "agreements" else {}
    add(f"/{projection.name}", rows, title, _responses({"items": [example]}))
    if projection.name != "commitments":
        add(f"/{projection.name}/{{name}}", row, f"{title}: one of them", _responses({"item": example, **more}))


for served in STATE_PROJECTIONS:
    _serve(served)


@router.get(
    "/commitments/{name}",
    summary="One commitment with its timeline",
    responses=_responses({"item": COMMITMENT, "timeline": []}, 503),
)
def commitment(
    name: str,
    ledger: TheLedger,
    as_of: TheAsOf,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    after: str = "",
) -> dict[str, Any]:
    """Give a commitment and what was said about it, in the order of recording, with the dates of happening."""
    row = as_of.row("commitments", f"commitment/{name}")
    return {"item": row, "timeline": _timeline(ledger, as_of, row["stream"], after, limit), **judged(ledger, as_of)}


def _timeline(ledger: Ledger, as_of: AsOf, stream: str, after: str, limit: int) -> list[Any]:
    ledger.views.wait(as_of.size)
    rows = ledger.views.rows("timeline", prefix=f"{stream}#", after=after, limit=limit)
    return [row for _key, row in rows if row["index"] < as_of.size]
