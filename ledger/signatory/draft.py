"""A signatory's software: draft a statement on a checkpoint that it verified itself, sign it, submit it.

`Seat`-less and server-less: everything here runs on the signer's side. What makes a signature vouch for history is
`Watch`: it accepts a checkpoint only if the log's key signed it and it is consistent with the last one accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from constancia.ledger.clock import new_uuid
from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.keys.key_file import PrivateKey
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.merkle import EMPTY_ROOT, verify_consistency
from constancia.verify.core.formats.note import VerifierKey
from constancia.verify.core.formats.signatures import Signature
from constancia.verify.core.formats.statement import Seen, parse_statement

EMPTY_SEEN = Seen(size=0, root=EMPTY_ROOT)


class Distrust(LedgerError):
    """The log showed a checkpoint that contradicts one that this software verified before."""


class LogView(Protocol):
    """What a signer's software asks of a log, near or far."""

    def checkpoint(self) -> bytes:
        """Give the latest signed checkpoint."""
        ...

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Give the consistency proof between two sizes."""
        ...


class Watch:
    """Keeps the last checkpoint that was verified, in memory or in a file, and moves on only by proof.

    Args:
        log_key: The log's verifier key, from a trust folder or from the first use.
        path: Where the last checkpoint is kept; None keeps it in memory.
    """

    def __init__(self, log_key: VerifierKey, path: Path | None = None) -> None:
        self.log_key = log_key
        self._path = path
        self.seen = EMPTY_SEEN
        if path is not None and path.exists():
            last, _note = open_checkpoint(path.read_bytes(), log_key)
            self.seen = Seen(size=last.size, root=last.root)

    def update(self, log: LogView) -> Seen:
        """Verify the log's latest checkpoint against the last one verified, and keep it.

        Args:
            log: The log.

        Returns:
            Size and root to put into a statement.

        Raises:
            Malformed: Not signed by the log's key.
            Distrust: Smaller than, or not consistent with, what was verified before. Keep both: they are evidence.
        """
        raw = log.checkpoint()
        new, _note = open_checkpoint(raw, self.log_key)
        old = self.seen
        if new.size < old.size:
            raise Distrust(f"the log went back from size {old.size} to {new.size}: do not sign, keep both checkpoints")
        proof = log.consistency(old.size, new.size) if old.size < new.size else ()
        if not verify_consistency(
            old_size=old.size, new_size=new.size, old_root=old.root, new_root=new.root, proof=proof
        ):
            raise Distrust(f"the log's size {new.size} contradicts what was verified at size {old.size}: do not sign")
        self.seen = Seen(size=new.size, root=new.root)
        if self._path is not None:
            write_file(self._path, raw)
        return self.seen


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
            "schema": 1,
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
