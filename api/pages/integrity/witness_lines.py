"""What a page says of witnesses: whether its tree is witnessed, by whom, when, up to which entry; and each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from constancia.api.pages.frame.frame import Frame, party_name
from constancia.api.pages.frame.marked_text import marked_message
from constancia.domain.values.calendar import format_instant
from constancia.ledger.clock import instant_of
from constancia.ledger.ledger import Ledger
from constancia.ledger.witnesses.quorum_status import MLDSA44_SUFFIX

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
    return WitnessedLine(stands=stands, by=names, at=format_instant(instant_of(latest.at)), last=latest.size - 1)


def witness_name(frame: Frame, name: str) -> str:
    """Give the name of the party whose witness it is; the witness's own name where no party has it.

    Args:
        frame: The page.
        name: The name of a witness's key, such as `inai`, or `inai-mldsa44` for its post-quantum one.

    Returns:
        HTML where the name is not in the page's language.
    """
    own = name.lower().removesuffix(MLDSA44_SUFFIX)
    state = frame.ledger.state()  # a witness of today: the past that is shown may not know its party yet
    if f"party/{own}" not in state.aggregates:
        return name
    party = party_name(state, own, frame.lang)
    is_second = name.lower() != own
    return marked_message(frame.lang, "page.in_second_key", name=party) if is_second else party


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRow:
    """One witness, with all its keys.

    Attributes:
        name: Its name in the policy.
        keys: Number of its keys.
        size: How many entries all its keys have cosigned; 0 where one has cosigned none.
        at: Since when, RFC 3339; empty where `size` is 0.
        problem: Why it could not be had the last time; None where it could.
        url: Where it is asked; None where no address is known or the reader can't reach it.
    """

    name: str
    keys: int
    size: int
    at: str
    problem: str | None
    url: str | None


def witness_rows(ledger: Ledger, is_reachable: Callable[[str], bool]) -> Iterator[WitnessRow]:
    """Yield the policy's witnesses as of now, by name.

    Args:
        ledger: The ledger.
        is_reachable: Tells whether the reader of the page can reach a URL.
    """
    status = ledger.witnessing
    urls = {**(status.policy.urls if status.policy is not None else {}), **ledger.witness_urls}
    problems = ledger.witness_problems
    for name, group in groupby(sorted(status.witnesses), lambda key: key.removesuffix(MLDSA44_SUFFIX)):
        keys = list(group)
        size, at = min((status.last_by(key) or (0, 0) for key in keys), key=lambda cosigned: cosigned[0])
        url = next((urls[key] for key in keys if key in urls), None)
        yield WitnessRow(
            name=name,
            keys=len(keys),
            size=size,
            at=format_instant(instant_of(at)) if size else "",
            problem=next((problems[key] for key in keys if key in problems), None),
            url=url if url is not None and is_reachable(url) else None,
        )
