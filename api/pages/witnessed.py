"""What a page says of witnesses: whether its tree is witnessed, by whom, when, up to which entry."""

from dataclasses import dataclass
from typing import Literal

from constancia.api.routers.witnesses import instant
from constancia.ledger.ledger import Ledger

Stands = Literal["all", "partly", "not_yet", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedLine:
    """How far the quorum has cosigned what is shown; `by`, `at` (RFC 3339) and `last` (an index) where it has."""

    stands: Stands
    by: tuple[str, ...] = ()
    at: str = ""
    last: int = 0


def witnessed_line(ledger: Ledger, size: int) -> WitnessedLine:
    """Say how far the first `size` entries are witnessed."""
    if not ledger.witnessing.is_asked_for:
        return WitnessedLine(stands="none")
    latest = ledger.witnessing.latest()
    if latest is None:
        return WitnessedLine(stands="not_yet")
    stands: Stands = "all" if latest.size >= size else "partly"
    return WitnessedLine(stands=stands, by=latest.by, at=instant(latest.at), last=latest.size - 1)
