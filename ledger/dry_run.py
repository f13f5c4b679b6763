"""What the ledger would answer to a statement if it were handed in now; nothing is recorded."""

from typing import Any

from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import recorded_entry
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.ledger.append.examiner import seen_problem
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.statement import Seen


def refusal_of(ledger: Ledger, statement: dict[str, Any], key: str | None) -> Refusal | None:
    """Give the refusal that a statement would meet at the head, and None where it would be recorded.

    Args:
        ledger: The ledger.
        statement: The statement's members.
        key: Id of the key that is to sign; what concerns the key is left out without one.
    """
    return _seen_refusal(ledger, statement) or _judged(ledger, statement, key)


def _seen_refusal(ledger: Ledger, statement: dict[str, Any]) -> Refusal | None:
    stored = ledger.size
    seen = Seen(size=statement["seen"]["size"], root=bytes.fromhex(statement["seen"]["root"]))
    problem = seen_problem(seen, stored, ledger.log.root)
    return None if problem is None else Refusal(problem, {"size": stored})


def _judged(ledger: Ledger, statement: dict[str, Any], key: str | None) -> Refusal | None:
    """Have the law judge the draft at the head. Without a key, what concerns the key is left out."""
    state = ledger.state()
    recorded = recorded_entry(
        index=state.size,
        leaf_hash="0" * 64,
        recorded_at=format_recorded_at(ledger.clock.now()),
        keys=(key or "",),
        statement=statement,
        originator_version=state.version(statement["stream"]) + 1,
    )
    try:
        decide(state, recorded, ledger.log.lookup)
    except Refusal as refusal:
        broken = [(refusal.code, refusal.rule), *refusal.also]
        if key is None:
            broken = [pair for pair in broken if not pair[0].startswith("E_KEY_")]
        if not broken:
            return None
        code, rule = broken[0]
        return Refusal(Problem(code=code, rule=rule), refusal.judged_against, tuple(broken[1:]))
    return None
