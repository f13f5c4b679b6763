"""The page of a decision: what it would do, or did, in words; who proposed, voted and signed; what is missing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fastapi import Response
from markupsafe import Markup

from constancia.api.http.request.query import Router
from constancia.api.pages.decision_waits import awaited_by, gone_from
from constancia.api.pages.figures.scope import changes_of
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.marked_text import marked_message, marked_sentence
from constancia.api.pages.frame.routing import CachedPage, TheFrame
from constancia.api.pages.news.chronicle import INVENTED
from constancia.api.pages.records import models
from constancia.api.pages.records.commitment_page import Before
from constancia.api.pictures.scope import ScopeChange
from constancia.api.text.dates import date_words
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.scope import Scope, compare
from constancia.domain.identity.appointment import Appointment
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.remarks.entry_standing import verdicts_on
from constancia.domain.sentences import sentence_of

if TYPE_CHECKING:
    from constancia.ledger.views.projections.base import Row

router = Router(include_in_schema=False, route_class=CachedPage)
_HEADINGS: Final = {
    "proposed": "page.act_proposed",
    "voting": "page.act_proposed",
    "adopted": "page.act_adopted",
    "signed": "page.act_decided",
    "rejected": "page.act_rejected",
    "lapsed": "page.act_lapsed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a decision does: a sentence, what it changes of a scope, and how many deliverables stay of how many."""

    sentence: Markup | str
    changes: tuple[ScopeChange, ...] = ()
    stays: int | None = None
    was: int | None = None


@router.get("/es/decisiones/{name}")
@router.get("/en/decisions/{name}")
def decision(name: str, frame: TheFrame, before: Before = None) -> Response:
    """Show a decision."""
    row = frame.as_of.row("decisions", f"decision/{name}")
    signed = {signature["party"]: signature for signature in row["signatures"]}
    votes = {vote["party"]: vote for vote in row["standing_votes"]}
    proposed = frame.statement(row["proposed"]["index"])
    kind, waiting = awaited_by(frame.state, row)
    return frame.page(
        "decision.html",
        decision=row,
        waiting=waiting if kind != "finish" else (),
        gone=gone_from(frame.state, row),
        is_stuck=row["status"] == "adopted" and not waiting,
        heading=_HEADINGS.get(row["status"], "page.act_decided"),
        is_open=row["status"] in ("proposed", "voting"),
        effect=effect_of(frame, row["act"], proposed["actor"], row["proposed"]["index"]),
        act_json=json.dumps(row["act"], ensure_ascii=False, indent=2),
        votes=votes,
        signed=signed,
        verdicts={each["leaf_hash"]: verdicts_on(frame.state, each["leaf_hash"]) for each in row["signatures"]},
        person=lambda mark: person_of(frame, mark),
        invented=proposed["body"].get("provenance") if proposed["body"].get("provenance") in INVENTED else None,
        timeline=models.timeline(frame, row["stream"], before),
    )


def person_of(frame: Frame, mark: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give who spoke, by name, post and capacity, from the mark of an entry; None where a root or founders spoke."""
    appointment = frame.state.aggregates.get(f"appointment/{mark.get('appointment')}")
    if not isinstance(appointment, Appointment):
        return None
    return {"name": appointment.name, "post": document_of(appointment.post), "capacity": appointment.capacity}


def effect_of(frame: Frame, act: Mapping[str, Any], actor: Mapping[str, str], index: int) -> Effect:
    """Say in words what an act that is decided on does.

    Args:
        frame: The page.
        act: The act, as the decision has it: body, stream and type.
        actor: Who proposed it.
        index: The entry of the proposal: a scope is compared with the one in force before it.
    """
    effect = _EFFECTS.get(act["type"])
    if effect is not None:
        return effect(frame, act["body"], index)
    statement = {"actor": actor, "body": act["body"], "stream": act["stream"], "type": act["type"]}
    sentence = marked_sentence(sentence_of(statement, frame.state), frame.lang, frame.page_of)
    return Effect(sentence=Markup(marked_message(frame.lang, "page.effect_other", sentence=sentence)))  # noqa: S704


def _say(frame: Frame, msgid: str, **params: object) -> Markup | str:
    return marked_message(frame.lang, msgid, **params)


def _link(frame: Frame, member: str, name: str, of: str | None = None) -> Markup:
    address = frame.page_of(f"{member}/{name}") if of is None else frame.page_of(f"commitment/{of}")
    return Markup('<a href="{}">{}</a>').format(address, frame.named(member, name, of))


def _scope_before(frame: Frame, body: Mapping[str, Any], index: int) -> Scope | None:
    commitment = frame.state.aggregates.get(f"commitment/{body['commitment']}")
    if not isinstance(commitment, Commitment):
        return None
    earlier = [version.scope for version in commitment.scopes if version.mark.index < index]
    return earlier[-1] if earlier else None


def _adopted(frame: Frame, body: Mapping[str, Any], _index: int) -> Effect:
    scope = body["scope"]
    sentence = _say(
        frame,
        "page.effect_adopted",
        commitment=_link(frame, "commitment", body["commitment"]),
        milestones=len(scope["milestones"]),
        deliverables=len(scope["deliverables"]),
    )
    return Effect(sentence=sentence)


def _scope_changed(frame: Frame, body: Mapping[str, Any], index: int) -> Effect:
    before, after = _scope_before(frame, body, index), Scope.parse(body["scope"], "scope")
    sentence = _say(frame, "page.effect_scope", commitment=_link(frame, "commitment", body["commitment"]))
    if before is None:
        return Effect(sentence=sentence)
    diff: Row = document_of(compare(before, after))
    former: Row = document_of(before)
    changes = tuple(changes_of(frame.source, diff, former, body["scope"]))
    names = {item["deliverable"] for item in body["scope"]["deliverables"]}
    stays = sum(item["deliverable"] in names for item in former["deliverables"])
    return Effect(sentence=sentence, changes=changes, stays=stays, was=len(former["deliverables"]))


def _status(frame: Frame, body: Mapping[str, Any], _index: int) -> Effect:
    outcome = frame.source.word(body["outcome"]) if "outcome" in body else ""
    return Effect(
        sentence=_say(
            frame,
            f"page.effect_{body['to']}",
            commitment=_link(frame, "commitment", body["commitment"]),
            outcome=outcome,
            reasons=frame.plain_text(body["reasons"]),
        )
    )


def _carried(frame: Frame, body: Mapping[str, Any], _index: int) -> Effect:
    commitment, plan = _link(frame, "commitment", body["commitment"]), _link(frame, "plan", body["plan"])
    return Effect(sentence=_say(frame, "page.effect_carried", commitment=commitment, plan=plan))


def _overruled(frame: Frame, body: Mapping[str, Any], _index: int) -> Effect:
    deliverable = _link(frame, "deliverable", body["deliverable"], body["commitment"])
    commitment = _link(frame, "commitment", body["commitment"])
    reasons = frame.plain_text(body["reasons"])
    return Effect(
        sentence=_say(frame, "page.effect_overruled", deliverable=deliverable, commitment=commitment, reasons=reasons)
    )


def _moved(frame: Frame, body: Mapping[str, Any], _index: int) -> Effect:
    days = {name: date_words(str(body[name]), frame.lang) for name in ("from_day", "to_day")}
    deadline, plan = frame.source.word(body["deadline"]), _link(frame, "plan", body["plan"])
    return Effect(sentence=_say(frame, "page.effect_moved", deadline=deadline, plan=plan, **days))


_EFFECTS: Final[Mapping[str, Callable[[Frame, Mapping[str, Any], int], Effect]]] = {
    "CommitmentAdopted": _adopted,
    "CommitmentCarriedIntoPlan": _carried,
    "CommitmentStatusDecided": _status,
    "ContestOverruled": _overruled,
    "DeadlineMoved": _moved,
    "ScopeChanged": _scope_changed,
}
