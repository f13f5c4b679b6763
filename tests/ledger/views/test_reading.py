"""Readings: what a past size and a day show is what a ledger of that size showed when it was asked for the same day."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import play

from constancia.domain.values.calendar import Certainty
from constancia.ledger.errors import NotFound
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.reading import Reading
from constancia.verify.core.formats.canonical import canonical

# Before all, on the day before, on the day, the month and the year of what happens here, and after all.
DAYS = ("2017-05-10", "2019-02-28", "2019-03-01", "2019-03", "2019", "2019-03-01T18:00:00Z", "2030")


def shown(reading: Reading) -> dict[str, Any]:
    """Everything that a reading answers with."""
    return {
        "as of": reading.as_of,
        "document": canonical(reading.known.document()),
        "facts": [one.to_json() for one in reading.facts()],
        "indices": list(reading.indices),
        "notes": reading.notes,
        "validities": [one.to_json() for one in reading.answers()],
        **{projection.name: reading.rows(projection.name) for projection in STATE_PROJECTIONS},
    }


def test_b1_past_size_shows_what_a_ledger_of_that_size_showed_for_the_same_day(new: Desk) -> None:
    before: dict[tuple[int, str], dict[str, Any]] = {}
    acts = [*new.world.founding(), *new.world.commitment("c1")]
    for number, act in enumerate(acts):
        play([act], new.take)
        new.clock.advance(timedelta(minutes=5))
        new.world.now = new.clock.now()
        if number % 6 == 0 or number == len(acts) - 2:
            before |= {(new.ledger.size, day): shown(new.ledger.as_of(at=f"{day}")) for day in DAYS if "T" not in day}
            instant = DAYS[5]
            before[new.ledger.size, instant] = shown(new.ledger.as_of(new.ledger.size, at=instant))
    new.clock.advance(timedelta(days=900))
    assert len(before) > 30
    for (size, day), then in before.items():
        assert shown(new.ledger.as_of(size, at=day)) == then, (size, day)
        assert shown(new.ledger.as_of(known=f"#{size}", at=day)) == then


def test_b1_a_past_size_without_a_day_is_what_was_shown_when_its_last_entry_was_recorded(desk: Desk) -> None:
    size = desk.ledger.size
    past = [shown(desk.ledger.as_of(number)) for number in (5, 20, size - 1)]
    desk.clock.advance(timedelta(days=900))
    assert [shown(desk.ledger.as_of(number)) for number in (5, 20, size - 1)] == past


def test_b4_rows_of_a_day_say_how_certain_they_are(desk: Desk) -> None:
    today = desk.ledger.as_of().day.isoformat()
    (certain,) = desk.ledger.as_of(at=today).rows("commitments")
    assert (certain["certainty"], "otherwise" in certain) == (Certainty.YES.value, False)
    (possible,) = desk.ledger.as_of(at=today[:4]).rows("commitments")
    assert (possible["certainty"], possible["otherwise"]) == (Certainty.POSSIBLY.value, None)
    assert desk.ledger.as_of(at="2018").rows("commitments") == []
    with pytest.raises(NotFound, match="on 2018"):
        desk.ledger.as_of(at="2018").row("commitments", "commitment/c1")


def test_b4_rows_without_a_day_say_nothing_of_certainty(desk: Desk) -> None:
    for reading in (desk.ledger.as_of(), desk.ledger.as_of(desk.ledger.size - 1)):
        assert all("certainty" not in row for name in ("parties", "commitments") for row in reading.rows(name))


def test_f3_who_may_act_is_shown_whenever_it_was_recorded_with_the_answer_for_the_day(desk: Desk) -> None:
    parties = desk.ledger.as_of(at="2017-05-10").rows("parties")
    assert [one["party"] for one in parties] == ["inai", "nosc", "sfp"]
    (bodies,) = desk.ledger.as_of(at="2017-05-10").rows("bodies")
    assert (bodies["seated"], {one["holds"] for one in bodies["seats"]}) == ([], {"no"})
    appointments = [one for party in parties for one in party["appointments"]]
    assert {(one["holds"], one["status"]) for one in appointments} == {("no", "not_yet")}
    now = desk.ledger.as_of(at=desk.ledger.as_of().day.isoformat())
    assert {one["holds"] for party in now.rows("parties") for one in party["appointments"]} == {"yes"}


def test_an_empty_ledger_answers(new: Desk) -> None:
    for asked in ({}, {"at": "2019"}, {"size": 0}, {"known": "2018"}, {"at": "#0"}):
        reading = new.ledger.as_of(**asked)
        assert (reading.size, reading.notes, reading.answers(), reading.facts()) == (0, (), (), ())
        assert all(reading.rows(projection.name) == [] for projection in STATE_PROJECTIONS)


def test_neighbours_are_among_what_is_shown(desk: Desk) -> None:
    reading = desk.ledger.as_of(at="2017-05-10")
    shown_indices = list(reading.indices)
    assert 0 < len(shown_indices) < desk.ledger.size
    assert reading.around(shown_indices[0]) == (None, shown_indices[1])
    assert reading.around(shown_indices[-1]) == (shown_indices[-2], None)
    assert desk.ledger.as_of(5).around(4) == (3, None)
    assert [reading.has(index) for index in (shown_indices[-1], desk.ledger.size - 1)] == [True, False]


def test_the_day_shown_is_the_ledgers_own(desk: Desk) -> None:
    # 05:30 UTC is the evening of the day before in Mexico City.
    assert desk.ledger.as_of(at="2019-04-02T04:30:00Z").day == date(2019, 4, 1)
