"""Moves of limited precision: each answer against every world that the dates allow, enumerated day by day."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise, product

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.rows import each_row

from constancia.domain.values.calendar import Certainty
from constancia.domain.values.moves import ALWAYS, NEVER, Span, answer, counts_by, span_of

# A short calendar, so that all worlds can be enumerated: the last days of 2017 and the first of 2018.
FIRST, LAST = date(2017, 12, 28), date(2018, 1, 4)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
# With the ends of their months and years, and days long before and after: enough to order any moves around them.
CALENDAR = (
    date(2000, 1, 1), date(2017, 1, 1), date(2017, 12, 1), *DAYS, date(2018, 1, 31), date(2018, 12, 31),
    date(2030, 1, 1),
)  # fmt: skip
Days = tuple[date, ...]


def possible_days(when: str) -> Days:
    """The days on which something can have happened that happened within a date, read from its text alone."""
    start, slash, end = when.partition("/")
    lowest = "0000" if start == ".." else start
    highest = "9999" if end == ".." else (end if slash else start)
    texts = {day: day.isoformat() for day in CALENDAR}
    return tuple(day for day, text in texts.items() if lowest <= text and text[: len(highest)] <= highest)


def in_order(world: Sequence[date]) -> bool:
    return all(earlier <= later for earlier, later in pairwise(world))


def oracle(moves: Sequence[Days], asked: Days, holds: Callable[[int], bool]) -> Certainty | None:
    """The answer in all worlds together; None where no world has the moves in order."""
    worlds = [world for world in product(*moves) if in_order(world)]
    if not worlds:
        return None
    said = {holds(sum(moved <= day for moved in world)) for world in worlds for day in asked}
    return Certainty.POSSIBLY if len(said) == 2 else Certainty.YES if said == {True} else Certainty.NO


one_date = st.one_of(
    st.sampled_from(DAYS).map(date.isoformat),
    st.sampled_from(["2017-12", "2018-01", "2017", "2018"]),
)
dates = st.one_of(
    one_date,
    one_date.map(lambda end: f"../{end}"),
    one_date.map(lambda start: f"{start}/.."),
    st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(lambda pair: f"{min(pair)}/{max(pair)}"),
    st.just("2017/2018"),
)
asked_days = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(lambda pair: (min(pair), max(pair)))


@settings(deadline=None)  # a loaded machine is no failure
@given(st.lists(dates, max_size=3), asked_days, st.sets(st.integers(0, 4)))
@example(["2017", "2018-01-02", "2018-01"], (date(2018, 1, 1), date(2018, 1, 1)), {1, 3})
@example(["2017-12-28", "2017-12-28/..", "2017/2018"], (date(2018, 1, 4), date(2018, 1, 4)), {0, 1})
@example(["2017-12-28", "2018", "2018-01-02"], (date(2018, 1, 3), date(2018, 1, 3)), {1, 3})
def test_y2_the_answer_is_that_of_all_worlds_in_order(texts: list[str], asked: tuple[date, date], on: set[int]) -> None:
    days = tuple(day for day in DAYS if asked[0] <= day <= asked[1])
    expected = oracle([possible_days(one) for one in texts], days, on.__contains__)
    assume(expected is not None)
    assert answer(counts_by([span_of(one) for one in texts], asked), on) is expected


def test_y2_what_was_left_before_it_was_taken_again_was_held_before_that() -> None:
    # The return is known as a month in which the withdrawal lies: before the withdrawal nothing was left.
    moves = [span_of(one) for one in ("2015-08-18", "2017-06-15", "2017-06")]
    seated = {day: answer(counts_by(moves, (date(2017, 6, day),) * 2), {1, 3}) for day in (10, 14, 15, 29, 30)}
    assert seated == {
        10: Certainty.YES,
        14: Certainty.YES,
        15: Certainty.POSSIBLY,
        29: Certainty.POSSIBLY,
        30: Certainty.YES,
    }


def test_moves_whose_dates_contradict_their_order_take_effect_with_the_last_before_them() -> None:
    moves = [span_of(one) for one in ("2017-03-01", "2016-01-01")]
    asked = (date(2016, 6, 1), date(2017, 2, 28), date(2017, 3, 1))
    assert [counts_by(moves, (day, day)) for day in asked] == [{0}, {0}, {2}]


@each_row("day", [date.min, date(2019, 3, 1), date.max])
def test_always_and_never(day: date) -> None:
    assert counts_by((ALWAYS, NEVER), (day, day)) == {1}
    assert counts_by((), (day, day)) == {0}


@each_row(
    ("when", "day", "said"),
    [
        ("9999-12-31", date.max, {1}),
        ("9999", date.max, {1}),
        ("9999/..", date.max, {0, 1}),
        ("0001-01-01", date.min, {1}),
        ("../0001", date.min, {0, 1}),
        ("../0001-01-01", date.min, {1}),
    ],
)
def test_ends_of_the_calendar(when: str, day: date, said: set[int]) -> None:
    assert counts_by((span_of(when),), (day, day)) == said


def test_a_last_day_ends_on_the_day_after() -> None:
    end = span_of("9999-12-31").day_after()
    assert counts_by((ALWAYS, end), (date.max, date.max)) == {1}
    assert span_of("2019-03-31").day_after() == span_of("2019-04-01")


def test_later_and_earlier_of_two() -> None:
    month, day = span_of("2019-03"), span_of("2019-03-10")
    assert month.later(day) == Span(first=day.first, last=month.last)
    assert month.earlier(day) == Span(first=month.first, last=day.last)
