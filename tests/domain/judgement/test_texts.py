"""Texts of all acts: each authentic language of the ledger, wherever in an act a text is."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest
from tests.domain.stage import (
    FOUNDERS,
    Body,
    Stage,
    act_of,
    commitment,
    doc,
    genesis,
    proposed,
    root,
    small_scope,
    text,
)
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY, parse_act
from constancia.domain.judgement.texts import in_each_language
from constancia.domain.kernel.acts import UnknownAct
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.languages import is_language_tag, is_text
from constancia.domain.values.values import Text, Value

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "editions" / "2" / "ledger.sqlite.gz"
BOTH = ["es", "pt"]


def in_both(item: Any) -> Any:
    """A body whose Spanish texts are in Portuguese too."""
    if isinstance(item, list):
        return [in_both(member) for member in item]
    if not isinstance(item, dict):
        return item
    return item | {"pt": item["es"]} if is_text(item) else {name: in_both(member) for name, member in item.items()}


def places(item: Any, where: str = "body") -> Iterator[str]:
    """Where in a JSON body there is a text."""
    if is_text(item):
        yield where
    elif isinstance(item, list | dict):
        for name, member in item.items() if isinstance(item, dict) else enumerate(item):
            yield from places(member, f"{where}[{name}]" if isinstance(name, int) else f"{where}.{name}")


def opened_in_two() -> Stage:
    stage = Stage()
    stage.says(FOUNDERS, "LedgerOpened", in_both(genesis(languages=BOTH)))
    return stage


def seated_in_two() -> Stage:
    """A committee of a ledger in two languages."""
    stage = opened_in_two()
    says = stage.says
    stage.says = lambda who, name, body, **more: says(who, name, in_both(body), **more)  # type: ignore[method-assign]
    for party in ("inai", "nosc", "sfp"):
        kind = {"inai": "autonomous_body", "nosc": "civil_society_group", "sfp": "federal_ministry"}[party]
        stage.says(root(party), "PartyRegistered", {"kind": kind, "legal_name": text(party), "party": party})
        stage.join(party)
    stage.body()
    stage.says = says  # type: ignore[method-assign]
    return stage


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Body]:
    """The statements of the second edition's demonstration: nearly every type, as people said them."""
    path = tmp_path_factory.mktemp("second") / "ledger.sqlite"
    path.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    with sqlite3.connect(path) as store:
        (table,) = [
            name for (name,) in store.execute("select name from sqlite_master where type = 'table'")
            if "state" in {column[1] for column in store.execute(f"pragma table_info({name})")}
        ]  # fmt: skip
        rows = [raw for (raw,) in store.execute(f"select state from {table}")]  # noqa: S608 - a name of the file's own
    return [json.loads(raw)["statement"] for raw in rows]


def test_wherever_a_text_is_in_an_act_a_language_that_it_lacks_is_named(entries: list[Body]) -> None:
    at: Any = SimpleNamespace(edition=NEWEST, state=SimpleNamespace(languages=("es", "qu")))
    types = set()
    for statement in entries:
        body = statement["body"] | ({"languages": ["es", "qu"]} if statement["type"] == "LedgerOpened" else {})
        try:
            act = parse_act(statement["type"], NEWEST, body)
        except UnknownAct:  # a type that the newest edition ended
            continue
        broken: Any = list(in_each_language.broken(act, None, at))  # type: ignore[arg-type]
        assert sorted(met["where"] for met in broken) == sorted(places(body)), statement["type"]
        assert {met["missing"] for met in broken} <= {"qu"}
        types.add(statement["type"])
    assert {"LedgerOpened", "DecisionProposed", "DeliverableSubmitted", "AgreementDrafted"} <= types


def test_only_a_text_is_an_object_whose_members_are_all_named_like_languages() -> None:
    """Sentences and pages know a text in a statement by its members."""
    waiting, seen = list(REGISTRY.values()), set[Any]()
    while waiting:
        cls: Any = waiting.pop()
        if cls in seen or not isinstance(cls, type) or not issubclass(cls, Value):
            waiting += [] if isinstance(cls, type) else get_args(cls)
            continue
        seen.add(cls)
        waiting += get_type_hints(cls).values()
        if cls is not Text and cls not in REGISTRY.values():
            assert not all(is_language_tag(field.name) for field in fields(cls)), cls


@each_row("missing", BOTH)
def test_a_text_lacks_a_language(missing: str) -> None:
    stage = seated_in_two()
    body = in_both(commitment())
    del body["objective"][missing]
    refusal = stage.refused("nosc", "CommitmentProposed", body)
    assert (refusal.code, refusal.judged_against["where"], refusal.judged_against["missing"]) == (
        "E_MALFORMED", "body.objective", missing,
    )  # fmt: skip
    stage.says("nosc", "CommitmentProposed", in_both(commitment()))


def test_more_languages_are_welcome() -> None:
    seated_in_two().says(
        "nosc", "CommitmentProposed", in_both(commitment()) | {"title": {"es": "x", "pt": "x", "nah": "x"}}
    )


def test_what_is_put_to_the_vote_lacks_a_language() -> None:
    """Else all would vote for and sign an act that can't be recorded."""
    stage = seated_in_two()
    stage.says("nosc", "CommitmentProposed", in_both(commitment()))
    adopted = {"commitment": "c1", "decision": "d1", "scope": small_scope()}
    body = in_both(proposed("d1", act_of("CommitmentAdopted", in_both(adopted))))
    del body["act"]["body"]["scope"]["milestones"][0]["title"]["pt"]
    refusal = stage.refused("nosc", "DecisionProposed", body)
    assert (refusal.code, refusal.judged_against["where"]) == (
        "E_MALFORMED", "body.act.body.scope.milestones[0].title",
    )  # fmt: skip


def test_genesis_is_in_the_languages_that_it_names() -> None:
    body = in_both(genesis(languages=BOTH))
    body["charter"]["title"] = text("carta")
    assert Stage().refused(FOUNDERS, "LedgerOpened", body).judged_against["where"] == "body.charter.title"
    named = in_both(genesis(languages=BOTH))
    named["party_kinds"] = [
        {"kind": kind, "name": text("x")} for kind in sorted({one["kind"] for one in named["founders"]})
    ]
    assert Stage().refused(FOUNDERS, "LedgerOpened", named).code == "E_MALFORMED"


def test_a_ledger_that_names_no_language_is_in_spanish() -> None:
    stage = Stage().open()
    assert stage.state.languages == ("es",)
    assert Stage().refused(FOUNDERS, "LedgerOpened", genesis(name={"pt": "Livro"})).code == "E_MALFORMED"
    assert opened_in_two().state.languages == ("es", "pt")


@each_row("languages", [[], ["es", "es"], ["pt", "es"], ["es", "pt-BR"], ["spanish"], ["es", ""], "es"])
def test_the_languages_of_genesis_are_sorted_tags(languages: Any) -> None:
    with pytest.raises(UnknownAct):
        parse_act("LedgerOpened", NEWEST, in_both(genesis()) | {"languages": languages})


@each_row("name", ["languages", "party_kinds", "capacities"])
def test_earlier_editions_know_no_words_of_a_ledgers_own(name: str) -> None:
    items: dict[str, Any] = {
        "languages": ["es"],
        "party_kinds": [{"kind": "x", "name": text("x")}],
        "capacities": [{"capacity": "x", "name": text("x")}],
    }
    with pytest.raises(UnknownAct, match=r"a later edition added the member|has not its type's form"):
        parse_act("LedgerOpened", 2, genesis(edition=2) | {name: items[name]})


def test_a_document_of_an_act_has_its_language_by_tag() -> None:
    stage = Stage().open()
    parse_act("LedgerOpened", 2, genesis(edition=2, charter=doc("x", "anything_at.all")))
    assert stage.state.edition == NEWEST
    with pytest.raises(UnknownAct):
        parse_act("LedgerOpened", NEWEST, genesis(charter=doc("x", "anything_at.all")))
