"""What is signed: the pre-authentication encoding."""

from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse
from tests.rows import each_row

from constancia.verify.core.formats.dsse import STATEMENT_PAYLOAD_TYPE, pae, signed_bytes


@each_row(
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
