"""What a page says of witnesses: whether its tree is witnessed, by whom, when, up to which entry."""

from dataclasses import dataclass
from typing import Final, Literal

from constancia.api.pages.frame import Frame, party_name
from constancia.api.pages.marked_text import marked_message
from constancia.api.routers.witnesses import instant

_POST_QUANTUM: Final = "-mldsa44"
Stands = Literal["all", "partly", "not_yet", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedLine:
    """How far the quorum has cosigned what is shown; names, an instant (RFC 3339) and an index where it has."""

    stands: Stands
    by: tuple[str, ...] = ()
    at: str = ""
    last: int = 0


def witnessed_line(frame: Frame, index: int | None = None) -> WitnessedLine:
    """Say how far what is shown is witnessed.

    Args:
        frame: The page: no tree that is larger than what was known then is named.
        index: The entry shown; all that is known by default.
    """
    ledger, reading = frame.ledger, frame.as_of
    if not ledger.witnessing.is_asked_for:
        return WitnessedLine(stands="none")
    latest = ledger.witnessing.latest(None if reading.size == ledger.size else reading.size)
    if latest is None:
        return WitnessedLine(stands="not_yet")
    size = reading.size if index is None else index + 1
    stands: Stands = "all" if latest.size >= size else "partly"
    names = tuple(witness_name(frame, name) for name in latest.by)
    return WitnessedLine(stands=stands, by=names, at=instant(latest.at), last=latest.size - 1)


def witness_name(frame: Frame, name: str) -> str:
    """Give the name of the party whose witness it is; the witness's own name where no party has it.

    Args:
        frame: The page.
        name: The name of a witness's key, such as `inai`, or `inai-mldsa44` for its post-quantum one.

    Returns:
        HTML where the name is not in the page's language.
    """
    own = name.lower().removesuffix(_POST_QUANTUM)
    state = frame.ledger.state()  # a witness of today: the past that is shown may not know its party yet
    if f"party/{own}" not in state.aggregates:
        return name
    party = party_name(state, own, frame.lang)
    is_second = name.lower() != own
    return marked_message(frame.lang, "page.in_second_key", name=party) if is_second else party
