"""`constancia serve` at its end, with clients that are slow, silent or gone: in time, and quiet on the console."""

import contextlib
import re
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.e2e.test_behind_proxy import ENVIRONMENT
from tests.e2e.test_witnesses import copy, until, unwitnessed
from tests.warm import COMMAND
from tests.witness_process import ROOT

__all__ = ("copy", "unwitnessed")

GRACE_S = 10  # for requests under way; that it is the default is shown in tests/api/http/server/test_serving.py
SHORT_S = 1  # as an operator may choose it
STOP_S = SHORT_S + 15  # the machine of the tests is busy


@dataclass
class Served:
    """A server as a process, and its console."""

    process: subprocess.Popen[bytes]
    console: Path
    port: int

    def connected(self, data: bytes) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.sendall(data)
        return made

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=30)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, float]:
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(STOP_S)
        return code, self.console.read_text(), time.monotonic() - begun


@contextlib.contextmanager
def started(folder: Path, *options: str, prefix: Sequence[str] = (), grace_s: int = GRACE_S) -> Iterator[Served]:
    """Serve a folder; `prefix` goes before the command."""
    environment = {**ENVIRONMENT, "CONSTANCIA_STOP_TIMEOUT_S": str(grace_s)}
    console = folder.with_name("console")
    with console.open("wb") as output:
        command = [*prefix, *COMMAND, "serve", "--dir", str(folder), "--port", "0", *options]
        process = subprocess.Popen(command, cwd=ROOT / ".import", stdout=output, stderr=output, env=environment)
        try:
            shown = r"at http://127\.0\.0\.1:(\d+)/es/"
            until(lambda: re.search(shown, console.read_text()))
            [port] = re.findall(shown, console.read_text())
            served = Served(process, console, int(port))

            def answers() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    return served.get("/healthz").status_code in (200, 503)
                return False

            until(answers)
            yield served
        finally:
            process.kill()
            process.wait()


HEAD = b"Host: libro\r\nContent-Type: application/json\r\n"
POST = b"POST /api/v1/%s HTTP/1.1\r\n" + HEAD + b"Content-Length: 60000\r\n\r\n{"
CHUNKED = b"POST /api/v1/entries HTTP/1.1\r\n" + HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"sta'
CLIENTS = {
    "half a head": b"GET /es/ HTTP/1.1\r\nHost: li",
    "half a statement": POST % b"entries",
    "half a draft": POST % b"drafts",
    "half a document": POST % b"documents",
    "half a chunk": CHUNKED,
    "idle after an answer": b"GET /checkpoint HTTP/1.1\r\nHost: libro\r\n\r\n",
    "does not read": b"GET /api/v1/state HTTP/1.1\r\nHost: libro\r\n\r\n" * 40,
}


def quiet(console: str) -> bool:
    """Whether the console holds what the server says at its start, and no trace of an error.

    What answers where the copied ledger's witnesses were may be another test's server: its words are left out.
    """
    console = re.sub(r"^.* constancia\.ledger\.witnesses\..*$", "", console, flags=re.MULTILINE)
    return not re.search(r"Traceback|Exception|Error|Cancelled|\bFile \"", console)


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGTERM, "copy"), (signal.SIGINT, "unwitnessed")], ids=["SIGTERM", "SIGINT"]
)
def test_stop_with_slow_clients_is_in_time_and_quiet(
    number: signal.Signals, kind: str, request: pytest.FixtureRequest
) -> None:
    """Once while witnesses that are not there are asked again and again."""
    folder: Path = request.getfixturevalue(kind)
    with started(folder, grace_s=SHORT_S) as served, contextlib.ExitStack() as stack:
        for data in CLIENTS.values():
            stack.enter_context(served.connected(data))
        assert served.get("/checkpoint").status_code == 200
        code, console, seconds = served.stop(number)
    assert quiet(console), console
    assert code == {signal.SIGTERM: 0, signal.SIGINT: 130}[number], console
    assert not [each.name for each in folder.iterdir() if each.name.endswith("-wal")], "the ledger was closed"
    assert SHORT_S / 2 < seconds < STOP_S, "requests under way have their time, and no more"


def test_clients_that_are_gone_leave_the_console_quiet(unwitnessed: Path) -> None:
    with started(unwitnessed, grace_s=SHORT_S) as served:
        for data in CLIENTS.values():
            for reset in (True, False, True, False):
                client = served.connected(data)
                if reset:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                time.sleep(0.02)
                client.close()
        assert served.get("/es/").status_code == 200
        _code, console, _seconds = served.stop(signal.SIGTERM)
    assert quiet(console), console


def test_second_interrupt_ends_at_once_and_quietly(unwitnessed: Path) -> None:
    with started(unwitnessed) as served, contextlib.ExitStack() as stack:
        for data in CLIENTS.values():
            stack.enter_context(served.connected(data))
        assert served.get("/checkpoint").status_code == 200
        served.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        _code, console, seconds = served.stop(signal.SIGINT)
    assert quiet(console), console
    assert seconds < GRACE_S
