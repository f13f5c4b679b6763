"""What had happened by a day is the same from any state at hand as from the first entry, and as by the dates alone."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

import pytest
from tests.domain.dirty.play import Tally, play
from tests.domain.stage import ORIGIN, Stage
from tests.domain.test_entry_days import EDITIONS, days_around, under
from tests.domain.test_oracles import history
from tests.profile import sampled

from constancia.domain.day_state import DayStates, happened_by
from constancia.domain.entry_days import STANDING_KINDS
from constancia.domain.facts.validity import counts_on
from constancia.domain.kernel.acts import Recorded
from constancia.domain.state import State, replay
from constancia.domain.values.calendar import Certainty, has_begun
from constancia.domain.values.values import canonical

SEEDS = sampled([3], range(1, 40))  # what is played from 3 has days that rest on later entries (F4)


class Known:
    """All that is known of a ledger, with its states at every size."""

    def __init__(self, entries: Sequence[Recorded]) -> None:
        self.entries = entries
        self.by_hash = {entry.leaf_hash: entry for entry in entries}
        self.state = replay(entries, ORIGIN, self.by_hash.get)
        self.read = list[int]()

    def by(self, days: tuple[date, date], near: Callable[[int], int]) -> DayStates:
        self.read.clear()
        at = lambda size: replay(self.entries[: near(size)], ORIGIN, self.by_hash.get)  # noqa: E731
        return happened_by(self.state, days, near=at, read=self._read, lookup=self.by_hash.get)

    def _read(self, chosen: Sequence[int]) -> Iterable[Recorded]:
        self.read += chosen
        return [self.entries[index] for index in chosen]

    def by_dates(self, days: tuple[date, date]) -> DayStates:
        """Fold from the first entry on what has begun by the dates that count, each looked at by itself."""
        certain, possible, indices = State(ORIGIN), State(ORIGIN), list[int]()
        for entry in self.entries:
            on, is_standing = counts_on(self.state, entry), entry.originator_id.partition("/")[0] in STANDING_KINDS
            if is_standing or has_begun(on, days[0]) is Certainty.YES:
                self._take(certain, entry)
            if (is_standing or has_begun(on, days[1]) is not Certainty.NO) and self._take(possible, entry):
                indices.append(entry.index)
        certain.size = possible.size = self.state.size
        return DayStates(certain, possible, tuple(indices))

    def _take(self, state: State, entry: Recorded) -> bool:
        try:
            state.apply(entry, lookup=self.by_hash.get)
        except (AttributeError, LookupError, TypeError, ValueError):
            return False
        return True


def shown(happened: DayStates) -> tuple[object, ...]:
    states = (happened.certain, happened.possible)
    return (*((canonical(each.document()), list(each.aggregates)) for each in states), happened.indices)


def stages() -> list[Stage]:
    return [history(), *(play(seed, sampled(100, 300), Tally()) for seed in SEEDS)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_f4_f6_from_a_state_at_hand_is_as_from_the_first_entry(edition: int) -> None:
    left_out = 0
    for number, stage in enumerate(stages()):
        chosen = random.Random(f"{edition} {number}")  # noqa: S311 (days of a test)
        known = Known(under(edition, stage))
        days = days_around(list(known.entries))
        asked = [(day, day) for day in chosen.sample(days, min(len(days), sampled(6, 40)))]
        asked += [(date(2019, 1, 1), date(2019, 12, 31)), (date(2019, 3, 1), date(2019, 3, 31))]
        asked += [(day, day + timedelta(days=40)) for day in chosen.sample(days[1:-1], 2)]
        for first, last in asked:
            right = shown(known.by_dates((first, last)))
            assert shown(known.by((first, last), lambda _size: 0)) == right
            assert shown(known.by((first, last), partial(chosen.randint, 0))) == right
            nearest = known.by((first, last), lambda size: size)
            assert shown(nearest) == right
            left_out += len(set(known.read) - set(nearest.indices))
    assert left_out  # what rests on a later entry, too (F4)


def test_f6_nothing_is_read_that_does_not_count_or_is_in_the_state_at_hand() -> None:
    stage = history()
    known = Known(stage.entries)
    day = stage.entries[-1].timestamp.date() + timedelta(days=1)
    whole = known.by((day, day), lambda size: size)
    assert (known.read, whole.possible is whole.certain, whole.indices) == ([], True, tuple(range(len(stage.entries))))
    middle = stage.entries[len(stage.entries) // 2].timestamp.date()
    known.by((middle, middle), lambda size: size)
    assert 0 < len(known.read) < len(stage.entries) // 2
