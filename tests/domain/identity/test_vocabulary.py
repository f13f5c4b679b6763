"""Kinds of party and capacities: a ledger's own, or ours by default."""

from typing import Any

import pytest
from tests.domain.stage import FOUNDERS, MEMBERS, Body, Stage, appointment, founded, genesis, root, text
from tests.rows import each_row

from constancia.domain.catalogue import parse_act
from constancia.domain.identity.vocabulary import DEFAULT_CAPACITIES, DEFAULT_KINDS
from constancia.domain.kernel.acts import UnknownAct
from constancia.domain.sentences import sentence_of
from constancia.domain.values.editions import NEWEST

KINDS = [{"composite": True, "kind": "net", "name": text("red")}, {"kind": "town", "name": text("pueblo")}]
CAPACITIES = [{"capacity": "voice", "name": text("vocal")}]


def own(**changed: Any) -> Body:
    body = genesis(party_kinds=KINDS, capacities=CAPACITIES)
    founders = [founder | {"kind": "net" if founder["party"] == "nosc" else "town"} for founder in body["founders"]]
    return body | {"founders": founders} | changed


def opened() -> Stage:
    stage = Stage()
    stage.says(FOUNDERS, "LedgerOpened", own())
    for party in MEMBERS:
        kind = "net" if party == "nosc" else "town"
        stage.says(root(party), "PartyRegistered", {"kind": kind, "legal_name": text(party), "party": party})
    return stage


def test_a_ledgers_own_kinds_are_its_only_ones() -> None:
    stage = opened()
    voice = stage.join("inai", capacity="voice")
    body = {"kind": "net", "legal_name": text("x"), "party": "x"}
    assert stage.code(voice, "PartyRegistered", body | {"kind": "academia"}) == "E_POLICY"
    stage.says(voice, "PartyRegistered", body)


@each_row("kind", DEFAULT_KINDS)
def test_the_default_kinds_are_those_of_a_ledger_that_lists_none(kind: str) -> None:
    stage = founded()
    stage.says("inai", "PartyRegistered", {"kind": kind, "legal_name": text("x"), "party": "x"})
    assert stage.code("inai", "PartyRegistered", {"kind": "net", "legal_name": text("x"), "party": "y"}) == "E_POLICY"


def test_groups_alone_are_composed_of_organizations_where_genesis_says_nothing_of_it() -> None:
    assert {kind for kind, is_composite in DEFAULT_KINDS.items() if is_composite} == {
        "civil_society_group", "working_group",
    }  # fmt: skip


@each_row("capacity", DEFAULT_CAPACITIES)
def test_the_default_capacities_are_those_of_a_ledger_that_lists_none(capacity: str) -> None:
    stage = founded()
    stage.says(root("inai"), "RepresentativeAppointed", appointment("inai", "x", capacity=capacity))
    body = appointment("inai", "y", capacity="voice")
    assert stage.code(root("inai"), "RepresentativeAppointed", body) == "E_POLICY"


def test_a_ledgers_own_capacities_are_its_only_ones() -> None:
    stage = opened()
    body = appointment("inai", capacity="representative")
    assert stage.code(root("inai"), "RepresentativeAppointed", body) == "E_POLICY"
    stage.says(root("inai"), "RepresentativeAppointed", body | {"capacity": "voice"})


@each_row("capacity", ["root", "founders"])
def test_v1_nobody_is_appointed_as_a_root_or_as_the_founders(capacity: str) -> None:
    with pytest.raises(UnknownAct):
        parse_act("LedgerOpened", NEWEST, own(capacities=[{"capacity": capacity, "name": text("x")}]))
    for stage in (founded(), opened()):
        body = appointment("inai", "x", capacity=capacity)
        assert stage.code(root("inai"), "RepresentativeAppointed", body) == "E_POLICY"


def test_whether_a_party_has_organizations_is_its_kinds_to_say() -> None:
    stage = opened()
    voice = stage.join("nosc", capacity="voice")
    stage.says(voice, "PartyRegistered", {"kind": "town", "legal_name": text("x"), "party": "x"})
    joined = {"organization": "x", "party": "inai", "since": "2018"}
    assert stage.code(root("inai"), "MemberOrganizationJoined", joined) == "E_POLICY"
    stage.says(root("nosc"), "MemberOrganizationJoined", joined | {"party": "nosc"})


@each_row(
    "changed",
    [
        {"party_kinds": KINDS[:1]},  # a founder is of a kind that is not listed
        {"party_kinds": KINDS[::-1]},
        {"party_kinds": [KINDS[1], KINDS[1]]},
        {"party_kinds": []},
        {"party_kinds": None},
        {"capacities": []},
        {"capacities": CAPACITIES * 2},
        {"capacities": [{"capacity": "Voz", "name": text("x")}]},
        {"capacities": [{"capacity": "voz"}]},
    ],
    ids=str,
)
def test_a_list_is_sorted_whole_and_covers_the_founders(changed: Body) -> None:
    with pytest.raises(UnknownAct):
        parse_act("LedgerOpened", NEWEST, own(**changed))


@each_row("edition", [1, 2])
def test_former_editions_have_closed_lists(edition: int) -> None:
    body = {"kind": "academia", "legal_name": text("x"), "party": "x"}
    parse_act("PartyRegistered", edition, body)
    for type_name, item in (
        ("PartyRegistered", body | {"kind": "net"}),
        ("RepresentativeAppointed", appointment("inai", capacity="voice")),
        ("LedgerOpened", own() | {"party_kinds": KINDS}),
    ):
        with pytest.raises(UnknownAct):
            parse_act(type_name, edition, item)


def test_a_capacitys_own_name_is_a_sentences_parameter() -> None:
    stage = opened()
    voice = stage.join("inai", capacity="voice")
    entry = stage.entry(voice, "PartyRegistered", {"kind": "town", "legal_name": text("x"), "party": "x"})
    assert sentence_of(entry.statement, stage.state).params["capacity"] == text("vocal")
    assert sentence_of(entry.statement).params["capacity"] == "voice"
