"""An act as a sentence, with names instead of identifiers where the entries at hand give them.

The sentences of all types are a table, `acts.txt`, that `make acts` writes from the catalogues; the page has the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from constancia.verify.report.dates import common, fitted, interval_words, precision_of
from constancia.verify.report.words import DATES

Texts = Mapping[str, str]
MAX_SENTENCE: Final = 600  # characters; a body is foreign text
TABLE: Final = Path(__file__).with_name("acts.txt")
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[a-z]{2,4})*")
_EDTF_PART: Final = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_QUOTES: Final = {"es": ("«", "»"), "en": ("“", "”")}
_UNNAMED: Final = {"es": "la persona {id}", "en": "person {id}"}
# Which members of a body give a name to what the body introduces: member that is the identifier, member that is the
# name. Within a body every object with both is one (a milestone, a deliverable, an action of a scope).
_TITLES: Final = ("title", "question", "name", "text")
_NAMED: Final = ("agreement", "commitment", "decision", "governance_body", "plan", "milestone", "deliverable", "action")
# The types that introduce a whole, with the member that identifies it.
_INTRODUCED: Final = {
    "ActionPlanOpened": "plan", "AgreementDrafted": "agreement", "CommitmentProposed": "commitment",
    "DecisionProposed": "decision", "GovernanceBodyEstablished": "governance_body",
}  # fmt: skip
_BY_COMMITMENT: Final = ("action", "deliverable", "milestone")
NAMING: Final = frozenset({*_INTRODUCED, "LedgerOpened", "PartyRegistered", "RepresentativeAppointed", "ScopeChanged"})


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Give the table: code → language → words."""
    rows = (line.split("|") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return {code: {"es": es, "en": en} for code, es, en in rows}


def _setting(name: str) -> list[str]:
    return table()[name]["es"].split(",")


class Names:
    """Names that entries give to identifiers. What is foreign in them is bounded where it is shown."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.is_demonstration = False

    def take(self, type_name: str, body: Mapping[str, Any]) -> None:
        """Note the names that a body gives. It may have any form: what does not fit gives none."""
        if type_name == "LedgerOpened":
            self.is_demonstration = body.get("demonstration") is True
            for founder in _objects(body.get("founders")):
                self._note("party", founder.get("party"), founder.get("acronym") or founder.get("legal_name"))
        elif type_name == "PartyRegistered":
            self._note("party", body.get("party"), body.get("acronym") or body.get("legal_name"))
        elif type_name == "RepresentativeAppointed":
            self._note("appointment", body.get("appointment"), body.get("name"))
            self._note("person", body.get("person"), body.get("name"))
            self._note("post", body.get("appointment"), body.get("post"))
        elif type_name in _INTRODUCED:
            kind = _INTRODUCED[type_name]
            title = next((body[name] for name in _TITLES if name in body), None)
            self._note(kind, body.get(kind), title)
        if type_name in ("DecisionProposed", "CommitmentProposed", "ScopeChanged"):
            self._parts(body, body.get("commitment"), 0)

    def of(self, kind: str, name: object, commitment: object = None) -> Any:
        """Give a name, a plain text or one by language; None where none is known."""
        within = f"{commitment}/" if kind in _BY_COMMITMENT else ""
        return self.known.get(f"{kind}/{within}{name}")

    def _parts(self, item: object, commitment: object, depth: int) -> None:
        if isinstance(item, list):
            for part in item:
                self._parts(part, commitment, depth)
        if not isinstance(item, Mapping) or depth > 8:
            return
        commitment = item.get("commitment", commitment)
        for kind in _BY_COMMITMENT:
            title = next((item[name] for name in _TITLES if name in item), None)
            # An action or deliverable names the milestone that it is of.
            is_outer = kind == "milestone" and ("action" in item or "deliverable" in item)
            if isinstance(item.get(kind), str) and title is not None and not is_outer:
                self._note(kind, f"{commitment}/{item[kind]}", title)
        for value in item.values():
            if isinstance(value, Mapping | list):
                self._parts(value, commitment, depth + 1)

    def _note(self, kind: str, name: object, title: object) -> None:
        if isinstance(name, str) and (isinstance(title, str) or _is_text(title)):
            self.known[f"{kind}/{name}"] = title


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, Mapping)) if isinstance(value, list) else ()


def _is_text(value: object) -> bool:
    """Tell whether a value is a text by language."""
    texts = value.items() if isinstance(value, Mapping) else ()
    return bool(texts) and all(_LANGUAGE.fullmatch(str(key)) and isinstance(text, str) for key, text in texts)


def words_of(value: object, lang: str) -> str:
    """Give a text in a language, or in another that it has; a plain value as it is."""
    if _is_text(value):
        texts: Texts = value  # type: ignore[assignment]  # `_is_text`
        return next((texts[tag] for tag in (lang, "es", "en") if tag in texts), next(iter(texts.values())))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def day_words(text: str, lang: str) -> str:
    """Give a date, month, year or interval (EDTF) in words; the text itself if it is none."""
    first, slash, second = text.partition("/")
    if not slash or first == second:
        return _day(first, lang) or text
    start, end = _day(first, lang, common(first, second)), _day(second, lang)
    is_date = bool(start or end) and (start or first == "..") and (end or second == "..")
    return interval_words(first, second, start or "", end or "", lang) if is_date else text


def _day(text: str, lang: str, without: int = 0) -> str | None:
    """Give a date in words, without the year, or year and month, where the other end of an interval says them."""
    match = _EDTF_PART.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    months = DATES["months"][lang].split()
    parts = [year, *([months[int(month) - 1]] if month else []), *([str(int(day))] if day else [])]
    return (" de " if lang == "es" else " ").join(reversed(parts[without:]))


def moment_words(text: str, lang: str) -> str:
    """Give an instant (RFC 3339, UTC) in words, to the minute, in UTC: no zone of the ledger is needed for it."""
    return f"{day_words(text[:10], lang)}, {text[11:16]} UTC" if text[10:11] == "T" else text


def sentence(type_name: str, actor: Mapping[str, Any], body: Mapping[str, Any], lang: str, names: Names) -> str:
    """Give the sentence of an act.

    Args:
        type_name: The statement's type.
        actor: Who speaks.
        body: The body; in an altered entry it may have any form.
        lang: `es` or `en`.
        names: What entries call what the body names by identifiers.

    Returns:
        One sentence, bounded; for a type that the table has not, its name.

    Source: ours: SPEC §6 (types), domain/sentences.py (which wording).
    """
    words = table().get(_code(type_name, body)) or table().get(type_name)
    if words is None:
        return type_name
    params = _parameters(actor, body, lang, names)
    template = words[lang]
    for name, value in _flat(body, "", lang, names):
        if name in _setting("!dates"):
            template = fitted(template, f"{{{name}}}", precision_of(value), lang)
    text = _PARAMETER.sub(lambda match: params.get(match[1], ""), template)
    for quote in _QUOTES[lang]:
        text = text.replace(quote * 2, quote)
    text = re.sub(r"([.?!…]”?»?)\.$", r"\1", text.strip())
    return _bounded(text[:1].upper() + text[1:])


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_SENTENCE else text[:MAX_SENTENCE] + "…"


def _code(type_name: str, body: Mapping[str, Any]) -> str:
    moves = dict(row.split(" ") for row in _setting("!moves"))
    code = f"{type_name}.{body.get(moves[type_name])}" if type_name in moves else type_name
    for row in _setting("!variants"):
        name, member, wording = row.split(" ")
        if name == type_name and member in body and (wording != "ended" or not body[member]):
            return f"{code}.{wording}"
    if body.get("protected") is True:
        return f"{code}.protected"
    return f"{code}.open" if body.get("against") == [] else f"{code}.ends" if "terminates" in body else code


def _parameters(actor: Mapping[str, Any], body: Mapping[str, Any], lang: str, names: Names) -> dict[str, str]:
    params = {name: _shown(name, value, lang) for name, value in _flat(body, "", lang, names)}
    for member in _NAMED:
        known = names.of(member, body.get(member), body.get("commitment")) if member in params else None
        if known is not None:
            opening, closing = _QUOTES[lang]
            params[member] = f"{opening}{words_of(known, lang)}{closing}"
    params["party"] = party(actor.get("party", ""), lang, names)
    params["who"] = person(actor, lang, names)
    params["capacity"] = word(str(actor.get("capacity", "")), lang)
    for parameter, member in (("subject", "party"), ("organization", "organization"), ("receiver", "submitted_to")):
        if isinstance(body.get(member), str):
            params[parameter] = party(body[member], lang, names)
    if isinstance(body.get("appointment"), str):
        known = names.of("appointment", body["appointment"])
        params["appointment"] = words_of(known, lang) if known else body["appointment"]
    if isinstance(body.get("target"), str):
        params["entry"] = f"{body['target'][:8]}…"
    if "own_level" in body:
        params["level"] = word(str(body["own_level"]), lang)
    return params


def _shown(name: str, value: str, lang: str) -> str:
    if name in _setting("!dates"):
        return day_words(value, lang)
    return word(value, lang) if name in _setting("!words") else value


def _flat(item: Mapping[str, Any], prefix: str, lang: str, names: Names) -> Iterator[tuple[str, str]]:
    parties = _setting("!parties")
    for name, value in item.items():
        if isinstance(value, Mapping) and not _is_text(value):
            yield from _flat(value, f"{prefix}{name}_", lang, names) if prefix.count("_") < 8 else ()
        elif isinstance(value, list):
            given = [text for text in value if isinstance(text, str)]
            yield prefix + name, ", ".join(party(text, lang, names) if name in parties else text for text in given)
            yield f"{prefix}{name}_count", str(len(value))
        else:
            yield prefix + name, words_of(value, lang)


def word(code: str, lang: str) -> str:
    """Give the word for a choice, level, capacity …; the code itself where it has none."""
    row = table().get(f".{code}")
    return code if row is None else row[lang]


def party(name: object, lang: str, names: Names) -> str:
    """Give a party's name; its identifier in capitals where no entry gives one."""
    known = names.of("party", name)
    return str(name).upper() if known is None else words_of(known, lang)


def person(actor: Mapping[str, Any], lang: str, names: Names) -> str:
    """Give who acts: the person's name, or its identifier, said as such; the party where a root key acts."""
    if "person" not in actor:
        return party(actor.get("party", ""), lang, names)
    known = names.of("appointment", actor.get("appointment")) or names.of("person", actor["person"])
    return _UNNAMED[lang].format(id=actor["person"]) if known is None else words_of(known, lang)


def signer(actor: Mapping[str, Any], lang: str, names: Names) -> str:
    """Give who signs, with post and party: of a root key the party alone."""
    who, side = person(actor, lang, names), party(actor.get("party", ""), lang, names)
    if "person" not in actor:
        return word(str(actor.get("capacity", "")), lang) + (f" ({side})" if actor.get("party") else "")
    known = names.of("post", actor.get("appointment"))
    post = word(str(actor.get("capacity", "")), lang) if known is None else words_of(known, lang)
    return f"{who}, {post} ({side})"
