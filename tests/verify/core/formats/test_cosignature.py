"""Cosignatures of both types: what they cover, and that nothing else counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import ORIGIN, PostQuantumWitness, Witness

from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.cosignature import message_ed25519, message_mldsa44, verify_cosignature

ROOT = bytes(range(32))
TEXT = format_checkpoint(ORIGIN, 7, ROOT)
BOTH = (Witness("a"), PostQuantumWitness("b"))


def test_messages_are_laid_out_as_the_specification_says() -> None:
    assert message_ed25519(5, TEXT) == b"cosignature/v1\ntime 5\n" + TEXT.encode()
    assert message_mldsa44(5, "witness.example/b", TEXT) == b"".join(
        [b"subtree/v1\n\x00", b"\x11witness.example/b", (5).to_bytes(8, "big"), b"\x18example.org/small-ledger",
         bytes(8), (7).to_bytes(8, "big"), ROOT]
    )  # fmt: skip


@each_row("witness", BOTH)
@each_row("time", [0, 2**63, 2**64 - 1])
def test_time_that_no_witness_gives_makes_a_line_unsound(witness: Witness, time: int) -> None:
    with pytest.raises(Malformed):
        verify_cosignature(witness.verifier, witness.line(TEXT, time), TEXT)


@each_row("witness", BOTH)
@each_row("time", [1, 1_551_463_200, 2**63 - 1])
def test_sound_cosignature_gives_its_time(witness: Witness, time: int) -> None:
    assert verify_cosignature(witness.verifier, witness.line(TEXT, time), TEXT) == time


@each_row("witness", BOTH)
@each_row(
    "text",
    [
        format_checkpoint(ORIGIN, 8, ROOT), format_checkpoint(ORIGIN, 7, bytes(32)),
        format_checkpoint(ORIGIN + "x", 7, ROOT),
    ],
)  # fmt: skip
def test_cosignature_moved_to_another_checkpoint_does_not_count(witness: Witness, text: str) -> None:
    with pytest.raises(Malformed):
        verify_cosignature(witness.verifier, witness.line(TEXT), text)


@pytest.mark.parametrize("witness", BOTH)
@given(data=st.data())
def test_changed_byte_does_not_count(witness: Witness, data: st.DataObject) -> None:
    line = witness.line(TEXT)
    at = data.draw(st.integers(0, len(line.blob) - 1))
    blob = line.blob[:at] + bytes([line.blob[at] ^ data.draw(st.integers(1, 255))]) + line.blob[at + 1 :]
    with pytest.raises(Malformed):
        verify_cosignature(witness.verifier, replace(line, blob=blob), TEXT)


@each_row("witness", BOTH)
@each_row("length", [0, 7, 8, 64, 71, 73, 2_427, 2_429])
def test_blob_of_another_length_does_not_count(witness: Witness, length: int) -> None:
    line = replace(witness.line(TEXT), blob=bytes(length))
    with pytest.raises(Malformed):
        verify_cosignature(witness.verifier, line, TEXT)


def test_cosignature_of_one_witness_is_not_anothers() -> None:
    other = replace(Witness("b").line(TEXT), name=Witness("a").verifier.name)
    with pytest.raises(Malformed):
        verify_cosignature(Witness("a").verifier, other, TEXT)


def test_plain_signature_of_the_text_is_no_cosignature() -> None:
    witness = Witness("a")
    line = replace(witness.line(TEXT), blob=bytes(8) + witness.key.private.sign(TEXT.encode()))
    with pytest.raises(Malformed):
        verify_cosignature(witness.verifier, line, TEXT)


def test_name_too_long_for_its_length_byte_is_refused() -> None:
    with pytest.raises(Malformed):
        message_mldsa44(0, "a" * 256, TEXT)
    with pytest.raises(Malformed):
        message_mldsa44(0, "a", format_checkpoint("ñ" * 128, 1, ROOT))
    longest = message_mldsa44(0, "a" * 255, format_checkpoint("b" * 255, 1, ROOT))
    assert (longest.count(b"\xff" + b"a" * 255), longest.count(b"\xff" + b"b" * 255)) == (1, 1)


@pytest.mark.usefixtures("without_mldsa")
def test_platform_without_mldsa_says_so_and_does_not_count_it() -> None:
    line = BOTH[1].line(TEXT)
    with pytest.raises(Unsupported):
        verify_cosignature(BOTH[1].verifier, line, TEXT)
