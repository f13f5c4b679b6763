"""Bytes in, the same bytes out; and the library's application over them."""

from collections import Counter

import pytest
from eventsourcing.domain import datetime_now_with_tzinfo
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from eventsourcing.utils import resolve_topic
from tests.ledger.conftest import Desk

from constancia.domain.kernel.acts import Recorded
from constancia.ledger.store.application import EntryApplication, open_application
from constancia.ledger.store.mapper import TOPIC, EntryMapper, recorded_of, stored_event, stored_recorded
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.entry import parse_entry


@pytest.fixture
def application(desk: Desk) -> EntryApplication:
    return desk.parts.application


def test_m1_row_holds_the_entry_s_bytes(desk: Desk, application: EntryApplication) -> None:
    for position, raw in enumerate(desk.ledger.log.entries(), start=1):
        [row] = application.recorder.select_notifications(position, 1)
        assert row.state == raw
        assert row.id == position


def test_m1_event_goes_to_a_row_and_back(desk: Desk, application: EntryApplication) -> None:
    entry = parse_entry(desk.ledger.log.entry(5))
    stored = stored_event(entry, 2)
    assert (stored.state, stored.originator_id) == (entry.raw, entry.statement.stream)
    assert application.mapper.to_domain_event(stored) == recorded_of(entry, 2)


def test_m2_event_without_bytes_cannot_be_stored(desk: Desk, application: EntryApplication) -> None:
    with pytest.raises(TypeError, match="only entries"):
        application.mapper.to_stored_event(desk.ledger.log.recorded(0))


def test_statement_in_the_event_is_the_signed_one(desk: Desk) -> None:
    for raw in desk.ledger.log.entries():
        entry = parse_entry(raw)
        assert canonical(recorded_of(entry, 1).statement) == entry.statement.raw


def test_stored_entry_is_seen_as_one_that_is_checked_in_full(desk: Desk) -> None:
    log = desk.ledger.log
    folded = list(log.recorded_from(0, log.size))
    for raw, recorded in zip(log.entries(), folded, strict=True):
        entry = parse_entry(raw)
        checked = recorded_of(entry, recorded.originator_version)
        assert stored_recorded(raw, entry.leaf_hash, recorded.originator_version) == checked == recorded
        assert canonical(recorded.statement) == entry.statement.raw
    places = Counter[str]()
    for recorded in folded:
        places[recorded.originator_id] += 1
        assert recorded.originator_version == places[recorded.originator_id]


def test_topic_is_the_specification_s_and_leads_to_the_event() -> None:
    assert TOPIC == "constancia.domain.acts:Recorded"  # stored in every row: it names no file of today
    assert resolve_topic(TOPIC) is Recorded


@pytest.mark.parametrize(("topic", "state"), [("os:system", b"{}"), (TOPIC, b"{}"), (TOPIC, b"\xff")])
def test_row_that_is_no_entry_is_refused(application: EntryApplication, topic: str, state: bytes) -> None:
    row = StoredEvent(originator_id="ledger", originator_version=1, topic=topic, state=state)
    with pytest.raises(MapperDeserialisationError):
        application.mapper.to_domain_event(row)


def test_stream_can_be_read_through_the_library_s_event_store(desk: Desk, application: EntryApplication) -> None:
    events = list(application.events.get("commitment/c1"))
    assert [event.originator_version for event in events] == [1, 2, 3]
    assert isinstance(application.mapper, EntryMapper)


def test_notification_log_counts_every_entry(desk: Desk, application: EntryApplication) -> None:
    section = application.notification_log["1,10"]
    assert [item.id for item in section.items] == list(range(1, 11))


def test_somebody_else_s_environment_does_not_change_what_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPRESSOR_TOPIC", "zlib")
    monkeypatch.setenv("PERSISTENCE_MODULE", "eventsourcing.popo")
    monkeypatch.setenv("IS_SNAPSHOTTING_ENABLED", "y")
    desk.ledger.close()
    application = open_application(desk.folder, writable=False)
    assert application.recorder.max_notification_id() == desk.ledger.size
    assert application.snapshots is None
    application.close()


def test_time_of_the_event_is_the_entry_s(desk: Desk) -> None:
    entry = parse_entry(desk.ledger.log.entry(3))
    recorded = recorded_of(entry, 1)
    assert recorded.timestamp < datetime_now_with_tzinfo()
    assert recorded.timestamp.isoformat(timespec="milliseconds") == entry.recorded_at.replace("Z", "+00:00")
