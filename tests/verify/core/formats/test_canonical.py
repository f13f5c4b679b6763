"""The canonical form: one value, one byte string, held against an independent implementation of RFC 8785."""

import json
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.public_vectors import vector_file

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats import canonical as module
from constancia.verify.core.formats.canonical import MAX_DEPTH, MAX_INTEGER, canonical, parse_canonical


def refused(raw: bytes, limit: int = 65_535) -> str:
    with pytest.raises(Malformed) as caught:
        parse_canonical(raw, limit=limit)
    return caught.value.code


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Cf"], exclude_characters="\u2028\u2029")).map(
    lambda text: unicodedata.normalize("NFC", text)
)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXTS | st.just('línea\nlínea "y" \\'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)


@given(OBJECTS)
def test_bytes_are_those_of_an_independent_implementation(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(OBJECTS)
def test_what_is_written_is_read_back_and_nothing_else_is_the_same(value: dict[str, Any]) -> None:
    raw = canonical(value)
    assert parse_canonical(raw) == value
    assert canonical(parse_canonical(raw)) == raw


@given(OBJECTS, st.data())
def test_changed_byte_is_refused_or_another_object(value: dict[str, Any], data: st.DataObject) -> None:
    raw = canonical(value)
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        assert parse_canonical(changed) != value
    except Malformed:
        return


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@example(b"")
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 100_000)
@example(b'{"a":' * 60_000)
@example(b'{"a":' + b"9" * 5_000 + b"}")
@example(b'{"a":"\\ud800"}')
@example(b'{"a":"\xed\xa0\x80"}')
def test_odd_bytes_are_read_or_malformed_and_never_anything_else(raw: bytes) -> None:
    try:
        value = parse_canonical(raw)
    except Malformed:
        return
    assert canonical(value) == raw


@each_row(
    ("raw", "code"),
    [
        (b'{"a": 1}', "not-canonical"),
        (b' {"a":1}', "not-canonical"),
        (b'{"a":1}\n', "not-canonical"),
        (b'{"b":1,"a":2}', "not-canonical"),
        (b'{"a":1,"a":1}', "not-canonical"),
        (b'{"a":1,"a":2}', "not-canonical"),
        (b'{"a":"\\u0041"}', "not-canonical"),
        (b'{"a":"\\/"}', "not-canonical"),
        (b'{"a":"\\u00f1"}', "not-canonical"),
        (b'{"a":-0}', "not-canonical"),
        (b'{"a":1.0}', "number"),
        (b'{"a":1e2}', "number"),
        (b'{"a":NaN}', "number"),
        (b'{"a":-Infinity}', "number"),
        (b'{"a":01}', "not-json"),
        (b'{"a":+1}', "not-json"),
        (b'{"a":9007199254740992}', "integer"),
        (b'{"a":-9007199254740992}', "integer"),
        (b'{"a":100000000000000000000}', "integer"),
        pytest.param(b'{"a":' + b"9" * 5_000 + b"}", "integer", id="a number longer than Python converts"),
        (b'{"A":1}', "key"),
        (b'{"":1}', "key"),
        (b'{"1":1}', "key"),
        ('{"ñ":1}'.encode(), "key"),
        (b'{"a\\n":1}', "key"),
        (b'{"a":"\\t"}', "character"),
        (b'{"a":"\t"}', "not-json"),
        ('{"a":"e\u0301"}'.encode(), "not-nfc"),
        ('{"a":"\u212b"}'.encode(), "not-nfc"),
        ('{"a":"\u202e"}'.encode(), "character"),
        ('{"a":"\u200b"}'.encode(), "character"),
        ('{"a":"\u2066x"}'.encode(), "character"),
        ('{"a":"\xad"}'.encode(), "character"),
        ('{"a":"\ufeff"}'.encode(), "character"),
        ('{"a":"\ufdd0"}'.encode(), "character"),
        ('{"a":"\U0010ffff"}'.encode(), "character"),
        ('{"a":"\U000e0041"}'.encode(), "character"),
        (b'{"a":"\x7f"}', "character"),
        (b'{"a":"\\ud83d\\ude00"}', "not-canonical"),
        (b'{"a":"\\ude00"}', "character"),
        (b"\xef\xbb\xbf{}", "not-json"),
        (b'{"a":"\xff"}', "not-utf8"),
        (b'{"a":"\xc0\xaf"}', "not-utf8"),
        (b"[" * 60_000, "too-deep"),
        (b'{"a":' * 13_000, "too-deep"),
        (b"[]", "not-object"),
        (b'"a"', "not-object"),
        (b"null", "not-object"),
        (b"{}{}", "not-json"),
        (b"{'a':1}", "not-json"),
        (b'{"a":1,}', "not-json"),
    ],
)
def test_every_other_form_is_refused_by_its_name(raw: bytes, code: str) -> None:
    assert refused(raw) == code


@each_row("value", [MAX_INTEGER, -MAX_INTEGER, 0, -1])
def test_integer_below_the_bound_in_size_is_written_and_read(value: int) -> None:
    assert parse_canonical(canonical({"a": value})) == {"a": value}
    if abs(value) == MAX_INTEGER:
        assert refused(b'{"a":%d}' % (value + value // MAX_INTEGER)) == "integer"
        with pytest.raises(Malformed):
            canonical(value + value // MAX_INTEGER)


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_nesting_up_to_the_limit_is_read_and_one_more_is_refused() -> None:
    assert canonical(parse_canonical(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    assert refused(nested(MAX_DEPTH + 1)) == "too-deep"
    for depth in (MAX_DEPTH, MAX_DEPTH + 1):  # more brackets than levels
        several = nested(depth)[:-1] + b',"b":[[],[]]}'
        if depth == MAX_DEPTH:
            assert canonical(parse_canonical(several)) == several
        else:
            assert refused(several) == "too-deep"
    assert parse_canonical(b'{"a":"' + b"[{" * 50 + b'"}') == {"a": "[{" * 50}
    with pytest.raises(Malformed, match="nesting"):
        canonical(json.loads(nested(MAX_DEPTH + 1)))


def test_length_is_checked_before_anything_is_parsed() -> None:
    assert refused(b"{" * 101, limit=100) == "too-large"
    assert parse_canonical(b'{"a":1}', limit=7) == {"a": 1}


@each_row("value", [1.0, float("nan"), b"x", {1}, {"a": 1.5}, {1: 1}, {"A": 1}, [object()], 2**53])
def test_value_outside_the_profile_is_not_written(value: object) -> None:
    with pytest.raises(Malformed):
        canonical(value)


@each_row("size", [0, 1, 5_000])
def test_key_sets_are_read_alike_however_many_were_seen_before(size: int) -> None:
    for number in range(size):
        parse_canonical(b'{"a%d":1,"b":2}' % number)
    assert refused(b'{"b":1,"a":2}') == "not-canonical"
    assert parse_canonical(b'{"a":1,"c":2}') == {"a": 1, "c": 2}


def test_characters_of_the_fast_way_need_none_of_the_slow_ways_checks() -> None:
    plain = [chr(code) for code in range(0x110000) if not module._NOT_PLAIN.match(chr(code))]
    assert len(plain) > 600
    whole = "".join(plain)
    assert not module.FORBIDDEN.search(whole)
    assert unicodedata.is_normalized("NFC", whole)
    # No plain character joins with what stands before it: NFC of any sequence of them is that sequence.
    assert all(unicodedata.combining(one) == 0 for one in plain)
    assert all(unicodedata.normalize("NFC", "a" + one) == "a" + one for one in plain)


@each_row(
    ("text", "is_plain"),
    [
        ('{"a":"El año, según «acta» – 5 €"}', True), (r'{"a":"\n\"\\"}', True), ("{}", True), ('{"a":"字"}', False),
        ('{"a":"e\u0301"}', False), (r'{"a":"\t"}', False), (r'{"a":"\u0041"}', False), ('{"a":"\xad"}', False),
    ],
)  # fmt: skip
def test_strings_need_no_look_at_each_where_all_is_allowed_and_nothing_escaped_oddly(text: str, is_plain: bool) -> None:
    assert module.is_plain(text) is is_plain


@each_row("name", ["arrays", "french", "unicode"])
def test_public_vector_without_floats_gives_the_published_bytes(name: str) -> None:
    value = json.loads(vector_file(f"jcs/input/{name}.json").read_text(encoding="utf-8"))
    wanted = bytes.fromhex(vector_file(f"jcs/outhex/{name}.txt").read_text(encoding="ascii"))
    assert module._encode_sorted(value).encode() == wanted == rfc8785.dumps(value)


@each_row("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
@each_row("form", ["input", "output"])
def test_public_vector_lies_outside_the_profile_and_is_refused(name: str, form: str) -> None:
    # Lists at the top, keys of other characters, text that is not NFC, floats, white space: each breaks a rule.
    refused(vector_file(f"jcs/{form}/{name}.json").read_bytes())


@each_row("name", ["structures", "values"])
def test_public_vector_with_floats_is_refused_for_its_floats(name: str) -> None:
    value = json.loads(vector_file(f"jcs/input/{name}.json").read_text(encoding="utf-8"))
    numbers = value["numbers"] if name == "values" else [value["1"]["\n"]]
    for number in numbers:
        assert refused(b'{"a":%b}' % json.dumps(number).encode()) == "number"


@each_row(
    ("raw", "where"),
    [
        (b'{"a":["x","\xe2\x80\x8b"]}', "$.a[1]"),
        (b'{"a":{"b":"\xe2\x80\x8b"}}', "$.a.b"),
        (b'{"a":"\xe2\x80\x8b"}', "$.a"),
    ],
)
def test_place_of_a_character_is_named_by_its_way_through_the_object(raw: bytes, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_canonical(raw)
    assert (caught.value.code, caught.value.where) == ("character", where)
