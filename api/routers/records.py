"""The state: every state projection, as a list and by name, as of a size, for the day that the answer names."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from constancia.api.description.openapi import names_of
from constancia.api.http.deps import TheLedger, TheReading, judged
from constancia.api.http.examples.bearing import (
    BODY,
    BROUGHT_IN,
    CONDITIONS,
    DUTY,
    PARTICIPANTS,
    PARTY,
    STATEMENT,
    SUCCESSION,
)
from constancia.api.http.examples.entries import SHOWS
from constancia.api.http.examples.participation import GATHERING, PARTICIPATION, RESPONSE
from constancia.api.http.examples.records import (
    AGREEMENT,
    ALLEGATION,
    CANCELLATION,
    COMMITMENT,
    COMPLAINT,
    CORRECTION,
    DECISION,
    DELIVERABLE,
    OVERDUE,
    PLAN,
    REMARKS,
    SIGNATURES,
)
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.query import Router
from constancia.api.http.request.row_filters import Overdue, RowFilter, TheFilter, part_links
from constancia.api.http.schemas import Responses, file_answer, json_example, refusals
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import StateProjection
from constancia.ledger.views.reading import Reading

router = Router(prefix="/api/v1", tags=["records"])
# Title of the list, and an example of a row.
_TITLES: Final[dict[str, tuple[str, object]]] = {
    "agreements": ("Agreements with their versions and states", AGREEMENT),
    "allegations": ("Allegations with their standing, contests and responses", ALLEGATION),
    "bodies": ("Governance bodies with seats, withdrawals and rules", BODY),
    "cancellations": ("Requests for cancellation of personal data, and what was decided", CANCELLATION),
    "commitments": ("Commitments with level tracks, scope, milestones and flags", COMMITMENT),
    "complaints": ("Complaints with owed and late answers; protected ones without what they protect", COMPLAINT),
    "corrections": ("Corrections with the leaf hash of what they correct", CORRECTION),
    "decisions": ("Decisions with the act in full, votes, dissent and signatures", DECISION),
    "deliverables": ("Deliverables with their versions and contests", DELIVERABLE),
    "overdue": ("What is overdue: milestones not reported complete, and plans not submitted", OVERDUE),
    "conditions": ("Conditions of commitments: their wording, what became of them, who acts since", CONDITIONS),
    "duties": ("Assigned duties: who bears them, towards whom, and whether they are orphaned", DUTY),
    "participants": ("Who takes part in a governance body without a seat or a vote", PARTICIPANTS),
    "parties": ("Parties with names, seats, organizations, appointments and keys", PARTY),
    "plans": (
        "Action plans with deadlines, submissions, commitments and what changed since they were carried in",
        PLAN,
    ),
    "remarks": ("What was said of an entry: acknowledgements, contests, responses, corrections, standing", REMARKS),
    "gatherings": ("Gatherings: every call, whether it was held, and its state on the day", GATHERING),
    "participation": ("Who was heard, counted by kind, what was answered, and what is owed", PARTICIPATION),
    "responses": ("Reasoned responses, theme by theme", RESPONSE),
    "signatures": ("Who signed which version of an agreement, as what, with which key", SIGNATURES),
    "statements": ("Releases, resolutions and declarations, by whom they are published", STATEMENT),
    "successions": ("Parties that have ended, their successors, and each of their duties", SUCCESSION),
}
# Rows of the list that have members of their own.
_ALSO: Final[dict[str, object]] = {"parties": BROUGHT_IN}
# What answers a list of which nothing in particular is asked, by the projection's name.
LISTS: Final[dict[str, Callable[[Request, Ledger], Response]]] = {}
_AS_OF: Final = (
    "as of what was known (`size` or `known`), for the day that the answer names. With `at` the rows are what had "
    "happened by that day: `certainty` is `possibly` where the precision of a date leaves it open, and `otherwise` has "
    "the members that would be different (null: there would be no row). Seats, appointments and keys have `holds`: "
    "`yes`, `no` or `possibly`."
)
_DAY: Final = {"day": "2021-03-01"}


def _responses(content: dict[str, object], *codes: int) -> Responses:
    shown = json_example("Rows, and what they are as of.", {**content, **_DAY, **SHOWS})
    return {200: shown, **refusals(400, 404, *codes)}


def _list(content: dict[str, object]) -> Responses:
    shown = file_answer("Rows, and what they are as of.", "application/json", example={**content, **_DAY, **SHOWS})
    return {**shown, **refusals(400, 404)}


def _serve(projection: StateProjection) -> None:
    title, example = _TITLES.get(projection.name, (projection.name, {}))
    also = [_ALSO[projection.name]] if projection.name in _ALSO else []

    def answer(request: Request, ledger: Ledger, reading: Reading, asked: RowFilter) -> Response:
        rows = [row for row in reading.each(projection.name) if asked.takes(row)]
        document = {"items": asked.part_of(rows), **judged(ledger, reading)}
        if asked.limit is not None:
            document["count"] = len(rows)
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        links = part_links(request, asked, len(rows))
        return represent(
            request, body, media_type="application/json", cache=REVALIDATED, headers=links, may_compress=True
        )

    LISTS[projection.name] = lambda request, ledger: answer(request, ledger, ledger.as_of(), RowFilter())

    def rows(request: Request, ledger: TheLedger, reading: TheReading, asked: TheFilter) -> Response:
        return answer(request, ledger, reading, asked)

    def commitments(
        request: Request, ledger: TheLedger, reading: TheReading, asked: TheFilter, overdue: Overdue = None
    ) -> Response:
        return answer(request, ledger, reading, replace(asked, overdue=overdue))

    def row(name: str, ledger: TheLedger, reading: TheReading) -> dict[str, Any]:
        document = {"item": reading.row(projection.name, f"{projection.kind}/{name}"), **judged(ledger, reading)}
        if projection.name == "agreements":
            document["signature_matrix"] = reading.row("signatures", f"agreement/{name}")["versions"]
        return document

    listing, getting = names_of(projection.name)

    def add(path: str, get: Callable[..., Any], name: str, summary: str, responses: Responses) -> None:
        get.__name__ = name
        about = f"{title}, {_AS_OF}"
        router.add_api_route(path, get, summary=summary, description=about, responses=responses, response_model=None)

    more: dict[str, object] = {"signature_matrix": []} if projection.name == "agreements" else {}
    list_them = commitments if projection.name == "commitments" else rows
    add(f"/{projection.name}", list_them, listing, title, _list({"items": [example, *also]}))
    if projection.name != "commitments":
        add(
            f"/{projection.name}/{{name}}", row, getting, f"{title}: one of them", _responses({"item": example, **more})
        )


for served in STATE_PROJECTIONS:
    _serve(served)


@router.get(
    "/commitments/{name}",
    summary="One commitment with its timeline",
    responses=_responses({"item": COMMITMENT, "timeline": []}, 503),
)
def get_commitment(
    name: str,
    ledger: TheLedger,
    reading: TheReading,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    after: str = "",
) -> dict[str, Any]:
    """Give a commitment and what was said about it, in the order of recording, with the dates of happening."""
    row = reading.row("commitments", f"commitment/{name}")
    return {"item": row, "timeline": _timeline(ledger, reading, row["stream"], after, limit), **judged(ledger, reading)}


def _timeline(ledger: Ledger, reading: Reading, stream: str, after: str, limit: int) -> list[Any]:
    ledger.views.wait(reading.size)
    rows = ledger.views.rows("timeline", prefix=f"{stream}#", after=after, limit=limit)
    return [row for _key, row in rows if reading.has(row["index"])]
