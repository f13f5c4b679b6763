"""Keys by their ids: those that entries bring, those of a snapshot when they are asked for, and none besides."""

import json
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import Key

from constancia.ledger.append.key_ring import KeyRing, introduced_keys
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.statement import Statement, parse_statement


def genesis(desk: Desk) -> Statement:
    return desk.world.genesis().parsed.statement


def changed(statement: Statement, change: Any) -> Statement:
    item = json.loads(statement.raw)
    change(item["body"])
    return parse_statement(canonical(item))


def test_keys_are_there_from_their_entry_on_and_are_taken_back_with_it(desk: Desk) -> None:
    ring, keys = KeyRing(), introduced_keys(genesis(desk))
    assert len(keys) == len(desk.world.roots)
    ring.add(keys)
    assert [ring.get(key.key_id) for key in keys] == list(keys)
    ring.remove(keys[:1])
    assert [ring.get(key.key_id) for key in keys] == [None, *keys[1:]]
    assert ring.get(Key().key_id) is None


def test_genesis_and_a_registration_bring_keys_in_their_order_and_nothing_else_does(desk: Desk) -> None:
    statement = genesis(desk)
    founders = json.loads(statement.raw)["body"]["founders"]
    in_order = [desk.world.roots[founder["party"]].key_id for founder in founders]
    assert [key.key_id for key in introduced_keys(statement)] == in_order
    [brought] = introduced_keys(desk.world.key_registered("inai").parsed.statement)
    assert brought.key_id == desk.world.keys["inai"].key_id
    assert introduced_keys(desk.world.allege("c1").parsed.statement) == ()


def test_key_that_breaks_its_schemes_rule_is_named_by_its_place(desk: Desk) -> None:
    def spoil(body: Any) -> None:
        body["founders"][1]["root"]["public_key"] = "AAAA"

    with pytest.raises(Malformed) as caught:
        introduced_keys(changed(genesis(desk), spoil))
    assert caught.value.where == "statement.body.founders[1].root"


def test_keys_of_a_snapshot_are_those_that_reading_all_entries_gives(desk: Desk) -> None:
    ring, read = KeyRing(), desk.parts.head
    assert read.genesis is not None
    ring.resume(read.genesis.statement, read.state.copied())
    ids = [key.key_id for key in (*desk.world.roots.values(), *desk.world.keys.values())]
    assert None not in [read.keys.get(name) for name in ids]
    for _ in range(2):
        assert [ring.get(name) for name in ids] == [read.keys.get(name) for name in ids]
    assert ring.get(Key().key_id) is None
    ring.remove(introduced_keys(genesis(desk)))
    assert all(ring.get(key.key_id) == read.keys.get(key.key_id) for key in desk.world.keys.values())
