"""A witness's process over HTTP: every status of the specification, bounds, alarms, and kill -9 of the real thing."""

import base64
import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from tests.ledger.witnessed import ORIGIN, TreeLog
from tests.witness_process import PASSPHRASE, ROOT, Home, end

from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.witnesses.protocol import MAX_REQUEST_BYTES, format_request, parse_answer
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import NoteSignature, format_note, format_vkey, parse_note, parse_vkey
from constancia.verify.trust.policy_file import parse_policy


@pytest.fixture
def log() -> TreeLog:
    return TreeLog().grow(20)


@pytest.fixture
def home(tmp_path: Path, log: TreeLog) -> Home:
    return Home.make(tmp_path / "w", "witness.example/http", log.signer)


@pytest.fixture
def url(home: Home) -> Iterator[str]:
    process, address = home.start()
    yield address
    end(process)


def post(url: str, body: bytes) -> httpx.Response:
    return httpx.post(f"{url}/add-checkpoint", content=body, timeout=20)


def test_every_status_of_the_specification(url: str, home: Home, log: TreeLog) -> None:
    cosigned = post(url, log.request(0, 5))
    assert cosigned.status_code == 200
    text = parse_note(log.checkpoint(5)).text
    lines = parse_answer(text, cosigned.content)
    now = time.time()
    for key, line in zip(home.cosigner.keys, lines, strict=True):
        assert abs(verify_cosignature(key, line, text) - now) < 60
    conflict = post(url, log.request(0, 9))
    assert (conflict.status_code, conflict.content) == (409, b"5\n")
    assert conflict.headers["content-type"] == "text/x.tlog.size"
    stranger = TreeLog(signer=LogSigner.generate("example.org/stranger")).grow(5)
    forger = TreeLog(signer=LogSigner.generate(ORIGIN)).grow(9)
    for body, status in (
        (b"", 400),
        (b"old x\n\n", 400),
        (format_request(9, (), log.checkpoint(5)), 400),
        (stranger.request(0, 5), 404),
        (forger.request(5, 9), 403),
        (format_request(5, (), log.fork(2, 5).checkpoint(5)), 422),
        (format_request(5, (), log.checkpoint(9)), 422),
    ):
        answer = post(url, body)
        assert answer.status_code == status, body[:60]
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["cache-control"] == "no-store"
    assert post(url, log.request(5, 9)).status_code == 200


def test_anybody_can_ask_for_what_was_cosigned_last(url: str, home: Home, log: TreeLog) -> None:
    address = f"{url}/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert httpx.get(address).status_code == 404
    for old, new in ((0, 5), (5, 9)):
        assert post(url, log.request(old, new)).status_code == 200
        answer = httpx.get(address)
        assert answer.status_code == 200
        note = parse_note(answer.content)
        assert note.text == parse_note(log.checkpoint(new)).text
        for key in home.cosigner.keys:
            [line] = [line for line in note.signatures if key.matches(line)]
            assert abs(verify_cosignature(key, line, note.text) - time.time()) < 60
    post(url, format_request(9, (), log.fork(2, 9).checkpoint(9)))
    assert parse_note(httpx.get(address).content).text == parse_note(log.checkpoint(9)).text
    assert httpx.get(f"{url}/{'0' * 64}/checkpoint").status_code == 404


def test_grease_in_the_note_is_ignored(url: str, log: TreeLog) -> None:
    note = parse_note(log.checkpoint(5))
    grease = [
        NoteSignature(name=f"grease.example/{n}", key_hash=os.urandom(4), blob=os.urandom(500)) for n in range(30)
    ]
    assert post(url, format_request(0, (), format_note(note.text, [*grease, *note.signatures]))).status_code == 200


def test_other_paths_and_methods(url: str) -> None:
    assert httpx.get(f"{url}/add-checkpoint").status_code == 405
    assert httpx.post(f"{url}/", content=b"").status_code == 405
    assert httpx.get(f"{url}/tile/0/000").status_code == 404


def test_body_is_bounded(url: str) -> None:
    assert post(url, b"old 0\n\n" + b"x" * MAX_REQUEST_BYTES).status_code == 413


def test_endless_body_is_cut_off(url: str) -> None:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 * MAX_REQUEST_BYTES:
            sent += 65_536
            yield b"x" * 65_536

    try:
        connection.request("POST", f"{place.path}/add-checkpoint", body=endless(), encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it hung up on us, which is as good
    finally:
        connection.close()
    assert sent < 100 * MAX_REQUEST_BYTES


def test_slow_bodies_do_not_hold_up_others(url: str, log: TreeLog) -> None:
    place = urlsplit(url)
    held = []
    for _ in range(20):
        one = socket.create_connection((place.hostname, place.port or 0))
        one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000\r\n\r\nold 0\n")
        held.append(one)
    started = time.monotonic()
    assert post(url, log.request(0, 5)).status_code == 200
    assert time.monotonic() - started < 5
    for one in held:
        one.close()


def test_concurrent_requests_are_cosigned_once(url: str, log: TreeLog) -> None:
    """Eight ask at once from the same size for eight sizes: one passes, the others get the new size."""
    answers: list[httpx.Response] = []

    def ask(size: int) -> None:
        answers.append(post(url, log.request(0, size)))

    threads = [threading.Thread(target=ask, args=(size,)) for size in range(5, 13)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.status_code for one in answers) == [200] + [409] * 7
    [passed] = [one for one in answers if one.status_code == 200]
    told = {one.text for one in answers if one.status_code == 409}
    assert len(told) == 1
    size = int(told.pop())
    assert parse_answer(parse_note(log.checkpoint(size)).text, passed.content)


def test_kill_9_at_any_moment_never_rolls_back(home: Home, log: TreeLog) -> None:
    """Rounds of growth under kill -9: whatever was answered is remembered by the next process.

    The time to the kill runs from an answer, not from the start: however slow the machine, each round has answers
    before it, and requests under way when it comes.
    """
    log.grow(2_000)
    answered = 0
    for delay in (0.0, 0.005, 0.02, 0.08):
        process, url = home.start()
        killer = threading.Timer(delay, process.kill)
        told = post(url, log.request(0, 1))
        size = int(told.text) if told.status_code == 409 else 1
        assert size >= answered
        until = size + 3
        with contextlib.suppress(httpx.HTTPError):
            while True:
                assert post(url, log.request(size, size + 1)).status_code == 200
                size = answered = size + 1
                if size == until:
                    killer.start()
        assert size >= until, "it died of something else"
        killer.join()
        process.communicate(timeout=20)
        assert process.returncode == -signal.SIGKILL
    assert answered >= 12
    process, url = home.start()
    try:
        for older in (0, answered // 2, answered - 1):
            refused = post(url, log.request(older, answered))
            assert refused.status_code == 409
            assert int(refused.text) >= answered
    finally:
        end(process)


def test_alarm_is_said_and_the_evidence_can_be_shown(home: Home, log: TreeLog) -> None:
    process, url = home.start()
    post(url, log.request(0, 5))
    fork = format_request(5, (), log.fork(2, 5).checkpoint(5))
    post(url, fork)
    assert "evidence 1" in httpx.get(f"{url}/").text
    said = end(process)
    assert f"ALARM {ORIGIN}: RootConflict" in said
    shown = subprocess.run(
        home.command("--show"), cwd=ROOT / ".import", capture_output=True, text=True, check=True, timeout=60
    )
    assert fork.decode() in shown.stdout
    assert log.checkpoint(5).decode().split("\n")[2] in shown.stdout


def test_page_says_the_keys_and_the_sizes(url: str, home: Home, log: TreeLog) -> None:
    post(url, log.request(0, 5))
    page = httpx.get(f"{url}/").text
    assert f"log {ORIGIN} size 5 root {log.tree.root(5).hex()}" in page
    for key in home.cosigner.keys:
        assert format_vkey(key) in page


def test_prefix(home: Home, log: TreeLog) -> None:
    process, url = home.start("--prefix", "/inai/")
    try:
        assert url.endswith("/inai")
        assert post(url, log.request(0, 5)).status_code == 200
        assert httpx.post(url.removesuffix("/inai") + "/add-checkpoint", content=b"").status_code == 404
    finally:
        end(process)


def test_closed_standard_input_ends_it(home: Home) -> None:
    process, _url = home.start("--stop-with-stdin")
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    assert process.wait(60) == 0
    process.communicate()


@pytest.mark.parametrize(
    ("more", "said"),
    [(["--create"], "exists"), (["--listen", "nowhere"], "HOST"), (["--store", "other.sqlite"], "--create")],
)
def test_wrong_starts_say_what_to_do(home: Home, more: list[str], said: str) -> None:
    process, _url = home.start()
    end(process)
    command = home.command(*more)
    failed = subprocess.run(
        command, cwd=home.folder, env={**os.environ, "PYTHONPATH": str(ROOT / ".import")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert failed.returncode == 76
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_keygen_prints_the_policy_lines(tmp_path: Path, log: TreeLog) -> None:
    (tmp_path / "passphrase").write_bytes(PASSPHRASE)
    arguments = ["keygen", str(tmp_path / "w.pem"), "--passphrase-file", str(tmp_path / "passphrase")]
    done = subprocess.run(
        [sys.executable, "-m", "constancia", *arguments, "--witness", "inai.example/testigo"],
        cwd=ROOT / ".import", capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    policy = parse_policy(f"log {log.signer.vkey}\n{done.stdout}quorum inai.example\n")
    assert list(policy.witnesses) == ["inai.example", "inai.example-mldsa44"]
    assert {parse_vkey(format_vkey(one)).name for one in policy.witnesses.values()} == {"inai.example/testigo"}


def test_answers_hold_no_more_than_base64_lines(url: str, log: TreeLog) -> None:
    """What other programs split by spaces is exactly what the format has."""
    for line in post(url, log.request(0, 5)).text.splitlines():
        dash, name, data = line.split(" ")
        assert (dash, name) == ("\u2014", "witness.example/http")
        base64.b64decode(data, validate=True)


def test_witness_loads_no_law_and_no_pages() -> None:
    """It judges checkpoints alone. Three of them start with each demonstration."""
    loads = "import sys, constancia.api.http.server.serving, constancia.api.witness_app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "constancia.ledger.witnesses.witness" in loaded
    assert {name for name in loaded if name.split(".")[0] in ("fastapi", "jinja2")} == set()
    assert {name for name in loaded if name.startswith(("constancia.domain", "constancia.api.pages"))} == set()
