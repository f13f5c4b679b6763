"""What exactly is signed: DSSE's pre-authentication encoding of a statement, and the DSSE export."""

import base64
import json
from collections.abc import Sequence
from typing import Final

from constancia.verify.core.formats.signatures import Signature

STATEMENT_PAYLOAD_TYPE: Final = "application/vnd.constancia.statement.v1+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    r"""Encode a payload with its type, so that no other protocol's message can equal it.

    Layout: `DSSEv1 SP len(type) SP type SP len(payload) SP payload`, lengths in decimal, in bytes.

    Args:
        payload_type: Media type, ASCII or UTF-8.
        payload: Bytes to be signed.

    Returns:
        The bytes over which the signature goes.

    Source: DSSE protocol v1, section "Signature Definition".
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed_bytes(statement: bytes) -> bytes:
    """Give the bytes that a signature of a statement covers.

    Args:
        statement: Canonical bytes of the statement.

    Returns:
        PAE with the statement's payload type.

    Source: ours: SPEC §2.
    """
    return pae(STATEMENT_PAYLOAD_TYPE, statement)


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
