"""Writing what verifiers read: entries around statements, signatures, bundles, receipts, DSSE, contradictions."""

import base64
import json
from collections.abc import Iterable, Sequence

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES, canonical
from constancia.verify.core.formats.dsse import STATEMENT_PAYLOAD_TYPE
from constancia.verify.core.formats.note import VerifierKey, format_vkey
from constancia.verify.core.formats.signatures import Signature
from constancia.verify.sources.contradiction_file import HEADER as CONTRADICTION
from constancia.verify.sources.contradiction_file import AdmittedEntry
from constancia.verify.wire.tlog_proof import HEADER as PROOF


def build_entry(
    *,
    index: int,
    previous: bytes,
    recorded_at: str,
    signatures: Sequence[Signature],
    statement: bytes,
) -> bytes:
    """Compose an entry's bytes around a statement's, which are not touched.

    Args:
        index: Dense from 0.
        previous: Leaf hash of the entry before, 32 bytes; `NO_PREVIOUS` for entry 0.
        recorded_at: `YYYY-MM-DDThh:mm:ss.mmmZ`.
        signatures: The statement's signatures.
        statement: Canonical bytes of the statement.

    Returns:
        Canonical bytes of the entry.

    Raises:
        Malformed: The entry would be longer than an entry bundle can hold.

    Source: ours: SPEC §3.
    """
    raw = b'{"index":%d,"previous":"%b","recorded_at":"%b","signatures":%b,"statement":%b,"v":1}' % (
        index,
        previous.hex().encode(),
        recorded_at.encode(),
        b"[%b]" % b",".join([_signature_bytes(signature) for signature in signatures]),
        statement,
    )
    if len(raw) > MAX_ENTRY_BYTES:
        raise Malformed("too-large", "entry", f"at most {MAX_ENTRY_BYTES} bytes", len(raw))
    return raw


def _signature_bytes(signature: Signature) -> bytes:
    """Give the canonical bytes of a signature's object: digits and base64, which nothing in JSON escapes."""
    if signature.authenticator_data is None and signature.client_data is None:
        return b'{"key":"%b","sig":"%b"}' % (signature.key.encode(), base64.b64encode(signature.sig))
    return canonical(signature_object(signature))


def signature_object(signature: Signature) -> dict[str, str]:
    """Give the JSON object of a signature; `parse_signature` reads it back. Source: ours: SPEC §2."""
    item = {"key": str(signature.key), "sig": base64.b64encode(signature.sig).decode()}
    if signature.authenticator_data is not None and signature.client_data is not None:
        item["authenticator_data"] = base64.b64encode(signature.authenticator_data).decode()
        item["client_data"] = base64.b64encode(signature.client_data).decode()
    return item


def to_dsse_envelope(statement: bytes, signatures: Sequence[Signature]) -> bytes:
    """Export a statement as a DSSE envelope that existing tools check.

    Args:
        statement: Canonical bytes of the statement.
        signatures: Its signatures; only plain ones (a passkey's covers other bytes) can be exported.

    Returns:
        UTF-8 JSON of the envelope.

    Source: DSSE envelope v1.
    """
    envelope = {
        "payload": base64.b64encode(statement).decode(),
        "payloadType": STATEMENT_PAYLOAD_TYPE,
        "signatures": [
            {"keyid": item.key, "sig": base64.b64encode(item.sig).decode()}
            for item in signatures
            if item.client_data is None
        ],
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Pack entries: each preceded by its length as big-endian uint16.

    Args:
        entries: At most 256 entries of at most 65,535 bytes.

    Returns:
        The bundle's bytes.

    Source: C2SP tlog-tiles, "Log Entries".
    """
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def format_tlog_proof(index: int, proof: Sequence[bytes], checkpoint: bytes, extra: bytes | None = None) -> bytes:
    """Write a proof file; `parse_tlog_proof` reads it back.

    Args:
        index: The leaf's index.
        proof: Hashes from the leaf's sibling up.
        checkpoint: The signed note, verbatim.
        extra: Our receipts: the entry's bytes.

    Returns:
        UTF-8 bytes.

    Source: C2SP tlog-proof.
    """
    lines = [PROOF]
    if extra is not None:
        lines.append(f"extra {base64.b64encode(extra).decode()}")
    lines.append(f"index {index}")
    lines.extend(base64.b64encode(sibling).decode() for sibling in proof)
    return "\n".join([*lines, "", ""]).encode() + checkpoint


def format_contradiction(
    keys: Sequence[VerifierKey], newer: bytes, other: bytes | AdmittedEntry, prefix: Sequence[bytes]
) -> bytes:
    """Write a proof; `parse_contradiction` reads it back.

    Args:
        keys: Keys of the log, type 0x01: each note is signed by one of them.
        newer: The signed note of the larger size (either, where the sizes are equal).
        other: The other signed note, or an entry that the newer tree holds.
        prefix: `Tree.prefix_path` from the other's size to the newer's.

    Returns:
        UTF-8 bytes.

    Source: ours: SPEC §10.
    """
    lines = [CONTRADICTION, *(f"log {format_vkey(key)}" for key in keys)]
    if isinstance(other, AdmittedEntry):
        lines.append(f"entry {other.index} {base64.b64encode(other.raw).decode()}")
        lines += [f"path {base64.b64encode(node).decode()}" for node in other.path]
    else:
        lines.append(f"older {len(other)}")
    lines.append(f"newer {len(newer)}")
    lines += [f"prefix {base64.b64encode(node).decode()}" for node in prefix]
    notes = newer if isinstance(other, AdmittedEntry) else other + newer
    return "\n".join([*lines, "", ""]).encode() + notes
