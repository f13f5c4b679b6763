"""What this server knows of the log's integrity, how to check it without this server, and a copy to alter."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request, Response

from constancia.api.http.deps import TheLedger
from constancia.api.http.proxies import is_of_this_machine
from constancia.api.http.request.context import address_of, settings_of
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.integrity.altered_copy import ALTERED_NAME, MAX_ENTRIES, AlteredCopies, altered_zip
from constancia.api.pages.integrity.forgeries import FORGERIES
from constancia.api.pages.integrity.trust_copies import copies_of, fingerprint_of, keys_of_log
from constancia.api.pages.integrity.witness_lines import witness_name, witness_rows, witnessed_line
from constancia.ledger.errors import NotFound

router = Router(include_in_schema=False, route_class=CachedPage)
downloads = Router(include_in_schema=False)
Kind = Annotated[str, Query(alias="what", pattern=f"^(|{'|'.join(FORGERIES)})$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonFacts:
    """What to compare with other copies: origin, genesis, the log's keys, the anchor's fingerprint, the head."""

    origin: str
    genesis: str
    log_keys: tuple[str, ...]
    fingerprint: str
    size: int
    root: str


def head_of(frame: Frame) -> ComparisonFacts:
    """Give the head of the log as of the page's size."""
    log = frame.ledger.log
    genesis = log.leaf_hash(0).hex() if log.size else ""
    size = frame.as_of.size
    return ComparisonFacts(
        origin=frame.ledger.origin,
        genesis=genesis,
        log_keys=keys_of_log(frame.ledger),
        fingerprint=fingerprint_of(frame.ledger),
        size=size,
        root=log.root(size).hex(),
    )


@router.get("/es/verificar")
@router.get("/en/verify")
def verify(frame: TheFrame) -> Response:
    """Show the ways to verify: a receipt in the browser, the whole ledger, by the command line."""
    return frame.page("verify.html", here=head_of(frame), copies=copies_of(frame), address=_source(frame))


@router.get("/es/integridad")
@router.get("/en/integrity")
def integrity(frame: TheFrame) -> Response:
    """Show the head, each witness with its own address and what it cosigned last, and what was refused."""
    ledger, address = frame.ledger, _source(frame)
    return frame.page(
        "integrity.html",
        here=head_of(frame),
        copies=copies_of(frame),
        witnessed=witnessed_line(frame),
        # A witness on this machine can be asked by who reads the page on it, as in a demonstration.
        witnesses=list(witness_rows(ledger, lambda url: not is_of_this_machine(url) or is_of_this_machine(address))),
        witness=lambda name: witness_name(frame, name),
        accepted=len(ledger.rollbacks),
        refused=ledger.refusal,
        not_compared=ledger.not_compared,
        address=address,
        is_copy=_is_copy(frame),
    )


def _is_copy(frame: Frame) -> bool:
    """Tell whether the page becomes a file of a bundle."""
    is_copy: bool = frame.request.app.state.is_copy
    return is_copy


def _source(frame: Frame) -> str:
    """Give what a verifier is to read: this server; of a copy, which has no server, the file that it came in."""
    if _is_copy(frame):
        return frame.source_say("page.vf_copy_file")
    return address_of(frame.request, settings_of(frame.request))


@router.get("/es/pruebe")
@router.get("/en/try")
def play(request: Request, ledger: TheLedger, frame: TheFrame, kind: Kind = "") -> Response:
    """Alter a copy of this ledger as a visitor chooses, and show what the verifier says of it."""
    is_small = ledger.size <= MAX_ENTRIES
    copies: AlteredCopies = request.app.state.altered
    answer = copies.answer(ledger, kind) if kind and is_small else None
    return frame.page("try.html", kinds=FORGERIES, kind=kind, answer=answer, is_small=is_small, limit=MAX_ENTRIES)


@downloads.get("/es/pruebe/copia-alterada.zip")
@downloads.get("/en/try/copia-alterada.zip")
def altered(ledger: TheLedger, kind: Kind) -> Response:
    """Give the altered copy, to drop it into the verifier."""
    data = altered_zip(ledger, kind) if kind and ledger.size <= MAX_ENTRIES else None
    if data is None:
        raise NotFound("there is nothing at this address")
    headers = {"Content-Disposition": f'attachment; filename="{ALTERED_NAME}"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/zip", headers=headers)
