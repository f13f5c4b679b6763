"""Thousands of clients that ask and wait, at a server with its usual settings: what others get meanwhile, and memory.

    PYTHONPATH=.import:. python tests/benchmarks/bench_waiting.py [--clients 3000] [--seconds 20] [--only "half a head"]

Each kind of client holds as many connections, from many addresses, and opens those again that the server ends.
Meanwhile somebody else, at another address, asks for a page and hands a statement in, each time on a new connection.
Printed are, for each kind: how many of these were answered, by status, how long they took, how many of the waiting
clients were answered or ended and how, and of the server the largest memory, the open files and its processor time.
"""

import argparse
import http.client
import itertools
import os
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.bench_http import OWN, statements
from tests.benchmarks.bench_load import request
from tests.benchmarks.bench_serve_start import RUN, port_of, used
from tests.benchmarks.big_ledger import stored

KINDS = {
    "idle after an answer": request("GET", "/checkpoint"),
    "half a head": request("GET", "/es/")[:-6],
    "half a body": request("POST", "/api/v1/entries", b"x" * 4_000)[:-3_000],
    "reads nothing of a page": request("GET", "/es/"),
    "reads nothing of a bundle": request("GET", "/tile/entries/000") * 4,
    "asks for the past again and again": request("GET", "/es/?size=30"),
}
_ADDRESSES = 250  # so that no limit by address is met
_PATIENCE_S = 20.0


class Flood:
    """Connections that stay open."""

    def __init__(self, port: int, count: int, kind: str) -> None:
        self.port, self.count, self.kind = port, count, kind
        self.open: set[socket.socket] = set()
        self.chosen = selectors.DefaultSelector()
        self.met: Counter[str] = Counter()
        self.numbers = itertools.count()

    def hold(self) -> None:
        """Open what is missing, and see what became of the others."""
        reads = not self.kind.startswith("reads nothing")
        for key, _ in self.chosen.select(0):
            line = key.fileobj
            assert isinstance(line, socket.socket)
            data = b""
            with suppress(OSError):
                data = line.recv(65_536)
            if data:
                if data.startswith(b"HTTP/1.1 "):
                    self.met[data[9:12].decode()] += 1
                if self.kind.startswith("asks"):
                    with suppress(OSError):
                        line.send(KINDS[self.kind])
            else:
                self.met["ended"] += 1
                self.chosen.unregister(line)
                self.open.discard(line)
                line.close()
        for _ in range(min(500, self.count - len(self.open))):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.settimeout(2)
            try:
                line.bind((f"127.0.1.{next(self.numbers) % _ADDRESSES + 1}", 0))
                line.connect(("127.0.0.1", self.port))
                line.sendall(KINDS[self.kind])
            except OSError:
                self.met["no connection"] += 1
                line.close()
                break
            line.setblocking(False)
            self.open.add(line)
            if reads:
                self.chosen.register(line, selectors.EVENT_READ)

    def close(self) -> None:
        """Close them."""
        for line in self.open:
            line.close()


def asked(port: int, method: str, path: str, body: bytes | None = None) -> tuple[str, float]:
    """Ask on a new connection; give the status, or how it failed, and the seconds."""
    begun = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        line.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = line.getresponse()
        answer.read()
        status = str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        status = type(error).__name__
    finally:
        line.close()
    return status, time.monotonic() - begun


def memory_mb(number: int) -> float:
    """Give the memory of a process."""
    text = Path(f"/proc/{number}/status").read_text(encoding="ascii")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1e3


def measure(
    port: int, server: "subprocess.Popen[bytes]", kind: str, chosen: argparse.Namespace, bodies: list[bytes]
) -> None:
    """Hold connections of one kind, ask meanwhile, and print."""
    number, begun = server.pid, used(server)
    flood, before = Flood(port, chosen.clients, kind), memory_mb(number)
    pages: list[tuple[str, float]] = []
    appends: list[tuple[str, float]] = []
    most, files, ends = before, 0, time.monotonic() + chosen.seconds
    while time.monotonic() < ends:
        flood.hold()
        if time.monotonic() > ends - chosen.seconds + 3:
            pages.append(asked(port, "GET", "/es/acuerdos"))
            appends.append(asked(port, "POST", "/api/v1/entries", bodies.pop()))
        most, files = max(most, memory_mb(number)), max(files, len(list(Path(f"/proc/{number}/fd").iterdir())))
        time.sleep(0.3)
    print(f"{kind}: {len(flood.open)} open at the end; met {dict(flood.met)}")
    flood.close()
    for what, met in (("page", pages), ("append", appends)):
        seconds = sorted(took for _, took in met)
        median, longest = statistics.median(seconds), seconds[-1]
        print(f"  {what}: {dict(Counter(status for status, _ in met))}, median {median:.2f} s, longest {longest:.2f} s")
    spent = used(server) - begun
    print(f"  memory {before:.0f} MB before, {most:.0f} at most; {files} files open at most; {spent:.1f} s", flush=True)
    time.sleep(2)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=3_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--only", default="", help="kinds of clients, by a part of their names")
    chosen = parser.parse_args()
    bodies = statements(stored(1, 9), 1_000)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "ledger"
        shutil.copytree(stored(1, 9), folder)
        server = subprocess.Popen(
            [sys.executable, "-P", "-c", RUN, "serve", "--dir", str(folder), "--port", "0"],
            env=os.environ | {"PYTHONPATH": str(OWN)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = port_of(server)
            while asked(port, "GET", "/es/")[0] != "200":
                time.sleep(0.2)
            for kind in KINDS:
                if chosen.only in kind:
                    measure(port, server, kind, chosen, bodies)
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
