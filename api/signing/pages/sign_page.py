"""The page on which a person reads, chooses, reviews and signs; and its data, asked for again before each signature."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse

from constancia.api.http.deps import TheLedger, TheSettings
from constancia.api.http.limits.security import MAX_ENTRY_REQUEST_BYTES, bounded_body, check_json
from constancia.api.http.proxies import prefix_of
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import json_example, refusals
from constancia.api.pages.frame.frame import Frame, segment
from constancia.api.pages.frame.routing import TheFrame
from constancia.api.pages.markdown import formatted
from constancia.api.pages.records.decision_page import effect_of, person_of
from constancia.api.signing.draft_words import expired_page, facts_of, proposed_effect
from constancia.api.signing.drafts import Draft, DraftStore, ExpiredDraft
from constancia.api.signing.pages.messages import messages
from constancia.api.signing.relying_party import relying_party
from constancia.api.signing.sheets import Sheet, data_of, sheet_of, sheet_of_draft
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.domain.values.languages import is_text, member_of, tag_of
from constancia.ledger.errors import NotFound
from constancia.verify.core.errors import Malformed
from constancia.verify.report.words import MEMBERS

router = Router(include_in_schema=False)
data_router = Router(prefix="/api/v1/signing", tags=["signing"])
Lang = Annotated[Literal["es", "en"], Path(description="Language of the sentences.")]
_NO_STORE: Final = {"Cache-Control": "no-store"}
_NO_DRAFT: Final = "there is no draft of that id; it may have expired long ago"
_MOST_TEXTS: Final = 400
_STORED: Final = {"days": 30, "draft": "k3f9…", "pages": {"en": "https://…/en/sign/k3f9…", "es": "https://…"}}
_EXAMPLE: Final = {"options": ["…"], "origin": "…", "problem": None, "stream": "decision/d-1"}


def drafts_of(request: Request) -> DraftStore:
    """Give the application's drafts."""
    drafts: DraftStore = request.app.state.drafts
    return drafts


@router.get("/es/firmar")
@router.get("/en/sign")
def start(frame: TheFrame) -> Response:
    """Lead to what waits for signatures."""
    return RedirectResponse(frame.to("pendientes"), 307)


@router.get("/es/firmar/{name}")
@router.get("/en/sign/{name}")
def of_draft(name: str, frame: TheFrame) -> Response:
    """Show a draft, to be signed; or that it has expired, and what to do."""
    draft = drafts_of(frame.request).get(name)
    if draft is None:
        raise NotFound(_NO_DRAFT)
    if isinstance(draft, ExpiredDraft):
        return expired_page(frame, draft)
    return _shown(frame, sheet_of_draft(frame, draft), f"drafts/{name}", draft)


@router.get("/es/firmar/{person}/{kind}/{name}")
@router.get("/en/sign/{person}/{kind}/{name}")
def of_matter(person: str, kind: str, name: str, frame: TheFrame) -> Response:
    """Show a matter that waits for a person."""
    return _shown(frame, sheet_of(frame, person, kind, name), f"{person}/{kind}/{name}")


@data_router.post(
    "/drafts",
    status_code=201,
    summary="Store a prepared act, to be signed from its link",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
    responses={201: json_example("The draft's id, and its pages.", _STORED), **refusals(400, 403, 413, 415, 429, 503)},
)
async def store_draft(request: Request, settings: TheSettings) -> Response:
    """Store the members of an unsigned statement. `seen` and `signed_at` are left out; without an `id` it gets one.

    It is no entry. Its link can't be guessed, leads to the page on which it is signed, and expires.
    """
    check_json(request)
    raw = await bounded_body(request, MAX_ENTRY_REQUEST_BYTES, settings.body_timeout_s)
    try:
        members = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("not-json", "body", "JSON", str(error)) from error
    if not isinstance(members, dict):
        raise Malformed("type", "statement", "an object", type(members).__name__)
    name = await run_in_threadpool(drafts_of(request).put, members, LANGUAGES[0])
    address = relying_party(request).address
    pages = {lang: f"{address}/{lang}/{segment(lang, 'firmar')}/{name}" for lang in LANGUAGES}
    return JSONResponse({"draft": name, "days": settings.draft_days, "pages": pages}, 201, _NO_STORE)


@data_router.get(
    "/{lang}/drafts/{name}",
    summary="What a draft is to be signed as",
    responses={200: json_example("Prepared acts, and what they rest on.", _EXAMPLE), **refusals(404)},
)
def data_of_draft(lang: Lang, name: str, request: Request, ledger: TheLedger) -> Response:
    """Give the data of a draft's page: the prepared act, without `seen` and `signed_at`, which the signer adds."""
    frame = Frame(request, ledger, ledger.as_of(), language=lang)
    draft = drafts_of(request).get(name)
    if draft is None:
        raise NotFound(_NO_DRAFT)
    if isinstance(draft, ExpiredDraft):
        raise Refusal(
            Problem(code="E_DRAFT_EXPIRED", rule="a draft is signed before it expires"), {"since": draft.expires_at}
        )
    return JSONResponse(data_of(frame, sheet_of_draft(frame, draft)), headers=_NO_STORE)


@data_router.get(
    "/{lang}/{person}/{kind}/{name}",
    summary="What a person can sign in a matter now",
    responses={200: json_example("Prepared acts, and what they rest on.", _EXAMPLE), **refusals(404)},
)
def data_of_matter(  # noqa: PLR0913, PLR0917 - a framework's route: each is a part of its path
    lang: Lang, person: str, kind: str, name: str, request: Request, ledger: TheLedger
) -> Response:
    """Give the data of the page: choices with prepared acts, without `seen` and `signed_at`, which the signer adds."""
    frame = Frame(request, ledger, ledger.as_of(), language=lang)
    return JSONResponse(data_of(frame, sheet_of(frame, person, kind, name)), headers=_NO_STORE)


def _shown(frame: Frame, sheet: Sheet, address: str, draft: Draft | None = None) -> Response:
    base, lang = prefix_of(frame.request.scope), frame.lang
    is_now = frame.as_of.size == frame.ledger.size and frame.as_of.as_of.day is None
    data = data_of(frame, sheet) | ({} if is_now else {"options": []})
    keys = sheet.appointment.appointment if sheet.appointment else ""
    answer = frame.page(
        "sign.html",
        sheet=sheet,
        data=data,
        words=messages(lang),
        draft=draft,
        is_now=is_now,
        sheet_address=f"{base}/api/v1/signing/{lang}/{address}",
        keys_address=f"{base}/{lang}/{segment(lang, 'llaves')}/{keys}",
        receipt_address=f"{base}/{lang}/{segment(lang, 'registros')}/INDEX/{tr(lang, 'page.sign_receipt_segment')}",
        **(_matter(frame, sheet) | _of_draft(frame, sheet)),
    )
    answer.headers.update(_NO_STORE)
    return answer


def _matter(frame: Frame, sheet: Sheet) -> dict[str, Any]:
    """Give what a person reads before signing: the matter in words, its full texts, who has signed."""
    kind, _, _name = sheet.stream.partition("/")
    shown: dict[str, Any] = {"kind": kind, "row": None, "effect": None, "texts": [], "documents": []}
    if kind == "decision" and sheet.stream in frame.state.aggregates:
        row = frame.as_of.row("decisions", sheet.stream)
        proposed = frame.statement(row["proposed"]["index"])
        shown |= {
            "row": row,
            "effect": effect_of(frame, row["act"], proposed["actor"], row["proposed"]["index"]),
            "texts": _texts(frame, row["act"]["body"]),
            "votes": {vote["party"]: vote for vote in row["standing_votes"]},
            "signed": {mark["party"]: mark for mark in row["signatures"]},
            "person": lambda mark: person_of(frame, mark),
        }
    elif kind == "agreement" and sheet.stream in frame.state.aggregates:
        row = frame.as_of.row("agreements", sheet.stream)
        matrix = frame.as_of.row("signatures", sheet.stream)["versions"][-1]
        shown |= {"row": row, "matrix": matrix, "documents": _documents(frame, row["versions"][-1]["docset"])}
    return shown


def _of_draft(frame: Frame, sheet: Sheet) -> dict[str, Any]:
    """Give all that a draft says, whatever it is about: nobody signs words that the page did not show."""
    act = sheet.prepared
    if act is None:
        return {"own": None}
    shown: dict[str, Any] = {"own": {"facts": facts_of(frame, act), "texts": _texts(frame, act["body"])}}
    effect = proposed_effect(frame, act) if sheet.options else None
    return shown if effect is None else shown | {"effect": effect}


def _documents(frame: Frame, docset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the documents of a text with what they say, the authentic one first."""
    stored = frame.ledger.documents
    listed = sorted(docset["documents"], key=lambda doc: doc["lang"] != docset["authentic"])
    return [
        {
            "doc": doc,
            "is_authentic": doc["lang"] == docset["authentic"],
            "text": formatted(stored.get(doc["sha256"]), doc["media_type"])
            if doc["sha256"] in stored and doc["media_type"].startswith("text/")
            else None,
        }
        for doc in listed
    ]


def _texts(frame: Frame, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give every text of an act in all its languages, the ledger's first one first."""
    listed = list(_texts_in(body, ()))[:_MOST_TEXTS]
    order = [member_of(tag) for tag in frame.state.languages]
    tags = [*order, *sorted({tag for _path, text in listed for tag in text} - set(order))]
    return [
        {
            "label": MEMBERS[path[-1] if path and path[-1] in MEMBERS else "text"][frame.lang],
            "texts": [(tag_of(tag), text.get(tag)) for tag in tags],
        }
        for path, text in listed
    ]


def _texts_in(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
    if isinstance(value, Mapping):
        if is_text(value):
            yield path, value
            return
        for name, member in value.items():
            yield from _texts_in(member, (*path, name))
    elif isinstance(value, list):
        for item in value:
            yield from _texts_in(item, path)
