"""The sheet: what a person can sign in a matter, as data from which the page in the browser composes the statement.

- S1: a sheet has prepared acts, never signed bytes: `seen` and `signed_at` come from the signer's own browser, which
  shows the statement that it composed before it asks for a signature.
- S2: a sheet says what it rests on. Where that has changed by the time of signing, nothing is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from constancia.api.http.request.context import address_of, settings_of
from constancia.api.pages.frame.frame import Frame
from constancia.api.routers.log.entries import index_of
from constancia.api.signing import trial
from constancia.api.signing.choices import Choice, choices
from constancia.api.signing.draft_words import then_of
from constancia.api.signing.drafts import Draft
from constancia.api.signing.relying_party import relying_party
from constancia.api.signing.speakers import (
    PastAppointment,
    described,
    ended,
    keys_of,
    passkeys_of_others,
    pending_keys,
    speakers,
)
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import say, tr
from constancia.api.text.rules import rule_words
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.catalogue import REGISTRY
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.key import Key
from constancia.domain.kernel.problems import Refusal
from constancia.domain.sentences import sentence_of
from constancia.domain.values.calendar import format_instant, local_day, parse_instant
from constancia.domain.values.languages import member_of
from constancia.ledger.errors import NotFound

KINDS: Final = {"agreement": Agreement, "decision": Decision}
_MOST_OTHERS: Final = 200  # passkeys of other persons, by which another's key is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What can be signed.

    Attributes:
        appointment: As whom; None where the person has no appointment in force for it.
        options: The choices, as data.
        basis: What the acts rest on.
        problem: Why nothing can be signed, in a sentence; None where something can.
        since: The last appointment that the person had, where it is over.
        stream: The matter.
        keys: Keys that sign for the appointment.
        recorded: The entry that a draft became; None where it is not signed.
        prepared: A draft's act, as it would be signed now; None for a matter.
    """

    stream: str
    appointment: Appointment | None
    options: Sequence[Mapping[str, Any]]
    basis: Mapping[str, Any]
    problem: str | None = None
    since: PastAppointment | None = None
    keys: Sequence[Key] = field(default=())
    recorded: int | None = None
    prepared: Mapping[str, Any] | None = None


def sheet_of(frame: Frame, person: str, kind: str, name: str) -> Sheet:
    """Give what a person can sign in a matter now.

    Args:
        frame: The page: language and state.
        person: The person's id.
        kind: `decision` or `agreement`.
        name: Its id.

    Raises:
        NotFound: There is no such person or matter.
    """
    stream = f"{kind}/{name}"
    about = frame.state.aggregates.get(stream)
    if kind not in KINDS or not isinstance(about, KINDS[kind]):
        raise NotFound("there is nothing at this address")
    in_force, past = speakers(frame, person), ended(frame, person)
    if not in_force and not past:
        raise NotFound("there is no such person")
    best, offered = _best(frame, in_force, stream)
    if best is None:
        return Sheet(
            stream=stream,
            appointment=None,
            options=(),
            basis=_basis(about),
            problem=over(frame, past[0]),
            since=past[0],
        )
    keys = keys_of(frame, best.appointment)
    options = [_option(frame, choice) for choice in offered]
    problem = None if options else _nothing(frame, about, best)
    return Sheet(stream=stream, appointment=best, options=options, basis=_basis(about), problem=problem, keys=keys)


def sheet_of_draft(frame: Frame, draft: Draft) -> Sheet:
    """Give what a draft is to be signed as: the prepared act, with today's date where it takes effect by being said."""
    prepared = dict(draft.prepared)
    zone = frame.state.timezone
    was_undated = prepared["occurred_on"] == local_day(parse_instant(draft.made_at), zone).isoformat()
    if prepared["mode"] == "live" and was_undated and not _reports(prepared["type"]):
        prepared["occurred_on"] = local_day(frame.ledger.clock.now(), zone).isoformat()
    name = prepared["actor"].get("appointment")
    made = frame.state.aggregates.get(f"appointment/{name}")
    appointment = made if isinstance(made, Appointment) else None
    refused = trial.refusal(frame.ledger, prepared)
    choice = Choice(name="sign", acts=(prepared,))
    problem = None if refused is None else refused_words(frame, refused)
    recorded = _recorded(frame, prepared)
    if recorded is not None:
        problem = tr(frame.lang, "page.sign_already")
    if problem is None and appointment is None:
        problem = tr(frame.lang, "page.sign_by_root")  # a root key is offline, and no passkey
    return Sheet(
        stream=str(prepared["stream"]),
        appointment=appointment,
        options=[] if problem else [_option(frame, choice, then_of(prepared))],
        basis={"draft": {member: value for member, value in prepared.items() if member != "occurred_on"}},
        problem=problem,
        recorded=recorded,
        prepared=prepared,
        keys=() if appointment is None else keys_of(frame, appointment.appointment),
    )


def _recorded(frame: Frame, prepared: Mapping[str, Any]) -> int | None:
    """Give the entry that a draft became, by its statement's id and its signer; None where it is not signed yet."""
    try:
        index = index_of(frame.ledger, str(prepared["id"]))
    except NotFound:
        return None
    return index if frame.statement(index)["actor"] == prepared["actor"] else None


def refused_words(frame: Frame, refused: Refusal) -> str:
    """Give a refusal as one sentence in the page's language: what happened, the rule, what to do."""
    title, step = tr(frame.lang, f"problem.{refused.code}"), tr(frame.lang, f"problem.{refused.code}.next")
    rule = rule_words(refused.rule, frame.lang)
    return tr(frame.lang, "page.sign_refused", title=title, rule=rule, next=step)


def _reports(type_name: str) -> bool:
    act = REGISTRY.get(type_name)
    return act is not None and act.REPORTS


def _best(frame: Frame, in_force: Sequence[Appointment], stream: str) -> tuple[Appointment | None, list[Choice]]:
    """Choose the appointment by which most can be signed; the one with a key before others."""
    ranked = [(choices(frame.ledger, each, stream), each) for each in in_force]
    if not ranked:
        return None, []
    offered, best = max(ranked, key=lambda item: (len(item[0]), bool(keys_of(frame, item[1].appointment))))
    return best, offered


def _basis(about: object) -> dict[str, Any]:
    if isinstance(about, Decision):
        return {"act": about.act.to_json(), "digest": about.act_digest}
    if isinstance(about, Agreement):
        version = about.current
        return {"digest": version.docset_digest, "docset": version.docset.to_json(), "version": version.version}
    return {}


def _option(frame: Frame, choice: Choice, then: str | None = None) -> dict[str, Any]:
    """Give a choice as data, with its sentences in words."""
    return {
        "acts": [dict(act) for act in choice.acts],
        "adopts": choice.adopts,
        "label": tr(frame.lang, f"page.sign_opt_{choice.name}"),
        "member": choice.member,
        "name": choice.name,
        "sentences": [say(sentence_of(dict(act), frame.state), frame.lang) for act in choice.acts],
        "then": tr(frame.lang, then or f"page.sign_then_{'adopts' if choice.adopts else choice.name}"),
        "words": choice.words,
    }


def over(frame: Frame, past: PastAppointment) -> str:
    """Say that an appointment is not in force: ended on a day, or not begun."""
    name = past.appointment.name
    if past.ended_on is None:
        return tr(frame.lang, "page.sign_not_begun", name=name, day=date_words(past.since, frame.lang))
    return tr(frame.lang, "page.sign_ended", name=name, day=date_words(past.ended_on, frame.lang))


def _nothing(frame: Frame, about: object, best: Appointment) -> str:
    """Say why a person can sign nothing in a matter: the party has done so, or the rules let nothing now."""
    if isinstance(about, Decision) and best.party in about.signed_by:
        return tr(frame.lang, "page.sign_party_signed")
    if isinstance(about, Agreement) and best.party in about.current.signed_by:
        return tr(frame.lang, "page.sign_party_signed")
    word = frame.source.word(about.status_on(frame.as_of.day)) if isinstance(about, Decision | Agreement) else ""
    return tr(frame.lang, "page.sign_closed", status=word)


def data_of(frame: Frame, sheet: Sheet) -> dict[str, Any]:
    """Give a sheet as the page's data: what the page in the browser needs to compose, check and hand in."""
    party = relying_party(frame.request)
    others = [] if sheet.appointment is None else passkeys_of_others(frame, sheet.appointment.appointment)
    return {
        "address": address_of(frame.request, settings_of(frame.request)),
        "basis": dict(sheet.basis),
        "edition": frame.state.edition,
        "keys": [_key(key) for key in sheet.keys],
        "languages": [member_of(tag) for tag in frame.state.languages],
        "log_key": frame.ledger.vkey,
        "now": format_instant(frame.ledger.clock.now()),
        "options": [dict(option) for option in sheet.options],
        "origin": frame.ledger.origin,
        "others": [
            {**_key(key), "name": of.name, "party": described(frame, of)["party"], "appointment": of.appointment}
            for key, of in others[:_MOST_OTHERS]
        ],
        "pending": bool(sheet.appointment and pending_keys(frame, sheet.appointment.appointment)),
        "problem": sheet.problem,
        "relying_party": {"address": party.address, "id": party.id, "origin": party.origin},
        "stream": sheet.stream,
        "who": None if sheet.appointment is None else described(frame, sheet.appointment),
    }


def _key(key: Key) -> dict[str, Any]:
    return {
        "key": key.key,
        "origins": list(key.origins),
        "public_key": key.public_key,
        "rp_id": key.rp_id,
        "scheme": key.scheme,
    }
