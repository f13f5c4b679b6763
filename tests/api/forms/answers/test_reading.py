"""Answers are read as they are written, or refused with what was expected; nothing is guessed."""

import json
from typing import Any

import pytest
from tests.rows import each_row

from constancia.api.forms.answers.filling import answers_of
from constancia.api.forms.answers.reading import AnswerFault, faults_of, form_fault, read
from constancia.api.forms.answers.written_dates import likely_date
from constancia.api.forms.body_faults import body_words
from constancia.api.forms.builder import Builder, FormRequest
from constancia.api.forms.fields import Field, FieldKind, Form, Option
from constancia.api.forms.view import View, completed, row_numbers, without
from constancia.api.forms.words import FormWords
from constancia.domain.catalogue import UnknownAct, parse_act
from constancia.domain.state import State
from constancia.domain.values.editions import NEWEST

LEAF = "a" * 64


def find(text: str) -> str | None:
    return LEAF if text == "7" else None


def wrong(kind: FieldKind, answer: str, **more: Any) -> list[tuple[str, dict[str, str]]]:
    item = Field(name="x", kind=kind, required=True, limit=500, **more)
    return [(fault.code, dict(fault.params)) for fault in faults_of(item, "x", {"x": [answer]}, find)]


@each_row(
    ("kind", "right"),
    [
        (FieldKind.DAY, "2026-11-28"), (FieldKind.DATE, "2026-06/2026-08"), (FieldKind.DATE, "2026-08/.."),
        (FieldKind.NUMBER, "0"), (FieldKind.QUANTITY, "-0.5"), (FieldKind.HASH, LEAF),
        (FieldKind.DIGEST, f"sha256:{LEAF}"), (FieldKind.NAME, "d-4"),
        (FieldKind.YES_NO, "sí"), (FieldKind.ENTRY, "7"), (FieldKind.LINE, "x"),
    ],
)  # fmt: skip
def test_g2_what_is_right_is_taken_as_it_is(kind: FieldKind, right: str) -> None:
    assert wrong(kind, right) == []


@each_row(
    ("kind", "answer", "code", "right"),
    [
        (FieldKind.DAY, "28/11/2026", "day_likely", "2026-11-28"),
        (FieldKind.DAY, "ayer", "day", ""),
        (FieldKind.DATE, "mayo de 2019", "date_likely", "2019-05"),
        (FieldKind.DATE, "2026-13", "date", ""),
        (FieldKind.NAME, "SFP", "name_small", "sfp"),
        (FieldKind.NAME, "Reunión 5", "name_small", "reunion-5"),
        (FieldKind.NAME, "¡!", "name", ""),
        (FieldKind.NUMBER, "ciento ochenta", "number", None),
        (FieldKind.NUMBER, "1.5", "number", None),
        (FieldKind.NUMBER, "-1", "number", None),
        (FieldKind.QUANTITY, "1,5", "quantity", None),
        (FieldKind.HASH, "abc", "hash", None),
        (FieldKind.DIGEST, LEAF, "digest", None),
        (FieldKind.YES_NO, "quizá", "yes_no", None),
        (FieldKind.ENTRY, "9999", "entry", None),
        (FieldKind.LINE, "x" * 501, "long", None),
        (FieldKind.LINE, " ", "required", None),
    ],
)
def test_g2_what_is_wrong_is_refused_with_what_is_probably_meant(
    kind: FieldKind, answer: str, code: str, right: str | None
) -> None:
    [(given, params)] = wrong(kind, answer)
    assert given == code
    if right is not None:
        assert params["right"] == right


def test_g2_only_options_are_taken_where_they_are_all_there_is() -> None:
    options = (Option(value="for", title="a favor"),)
    assert wrong(FieldKind.CHOICE, "for", options=options, closed=True) == []
    assert wrong(FieldKind.CHOICE, "a favor", options=options, closed=True) == [("option", {"found": "a favor"})]
    assert wrong(FieldKind.CHOICE, "otro", options=options) == []


def test_text_has_each_language_of_the_ledger() -> None:
    item = Field(name="t", kind=FieldKind.TEXT, required=True, languages=("es", "qu"), limit=10)
    form = Form(type="x", fields=(item,))
    body, faults = read(form, {"t.es": ["uno\r\ndos"], "t.pt-br": ["um"], "t.qu": ["huk"]}, find)
    assert (body, faults) == ({"t": {"es": "uno\ndos", "pt_br": "um", "qu": "huk"}}, [])
    _body, faults = read(form, {"t.es": ["x" * 11]}, find)
    assert [(fault.path, fault.code) for fault in faults] == [("t.qu", "language"), ("t.es", "long")]


def test_rows_that_are_empty_or_do_not_stay_are_left_out() -> None:
    inner = (
        Field(name="key", kind=FieldKind.NAME, required=True),
        Field(name="says", kind=FieldKind.LINE, required=False, limit=9),
    )
    item = Field(name="rows", kind=FieldKind.LIST, required=True, fields=inner, key="key", is_sorted=True)
    answers = {
        "rows.0.key": ["b"], "rows.1.key": [""], "rows.1.says": [" "], "rows.2.key": ["a"], "rows.2.says": ["x"],
        "rows.3.key": ["c"], "rows.3:before": ["1"], "rows.10.key": ["d"], "rows.10:before": ["1"],
        "rows.10:stays": ["1"],
    }  # fmt: skip
    body, faults = read(Form(type="x", fields=(item,)), answers, find)
    assert faults == []
    assert body == {"rows": [{"key": "a", "says": "x"}, {"key": "b"}, {"key": "d"}]}
    assert row_numbers("rows", answers) == [0, 2, 3, 10]
    assert row_numbers("rows", without(answers, "rows.2")) == [0, 3, 10]


@each_row("number", ["²", "٣", "9" * 5_000, "-1", "1_0", ""])
def test_row_of_no_number_is_none(number: str) -> None:
    """Digits without end, and characters that only look like digits, once ended in a server error."""
    item = Field(
        name="rows",
        kind=FieldKind.LIST,
        required=False,
        fields=(Field(name="key", kind=FieldKind.NAME, required=True),),
    )
    answers = {f"rows.{number}.key": ["a"], "rows:added": [number]}
    assert read(Form(type="x", fields=(item,)), answers, find) == ({}, [])
    assert row_numbers("rows", answers) == []


def test_row_that_was_not_opened_keeps_what_it_was() -> None:
    usual = {
        "s.0:before": ["1"],
        "s.0:stays": ["1"],
        "s.0.title.es": ["uno"],
        "s.1:before": ["1"],
        "s.1.title.es": ["dos"],
    }
    posted = {"s.0:before": ["1"], "s.0:stays": ["1"], "s.1:before": ["1"], "s.1:opened": ["1"], "s.1.title.es": [""]}
    answers = completed(posted, usual)
    assert answers["s.0.title.es"] == ["uno"]
    assert answers["s.1.title.es"] == [""]


def test_rules_are_texts_numbers_or_yes_and_no() -> None:
    item = Field(name="rules", kind=FieldKind.RULES, required=True)
    rules = {
        "a": {"rule_source": "law", "value": True}, "b": {"rule_source": "adopted", "value": 30},
        "c": {"rule_source": "adopted", "value": "majority"},
    }  # fmt: skip
    answers = answers_of((item,), {"rules": rules})
    assert read(Form(type="x", fields=(item,)), answers, find) == ({"rules": rules}, [])
    _body, faults = read(Form(type="x", fields=(item,)), {"rules.0.name": ["a"]}, find)
    assert [fault.code for fault in faults] == ["rule"]


def test_what_a_class_finds_wrong_is_said_at_the_question() -> None:
    form = Builder(State()).form(FormRequest(type="ProgressReported"))
    body = {
        "commitment": "c1", "evidence": [{"description": {"es": "x"}}], "level": "limited",
        "narrative": {"es": "x"}, "period": "2019", "report": "r-1",
    }  # fmt: skip
    fault = form_fault(form, body, NEWEST)
    assert fault is not None
    assert fault.path == "evidence.0"
    assert "un archivo" in FormWords("es", ("es",)).fault(fault)
    assert form_fault(form, body | {"evidence": []}, NEWEST) is None


@each_row(
    ("text", "meant"),
    [
        ("28/11/2026", "2026-11-28"), ("1.3.2019", "2019-03-01"), ("2019/3/1", "2019-03-01"), ("11/2026", "2026-11"),
        ("28 de noviembre de 2026", "2026-11-28"), ("28 November 2026", "2026-11-28"), ("sept 2026", "2026-09"),
        ("setiembre de 2026", "2026-09"), ("31/02/2026", None), ("13/2026", None), ("pronto", None), ("", None),
    ],
)  # fmt: skip
def test_date_as_people_write_it(text: str, meant: str | None) -> None:
    assert likely_date(text) == meant


@each_row("lang", ["es", "en"])
def test_body_written_by_hand_is_corrected_by_its_question(lang: str) -> None:
    words = []
    for type_name, body in (("VoteCast", {}), ("VoteCast", {"decision": "d-4", "choice": "en contra"}), ("Nada", {})):
        with pytest.raises(UnknownAct) as caught:
            parse_act(type_name, NEWEST, body)
        words.append(body_words(type_name, caught.value.problem, lang))
    assert "against" in words[0]
    assert "Nada" in words[2]
    assert all(text.endswith(("(E_MALFORMED)", "(E_UNKNOWN_TYPE)")) for text in words)
    assert not any("{" in text for text in words)


def test_view_says_each_fault_at_its_question_and_in_the_summary() -> None:
    item = Field(name="period", kind=FieldKind.DATE, required=True, owner="ProgressReported")
    fault = AnswerFault(
        path="period", code="date_likely", field=item, params={"found": "1/2/2019", "right": "2019-02-01"}
    )
    view = View(FormWords("es", ("es",)), {"period": ["1/2/2019"]}, [fault])
    [shown] = view.questions(Form(type="ProgressReported", fields=(item,)))
    assert "2019-02-01" in shown.fault
    assert shown.value == "1/2/2019"
    assert [(problem.text, problem.target) for problem in view.problems()] == [(shown.fault, shown.id)]
    assert json.dumps(shown.label, ensure_ascii=False) == '"Periodo"'
