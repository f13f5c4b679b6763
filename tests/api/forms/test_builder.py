"""A form is made from an act's own schema: nothing of a type is lost, and everything has words in both languages."""

from collections.abc import Iterator
from dataclasses import fields

import pytest
from tests.api.served import Desk

from constancia.api.forms.answers.reading import walk
from constancia.api.forms.builder import PROVENANCE, Builder, FormRequest
from constancia.api.forms.fields import Field, FieldKind, MessageId
from constancia.api.forms.ledger_answers import decided_types, is_carried, new_name
from constancia.api.forms.purposes import NOT_BY_FORM, SHORT_NAMES, groups, name_in, type_of
from constancia.api.forms.subjects import begins_something, needs_subject, speakers, subjects
from constancia.api.forms.words import FormWords
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.domain.catalogue import REGISTRY
from constancia.domain.state import State
from constancia.domain.values.editions import NEWEST

TYPES = sorted(name for name, cls in REGISTRY.items() if cls.UNTIL is None)


def asked(type_name: str, decides: str = "") -> Iterator[tuple[str, Field]]:
    form = Builder(State(), is_demonstration=True).form(FormRequest(type=type_name, decides=decides))
    yield from walk(form.fields)


def test_g1_every_member_of_an_act_is_asked() -> None:
    listed = {type_name: {path for path, _item in asked(type_name) if "." not in path} for type_name in TYPES}
    members = {type_name: {member.name for member in fields(REGISTRY[type_name])} for type_name in TYPES}
    assert listed == members


def test_g1_what_is_given_is_not_asked_and_not_lost(adopted: Desk) -> None:
    form = Builder(adopted.ledger.state()).form(FormRequest(type="ProgressReported", about="commitment/c1"))
    assert form.given == {"commitment": "c1"}
    names = {item.name for item in form.fields}
    assert names | form.given.keys() | {PROVENANCE} == {item.name for item in fields(REGISTRY["ProgressReported"])}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_act_its_questions_and_their_choices_have_words(lang: str) -> None:
    words = FormWords(lang, ("es",))
    assert [name for name in TYPES if not tr(lang, f"form.act_{name}") == words.act(name) != name] == []
    items = [(name, path, item) for name in TYPES for path, item in asked(name)]
    messages = [(name, path, f"form.field_{item.name}") for name, path, item in items if item.name]
    messages += [
        (name, path, option.title)
        for name, path, item in items
        for option in item.options
        if isinstance(option.title, MessageId)
    ]
    assert [missing for missing in messages if tr(lang, missing[2]) == missing[2]] == []


def test_what_can_be_decided_has_its_own_questions_within() -> None:
    for type_name in decided_types(NEWEST):
        listed = dict(asked("DecisionProposed", type_name))
        assert listed["act"].kind is FieldKind.ACT
        inner = {path.partition(".")[2] for path in listed if path.startswith("act.") and path.count(".") == 1}
        assert inner == {member.name for member in fields(REGISTRY[type_name])} - {"decision"}


def test_every_type_is_in_one_group_and_short_names_lead_back() -> None:
    listed = [name for names in groups(NEWEST).values() for name in names]
    assert sorted(listed) == sorted(set(TYPES) - NOT_BY_FORM)
    for type_name, names in SHORT_NAMES.items():
        assert {type_of(name) for name in names} == {type_name}
        assert (name_in(type_name, "es"), name_in(type_name, "en")) == names
    assert name_in("DutyAssigned", "es") == "DutyAssigned"
    assert type_of("LedgerOpened") is None
    assert type_of("nonsense") is None


def test_choices_are_what_the_ledger_has_by_title(adopted: Desk) -> None:
    state = adopted.ledger.state()
    day = adopted.ledger.as_of().day
    assert [option.value for option in subjects("ProgressReported", state, day)] == ["commitment/c1"]
    title = subjects("ProgressReported", state, day)[0].title
    assert not isinstance(title, str)
    assert "es" in title
    form = Builder(state).form(FormRequest(type="WorkStarted", about="commitment/c1"))
    [milestone] = [item for item in form.fields if item.name == "milestone"]
    assert milestone.closed
    assert {option.value for option in milestone.options} >= {"m1"}


def test_who_may_say_it_is_who_has_an_appointment_for_it(adopted: Desk) -> None:
    state, day = adopted.ledger.state(), adopted.ledger.as_of().day
    assert "ap-inai" in {speaker.value for speaker in speakers("VoteCast", state, day)}
    roots = {speaker.value for speaker in speakers("RepresentativeAppointed", state, day)}
    assert "root.inai" in roots
    assert not any(value.startswith("ap-") for value in roots)


def test_version_and_digest_are_the_ledgers_to_say(adopted: Desk) -> None:
    state = adopted.ledger.state()
    form = Builder(state).form(FormRequest(type="ScopeChangeProposed", about="commitment/c1"))
    known = {item.name: item.known for item in form.fields}
    assert known["from_version"] == "1"
    assert known["proposal"] == f"sp-{state.size + 1}"


def test_new_names_are_free(adopted: Desk) -> None:
    state = adopted.ledger.state()
    taken = {stream.partition("/")[2] for stream in state.aggregates if stream.startswith("decision/")}
    assert new_name("DecisionProposed", "decision", state) not in taken


def test_acts_are_about_what_is_there_or_begin_something() -> None:
    assert needs_subject("VoteCast")
    assert begins_something("DecisionProposed")
    assert not begins_something("DeliverableSubmitted")
    assert is_carried("ScopeChanged")
    assert not is_carried("VoteCast")
