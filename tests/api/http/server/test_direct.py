"""What is answered directly is what the routes answer, field by field."""

from datetime import timedelta
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError
from fastapi import FastAPI
from opentelemetry import metrics
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.api.served import UNLIMITED, Desk
from tests.rows import each_row

from constancia.api.app import create_app
from constancia.api.http.representation import IMMUTABLE
from constancia.api.http.server.direct import AnswerStore, Direct, Key
from constancia.api.http.settings import Settings
from constancia.api.routers import direct as direct_routes
from constancia.api.routers.log import entries
from constancia.ledger.errors import LedgerError, NotFound
from constancia.ledger.ledger import Ledger


def without_direct(ledger: Ledger, settings: Settings) -> FastAPI:
    """Build the application as it would be with the framework's way alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct_routes, "answer_directly", lambda *_: None)
        return create_app(ledger, settings)


@pytest.fixture(scope="module")
def ways(scene: Desk) -> tuple[TestClient, TestClient]:
    """The application as it is, and with its router alone."""
    whole, plain = create_app(scene.ledger, UNLIMITED), without_direct(scene.ledger, UNLIMITED)
    names = [[getattr(each.cls, "__name__", "") for each in app.user_middleware] for app in (whole, plain)]
    assert [Direct.__name__ in each for each in names] == [True, False]
    return TestClient(whole), TestClient(plain)


def shown(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.headers.items())


@each_row("path", ["/checkpoint", "/api/v1/entries/3", "/api/v1/receipts/3", "/api/v1/commitments", "TILE", "BUNDLE"])
@each_row(
    "headers",
    [
        {},
        {"Accept": "application/json"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "gzip;q=0"},
        {"Range": "bytes=0-9"},
        {"If-None-Match": "*"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@each_row("method", ["GET", "HEAD"])
def test_answers_are_the_routes_own(
    ways: tuple[TestClient, TestClient], scene: Desk, path: str, headers: dict[str, str], method: str
) -> None:
    size = scene.ledger.size
    path = {"TILE": f"/tile/0/000.p/{size}", "BUNDLE": f"/tile/entries/000.p/{size}"}.get(path, path)
    direct, plain = ways
    expected = shown(plain.request(method, path, headers=headers))
    assert [shown(direct.request(method, path, headers=headers)) for _ in range(2)] == [expected] * 2


@each_row(
    "path",
    ["/api/v1/entries/99999", "/api/v1/receipts/99999", "/api/v1/entries/03", "/tile/0/9", "/checkpoint?a=1",
     "/checkpoint/", "/api/v1/receipts/3?size=1", "/api/v1/entries/٣"],
)  # fmt: skip
def test_what_is_refused_is_refused_alike(ways: tuple[TestClient, TestClient], path: str) -> None:
    direct, plain = ways
    assert shown(direct.get(path)) == shown(plain.get(path))


@each_row(
    ("body", "headers"),
    [
        (b"{}", {}),
        (b"{}", {"Content-Type": "application/json"}),
        (b"[", {"Content-Type": "application/json"}),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
        (b"{}", {"Content-Type": "application/json", "Origin": "https://elsewhere.example"}),
        (b"x" * 70_000, {"Content-Type": "application/json"}),
    ],
)
def test_what_is_handed_in_wrongly_is_refused_alike(
    ways: tuple[TestClient, TestClient], body: bytes, headers: dict[str, str]
) -> None:
    answers = [shown(way.post("/api/v1/entries", content=body, headers=headers)) for way in ways]
    assert answers[0] == answers[1]
    assert answers[0][0] >= 400


@pytest.mark.parametrize(
    "error",
    [NotFound("…"), LedgerError("…"), TimeoutError(), HTTPException(418, "…"), OperationalError("…"), ValueError("…"),
     ClientDisconnect()],
    ids=repr,
)  # fmt: skip
def test_every_error_of_an_answer_is_that_of_the_route(
    ways: tuple[TestClient, TestClient], error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Response:
        raise error

    monkeypatch.setattr(entries, "receipt", broken)
    monkeypatch.setattr(entries, "represent", broken)
    monkeypatch.setattr(entries, "check_json", broken)
    clients = [TestClient(way.app, raise_server_exceptions=False) for way in ways]
    for method, path in (("GET", "/api/v1/entries/2"), ("HEAD", "/api/v1/entries/2"), ("POST", "/api/v1/entries")):
        answers = [shown(client.request(method, path)) for client in clients]
        assert answers[0] == answers[1]
        assert answers[0][0] >= 400


def test_store_is_bounded_and_takes_only_what_never_changes() -> None:
    store = AnswerStore(limit=2 * 2_100)
    for name in "abc":
        store.put((name, False), Response(b"x" * 10, headers={"Cache-Control": IMMUTABLE}))
    store.put(("brief", False), Response(b"x"))
    store.put(("fault", False), Response(b"x", 404, headers={"Cache-Control": IMMUTABLE}))
    assert [store.get((name, False)) is not None for name in ("a", "b", "c", "brief", "fault")] == [
        False, True, True, False, False,
    ]  # fmt: skip
    store.put(("marked", False), Response(b"x"), mark=(3, "a day"))
    assert store.get(("marked", False), (3, "a day")) is not None
    assert store.get(("marked", False), (4, "a day")) is store.get(("marked", False)) is None


def test_no_header_of_a_client_makes_a_second_copy(ways: tuple[TestClient, TestClient], scene: Desk) -> None:
    keys: set[object] = set()

    class Watched(AnswerStore):
        def put(self, key: Key, answer: Response, mark: object = None) -> None:
            keys.add(key)
            super().put(key, answer, mark)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct_routes, "AnswerStore", Watched)
        app = create_app(scene.ledger, UNLIMITED)
    path = f"/tile/entries/000.p/{scene.ledger.size}"
    client, plain = TestClient(app), ways[1]
    for number in range(20):
        for coding in (f"x{number}" * 100, f"gzip, x{number}", f"gzip;q=0.{number}, identity;q=0.9"):
            headers = [("Accept-Encoding", coding), ("Accept-Encoding", "gzip")]
            assert shown(client.get(path, headers=headers)) == shown(plain.get(path, headers=headers))
    assert len(keys) == 2


def test_list_is_made_again_for_each_size_and_day(adopted: Desk) -> None:
    before = adopted.http.get("/api/v1/allegations").json()
    assert adopted.http.get("/api/v1/allegations").json() == before
    adopted.take(adopted.world.allege("c1"))
    after = adopted.http.get("/api/v1/allegations").json()
    assert (after["size"], len(after["items"])) == (before["size"] + 1, len(before["items"]) + 1)
    adopted.clock.set(adopted.clock.now() + timedelta(days=1))
    assert adopted.http.get("/api/v1/allegations").json()["day"] > after["day"]


def test_checkpoint_is_made_again_for_each_note(adopted: Desk) -> None:
    answers = []
    for _ in range(3):
        adopted.take(adopted.world.allege("c1"))
        answers += [adopted.http.get("/checkpoint").content for _ in range(2)]
        assert answers[-1] == answers[-2] == adopted.ledger.log.checkpoint()
    assert len(set(answers)) == 3


def test_no_variable_of_the_process_makes_the_framework_watch_requests(
    scene: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = type("Provider", (), {"get_meter": None})()  # as one that the environment has set up would be
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: provider)
    assert FastAPI()._native_telemetry.enabled()
    assert not create_app(scene.ledger, UNLIMITED)._native_telemetry.enabled()
