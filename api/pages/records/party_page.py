"""The pages of parties: who they are, who speaks for them and since when, what they owe, signed and said."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Query, Response

from constancia.api.http.request.query import Router
from constancia.api.pages import lateness
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.news.chronicle import INVENTED
from constancia.api.pages.records import models
from constancia.api.pages.records.commitment_page import Before
from constancia.domain.identity.succession import succession_of
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.ledger.views.projections.base import Row

router = Router(include_in_schema=False, route_class=CachedPage)
_PAGE: Final = 40
_MOST: Final = 60  # people and keys that are shown; a party has a few


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An appointment: its row, its keys, and how it ended where it did: when, why, in which entry, whether invented."""

    row: Row
    keys: tuple[Row, ...]
    ended_on: str | None = None
    reason: object = None
    index: int | None = None
    provenance: str | None = None


@router.get("/es/partes")
@router.get("/en/parties")
def parties(frame: TheFrame, start: Annotated[int, Query(ge=0, le=MAX_SIZE)] = 0) -> Response:
    """List bodies and parties: with a day, whether each held its seat on it, as far as is known."""
    taking_part = {row["stream"]: row["participants"] for row in frame.rows("participants")}
    rows = sorted(frame.rows("parties"), key=lambda row: (not row["seats"], not row["is_founder"], row["party"]))
    first = min(start, max(0, len(rows) - 1))
    part = rows[first : first + _PAGE]
    return frame.page(
        "parties.html",
        parties=part,
        bodies=frame.rows("bodies")[:_PAGE],
        participants=taking_part,
        gone=gone_parties(frame),
        answers=frame.as_of.who_may_act,
        first=first,
        stop=first + len(part),
        step=_PAGE,
        count=len(rows),
        here=frame.to("partes"),
    )


@router.get("/es/partes/{name}")
@router.get("/en/parties/{name}")
def party(name: str, frame: TheFrame, before: Before = None) -> Response:
    """Show a party."""
    row = frame.as_of.row("parties", f"party/{name}")
    debts = lateness.debts(frame)
    owed = [debt for debt in debts if name in debt.parties]
    people = list(_people(frame, row))
    return frame.page(
        "party.html",
        party=row,
        answers=frame.as_of.who_may_act,
        people=people[:_MOST],
        gone=gone_parties(frame),
        owed=owed[:_PAGE],
        heirs_owe=[debt for debt in debts if name in _passed_through(frame, debt)][:_PAGE],
        successors=[item for item in frame.rows("successions") if item["party"] == name],
        agreements=[item for item in frame.rows("agreements") if name in item["versions"][-1]["parties"]][:_PAGE],
        bodies={item["governance_body"]: item for item in frame.rows("bodies")},
        timeline=models.timeline(frame, row["stream"], before),
    )


def _passed_through(frame: Frame, debt: lateness.Debt) -> set[str]:
    """Give the parties that had owed something before those who owe it now: who was named, and successors between."""
    passed, waiting = set[str](), [*debt.formerly] if debt.parties else []
    while waiting:
        party = waiting.pop()
        succession = succession_of(frame.state, party)
        if succession is not None and party not in passed:
            passed.add(party)
            waiting += succession.successors
    return passed


def gone_parties(frame: Frame) -> dict[str, str]:
    """Give the parties that have ended, each with its day: their seats and posts ended with them."""
    return {item["party"]: item["effective"] for item in frame.rows("successions") if item["status"] == "succeeded"}


def _people(frame: Frame, row: Row) -> Iterator[Person]:
    for appointment in row["appointments"]:
        keys = tuple(key for key in row["keys"] if key.get("appointment") == appointment["appointment"])
        ended: dict[str, Any] = {}
        if appointment["status"] == "revoked":
            ended = end_of(frame, appointment["stream"])
        elif appointment["status"] == "expired" or appointment.get("valid_until"):
            ended = {"ended_on": appointment.get("valid_until")}
        yield Person(row=appointment, keys=keys, **ended)


def end_of(frame: Frame, stream: str) -> dict[str, Any]:
    """Give how an appointment was ended, from the entry that did it; nothing where the views do not know it yet."""
    for _key, entry in frame.ledger.views.rows("timeline", prefix=f"{stream}#"):
        if entry["type"] == "RepresentativeRevoked" and frame.as_of.has(entry["index"]):
            statement = frame.statement(entry["index"])
            mark = statement["body"].get("provenance")
            return {
                "ended_on": statement["occurred_on"],
                "reason": statement["body"].get("reason"),
                "index": entry["index"],
                "provenance": mark if mark in INVENTED else None,
            }
    return {}
