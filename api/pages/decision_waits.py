"""What a decision waits for, and of whom: a party that is gone is not awaited, since it can vote and sign no more."""

from typing import Final

from constancia.domain.facts.bearing import able_in
from constancia.domain.governance.decision import TWO
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row

_OPEN: Final = ("proposed", "voting")


def gone_from(state: State, row: Row) -> tuple[str, ...]:
    """Give the parties whose vote or signature a decision lacks, and that can say neither in its body any more.

    Args:
        state: The state.
        row: The decision's row.
    """
    lacking = _lacking(row)
    able = able_in(state, row["governance_body"], lacking)
    return tuple(party for party in lacking if party not in able)


def _lacking(row: Row) -> list[str]:
    if row["status"] in _OPEN:
        cast = {vote["party"] for vote in row["standing_votes"]}
        return [party for party in row["voters"] if party not in cast]
    return [party for party in row["must_sign"] if party not in row["signed_by"]] if row["status"] == "adopted" else []


def awaited_by(state: State, row: Row) -> tuple[str, tuple[str, ...]]:
    """Give what a decision waits for, and the parties that can do it.

    Args:
        state: The state.
        row: The decision's row.

    Returns:
        A kind of debt: `vote`, `signature`, or `finish` where all whose signature is missing are gone, and those that
        have signed can end the wait. No party where nobody can do anything any more.
    """
    body = row["governance_body"]
    waiting = able_in(state, body, _lacking(row))
    if row["status"] in _OPEN:
        return "vote", waiting
    if not waiting and row["status"] == "adopted" and len(row["signed_by"]) >= TWO:
        return "finish", able_in(state, body, row["signed_by"])
    return "signature", waiting
