"""What had happened by a day: the entries that count by then, and nothing that rests on a later one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import play

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.values.calendar import Certainty
from constancia.ledger.errors import Damaged
from constancia.ledger.reader.dated_states import DatedStatesCache


def test_what_had_not_happened_by_the_day_is_left_out(founded: Desk) -> None:
    before = founded.world.now.date().isoformat()
    for number, act in enumerate(founded.world.commitment("c1")):
        if number == 1:  # proposed today; all that follows on it is said, days later, to have happened then
            founded.clock.advance(timedelta(days=2))
            founded.world.now = founded.clock.now()
        play([act], founded.take)
    ledger = founded.ledger
    dated = ledger.as_of(at=before).dated
    assert dated is not None
    (proposed,) = dated.possible.of(Commitment)
    assert (proposed.status, proposed.scopes) == ("proposed", ())
    day_before = (founded.world.now - timedelta(days=3)).date().isoformat()
    assert list(ledger.as_of(at=day_before).state.of(Commitment)) == []


def test_certain_and_possible_are_apart_by_the_precision_of_the_day(desk: Desk) -> None:
    month, day = desk.ledger.as_of(at="2019").dated, desk.ledger.as_of(at="2019-03-01").dated
    assert month is not None
    assert day is not None
    assert list(month.certain.of(Commitment)) == []
    assert [one.commitment for one in month.possible.of(Commitment)] == ["c1"]
    assert day.certain.document() == day.possible.document() == desk.ledger.state().document()
    assert day.indices == tuple(range(desk.ledger.size))


def test_states_are_folded_once_and_not_without_bound(desk: Desk) -> None:
    cache = DatedStatesCache(desk.ledger.log, desk.ledger._core.states.near)
    known = desk.ledger.state()
    days = [desk.ledger.as_of(at=f"20{year}").as_of for year in range(10, 30)]
    first = cache.at(known, days[-1].first, days[-1].last)
    assert cache.at(known, days[-1].first, days[-1].last) is first
    for one in days:
        cache.at(known, one.first, one.last)
    assert len(cache._found) <= 8
    assert cache.at(known, days[0].first, days[0].last).indices == desk.ledger.as_of(at="2010").indices


def test_entries_of_a_stream_are_those_that_were_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    log = desk.ledger.log
    store = log._store
    whole = list(store.select_events("commitment/c1"))
    of_stream = [entry for entry in map(log.recorded, range(log.size)) if entry.originator_id == "commitment/c1"]
    assert len(whole) > 2
    assert log.later_of("commitment/c1", len(whole)) == of_stream[1:]
    assert log.later_of("commitment/c1", 2) == of_stream[1:2]
    assert log.later_of("commitment/c1", 1) == log.later_of("commitment/none", 0) == []
    rows = whole[1:]
    for wrong in (rows[:-1], [*rows[:-1], replace(rows[-1], state=rows[-1].state + b" ")]):
        monkeypatch.setattr(type(store), "select_events", lambda *_, wrong=wrong, **__: wrong)
        with pytest.raises(Damaged, match="the entries of commitment/c1 in the store"):
            log.later_of("commitment/c1", len(whole))


def test_first_word_on_a_founders_root_ends_it(desk: Desk) -> None:
    """Genesis began its stream, so that the first entry of it is looked up like the later ones of others."""
    root = desk.world.roots["inai"].key_id
    stream = f"key/{root}"
    desk.take(desk.world.root_says("inai", "KeyRevoked", stream, key=root, reason="superseded"))
    assert desk.ledger.state().version(stream) == 1
    [validity] = [each for each in desk.ledger.as_of().answers() if (each.kind, each.name) == ("key", root)]
    assert (validity.holds, validity.until) == (Certainty.NO, desk.clock.now().date().isoformat())


def test_entry_is_of_its_stream_and_known(desk: Desk) -> None:
    log, size = desk.ledger.log, desk.ledger.size
    history = DatedStatesCache(log, desk.ledger._core.states.near).history(desk.ledger.state(size - 1))
    last = log.recorded(size - 2)
    known = history.entry(last.originator_id, last.index)
    assert known is not None
    assert (known.index, known.type) == (last.index, last.statement["type"])
    assert history.entry("commitment/other", last.index) is None
    later = log.recorded(size - 1)
    assert history.entry(later.originator_id, later.index) is None
    assert history.entry(last.originator_id, -1) is None
