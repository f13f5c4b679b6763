"""What would follow if a prepared act were handed in now: the refusal that it would meet, or the state after it.

The law's own rules are asked; nothing is recorded.
"""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from constancia.domain.catalogue import parse_act
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import Recorded, recorded_entry
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.problems import Refusal
from constancia.domain.state import advance
from constancia.domain.values.calendar import format_instant
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.dry_run import refusal_of
from constancia.ledger.ledger import Ledger


def statement_id(*parts: object) -> str:
    """Give a statement's id that follows from what it says: prepared twice, it is one act.

    Args:
        parts: What makes it this act: ledger, type, stream, who, and what it follows on.

    Source: RFC 9562 §5.8 (version 8: of our own making, from SHA-256).
    """
    raw = bytearray(hashlib.sha256("\n".join(map(str, parts)).encode()).digest()[:16])
    raw[6], raw[8] = raw[6] & 0x0F | 0x80, raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def whole(ledger: Ledger, prepared: Mapping[str, Any]) -> dict[str, Any]:
    """Give a prepared act with what the signer adds, as it would be if it were signed on the log's head now."""
    size = ledger.size
    return {
        **prepared,
        "seen": {"root": ledger.log.root(size).hex(), "size": size},
        "signed_at": format_instant(ledger.clock.now()),
    }


def refusal(ledger: Ledger, prepared: Mapping[str, Any]) -> Refusal | None:
    """Give the refusal that a prepared act would meet, whatever key of its signer signs it; None for none."""
    return refusal_of(ledger, whole(ledger, prepared), None)


def after(ledger: Ledger, prepared: Mapping[str, Any]) -> Aggregate | None:
    """Give what an act is about as it would be after it; None where the act would be refused."""
    state, statement = ledger.state(), whole(ledger, prepared)
    recorded = _recorded(ledger, statement)
    try:
        decide(state, recorded, ledger.log.lookup)
    except Refusal as refused:
        broken = {refused.code, *(code for code, _rule in refused.also)}
        if not all(code.startswith("E_KEY_") for code in broken):
            return None
    act = parse_act(statement["type"], state.edition, statement["body"])
    context = Context(state=state, recorded=recorded, lookup=ledger.log.lookup)
    return advance(state.standing(statement["stream"]), act, context)


def _recorded(ledger: Ledger, statement: Mapping[str, Any]) -> Recorded:
    state = ledger.state()
    return recorded_entry(
        index=state.size,
        leaf_hash="0" * 64,
        recorded_at=format_recorded_at(ledger.clock.now()),
        keys=("",),
        statement=statement,
        originator_version=state.version(statement["stream"]) + 1,
    )
