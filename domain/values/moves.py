"""How many of several dated moves, in order, have happened by a day. Exact for dates of limited precision.

A date of limited precision is one of several days. A move happens on one of its days, and not before the move before
it: a seat that was left on 15 June 2017 and taken again in `2017-06` was held on 10 June. Where the dates that were
said contradict the order, a move takes effect with the last of those before it.

- Y2: of several possible days, and of several possible dates, the answer is yes or no only if it is so for each.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from operator import le
from typing import Final

from constancia.domain.values.calendar import Certainty, parse_edtf

_BEFORE_ALL: Final = 0  # ordinals of days begin with 1
_AFTER_ALL: Final = date.max.toordinal() + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The possible days of a move: ordinals of the first and the last one, beyond the calendar where open."""

    first: int
    last: int

    def day_after(self) -> "Span":
        """Give the days after: a last day's end."""
        return Span(first=self.first + 1, last=self.last + 1)

    def later(self, other: "Span") -> "Span":
        """Give the possible days of the later of two moves."""
        return Span(first=max(self.first, other.first), last=max(self.last, other.last))

    def earlier(self, other: "Span") -> "Span":
        """Give the possible days of the earlier of two moves."""
        return Span(first=min(self.first, other.first), last=min(self.last, other.last))


ALWAYS: Final = Span(first=_BEFORE_ALL, last=_BEFORE_ALL)
NEVER: Final = Span(first=_AFTER_ALL, last=_AFTER_ALL)


def span_of(when: str) -> Span:
    """Give the possible days of what happened at some time within an EDTF date or interval.

    Raises:
        ValueError: It is no EDTF.
    """
    bounds = parse_edtf(when)
    return Span(
        first=bounds.start.toordinal() if bounds.start is not None else _BEFORE_ALL,
        last=bounds.end.toordinal() if bounds.end is not None else _AFTER_ALL,
    )


def counts_by(moves: Sequence[Span], days: tuple[date, date]) -> frozenset[int]:
    """Give each number of moves that may have happened by the end of a day.

    Args:
        moves: Their possible days, in the order of the moves.
        days: First and last possible day.
    """
    firsts = [_BEFORE_ALL, *accumulate((move.first for move in moves), max)]
    lasts = [move.last for move in moves]
    in_order = list(accumulate(reversed(lasts), min))[::-1]
    if all(map(le, firsts[1:], in_order)):
        lasts = in_order
    lasts.append(_AFTER_ALL)
    first, last = (day.toordinal() for day in days)
    return frozenset(
        count for count in range(len(moves) + 1) if max(first, firsts[count]) <= min(last, lasts[count] - 1)
    )


def answer(counts: Collection[int], wanted: Collection[int]) -> Certainty:
    """Tell whether a number of moves is among the wanted ones: yes or no only if each possible number says so."""
    answers = {count in wanted for count in counts}
    return Certainty.POSSIBLY if len(answers) > 1 else Certainty.YES if answers == {True} else Certainty.NO
