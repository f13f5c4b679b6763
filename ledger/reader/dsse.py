"""An entry's statement as a DSSE envelope, for tools that know nothing of ledgers."""

import base64
import json

from constancia.ledger.errors import NotFound
from constancia.verify.core.formats.dsse import STATEMENT_PAYLOAD_TYPE
from constancia.verify.speed.entry_patterns import read_entry


def dsse_envelope(entry: bytes) -> bytes:
    """Give what the signers of an entry signed, with their signatures.

    Args:
        entry: The entry's bytes.

    Returns:
        UTF-8 JSON of the envelope; its payload is the statement, byte for byte.

    Raises:
        NotFound: A passkey signed it. What a passkey signs holds the statement's hash only, within data of
            its own, and DSSE has no place for those.

    Source:
        DSSE envelope v1; ours: SPEC §2.
    """
    parsed = read_entry(entry)
    if any(signature.client_data is not None for signature in parsed.signatures):
        raise NotFound(f"entry {parsed.index} was signed with a passkey, whose signature has no DSSE envelope")
    envelope = {
        "payload": base64.b64encode(parsed.statement.raw).decode(),
        "payloadType": STATEMENT_PAYLOAD_TYPE,
        "signatures": [
            {"keyid": signature.key, "sig": base64.b64encode(signature.sig).decode()} for signature in parsed.signatures
        ],
    }
    return json.dumps(envelope, separators=(",", ":")).encode()
