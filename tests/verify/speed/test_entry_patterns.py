"""Entries of the common form are read the quick way: it gives what the slow way gives, or nothing."""

import itertools
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.profile import sampled
from tests.rows import each_row
from tests.verify.small_ledger import Log, Writer

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_STATEMENT_BYTES, canonical
from constancia.verify.core.formats.entry import Entry, parse_entry
from constancia.verify.speed import entry_patterns as common
from constancia.verify.speed.entry_patterns import match_entry, read_entry

ENTRIES = Writer().found().report(4).log().entries
REPORT = ENTRIES[-1]
# What stands between two values, or is one, in JSON and in what is nearly JSON.
PIECES = [
    b'"', b"\\", b"\\n", b'\\"', b"\\u00e9", b"\\/",
    b",", b":", b"{", b"}", b"[", b"]", b" ", b"\n", b"\0", b"\x7f", b"0",
    b"-0", b"-1", b"1.0", b"1e3", b"01", b"9007199254740992", b"900719925474099", b"null", b"true", b"?",
    "é".encode(), "é".encode(), "\u202e".encode(), b"\xff", b'"a":1,', b',"id":"', b',"v":1}', b"root", b"founders",
]  # fmt: skip


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Nothing is known from another test, and nothing is left for one."""
    common._known.clear()
    yield
    common._known.clear()


def slowly(raw: bytes) -> Entry | None:
    try:
        return parse_entry(raw)
    except Malformed:
        return None


def test_nearly_all_entries_are_read_the_quick_way(log: Log) -> None:
    read = [match_entry(raw) is not None for raw in log.entries]
    assert read.count(True) > len(read) / 2
    assert [read_entry(raw) for raw in log.entries] == [parse_entry(raw) for raw in log.entries]


def test_genesis_and_roots_go_the_slow_way(log: Log) -> None:
    assert match_entry(log.entries[0]) is None
    assert [match_entry(raw) for raw in log.entries if b'"capacity":"root"' in raw] != []
    assert all(match_entry(raw) is None for raw in log.entries if b'"capacity":"root"' in raw)


@given(st.integers(0, len(REPORT)), st.integers(0, 3), st.lists(st.sampled_from(PIECES), max_size=2))
def test_altered_entry_is_read_quickly_only_as_it_is_read_slowly(at: int, cut: int, pieces: list[bytes]) -> None:
    match_entry(REPORT)
    raw = REPORT[:at] + b"".join(pieces) + REPORT[at + cut :]
    quick, slow = match_entry(raw), slowly(raw)
    assert quick is None or quick == slow


def inner(at: int) -> bool:
    """Whether a place has a letter or a digit on both sides: within a word or a number, where one is as another."""
    return REPORT[at - 1 : at + 1].isalnum() and 0 < at < len(REPORT)


@pytest.mark.slow
def test_every_place_of_an_entry() -> None:
    """Every place next to a mark, and within words and numbers one of eight; at each every second piece, by turns.

    `make thorough` tries all at all.
    """
    places = [at for at in range(len(REPORT)) if not inner(at) or at % sampled(8, 1) == 0]
    for at, (number, piece), cut in itertools.product(places, enumerate(PIECES), (0, 1)):
        if (at + number + cut) % sampled(2, 1):
            continue
        match_entry(REPORT)
        raw = REPORT[:at] + piece + REPORT[at + cut :]
        if match_entry(raw) is not None:
            assert parse_entry(raw) == read_entry(raw), raw


values = st.recursive(
    st.one_of(
        st.booleans(), st.none(), st.integers(-(2**53) + 1, 2**53 - 1), st.sampled_from(['a"b', "é\n", "\\", "?"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from("abc"), values, max_size=3), min_size=1, max_size=4), st.data())
def test_any_body_among_known_ones(bodies: list[dict[str, object]], data: st.DataObject) -> None:
    raw = b""
    for body in bodies:
        item = json.loads(REPORT)
        item["statement"]["body"] = body
        raw = canonical(item)
        assert read_entry(raw) == parse_entry(raw)
    at = data.draw(st.integers(raw.index(b'"body":'), raw.index(b',"id":"')))
    broken = raw[:at] + data.draw(st.sampled_from(PIECES)) + raw[at + data.draw(st.integers(0, 1)) :]
    if match_entry(broken) is not None:
        assert read_entry(broken) == parse_entry(broken)


def test_what_was_taken_out_is_no_word_of_the_body() -> None:
    match_entry(REPORT)
    start, end = REPORT.index(b'"period":"') + len(b'"period":'), REPORT.index(b"}", REPORT.index(b'"period":"'))
    assert REPORT[start:end] == b'"2019"'
    raw = REPORT[:start] + common._TAKEN_OUT.encode() + REPORT[end:]
    assert match_entry(raw) is None
    with pytest.raises(Malformed):
        read_entry(raw)


def with_body(body: bytes) -> bytes:
    start, end = REPORT.index(b'"body":') + len(b'"body":'), REPORT.index(b',"id":"')
    return REPORT[:start] + body + REPORT[end:]


@each_row(
    ("known", "other"),
    [
        (b'{"a":","}', b'{"a"x","}'),
        (b'{"a":[","]}', b'{"a"[x","]}'),
        (b'{"a":"5"}', b'{"a":"5""}'),
        (b'{"a":5}', b'{"a":05}'),
        (b'{"a":5}', b'{"a":-0}'),
        (b'{"a":5}', b'{"a":9007199254740992}'),
        (b'{"a":"n"}', b'{"a":"\\u006e"}'),
        (b'{"a":"n"}', b'{"a":"\xc3"}'),
        (b'{"a":1,"b":2}', b'{"a":1,"a":2}'),
        (b'{"a":1,"b":2}', b'{"b":1,"a":2}'),
        (b'{"a":1}', b'{"a":1} '),
        (b'{"a":1}', b'{"a":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}'),
        (b'{"a":{"b":1}}', b'[{"b":1}]'),
    ],
)
def test_body_that_is_nearly_like_a_known_one_is_refused(known: bytes, other: bytes) -> None:
    assert match_entry(with_body(known)) is not None
    assert match_entry(with_body(other)) is None
    with pytest.raises(Malformed):
        read_entry(with_body(other))


@each_row(
    ("old", "new"),
    [
        (b'"capacity":"representative"', b'"capacity":"root"'),
        (b'"capacity":"representative"', b'"capacity":"founders"'),
        (b'"schema":1,', b'"schema":65536,'),
        (b'"schema":1,', b'"schema":0,'),
        (b'"mode":"live"', b'"mode":"alive"'),
        (b'"v":1}', b'"v":2}'),
    ],
)
def test_member_of_another_form_is_refused(old: bytes, new: bytes) -> None:
    assert old in REPORT
    raw = REPORT.replace(old, new)
    assert match_entry(raw) is None
    with pytest.raises(Malformed):
        read_entry(raw)


def test_statement_that_is_too_long_is_refused() -> None:
    raw = with_body(b'{"a":"%b"}' % (b"x" * MAX_STATEMENT_BYTES))
    assert match_entry(raw) is None
    with pytest.raises(Malformed, match="too-large"):
        read_entry(raw)


@pytest.mark.slow
def test_memory_does_not_grow_with_ever_new_forms() -> None:
    """A host that gives each body members of other names gets the same answers, and no memory for them."""

    def read(numbers: range) -> None:
        for number in numbers:
            raw = with_body(f'{{"a{number}":1}}'.encode())
            assert match_entry(raw) == parse_entry(raw)

    read(range(5_000))  # more forms than are remembered
    tracemalloc.start()
    read(range(5_000, 6_000))
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 100_000, "1,000 new forms would take 200 kB"


def test_body_of_too_many_members_is_left_to_the_slow_way() -> None:
    raw = with_body(("{" + ",".join(f'"a{number:04}":1' for number in range(500)) + "}").encode())
    assert match_entry(raw) is None
    assert read_entry(raw) == parse_entry(raw)
