"""What had happened by a day is folded from a stored state, and is what the entries alone give."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.views.test_reading import shown
from tests.ledger.world import Signed

from constancia.domain.kernel.acts import Recorded
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.states import States
from constancia.ledger.snapshots import snapshot_store
from constancia.ledger.views.reading import Readings
from constancia.verify.core.formats.canonical import canonical


def dated(desk: Desk, day: str) -> Signed:
    """An allegation of an earlier day."""
    statement = json.loads(desk.world.allege("c1").statement) | {"occurred_on": day}
    raw = canonical(statement)
    return Signed(statement=raw, signatures=(desk.world.keys["nosc"].sign(raw),))


def test_f6_day_is_reached_from_stored_states(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded later about a day is in it; the entries up to the stored state are not read."""
    monkeypatch.setattr(snapshot_store, "EVERY", 8)
    desk.reopen()
    day, clock = desk.world.today, desk.clock
    clock.advance(timedelta(days=3))
    desk.world.now = clock.now()
    desk.take(dated(desk, day))
    desk.take(desk.world.allege("c1"))
    desk.reopen()
    alone = Readings(desk.ledger.log, States(desk.ledger.log, desk.ledger.origin), clock)
    read, asking = list[int](), threading.get_ident()
    recorded_from = Log.recorded_from

    def noted(log: Log, start: int, stop: int) -> Iterator[Recorded]:
        if threading.get_ident() == asking:  # the views and the check behind the scenes read in threads of their own
            read.extend(range(start, stop))
        return recorded_from(log, start, stop)

    expected = {"2018-12-31": [], day: [24, 25, 26], day[:7]: [24, 25, 26, 27], "2030": [24, 25, 26, 27]}
    for asked, indices in expected.items():
        right = shown(alone.at(None, None, asked))
        read.clear()
        with monkeypatch.context() as patched:
            patched.setattr(Log, "recorded_from", noted)
            reading = desk.ledger.as_of(at=asked)
            assert [index for index in read if index >= 24] == indices
        assert shown(reading) == right
        assert [reading.has(index) for index in (26, 27)] == [index in indices for index in (26, 27)]
