"""The pages' routes. Every page gets the same frame: language, size and root, and whether this is a demonstration."""

import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from constancia.api.http.deps import TheLedger, TheSize, address_of, settings_of
from constancia.api.http.problems import ALL_CODES
from constancia.api.pages import models
from constancia.api.pages.markdown import formatted
from constancia.api.pages.witnessed import witnessed_line
from constancia.api.routers.entries import index_of
from constancia.api.text.dates import date_words, instant_words
from constancia.api.text.handcheck import hand_check, materials
from constancia.api.text.i18n import LANGUAGES, in_language, tr
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.derive import derive
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.identity.party import Party
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.calendar import local_day
from constancia.domain.state import State
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.verify.speed.entry_patterns import read_entry

router = APIRouter(include_in_schema=False)
# The same page in the other language: path segments differ.
SEGMENTS = {
    "compromisos": "commitments",
    "acuerdos": "agreements",
    "decisiones": "decisions",
    "registros": "entries",
    "partes": "parties",
    "codigos": "codes",
}
PAGE = 50


@cache
def templates() -> Environment:
    """Give the template environment, made once."""
    environment = Environment(
        loader=PackageLoader("constancia.api"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["groups"] = lambda text: " ".join(str(text)[i : i + 8] for i in range(0, len(str(text)), 8))
    return environment


def segment(lang: str, name: str) -> str:
    """Give a path segment in a language, from its Spanish one."""
    return name if lang == "es" else SEGMENTS[name]


def page(request: Request, ledger: Ledger, size: int, lang: str, template: str, **context: Any) -> Response:
    """Render a page in its frame.

    Args:
        request: The request.
        ledger: The ledger.
        size: The size that the page stands at.
        lang: `es` or `en`.
        template: Template's name.
        context: What the template needs.
    """
    state = ledger.state(size)
    genesis = state.aggregates.get("ledger")
    opened = genesis.opened if isinstance(genesis, LedgerState) else None
    html = (
        templates()
        .get_template(template)
        .render(
            lang=lang,
            other_path=_in_other_language(request.url.path, lang),
            t=lambda msgid, **params: tr(lang, msgid, **params),
            text=lambda value: in_language(value, lang),
            word=lambda name: _word(lang, name),
            to=lambda name, *parts: "/".join(["", lang, segment(lang, name), *map(str, parts)]),
            date=lambda found: date_words(str(found), lang),
            when=lambda found: instant_words(str(found), lang, state.timezone),
            zone_name=state.timezone,
            status=lambda one: one.status_on(local_day(ledger.clock.now(), state.timezone)),
            state=state,
            size=size,
            is_past=size != ledger.size,
            head=ledger.size,
            root=ledger.log.root(size).hex(),
            origin=ledger.origin,
            title_text=in_language(opened.name, lang) if opened else ledger.origin,
            is_demo=bool(opened and opened.demonstration),
            party_name=lambda party: party_name(state, party, lang),
            holder=lambda name: (
                party_name(state, name, lang) if f"party/{name}" in state.aggregates else _word(lang, name)
            ),
            **context,
        )
    )
    return HTMLResponse(html, headers={"Content-Language": lang})


def not_found(request: Request, ledger: Ledger) -> Response:
    """Give the page that says that there is none, with status 404."""
    lang = request.url.path[1:3]
    answer = page(request, ledger, ledger.size, lang, "not_found.html")
    answer.status_code = 404
    return answer


def _word(lang: str, name: object) -> str:
    found = tr(lang, f"word.{name}")
    return str(name) if found == f"word.{name}" else found


def _in_other_language(path: str, lang: str) -> str:
    other = "en" if lang == "es" else "es"
    table = SEGMENTS if lang == "es" else {english: spanish for spanish, english in SEGMENTS.items()}
    parts = path.split("/")
    parts[1] = other
    if len(parts) > 2:
        parts[2] = table.get(parts[2], parts[2])
    return "/".join(parts)


def party_name(state: State, party: str, lang: str) -> str:
    """Give a party's short name: acronym, else legal name."""
    found = state.aggregates.get(f"party/{party}")
    if isinstance(found, Party):
        return found.acronym or in_language(found.legal_name, lang)
    return party


def _find(state: State, kind: type[Aggregate], stream: str) -> Any:
    found = state.aggregates.get(stream)
    if not isinstance(found, kind):
        raise NotFound(f"there is no {stream}")
    return found


@router.get("/es/")
@router.get("/en/")
def summary(request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """Give the summary: what stands, what is overdue, what was said last."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    now = ledger.clock.now()
    commitments = [
        (one, models.commitment_flags(state, one, now), models.milestones(state, one, now))
        for one in state.of(Commitment)
    ]
    return page(
        request,
        ledger,
        size,
        lang,
        "summary.html",
        agreements=list(state.of(Agreement)),
        decisions=list(state.of(Decision)),
        commitments=commitments,
        overdue=models.overdue(state, now),
        witnessed=witnessed_line(ledger, size),
        latest=models.latest(ledger, state, lang),
    )


@router.get("/es/acuerdos")
@router.get("/en/agreements")
def agreements(request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """List the agreements."""
    found = list(ledger.state(size).of(Agreement))
    return page(request, ledger, size, request.url.path[1:3], "agreements.html", agreements=found)


@router.get("/es/decisiones")
@router.get("/en/decisions")
def decisions(request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """List the decisions."""
    found = list(ledger.state(size).of(Decision))
    return page(request, ledger, size, request.url.path[1:3], "decisions.html", decisions=found)


@router.get("/es/codigos")
@router.get("/en/codes")
def codes(request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """List the refusal codes: where a problem document's `type` leads to."""
    return page(request, ledger, size, request.url.path[1:3], "codes.html", codes=ALL_CODES)


@router.get("/es/compromisos")
@router.get("/en/commitments")
def commitments(request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """List the commitments."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    now = ledger.clock.now()
    items = [(one, models.commitment_flags(state, one, now)) for one in state.of(Commitment)]
    return page(request, ledger, size, lang, "commitments.html", commitments=items)


@router.get("/es/compromisos/{name}")
@router.get("/en/commitments/{name}")
def commitment(request: Request, name: str, ledger: TheLedger, size: TheSize) -> Response:
    """Show a commitment: levels, milestones, scope versions, timeline."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    found = _find(state, Commitment, f"commitment/{name}")
    now = ledger.clock.now()
    return page(
        request,
        ledger,
        size,
        lang,
        "commitment.html",
        commitment=found,
        flags=models.commitment_flags(state, found, now),
        milestones=models.milestones(state, found, now),
        missed=models.missed(state, found, now),
        timeline=models.timeline(ledger, state, found.stream, lang),
    )


@router.get("/es/acuerdos/{name}")
@router.get("/en/agreements/{name}")
def agreement(request: Request, name: str, ledger: TheLedger, size: TheSize) -> Response:
    """Show an agreement: texts, digest, and who signed what as what."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    found = _find(state, Agreement, f"agreement/{name}")
    facts = {
        one.params["version"]: one
        for one in derive(state, ledger.clock.now())
        if one.stream == found.stream and one.kind == "AgreementEnteredIntoForce"
    }
    people = {one.appointment: one for one in state.of(Appointment)}
    keys = {one.key: one for one in state.of(Key)}
    texts = {
        doc.sha256: formatted(ledger.documents.get(doc.sha256), doc.media_type)
        for doc in found.current.docset.documents
        if doc.sha256 in ledger.documents and doc.media_type.startswith("text/")
    }
    recorded = {
        index: json.loads(ledger.log.entry(index))["recorded_at"]
        for index in [one.in_force_index for one in found.versions]
        if index is not None
    }
    return page(
        request,
        ledger,
        size,
        lang,
        "agreement.html",
        agreement=found,
        facts=facts,
        people=people,
        keys=keys,
        texts=texts,
        recorded=recorded,
    )


@router.get("/es/decisiones/{name}")
@router.get("/en/decisions/{name}")
def decision(request: Request, name: str, ledger: TheLedger, size: TheSize) -> Response:
    """Show a decision: the act, votes, dissent, signatures."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    found = _find(state, Decision, f"decision/{name}")
    act_json = json.dumps(found.act.to_json(), ensure_ascii=False, indent=2)
    signed = {one.party: one for one in found.signatures}
    return page(request, ledger, size, lang, "decision.html", decision=found, act_json=act_json, signed=signed)


@router.get("/es/registros")
@router.get("/en/entries")
def entries(
    request: Request, ledger: TheLedger, size: TheSize, start: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """List the log, newest page first."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    first = max(0, size - PAGE) if start is None else min(start, max(0, size - 1))
    stop = min(size, first + PAGE)
    lines = [models.line(ledger, state, index, lang) for index in range(first, stop)]
    return page(request, ledger, size, lang, "entries.html", lines=lines, first=first, stop=stop, step=PAGE)


@router.get("/es/registros/{name}")
@router.get("/en/entries/{name}")
def entry(request: Request, name: str, ledger: TheLedger, size: TheSize) -> Response:
    """Show one entry, whole."""
    lang = request.url.path[1:3]
    index = index_of(ledger, name)
    state = ledger.state(size)
    raw = ledger.log.entry(index)
    parsed = json.loads(raw)
    known = materials(ledger.state(), read_entry(raw))
    address = f"{address_of(request, settings_of(request))}/api/v1/entries/{index}"
    actor = parsed["statement"]["actor"]
    person = state.aggregates.get(f"appointment/{actor.get('appointment')}")
    return page(
        request,
        ledger,
        size,
        lang,
        "entry.html",
        line=models.line(ledger, state, index, lang),
        entry=parsed,
        person=person,
        witnessed=witnessed_line(ledger, index + 1),
        raw=json.dumps(parsed, ensure_ascii=False, indent=2),
        by_hand=hand_check(raw, known, lang, address),
    )


@router.get("/es/partes")
@router.get("/en/parties")
def parties(request: Request, ledger: TheLedger, size: TheSize) -> Response:
    """List parties, people and bodies."""
    lang = request.url.path[1:3]
    state = ledger.state(size)
    return page(
        request,
        ledger,
        size,
        lang,
        "parties.html",
        parties=list(state.of(Party)),
        people=list(state.of(Appointment)),
        bodies=list(state.of(GovernanceBody)),
        day=ledger.clock.now().date(),
    )


@router.get("/e/{leaf_hash}")
def permalink(leaf_hash: str, ledger: TheLedger) -> Response:
    """Lead from an entry's leaf hash, which names it in every language, to its page."""
    index = ledger.log.index_of(leaf_hash)
    return RedirectResponse(f"/{LANGUAGES[0]}/registros/{index}", 307)
