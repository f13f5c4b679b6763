"""What exactly is signed: DSSE's pre-authentication encoding of a statement."""

from typing import Final

STATEMENT_PAYLOAD_TYPE: Final = "application/vnd.constancia.statement.v1+json"


def pae(payload_type: str, payload: bytes) -> bytes:
    r"""Encode a payload with its type, so that no other protocol's message can equal it.

    Layout: `DSSEv1 SP len(type) SP type SP len(payload) SP payload`, lengths in decimal, in bytes.
    Source: DSSE protocol v1, section "Signature Definition".
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed_bytes(statement: bytes) -> bytes:
    """Give what a signature covers: the PAE of a statement's canonical bytes. Source: ours: SPEC §2."""
    return pae(STATEMENT_PAYLOAD_TYPE, statement)
