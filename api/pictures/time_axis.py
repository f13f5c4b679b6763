"""The time axis of a picture: which days it spans, where a day is, and which of its months and years are written.

- V3: no more than five years are written, or four months: none runs over another on a narrow screen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from constancia.api.text.dates import day_short

FIRST: Final = 2.5  # percent of the picture's width left free at both ends, for marks
LAST: Final = 97.5
_TICKS: Final = 5
_MONTHS: Final = 4
_SHORTEST: Final = 75  # days
_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 2_400, 6_000, 12_000, 24_000, 36_000)  # months


@dataclass(frozen=True, slots=True)
class Tick:
    """A place that is written on the axis: the percentage, and the month or year that begins there."""

    x: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The days from `first` to `last`, both shown whole."""

    first: date
    last: date

    def of_start(self, day: date) -> float:
        """Give the percentage at which a day begins; the axis's end for a day that is not on it."""
        return self._place(day.toordinal())

    def of_end(self, day: date) -> float:
        """Give the percentage at which a day ends."""
        return self._place(day.toordinal() + 1)

    def of_middle(self, day: date) -> float:
        """Give the percentage of a day's noon."""
        return self._place(day.toordinal() + 0.5)

    def has(self, day: date) -> bool:
        """Tell whether a day is on the axis."""
        return self.first <= day <= self.last

    def _place(self, ordinal: float) -> float:
        start, end = self.first.toordinal(), self.last.toordinal() + 1
        share = (ordinal - start) / (end - start)
        return FIRST + (LAST - FIRST) * min(max(share, 0.0), 1.0)

    def ticks(self, lang: str) -> list[Tick]:
        """Give what is written: whole years where there are many, else months.

        Args:
            lang: `es` or `en`.
        """
        for step in _STEPS:
            days = list(self._starts(step))
            if len(days) <= (_TICKS if step % 12 == 0 else _MONTHS):
                length = len("2019") if step % 12 == 0 else len("2019-03")
                return [Tick(self.of_start(day), day_short(day.isoformat()[:length], lang)) for day in days]
        return []

    def _starts(self, step: int) -> Iterator[date]:
        """Yield the first days of every `step`th month on the axis; few more than are needed."""
        month = self.first.year * 12 + self.first.month - 1
        month += 0 if self.first.day == 1 else 1
        month += -month % step
        for count in range(_TICKS + 2):
            year, of_year = divmod(month + count * step, 12)
            if year > date.max.year or date(year, of_year + 1, 1) > self.last:
                return
            yield date(year, of_year + 1, 1)


def axis_over(days: Sequence[date]) -> Axis:
    """Give an axis on which all of some days are, with a little room at both ends.

    Args:
        days: One at least.
    """
    first, last = min(days), max(days)
    spare = max((_SHORTEST - (last - first).days) // 2, (last - first).days // 30)
    return Axis(first=_moved(first, -spare), last=_moved(last, spare))


def _moved(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def day_after(day: date) -> date:
    """Give the next day; the calendar's last has none."""
    return day if day == date.max else day + timedelta(days=1)
