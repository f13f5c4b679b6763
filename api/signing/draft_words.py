"""What is said of a draft: everything that it holds, what its signature brings about, that it has expired."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import Response

from constancia.api.forms.fields import Field, FieldKind
from constancia.api.forms.words import FormWords
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.records.decision_page import Effect, effect_of
from constancia.api.signing.drafts import ExpiredDraft
from constancia.api.text.dates import date_words
from constancia.api.text.i18n import tr
from constancia.domain.values.languages import is_text

_GONE: Final = 410
_MOST: Final = 200
_DAY: Final = re.compile(r"\d{4}-\d\d(-\d\d)?")
_HASH: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
# Shown as what they change, item by item, and as texts.
_IN_EFFECT: Final = "scope"
_PROPOSALS: Final = {"DecisionProposed", "ScopeChangeProposed"}
_SIGNATURES: Final = ("AgreementSigned", "DecisionSigned")


def expired_page(frame: Frame, draft: ExpiredDraft) -> Response:
    """Give the page of a draft that has expired: since when, that nothing was signed, what to do; status 410."""
    answer = frame.page("draft_expired.html", expired_at=draft.expires_at)
    answer.status_code = _GONE
    answer.headers["Cache-Control"] = "no-store"
    return answer


def then_of(act: Mapping[str, Any]) -> str:
    """Give the message id of what follows from a prepared act's signature.

    Args:
        act: The prepared act.
    """
    name, body = act["type"], act["body"]
    if name == "VoteCast":
        return f"page.sign_then_{body['choice']}"
    if name == "DissentRecorded":
        return "page.sign_then_dissent"
    if name in _SIGNATURES:
        return "page.sign_then_sign"
    return "page.sign_then_draft"


def proposed_effect(frame: Frame, act: Mapping[str, Any]) -> Effect | None:
    """Say what a proposal that is not recorded yet would do; None for other acts.

    Args:
        frame: The page.
        act: The prepared act.
    """
    if act["type"] not in _PROPOSALS:
        return None
    inner = act["body"]["act"] if act["type"] == "DecisionProposed" else {**act, "type": "ScopeChanged"}
    return effect_of(frame, inner, act["actor"], frame.state.size)


def facts_of(frame: Frame, act: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Give all that an act says besides texts: label, value in words, and whether it is a hash.

    Args:
        frame: The page.
        act: The prepared act.
    """
    words = FormWords(frame.lang, frame.state.languages)
    listed = []
    for name, value in list(_leaves("", act["body"]))[:_MOST]:
        label = words.label(Field(name=name, kind=FieldKind.LINE, required=False, owner=act["type"]))
        is_hash = isinstance(value, str) and _HASH.fullmatch(value)
        listed.append((label, _shown(frame, value), bool(is_hash)))
    return [*listed, (tr(frame.lang, "page.prepare_occurred"), _shown(frame, act["occurred_on"]), False)]


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        if not is_text(value):
            for member, inner in value.items():
                if member != _IN_EFFECT:
                    yield from _leaves(str(member), inner)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(name, item)
    else:
        yield name, value


def _shown(frame: Frame, value: object) -> str:
    text = str(value)
    digest = _HASH.fullmatch(text)
    if digest:
        return " ".join(re.findall(".{8}", digest[1]))
    if _DAY.fullmatch(text):
        with contextlib.suppress(ValueError):  # a draft of no form may have it: what it is not is shown as it is
            return date_words(text, frame.lang)
    word = tr(frame.lang, f"word.{text}")
    return text if word == f"word.{text}" else word
