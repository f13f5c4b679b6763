"""What this server knows of the log's integrity, how to check it without this server, and a copy to alter."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from constancia.api.http.deps import TheLedger, address_of, settings_of
from constancia.api.pages.altered_copy import KINDS, MAX_ENTRIES, Altered, altered_copy
from constancia.api.pages.frame import Frame, TheFrame
from constancia.api.pages.page_cache import CachedPage
from constancia.api.pages.witnessed import witness_name
from constancia.api.routers.witnesses import witnesses
from constancia.ledger.ledger import Ledger

router = APIRouter(include_in_schema=False, route_class=CachedPage)
_STORED: Final = 16  # answers to alterations that stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What to compare with other copies: origin, genesis, log key, and the head by its size and root."""

    origin: str
    genesis: str
    log_key: str
    size: int
    root: str


def head_of(frame: Frame) -> Head:
    """Give the head of the log as of the page's size."""
    log = frame.ledger.log
    genesis = log.leaf_hash(0).hex() if log.size else ""
    key = frame.ledger.vkey if log.size else ""
    size = frame.as_of.size
    return Head(origin=frame.ledger.origin, genesis=genesis, log_key=key, size=size, root=log.root(size).hex())


@router.get("/es/verificar")
@router.get("/en/verify")
def verify(frame: TheFrame) -> Response:
    """Show the ways to verify: a receipt in the browser, the whole ledger, by the command line."""
    address = address_of(frame.request, settings_of(frame.request))
    return frame.page("verify.html", here=head_of(frame), address=address)


@router.get("/es/integridad")
@router.get("/en/integrity")
def integrity(frame: TheFrame) -> Response:
    """Show the head, each witness with its own address and what it cosigned last, and what was refused."""
    ledger, address = frame.ledger, address_of(frame.request, settings_of(frame.request))
    seen: dict[str, Any] = witnesses(ledger)
    return frame.page(
        "integrity.html",
        here=head_of(frame),
        witnesses=seen["items"],
        quorum=seen["quorum"],
        latest=seen["witnessed"],
        named_by=[witness_name(frame, name) for name in (seen["witnessed"] or {}).get("by", ())],
        witness=lambda name: witness_name(frame, name),
        addresses=ledger.witness_urls,
        accepted=len(ledger.rollbacks),
        refused=ledger.refusal,
        not_compared=ledger.not_compared,
        address=address,
    )


@router.get("/es/pruebe")
@router.get("/en/try")
def play(
    request: Request,
    ledger: TheLedger,
    frame: TheFrame,
    kind: Annotated[str, Query(alias="what", pattern=f"^(|{'|'.join(KINDS)})$")] = "",
) -> Response:
    """Alter a copy of this ledger as a visitor chooses, and show what the verifier says of it."""
    is_small = ledger.size <= MAX_ENTRIES
    answer = _answer(request, ledger, kind, frame.lang) if kind and is_small else None
    return frame.page("try.html", kinds=KINDS, kind=kind, answer=answer, is_small=is_small, limit=MAX_ENTRIES)


def _answer(request: Request, ledger: Ledger, kind: str, lang: str) -> Altered:
    """Give the verdict on an altered copy, made once for a size: it costs a whole audit."""
    stored: dict[tuple[Any, ...], Altered] = request.app.state.altered
    key = (ledger.size, kind, lang)
    if key not in stored:
        while len(stored) >= _STORED:
            stored.pop(next(iter(stored)), None)
        stored[key] = altered_copy(ledger, kind, lang)
    return stored[key]
