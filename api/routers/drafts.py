"""Drafts: a statement to sign, as canonical text, with its sentence and what the ledger would say of it."""

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict

from constancia.api.deps import TheLedger
from constancia.api.examples import DRAFT
from constancia.api.i18n import LANGUAGES, say
from constancia.api.routers.entries import check_json
from constancia.domain.acts import UnknownAct, parse_act, recorded_entry
from constancia.domain.calendar import format_instant, local_day
from constancia.domain.decide import decide
from constancia.domain.errors import Refusal
from constancia.domain.sentences import sentence_of
from constancia.ledger.application import Ledger
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.drafting import Occasion, draft_statement
from constancia.verify.canonical import parse_canonical
from constancia.verify.errors import Malformed
from constancia.verify.keys import is_hex64
from constancia.verify.pae import signed_bytes
from constancia.verify.statement import Seen

router = APIRouter(prefix="/api/v1", tags=["drafts"])


class SeenField(BaseModel):
    """Size and root of a checkpoint that the signer's own software verified."""

    model_config = ConfigDict(extra="forbid", strict=True)
    root: str
    size: int


class DraftRequest(BaseModel):
    """What is to be said, by whom, on which checkpoint. `key` lets the draft be judged as that key's."""

    model_config = ConfigDict(extra="forbid", strict=True)
    actor: dict[str, str]
    body: dict[str, Any]
    type: str
    seen: SeenField
    occurred_on: str | None = None
    mode: Literal["live", "historical"] = "live"
    key: str | None = None


@router.post("/drafts", summary="Draft a statement to sign")
def draft(
    request: Request, ledger: TheLedger, wanted: Annotated[DraftRequest, Body(examples=[DRAFT])]
) -> dict[str, Any]:
    """Give the canonical statement, the SHA-256 of the bytes to sign, and one plain sentence in both languages.

    Nothing is recorded. `verdict` says what the ledger would answer now if this were handed in with a sound signature
    by `key`: `accepted`, or the refusal. `seen` comes from the signer, never from the server: the signature vouches
    for it.
    """
    check_json(request)
    if not is_hex64(wanted.seen.root):
        raise Malformed("form", "seen.root", "64 hex digits", wanted.seen.root)
    now = ledger.clock.now()
    state = ledger.state()
    try:
        stream = parse_act(wanted.type, 1, wanted.body).stream()
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
            signed_at=format_instant(now),
            mode=wanted.mode,
        ),
    )
    parsed = parse_canonical(raw)
    sentence = sentence_of(parsed, state)
    return {
        "sentence": {lang: say(sentence, lang) for lang in LANGUAGES},
        "signed_bytes_sha256": hashlib.sha256(signed_bytes(raw)).hexdigest(),
        "statement": raw.decode(),
        "verdict": _judge(ledger, parsed, wanted.key),
    }


def _judge(ledger: Ledger, statement: dict[str, Any], key: str | None) -> dict[str, Any]:
    state = ledger.state()
    recorded = recorded_entry(
        index=state.size,
        leaf_hash="0" * 64,
        recorded_at=format_recorded_at(ledger.clock.now()),
        keys=(key or "",),
        statement=statement,
        originator_version=state.version(statement["stream"]) + 1,
    )
    try:
        decide(state, recorded, ledger.log.lookup)
    except Refusal as refusal:
        problems = [(refusal.code, refusal.rule), *refusal.also]
        about_key = key is None
        told = [one for one in problems if not (about_key and one[0].startswith("E_KEY_"))]
        if told:
            return {"refused": [{"code": code, "rule": rule} for code, rule in told]}
    return {"accepted": True}
