r"""C2SP tlog-proof: an inclusion proof in one file; with the entry in `extra` it is a receipt.

Layout:

    c2sp.org/tlog-proof@v1
    extra <base64>            (optional; not covered by any signature)
    index <decimal>
    <base64 hash>             (any number, from the leaf's sibling up)
    <empty line>
    <the checkpoint, verbatim>

In our receipts `extra` is the entry. That it is unauthenticated does no harm: its leaf hash must be what the proof
proves.
"""

import re
from dataclasses import dataclass
from typing import Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.signatures import decode_base64

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_PROOF_BYTES: Final = 2_000_000
MAX_HASHES: Final = 63
_INDEX = re.compile(r"index (0|[1-9]\d{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """Index, proof hashes, the cosigned checkpoint's bytes, and the `extra` bytes if there are any."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def parse_tlog_proof(raw: bytes) -> TlogProof:
    """Read a proof file; nothing is verified.

    Args:
        raw: The file's bytes.

    Returns:
        Its parts.

    Raises:
        Malformed: Another form.

    Source: C2SP tlog-proof.
    """
    if len(raw) > MAX_PROOF_BYTES:
        raise Malformed("too-large", "receipt", f"at most {MAX_PROOF_BYTES} bytes", len(raw))
    head, parted, checkpoint = raw.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("receipt", "receipt", "ASCII before the checkpoint", error.reason) from error
    if not parted or lines[0] != HEADER:
        raise Malformed("receipt", "receipt", f"a first line {HEADER}", lines[0][:60])
    rest = lines[1:]
    extra = None
    if rest and rest[0].startswith("extra "):
        extra = decode_base64(rest.pop(0)[6:], "receipt.extra")
    match = _INDEX.match(rest.pop(0)) if rest else None
    if not match or int(match.group(1)) > MAX_INTEGER:
        raise Malformed("receipt", "receipt.index", "a line index <number>, below 2^53")
    if len(rest) > MAX_HASHES:
        raise Malformed("receipt", "receipt.proof", f"at most {MAX_HASHES} hashes", len(rest))
    proof = tuple(decode_base64(line, f"receipt.proof[{i}]") for i, line in enumerate(rest))
    if any(len(sibling) != 32 for sibling in proof):
        raise Malformed("receipt", "receipt.proof", "hashes of 32 bytes")
    return TlogProof(index=int(match.group(1)), proof=proof, checkpoint=checkpoint, extra=extra)
