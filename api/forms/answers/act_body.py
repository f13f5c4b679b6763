"""From a form's answers to a prepared act: its body, and the members of its statement that need no signer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from constancia.api.forms.answers.reading import AnswerFault, Answers, form_fault, read
from constancia.api.forms.answers.written_dates import likely_date
from constancia.api.forms.fields import Field, FieldKind, Form
from constancia.domain.catalogue import REGISTRY
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.scope import Scope, ScopeDiff, compare
from constancia.domain.state import State
from constancia.domain.values.calendar import parse_edtf
from constancia.domain.values.occurrence import CLAIM_SPAN
from constancia.domain.values.values import FormError

OCCURRED: Final = "occurred_on"
_WHEN: Final = Field(name=OCCURRED, kind=FieldKind.DATE, required=False, owner="Statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormResult:
    """What was read from a form.

    Attributes:
        members: The statement's members but `seen`, `signed_at` and `id`; None where something is wrong.
        faults: What is wrong, in the order of the questions.
        change: What a change of scope would change; None for other acts.
    """

    members: Mapping[str, Any] | None
    faults: tuple[AnswerFault, ...] = ()
    change: ScopeDiff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a form is read with: the state, the day in the ledger's zone, and a way to find entries."""

    state: State
    today: date
    find_entry: Any


def prepare(form: Form, answers: Answers, actor: Mapping[str, str], desk: Desk) -> FormResult:
    """Read a form, and put the statement's members together.

    Args:
        form: The questions.
        answers: What was answered.
        actor: Who speaks.
        desk: State, day and entries.
    """
    answers = dict(answers)
    change = scope_change(form, answers, desk)
    if change is not None:
        _declare(form, answers, change)
    body, faults = read(form, answers, desk.find_entry)
    occurred, wrong = _occurred(answers, desk.today)
    faults += wrong
    if not faults:
        fault = form_fault(form, body, desk.state.edition)
        faults += [fault] if fault else []
    if faults:
        return FormResult(members=None, faults=tuple(faults), change=change)
    act = REGISTRY[form.type].parse(body)
    start = parse_edtf(occurred).start
    is_live = start is not None and start >= desk.today - CLAIM_SPAN
    members = {
        "actor": dict(actor),
        "body": body,
        "ledger": desk.state.origin,
        "mode": "live" if is_live else "historical",
        "occurred_on": occurred,
        "schema": desk.state.edition,
        "stream": act.stream(),
        "type": form.type,
    }
    return FormResult(members=members, change=change)


def _occurred(answers: Answers, today: date) -> tuple[str, list[AnswerFault]]:
    """Read when it happened; today where nothing is said."""
    text = next((value.strip() for value in answers.get(OCCURRED, ()) if value.strip()), "")
    if not text:
        return today.isoformat(), []
    try:
        when = parse_edtf(text)
    except ValueError:
        right = likely_date(text)
        code = "date_likely" if right else "date"
        params = {"found": text[:120], "right": right or ""}
        return text, [AnswerFault(path=OCCURRED, code=code, field=_WHEN, params=params)]
    if when.start is not None and when.start > today:
        return text, [AnswerFault(path=OCCURRED, code="future", field=_WHEN, params={"found": text})]
    return text, []


def scope_change(form: Form, answers: Answers, desk: Desk) -> ScopeDiff | None:
    """Compute what a change of scope would change, from what was answered so far; None where none can be read."""
    is_decided = form.decides == "ScopeChanged"
    if form.type != "ScopeChangeProposed" and not is_decided:
        return None
    given = form.given_decided if is_decided else form.given
    commitment = desk.state.aggregates.get(f"commitment/{given.get('commitment')}")
    if not isinstance(commitment, Commitment) or commitment.scope is None:
        return None
    body, _faults = read(form, answers, desk.find_entry)
    inner = body.get("act", {}).get("body", {}) if is_decided else body
    try:
        return compare(commitment.scope, Scope.parse(inner.get("scope")))
    except FormError:
        return None


def _declare(form: Form, answers: dict[str, Any], change: ScopeDiff) -> None:
    """Declare the kind of a change that was computed, where nothing was declared: no other one would be taken."""
    path = "act.declared_kind" if form.decides else "declared_kind"
    if not any(str(value).strip() for value in answers.get(path, ())):
        answers[path] = [change.kind]
