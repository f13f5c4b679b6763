"""An entry's form: built around a statement's untouched bytes, and read back to exactly them."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import Key, Log

from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES, canonical, parse_canonical
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import MAX_SIGNATURES, NO_PREVIOUS, parse_entry

Change = Callable[[dict[str, Any]], Any]


def changed(raw: bytes, change: Change) -> bytes:
    item = json.loads(raw)
    change(item)
    return canonical(item)


def test_entry_holds_the_statements_bytes_verbatim(log: Log) -> None:
    for index, raw in enumerate(log.entries):
        entry = parse_entry(raw)
        assert entry.raw == raw
        assert entry.index == index
        assert raw.count(entry.statement.raw) == 1
        assert entry.statement.raw == canonical(json.loads(raw)["statement"])
        assert entry.leaf_hash == hashlib.sha256(b"\x00" + raw).digest()


def test_entry_is_built_back_to_the_same_bytes(log: Log) -> None:
    for raw in log.entries:
        entry = parse_entry(raw)
        assert raw == build_entry(
            index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at, signatures=entry.signatures,
            statement=entry.statement.raw,
        )  # fmt: skip


@each_row("text", [',"statement":', '{"statement":{}}', '"v":1}', '\\",\\"statement\\":', "}},"])
def test_text_that_looks_like_the_entrys_own_members_moves_nothing(text: str, log: Log) -> None:
    raw = changed(log.entries[20], lambda item: item["statement"]["body"].update(narrative={"es": text}))
    entry = parse_entry(raw)
    assert entry.statement.body["narrative"]["es"] == text
    assert entry.statement.raw == canonical(json.loads(raw)["statement"])


def test_statement_within_the_body_moves_nothing(log: Log) -> None:
    inner = {"statement": {"a": 1}, "v": 1}
    raw = changed(log.entries[20], lambda item: item["statement"]["body"].update(inner=inner))
    assert parse_entry(raw).statement.raw == canonical(json.loads(raw)["statement"])


def put(name: str, value: object) -> Change:
    return lambda item: item.update({name: value})


OTHER_FORMS: list[tuple[str, Change]] = [
    ("index", put("index", -1)), ("index", put("index", "0")), ("index", put("index", True)),
    ("index", put("index", None)), ("previous", put("previous", "0" * 63)), ("previous", put("previous", "A" * 64)),
    ("previous", put("previous", None)), ("recorded_at", put("recorded_at", "2019-03-01T18:00:00Z")),
    ("recorded_at", put("recorded_at", "2019-03-01T18:00:00.1Z")),
    ("recorded_at", put("recorded_at", "2019-03-01T18:00:00.000+00:00")),
    ("recorded_at", put("recorded_at", "2019-03-32T18:00:00.000Z")), ("recorded_at", put("recorded_at", 5)),
    ("v", put("v", 2)), ("v", put("v", True)), ("v", put("v", "1")), ("signatures", put("signatures", [])),
    ("signatures", put("signatures", {})), ("signatures", put("signatures", None)),
    ("signatures", put("signatures", [None])),
    ("signatures", put("signatures", [{"key": "a" * 64, "sig": "AA=="}] * (MAX_SIGNATURES + 1))),
    ("signatures", put("signatures", [{"key": "a" * 64, "statement": {}}])),
    ("signatures", lambda item: item["signatures"][0].update(statement={})),
    ("statement", put("statement", None)), ("statement", put("statement", [])), ("statement", put("statement", {})),
    ("statement", put("statement", "x")), ("entry", put("more", 1)), ("entry", lambda item: item.pop("v")),
    ("entry", lambda item: item.pop("signatures")),
]  # fmt: skip


@each_row(("where", "change"), OTHER_FORMS)
def test_member_of_another_form_is_named(where: str, change: Change, log: Log) -> None:
    with pytest.raises(Malformed) as caught:
        parse_entry(changed(log.entries[20], change))
    assert caught.value.where.startswith(where)


def test_entry_has_up_to_sixteen_signatures(log: Log) -> None:
    listed = json.loads(log.entries[20])["signatures"] * MAX_SIGNATURES
    assert len(parse_entry(changed(log.entries[20], put("signatures", listed))).signatures) == MAX_SIGNATURES == 16


def test_entry_longer_than_a_bundle_can_hold_is_not_built(log: Log) -> None:
    entry = parse_entry(log.entries[20])
    with pytest.raises(Malformed, match="too-large"):
        build_entry(
            index=0, previous=NO_PREVIOUS, recorded_at=entry.recorded_at, signatures=entry.signatures,
            statement=b'{"a":"' + b"x" * MAX_ENTRY_BYTES + b'"}',
        )  # fmt: skip


@given(st.data())
def test_changed_byte_is_refused_or_another_entry(log: Log, data: st.DataObject) -> None:
    raw = log.entries[data.draw(st.integers(0, log.size - 1))]
    at = data.draw(st.integers(0, len(raw) - 1))
    other = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    was = parse_entry(raw)
    try:
        found = parse_entry(other)
    except Malformed:
        return
    assert found.leaf_hash != was.leaf_hash
    assert parse_canonical(found.raw) != parse_canonical(was.raw)


@given(st.data())
def test_removed_inserted_or_doubled_bytes_are_refused_or_another_entry(log: Log, data: st.DataObject) -> None:
    raw = log.entries[data.draw(st.integers(0, log.size - 1))]
    start = data.draw(st.integers(0, len(raw)))
    stop = data.draw(st.integers(start, min(len(raw), start + 9)))
    other = raw[:start] + data.draw(st.binary(max_size=9) | st.just(raw[start:stop] * 2)) + raw[stop:]
    try:
        assert parse_entry(other).raw == other
    except Malformed:
        return


def test_signature_covers_the_statement_and_nothing_of_the_entry(log: Log) -> None:
    entry = parse_entry(log.entries[20])
    assert signed_bytes(entry.statement.raw).endswith(entry.statement.raw)
    other = build_entry(
        index=7, previous=bytes(range(32)), recorded_at="2020-01-01T00:00:00.000Z",
        signatures=[Key("x").sign(entry.statement.raw)], statement=entry.statement.raw,
    )  # fmt: skip
    assert parse_entry(other).statement == entry.statement
