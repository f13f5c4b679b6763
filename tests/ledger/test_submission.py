"""What is handed in: its form, and that it is parsed once."""

import json
from collections.abc import Callable

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import SCHEMA

from constancia.ledger import submission
from constancia.ledger.submission import MAX_SIGNED_BYTES, SignedStatement, parse_signed, signed_document
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.entry import MAX_SIGNATURES


@pytest.fixture
def document(desk: Desk) -> bytes:
    signed = desk.world.allege("c1")
    return signed_document(signed.statement, signed.signatures)


def test_what_was_written_is_read_back(desk: Desk) -> None:
    signed = desk.world.allege("c1")
    assert parse_signed(signed_document(signed.statement, signed.signatures)) == signed.parsed


def test_genesis_with_all_founders_signatures_is_read_back(new: Desk) -> None:
    signed = new.world.genesis()
    assert parse_signed(signed_document(signed.statement, signed.signatures)) == signed.parsed


@pytest.mark.parametrize(
    ("sound", "spoilt"),
    [
        (b'{"signatures":[', b'{"also":1,"signatures":['),
        (b',"statement":', b',"testimony":'),
        (SCHEMA, b'"schema":"1"'),
        (SCHEMA, SCHEMA + b" "),
        (b'{"signatures":[', b'{"signatures":["x",'),
        (b'"mode":"live"', b'"mode":"dead"'),
    ],
)
def test_another_form_is_refused(document: bytes, sound: bytes, spoilt: bytes) -> None:
    assert sound in document
    with pytest.raises(Malformed):
        parse_signed(document.replace(sound, spoilt, 1))


@pytest.mark.parametrize("count", [0, MAX_SIGNATURES + 1])
def test_number_of_signatures_has_bounds(desk: Desk, count: int) -> None:
    signed = desk.world.allege("c1")
    with pytest.raises(Malformed, match="signatures"):
        parse_signed(signed_document(signed.statement, signed.signatures * count))


def test_size_has_a_bound(document: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        parse_signed(document[:-1] + b" " * MAX_SIGNED_BYTES + b"}")
    assert caught.value.code == "too-large"


def quoted(document: bytes, statement: object, **more: object) -> bytes:
    """JSON as any library writes it, with the statement as text."""
    return json.dumps({"statement": statement, "signatures": json.loads(document)["signatures"], **more}).encode()


def test_statement_as_text_in_any_json_is_the_same_statement(desk: Desk) -> None:
    signed = desk.world.allege("c1")
    document = signed_document(signed.statement, signed.signatures)
    assert parse_signed(quoted(document, signed.statement.decode())) == signed.parsed


def test_statement_as_text_is_canonical_all_the_same(desk: Desk, document: bytes) -> None:
    text = desk.world.allege("c1").statement.decode()
    spoilt = [
        quoted(document, text + " "),
        quoted(document, text.replace('"mode":"live"', '"mode": "live"')),
        quoted(document, json.loads(text)),
        quoted(document, text, also=1),
        quoted(document, text)[:-1] + b', "statement": "x"}',
        quoted(document, text).replace(b'"signatures": [', b'"signatures": [1.5, '),
        quoted(document, "\ud800"),
        quoted(document, text) + b" " * MAX_SIGNED_BYTES,
    ]
    for raw in spoilt:
        with pytest.raises(Malformed):
            parse_signed(raw)


def read_as(parse: Callable[[bytes], SignedStatement], raw: bytes) -> object:
    """What comes of some bytes: what was read, or why not."""
    try:
        return parse(raw)
    except Malformed as error:
        return str(error)


def test_common_form_is_recognized_and_nothing_else_is_taken_for_it(
    document: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a byte less or one more, the answer is that of the parser that looks at everything."""
    spoilt = [document[:at] + document[at + 1 :] for at in range(len(document))]
    spoilt += [document[:at] + put + document[at:] for at in range(0, len(document), 7) for put in (b"0", b"}", b'"')]
    spoilt += [document[:-1] + end for end in (b',"v":1}', b'},"v":1}', b"]", b"")]
    spoilt += [b"[" + document[1:], b"", b"{", b"{}", b"}{", document + b"\n"]
    quick = [read_as(parse_signed, raw) for raw in (document, *spoilt)]
    with monkeypatch.context() as patched:
        patched.setattr(submission, "match_entry", lambda _raw: None)
        assert [read_as(parse_signed, raw) for raw in (document, *spoilt)] == quick
    monkeypatch.setattr(submission, "parse_canonical", None)
    assert parse_signed(document) == quick[0]
