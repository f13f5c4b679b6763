"""Links that fit on paper: an entry's permalink, and with it the proof that the entry is in the log.

Layout:

    <address>/e/<leaf hash>                     the permalink
    <address>/e/<leaf hash>#P1.<proof>          the same, with the proof in the fragment

The proof is the entry's receipt without the entry (C2SP tlog-proof without `extra`), deflated (RFC 1950), in base32
without padding (RFC 4648 §6): a QR code stores these letters in 5.5 bits each. A browser does not send the fragment to
the server; together with a copy of the entry it is the receipt again.

If the proof does not fit otherwise, the checkpoint's post-quantum signatures, 3 KB each, are left out: a note remains
valid with fewer signatures, and the Ed25519 ones of the log and its witnesses remain.

Scanning a link proves nothing, because its maker chose the address. The leaf hash, the proof and the user's own trust
folder are what counts.
"""

import base64
import re
import zlib
from dataclasses import dataclass
from typing import Final

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import format_note, parse_note
from constancia.verify.wire.merkle import hash_leaf
from constancia.verify.wire.tlog_proof import MAX_PROOF_BYTES, parse_tlog_proof

PROOF_MARK: Final = "P1."
MAX_ADDRESS: Final = 500  # characters of an address that goes into a QR code
SHORT_SIGNATURE_BYTES: Final = 128  # Ed25519 has 64, its cosignature 8 more
_LINK: Final = re.compile(r"(?:https?://[^\s#]+/|/)?e/([0-9a-f]{64})(?:#(.*))?\Z", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The content of a link: a leaf hash in hex, and the proof without its entry if there is one."""

    leaf_hash: str
    proof: bytes | None


def permalink(address: str, leaf_hash: bytes) -> str:
    """Return the link that names an entry by its leaf hash, at an address such as `https://constancia.example`."""
    return f"{address.rstrip('/')}/e/{leaf_hash.hex()}"


def proof_fragment(receipt: bytes) -> str:
    """Return a receipt's proof as the fragment of a link, without `#`.

    Raises:
        Malformed: It is not a receipt.
    """
    proof = parse_tlog_proof(receipt)
    bare = format_tlog_proof(proof.index, proof.proof, proof.checkpoint)
    return PROOF_MARK + base64.b32encode(zlib.compress(bare, 9)).decode().rstrip("=")


def without_long_signatures(receipt: bytes) -> bytes:
    """Return a receipt whose checkpoint has only signatures about as long as Ed25519's.

    Raises:
        Malformed: It is not a receipt.

    Source: C2SP signed-note: the carrier of a note chooses its signatures.
    """
    proof = parse_tlog_proof(receipt)
    note = parse_note(proof.checkpoint)
    signatures = [signature for signature in note.signatures if len(signature.blob) <= SHORT_SIGNATURE_BYTES]
    return format_tlog_proof(proof.index, proof.proof, format_note(note.text, signatures), proof.extra)


def parse_link(link: str) -> Link:
    """Parse a link; verifies nothing.

    Raises:
        Malformed: Wrong form.
    """
    match = _LINK.match(link.strip())
    if not match:
        raise Malformed("link", "link", "…/e/ and 64 hex digits", link[:80])
    leaf_hash, fragment = match.groups()
    proof = _proof_of(fragment[len(PROOF_MARK) :]) if fragment and fragment.startswith(PROOF_MARK) else None
    return Link(leaf_hash=leaf_hash, proof=proof)


def receipt_of(link: Link, entry: bytes) -> bytes:
    """Put a receipt together from a link's proof and the entry's bytes.

    Args:
        link: A link with a proof.
        entry: A copy of the entry.

    Returns:
        The receipt, to be verified like any other.

    Raises:
        Malformed: The link has no proof, or the entry is a different one.
    """
    if link.proof is None:
        raise Malformed("link", "link", f"a proof after #{PROOF_MARK}")
    leaf_hash = hash_leaf(entry).hex()
    if leaf_hash != link.leaf_hash:
        raise Malformed("leaf-hash", "entry", link.leaf_hash, leaf_hash)
    proof = parse_tlog_proof(link.proof)
    return format_tlog_proof(proof.index, proof.proof, proof.checkpoint, entry)


def _proof_of(text: str) -> bytes:
    try:
        packed = base64.b32decode(text + "=" * (-len(text) % 8))
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, MAX_PROOF_BYTES)
    except (ValueError, zlib.error) as error:
        raise Malformed("link", "link's proof", "deflated bytes in base32", error) from error
    if not unpacker.eof or unpacker.unused_data:
        raise Malformed("link", "link's proof", "a whole proof")
    return data
