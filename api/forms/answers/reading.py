"""From answers to an act's body: each is read by its kind, and what is wrong is said by place, with what was expected.

- G2: nothing is guessed: an answer is taken as it is written, or refused with what was expected; what was typed stays.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any, Final

from constancia.api.forms.answers.written_dates import likely_date
from constancia.api.forms.fields import Field, FieldKind, Form
from constancia.api.text.numbers import plain_number
from constancia.domain.catalogue import REGISTRY, UnknownAct, parse_act
from constancia.domain.values.calendar import parse_day, parse_edtf
from constancia.domain.values.languages import member_of

Answers = Mapping[str, Sequence[str]]
MOST_ROWS: Final = 100
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_HASH: Final = re.compile(r"[0-9a-f]{64}\Z")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}\Z")
_QUANTITY: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?\Z")
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z")
_YES: Final = frozenset({"true", "yes", "y", "sí", "si", "s", "on", "1"})
_NO: Final = frozenset({"false", "no", "n", "off", "0"})
# Marks of a row: it was there before, it stays, it is taken out.
BEFORE, STAYS, OUT = ":before", ":stays", ":out"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFault:
    """What is wrong with an answer: where, what kind of fault, and what its sentence shows.

    Attributes:
        path: Where the answer is.
        code: The sentence (`form.fault_<code>`).
        field: The question.
        params: What the sentence shows.
    """

    path: str
    code: str
    field: Field
    params: Mapping[str, str] = member(default_factory=dict)


class _Wrong(Exception):
    """An answer is not what was asked for."""

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def read(
    form: Form, answers: Answers, entries: Callable[[str], str | None]
) -> tuple[dict[str, Any], list[AnswerFault]]:
    """Read answers into a body.

    Args:
        form: The questions.
        answers: What was answered, by path: `grounds.es`, `evidence.0.uri`, `members` (several).
        entries: Gives the leaf hash of an entry that somebody named by number, hash or address; None for none.

    Returns:
        The body as far as it could be read, and what is wrong.
    """
    reader = _Reader(answers, entries)
    body = {**form.given, **reader.members(form.fields, "")}
    proposed = body.get("act")
    if form.decides and isinstance(proposed, dict):
        body["act"] = _decided({**form.given_decided, **proposed}, form.decides, str(body.get("decision", "")))
    return body, reader.faults


def faults_of(item: Field, path: str, answers: Answers, entries: Callable[[str], str | None]) -> list[AnswerFault]:
    """Give what is wrong with the answers to one question.

    Args:
        item: The question.
        path: Where its answers are.
        answers: What was answered.
        entries: As of `read`.
    """
    reader = _Reader(answers, entries)
    reader.value(item, path)
    return reader.faults


def _decided(inner: Mapping[str, Any], type_name: str, decision: str) -> dict[str, Any]:
    """Put the act that is decided together: its body names the decision, and its stream follows from the body."""
    fulfils = inner.get(":fulfils")
    body = {name: value for name, value in inner.items() if name != ":fulfils"} | {"decision": decision}
    cls = REGISTRY[type_name]
    name = ".".join(str(body.get(member, "")) for member in cls.stream_id)
    act = {"body": body, "stream": f"{cls.stream_kind}/{name}" if cls.stream_id else cls.stream_kind, "type": type_name}
    return act | ({"fulfils": fulfils} if fulfils else {})


class _Reader:
    """Reads answers by kind; collects what is wrong."""

    def __init__(self, answers: Answers, entries: Callable[[str], str | None]) -> None:
        self._answers = answers
        self._entries = entries
        self.faults: list[AnswerFault] = []

    def members(self, fields: Sequence[Field], path: str) -> dict[str, Any]:
        """Read the members of a body, or of a group in it; those that were left out are missing."""
        read = {}
        for item in fields:
            value = self.value(item, _joined(path, item.name))
            if value is not None:
                read[item.name] = value
        return read

    def value(self, item: Field, path: str) -> Any:
        """Read one answer; None where there is none, and where it is wrong."""
        if item.kind in _COMPOSED:
            return _COMPOSED[item.kind](self, item, path)
        text = self._first(path) or item.known or ""
        if not text:
            if item.required:
                self._fault(item, path, "choose" if item.options else "required")
            return None
        try:
            return self._scalar(item, text)
        except _Wrong as wrong:
            self._fault(item, path, wrong.code, found=text[:120], **wrong.params)
            return None

    def _scalar(self, item: Field, text: str) -> Any:
        if item.kind is FieldKind.ENTRY:
            leaf = self._entries(text)
            if leaf is None:
                raise _Wrong("entry")
            return leaf
        return _SCALARS[item.kind](item, text)

    def _fault(self, item: Field, path: str, code: str, **params: str) -> None:
        self.faults.append(AnswerFault(path=path, code=code, field=item, params=params))

    def _first(self, path: str) -> str:
        values = self._answers.get(path, ())
        return next((value.strip() for value in values if value.strip()), "")

    def _any_under(self, path: str) -> bool:
        marks = (BEFORE, STAYS, OUT)
        return any(
            (name == path or name.startswith(f"{path}.")) and not name.endswith(marks) and any(map(str.strip, values))
            for name, values in self._answers.items()
        )

    def text(self, item: Field, path: str) -> dict[str, str] | None:
        """Read a text in its languages."""
        prefix = f"{path}."
        texts = {
            name.removeprefix(prefix): values[0].replace("\r\n", "\n").strip()
            for name, values in self._answers.items()
            if name.startswith(prefix) and values and values[0].strip()
        }
        if not texts:
            if item.required:
                self._fault(item, f"{path}.{item.languages[0]}", "required")
            return None
        for tag in item.languages:
            if tag not in texts:
                self._fault(item, f"{path}.{tag}", "language", language=tag)
        for tag, words in texts.items():
            if len(words) > item.limit:
                self._fault(item, f"{path}.{tag}", "long", limit=str(item.limit), found=str(len(words)))
        return {member_of(tag): words for tag, words in texts.items()}

    def choices(self, item: Field, path: str) -> list[str] | None:
        """Read the boxes that were ticked."""
        listed = [value.strip() for value in self._answers.get(path, ()) if value.strip()]
        if not listed:
            return [] if item.required else None
        read = []
        for value in dict.fromkeys(listed):
            try:
                read.append(_choice(item, value))
            except _Wrong as wrong:
                self._fault(item, path, wrong.code, found=value[:120], **wrong.params)
        return sorted(read) if item.is_sorted else read

    def group(self, item: Field, path: str) -> dict[str, Any] | None:
        """Read a group; one that need not be there is left out where nothing in it was answered."""
        if not item.required and not self._any_under(path):
            return None
        return self.members(item.fields, path)

    def document(self, item: Field, path: str) -> dict[str, Any] | None:
        """Read a document: without a file or a hash it is not there, and one sentence says so."""
        if self._first(f"{path}.sha256"):
            return self.members(item.fields, path)
        if item.required or self._any_under(path):
            self._fault(item, path, "document")
        return None

    def rows(self, item: Field, path: str) -> list[Any] | None:
        """Read a list: rows that are empty, taken out or not to stay are left out."""
        read = []
        for number in self.numbers(path):
            row = f"{path}.{number}"
            is_out = self._first(f"{row}{OUT}") or (self._first(f"{row}{BEFORE}") and not self._first(f"{row}{STAYS}"))
            if is_out or not self._any_under(row):
                continue
            single = item.fields[0] if len(item.fields) == 1 and not item.fields[0].name else None
            value = self.value(single, row) if single is not None else self.members(item.fields, row)
            if value is not None:
                read.append(value)
        if not read:
            return [] if item.required else None
        if item.is_sorted:
            read.sort(key=(lambda row: str(row.get(item.key, ""))) if item.key else str)
        return read

    def numbers(self, path: str) -> list[int]:
        """Give the numbers of the rows of a list that were answered, in order."""
        prefix = f"{path}."
        heads = (name[len(prefix) :].partition(".")[0] for name in self._answers if name.startswith(prefix))
        numbers = (plain_number(head.partition(":")[0]) for head in heads)
        return sorted({number for number in numbers if number is not None})[:MOST_ROWS]

    def rules(self, item: Field, path: str) -> dict[str, Any] | None:
        """Read rules: name, value and where each comes from."""
        read = {}
        for number in self.numbers(path):
            name, text = self._first(f"{path}.{number}.name"), self._first(f"{path}.{number}.value")
            if not name and not text:
                continue
            if not name or not text:
                self._fault(item, f"{path}.{number}.name", "rule")
                continue
            source = self._first(f"{path}.{number}.rule_source") or "adopted"
            read[name] = {"rule_source": source, "value": _rule_value(text)}
        if not read and item.required and not self._any_under(path):
            self._fault(item, f"{path}.0.name", "required")
        return read or None

    def act(self, item: Field, path: str) -> dict[str, Any]:
        """Read the body of the act that is put to the vote, and which deliverable the decision is."""
        body = self.members(item.fields, path)
        commitment, _, deliverable = self._first(f"{path}:fulfils").partition("/")
        if deliverable:
            body[":fulfils"] = {"commitment": commitment, "deliverable": deliverable}
        return body


_COMPOSED: Final[Mapping[FieldKind, Callable[[_Reader, Field, str], Any]]] = {
    FieldKind.ACT: _Reader.act,
    FieldKind.CHOICES: _Reader.choices,
    FieldKind.DOCUMENT: _Reader.document,
    FieldKind.GROUP: _Reader.group,
    FieldKind.LIST: _Reader.rows,
    FieldKind.RULES: _Reader.rules,
    FieldKind.TEXT: _Reader.text,
}


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _rule_value(text: str) -> str | bool | int:
    folded = text.casefold()
    if folded in ("true", "sí", "si", "yes"):
        return True
    if folded in ("false", "no"):
        return False
    return int(text) if _NUMBER.match(text) else text


def _choice(item: Field, text: str) -> str:
    if item.closed and text not in {option.value for option in item.options}:
        raise _Wrong("option")
    return text


def _name(item: Field, text: str) -> str:
    del item
    if _NAME.match(text):
        return text
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text.casefold()) if letter.isascii())
    small = re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")
    raise _Wrong("name_small" if _NAME.match(small) else "name", right=small[:64])


def _line(item: Field, text: str) -> str:
    if len(text) > item.limit:
        raise _Wrong("long", limit=str(item.limit))
    return text


def _dated(parse: Callable[[str], object], code: str) -> Callable[[Field, str], str]:
    def value(item: Field, text: str) -> str:
        del item
        try:
            parse(text)
        except ValueError as error:
            right = likely_date(text)
            raise _Wrong(f"{code}_likely" if right else code, right=right or "") from error
        return text

    return value


def _yes_no(item: Field, text: str) -> bool:
    del item
    if text.casefold() not in _YES | _NO:
        raise _Wrong("yes_no")
    return text.casefold() in _YES


def _matching(pattern: re.Pattern[str], code: str, convert: Callable[[str], Any] = str) -> Callable[[Field, str], Any]:
    def value(item: Field, text: str) -> Any:
        del item
        if not pattern.match(text):
            raise _Wrong(code)
        return convert(text)

    return value


_SCALARS: Final[Mapping[FieldKind, Callable[[Field, str], Any]]] = {
    FieldKind.CHOICE: _choice,
    FieldKind.DATE: _dated(parse_edtf, "date"),
    FieldKind.DAY: _dated(parse_day, "day"),
    FieldKind.DIGEST: _matching(_DIGEST, "digest"),
    FieldKind.HASH: _matching(_HASH, "hash"),
    FieldKind.LINE: _line,
    FieldKind.NAME: _name,
    FieldKind.NUMBER: _matching(_NUMBER, "number", int),
    FieldKind.QUANTITY: _matching(_QUANTITY, "quantity"),
    FieldKind.YES_NO: _yes_no,
}


def walk(fields: Sequence[Field], path: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every question with its path; those in the rows of lists have `*` for the row's number."""
    for item in fields:
        at = _joined(path, item.name)
        yield at, item
        yield from walk(item.fields, f"{at}.*" if item.kind is FieldKind.LIST else at)


def form_fault(form: Form, body: Mapping[str, Any], edition: int) -> AnswerFault | None:
    """Give what the act's own class finds wrong with a body whose answers are all right, one by one.

    Args:
        form: The questions.
        body: The body that was read.
        edition: The edition of the law in force.
    """
    try:
        parse_act(form.type, edition, body)
    except UnknownAct as error:
        where = str(error.problem.found.get("where", "")).removeprefix("body").lstrip(".")
        where = where.replace("[", ".").replace("]", "").removeprefix("act.body.")
        named = dict(walk(form.fields))
        near = named.get(re.sub(r"\.[0-9]+", ".*", where)) or next(iter(named.values()), None)
        asked = near or Field(name="act", kind=FieldKind.ACT, required=True)
        params = {"expected": str(error.problem.found.get("expected", error.problem.rule))}
        return AnswerFault(path=where, code="form", field=asked, params=params)
    return None
