"""Proof files: one reading of each, and nothing but `Malformed` on any other."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.small_ledger import Log

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.core.errors import Malformed
from constancia.verify.wire.tlog_proof import HEADER, MAX_HASHES, MAX_PROOF_BYTES, parse_tlog_proof

HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES)


@given(st.integers(0, 10**15), HASHES, st.binary(max_size=90), st.none() | st.binary(max_size=90))
def test_proof_is_read_back_as_written(index: int, proof: list[bytes], checkpoint: bytes, extra: bytes | None) -> None:
    read = parse_tlog_proof(format_tlog_proof(index, proof, checkpoint, extra))
    assert (read.index, list(read.proof), read.checkpoint, read.extra) == (index, proof, checkpoint, extra)


def lines(*rest: str) -> bytes:
    return "\n".join([HEADER, *rest]).encode()


HASH = base64.b64encode(bytes(32)).decode()


@each_row(
    "raw",
    [
        b"", b"\n\n", HEADER.encode(), lines("", ""), lines("index 0"), lines("index 0", ""), lines("index", "", ""),
        lines("index 00", "", ""), lines("index -1", "", ""), lines("index 1 ", "", ""), lines("Index 1", "", ""),
        lines("index ١", "", ""), lines("index " + "9" * 17, "", ""), lines("index 0", "extra AAAA", "", ""),
        lines("extra AAAA", "", ""), lines("extra AAA", "index 0", "", ""), lines("extra  AAAA", "index 0", "", ""),
        lines("index 0", "AAAA", "", ""), lines("index 0", HASH[:-1], "", ""), lines("index 0", HASH + " ", "", ""),
        lines("index 0", *[HASH] * (MAX_HASHES + 1), "", ""), lines("extra AAAA", "extra AAAA", "index 0", "", ""),
        lines("index 0", "", "").replace(b"v1", b"v2"), b"\xef\xbb\xbf" + lines("index 0", "", ""),
        lines("índex 0", "", ""), lines("index 0\r", "", ""), lines("index 0", "", "") + b"x" * MAX_PROOF_BYTES,
    ],
)  # fmt: skip
def test_file_of_another_form_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_tlog_proof(raw)


@given(st.data())
def test_changed_byte_is_refused_or_another_proof(log: Log, data: st.DataObject) -> None:
    raw = log.receipt(20)
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        assert parse_tlog_proof(changed) != parse_tlog_proof(raw)
    except Malformed:
        return


@given(st.binary(max_size=300) | st.binary(max_size=90).map(lambda tail: lines("index 0", "") + tail))
@example(lines("index 0") + b"\n" * 100_000)
@example(lines("extra " + "A" * 1_000_000, "index 0", "", ""))
def test_odd_bytes_are_a_proof_or_malformed(raw: bytes) -> None:
    try:
        read = parse_tlog_proof(raw)
    except Malformed:
        return
    assert format_tlog_proof(read.index, read.proof, read.checkpoint, read.extra) == raw
