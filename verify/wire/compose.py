"""Writing what the core reads: an entry around a statement, a signature object, the DSSE export of a statement."""

import base64
import json
from collections.abc import Sequence

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES, canonical
from constancia.verify.core.formats.dsse import STATEMENT_PAYLOAD_TYPE
from constancia.verify.core.formats.signatures import Signature


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
        canonical([signature_object(one) for one in signatures]),
        statement,
    )
    if len(raw) > MAX_ENTRY_BYTES:
        raise Malformed("too-large", "entry", f"at most {MAX_ENTRY_BYTES} bytes", len(raw))
    return raw


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
