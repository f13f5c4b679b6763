"""Who looks after the store and the log's key: again and again, whatever happens, until it is closed or all is lost."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from tests.ledger.conftest import Desk

from constancia.ledger.append import store_watch
from constancia.ledger.append.store_watch import StoreGuard, StoreWatch, TokenGuard
from constancia.ledger.errors import Fatal, StoreUnavailable, TokenUnavailable
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.store.sqlite_recorder import LedgerRecorder

WAIT_S = 20
GONE = StoreUnavailable("E_STORE_GONE", "no responde", "it does not answer")
IN_DOUBT = StoreUnavailable("E_STORE_DOUBT", "no se sabe", "nobody knows")


def watched(desk: Desk, look_after: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> StoreWatch:
    monkeypatch.setattr(store_watch, "_EVERY_S", 0.005)
    monkeypatch.setattr(desk.writer, "look_after", look_after)
    assert desk.parts.sequencer is not None
    return StoreWatch(desk.writer, desk.parts.sequencer)


def test_a_fault_of_ours_is_logged_and_the_next_look_is_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks, is_over = list[int](), threading.Event()

    def look() -> None:
        looks.append(len(looks))
        if len(looks) == 1:
            raise ZeroDivisionError("a bug")
        if len(looks) == 3:
            is_over.set()

    watch = watched(desk, look, monkeypatch)
    assert is_over.wait(WAIT_S)
    for _ in range(2):
        watch.close()
    assert not watch._thread.is_alive()
    assert [record.exc_info is not None for record in caplog.records if "it goes on" in record.message] == [True]
    assert desk.ledger.failure is None


def test_a_store_that_is_another_one_stops_the_writer_and_is_looked_after_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, fault = list[int](), Fatal("the store ends elsewhere", where="batches")

    def look() -> None:
        looks.append(len(looks))
        raise fault

    watch = watched(desk, look, monkeypatch)
    watch._thread.join(WAIT_S)
    assert (watch._thread.is_alive(), watch._thread.daemon, looks) == (False, True, [0])
    assert desk.ledger.failure is fault
    with pytest.raises(Fatal, match="ends elsewhere"):
        desk.ledger.append(desk.world.allege("c1").parsed)
    watch.close()


@pytest.mark.parametrize("away", [None, GONE])
@pytest.mark.parametrize("unsettled", [None, IN_DOUBT])
def test_nothing_is_taken_in_while_the_store_is_away_or_a_batch_in_doubt(
    away: StoreUnavailable | None,
    unsettled: StoreUnavailable | None,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LedgerRecorder, "away", property(lambda _: away))
    monkeypatch.setattr(desk.writer, "unsettled", unsettled)
    assert StoreGuard(desk.parts.application.store, desk.writer).refusal(wait=True) is (away or unsettled)


def test_nothing_is_taken_in_while_a_token_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = TokenUnavailable("E_TOKEN_GONE", "no está", "it is not there")
    tokens = list[SimpleNamespace]()
    monkeypatch.setattr(LogSigner, "tokens", property(lambda _: tuple(tokens)))
    for states, expected in (((), None), ((None, None), None), ((None, gone), gone), ((gone, None), gone)):
        tokens[:] = [SimpleNamespace(unavailable=state) for state in states]
        assert TokenGuard(desk.signer).refusal() is expected
