"""sign-subtree: every subtree of a cosigned tree with its proof, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from tests.ledger.false_witness import RealWitness
from tests.ledger.witnessed import TreeLog, cosigner
from tests.rows import each_row

from constancia.ledger.keys.note_keys import subtree_message
from constancia.ledger.witnesses.subtree import (
    CALL,
    MAX_COSIGNATURES,
    format_subtree_request,
    is_subtree,
    parse_subtree_request,
)
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_note, parse_note
from constancia.verify.wire.merkle import Tree

SIZES = (*range(1, 18), 31, 33)


def split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def proof(leaves: Sequence[bytes], start: int, end: int, *, is_known: bool = True) -> list[bytes]:
    """The proof as the draft defines it, by the leaf hashes alone."""
    size = len(leaves)
    if (start, end) == (0, size):
        return [] if is_known else [Tree(leaves).root()]
    at = split(size)
    if end <= at:
        return [*proof(leaves[:at], start, end, is_known=is_known), Tree(leaves[at:]).root()]
    if start >= at:
        return [*proof(leaves[at:], start - at, end - at, is_known=is_known), Tree(leaves[:at]).root()]
    return [*proof(leaves[at:], 0, end - at, is_known=False), Tree(leaves[:at]).root()]


def test_every_subtree_of_small_trees_is_proved_and_no_other_range_or_hash() -> None:
    log = TreeLog().grow(max(SIZES))
    leaves = [log.tree.leaves(at, at + 1) for at in range(max(SIZES))]
    for size in SIZES:
        note = log.checkpoint(size)
        for start in range(size):
            for end in range(start + 1, size + 1):
                if start % (1 << (end - start - 1).bit_length()):
                    continue  # such a range is no subtree
                known = Tree(leaves[start:end]).root()
                shown = proof(leaves[:size], start, end)
                asked = parse_subtree_request(format_subtree_request(start, end, known, shown, note))
                assert is_subtree(asked)
                assert not is_subtree(replace(asked, hash=bytes(32)))
                assert not is_subtree(replace(asked, proof=(*asked.proof, bytes(32))))
                assert not asked.proof or not is_subtree(replace(asked, proof=asked.proof[1:]))
    # The specification's example has four hashes for entries 8 to 13 of 14.
    assert len(proof(leaves[:14], 8, 13)) == 4
    body = format_subtree_request(1, 3, Tree(leaves[1:3]).root(), [], log.checkpoint(14))
    assert not is_subtree(parse_subtree_request(body))


def test_witness_signs_a_subtree_of_what_it_cosigned_and_nothing_else(tmp_path: Path) -> None:
    log = TreeLog().grow(14)
    witness = RealWitness(tmp_path, "w", log.signer)
    witness.start()
    leaves = [log.tree.leaves(at, at + 1) for at in range(14)]
    known = Tree(leaves[8:13]).root()
    shown = proof(leaves, 8, 13)
    try:
        lines = httpx.post(f"{witness.url}/add-checkpoint", content=log.request(0, 14)).content
        signed = log.checkpoint(14) + lines

        def ask(note: bytes, subtree: bytes = known, hashes: Sequence[bytes] = shown) -> httpx.Response:
            body = format_subtree_request(8, 13, subtree, hashes, note)
            return httpx.post(f"{witness.url}{CALL}", content=body)

        answer = ask(signed)
        assert answer.status_code == 200, answer.text
        [line] = parse_note(parse_note(signed).text.encode() + b"\n" + answer.content).signatures
        key = next(key for key in witness.cosigner.keys if key.type_byte == COSIGNATURE_MLDSA44)
        assert key.matches(line)
        assert line.blob[:8] == bytes(8)
        message = subtree_message(key.name, log.signer.origin, 8, 13, known)
        MLDSA44PublicKey.from_public_bytes(key.public_key).verify(line.blob[8:], message)

        assert ask(signed, bytes(32)).status_code == 422
        assert ask(signed, known, shown[1:]).status_code == 422
        assert ask(log.checkpoint(14)).status_code == 403  # it carries no cosignature of this witness
        other = format_note(parse_note(signed).text, cosigner("witness.example/w").cosign(parse_note(signed).text, 5))
        assert ask(other).status_code == 403
        forged = log.fork(2, 14).checkpoint(14) + lines
        assert ask(forged).status_code == 403
        assert httpx.post(f"{witness.url}{CALL}", content=b"subtree 8 8\n").status_code == 400
    finally:
        witness.close()


@each_row(("lines", "is_read"), [(0, True), (MAX_COSIGNATURES, True), (MAX_COSIGNATURES + 1, False)])
def test_request_passes_over_eight_signature_lines_at_most(lines: int, *, is_read: bool) -> None:
    log = TreeLog().grow(8)
    leaves = [log.tree.leaves(at, at + 1) for at in range(8)]
    raw = format_subtree_request(0, 4, Tree(leaves[:4]).root(), proof(leaves, 0, 4), log.checkpoint(8))
    first, known, rest = raw.split(b"\n", 2)
    body = b"\n".join([first, known, *["\u2014 w1.example AAAAAAA=".encode()] * lines, rest])
    if is_read:
        assert is_subtree(parse_subtree_request(body))
        return
    with pytest.raises(Malformed):
        parse_subtree_request(body)


@each_row(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw.replace(b"subtree 0 4", b"subtree 4 4"),
        lambda raw: raw.replace(b"subtree 0 4", b"subtree 0 99"),
        lambda raw: raw.replace(b"subtree 0 4", b"subtree 00 4"),
        lambda raw: raw.replace(b"subtree 0 4\n", b"subtree 0 4\nAAAA\n"),
        lambda raw: raw.replace(b"\n\n", b"\nAAAA\n\n", 1),
        lambda raw: raw + b"x" * 300_000,
    ],
)
def test_malformed_requests(spoil: object) -> None:
    log = TreeLog().grow(8)
    leaves = [log.tree.leaves(at, at + 1) for at in range(8)]
    raw = format_subtree_request(0, 4, Tree(leaves[:4]).root(), proof(leaves, 0, 4), log.checkpoint(8))
    assert parse_subtree_request(raw).end == 4
    with pytest.raises(Malformed):
        parse_subtree_request(spoil(raw))  # type: ignore[operator]
