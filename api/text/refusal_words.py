"""A refusal in words: what happened, which rule, what the ledger met, what to do; the code comes last."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from constancia.api.text.dates import date_words
from constancia.api.text.error_words import error_words
from constancia.api.text.i18n import in_language, tr
from constancia.api.text.rules import rule_words
from constancia.domain.naming import name_of
from constancia.domain.sentences import party_name
from constancia.domain.state import State

# Said elsewhere, or of no use to a person: the stream, its version, and where the statement had its form.
_LEFT_OUT: Final = frozenset({"size", "stream", "version", "reason"})
_HOLDERS: Final = ("key_of", "signs_as")
_DATES: Final = frozenset(
    {
        "since", "until", "claimed_on", "due", "window", "appointment_until", "begun", "came", "completed", "convened",
        "ends", "from", "last_changed", "proposed_on", "recorded",
    }
)  # fmt: skip
_PARTIES: Final = frozenset(
    {
        "party", "parties", "spoke_for", "accused", "adopted", "established", "responsible", "bearers", "missing",
        "asked", "authors", "awaited", "by", "concerned", "dropped", "holder", "involved", "left_out", "may",
        "organization", "proposed_by", "represents", "signed_for", "successors",
    }
)  # fmt: skip
# What else holds the id of a body than the member that bodies of acts have.
_BODIES: Final = frozenset({"bodies", "body", "predecessor"})
_MOST: Final = 12  # items of a list that are shown


def refusal_lines(  # noqa: PLR0913, PLR0917 (a refusal has these members)
    code: str,
    rule: str,
    judged: Mapping[str, Any],
    also: Sequence[tuple[str, str]],
    lang: str,
    state: State | None = None,
) -> list[str]:
    """Give a refusal as lines of text.

    Args:
        code: Its stable code.
        rule: The rule in English, as refusals name it.
        judged: What it was judged against (docs/REFUSALS).
        also: Further rules broken, as (code, rule).
        lang: `es` or `en`.
        state: Gives names of parties, where it is at hand.

    Returns:
        What happened, the rule, what was met, what to do, further rules, and the code at the end.
    """
    title = tr(lang, f"problem.{code}")
    known = title != f"problem.{code}"
    lines = [tr(lang, "cli.refused", title=title if known else code)]
    mixed = _mixed_up(judged, lang, state)
    lines.append(mixed or tr(lang, "cli.refused.rule", rule=rule_words(rule, lang)))
    met = "; ".join(_met(judged, lang, state))
    if met:
        lines.append(tr(lang, "cli.refused.met", met=met))
    lines += [tr(lang, "cli.refused.also", rule=rule_words(other, lang)) for _code, other in also]
    next_step = f"problem.{code}.next"
    if tr(lang, next_step) != next_step:
        lines.append(tr(lang, "cli.refused.next", step=tr(lang, next_step)))
    codes = ", ".join(dict.fromkeys([code, *(other for other, _rule in also)]))
    lines.append(tr(lang, "cli.refused.code", code=codes))
    return lines


def _mixed_up(judged: Mapping[str, Any], lang: str, state: State | None) -> str | None:
    """Say by name whose key signed and whose word it is, where they are not the same."""
    holders = [judged.get(name) for name in _HOLDERS]
    if not all(isinstance(holder, Mapping) for holder in holders):
        return None
    key_of, signs_as = (_holder(holder, lang, state) for holder in holders if isinstance(holder, Mapping))
    return tr(lang, "cli.refused.mixed", key_of=key_of, signs_as=signs_as)


def _holder(holder: Mapping[str, Any], lang: str, state: State | None) -> str:
    party = _party(str(holder.get("party", "")), lang, state)
    return f"{holder['name']} ({party})" if holder.get("name") else party


def _party(party: str, lang: str, state: State | None) -> str:
    name = party_name(party, state)
    return in_language(name, lang, state.languages) if state is not None else str(name)


def _met(judged: Mapping[str, Any], lang: str, state: State | None) -> list[str]:
    shown = []
    for name, value in judged.items():
        if name in _LEFT_OUT or name in _HOLDERS or value in (None, "", [], {}) or (name, value) == ("state", "none"):
            continue
        msgid = f"judged.{name.replace(' ', '_')}"
        label = tr(lang, msgid)
        words = _words(name.replace(" ", "_"), value, lang, state)
        shown.append(f"{name if label == msgid else label}: {words}")
    return shown


def _words(name: str, value: object, lang: str, state: State | None) -> str:
    if isinstance(value, Mapping):
        if set(value) <= {"es", "en"}:
            return in_language(value, lang)
        return ", ".join(_met(value, lang, state))
    if isinstance(value, list | tuple):
        more = ["…"] if len(value) > _MOST else []
        return ", ".join([*(_words(name, item, lang, state) for item in value[:_MOST]), *more])
    return _said(name, str(value), lang, state)


def _said(name: str, text: str, lang: str, state: State | None) -> str:
    """Give one value in words: a party, a thing or a date by its name, anything else as the catalogue has it."""
    if state is not None:
        if name in _PARTIES and f"party/{text}" in state.aggregates:
            return _party(text, lang, state)
        titled = name_of("governance_body" if name in _BODIES else name, text, {}, state)
        if titled is not None:
            return in_language(titled.title, lang, state.languages)
    if name in _DATES:
        return date_words(text, lang)
    if name in _SENTENCES:
        return _SENTENCES[name](text, lang)
    word = tr(lang, f"word.{text}")
    return text if word == f"word.{text}" else word


def _act(name: str, lang: str) -> str:
    """Give an act by what it is called in forms, and its type."""
    called = tr(lang, f"form.act_{name}")
    return name if called == f"form.act_{name}" else f"«{called}» ({name})"


_SENTENCES: Final[Mapping[str, Callable[[str, str], str]]] = {
    "act": _act, "broken": rule_words, "expected": error_words,
}  # fmt: skip
