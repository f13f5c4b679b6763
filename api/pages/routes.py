"""The pages' routes. What a page shows of the state are the rows that the interface serves (`views/as_of.py`)."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from constancia.api.http.deps import TheLedger, address_of, settings_of
from constancia.api.http.problems import ALL_CODES
from constancia.api.http.proxies import prefix_of
from constancia.api.pages import about, data, models
from constancia.api.pages.frame import SEGMENTS, Frame, TheFrame
from constancia.api.pages.markdown import formatted
from constancia.api.pages.witnessed import witnessed_line
from constancia.api.routers.entries import index_of
from constancia.api.routers.refusals import attempt_rows
from constancia.api.text.handcheck import hand_check, materials
from constancia.api.text.i18n import LANGUAGES
from constancia.domain.derive import derive
from constancia.domain.participation.standing import OWED
from constancia.ledger.errors import NotFound
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.verify.speed.entry_patterns import read_entry

router = APIRouter(include_in_schema=False)
PAGE = 50
PATHS = ("/es/", "/en/")
# Pages that show lists as they are: the page's segment in English, which its template is named for → the lists.
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "agreements": ("agreements",),
    "allegations": ("allegations",),
    "cancellations": ("cancellations",),
    "commitments": ("commitments",),
    "complaints": ("complaints",),
    "decisions": ("decisions",),
    "duties": ("duties", "conditions", "successions"),
    "gatherings": ("gatherings",),
    "overdue": ("overdue",),
    "plans": ("plans",),
    "statements": ("statements",),
}


@router.get("/es/")
@router.get("/en/")
def summary(frame: TheFrame) -> Response:
    """Give the summary: what is in force, what is overdue, what was recorded last."""
    commitments = frame.as_of.rows("commitments")
    return frame.page(
        "summary.html",
        agreements=frame.as_of.rows("agreements"),
        decisions=frame.as_of.rows("decisions"),
        commitments=commitments,
        overdue=frame.as_of.rows("overdue"),
        witnessed=witnessed_line(frame.ledger, frame.as_of),
        latest=models.latest(frame),
    )


def _add_lists() -> None:
    for spanish, english in SEGMENTS.items():
        for path in (f"/es/{spanish}", f"/en/{english}") if english in LISTS else ():
            router.add_api_route(path, _list_page(english), name=english)


def _list_page(name: str) -> Callable[[Frame], Response]:
    def shown(frame: TheFrame) -> Response:
        return frame.page(f"{name}.html", **{rows: frame.as_of.rows(rows) for rows in LISTS[name]})

    return shown


_add_lists()


@router.get("/es/planes/{name}")
@router.get("/en/plans/{name}")
def plan(name: str, frame: TheFrame) -> Response:
    """Show an action plan: deadlines, submissions, what it carries and what changed since, assessments, timeline."""
    row = frame.as_of.row("plans", f"plan/{name}")
    return frame.page("plan.html", plan=row, timeline=models.timeline(frame, row["stream"]))


@router.get("/es/participacion")
@router.get("/en/participation")
def participation(frame: TheFrame) -> Response:
    """Show the record of participation: contributions by kind, answers by theme, and what is owed."""
    facts = derive(frame.state, frame.as_of.at)
    owed = {fact.stream for fact in facts if fact.kind == OWED and not fact.params["answered_by"]}
    return frame.page(
        "participation.html",
        consultations=frame.as_of.rows("participation"),
        proposals=[row for row in frame.as_of.rows("commitments") if row["stream"] in owed],
        responses=frame.as_of.rows("responses"),
    )


@router.get("/es/codigos")
@router.get("/en/codes")
def codes(frame: TheFrame) -> Response:
    """List the refusal codes: where a problem document's `type` leads to."""
    return frame.page("codes.html", codes=ALL_CODES)


@router.get("/es/compromisos/{name}")
@router.get("/en/commitments/{name}")
def commitment(name: str, frame: TheFrame) -> Response:
    """Show a commitment: levels, milestones, scope versions, timeline."""
    row = frame.as_of.row("commitments", f"commitment/{name}")
    delivered = {item["stream"]: item for item in frame.as_of.rows("deliverables") if item["commitment"] == name}
    return frame.page(
        "commitment.html",
        commitment=row,
        allegations=[item for item in frame.as_of.rows("allegations") if row["stream"] in item["concerns"]],
        contested=models.contested(frame.as_of, row),
        withdrawn=frame.ledger.withdrawn(),
        delivered=delivered,
        missed=models.missed(frame.as_of, row),
        timeline=models.timeline(frame, row["stream"]),
    )


@router.get("/es/acuerdos/{name}")
@router.get("/en/agreements/{name}")
def agreement(name: str, frame: TheFrame) -> Response:
    """Show an agreement: texts, digest, and who signed what as what."""
    row = frame.as_of.row("agreements", f"agreement/{name}")
    facts = {
        fact.params["version"]: fact
        for fact in derive(frame.state, frame.as_of.at)  # of what had happened by the day
        if fact.stream == row["stream"] and fact.kind == "AgreementEnteredIntoForce"
    }
    documents, current = frame.ledger.documents, row["versions"][-1]
    texts = {
        doc["sha256"]: formatted(documents.get(doc["sha256"]), doc["media_type"])
        for doc in current["docset"]["documents"]
        if doc["sha256"] in documents and doc["media_type"].startswith("text/")
    }
    recorded = {
        index: read_entry(frame.ledger.log.entry(index)).recorded_at
        for version in row["versions"]
        if (index := version.get("in_force_index")) is not None
    }
    matrix = {item["version"]: item for item in frame.as_of.row("signatures", row["stream"])["versions"]}
    return frame.page("agreement.html", agreement=row, facts=facts, matrix=matrix, texts=texts, recorded=recorded)


@router.get("/es/decisiones/{name}")
@router.get("/en/decisions/{name}")
def decision(name: str, frame: TheFrame) -> Response:
    """Show a decision: the act, votes, dissent, signatures."""
    row = frame.as_of.row("decisions", f"decision/{name}")
    act_json = json.dumps(row["act"], ensure_ascii=False, indent=2)
    signed = {signature["party"]: signature for signature in row["signatures"]}
    return frame.page("decision.html", decision=row, act_json=act_json, signed=signed)


@router.get("/es/quejas/{name}")
@router.get("/en/complaints/{name}")
def complaint(name: str, frame: TheFrame) -> Response:
    """Show a complaint: whom it accuses, who answered when, how it ended."""
    row = frame.as_of.row("complaints", f"complaint/{name}")
    # The entries of a protected one are in the log; here they would say when it was taken in.
    lines = [] if row["protected"] else models.timeline(frame, row["stream"])
    return frame.page("complaint.html", complaint=row, timeline=lines)


@router.get("/es/rechazos")
@router.get("/en/refusals")
def refused_attempts(frame: TheFrame, start: Annotated[int | None, Query(ge=0, le=MAX_SIZE)] = None) -> Response:
    """List the signed attempts that were refused, newest page first; they are outside the chain."""
    ledger = frame.ledger
    count = ledger.refused.count
    first = max(0, count - PAGE) if start is None else min(start, max(0, count - 1))
    rows = attempt_rows(ledger, first, PAGE)
    absent = sum(row["times"] for row in ledger.refused.absent())
    return frame.page(
        "refusals.html", attempts=rows, first=first, stop=first + len(rows), step=PAGE, count=count, absent=absent
    )


@router.get("/es/registros")
@router.get("/en/entries")
def entries(frame: TheFrame, start: Annotated[int | None, Query(ge=0, le=MAX_SIZE)] = None) -> Response:
    """List the log, newest page first."""
    indices = frame.as_of.indices
    count = len(indices)
    first = max(0, count - PAGE) if start is None else min(start, max(0, count - 1))
    stop = min(count, first + PAGE)
    lines = models.lines(frame, indices[first:stop])
    return frame.page("entries.html", lines=lines, first=first, stop=stop, step=PAGE, count=count)


@router.get("/es/registros/{name}")
@router.get("/en/entries/{name}")
def entry(name: str, frame: TheFrame) -> Response:
    """Show one entry, whole."""
    ledger = frame.ledger
    index = index_of(ledger, name)
    if not frame.as_of.has(index):
        raise NotFound(f"entry {index} was not known, or had not happened, by then")
    raw = ledger.log.entry(index)
    parsed = json.loads(raw)
    known = materials(frame.as_of.known, read_entry(raw))
    address = f"{address_of(frame.request, settings_of(frame.request))}/api/v1/entries/{index}"
    before, after = frame.as_of.around(index)
    person = frame.state.aggregates.get(f"appointment/{parsed['statement']['actor'].get('appointment')}")
    return frame.page(
        "entry.html",
        withdrawn={
            sha256: about for sha256, about in ledger.withdrawn().items() if f'"sha256":"{sha256}"'.encode() in raw
        },
        line=models.lines(frame, [index])[0],
        entry=parsed,
        person=person,
        before=before,
        after=after,
        witnessed=witnessed_line(ledger, frame.as_of, index),
        raw=json.dumps(parsed, ensure_ascii=False, indent=2),
        by_hand=hand_check(raw, known, frame.lang, address),
    )


@router.get("/es/partes")
@router.get("/en/parties")
def parties(frame: TheFrame) -> Response:
    """List parties, people and bodies: with a day, whether each held its seat or office on it, as far as is known."""
    answers = {(validity.kind, validity.stream, validity.name): validity for validity in frame.as_of.validities}
    taking_part = {row["stream"]: row["participants"] for row in frame.as_of.rows("participants")}
    return frame.page(
        "parties.html",
        parties=frame.as_of.rows("parties"),
        bodies=frame.as_of.rows("bodies"),
        participants=taking_part,
        answers=answers,
    )


@router.get("/e/{leaf_hash}")
def permalink(leaf_hash: str, request: Request, ledger: TheLedger) -> Response:
    """Lead from an entry's leaf hash, which names it in every language, to its page."""
    index = ledger.log.index_of(leaf_hash)
    return RedirectResponse(f"{prefix_of(request.scope)}/{LANGUAGES[0]}/registros/{index}", 307)


# Every page's router, in the order in which addresses are tried: a page of its own module adds its line here.
ROUTERS: Final = (router, data.router, about.router)
