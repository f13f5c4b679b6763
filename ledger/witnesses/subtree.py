r"""`POST <prefix>/sign-subtree`: a witness's ML-DSA-44 cosignature of a subtree (C2SP tlog-witness, optional).

Layout of the request:

    subtree <start> <end>
    <base64 hash of the subtree>
    <signature lines of the subtree>   (up to 8; they prove nothing here and are passed over)
    <base64 hash>                      (up to 63, the subtree consistency proof)
    <empty line>
    <the checkpoint, with a cosignature of this witness>

- S1: only what is a subtree of a tree that this witness cosigned is signed: its own sound cosignature must be on the
  checkpoint. Nothing is stored, and no state is needed.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from constancia.ledger.keys.note_keys import Cosigner
from constancia.ledger.witnesses.protocol import MAX_PROOF_LINES, MAX_REQUEST_BYTES
from constancia.ledger.witnesses.witness import BadProof, NotSigned
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.checkpoint import Checkpoint, parse_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.merkle import hash_children, split_of
from constancia.verify.core.formats.note import Note, format_note, parse_note
from constancia.verify.core.formats.signatures import decode_base64
from constancia.verify.wire.merkle import HASH_BYTES

CALL: Final = "/sign-subtree"
MAX_COSIGNATURES: Final = 8
_RANGE: Final = re.compile(r"subtree (0|[1-9]\d{0,15}) ([1-9]\d{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSubtree:
    """A request: the entries from `start` to before `end`, their hash, the proof, and the checkpoint."""

    start: int
    end: int
    hash: bytes
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def parse_subtree_request(raw: bytes) -> SignSubtree:
    """Parse a request; verifies nothing.

    Raises:
        Malformed: Wrong form, too large, or not start < end <= the checkpoint's size.

    Source: C2SP tlog-witness, sign-subtree.
    """
    if len(raw) > MAX_REQUEST_BYTES:
        raise Malformed("too-large", "request", f"at most {MAX_REQUEST_BYTES} bytes", len(raw))
    head, parted, signed = raw.partition(b"\n\n")
    first, *rest = head.decode("utf-8", "replace").split("\n")
    match = _RANGE.match(first)
    if not parted or not match or not rest:
        raise Malformed(
            "request", "request", "a subtree, its hash, proof lines, an empty line, a checkpoint", first[:60]
        )
    note = parse_note(signed)
    checkpoint = parse_checkpoint(note.text)
    start, end = int(match[1]), int(match[2])
    if not start < end <= min(checkpoint.size, MAX_INTEGER):
        raise Malformed("request", "request.subtree", f"a range within {checkpoint.size} entries", first)
    lines = rest[1:]
    count = next((at for at, line in enumerate(lines) if not line.startswith("\u2014 ")), len(lines))
    if count > MAX_COSIGNATURES or len(lines) - count > MAX_PROOF_LINES:
        raise Malformed("request", "request.proof", f"at most {MAX_PROOF_LINES} lines", len(lines))
    hashes = [decode_base64(line, "request.proof") for line in (rest[0], *lines[count:])]
    if any(len(value) != HASH_BYTES for value in hashes):
        raise Malformed("request", "request.proof", "hashes of 32 bytes")
    return SignSubtree(start=start, end=end, hash=hashes[0], proof=tuple(hashes[1:]), note=note, checkpoint=checkpoint)


def is_subtree(request: SignSubtree) -> bool:
    """Tell whether a request's hash is that of a subtree of its checkpoint's tree, as its proof shows.

    A subtree begins at a multiple of the power of two that holds its entries.

    Source: draft-ietf-plants-merkle-tree-certs §4.4.
    """
    start, end, size = request.start, request.end, request.checkpoint.size
    width = 1 << (end - start - 1).bit_length()
    if not 0 <= start < end <= size or start % width:
        return False
    rest = list(request.proof)
    try:
        made, whole = _rebuilt((start, end), size, request.hash, rest)
    except IndexError:
        return False
    return not rest and (made, whole) == (request.hash, request.checkpoint.root)


def _rebuilt(part: tuple[int, int], size: int, known: bytes | None, rest: list[bytes]) -> tuple[bytes, bytes]:
    """Give the hash of a part of a tree and the tree's root, taking hashes from the proof's end.

    Args:
        part: First index, and the index after the last.
        size: The tree's size.
        known: The part's hash; None where the proof has it.
        rest: What is left of the proof.

    Raises:
        IndexError: The proof is too short.
    """
    start, end = part
    if part == (0, size):
        value = rest.pop() if known is None else known
        return value, value
    middle = split_of(size)
    other = rest.pop()
    if end <= middle:
        made, left = _rebuilt(part, middle, known, rest)
        return made, hash_children(left, other)
    if start >= middle:
        made, right = _rebuilt((start - middle, end - middle), size - middle, known, rest)
        return made, hash_children(other, right)
    # It begins at 0 and has the whole left side: what it has of the right side is not known by itself.
    made, right = _rebuilt((0, end - middle), size - middle, None, rest)
    return hash_children(other, made), hash_children(other, right)


def sign_subtree(cosigner: Cosigner, body: bytes) -> bytes:
    """Cosign a subtree of a tree that this witness cosigned.

    Args:
        cosigner: The witness's keys.
        body: The request.

    Returns:
        The signature line, ML-DSA-44, with a time of 0.

    Raises:
        Malformed: The body is not a request.
        NotSigned: The checkpoint has no sound cosignature of this witness.
        BadProof: The proof does not lead from the subtree to the checkpoint.

    Source: C2SP tlog-witness, sign-subtree; tlog-cosignature.
    """
    request = parse_subtree_request(body)
    try:
        own = [
            verify_cosignature(key, line, request.note.text)
            for key in cosigner.keys
            for line in request.note.signatures
            if key.matches(line)
        ]
    except Malformed as error:
        raise NotSigned(str(error)) from error
    if not own:
        raise NotSigned("the checkpoint has no cosignature of this witness")
    if not is_subtree(request):
        raise BadProof(f"the proof does not lead from entries {request.start} to {request.end} to the checkpoint")
    line = cosigner.cosign_subtree(request.checkpoint.origin, request.start, request.end, request.hash)
    return format_note("", [line]).removeprefix(b"\n")


def format_subtree_request(start: int, end: int, subtree: bytes, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Format a request; the inverse of `parse_subtree_request`."""
    hashes = [base64.b64encode(value).decode() for value in (subtree, *proof)]
    return "\n".join([f"subtree {start} {end}", *hashes, "", ""]).encode() + checkpoint
