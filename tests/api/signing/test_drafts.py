"""Drafts: stored, found again after a restart, expired, bounded; never an entry."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.served import Desk

from constancia.api.signing.drafts import Draft, DraftLimits, DraftStore, ExpiredDraft
from constancia.ledger.backup.backup import backup
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Busy, LedgerError, ReadOnly
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical

START = datetime(2019, 3, 1, 12, tzinfo=UTC)


def act(**changed: Any) -> dict[str, Any]:
    return {
        "actor": {"appointment": "ap", "capacity": "alternate", "party": "sfp", "person": "p-a"},
        "body": {"choice": "against", "decision": "d-1", "digest": "sha256:" + "0" * 64},
        "ledger": "ledger.example/x",
        "mode": "live",
        "occurred_on": "2019-03-01",
        "schema": 3,
        "stream": "decision/d-1",
        "type": "VoteCast",
    } | changed


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(START)


@pytest.fixture
def store(tmp_path: Path, clock: StoryClock) -> DraftStore:
    return DraftStore(tmp_path / "drafts.sqlite", clock=clock)


def test_d1_a_draft_is_found_again_after_a_restart_without_what_the_signer_adds(
    tmp_path: Path, store: DraftStore, clock: StoryClock
) -> None:
    name = store.put(act(seen={"root": "1" * 64, "size": 7}, signed_at="2019-03-01T12:00:00Z"), "es")
    draft = DraftStore(tmp_path / "drafts.sqlite", clock=clock).get(name)
    assert isinstance(draft, Draft)
    assert {name: value for name, value in draft.prepared.items() if name != "id"} == act()
    assert (draft.lang, draft.made_at, draft.expires_at) == ("es", "2019-03-01T12:00:00Z", "2019-03-31T12:00:00Z")


def test_d1_the_file_may_be_deleted(store: DraftStore, tmp_path: Path) -> None:
    name = store.put(act(), "es")
    (tmp_path / "drafts.sqlite").unlink()
    assert store.get(name) is None
    assert isinstance(store.get(store.put(act(), "es")), Draft)


def test_d1_a_draft_is_no_entry_and_in_no_backup(founded: Desk, tmp_path: Path) -> None:
    size = founded.ledger.size
    store = DraftStore(founded.ledger.folder.drafts, clock=founded.clock)
    name = store.put(act(ledger=founded.ledger.origin), "es")
    assert founded.http.get(f"/es/firmar/{name}").status_code == 200
    assert founded.ledger.size == size
    assert list(tmp_path.glob("ledger/drafts.sqlite"))
    backup(founded.ledger.folder.path, tmp_path / "copy")
    assert not list((tmp_path / "copy").rglob("drafts*"))


def test_d2_an_id_can_not_be_guessed_and_the_same_act_is_one_draft(store: DraftStore) -> None:
    names = {store.put(act(), "es") for _ in range(50)}
    assert len(names) == 50  # each with a statement's id of its own
    assert all(len(name) == 16 and name.isalnum() for name in names)
    again = act(id="00000000-0000-4000-8000-000000000000")
    assert store.put(again, "es") == store.put(canonical(again | signed()), "en")


def signed() -> dict[str, Any]:
    return {"seen": {"root": "0" * 64, "size": 0}, "signed_at": "2019-03-01T12:00:00Z"}


def test_d3_a_draft_expires_says_so_and_is_then_forgotten(store: DraftStore, clock: StoryClock) -> None:
    name = store.put(act(), "es")
    clock.advance(timedelta(days=30))
    assert store.get(name) == ExpiredDraft(id=name, expires_at="2019-03-31T12:00:00Z")
    clock.advance(timedelta(days=31))
    store.put(act(), "es")
    assert store.get(name) is None


def test_d3_an_act_that_has_expired_is_prepared_again(store: DraftStore, clock: StoryClock) -> None:
    prepared = act(id="00000000-0000-4000-8000-000000000000")
    name = store.put(prepared, "es")
    clock.advance(timedelta(days=30))
    later = store.put(prepared, "es")
    assert later != name
    assert isinstance(store.get(later), Draft)


def test_d3_a_full_file_takes_no_more_and_drops_none(tmp_path: Path, clock: StoryClock) -> None:
    store = DraftStore(tmp_path / "d.sqlite", clock=clock, limits=DraftLimits(rows=2))
    names = [store.put(act(), "es") for _ in range(2)]
    with pytest.raises(Busy, match="too many drafts"):
        store.put(act(), "es")
    assert all(isinstance(store.get(name), Draft) for name in names)
    small = DraftStore(tmp_path / "s.sqlite", clock=clock, limits=DraftLimits(size=100))
    with pytest.raises(Busy):
        small.put(act(), "es")


@pytest.mark.parametrize(
    "changed", [{"body": "x"}, {"stream": "nothing"}, {"more": 1}, {"id": "x"}, {"actor": {"capacity": "root"}}]
)
def test_what_is_no_statement_is_no_draft(store: DraftStore, changed: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        store.put(act(**changed), "es")
    with pytest.raises(Malformed, match="ledger"):
        store.put({name: value for name, value in act().items() if name != "ledger"}, "es")
    assert not list(tmp_path.iterdir())


def test_a_reader_reads_and_stores_nothing(tmp_path: Path, store: DraftStore, clock: StoryClock) -> None:
    name = store.put(act(), "es")
    reader = DraftStore(tmp_path / "drafts.sqlite", clock=clock, writable=False)
    assert isinstance(reader.get(name), Draft)
    with pytest.raises(ReadOnly):
        reader.put(act(), "es")


def test_a_file_that_is_no_database_is_named(tmp_path: Path, store: DraftStore) -> None:
    (tmp_path / "drafts.sqlite").write_bytes(b"no database " * 500)
    with pytest.raises(LedgerError, match="taken away"):
        store.get("x")


def test_threads_store_at_once(store: DraftStore, tmp_path: Path) -> None:
    threads = [threading.Thread(target=lambda: [store.put(act(), "es") for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(sqlite3.connect(tmp_path / "drafts.sqlite")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM drafts").fetchone() == (40,)


def test_page_of_a_draft_that_has_expired_says_since_when_and_what_to_do(founded: Desk) -> None:
    store = DraftStore(founded.ledger.folder.drafts, clock=founded.clock)
    name = store.put(act(ledger=founded.ledger.origin), "es")
    founded.clock.advance(timedelta(days=31))
    answer = founded.http.get(f"/es/firmar/{name}")
    assert answer.status_code == 410
    assert "Este borrador caducó" in answer.text
    assert "Pida una liga nueva" in answer.text
    assert "has expired" in founded.http.get(f"/en/sign/{name}").text
    assert founded.http.get("/es/firmar/nothing").status_code == 404
    assert founded.http.get(f"/es/preparar/listo/{name}").status_code == 410


def test_d3_a_crowded_file_takes_drafts_for_two_days(tmp_path: Path, clock: StoryClock) -> None:
    """Who floods it keeps nobody out for a month: what was prepared before waits its whole time."""
    store = DraftStore(tmp_path / "d.sqlite", clock=clock, limits=DraftLimits(rows=4))
    first, second = (store.put(act(), "es") for _ in range(2))
    flood = [store.put(act(), "es") for _ in range(2)]
    with pytest.raises(Busy):
        store.put(act(), "es")
    clock.advance(timedelta(days=2, seconds=1))
    assert all(isinstance(store.get(name), ExpiredDraft) for name in flood)
    after = store.put(act(), "es")
    assert all(isinstance(store.get(name), Draft) for name in (first, second, after))
