"""The days of entries say of each day what the dates themselves say."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.dirty.play import Tally, play
from tests.domain.stage import ORIGIN, Stage, seated
from tests.domain.test_oracles import history
from tests.domain.values.test_moves import dates
from tests.profile import sampled

from constancia.domain.entry_days import BYTES, STANDING_KINDS, counting_days
from constancia.domain.facts.validity import counts_on
from constancia.domain.kernel.acts import Recorded, recorded_entry
from constancia.domain.state import State, replay
from constancia.domain.values.calendar import Certainty, has_begun
from constancia.domain.values.editions import FIRST, NEWEST

EDITIONS = range(FIRST, NEWEST + 1)
SEEDS = range(1, sampled(3, 40))


def under(edition: int, stage: Stage) -> list[Recorded]:
    """The same words in a ledger of another edition: those that its fold takes."""
    state, entries = State(ORIGIN), list[Recorded]()
    found = {entry.leaf_hash: entry for entry in stage.entries}
    for entry in stage.entries:
        statement = {**entry.statement}
        if not state.size:
            body = {name: value for name, value in statement["body"].items() if name != "edition"}
            statement |= {"schema": edition, "body": body if edition == FIRST else {**body, "edition": edition}}
        again = recorded_entry(
            index=state.size, leaf_hash=entry.leaf_hash, recorded_at=entry.recorded_at, keys=entry.keys,
            statement=statement, originator_version=1,
        )  # fmt: skip
        try:
            state.apply(again, lookup=found.get)
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
        entries.append(again)
    assert state.edition == edition
    return entries


def days_around(entries: list[Recorded]) -> list[date]:
    """The days of recording, those before and after, and some far from all."""
    days = {entry.timestamp.date() + timedelta(days=days) for entry in entries for days in (-8, -1, 0, 1, 8)}
    return sorted({*days, date.min, date(2017, 5, 10), date(2018, 12, 31), date.max})


def check_days(state: State, entries: list[Recorded]) -> None:
    counting = counting_days(state, state.days())
    assert len(counting.first) == len(counting.last) == len(entries)
    for entry, first, last in zip(entries, counting.first, counting.last, strict=True):
        on, is_standing = counts_on(state, entry), entry.originator_id.partition("/")[0] in STANDING_KINDS
        for day in days_around(entries):
            answer = Certainty.YES if is_standing else has_begun(on, day)
            number = day.toordinal()
            assert (last <= number) is (answer is Certainty.YES), (on, day)
            assert (first > number) is (answer is Certainty.NO), (on, day)


@pytest.mark.parametrize("edition", EDITIONS)
def test_they_say_what_the_dates_say_in_every_edition(edition: int) -> None:
    stages = [history(), *(play(seed, sampled(120, 400), Tally()) for seed in SEEDS)]
    for stage in stages:
        entries = under(edition, stage)
        assert len(entries) > 20
        known = {entry.leaf_hash: entry for entry in entries}
        check_days(replay(entries, ORIGIN, known.get), entries)


@settings(max_examples=sampled(60, 600), deadline=None)
@given(said=dates, recorded=st.dates(date(2019, 1, 1), date(2021, 12, 31)), edition=st.sampled_from(EDITIONS))
def test_any_date_of_any_day(said: str, recorded: date, edition: int) -> None:
    stage = seated(edition=edition).on(recorded.isoformat())
    entry = stage.entry("nosc", "CommitmentProposed", {
        "commitment": "c1", "objective": {"es": "o"}, "problem": {"es": "p"}, "title": {"es": "t"},
    }, occurred_on=said)  # fmt: skip
    stage.state.apply(entry, lookup=stage.lookup)  # not judged: the law refuses some of these dates
    check_days(stage.state, [*stage.entries, entry])


def test_what_says_no_date_has_possibly_happened_on_every_day() -> None:
    stage = seated()
    entry = stage.entry("nosc", "CommitmentProposed", {
        "commitment": "c1", "objective": {"es": "o"}, "problem": {"es": "p"}, "title": {"es": "t"},
    }, occurred_on="2019-02-31")  # fmt: skip
    stage.state.apply(entry, lookup=stage.lookup)
    counting = counting_days(stage.state, stage.state.days())
    recorded = entry.timestamp.date().toordinal()
    assert (counting.first[-1], counting.last[-1]) == (recorded, recorded)  # it does not count as said
    first = under(FIRST, stage)
    state = replay([*first, recorded_entry(
        index=len(first), leaf_hash=entry.leaf_hash, recorded_at=entry.recorded_at, keys=entry.keys,
        statement=entry.statement, originator_version=1,
    )], ORIGIN, stage.lookup)  # fmt: skip
    counting = counting_days(state, state.days())
    assert counting.first[-1] < date.min.toordinal()
    assert counting.last[-1] > date.max.toordinal()


def test_each_entry_has_its_days_in_a_state_and_in_one_that_rests_on_another() -> None:
    stage = history()
    half = len(stage.entries) // 2
    lower = replay(stage.entries[:half], ORIGIN, stage.lookup)
    days = stage.state.days()
    assert len(days) == BYTES * len(stage.entries)
    assert (lower.days(), lower.recent_days) == (days[: half * BYTES],) * 2
    change = lower.apply(stage.entries[half], lookup=stage.lookup)
    assert lower.days() == days[: (half + 1) * BYTES]
    copied = lower.copied()
    lower.undo(change)
    assert lower.days() == days[: half * BYTES]
    copied.apply(stage.entries[half + 1], lookup=stage.lookup)
    assert copied.days() == days[: (half + 2) * BYTES]
