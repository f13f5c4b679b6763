"""`constancia serve --readers`, as a process: reading holds nobody up, and readers come and go."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests import warm
from tests.e2e.test_stop import SHORT_S, Served, quiet, started
from tests.e2e.test_witnesses import copy, signed_report, until, unwitnessed
from tests.process_tree import children_of

from constancia.api.http.settings import Settings
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

__all__ = ("copy", "unwitnessed")

JSON = {"Content-Type": "application/json"}


def command_of(number: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_bytes()
    return b""


def socket_of(number: int) -> Path | None:
    """Where a reader process listens."""
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    paths = {f"socket:[{words[6]}]": Path(words[7]) for words in lines if "/constancia-" in words[-1]}
    with contextlib.suppress(OSError):
        for descriptor in Path(f"/proc/{number}/fd").iterdir():
            with contextlib.suppress(OSError):
                if (name := str(descriptor.readlink())) in paths:
                    return paths[name]
    return None


def reader_of(served: Served) -> int:
    """The reader process of a server, once it listens; 0 before."""
    numbers = children_of(served.process.pid)
    readers = [number for number in numbers if b"constancia.api.cli.operator.reader_main" in command_of(number)]
    return next((number for number in readers if socket_of(number)), 0)


def is_held(served: Served) -> bool:
    """Whether a page waits for a reader that is stopped."""
    try:
        return httpx.get(f"http://127.0.0.1:{served.port}/es/acerca", timeout=1).status_code == 0
    except httpx.ReadTimeout:
        return True


def test_reader_is_stopped_killed_and_ended(unwitnessed: Path) -> None:
    signed = signed_report(unwitnessed)
    with started(unwitnessed, "--readers", "1", grace_s=SHORT_S) as served:
        number = until(lambda: reader_of(served))
        place = socket_of(number)
        assert place is not None
        assert place.parent.stat().st_mode & 0o777 == 0o700
        os.kill(number, signal.SIGSTOP)
        until(lambda: is_held(served))
        url = f"http://127.0.0.1:{served.port}"
        answer = httpx.post(f"{url}/api/v1/entries", content=signed, headers=JSON, timeout=30)
        index = answer.json()["index"]
        assert answer.status_code == 201
        assert served.get("/checkpoint").text.splitlines()[1] == str(index + 1)
        os.kill(number, signal.SIGCONT)
        paths = [f"/en/entries/{index}", f"/api/v1/entries/{index}", f"/api/v1/receipts/{index}"]
        assert [served.get(path).status_code for path in paths] == [200, 200, 200]
        os.kill(number, signal.SIGKILL)
        assert [served.get(path).status_code for path in paths] == [200, 200, 200]
        again = until(lambda: reader_of(served))
        assert again != number
        assert [served.get(path).status_code for path in paths] == [200, 200, 200]
        _code, console, _seconds = served.stop()
        assert quiet(console), console
        until(lambda: not command_of(again) and not place.parent.exists())


def test_reader_ends_with_a_server_that_is_killed(unwitnessed: Path) -> None:
    with started(unwitnessed, "--readers", "1") as served:
        number = until(lambda: reader_of(served))
        place = socket_of(number)
        assert place is not None
        served.process.kill()
        until(lambda: not command_of(number) and not place.parent.exists())


def test_reader_whose_server_is_gone_before_it_is_ready_ends_in_silence(
    unwitnessed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may be stopped at any moment of its own start."""
    monkeypatch.setattr(warm, "MODULES", (*warm.MODULES, "constancia.api.cli.reader"))
    place = tmp_path / "sockets" / "reader"
    place.parent.mkdir()
    with Ledger.open(unwitnessed, clock=SystemClock(), signer=None) as ledger:
        asked = {"size": ledger.size, "root": ledger.log.root().hex(), "policy": ledger.policy, "database": None}
    asked |= {"settings": Settings().model_dump(mode="json"), "folder": str(unwitnessed), "socket": str(place)}
    for line in (b"", json.dumps(asked).encode() + b"\n"):
        reads, writes = os.pipe()
        os.close(reads)  # nobody hears that it is ready
        with os.fdopen(writes, "wb") as deaf:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "constancia.api.cli.operator.reader_main"], input=line, stdout=deaf,
                stderr=subprocess.PIPE, timeout=120, check=False,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )  # fmt: skip
        assert (done.returncode, done.stderr.decode()) == (0, "")
