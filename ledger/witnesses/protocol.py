r"""The protocol between a log and a witness: C2SP tlog-witness, `POST <prefix>/add-checkpoint`.

Layout of the request:

    old <size>
    <base64 hash>             (up to 63, the consistency proof from the old size)
    <empty line>
    <the checkpoint, verbatim>

The answer is one or more signature lines.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.checkpoint import Checkpoint, parse_checkpoint
from constancia.verify.core.formats.note import Note, NoteSignature, parse_note
from constancia.verify.core.formats.signatures import decode_base64
from constancia.verify.wire.merkle import HASH_BYTES

CALL: Final = "/add-checkpoint"
SIZE_MEDIA_TYPE: Final = "text/x.tlog.size"
MAX_PROOF_LINES: Final = 63
# A checkpoint with sixteen ML-DSA-44 cosignatures and as many others is a quarter of that.
MAX_REQUEST_BYTES: Final = 262_144
MAX_ANSWER_BYTES: Final = 65_536
_OLD = re.compile(rb"old (0|[1-9]\d{0,15})\Z")
_SIZE = re.compile(rb"(0|[1-9]\d{0,15})\n\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """A request: the witness's last size as far as the log knows, the proof from there, the checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint
    signed: bytes


def format_request(old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Format a request; the inverse of `parse_request`.

    Args:
        old_size: Size last cosigned by the witness, as far as known; 0 if not known.
        proof: Consistency proof from there; empty for size 0.
        checkpoint: The signed note.

    Returns:
        The body.

    Source: C2SP tlog-witness.
    """
    lines = [f"old {old_size}", *(base64.b64encode(sibling).decode() for sibling in proof), "", ""]
    return "\n".join(lines).encode() + checkpoint


def parse_request(raw: bytes) -> AddCheckpoint:
    """Parse a request; verifies nothing.

    Raises:
        Malformed: Wrong form, too large, too many hashes, an old size above the checkpoint's.

    Source: C2SP tlog-witness.
    """
    if len(raw) > MAX_REQUEST_BYTES:
        raise Malformed("too-large", "request", f"at most {MAX_REQUEST_BYTES} bytes", len(raw))
    head, parted, signed = raw.partition(b"\n\n")
    first, *rest = head.split(b"\n")
    match = _OLD.match(first)
    if not parted or not match:
        raise Malformed("request", "request", "old <size>, proof lines, an empty line, a checkpoint", first[:60])
    if len(rest) > MAX_PROOF_LINES:
        raise Malformed("request", "request.proof", f"at most {MAX_PROOF_LINES} lines", len(rest))
    proof = tuple(decode_base64(line.decode("ascii", "replace"), "request.proof") for line in rest)
    if any(len(sibling) != HASH_BYTES for sibling in proof):
        raise Malformed("request", "request.proof", "hashes of 32 bytes")
    note = parse_note(signed)
    checkpoint = parse_checkpoint(note.text)
    old_size = int(match.group(1))
    if old_size > checkpoint.size:
        raise Malformed("request", "request.old", f"at most the checkpoint's size {checkpoint.size}", old_size)
    return AddCheckpoint(old_size=old_size, proof=proof, note=note, checkpoint=checkpoint, signed=signed)


def parse_answer(text: str, answer: bytes) -> tuple[NoteSignature, ...]:
    """Parse a witness's signature lines; verifies nothing.

    Args:
        text: The checkpoint's note text.
        answer: The body of a 200.

    Returns:
        The lines.

    Raises:
        Malformed: They are not signature lines.

    Source: C2SP tlog-witness: the answer can be parsed after appending it to the checkpoint's text.
    """
    return parse_note(text.encode() + b"\n" + answer).signatures


def parse_size(answer: bytes) -> int:
    """Parse the body of a 409 of type `text/x.tlog.size`.

    Raises:
        Malformed: It is not a size.
    """
    match = _SIZE.match(answer)
    if not match or int(match.group(1)) > MAX_INTEGER:
        raise Malformed("size", "answer", "a decimal size below 2^53 and a line feed", answer[:40])
    return int(match.group(1))


def refusal_code(status: int, *, is_proof_sound: bool) -> str:
    """Give the code of a refusal: `conflict`, `no_proof` or `refused`.

    A proof that is sound in this log's own tree, from the size that the witness named, fails only against another tree
    of that size. So a 422 to it is never "no proof": the witness has cosigned another history of this log.

    Args:
        status: HTTP status; another root for a size is 422, and was 409 until the specification of July 2026.
        is_proof_sound: Whether the proof that was sent leads from the log's own root of the old size to the new one.

    Source: C2SP tlog-witness.
    """
    if status == 409 or (status == 422 and is_proof_sound):
        return "conflict"
    return "no_proof" if status == 422 else "refused"
