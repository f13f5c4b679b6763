"""Signed notes and verifier keys: one reading of each text, and nothing but `Malformed` on any other."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import Log, LogKey, PostQuantumWitness, Witness

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import (
    COSIGNATURE_ED25519,
    ED25519,
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteSignature,
    format_note,
    format_vkey,
    key_hash,
    parse_log_vkey,
    parse_note,
    parse_vkey,
    verifier_key,
)

LINE = "\u2014 name " + base64.b64encode(b"hashblob").decode() + "\n"
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1, max_size=12)


def note(text: str, lines: str = LINE) -> bytes:
    return f"{text}\n{lines}".encode()


# The key of the example in the Go implementation's own documentation.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_vkey_and_note_of_another_implementation_are_read_and_verify() -> None:
    key = parse_vkey(GO_VKEY)
    read = parse_note(GO_NOTE.encode())
    assert format_vkey(key) == GO_VKEY
    assert key.matches(read.signatures[0])
    assert format_note(read.text, read.signatures).decode() == GO_NOTE


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1), st.lists(NAMES, min_size=1))
def test_note_is_read_back_as_written(text: str, names: list[str]) -> None:
    lines = [NoteSignature(name=name, key_hash=b"hash", blob=name.encode()) for name in names]
    raw = format_note(text + "\n", lines)
    assert parse_note(raw).text == text + "\n"
    assert list(parse_note(raw).signatures) == lines


def test_last_empty_line_parts_text_and_signatures() -> None:
    assert parse_note(note("a\n\n" + LINE + "\nb\n")).text == "a\n\n" + LINE + "\nb\n"


@each_row(
    "raw",
    [
        b"", b"\n", b"\n\n", b"text\n", b"text\n\n", note("", LINE), note("text"), note("text\n", ""),
        b"\n\n" + LINE.encode(), LINE.encode(), note("text\n", LINE[:-1]), note("text\n", LINE[:-1] + "x"),
        note("text\n", LINE + "\n"), note("text\n", LINE + "no dash\n"),
        note("text\n", LINE.replace("\u2014", "-")), note("text\n", LINE.replace("\u2014 ", "\u2014")),
        note("text\n", LINE.replace("name", "na me")), note("text\n", LINE.replace("name", "na+me")),
        note("text\n", LINE.replace("name", "na\u00a0me")), note("text\n", LINE.replace("name", "")),
        note("text\n", "\u2014 name AAAA\n"), note("text\n", "\u2014 name AAAAAA=\n"),
        note("text\n", "\u2014 name aGFzaGJsb2I\n"), note("text\n", LINE[:-1] + " \n"), note("te\tt\n"),
        note("te\rt\n"),
        note("te\x00t\n"), b"te\xfft\n\n" + LINE.encode(), note("text\n", LINE * (MAX_SIGNATURES + 1)),
    ],
)  # fmt: skip
def test_note_of_another_form_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_note(raw)


@each_row("more", [-1, 0, 1])
def test_note_and_its_signatures_are_read_up_to_their_bounds(more: int) -> None:
    long = note("x" * (MAX_NOTE_BYTES + more - len(note("\n"))) + "\n")
    many = note("text\n", LINE * (MAX_SIGNATURES + more))
    assert len(long) == MAX_NOTE_BYTES + more
    for raw, code in ((long, "too-large"), (many, "note")):
        if more > 0:
            with pytest.raises(Malformed) as caught:
                parse_note(raw)
            assert caught.value.code == code
        else:
            assert len(parse_note(raw).signatures) == raw.count(LINE.encode())


@given(st.data())
def test_changed_byte_of_a_checkpoint_is_refused_or_another_note(log: Log, data: st.DataObject) -> None:
    raw = log.signer.checkpoint(log.size, log.tree.root(), (Witness("a"),))
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        assert parse_note(changed) != parse_note(raw)
    except Malformed:
        return


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@example(("x\n\n" + "\u2014 n " + "A" * 100_000 + "\n").encode())
@example(b"\n" * 5_000)
def test_odd_bytes_are_a_note_or_malformed(raw: bytes) -> None:
    try:
        read = parse_note(raw)
    except Malformed:
        return
    assert format_note(read.text, read.signatures) == raw


@each_row("key", [LogKey().verifier, Witness("a").verifier, PostQuantumWitness("a").verifier])
def test_vkey_is_read_back_as_written(key: object) -> None:
    assert parse_vkey(format_vkey(key)) == key  # type: ignore[arg-type]


@given(st.data())
def test_changed_character_of_a_vkey_is_refused_or_another_key(data: st.DataObject) -> None:
    key = LogKey().verifier
    text = format_vkey(key)
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.characters()) + text[at + 1 :]
    if changed != text:
        try:
            assert parse_vkey(changed) != key
        except Malformed:
            return


VKEY = format_vkey(LogKey().verifier)


@each_row(
    "text",
    [
        "", "+", "a+b", "a+00000000+", "a+00000000+AA", VKEY + "\n", VKEY + " ", " " + VKEY, VKEY.upper(),
        VKEY.replace("+", "++", 1), VKEY[:-1], "\ud800+00000000+AAAA", "ñ ñ+00000000+AAAA", VKEY + "A" * 100_000,
    ],
)  # fmt: skip
def test_vkey_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_vkey(text)


@each_row(
    ("type_byte", "public"),
    [
        (ED25519, bytes(31)), (COSIGNATURE_ED25519, bytes(33)), (0x06, bytes(32)), (0x02, bytes(32)), (0, b""),
        (ED25519, bytes(32)), (COSIGNATURE_ED25519, b"\x01" + bytes(31)), (ED25519, b"\xff" * 32),
    ],
)  # fmt: skip
def test_key_that_the_rule_excludes_is_refused_even_with_its_own_hash(type_byte: int, public: bytes) -> None:
    text = f"a+{key_hash('a', type_byte, public).hex()}+{base64.b64encode(bytes([type_byte]) + public).decode()}"
    with pytest.raises(Malformed):
        parse_vkey(text)


@each_row("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\x7fb", "\udc80"])
def test_name_that_a_key_can_not_have_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        verifier_key(name, ED25519, LogKey().verifier.public_key)


def test_witness_key_is_no_log_key() -> None:
    assert parse_log_vkey(VKEY) == LogKey().verifier
    with pytest.raises(Malformed):
        parse_log_vkey(format_vkey(Witness("a").verifier))


def test_key_matches_by_name_and_hash_both() -> None:
    key = LogKey().verifier
    assert key.matches(NoteSignature(name=key.name, key_hash=key.key_hash, blob=b""))
    assert not key.matches(NoteSignature(name=key.name + "x", key_hash=key.key_hash, blob=b""))
    assert not key.matches(NoteSignature(name=key.name, key_hash=b"xxxx", blob=b""))
