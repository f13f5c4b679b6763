"""What is signed: the pre-authentication encoding, and the envelope that other tools check."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse
from tests.verify.small_ledger import Key, Log

from constancia.ledger.wire.composition import to_dsse_envelope
from constancia.verify.core.formats.dsse import STATEMENT_PAYLOAD_TYPE, pae, signed_bytes
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import Signature


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("", b"", b"DSSEv1 0  0 "),
        # The example of the protocol's own text.
        ("http://example.com/HelloWorld", b"hello world", b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"),
        ("ñ", b"\x00\n", b"DSSEv1 2 \xc3\xb1 2 \x00\n"),
    ],
)
def test_encoding_is_the_protocols(kind: str, payload: bytes, expected: bytes) -> None:
    assert pae(kind, payload) == expected


@given(st.text(max_size=40).filter(lambda t: t.isprintable()), st.binary(max_size=80))
def test_encoding_is_that_of_another_implementation(kind: str, payload: bytes) -> None:
    theirs: bytes = dsse.Envelope(payload, kind, {}).pae()
    assert pae(kind, payload) == theirs


@given(st.text(max_size=9), st.binary(max_size=30), st.text(max_size=9), st.binary(max_size=30))
def test_two_pairs_never_have_one_encoding(kind: str, payload: bytes, other: str, bytes_: bytes) -> None:
    assert (pae(kind, payload) == pae(other, bytes_)) == ((kind, payload) == (other, bytes_))


def test_statement_is_signed_under_its_own_type() -> None:
    assert signed_bytes(b"{}") == b"DSSEv1 %d %b 2 {}" % (len(STATEMENT_PAYLOAD_TYPE), STATEMENT_PAYLOAD_TYPE.encode())


def test_exported_envelope_is_read_and_verified_by_another_implementation(log: Log) -> None:
    entry = parse_entry(log.entries[20])
    envelope = dsse.Envelope.from_dict(json.loads(to_dsse_envelope(entry.statement.raw, entry.signatures)))
    assert envelope.payload == entry.statement.raw
    assert envelope.payload_type == STATEMENT_PAYLOAD_TYPE
    assert envelope.pae() == signed_bytes(entry.statement.raw)
    assert set(envelope.signatures) == {entry.signatures[0].key}


def test_signature_of_a_passkey_is_not_exported() -> None:
    plain = Key("a").sign(b"{}")
    passkey = Signature(key=plain.key, sig=b"x", authenticator_data=b"y", client_data=b"z")
    exported = json.loads(to_dsse_envelope(b"{}", [plain, passkey]))["signatures"]
    assert exported == [{"keyid": plain.key, "sig": base64.b64encode(plain.sig).decode()}]
