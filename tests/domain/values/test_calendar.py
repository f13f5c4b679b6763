"""Dates keep their precision; deadlines are the last instant of the last day in the ledger's zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.strategies import dates, few, windows
from tests.rows import each_row

from constancia.domain.values.calendar import (
    Certainty,
    days_after,
    deadline,
    format_instant,
    has_begun,
    last_day_before,
    local_day,
    parse_day,
    parse_edtf,
    parse_instant,
    zone,
)

MEXICO = "America/Mexico_City"


@each_row(
    ("when", "start", "end"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-02", date(2019, 2, 1), date(2019, 2, 28)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-03-26", date(2019, 3, 26), date(2019, 3, 26)),
        ("2019-03-26/2019-05-24", date(2019, 3, 26), date(2019, 5, 24)),
        ("2019-06/2019-08", date(2019, 6, 1), date(2019, 8, 31)),
        ("2019-08/..", date(2019, 8, 1), None),
        ("../2017-05", None, date(2017, 5, 31)),
        ("2019/2019-03", date(2019, 1, 1), date(2019, 3, 31)),
    ],
)
def test_18_dates_keep_their_precision(when: str, start: date | None, end: date | None) -> None:
    bounds = parse_edtf(when)
    assert (bounds.start, bounds.end, bounds.text) == (start, end, when)


@each_row(
    "when",
    [
        "", "19", "2019-", "2019-3", "2019-13", "2019-00", "2019-02-29", "2019-04-31", "0000", "2019-03-26/",
        "/2019", "../..", "..", "2019-05/2019-03", "2019/2018", "2019-03-26/2019-03-25", "2019-03-26T10:00",
        "2019?", "2019~", "20190326", "2019-03-26/2019-05-24/2020", "+2019", " 2019", "2019\n", "２０１９",
        "2019/unknown",
    ],
)  # fmt: skip
def test_impossible_dates_and_other_forms_are_refused(when: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_edtf(when)


@each_row("day", ["2019-3-1", "2019-03", "2019-02-30", "2019-03-01T00:00", "2019-03-01 ", "2019-W01-1"])
def test_a_day_is_a_day(day: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_day(day)


# The four activities: month precision, an open end, and both sides of summer time.
DEADLINES = [
    ("2019-03-26", "2019-03-27T06:00:00Z"),
    ("2019-03-26/2019-05-24", "2019-05-25T05:00:00Z"),
    ("2019-06/2019-08", "2019-09-01T05:00:00Z"),
    ("2019-08-31", "2019-09-01T05:00:00Z"),
    ("2019-08/..", None),
    ("2019-04-06", "2019-04-07T06:00:00Z"),
    ("2019-04-07", "2019-04-08T05:00:00Z"),
    ("2019-10-26", "2019-10-27T05:00:00Z"),
    ("2019-10-27", "2019-10-28T06:00:00Z"),
    ("2019", "2020-01-01T06:00:00Z"),
    ("2023-07-01", "2023-07-02T06:00:00Z"),
    ("9999", None),
    ("9999-12-31", None),
]


@each_row(("window", "due"), DEADLINES)
def test_18_deadline_is_the_last_instant_of_the_last_day_in_the_ledgers_zone(window: str, due: str | None) -> None:
    found = deadline(window, MEXICO)
    assert (format_instant(found) if found else None) == due


@few
@given(windows(), st.sampled_from([MEXICO, "UTC", "Pacific/Kiritimati", "America/Havana", "Europe/Madrid"]))
def test_18_up_to_the_deadline_it_is_the_last_day_and_from_then_on_it_is_not(window: str, name: str) -> None:
    due, end = deadline(window, name), parse_edtf(window).end
    if end is None:
        assert due is None
        return
    assert due is not None
    assert local_day(due - timedelta(microseconds=1), name) == end
    assert local_day(due, name) == end + timedelta(days=1)


@few
@given(windows(), st.dates(date(2010, 1, 1), date(2027, 12, 31)))
def test_once_certain_always_certain(when: str, day: date) -> None:
    order = [Certainty.NO, Certainty.POSSIBLY, Certainty.YES]
    assert order.index(has_begun(when, day)) <= order.index(has_begun(when, day + timedelta(days=1)))


@few
@given(dates(), st.dates(date(2010, 1, 1), date(2027, 12, 31)))
def test_possibly_is_only_said_within_the_dates_own_days(when: str, day: date) -> None:
    bounds = parse_edtf(when)
    assert bounds.start is not None
    assert bounds.end is not None
    expected = Certainty.NO if day < bounds.start else Certainty.YES if day >= bounds.end else Certainty.POSSIBLY
    assert has_begun(when, day) is expected


@each_row(
    ("when", "day", "answer"),
    [
        ("2017-05", date(2017, 4, 30), Certainty.NO),
        ("2017-05", date(2017, 5, 1), Certainty.POSSIBLY),
        ("2017-05", date(2017, 5, 30), Certainty.POSSIBLY),
        ("2017-05", date(2017, 5, 31), Certainty.YES),
        ("../2017-05", date(2015, 1, 1), Certainty.POSSIBLY),
        ("../2017-05", date(2017, 5, 30), Certainty.POSSIBLY),
        ("../2017-05", date(2017, 5, 31), Certainty.YES),
        ("2019-08/..", date(2019, 7, 31), Certainty.NO),
        ("2019-08/..", date(2019, 8, 1), Certainty.POSSIBLY),
        ("2019-08/..", date(2030, 1, 1), Certainty.POSSIBLY),
    ],
)
def test_18_what_the_precision_leaves_open_is_possible(when: str, day: date, answer: Certainty) -> None:
    assert has_begun(when, day) is answer


@few
@given(windows())
def test_the_bounds_are_in_order(when: str) -> None:
    bounds = parse_edtf(when)
    if bounds.start and bounds.latest_start:
        assert bounds.start <= bounds.latest_start
    if bounds.earliest_end and bounds.end:
        assert bounds.earliest_end <= bounds.end
    if bounds.start and bounds.end:
        assert bounds.start <= bounds.end


@few
@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))  # noqa: DTZ001 - the strategy takes naive bounds
def test_instants_come_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_instant(format_instant(whole)) == whole
    assert len(format_instant(whole)) == 20


def test_an_instant_is_written_in_utc() -> None:
    local = datetime(2019, 5, 24, 23, 30, 59, 999_999, tzinfo=zone(MEXICO))
    assert format_instant(local) == "2019-05-25T04:30:59Z"


def test_milliseconds_are_read() -> None:
    assert parse_instant("2019-03-01T18:04:05.250Z").microsecond == 250_000


@each_row(
    "text",
    [
        "2019-03-01", "2019-03-01T18:04:05", "2019-03-01T18:04:05+00:00", "2019-03-01 18:04:05Z", "20190301T180405Z",
        "2019-03-01T18:04Z", "2019-03-01T18:04:05.1Z", "2019-03-01T18:04:05.123456Z", "2019-W09-5T18:04:05Z",
        "2019-03-01T24:04:05Z", "2019-02-30T18:04:05Z", "2019-03-01T18:04:60Z", "2019-03-01T18:04:05z", "Z",
    ],
)  # fmt: skip
def test_other_forms_of_an_instant_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_a_zone_has_its_own_offset() -> None:
    found = zone("Asia/Kathmandu")
    assert (found.key, found.utcoffset(datetime(2019, 3, 1))) == (  # noqa: DTZ001 - a zone is asked for its own time
        "Asia/Kathmandu", timedelta(hours=5, minutes=45),
    )  # fmt: skip


@each_row(
    "name",
    [
        "",
        "Mexico/Nowhere",
        "../../etc/passwd",
        "/etc/localtime",
        "America",
        "Mexico/../UTC",
        "../zoneinfo/UTC",
        "UTC\n",
    ],
)
def test_a_zone_is_one_of_the_database(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        zone(name)


def test_the_day_is_the_ledgers() -> None:
    assert local_day(datetime(2019, 5, 25, 4, 30, tzinfo=UTC), MEXICO) == date(2019, 5, 24)
    assert local_day(datetime(2019, 5, 25, 5, 0, tzinfo=UTC), MEXICO) == date(2019, 5, 25)


def test_days_after_ends_with_the_calendar() -> None:
    assert days_after(date(2019, 2, 27), 2) == date(2019, 3, 1)
    assert days_after(date(9999, 12, 30), 1) == days_after(date(9999, 12, 31), 3650) == date.max


def test_the_last_day_of_a_term_is_the_one_that_it_was_made_of() -> None:
    for where in ("America/Mexico_City", "Pacific/Kiritimati", "UTC"):
        for window in ("2019-03-18", "2019-04-06", "2019-04-07", "2022-10-30", "2020-02"):
            due = deadline(window, where)
            assert due is not None
            assert last_day_before(format_instant(due), where) == str(parse_edtf(window).end)
