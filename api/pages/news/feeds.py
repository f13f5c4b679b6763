"""Feeds (Atom) and calendars (iCalendar), in both languages: of everything, a commitment, a party, a kind of news."""

import hashlib
from typing import Annotated, Any, Final, Literal

from fastapi import Path, Query, Request, Response

from constancia.api.feeds import atom, deadlines
from constancia.api.http.deps import TheLedger
from constancia.api.http.request.context import address_of, settings_of
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.news import feed_items as news
from constancia.domain.identity.genesis import LedgerState
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.as_of import MAX_SIZE

router = Router(prefix="/feeds", tags=["feeds"])
Lang = Annotated[Literal["es", "en"], Path(description="Language of the texts.")]
Before = Annotated[int | None, Query(ge=0, le=MAX_SIZE, description="Entries below this index: older ones.")]
_ATOM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {atom.MEDIA_TYPE: {}}, "description": "An Atom document (RFC 4287)."}
}
_ICAL: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {deadlines.MEDIA_TYPE: {}}, "description": "A calendar (RFC 5545)."}
}


def _frame(request: Request, ledger: Ledger, lang: str) -> Frame:
    return Frame(request, ledger, ledger.as_of(), language=lang)


def _answer(request: Request, body: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _feed(  # noqa: PLR0913, PLR0917 (each says what of it is wanted)
    request: Request, ledger: Ledger, lang: str, title: str, stream: str | None, kind: str | None, before: int | None
) -> Response:
    frame, address = _frame(request, ledger, lang), address_of(request, settings_of(request))
    last = frame.as_of.size if before is None else before
    is_missed = kind == news.MISSED
    indices = [] if is_missed else news.indices_of(frame, stream, kind, last)
    listed = news.items(frame, indices[: news.COUNT], address)
    if before is None and (is_missed or kind is None) and (stream is None or stream.startswith("commitment/")):
        listed = sorted(
            [*listed, *news.missed_items(frame, address, stream)[: news.MOST_MISSED]],
            key=lambda item: item.updated,
            reverse=True,
        )
    path = request.url.path
    own = f"{address}{path.removeprefix(request.scope.get('root_path', ''))}"
    older = f"{own}?before={indices[news.COUNT - 1]}" if len(indices) > news.COUNT else None
    opened = frame.state.aggregates.get("ledger")
    name = (
        frame.plain_text(opened.opened.name.to_json())
        if isinstance(opened, LedgerState) and opened.opened is not None
        else ""
    )
    feed = atom.Feed(
        id=news.name_iri(f"{ledger.origin}\n{path.partition('/feeds/')[2]}".encode()),
        title=f"{title} · {name}" if name else title,
        author=name or ledger.origin,
        lang=lang,
        updated="1970-01-01T00:00:00.000Z",
        address=own if before is None else f"{own}?before={before}",
        page=f"{address}/{lang}/",
        older=older,
    )
    return _answer(request, atom.document(feed, listed), atom.MEDIA_TYPE)


@router.get("/{lang}/all.atom", responses=_ATOM, response_class=Response)
def everything(request: Request, ledger: TheLedger, lang: Lang, before: Before = None) -> Response:
    """Give what is new, without key housekeeping, and the deadlines that passed."""
    return _feed(request, ledger, lang, _frame(request, ledger, lang).source_say("page.feed_all"), None, None, before)


@router.get("/{lang}/commitment/{name}.atom", responses=_ATOM, response_class=Response)
def of_commitment(request: Request, ledger: TheLedger, lang: Lang, name: str, before: Before = None) -> Response:
    """Give what is new of a commitment."""
    row = ledger.as_of().row("commitments", f"commitment/{name}")
    title = _frame(request, ledger, lang).plain_text(row["title"])
    return _feed(request, ledger, lang, title, row["stream"], None, before)


@router.get("/{lang}/party/{name}.atom", responses=_ATOM, response_class=Response)
def of_party(request: Request, ledger: TheLedger, lang: Lang, name: str, before: Before = None) -> Response:
    """Give what is new of a party."""
    row = ledger.as_of().row("parties", f"party/{name}")
    title = _frame(request, ledger, lang).plain_text(row["legal_name"])
    return _feed(request, ledger, lang, title, row["stream"], None, before)


@router.get("/{lang}/news/{kind}.atom", responses=_ATOM, response_class=Response)
def of_kind(request: Request, ledger: TheLedger, lang: Lang, kind: str, before: Before = None) -> Response:
    """Give what is new of one kind: adopted, complaint, contested, decided, delivered, left, missed, scope, signed."""
    if kind not in news.KINDS:
        raise NotFound("there is nothing at this address")
    title = _frame(request, ledger, lang).source_say(f"page.news_{kind}_title")
    return _feed(request, ledger, lang, title, None, kind, before)


def _calendar(request: Request, ledger: Ledger, lang: str, title: str, **only: str) -> Response:
    frame, address = _frame(request, ledger, lang), address_of(request, settings_of(request))
    body = deadlines.calendar(title, lang, news.deadlines(frame, address, **only))
    return _answer(request, body, deadlines.MEDIA_TYPE)


@router.get("/{lang}/all.ics", responses=_ICAL, response_class=Response)
def every_deadline(request: Request, ledger: TheLedger, lang: Lang) -> Response:
    """Give all deadlines as a calendar."""
    return _calendar(request, ledger, lang, _frame(request, ledger, lang).source_say("page.cal_all"))


@router.get("/{lang}/commitment/{name}.ics", responses=_ICAL, response_class=Response)
def deadlines_of_commitment(request: Request, ledger: TheLedger, lang: Lang, name: str) -> Response:
    """Give the deadlines of a commitment as a calendar."""
    row = ledger.as_of().row("commitments", f"commitment/{name}")
    title = _frame(request, ledger, lang).plain_text(row["title"])
    return _calendar(request, ledger, lang, title, stream=row["stream"])


@router.get("/{lang}/party/{name}.ics", responses=_ICAL, response_class=Response)
def deadlines_of_party(request: Request, ledger: TheLedger, lang: Lang, name: str) -> Response:
    """Give the deadlines that a party answers for as a calendar."""
    row = ledger.as_of().row("parties", f"party/{name}")
    title = _frame(request, ledger, lang).plain_text(row["legal_name"])
    return _calendar(request, ledger, lang, title, party=row["party"])
