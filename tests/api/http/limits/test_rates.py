"""What costs is answered a bounded number of times within a minute; nobody uses up another's share."""

import socket
import time
from typing import Any

import httpx
import pytest
from tests.api.served import Desk, document, json_of, report, serving
from tests.rows import each_row

from constancia.api.http.limits import rates
from constancia.api.http.limits.rates import Attempts, Rates, address_of_client
from constancia.api.http.limits.security import may_replay
from constancia.api.http.server.heads import BoundedHeads
from constancia.api.http.settings import Settings

NONE = {"writes_per_minute": 0, "costly_reads_per_minute": 0, "entries_per_key_per_minute": 0}


@pytest.fixture(autouse=True)
def _away_from_the_end_of_a_minute() -> None:
    """A window is a minute of the clock; a test that began at its end would see two."""
    if (left := 60 - time.time() % 60) < 5:
        time.sleep(left + 0.1)


def limited(desk: Desk, **limits: int) -> Any:
    return serving(desk.ledger, Settings.model_validate({**NONE, **limits}))


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert json_of(answer)["code"] == "E_RATE"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_address_writes_so_often_within_a_minute(founded: Desk) -> None:
    with limited(founded, writes_per_minute=3) as url:
        for _ in range(3):
            assert httpx.post(f"{url}/api/v1/documents", content=b"x").status_code == 403
        refused(httpx.post(f"{url}/api/v1/documents", content=b"x"))
        refused(httpx.post(f"{url}/api/v1/entries", content=b"{}"))
        assert httpx.get(f"{url}/api/v1/state").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/state", "/api/v1/derived", "/es/?size=1", "/en/entries?start=0&size=1", "/api/v1/parties?size=1",
        "/es/?s%69ze=1", "/es/cambios?de=%230", "/api/v1/changes",
        "/es/pruebe?what=vote", "/en/try?wh%61t=vote",
    ],
)  # fmt: skip
def test_an_address_has_entries_replayed_so_often_within_a_minute(adopted: Desk, path: str) -> None:
    with limited(adopted, costly_reads_per_minute=2) as url:
        for _ in range(2):
            assert httpx.get(url + path).status_code == 200
        refused(httpx.get(url + path))
        refused(httpx.get(f"{url}/api/v1/state?size=1"))
        for free in ("/checkpoint", "/es/", "/api/v1/entries?size=1", "/es/pruebe", "/static/site.css"):
            for _ in range(3):
                assert httpx.get(url + free).status_code == 200, free


@each_row(
    ("path", "query", "expected"),
    [
        ("/en/try/copia-alterada.zip", b"what=vote", True), ("/es/pruebe", b"", False), ("/en/try", b"q=what", False),
        ("/es/", b"%73ize=", True), ("/es/", b"sizes=1", False), ("/libro/es/", b"known=2019", True),
    ],
)  # fmt: skip
def test_what_costs_is_known_by_path_and_names_of_parameters(path: str, query: bytes, expected: bool) -> None:
    prefix = "/libro" if path.startswith("/libro") else ""
    assert may_replay({"path": path, "root_path": prefix, "query_string": query}) is expected


def test_a_key_is_recorded_so_often_and_is_not_used_up_by_others(adopted: Desk) -> None:
    def said(party: str, n: int) -> bytes:
        return document(adopted.says(party, "ProgressReported", "commitment/c1", report(report=f"r{n}")))

    with (
        limited(adopted, entries_per_key_per_minute=1) as url,
        httpx.Client(base_url=url, headers={"Content-Type": "application/json"}) as http,
    ):
        forged = said("inai", 7).replace(b'"report":"r7"', b'"report":"r8"')
        for _ in range(3):  # in somebody's name, with a signature that does not hold
            assert http.post("/api/v1/entries", content=forged).status_code == 401
        first = said("inai", 7)
        assert http.post("/api/v1/entries", content=first).status_code == 201
        adopted.world.look(adopted.ledger.log)
        refused(http.post("/api/v1/entries", content=said("inai", 9)))
        assert http.post("/api/v1/entries", content=said("sfp", 10)).status_code == 201


def test_requests_under_way_count_as_much_as_those_that_did_not_advance_the_witness() -> None:
    attempts = Attempts(Rates(Settings.model_validate({**NONE, "witness_refusals_per_minute": 3})))
    assert [attempts.begin("a") is None for _ in range(4)] == [True, True, True, False]
    assert attempts.begin("b") is None
    attempts.end("a", moved=True)
    assert attempts.begin("a") is None
    for _ in range(3):
        attempts.end("a", moved=False)
    assert attempts.begin("a") is not None


def test_no_more_addresses_are_in_memory_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_NAMES", 3)
    counters = Rates(Settings.model_validate({**NONE, "writes_per_minute": 1}))
    assert [counters.take("writes", name) for name in "abcde"] == [None] * 5
    assert counters.names == 3
    # Those in memory are counted on; the others are not limited.
    assert [counters.take("writes", name) is None for name in "abcde"] == [False, False, False, True, True]


def test_limits_are_off_where_they_are_zero() -> None:
    rates = Rates(Settings.model_validate(NONE))
    assert all(rates.take("writes", "a") is None for _ in range(1000))


@each_row(
    ("host", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.07", "192.0.2.07"),
        ("192.0.2.777", "192.0.2.777"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_an_ipv4_address_or_an_ipv6_network(host: str, name: str) -> None:
    assert address_of_client({"client": (host, 1)}) == name
    assert address_of_client({"client": None}) == ""


def connected(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHeads, "head_timeout_s", 0.4)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("before", [b"", b"GET /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("head", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_in_time_ends_the_connection(adopted: Desk, head: bytes, before: bytes) -> None:
    with serving(adopted.ledger) as url, connected(url) as line:
        line.settimeout(0.1)
        line.sendall(before + head)
        got, until = b"", time.monotonic() + 4
        while time.monotonic() < until:
            try:
                data = line.recv(65536)
            except TimeoutError:
                line.sendall(b"X: y\r\n" if head else b"")  # a drop now and then does not help
                continue
            except OSError:
                break
            if not data:
                break
            got += data
        else:
            pytest.fail("the connection is still open")
        assert got.startswith(b"HTTP/1.1 200") == bool(before)


@pytest.mark.usefixtures("_impatient")
def test_a_request_under_way_has_no_such_limit(adopted: Desk) -> None:
    with serving(adopted.ledger) as url, connected(url) as line:
        line.sendall(b"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        line.sendall(b"Content-Length: 2\r\n\r\n")
        time.sleep(1)
        line.sendall(b"{}")
        assert line.recv(65536).startswith(b"HTTP/1.1 400")
