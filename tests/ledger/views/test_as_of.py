"""The one parser of what was known by then, and of the day asked: every form, every wrong form, and what each means."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from tests.ledger.conftest import Desk
from tests.rows import each_row

from constancia.ledger.errors import NotFound
from constancia.ledger.views.as_of import MAX_SIZE, AsOfQuestion, read_question
from constancia.verify.core.errors import Malformed

MEXICO, UTC_ZONE, SAMOA, MANILA = "America/Mexico_City", "UTC", "Pacific/Apia", "Asia/Manila"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def day(text: str) -> tuple[date, date]:
    return date.fromisoformat(text), date.fromisoformat(text)


@each_row(
    ("at", "timezone", "first", "last", "end"),
    [
        ("2019-03-01", MEXICO, "2019-03-01", "2019-03-01", "2019-03-02T05:59:59+00:00"),
        ("2019-06-01", MEXICO, "2019-06-01", "2019-06-01", "2019-06-02T04:59:59+00:00"),  # summer time
        ("2019-03-01", UTC_ZONE, "2019-03-01", "2019-03-01", "2019-03-01T23:59:59+00:00"),
        ("2019-03", MEXICO, "2019-03-01", "2019-03-31", "2019-04-01T05:59:59+00:00"),
        ("2020-02", MEXICO, "2020-02-01", "2020-02-29", "2020-03-01T05:59:59+00:00"),
        ("2019", MEXICO, "2019-01-01", "2019-12-31", "2020-01-01T05:59:59+00:00"),
        ("0001", MANILA, "0001-01-01", "0001-12-31", None),
        ("9999", MEXICO, "9999-01-01", "9999-12-31", None),
        ("9999-12-31", SAMOA, "9999-12-31", "9999-12-31", None),
    ],
)
def test_b3_a_date_is_each_of_its_days(at: str, timezone: str, first: str, last: str, end: str | None) -> None:
    asked = read_question(None, None, at, timezone)
    assert (asked.first, asked.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert (asked.size, asked.known, asked.day) == (None, None, at)
    assert asked.at is not None
    assert end is None or asked.at == instant(end)


INSTANT: Final = instant("2019-03-01T05:59:59+00:00")  # the last second of February in Mexico City


@each_row(
    "text",
    ["2019-03-01T05:59:59Z", "2019-03-01T05:59:59", "2019-02-28T23:59:59-06:00", "2019-03-01T05:59:59.000Z"],
)
def test_b2_an_instant_alone_says_both(text: str) -> None:
    asked = read_question(None, None, text, MEXICO)
    feb = date(2019, 2, 28)
    assert asked == AsOfQuestion(known=INSTANT, first=feb, last=feb, at=INSTANT)


@each_row("known", ["#7", "2019", "2019-03-01T00:00:00Z"])
def test_an_instant_beside_what_was_known_is_a_day_asked(known: str) -> None:
    asked = read_question(None, known, "2019-03-01T05:59:59Z", MEXICO)
    assert (asked.day, asked.at) == ("2019-03-01T05:59:59Z", INSTANT)
    assert (asked.size, asked.known is None) == ((7, True) if known == "#7" else (None, False))


@each_row(
    ("size", "known", "at"),
    [(80, None, None), (None, "#80", None), (None, None, "#80")],
)
def test_a_size_has_a_sign_of_its_own(size: int | None, known: str | None, at: str | None) -> None:
    assert read_question(size, known, at, MEXICO) == AsOfQuestion(size=80)


def test_a_bare_number_is_a_year_and_never_a_size() -> None:
    assert read_question(None, None, "2019", MEXICO).size is None
    assert read_question(None, "2019", None, MEXICO).size is None
    with pytest.raises(Malformed, match="#80"):
        read_question(None, None, "80", MEXICO)


@each_row("size", ["#0", "#1", "#0080", f"#{MAX_SIZE}"])
def test_sizes(size: str) -> None:
    assert read_question(None, None, size, MEXICO).size == int(size[1:])


BAD: Final = (
    "", " ", "#", "# 80", "#-1", "#+1", "#1_000", "#80 ", "#80\n", "#٨٠", f"#{MAX_SIZE + 1}", "#" + "9" * 400, "80",
    "-1", "12019", "2019-3", "2019-13", "2019-00", "2019-02-30", "2019-02-29", "20190301", "2019-03-01Z",
    "2019-03-01 10:00",
    "2019/2020", "2019/..", "../2019", "..", "2019-03-01/2019-03-02", "2019?", "2019~", "201X", "2019-W10", "2019-060",
    "2019-03-01T", "2019-03-01T10", "2019-03-01T24:00:00Z", "2019-03-01T10:60:00Z", "2019-03-01T10:00:60Z",
    "2019-03-01T10:00:00+24:00", "2019-03-01T10:00:00 02:00", "2019-03-01t10:00:00z", "2019-02-30T10:00:00Z",
    "0000", "0000-01-01", "today", "ahora", "hoy", "now", "siempre", "ayer", "null", "None", "٢٠١٩", "２０１９",
)  # fmt: skip


@each_row("text", BAD)
@each_row("where", ["at", "known"])
def test_other_forms_are_refused_and_named(text: str, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_question(None, text if where == "known" else None, text if where == "at" else None, MEXICO)
    assert (caught.value.code, caught.value.where) == ("instant", where)
    assert "#n" in caught.value.expected


@each_row("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
@each_row("timezone", [MEXICO, UTC_ZONE, SAMOA, MANILA])
def test_an_instant_at_the_end_of_the_calendar_is_read_or_refused(text: str, timezone: str) -> None:
    try:
        asked = read_question(None, None, text, timezone)
    except Malformed:
        return  # its day in that zone is none of the calendar's
    assert asked.first in (date.min, date.max)


@each_row(
    ("size", "known", "at", "named"),
    [
        (80, "2019", None, ["size=80", "known=2019"]),
        (80, "#80", None, ["size=80", "known=#80"]),
        (80, None, "#80", ["size=80", "at=#80"]),
        (None, "#80", "#81", ["known=#80", "at=#81"]),
        (None, "2019-03-01T10:00:00Z", "#80", ["known=2019-03-01T10:00:00Z", "at=#80"]),
        (1, "#2", "#3", ["size=1", "known=#2", "at=#3"]),
    ],
)
def test_how_much_was_known_is_said_once(size: int | None, known: str | None, at: str | None, named: list[str]) -> None:
    with pytest.raises(Malformed) as caught:
        read_question(size, known, at, MEXICO)
    assert (caught.value.code, str(caught.value.found)) == ("conflict", ", ".join(named))


def test_b1_a_past_size_is_judged_at_its_last_entry_and_the_present_by_the_clock(desk: Desk) -> None:
    ledger = desk.ledger
    desk.clock.advance(timedelta(days=400))
    now = desk.clock.now()
    past = ledger.as_of(5).as_of
    assert (past.size, past.day) == (5, None)
    assert past.at < now - timedelta(days=399)
    present = ledger.as_of().as_of
    assert (present.size, present.at) == (ledger.size, now)
    assert ledger.as_of(ledger.size).as_of == present
    assert ledger.as_of(known=f"#{5}").as_of == ledger.as_of(at="#5").as_of == past
    # Nothing was recorded before the first entry: size 0 is judged when it was.
    assert ledger.as_of(0).as_of.at == ledger.as_of(1).as_of.at


def test_b2_a_day_alone_is_asked_of_all_that_is_known_today(desk: Desk) -> None:
    asked = desk.ledger.as_of(at="2017-05-10").as_of
    assert (asked.size, asked.first, asked.last, asked.day) == (desk.ledger.size, *day("2017-05-10"), "2017-05-10")


def test_known_is_the_end_of_its_last_day_and_never_in_the_future(desk: Desk) -> None:
    ledger, now = desk.ledger, desk.clock.now()
    assert ledger.as_of(known="2018").size == 0
    reading = ledger.as_of(known=f"{now.year}")
    assert (reading.size, reading.at) == (ledger.size, now)  # the year is not over: as far as it has come
    for later in (f"{now.year + 1}", f"{now + timedelta(seconds=2):%Y-%m-%dT%H:%M:%SZ}"):
        with pytest.raises(Malformed, match="future"):
            ledger.as_of(known=later)


def test_a_day_of_the_future_may_be_asked(desk: Desk) -> None:
    assert desk.ledger.as_of(at="2500").as_of.last == date(2500, 12, 31)
    assert desk.ledger.as_of(at="2500-01-01T00:00:00Z").size == desk.ledger.size


@pytest.mark.parametrize("asked", [{"size": 10_000}, {"known": "#10000"}, {"at": "#10000"}])
def test_a_size_beyond_the_log_is_not_found(desk: Desk, asked: dict[str, object]) -> None:
    with pytest.raises(NotFound, match="10000"):
        desk.ledger.as_of(**asked)  # type: ignore[arg-type]


def test_same_pair_whatever_it_was_said_with(desk: Desk) -> None:
    ledger = desk.ledger
    ways = [
        ledger.as_of(5, at="2019-03-01"),
        ledger.as_of(known="#5", at="2019-03-01"),
    ]
    assert len({replace(one.as_of) for one in ways}) == 1
    assert ways[0].as_of.at.tzinfo == UTC
