"""The pages of what waits: for all, and for one person with a text to send; as Atom and iCalendar too."""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Annotated, Any, Final, Literal

import segno
from fastapi import Path, Request, Response
from markupsafe import Markup

from constancia.api.feeds import atom, deadlines
from constancia.api.http.deps import TheLedger
from constancia.api.http.request.query import Router
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.news import feed_items as news
from constancia.api.signing.pages.messages import messages
from constancia.api.signing.speakers import actor_of, ended, keys_of, pending_keys, speakers
from constancia.api.signing.waiting import PendingItem, for_person, keys_to_endorse, link, waiting
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr
from constancia.domain.identity.appointment import Appointment
from constancia.domain.sentences import party_name
from constancia.domain.values.calendar import parse_edtf, parse_instant
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger

router = Router(include_in_schema=False, route_class=CachedPage)
feeds = Router(prefix="/feeds", tags=["feeds"])
Lang = Annotated[Literal["es", "en"], Path(description="Language of the texts.")]
_ATOM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {atom.MEDIA_TYPE: {}}, "description": "An Atom document (RFC 4287)."}
}
_ICAL: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {deadlines.MEDIA_TYPE: {}}, "description": "A calendar (RFC 5545)."}
}
_MOST: Final = 200
_SHOWN: Final = 120  # on the page of all, so that it does not grow with the ledger; each person's own page has all
_SIGNED_LATELY: Final = 30  # acts of a person in its feed
_LOOKED_AT: Final = 4_000


@router.get("/es/pendientes")
@router.get("/en/pending")
def pending(frame: TheFrame) -> Response:
    """List what waits, by party and person."""
    items = waiting(frame)
    by_party: dict[str, list[PendingItem]] = {}
    for item in items[:_SHOWN]:
        by_party.setdefault(item.party, []).append(item)
    people = sorted({(each.person, each.name, each.party) for each in speakers(frame)}, key=lambda each: each[1])
    return frame.page(
        "pending.html",
        frame=frame,
        by_party=by_party,
        more=max(0, len(items) - _SHOWN),
        keys=keys_to_endorse(frame),
        people=people[:_SHOWN],
        more_people=max(0, len(people) - _SHOWN),
    )


@router.get("/es/pendientes/{person}")
@router.get("/en/pending/{person}")
def of_person(person: str, frame: TheFrame) -> Response:
    """Show what waits for one person, its keys, and a text with link and QR code to send it by."""
    in_force, past = speakers(frame, person), ended(frame, person)
    if not in_force and not past:
        raise NotFound("there is no such person")
    items = for_person(waiting(frame), person)
    name = in_force[0].name if in_force else past[0].appointment.name
    here = link(frame, frame.to("pendientes", person).partition("?")[0])
    return frame.page(
        "pending_person.html",
        person=person,
        name=name,
        in_force=[(each, keys_of(frame, each.appointment), pending_keys(frame, each.appointment)) for each in in_force],
        past=past,
        items=[(item, item.path(frame, person)) for item in items],
        notice="\n".join(_notice(frame, name, items, person, here)),
        qr=qr_code(here, tr(frame.lang, "page.pending_qr", name=name)),
        here_link=here,
        is_copy=frame.request.app.state.is_copy,  # a copy of files has no address to send
        words=messages(frame.lang),
    )


def _notice(frame: Frame, name: str, items: Iterable[PendingItem], person: str, here: str) -> Iterator[str]:
    """Yield the lines of a text that a secretariat sends by its own mail."""
    lang = frame.lang
    yield tr(lang, "page.notice_to", name=name)
    yield ""
    for item in items:
        path = item.path(frame, person)
        what = f"{tr(lang, f'page.owes_{item.debt.kind}')} {frame.plain_text(item.debt.title)}"
        until = "" if item.debt.due is None else tr(lang, "page.notice_until", day=date_words(item.debt.due, lang))
        yield f"- {what[:1].upper()}{what[1:]}{until}"
        yield f"  {link(frame, path) if path is not None else here}"
    yield ""
    yield tr(lang, "page.notice_all", link=here)
    yield tr(lang, "page.notice_how")


def qr_code(address: str, title: str) -> Markup:
    """Draw a QR code as inline SVG: black on white in both schemes, so that phones read it.

    Args:
        address: What it holds.
        title: What it is, for who does not see it.
    """
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, dark="#000", light="#fff", border=4, title=title,
        svgclass="qr-code", lineclass=None,
    )  # fmt: skip
    return Markup(out.getvalue().decode())  # noqa: S704 - segno's own drawing; it escapes the title


def _frame(request: Request, ledger: Ledger, lang: str) -> Frame:
    return Frame(request, ledger, ledger.as_of(), language=lang)


def _listed(frame: Frame, person: str | None) -> list[PendingItem]:
    items = waiting(frame)
    if person is None:
        return items
    if not speakers(frame, person) and not ended(frame, person):
        raise NotFound("there is no such person")
    return for_person(items, person)


def _title(frame: Frame, person: str | None) -> str:
    made = [each.name for each in frame.state.of(Appointment) if each.person == person]
    return tr(frame.lang, "page.pending_of", name=made[-1]) if made else tr(frame.lang, "page.pending_title")


def _feed(request: Request, ledger: Ledger, lang: str, person: str | None) -> Response:
    frame = _frame(request, ledger, lang)
    items = [_item(frame, item, person) for item in _listed(frame, person)[:_MOST]]
    items += [] if person is None else news.items(frame, _signed_by(frame, person), link(frame, ""))
    path = frame.to("pendientes", *([] if person is None else [person]))
    feed = atom.Feed(
        id=news.name_iri(f"{ledger.origin}\n{lang}/pending/{person or ''}".encode()),
        title=_title(frame, person),
        author=ledger.origin,
        lang=lang,
        updated="1970-01-01T00:00:00.000Z",
        address=link(frame, request.url.path),
        page=link(frame, path),
    )
    items.sort(key=lambda item: item.updated, reverse=True)
    return _answer(request, atom.document(feed, items), atom.MEDIA_TYPE)


def _answer(request: Request, body: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _recorded(frame: Frame, item: PendingItem) -> str:
    recorded: str = json.loads(frame.ledger.log.entry(item.debt.source or 0))["recorded_at"]
    return recorded


def _words(frame: Frame, item: PendingItem) -> str:
    party = frame.plain_text(party_name(item.party, frame.state))
    return f"{party}: {tr(frame.lang, f'page.owes_{item.debt.kind}')} {frame.plain_text(item.debt.title)}"


def _address(frame: Frame, item: PendingItem, person: str | None) -> str:
    who = person or (item.people[0].person if item.people else None)
    path = None if who is None else item.path(frame, who)
    return link(frame, path or frame.page_of(item.debt.stream) or frame.to("pendientes"))


def _item(frame: Frame, item: PendingItem, person: str | None) -> atom.FeedItem:
    due = item.debt.due
    until = [] if due is None else [tr(frame.lang, "page.pending_until", day=date_words(due, frame.lang))]
    return atom.FeedItem(
        id=news.name_iri(f"{frame.ledger.origin}\n{item.debt.kind}\n{item.debt.stream}\n{item.party}".encode()),
        title=_words(frame, item),
        text=[_words(frame, item), *until],
        updated=_recorded(frame, item),
        link=_address(frame, item, person),
        category=item.debt.kind,
    )


def _signed_by(frame: Frame, person: str) -> list[int]:
    """Give the last acts of a person: who sees one in its feed that it did not sign has its key revoked."""
    actors = [actor_of(each) for each in frame.state.of(Appointment) if each.person == person]
    size = frame.as_of.size
    signed: list[int] = []
    for index in range(size - 1, max(-1, size - _LOOKED_AT), -1):
        if frame.statement(index)["actor"] in actors:
            signed.append(index)
        if len(signed) == _SIGNED_LATELY:
            break
    return signed


def _calendar(request: Request, ledger: Ledger, lang: str, person: str | None) -> Response:
    frame = _frame(request, ledger, lang)
    days = []
    for item in _listed(frame, person):
        end = parse_edtf(item.debt.due).end if item.debt.due is not None else None
        if end is not None:
            name = frame.plain_text(party_name(item.party, frame.state))
            uid = f"{item.debt.kind}.{item.party}.{item.debt.stream.replace('/', '.')}@{frame.ledger.origin}"
            stamp = parse_instant(_recorded(frame, item)).astimezone(UTC)
            words = _words(frame, item)
            days.append(
                deadlines.Deadline(
                    uid=uid, title=words, text=words, day=end, stamp=stamp, link=_address(frame, item, person),
                    categories=(name,),
                )
            )  # fmt: skip
    return _answer(request, deadlines.calendar(_title(frame, person), lang, days), deadlines.MEDIA_TYPE)


@feeds.get("/{lang}/pending.atom", responses=_ATOM, response_class=Response)
def feed(request: Request, ledger: TheLedger, lang: Lang) -> Response:
    """Give what waits for votes, signatures and answers."""
    return _feed(request, ledger, lang, None)


@feeds.get("/{lang}/pending.ics", responses=_ICAL, response_class=Response)
def calendar(request: Request, ledger: TheLedger, lang: Lang) -> Response:
    """Give until when votes, signatures and answers are awaited, as a calendar."""
    return _calendar(request, ledger, lang, None)


@feeds.get("/{lang}/pending/{person}.atom", responses=_ATOM, response_class=Response)
def feed_of_person(request: Request, ledger: TheLedger, lang: Lang, person: str) -> Response:
    """Give what waits for a person, and what was signed in its name: a signature that is not its own shows here."""
    return _feed(request, ledger, lang, person)


@feeds.get("/{lang}/pending/{person}.ics", responses=_ICAL, response_class=Response)
def calendar_of_person(request: Request, ledger: TheLedger, lang: Lang, person: str) -> Response:
    """Give until when something is awaited of a person, as a calendar."""
    return _calendar(request, ledger, lang, person)
