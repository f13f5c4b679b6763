"""The lists: each is paged, so that no page grows with the ledger; filters are in the address, which can be shared."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Final

from fastapi import Query, Response
from markupsafe import Markup

from constancia.api.http.problems import ALL_CODES
from constancia.api.http.request.query import Router
from constancia.api.pages import lateness
from constancia.api.pages.decision_waits import awaited_by, gone_from
from constancia.api.pages.frame.frame import SEGMENTS, Frame, party_name
from constancia.api.pages.frame.marked_text import marked_sentence
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.late_fulfilments import late_fulfilments
from constancia.api.pages.news.chronicle import lines
from constancia.api.routers.log.refusals import attempt_rows
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import answering
from constancia.domain.facts.derive import flags, responses_owed
from constancia.domain.facts.milestones import milestone_standing, outlined_standing
from constancia.domain.governance.decision import Decision
from constancia.domain.naming import NAMED_MEMBERS
from constancia.domain.outlines import CommitmentOutline, DecisionOutline
from constancia.domain.sentences import sentence_of
from constancia.domain.values.calendar import deadline, last_day_before
from constancia.ledger.errors import NotFound
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.ledger.views.projections.base import Row, start_of

router = Router(include_in_schema=False, route_class=CachedPage)
PAGE: Final = 50
_GATHERINGS: Final = 20  # each has several links
_CARDS: Final = 24  # a card is taller than a row
Start = Annotated[int, Query(ge=0, le=MAX_SIZE)]
LIFECYCLES: Final = ("in_progress", "adopted", "suspended", "proposed", "closed", "withdrawn", "rejected")
# Pages that show lists as they are: the page's segment in English, which its template is named for → the lists. The
# first one is paged; of the others, which a page shows besides, the first rows are.
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "agreements": ("agreements",),
    "allegations": ("allegations",),
    "cancellations": ("cancellations",),
    "complaints": ("complaints",),
    "duties": ("duties", "conditions", "successions"),
    "gatherings": ("gatherings",),
    "plans": ("plans",),
    "statements": ("statements",),
}
_OPEN: Final = ("proposed", "voting")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentFilter:
    """What a list of commitments is narrowed to; empty for no such filter."""

    status: str
    party: str
    late: bool
    contested: bool

    def takes(self, frame: Frame, stream: str, outline: CommitmentOutline) -> bool:
        """Tell whether a commitment is one of them."""
        return (
            self.status in ("", outline.status)
            and (not self.party or self.party in _answering(frame, outline))
            and (not self.late or _is_late(frame, outline))
            and (not self.contested or "contested" in Card(frame, stream).flags)
        )


@dataclass(frozen=True)
class Card:
    """A commitment in the list; its flags, where they are asked for."""

    frame: Frame
    stream: str

    @property
    def commitment(self) -> Commitment:
        """The commitment."""
        commitment = self.frame.state.aggregates[self.stream]
        if not isinstance(commitment, Commitment):
            raise TypeError(f"{self.stream} is no commitment")
        return commitment

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """The overlay flags on the page's day."""
        state = self.frame.state
        return flags(state, self.commitment, start_of(self.frame.as_of.day, state.timezone))

    def row(self) -> Row:
        """Give its row, with how many milestones are complete, and the next deadline that is still to come."""
        reading = self.frame.as_of
        row = self._light_row() if reading.dated is None else reading.row("commitments", self.stream)
        running = [item["window"] for item in row["milestones"] if item["stands"] == "running"]
        coming = sorted(running, key=lambda window: str(deadline(window, self.frame.state.timezone)))
        done = sum(item["stands"] == "done" for item in row["milestones"])
        return {**row, "done": done, "next": coming[0] if coming else None}

    def _light_row(self) -> Row:
        """Give what the list shows of the row of the present, without all that was reported."""
        commitment, state = self.commitment, self.frame.state
        at = start_of(self.frame.as_of.day, state.timezone)
        steps = commitment.scope.milestones if commitment.scope else ()
        return {
            "commitment": commitment.commitment,
            "flags": list(self.flags),
            "lifecycle": commitment.status,
            "milestones": [
                {"stands": milestone_standing(state, commitment, step, at).stands, "window": step.window}
                for step in steps
            ],
            "objective": commitment.objective.to_json(),
            "title": commitment.title.to_json(),
        }


def _spanish(english: str) -> str:
    return next(spanish for spanish, name in SEGMENTS.items() if name == english)


def _list_page(name: str) -> Callable[[Frame, int], Response]:
    def shown(frame: TheFrame, start: Start = 0) -> Response:
        main, *others = LISTS[name]
        part, first, count = _part(frame, main, start)
        more = {other: _part(frame, other)[0] for other in others}
        here = frame.to(_spanish(name))
        return frame.page(
            f"{name}.html",
            **{main: part},
            **more,
            first=first,
            stop=first + len(part),
            step=PAGE,
            count=count,
            here=here,
        )

    return shown


def _part(frame: Frame, name: str, start: int = 0) -> tuple[list[Row], int, int]:
    """Give the rows of a list from a place on, as many as a page has; where they begin, and how many there are."""
    keys = frame.as_of.keys(name)
    rows: Sequence[object] = keys if keys is not None else frame.rows(name)
    first = min(start, max(0, len(rows) - 1))
    stop = first + PAGE
    part = frame.rows(name)[first:stop] if keys is None else [frame.as_of.row(name, key) for key in keys[first:stop]]
    return part, first, len(rows)


for _name in LISTS:
    for _path in (f"/es/{_spanish(_name)}", f"/en/{_name}"):
        router.add_api_route(_path, _list_page(_name), name=_name)


@router.get("/es/compromisos")
@router.get("/en/commitments")
def commitments(  # noqa: PLR0913, PLR0917 (each is a filter)
    frame: TheFrame,
    status: Annotated[str, Query(max_length=40)] = "",
    party: Annotated[str, Query(max_length=80)] = "",
    late: Annotated[str, Query(pattern="^(|1)$")] = "",
    contested: Annotated[str, Query(pattern="^(|1)$")] = "",
    start: Start = 0,
) -> Response:
    """List commitments by status, those chosen."""
    chosen = CommitmentFilter(status=status, party=party, late=bool(late), contested=bool(contested))
    everything = frame.state.outlines(Commitment)
    takes = ((stream, outline.status) for stream, outline in everything.items() if chosen.takes(frame, stream, outline))
    listed = [stream for stream, _ in sorted(takes, key=lambda taken: LIFECYCLES.index(taken[1]))]
    first = min(start, max(0, len(listed) - 1))
    part = [Card(frame, stream).row() for stream in listed[first : first + _CARDS]]
    statuses = {outline.status for outline in everything.values()}
    asked = {"status": status, "party": party, "late": late, "contested": contested}
    here = frame.link(frame.to("compromisos").partition("?")[0], **{name: text for name, text in asked.items() if text})
    return frame.page(
        "commitments.html",
        groups=_grouped(part),
        chosen=chosen,
        lifecycles=[name for name in LIFECYCLES if name in statuses],
        parties=sorted({name for outline in everything.values() for name in _answering(frame, outline)}),
        first=first,
        stop=first + len(part),
        step=_CARDS,
        count=len(listed),
        here=here,
    )


def _grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["lifecycle"], []).append(row)
    return list(groups.items())


def _answering(frame: Frame, commitment: CommitmentOutline) -> frozenset[str]:
    """Give the parties that answer for a commitment now, or did at its end."""
    state, body, by = frame.state, commitment.governance_body, commitment.ended_by
    return frozenset(party for step in commitment.milestones for party in answering(state, body, step.bearers, by))


def _is_late(frame: Frame, commitment: CommitmentOutline) -> bool:
    """Tell whether a milestone is overdue on the page's day."""
    timezone = frame.state.timezone
    at = start_of(frame.as_of.day, timezone)
    return any(outlined_standing(timezone, commitment, step, at).stands == "overdue" for step in commitment.milestones)


@router.get("/es/decisiones")
@router.get("/en/decisions")
def decisions(frame: TheFrame, start: Start = 0) -> Response:
    """List decisions by state: the open ones first, with what is missing; then the latest."""
    order, day = {"d_open": 0, "d_waiting": 1, "d_signed": 2, "d_failed": 3}, frame.as_of.day
    known = ((order[_group(each.status_on(day))], -each.proposed, stream) for stream, each in _decisions(frame).items())
    listed = [stream for *_, stream in sorted(known)]
    first = min(start, max(0, len(listed) - 1))
    chosen = listed[first : first + PAGE]
    part = [_with_missing(frame, frame.as_of.row("decisions", stream)) for stream in chosen]
    signs = {"d_open": "open", "d_waiting": "pen", "d_signed": "check", "d_failed": "cross"}
    groups = [(name, signs[name], [row for row in part if row["group"] == name]) for name in order]
    return frame.page(
        "decisions.html",
        groups=[group for group in groups if group[2]],
        first=first,
        stop=first + len(part),
        step=PAGE,
        count=len(listed),
        here=frame.to("decisiones"),
    )


def _decisions(frame: Frame) -> Mapping[str, DecisionOutline]:
    return frame.state.outlines(Decision)


def _group(status: str) -> str:
    """Give the heading under which a decision of a status is listed."""
    if status in _OPEN:
        return "d_open"
    return {"adopted": "d_waiting", "signed": "d_signed"}.get(status, "d_failed")


def _with_missing(frame: Frame, row: Row) -> Row:
    kind, waiting = awaited_by(frame.state, row)
    return {
        **row,
        "group": _group(row["status"]),
        "gone": gone_from(frame.state, row),
        "waiting_votes": waiting if kind == "vote" else [],
        "waiting_signs": waiting if kind == "signature" else [],
    }


@router.get("/es/vencidos")
@router.get("/en/overdue")
def overdue(frame: TheFrame, start: Start = 0) -> Response:
    """Show who is late and who owes what, by party; and what was met late."""
    listed, met = lateness.owed(frame), late_fulfilments(frame)
    first = min(start, max(0, len(listed) - 1))
    part = [each.make() for each in listed[first : first + PAGE]]
    return frame.page(
        "overdue.html",
        debts=lateness.by_party(part),
        met=met[:PAGE],
        first=first,
        stop=first + len(part),
        step=PAGE,
        count=len(listed),
        here=frame.to("vencidos"),
    )


@router.get("/es/registros")
@router.get("/en/entries")
def entries(frame: TheFrame, start: Annotated[int | None, Query(ge=0, le=MAX_SIZE)] = None) -> Response:
    """List the log, newest page first."""
    indices = frame.as_of.indices
    count = len(indices)
    first = max(0, count - PAGE) if start is None else min(start, max(0, count - 1))
    stop = min(count, first + PAGE)
    shown = lines(frame, indices[first:stop])[::-1]
    return frame.page(
        "entries.html", lines=shown, first=first, stop=stop, step=PAGE, count=count, here=frame.to("registros")
    )


@router.get("/es/rechazos")
@router.get("/en/refusals")
def refused_attempts(frame: TheFrame, start: Annotated[int | None, Query(ge=0, le=MAX_SIZE)] = None) -> Response:
    """List the signed attempts that were refused, newest page first; they are outside the chain."""
    ledger = frame.ledger
    count = ledger.refused.count
    first = max(0, count - PAGE) if start is None else min(start, max(0, count - 1))
    rows = [row | {"sentence": _attempted(frame, row["sha256"])} for row in attempt_rows(ledger, first, PAGE)]
    absent = sum(row["times"] for row in ledger.refused.absent())
    return frame.page(
        "refusals.html",
        attempts=rows,
        party_now=lambda name: party_name(frame.ledger.state(), name, frame.lang),
        first=first,
        stop=first + len(rows),
        step=PAGE,
        count=count,
        absent=absent,
    )


def _attempted(frame: Frame, sha256: str) -> Markup | None:
    """Give what a refused statement says; None where it has no form that has a sentence."""
    try:
        statement = json.loads(frame.ledger.refused.document(sha256))["statement"]
        sentence = sentence_of(statement, frame.ledger.state())
        absent = {name: value for name, value in statement["body"].items() if name in NAMED_MEMBERS}
        unnamed = {name for name, value in absent.items() if sentence.params.get(name) == value}
        words = dict.fromkeys(unnamed, frame.source_say("page.not_in_ledger"))
        return marked_sentence(replace(sentence, params={**sentence.params, **words}), frame.lang, frame.page_of)
    except (AttributeError, LookupError, NotFound, TypeError, ValueError):
        return None  # a signed document may have any form; it is linked as it was sent


@router.get("/es/participacion")
@router.get("/en/participation")
def participation(frame: TheFrame, start: Start = 0) -> Response:
    """Show the record of participation: contributions by kind, answers by theme, and what is owed."""
    owed = {fact.stream for fact in frame.as_of.facts(responses_owed) if not fact.params["answered_by"]}
    proposed = [stream for stream in frame.state.outlines(Commitment) if stream in owed] if owed else []
    rows: Sequence[Any] = frame.rows("participation")
    responses: Sequence[Any] = frame.rows("responses")
    count = max(len(rows), len(responses), len(proposed))  # each part shows that part of all three
    first = min(start, max(0, count - 1))
    stop = min(first + _GATHERINGS, count)
    return frame.page(
        "participation.html",
        consultations=rows[first:stop],
        last_day=lambda due: last_day_before(due, frame.state.timezone),
        proposals=[frame.as_of.row("commitments", stream) for stream in proposed[first:stop]],
        responses=responses[first:stop],
        first=first,
        stop=stop,
        step=_GATHERINGS,
        count=count,
        here=frame.to("participacion"),
    )


@router.get("/es/codigos")
@router.get("/en/codes")
def codes(frame: TheFrame) -> Response:
    """List the refusal codes: where a problem document's `type` leads to."""
    return frame.page("codes.html", codes=ALL_CODES)
