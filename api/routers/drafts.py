"""Drafts: a statement to sign, as canonical text, with its sentence and what the ledger would say of it."""

import hashlib
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from constancia.api.http import problems
from constancia.api.http.deps import TheLedger, TheSettings
from constancia.api.http.examples.entries import DRAFT
from constancia.api.http.limits.security import MAX_ENTRY_REQUEST_BYTES, bounded_body, check_json
from constancia.api.http.proxies import prefix_of
from constancia.api.http.request.query import Router
from constancia.api.http.schemas import Draft, DraftRequest, body_of, refusals
from constancia.api.text.i18n import LANGUAGES, say
from constancia.domain.catalogue import UnknownAct, parse_act
from constancia.domain.kernel.problems import Refusal
from constancia.domain.sentences import sentence_of
from constancia.domain.values.calendar import format_instant, local_day
from constancia.ledger.dry_run import refusal_of
from constancia.ledger.ledger import Ledger
from constancia.ledger.signatory.draft import Occasion, draft_statement
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import parse_canonical
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.statement import Seen

router = Router(prefix="/api/v1", tags=["drafts"])
_PATH = "/api/v1/entries"


@router.post(
    "/drafts",
    summary="Draft a statement to sign",
    response_model=Draft,
    openapi_extra=body_of(DraftRequest, DRAFT),
    responses=refusals(400, 403, 413, 415, 429),
)
async def draft(request: Request, ledger: TheLedger, settings: TheSettings) -> Response:
    """Give the canonical statement, the SHA-256 of the bytes to sign, and one plain sentence in both languages.

    Nothing is recorded. `verdict` says what the ledger would answer now if this were handed in with a sound signature
    by `key`, so that a refusal is seen before anybody signs. `seen` comes from the signer, never from the server: the
    signature vouches for it.
    """
    check_json(request)
    raw = await bounded_body(request, MAX_ENTRY_REQUEST_BYTES, settings.body_timeout_s)
    wanted = _read(raw)
    made = await run_in_threadpool(_draft, ledger, wanted, prefix_of(request.scope))
    return JSONResponse(made, headers={"Cache-Control": "no-store"})


def _read(raw: bytes) -> DraftRequest:
    try:
        return DraftRequest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Malformed("form", where, str(first["msg"])) from error


def _draft(ledger: Ledger, wanted: DraftRequest, prefix: str) -> dict[str, Any]:
    now = ledger.clock.now()
    state = ledger.state()
    try:
        stream = parse_act(wanted.type, state.edition, wanted.body).stream()
    except UnknownAct as error:
        raise Refusal(error.problem, {"size": state.size}) from error
    raw = draft_statement(
        wanted.type,
        stream,
        wanted.body,
        actor=wanted.actor,
        ledger=ledger.origin,
        seen=Seen(size=wanted.seen.size, root=bytes.fromhex(wanted.seen.root)),
        occasion=Occasion(
            occurred_on=wanted.occurred_on or local_day(now, state.timezone).isoformat(),
            signed_at=wanted.signed_at or format_instant(now),
            mode=wanted.mode,
        ),
        edition=state.edition,
    )
    parsed = parse_canonical(raw)
    sentence = sentence_of(parsed, state)
    return {
        "sentence": {lang: say(sentence, lang) for lang in LANGUAGES},
        "signed_bytes_sha256": hashlib.sha256(signed_bytes(raw)).hexdigest(),
        "statement": raw.decode(),
        "verdict": _verdict(ledger, parsed, wanted.key, prefix),
    }


def _verdict(ledger: Ledger, statement: dict[str, Any], key: str | None, prefix: str) -> dict[str, Any]:
    refusal = refusal_of(ledger, statement, key)
    if refusal is None:
        return {"accepted": True}
    problem = problems.document(
        refusal.code, refusal.rule, judged_against=refusal.judged_against, also=refusal.also, instance=prefix + _PATH
    )
    return {"accepted": False, "refusal": problem | {"type": prefix + problem["type"]}}
