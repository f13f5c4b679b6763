"""A statement's form: every member has its one form, and nothing else is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import Log

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_STATEMENT_BYTES, canonical, parse_canonical
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.statement import MEMBERS, parse_statement, statement_of

REPRESENTATIVE = {"appointment": "ap-1", "capacity": "commissioner", "party": "inai", "person": "p-1"}
SOUND: dict[str, Any] = {
    "actor": REPRESENTATIVE,
    "body": {"note": {"es": "Línea\notra"}},
    "id": "0192f0c1-0000-7000-8000-000000000000",
    "ledger": "example.org/ledger",
    "mode": "live",
    "occurred_on": "2019-03-01",
    "schema": 1,
    "seen": {"root": "0" * 64, "size": 3},
    "signed_at": "2019-03-01T18:04:05Z",
    "stream": "agreement/ag-1",
    "type": "AgreementSigned",
}


def test_sound_statement_is_read_with_every_member() -> None:
    raw = canonical(SOUND)
    statement = parse_statement(raw)
    assert statement.raw == raw
    for name in MEMBERS:
        if name != "seen":
            assert getattr(statement, name) == SOUND[name]
    assert (statement.seen.size, statement.seen.root) == (3, bytes(32))


@each_row("actor", [REPRESENTATIVE, {"capacity": "root", "party": "inai"}, {"capacity": "founders"}])
def test_actor_has_one_of_three_forms(actor: dict[str, str]) -> None:
    assert parse_statement(canonical(SOUND | {"actor": actor})).actor == actor


@each_row("name", MEMBERS)
def test_member_missing_is_named(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_statement(canonical({key: value for key, value in SOUND.items() if key != name}))
    assert (caught.value.code, caught.value.where) == ("member-missing", f"statement.{name}")


def test_member_too_many_is_named() -> None:
    with pytest.raises(Malformed) as caught:
        parse_statement(canonical(SOUND | {"note": 1}))
    assert (caught.value.code, caught.value.where) == ("member-unknown", "statement.note")


OTHER_FORMS = [
    ("actor", None), ("actor", []), ("actor", {}), ("actor", {"capacity": "root"}), ("actor", {"capacity": "head"}),
    ("actor", {"capacity": "founders", "party": "inai"}), ("actor", REPRESENTATIVE | {"capacity": "root"}),
    ("actor", REPRESENTATIVE | {"capacity": "founders"}), ("actor", REPRESENTATIVE | {"party": "Inai"}),
    ("actor", REPRESENTATIVE | {"party": ""}), ("actor", REPRESENTATIVE | {"party": "a" * 65}),
    ("actor", REPRESENTATIVE | {"party": "a\n"}), ("actor", REPRESENTATIVE | {"person": 5}),
    ("actor", {"capacity": "head", "party": "inai"}), ("actor", REPRESENTATIVE | {"more": "x"}),
    ("body", None), ("body", []), ("body", "x"),
    ("id", "0192F0C1-0000-7000-8000-000000000000"), ("id", "x"), ("id", 5), ("id", SOUND["id"] + "\n"),
    ("ledger", ""), ("ledger", "x" * 201), ("ledger", 5),
    ("mode", "Live"), ("mode", None), ("mode", ["live"]),
    ("occurred_on", "hoy"), ("occurred_on", "٢٠١٩"), ("occurred_on", 2019), ("occurred_on", "2019-03-01\n"),
    ("schema", 0), ("schema", True), ("schema", "1"), ("schema", 65_536), ("schema", None),
    ("seen", None), ("seen", {"size": 3}), ("seen", {"root": "0" * 64, "size": -1}),
    ("seen", {"root": "0" * 64, "size": True}), ("seen", {"root": "0" * 64, "size": "3"}),
    ("seen", {"root": "0" * 63, "size": 3}), ("seen", {"root": "A" * 64, "size": 3}),
    ("seen", {"root": None, "size": 3}), ("seen", {"more": 1, "root": "0" * 64, "size": 3}),
    ("signed_at", "2019-03-01T18:04:05"), ("signed_at", "2019-03-01T18:04:05.000Z"),
    ("signed_at", "2019-03-01T24:04:05Z"), ("signed_at", "2019-13-01T18:04:05Z"),
    ("signed_at", "2019-03-01t18:04:05z"), ("signed_at", "2019-03-01T18:04:05+00:00"), ("signed_at", 5),
    ("stream", "agreement"), ("stream", "/x"), ("stream", "agreement/"), ("stream", "Agreement/x"),
    ("stream", "agreement/a/b"), ("stream", None),
    ("type", "agreementSigned"), ("type", "Ab"), ("type", "A" * 65), ("type", "Agreement_Signed"), ("type", 5),
]  # fmt: skip


@each_row(("name", "value"), OTHER_FORMS)
def test_member_of_another_form_is_named(name: str, value: object) -> None:
    with pytest.raises(Malformed) as caught:
        parse_statement(canonical(SOUND | {name: value}))
    assert caught.value.where.startswith(f"statement.{name}")


def test_length_is_bounded_and_the_largest_is_read() -> None:
    spare = MAX_STATEMENT_BYTES - len(canonical(SOUND | {"body": {"x": ""}}))
    assert len(parse_statement(canonical(SOUND | {"body": {"x": "a" * spare}})).raw) == MAX_STATEMENT_BYTES
    with pytest.raises(Malformed) as caught:
        parse_statement(canonical(SOUND | {"body": {"x": "a" * (spare + 1)}}))
    assert caught.value.code == "too-large"


@given(st.data())
def test_changed_byte_is_refused_or_another_statement(log: Log, data: st.DataObject) -> None:
    raw = parse_entry(log.entries[data.draw(st.integers(0, log.size - 1))]).statement.raw
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        found = parse_statement(changed)
    except Malformed:
        return
    assert found.raw != raw
    assert parse_canonical(found.raw) != parse_canonical(raw)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**53 - 1) | st.sampled_from(["", "live", "root", "ledger", "0" * 64]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MEMBERS, "root", "size"]), inner),
    max_leaves=6,
)


@given(st.sampled_from(MEMBERS), JSON)
def test_any_value_in_any_member_is_read_or_malformed(name: str, value: object) -> None:
    raw = canonical(SOUND | {name: value})
    try:
        assert parse_statement(raw).raw == raw
    except Malformed:
        return


@each_row("more", [-1, 0, 1])
def test_statement_within_an_object_has_the_same_bound_as_one_by_itself(more: int) -> None:
    """An entry or a submission is parsed as a whole: its statement's length is seen here alone."""
    empty = SOUND | {"body": {"note": ""}}
    filled = SOUND | {"body": {"note": "x" * (MAX_STATEMENT_BYTES - len(canonical(empty)) + more)}}
    raw = canonical(filled)
    assert len(raw) == MAX_STATEMENT_BYTES + more
    item = json.loads(raw)
    if more <= 0:
        assert statement_of(item, raw).raw == parse_statement(raw).raw == raw
        return
    for read in (parse_statement, lambda raw: statement_of(item, raw)):
        with pytest.raises(Malformed) as caught:
            read(raw)
        assert caught.value.code == "too-large"
