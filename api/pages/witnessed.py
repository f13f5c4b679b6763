"""What a page says of witnesses: whether its tree is witnessed, by whom, when, up to which entry."""

from dataclasses import dataclass
from typing import Literal

from constancia.api.routers.witnesses import instant
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.reading import Reading

Stands = Literal["all", "partly", "not_yet", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedLine:
    """How far the quorum has cosigned what is shown; `by`, `at` (RFC 3339) and `last` (an index) where it has."""

    stands: Stands
    by: tuple[str, ...] = ()
    at: str = ""
    last: int = 0


def witnessed_line(ledger: Ledger, reading: Reading, index: int | None = None) -> WitnessedLine:
    """Say how far what is shown is witnessed.

    Args:
        ledger: The ledger.
        reading: What the page is as of: no tree that is larger than what was known then is named.
        index: The entry shown; all that is known by default.
    """
    if not ledger.witnessing.is_asked_for:
        return WitnessedLine(stands="none")
    latest = ledger.witnessing.latest(None if reading.size == ledger.size else reading.size)
    if latest is None:
        return WitnessedLine(stands="not_yet")
    size = reading.size if index is None else index + 1
    stands: Stands = "all" if latest.size >= size else "partly"
    return WitnessedLine(stands=stands, by=latest.by, at=instant(latest.at), last=latest.size - 1)
