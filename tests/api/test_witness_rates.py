"""A witness under load: requests that come to nothing are counted by address, and no log's growth ever is."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.ledger.witnessed import TreeLog
from tests.profile import sampled
from tests.warm import WARM
from tests.witness_process import Home, end

from constancia.api.http.limits import rates as rates_module
from constancia.api.http.limits.rates import Rates
from constancia.api.http.settings import Settings
from constancia.api.witness_app import BODY_TIMEOUT_S
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.witnesses.protocol import MAX_REQUEST_BYTES

LIMIT = 5
TIME_S = sampled(1, BODY_TIMEOUT_S)
LONGEST_S = sampled(0.9, 2.0) * BODY_TIMEOUT_S  # on a busy machine
HURRIED = f"""{WARM}
from constancia.api import witness_app
from constancia.api.cli import main
from constancia.api.http.heads import BoundedHeads
witness_app.BODY_TIMEOUT_S = BoundedHeads.head_timeout_s = {TIME_S}
main()
"""
HEAD = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture
def log() -> TreeLog:
    return TreeLog().grow(100)


@pytest.fixture
def url(tmp_path: Path, log: TreeLog, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("CONSTANCIA_WITNESS_REFUSALS_PER_MINUTE", str(LIMIT))
    process, address = Home.make(tmp_path / "w", "witness.example/busy", log.signer).start()
    yield address
    end(process)


@contextlib.contextmanager
def from_address(host: str, url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, transport=httpx.HTTPTransport(local_address=host), timeout=20) as client:
        yield client


def add(client: httpx.Client, body: bytes) -> int:
    answer = client.post("/add-checkpoint", content=body)
    if answer.status_code == 429:
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers["connection"] == "close"
        assert answer.headers["content-type"].startswith("text/plain")
    return answer.status_code


def connected(url: str) -> socket.socket:
    place = urlsplit(url)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=20)


def test_growth_is_never_limited_and_what_repeats_it_is(url: str, log: TreeLog) -> None:
    with from_address("127.0.0.1", url) as client:
        assert [add(client, log.request(size, size + 1)) for size in range(6 * LIMIT)] == [200] * 6 * LIMIT
        again = log.request(6 * LIMIT, 6 * LIMIT)
        assert [add(client, again) for _ in range(LIMIT + 1)] == [200] * LIMIT + [429]


@pytest.mark.parametrize("what", ["garbage", "stranger", "forged", "stale", "too long"])
def test_what_comes_to_nothing_is_limited_by_address(url: str, log: TreeLog, what: str) -> None:
    body, status = {
        "garbage": (b"", 400),
        "stranger": (TreeLog(signer=LogSigner.generate("example.org/stranger")).grow(5).request(0, 5), 404),
        "forged": (TreeLog().grow(5).request(0, 5), 403),
        "stale": (log.request(1, 5), 409),
        "too long": (b"x" * (MAX_REQUEST_BYTES + 1), 413),
    }[what]
    with from_address("127.0.0.2", url) as noisy, from_address("127.0.0.1", url) as other:
        assert [add(noisy, body) for _ in range(LIMIT + 1)] == [status] * LIMIT + [429]
        assert add(noisy, log.request(0, 5)) == 429, "it is refused unread, whatever it is"
        assert add(other, log.request(0, 5)) == 200


def test_a_proxy_on_this_machine_says_for_whom_it_asks_and_nobody_else_may(url: str) -> None:
    with from_address("127.0.0.1", url) as proxy, from_address("127.0.0.2", url) as liar:
        for client, last in ((proxy, 400), (liar, 429)):
            said = []
            for number in range(LIMIT + 1):
                client.headers["X-Forwarded-For"] = f"192.0.2.{number}"
                said.append(add(client, b""))
            assert said[-1] == last


def test_bodies_that_never_end_are_counted_while_they_last(url: str, log: TreeLog) -> None:
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connected(url)) for _ in range(LIMIT)]
        for one in held:
            one.sendall(HEAD + b"old 0\n")
        late = stack.enter_context(connected(url))
        deadline = time.monotonic() + BODY_TIMEOUT_S / 2
        while True:  # until the server has read the heads of the others
            late.sendall(HEAD)
            answer = late.recv(65_536)
            if answer.startswith(b"HTTP/1.1 429"):
                break
            assert time.monotonic() < deadline
        with from_address("127.0.0.2", url) as other:
            assert add(other, log.request(0, 5)) == 200


def test_a_head_and_a_body_have_their_time(tmp_path: Path, log: TreeLog) -> None:
    """A second each, in the place of ten; that they have ten by themselves is what `make thorough` waits for."""
    home = Home.make(tmp_path / "w", "witness.example/slow", log.signer)
    process, url = home.start(program=("-c", HURRIED))
    with connected(url) as head, connected(url) as body:
        begun = time.monotonic()
        head.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n")
        body.sendall(HEAD + b"old 0\n")
        assert head.recv(65_536) == b"", "the connection is closed"
        assert body.recv(65_536).startswith(b"HTTP/1.1 408")
        assert 0.5 * TIME_S < time.monotonic() - begun < LONGEST_S
    end(process)


def test_the_page_is_limited_too(tmp_path: Path, log: TreeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTANCIA_COSTLY_READS_PER_MINUTE", "3")
    process, url = Home.make(tmp_path / "w", "witness.example/page", log.signer).start()
    with from_address("127.0.0.1", url) as client:
        assert [client.get("/").status_code for _ in range(4)] == [200] * 3 + [429]
        assert add(client, log.request(0, 5)) == 200
    end(process)


def test_no_more_names_than_so_many_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates_module, "MAX_NAMES", 50)
    rates = Rates(Settings(writes_per_minute=2))
    for number in range(500):
        assert rates.take("writes", f"192.0.2.{number}") is None
    assert rates.names == 50
    assert rates.take("writes", "192.0.2.1") is None
    assert rates.take("writes", "192.0.2.1") is not None, "those that are held have their limit still"


def test_client_that_goes_away_is_no_fault_of_the_witness(tmp_path: Path, log: TreeLog) -> None:
    process, url = Home.make(tmp_path / "left", "witness.example/left", log.signer).start()
    for _ in range(3):
        with connected(url) as link:
            link.sendall(HEAD + b"old 0\n")
    with httpx.Client(base_url=url) as client:
        assert client.get("/").status_code == 200
    said = end(process)
    assert "Traceback" not in said
    assert "fault" not in said
