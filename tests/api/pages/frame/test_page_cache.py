"""A page is made once for what it is made from, and made again when any of it changes."""

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from tests.api.served import Desk, report
from tests.api.test_witnesses import ledger_of, wait_for_quorum
from tests.ledger.witness_scene import LONG_S, Scene

from constancia.api.pages.frame import frame
from constancia.api.pages.frame.page_cache import PageStore, state_of
from constancia.ledger.views import follower


def new_entry(desk: Desk) -> None:
    desk.take(desk.says("inai", "ProgressReported", "commitment/c1", report()))


def another_day(desk: Desk) -> None:
    desk.clock.advance(timedelta(days=1))


def refused_attempt(desk: Desk) -> None:
    body = report(commitment="none")
    assert desk.post(desk.says("inai", "ProgressReported", "commitment/none", body)).status_code >= 400


CHANGES: dict[str, Callable[[Desk], None]] = {
    "entry": new_entry, "day": another_day, "refused attempt": refused_attempt,
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_z1_a_stored_page_is_not_shown_once_something_changed(adopted: Desk, change: str) -> None:
    adopted.ledger.views.wait()  # a page that was made while they lagged behind has no tag
    first = adopted.http.get("/es/")
    tag = {"If-None-Match": first.headers["etag"]}
    assert adopted.http.get("/es/", headers=tag).status_code == 304
    before = state_of(adopted.ledger)
    CHANGES[change](adopted)
    assert state_of(adopted.ledger) != before
    adopted.ledger.views.wait()
    plain, again = adopted.http.get("/es/"), adopted.http.get("/es/", headers=tag)
    is_same = plain.content == first.content
    assert is_same is (change != "entry")
    assert (plain.headers["etag"] == first.headers["etag"], again.status_code) == (is_same, 304 if is_same else 200)


def test_z2_page_that_is_made_again_is_not_sent_to_who_has_it(adopted: Desk) -> None:
    adopted.ledger.views.wait()  # a page that was made while they lagged behind has no tag
    first = adopted.http.get("/es/")
    another_day(adopted)
    again = adopted.http.get("/es/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_page_that_was_begun_while_the_views_lagged_behind_is_not_stored(
    adopted: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They catch up while it is made: what it says of them would stay until the next entry."""
    adopted.ledger.views.wait()
    first = iter([5])
    monkeypatch.setattr(follower.Views, "position", property(lambda views: next(first, views._reached)))
    lagging = adopted.http.get("/es/")
    assert (lagging.status_code, "etag" in lagging.headers) == (200, False)
    assert "etag" in adopted.http.get("/es/").headers


def test_an_address_has_its_own_page(scene: Desk) -> None:
    scene.ledger.views.wait()
    tags = {scene.http.get(path).headers["etag"] for path in ("/es/", "/en/", "/es/?size=9", "/es/compromisos")}
    assert len(tags) == 4


def test_the_least_used_pages_go_first_and_a_large_one_is_not_stored() -> None:
    store = PageStore(limit=10)
    store.put("a", b"12345", {"ETag": "a"})
    store.put("b", b"12345", {"ETag": "b"})
    assert store.get("a") == (b"12345", {"ETag": "a"})
    store.put("c", b"12345", {"ETag": "c"})
    assert store.get("b") is None
    assert store.get("a") is not None
    store.put("d", b"x" * 11, {"ETag": "d"})
    assert store.get("d") is None


def test_z1_a_page_is_made_again_when_a_witness_answers_no_more(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    former = state_of(ledger)
    witnessed.real[0].stop()
    assert witnessed.desk is not None
    witnessed.desk.adopt()
    until = time.monotonic() + LONG_S
    while "w1" not in ledger.witness_problems:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert (ledger.not_compared, sorted(ledger.witness_problems.items())) in pairwise(state_of(ledger))
    assert former[-1] != state_of(ledger)[-1]


def test_page_says_that_rows_are_missing_once_they_are_late(adopted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else every page of a busy ledger says so while the views rest between two pages of theirs."""
    views = adopted.ledger.views
    views.wait()
    monkeypatch.setattr(frame, "_JUST_RECORDED", 0)
    monkeypatch.setattr(follower, "_PAUSE_S", 60.0)
    monkeypatch.setattr(follower, "_MAX_PAUSE_S", 60.0)
    adopted.take(adopted.world.allege("c1"))
    views.wait()  # and then they rest
    adopted.take(adopted.world.allege("c1"))
    assert views.position < adopted.ledger.size
    assert "Las vistas se están" not in adopted.http.get("/es/integridad").text
    monkeypatch.setattr(follower, "_LATE_S", 0.0)
    assert "Las vistas se están" in adopted.http.get("/es/integridad").text
