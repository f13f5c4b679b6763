"""From a body back to answers: what a form begins with, where an act repeats or changes something that is there."""

from collections.abc import Mapping, Sequence
from typing import Any

from constancia.api.forms.answers.reading import BEFORE, STAYS
from constancia.api.forms.fields import Field, FieldKind, Form
from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.state import State
from constancia.domain.values.languages import tag_of
from constancia.domain.values.values import to_json


def answers_of(
    fields: Sequence[Field], body: Mapping[str, Any], path: str = "", *, before: bool = False
) -> dict[str, list[str]]:
    """Give the answers that are read back into a body.

    Args:
        fields: The questions.
        body: The body, or a group of it.
        path: Where the group is.
        before: Whether the rows of lists were there before: each then has a box that says that it stays.
    """
    answers: dict[str, list[str]] = {}
    for item in fields:
        value = body.get(item.name)
        if value is not None:
            at = f"{path}.{item.name}" if path else item.name
            answers |= _answers(item, value, at, before=before)
    return answers


def _answers(item: Field, value: Any, path: str, *, before: bool) -> dict[str, list[str]]:
    if item.kind in (FieldKind.GROUP, FieldKind.DOCUMENT):
        return answers_of(item.fields, value, path, before=before)
    if item.kind is FieldKind.ACT:
        return _of_act(item, value, path, before=before)
    if item.kind is FieldKind.LIST:
        return _of_rows(item, value, path, before=before)
    return _of_value(item, value, path)


def _of_value(item: Field, value: Any, path: str) -> dict[str, list[str]]:
    if item.kind is FieldKind.TEXT:
        return {f"{path}.{tag_of(name) or name}": [words] for name, words in value.items()}
    if item.kind is FieldKind.RULES:
        return _of_rules(value, path)
    if item.kind is FieldKind.CHOICES:
        return {path: [str(name) for name in value]}
    return {path: [_written(value)]}


def _written(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _of_act(item: Field, value: Mapping[str, Any], path: str, *, before: bool) -> dict[str, list[str]]:
    answers = answers_of(item.fields, value["body"], path, before=before)
    fulfils = value.get("fulfils")
    return answers | ({f"{path}:fulfils": [f"{fulfils['commitment']}/{fulfils['deliverable']}"]} if fulfils else {})


def _of_rules(value: Mapping[str, Any], path: str) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    for number, (name, rule) in enumerate(value.items()):
        row, shown = f"{path}.{number}", _written(rule["value"])
        answers |= {f"{row}.name": [name], f"{row}.value": [shown], f"{row}.rule_source": [rule["rule_source"]]}
    return answers


def _of_rows(item: Field, value: Sequence[Any], path: str, *, before: bool) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = {}
    single = item.fields[0] if len(item.fields) == 1 and not item.fields[0].name else None
    for number, row in enumerate(value):
        at = f"{path}.{number}"
        answers |= (
            _answers(single, row, at, before=before)
            if single is not None
            else answers_of(item.fields, row, at, before=before)
        )
        if before and single is None:
            answers |= {f"{at}{BEFORE}": ["1"], f"{at}{STAYS}": ["1"]}
    return answers


def usual_answers(form: Form, about: str, state: State) -> dict[str, list[str]]:
    """Give what a form begins with: the scope that a change of scope changes, the agreements that a text ends.

    Args:
        form: The form.
        about: The stream that the act, or the act that is decided, is about.
        state: What there is.
    """
    subject = state.aggregates.get(about)
    if isinstance(subject, Commitment) and subject.scope is not None:
        scope = {"scope": to_json(subject.scope)}
        inner = next((item for item in form.fields if item.kind is FieldKind.ACT), None)
        if inner is not None:
            return answers_of(inner.fields, scope, "act", before=True)
        return answers_of(form.fields, scope, before=True)
    if isinstance(subject, Agreement) and subject.current.terminates:
        return answers_of(form.fields, {"terminates": list(subject.current.terminates)})
    return {}
