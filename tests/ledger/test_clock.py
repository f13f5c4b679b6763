"""The clock: what an entry's time looks like, and clocks that can be set."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.rows import each_row

from constancia.ledger.clock import (
    StoryClock,
    SystemClock,
    format_recorded_at,
    instant_of,
    new_uuid,
    parse_recorded_at,
)

NOON = datetime(2019, 3, 1, 12, tzinfo=UTC)


def test_story_clock_stands_still_until_it_is_set() -> None:
    clock = StoryClock(NOON)
    assert clock.now() == clock.now() == NOON


def test_story_clock_can_be_set_back() -> None:
    clock = StoryClock(NOON)
    clock.set(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)


def test_story_clock_advances_by_a_span() -> None:
    assert StoryClock(NOON).advance(timedelta(hours=1)) == NOON + timedelta(hours=1)


def test_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        StoryClock(datetime(2019, 3, 1))  # noqa: DTZ001 (the point of the test)


def test_recorded_at_is_cut_to_the_millisecond() -> None:
    instant = datetime(2019, 3, 1, 18, 4, 5, 678_999, tzinfo=UTC)
    assert format_recorded_at(instant) == "2019-03-01T18:04:05.678Z"


def test_recorded_at_is_in_utc() -> None:
    mexico = datetime(2019, 3, 1, 18, 4, 5, tzinfo=timezone(timedelta(hours=-6)))
    assert format_recorded_at(mexico) == "2019-03-02T00:04:05.000Z"


def test_recorded_at_is_read_back() -> None:
    assert parse_recorded_at(format_recorded_at(NOON)) == NOON


@each_row(
    "text", ["", "2019-03-01", "2019-03-01T18:04:05Z", "2019-03-01T18:04:05.678+00:00", "2019-02-30T18:04:05.678Z"]
)
def test_what_is_no_recorded_at_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|day|ISO"):
        parse_recorded_at(text)


def test_system_clock_is_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_identifiers_differ() -> None:
    assert new_uuid() != new_uuid()


def test_any_time_that_a_witness_can_state_has_a_date() -> None:
    assert instant_of(1_551_441_600) == datetime(2019, 3, 1, 12, tzinfo=UTC)
    assert instant_of(2**63 - 1) == instant_of(253_402_300_799) == datetime(9999, 1, 1, tzinfo=UTC)
