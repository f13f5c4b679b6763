"""A signatory's side of a statement: drafting it on a checkpoint that was verified, and signing it. No server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from constancia.domain.values.editions import NEWEST
from constancia.ledger.clock import new_uuid
from constancia.ledger.keys.key_file import PrivateKey
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.signatures import Signature
from constancia.verify.core.formats.statement import Seen, parse_statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When an act happened and is signed: EDTF, RFC 3339 UTC in whole seconds, `live` or `historical`."""

    occurred_on: str
    signed_at: str
    mode: str = "live"


def root_actor(party: str) -> dict[str, str]:
    """Give the actor of a party's root."""
    return {"capacity": "root", "party": party}


def representative_actor(party: str, person: str, appointment: str, capacity: str) -> dict[str, str]:
    """Give the actor of a representative."""
    return {"appointment": appointment, "capacity": capacity, "party": party, "person": person}


def draft_statement(  # noqa: PLR0913 - a statement has this many parts
    type_name: str,
    stream: str,
    body: Mapping[str, Any],
    *,
    actor: Mapping[str, str],
    ledger: str,
    seen: Seen,
    occasion: Occasion,
    statement_id: str | None = None,
    edition: int = NEWEST,
) -> bytes:
    """Compose a statement's canonical bytes.

    Args:
        type_name: Event type.
        stream: The aggregate.
        body: The body, by its type.
        actor: Who speaks.
        ledger: The log's origin.
        seen: Checkpoint that the signer's software verified.
        occasion: When.
        statement_id: UUID; a new one by default.
        edition: The edition of the law in force in the ledger, under which the act is said.

    Returns:
        Canonical bytes, of the statement's form.

    Raises:
        Malformed: The parts don't make a statement.

    Source: ours: SPEC §2.
    """
    raw = canonical(
        {
            "actor": dict(actor),
            "body": dict(body),
            "id": statement_id or new_uuid(),
            "ledger": ledger,
            "mode": occasion.mode,
            "occurred_on": occasion.occurred_on,
            "schema": edition,
            "seen": {"root": seen.root.hex(), "size": seen.size},
            "signed_at": occasion.signed_at,
            "stream": stream,
            "type": type_name,
        }
    )
    parse_statement(raw)
    return raw


def sign_statement(statement: bytes, key: PrivateKey) -> Signature:
    """Sign a statement's canonical bytes."""
    return key.sign(signed_bytes(statement))
