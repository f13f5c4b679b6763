"""Editions of the law: adopted by the founders, in force from the next entry, each judged by its own rules."""

from typing import Any

import pytest
from tests.domain.stage import (
    FOUNDERS,
    MEMBERS,
    Stage,
    first_genesis,
    founded,
    genesis,
    key_id,
    registration,
    root,
    text,
)
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY, UnknownAct, parse_act
from constancia.domain.identity.genesis import LedgerOpened, LedgerState
from constancia.domain.identity.party import PartyNameRecorded, PartyRegistered
from constancia.domain.kernel.rules import rule
from constancia.domain.values import editions
from constancia.domain.values.values import FormError

ADOPTED = {"edition": editions.NEWEST}
NAME = {"lang": "en", "name": "Other", "official": False, "party": "nosc", "used_in": "x"}


def first_edition() -> Stage:
    """A ledger of the first edition with three founders, each with a representative."""
    return founded(edition=1)


def adopt(stage: Stage, parties: tuple[str, ...] = MEMBERS) -> Stage:
    for party in parties:
        stage.says(root(party), "LawEditionAdopted", ADOPTED)
    return stage


def test_e1_genesis_names_the_edition_and_the_first_is_not_named() -> None:
    assert founded().state.edition == editions.NEWEST
    assert first_edition().state.edition == 1


@each_row("type_name", ["LawEditionAdopted", "LedgerOpened"])
def test_e1_what_names_a_later_edition_is_newer_than_this_program(type_name: str) -> None:
    """It is not judged, neither as lawful nor as unlawful."""
    names_newer = REGISTRY[type_name].names_newer
    assert [names_newer({"edition": edition}) for edition in (1, editions.NEWEST, editions.NEWEST + 1)] == [
        False, False, True,
    ]  # fmt: skip


@each_row("edition", [0, 1, editions.NEWEST + 1, 99])
def test_e1_genesis_names_no_edition_that_this_program_can_not_judge(edition: int) -> None:
    with pytest.raises(FormError):
        LedgerOpened.parse(genesis(edition=edition))


def test_e1_genesis_is_said_under_the_edition_that_it_names() -> None:
    assert Stage().code(FOUNDERS, "LedgerOpened", genesis(), schema=1) == "E_MALFORMED"  # the first has no such member
    refusal = Stage().refused(FOUNDERS, "LedgerOpened", first_genesis(), schema=2)
    assert refusal.code == "E_SCHEMA_VERSION"


@each_row(("stage", "said", "in_force"), [(founded, 1, editions.NEWEST), (first_edition, 2, 1)])
def test_e2_an_act_under_another_edition_is_refused_with_both_numbers(stage: Any, said: int, in_force: int) -> None:
    refusal = stage().refused("nosc", "PartyNameRecorded", NAME, schema=said)
    assert refusal.code == "E_SCHEMA_VERSION"
    assert refusal.judged_against["schema"] == said
    assert refusal.judged_against["edition"] == in_force


def test_e1_an_edition_is_in_force_from_the_entry_after_the_last_founders_word() -> None:
    stage = adopt(first_edition(), MEMBERS[:2])
    assert stage.state.edition == 1  # two of three adopt nothing
    stage.says("nosc", "PartyNameRecorded", NAME, schema=1)
    last = stage.says(root(MEMBERS[2]), "LawEditionAdopted", ADOPTED)
    assert last.statement["schema"] == 1  # said under the edition before
    assert stage.state.edition == editions.NEWEST
    assert stage.find(LedgerState, "ledger").concurring == ()
    assert stage.code("nosc", "PartyNameRecorded", NAME | {"name": "Late"}, schema=1) == "E_SCHEMA_VERSION"
    stage.says("nosc", "PartyNameRecorded", NAME | {"name": "Late"})


def test_e1_undoing_the_adoption_puts_the_edition_before_in_force() -> None:
    stage = adopt(first_edition())
    stage.state.undo(stage.undos.pop())
    assert stage.state.edition == 1


def test_editions_only_go_up() -> None:
    stage = adopt(first_edition())
    for edition in (editions.NEWEST, 1, 0):
        refusal = stage.refused(root("inai"), "LawEditionAdopted", {"edition": edition})
        assert "E_STATE" in codes(refusal)
    assert founded().code(root("inai"), "LawEditionAdopted", ADOPTED) == "E_STATE"


def test_an_edition_that_this_program_does_not_know_is_not_adopted_with_it() -> None:
    refusal = first_edition().refused(root("inai"), "LawEditionAdopted", {"edition": editions.NEWEST + 1})
    assert refusal.code == "E_SCHEMA_VERSION"
    assert refusal.judged_against["known"] == editions.NEWEST


def test_only_founders_roots_adopt_and_each_once() -> None:
    stage = first_edition()
    assert stage.code("inai", "LawEditionAdopted", ADOPTED) == "E_OUT_OF_SCOPE"
    stage.says("inai", "PartyRegistered", {"kind": "company", "legal_name": text("red"), "party": "red"})
    stage.says(root("red"), "KeyRegistered", registration("red", "root-red"))
    stage.says(root("inai"), "KeyEndorsed", {"key": key_id("root-red"), "valid_from": "2019-01-01"})
    assert stage.code(root("red"), "LawEditionAdopted", ADOPTED) == "E_ROLE"
    adopt(stage, ("inai",))
    assert stage.code(root("inai"), "LawEditionAdopted", ADOPTED) == "E_ALREADY_SIGNED"


def test_a_founder_without_an_active_root_is_not_awaited() -> None:
    stage = first_edition()
    stage.lose("root-nosc")
    adopt(stage, ("inai", "sfp"))
    assert stage.state.edition == editions.NEWEST


def test_a_founder_that_loses_its_root_while_it_is_awaited_ends_nothing() -> None:
    stage = adopt(first_edition(), ("inai", "sfp"))
    stage.lose("root-nosc")
    assert stage.state.edition == 1
    stage.says(root("inai"), "LawEditionAdopted", ADOPTED)  # a second time: its word now suffices
    assert stage.state.edition == editions.NEWEST


@rule("E_POLICY", "only short names", "solo nombres cortos", since=2)
def _short(act: PartyNameRecorded, on: object, at: object) -> bool:
    return len(act.name) > 3


@rule("E_POLICY", "only long names", "solo nombres largos", until=1)
def _long(act: PartyNameRecorded, on: object, at: object) -> bool:
    return len(act.name) <= 3


@pytest.mark.parametrize(("name", "refused_by"), [("Abcd", str(editions.NEWEST)), ("Abc", "1")])
def test_e3_a_rule_judges_the_editions_that_it_is_of(
    name: str, refused_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartyNameRecorded, "RULES", (*PartyNameRecorded.RULES, _short, _long))
    for edition, stage in (("1", first_edition()), (str(editions.NEWEST), founded())):
        body = NAME | {"name": name}
        if edition == refused_by:
            assert stage.code("nosc", "PartyNameRecorded", body) == "E_POLICY"
        else:
            stage.says("nosc", "PartyNameRecorded", body)


def test_e3_a_member_of_a_later_edition_is_refused_in_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartyRegistered, "MEMBER_SINCE", {"acronym": 2})
    body = {"acronym": "RED", "kind": "company", "legal_name": text("Red"), "party": "red"}
    refusal = first_edition().refused("inai", "PartyRegistered", body, stream="party/red")
    assert refusal.code == "E_MALFORMED"
    assert (refusal.judged_against["where"], refusal.judged_against["since"]) == ("body.acronym", 2)
    founded().says("inai", "PartyRegistered", body)


def test_e3_a_type_of_a_later_edition_is_unknown_to_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartyNameRecorded, "SINCE", 2)
    with pytest.raises(UnknownAct) as caught:
        parse_act("PartyNameRecorded", 1, NAME)
    assert caught.value.problem.code == "E_UNKNOWN_TYPE"
    assert parse_act("PartyNameRecorded", 2, NAME).to_json() == NAME


def test_e3_a_type_that_ended_with_an_edition_is_unknown_to_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartyNameRecorded, "UNTIL", 2)
    assert parse_act("PartyNameRecorded", 2, NAME).to_json() == NAME
    with pytest.raises(UnknownAct) as caught:
        parse_act("PartyNameRecorded", 3, NAME)
    assert caught.value.problem.code == "E_UNKNOWN_TYPE"
    assert caught.value.problem.found == {"schema": 3, "until": 2}


@each_row("name", sorted(REGISTRY))
def test_types_and_members_are_of_editions_that_exist(name: str) -> None:
    cls = REGISTRY[name]
    assert editions.is_known(cls.SINCE)
    assert cls.UNTIL is None or cls.SINCE <= cls.UNTIL < editions.NEWEST
    for member, since in cls.MEMBER_SINCE.items():
        assert member in cls.__dataclass_fields__
        assert cls.SINCE < since <= editions.NEWEST
    for one in cls.RULES:
        assert one.since <= (one.until or editions.NEWEST) <= editions.NEWEST


def test_a_document_names_its_edition_from_the_second_on() -> None:
    assert founded().state.document()["edition"] == editions.NEWEST
    assert "edition" not in first_edition().state.document()
