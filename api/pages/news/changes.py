"""What changed between two dates or sizes, and whether an earlier copy is the beginning of this ledger."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from constancia.api.http.deps import TheLedger, TheSettings, judged
from constancia.api.http.examples.records import CHANGES
from constancia.api.http.request.query import Limit, Router, Start
from constancia.api.http.schemas import json_example, refusals
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage
from constancia.api.pages.integrity.earlier_copy import CopyAnswer, compared, read_upload
from constancia.api.pages.news.chronicle import chronicle, lines
from constancia.api.pages.news.feed_items import missed_since, missed_titles
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.api.text.numbers import plain_number
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.governance.decision import Decision
from constancia.domain.values.calendar import local_day, parse_instant
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.as_of import read_span
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading
from constancia.verify.core.errors import Malformed
from constancia.verify.speed.entry_patterns import read_entry

router = Router(include_in_schema=False, route_class=CachedPage)
copies = Router(include_in_schema=False)
data = Router(prefix="/api/v1", tags=["state"])
_MOMENT: Final = "`YYYY`, `YYYY-MM` or `YYYY-MM-DD` in the ledger's zone, an RFC 3339 instant, or `#` and a size"
_FROM: Final = f"Where to begin: {_MOMENT}. By default the month of the last entry."
_TO: Final = f"Where to end: {_MOMENT}; a day to its end. By default now."
_SHOWN: Final = 40  # of each list
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)  # nothing can be recorded before
_MOST: Final = 10_000  # entries of a commitment that are counted
_MAX_TEXT: Final = 40
# A projection → the member with the identifier, with the title, and with what stands.
_STANDING: Final = (
    ("commitments", "commitment", "title", "lifecycle"),
    ("decisions", "decision", "question", "status"),
    ("agreements", "agreement", "title", "status"),
    ("plans", "plan", "title", "status"),
    ("complaints", "complaint", "text", "status"),
)
Moment = Annotated[str | None, Query(max_length=_MAX_TEXT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """What is in another state: its stream, page, title, state before (None where it did not exist) and after."""

    stream: str
    address: str | None
    title: object
    before: str | None
    after: str

    def to_json(self) -> dict[str, Any]:
        """Give it as the interface does: without the page."""
        return {"after": self.after, "before": self.before, "stream": self.stream, "title": self.title}


@router.get("/es/cambios")
def cambios(  # noqa: PLR0913, PLR0917 (each narrows what is shown)
    request: Request, ledger: TheLedger, de: Moment = None, a: Moment = None, parte: Moment = None,
    compromiso: Moment = None,
) -> Response:  # fmt: skip
    """Show what changed between two dates or sizes, in Spanish."""
    return _page(request, ledger, (de, a), parte, compromiso)


@router.get("/en/changes")
def changes(  # noqa: PLR0913, PLR0917 (each narrows what is shown)
    request: Request,
    ledger: TheLedger,
    first: Annotated[str | None, Query(alias="from", max_length=_MAX_TEXT)] = None,
    to: Moment = None,
    party: Moment = None,
    commitment: Moment = None,
) -> Response:
    """Show what changed between two dates or sizes, in English."""
    return _page(request, ledger, (first, to), party, commitment)


@copies.post("/es/cambios")
@copies.post("/en/changes")
async def copy_compared(request: Request, ledger: TheLedger) -> Response:
    """Compare a receipt or a checkpoint that somebody stored with this ledger; nothing is stored."""
    raw = await read_upload(request)
    return await run_in_threadpool(_answer_to_copy, request, ledger, raw)


def _answer_to_copy(request: Request, ledger: Ledger, raw: bytes | None) -> Response:
    copy = compared(ledger, raw)
    span = (f"#{copy.size}", None) if copy.kind == "same" else (None, None)
    return _page(request, ledger, span, copy=copy)


def _page(  # noqa: PLR0913, PLR0917 (each narrows what is shown)
    request: Request,
    ledger: Ledger,
    span: tuple[str | None, str | None],
    party: str | None = None,
    commitment: str | None = None,
    copy: CopyAnswer | None = None,
) -> Response:
    zone = ledger.state().timezone
    names = ("de", "a") if "/es/" in request.url.path else ("from", "to")
    first = (span[0] or "").strip() or _month_of_last(ledger, zone)
    before, is_after_first = _reading(ledger, names[0], first, zone, is_end=False)
    after, _ = _reading(ledger, names[1], (span[1] or "").strip() or None, zone, is_end=True)
    if before.as_of.size > after.as_of.size:
        raise Malformed("order", names[0], "a date no later than the second one", first)
    for stream in ([f"party/{party}"] if party else []) + ([f"commitment/{commitment}"] if commitment else []):
        after.row("parties" if stream.startswith("party") else "commitments", stream)
    frame, former = Frame(request, ledger, after, keeps=False), Frame(request, ledger, before, keeps=False)
    indices = list(_indices(frame, before.as_of.size, party, commitment))
    standing = [] if party else list(_standing(former, frame, commitment))
    missed = [] if party else _missed(former, frame, commitment)
    asked = {"page.changes_party_name": party, "page.changes_commitment_name": commitment}
    narrowed = {frame.source_say(name): value for name, value in asked.items() if value}
    return frame.page(
        "changes.html",
        names=names,
        asked=(first, span[1] or ""),
        party=party or "",
        commitment=commitment or "",
        before=before.as_of,
        after=after.as_of,
        first_day=before.as_of.last.isoformat() if not is_after_first else _day_after(before),
        standing=standing[:_SHOWN],
        standing_count=len(standing),
        missed=missed[:_SHOWN],
        missed_count=len(missed),
        items=chronicle(lines(frame, indices[-_SHOWN:])),
        is_cut=len(indices) > _SHOWN,
        shown=_SHOWN,
        whole=frame.link(frame.to("cambios"), **{names[0]: first}, **({names[1]: span[1]} if span[1] else {})),
        # The same, up to the entry before the oldest one that is shown.
        older=frame.link(
            frame.to("cambios"),
            **{names[0]: first, names[1]: f"#{indices[-_SHOWN]}"},
            **narrowed,
        )
        if len(indices) > _SHOWN
        else None,
        copy=copy,
    )


def _month_of_last(ledger: Ledger, zone: str) -> str:
    """Give the month of the last entry: what is new when nothing is asked."""
    if not ledger.size:
        return "#0"
    last = read_entry(ledger.log.entry(ledger.size - 1)).recorded_at
    return local_day(parse_instant(last), zone).isoformat()[:7]


def _day_after(reading: Reading) -> str:
    return (reading.as_of.last + timedelta(days=1)).isoformat()


def _reading(ledger: Ledger, name: str, text: str | None, zone: str, *, is_end: bool) -> tuple[Reading, bool]:
    """Give the state at one end of a span, and whether it is the last moment before the day asked.

    Raises:
        Malformed: Neither a date, an instant nor a size.
        NotFound: The log is not that long.
    """
    if text is None:
        return ledger.as_of(), False
    if text.startswith("#") and plain_number(text[1:]) is not None:
        return ledger.as_of(known=text), False
    first, last = read_span(name, text, zone)
    if not is_end and first <= _BEGINNING:
        return ledger.as_of(0), False
    instant = last if is_end else first - timedelta(seconds=1)
    return ledger.as_of(at=format_recorded_at(instant)), not is_end


def _indices(frame: Frame, start: int, party: str | None, commitment: str | None) -> Iterator[int]:
    """Yield the entries from an index on, in order, of a party or of a commitment where one is asked."""
    size = frame.as_of.size
    if commitment:
        stream = f"commitment/{commitment}"
        after = f"{stream}#{start - 1:010d}" if start else ""
        rows = frame.ledger.views.rows("timeline", prefix=f"{stream}#", after=after, limit=_MOST)
        indices = [row["index"] for _key, row in rows if start <= row["index"] < size]
        yield from (index for index in indices if not party or _party_of(frame.ledger.log.entry(index)) == party)
    elif party:
        entries = enumerate(frame.ledger.log.entries(start, size), start=start)
        yield from (index for index, raw in entries if _party_of(raw) == party)
    else:
        yield from range(start, size)


def _party_of(entry: bytes) -> str | None:
    party: str | None = json.loads(entry)["statement"]["actor"].get("party")
    return party


def _standing(former: Frame, frame: Frame, commitment: str | None) -> Iterator[StateChange]:
    for projection, member, title, status in _STANDING:
        before = {row["stream"]: row for row in _rows(former, projection)}
        for row in _rows(frame, projection):
            if commitment and row.get("commitment", row[member]) != commitment:
                continue
            old = before.get(row["stream"])
            if old is None or old[status] != row[status]:
                yield StateChange(
                    stream=row["stream"],
                    address=frame.page_of(row["stream"]),
                    title=row.get(title) or _in_both("page.changes_protected"),  # of a complaint
                    before=None if old is None else old[status],
                    after=row[status],
                )


def _rows(frame: Frame, projection: str) -> list[Row]:
    """Give the rows of a projection; of the longest ones what is shown here alone."""
    state, day = frame.state, frame.as_of.day
    if projection == "commitments":
        return [
            {"commitment": each.commitment, "lifecycle": each.status, "stream": each.stream,
             "title": each.title.to_json()}
            for each in state.of(Commitment)
        ]  # fmt: skip
    if projection == "decisions":
        return [
            {"decision": each.decision, "question": each.question.to_json(), "status": each.status_on(day),
             "stream": each.stream}
            for each in state.of(Decision)
        ]  # fmt: skip
    return frame.rows(projection)


def _missed(former: Frame, frame: Frame, commitment: str | None) -> list[object]:
    stream = f"commitment/{commitment}" if commitment else None
    known = set(missed_titles(former, stream))
    return [words for key, words in missed_titles(frame, stream).items() if key not in known]


def _in_both(msgid: str) -> dict[str, str]:
    return {lang: tr(lang, msgid) for lang in LANGUAGES}


@data.get(
    "/changes",
    summary="What changed between two moments",
    responses={
        200: json_example("What was recorded, what is in another state, what was missed.", CHANGES),
        **refusals(400, 404, 429),
    },
)
def changes_as_data(  # noqa: PLR0913, PLR0917 (each narrows what is given)
    request: Request,
    ledger: TheLedger,
    settings: TheSettings,
    first: Annotated[str | None, Query(alias="from", max_length=_MAX_TEXT, description=_FROM)] = None,
    to: Annotated[str | None, Query(max_length=_MAX_TEXT, description=_TO)] = None,
    party: Annotated[str | None, Query(max_length=_MAX_TEXT, description="Only what this party recorded.")] = None,
    commitment: Annotated[str | None, Query(max_length=_MAX_TEXT, description="Only of this commitment.")] = None,
    start: Start = 0,
    limit: Limit = None,
) -> dict[str, Any]:
    """Give the same as the page of changes: what was recorded between two moments, and what follows from it.

    `items` are entries, oldest first; `start` and `limit` choose among them, `count` counts them. `standing` (a state
    before and after) and `missed` (deadlines that passed unmet) are whole; with a party they are null, because they are
    no single party's. `before` names the state that all is compared with.
    """
    zone = ledger.state().timezone
    asked = (first or "").strip() or _month_of_last(ledger, zone)
    before, _ = _reading(ledger, "from", asked, zone, is_end=False)
    after, _ = _reading(ledger, "to", (to or "").strip() or None, zone, is_end=True)
    if before.as_of.size > after.as_of.size:
        raise Malformed("order", "from", "a date no later than the second one", asked)
    for projection, kind, name in (("parties", "party", party), ("commitments", "commitment", commitment)):
        if name:
            after.row(projection, f"{kind}/{name}")
    former, frame = (Frame(request, ledger, end, keeps=False, language=LANGUAGES[0]) for end in (before, after))
    indices = list(_indices(frame, before.as_of.size, party, commitment))
    standing = [] if party else [item.to_json() for item in _standing(former, frame, commitment)]
    missed = [] if party else missed_since(former, frame, f"commitment/{commitment}" if commitment else None)
    part = indices[start : start + (limit or settings.page_size)]
    return {
        **judged(ledger, after),
        "before": judged(ledger, before),
        "count": len(indices),
        "items": [{"index": index, "leaf_hash": ledger.log.leaf_hash(index).hex()} for index in part],
        "missed": None if party else missed,
        "standing": None if party else standing,
    }
