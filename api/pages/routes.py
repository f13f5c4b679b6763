"""The pages' routes. What a page shows of the state are the rows that the interface serves (`views/as_of.py`)."""

import json
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from constancia.api.http.deps import TheLedger
from constancia.api.http.proxies import prefix_of
from constancia.api.http.request.context import address_of, settings_of
from constancia.api.http.request.query import Router
from constancia.api.pages import data, explanations, home, search
from constancia.api.pages.figures.scope import changes_of
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.marked_text import marked
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.integrity import integrity_page
from constancia.api.pages.integrity.witness_lines import witnessed_line
from constancia.api.pages.markdown import formatted
from constancia.api.pages.news import changes, feeds, follow
from constancia.api.pages.news.chronicle import lines
from constancia.api.pages.preparation import prepare_page
from constancia.api.pages.records import commitment_page, decision_page, lists, models, party_page
from constancia.api.pages.records.citations import cited_documents
from constancia.api.pages.records.commitment_page import Before
from constancia.api.pictures.scope import ScopeChange
from constancia.api.routers.log.entries import index_of
from constancia.api.text.i18n import LANGUAGES
from constancia.api.text.paper.handcheck import hand_check, materials
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import able_signers
from constancia.domain.facts.derive import derive
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.naming import name_of
from constancia.ledger.errors import NotFound
from constancia.verify.speed.entry_patterns import read_entry

router = Router(include_in_schema=False, route_class=CachedPage)
PATHS = ("/es/", "/en/")
_CARRIED: Final = 6  # commitments on a page of a plan


@router.get("/es/")
@router.get("/en/")
def start(frame: TheFrame) -> Response:
    """Show the start page."""
    return home.summary(frame)


@router.get("/es/planes/{name}")
@router.get("/en/plans/{name}")
def plan(name: str, frame: TheFrame, before: Before = None, start: lists.Start = 0) -> Response:
    """Show an action plan: deadlines, submissions, what it carries and what changed since, assessments, timeline."""
    row = frame.as_of.row("plans", f"plan/{name}")
    count = len(row["commitments"])
    first = min(start, max(0, count - 1))
    part = row["commitments"][first : first + _CARRIED]
    return frame.page(
        "plan.html",
        plan={**row, "commitments": part, "carried": count},
        changed={carried["commitment"]: _changed(frame, carried) for carried in part},
        timeline=models.timeline(frame, row["stream"], before),
        first=first,
        stop=first + len(part),
        step=_CARRIED,
        count=count,
        here=frame.to("planes", name),
    )


def _changed(frame: Frame, carried: dict[str, Any]) -> list[ScopeChange]:
    """Give what changed in a scope since a plan carried it, in words."""
    commitment = frame.state.aggregates.get(f"commitment/{carried['commitment']}")
    if not carried["change"] or not isinstance(commitment, Commitment):
        return []
    before, after = (document_of(commitment.scopes[carried[name] - 1].scope) for name in ("scope_version", "scope_now"))
    return changes_of(frame.source, carried["change"], before, after)


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
    return frame.page(
        "agreement.html",
        agreement=row,
        facts=facts,
        gone=_gone(frame, row["stream"]),
        matrix=matrix,
        texts=texts,
        recorded=recorded,
    )


def _gone(frame: Frame, stream: str) -> list[str]:
    """Give the parties whose signature an agreement's last version lacks, and that can't sign it any more."""
    made = frame.state.aggregates.get(stream)
    if not isinstance(made, Agreement):
        return []
    able = able_signers(frame.state, made)
    return [party for party in made.current.missing if party not in able]


@router.get("/es/quejas/{name}")
@router.get("/en/complaints/{name}")
def complaint(name: str, frame: TheFrame, before: Before = None) -> Response:
    """Show a complaint: whom it accuses, who answered when, how it ended."""
    row = frame.as_of.row("complaints", f"complaint/{name}")
    # The entries of a protected one are in the log; here they would say when it was taken in.
    shown = None if row["protected"] else models.timeline(frame, row["stream"], before)
    return frame.page("complaint.html", complaint=row, timeline=shown)


@router.get("/es/registros/{name}")
@router.get("/en/entries/{name}")
def entry(name: str, frame: TheFrame) -> Response:
    """Show one entry, whole."""
    ledger = frame.ledger
    index = index_of(ledger, name)
    if name != str(index):  # an entry has one page, by its index
        return RedirectResponse(frame.to("registros", index), 307)
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
        line=lines(frame, [index])[0],
        entry=parsed,
        person=person,
        about=_about(frame, parsed["statement"]),
        documents=list(cited_documents(parsed["statement"]["body"])),
        before=before,
        after=after,
        witnessed=witnessed_line(frame, index),
        raw=json.dumps(parsed, ensure_ascii=False, indent=2),
        by_hand=hand_check(raw, known, frame.lang, address),
    )


def _about(frame: Frame, statement: dict[str, Any]) -> list[tuple[str, object]]:
    """Give what an entry refers to: the address and the title of each thing that has a page."""
    body = statement["body"]
    named = [name_of(member, value, body, frame.state) for member, value in body.items()]
    own, _, name = statement["stream"].partition("/")
    named.append(name_of(own, name, body, frame.state))
    pages = {
        address: marked(item.title, frame.lang, frame.state.languages)
        for item in named
        if item is not None and item.stream is not None and (address := frame.page_of(item.stream)) is not None
    }
    return list(pages.items())


@router.get("/e/{leaf_hash}")
def permalink(leaf_hash: str, request: Request, ledger: TheLedger) -> Response:
    """Lead from an entry's leaf hash, which names it in every language, to its page."""
    index = ledger.log.index_of(leaf_hash)
    return RedirectResponse(f"{prefix_of(request.scope)}/{LANGUAGES[0]}/registros/{index}", 307)


# Every page's router, in the order in which addresses are tried: a page of its own module adds its line here.
ROUTERS: Final = (
    lists.router, commitment_page.router, decision_page.router, party_page.router, router, data.router,
    feeds.router, follow.router, search.router, changes.router, changes.copies, changes.data,
    integrity_page.router, integrity_page.downloads, explanations.router,
    prepare_page.router,
)  # fmt: skip
