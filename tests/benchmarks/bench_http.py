"""One keep-alive client over HTTP: an append, a receipt, a checkpoint, an entry; beside a bare Starlette route.

    PYTHONPATH=.import:. python tests/benchmarks/bench_http.py [--code DIR …] [--requests 300]

The bare route takes the same bodies and answers as many bytes, under the same server settings, in a process of its own.
Requests to all servers are interleaved, so that a noisy neighbour hits all of them. Printed are the median of the time
that the client waits, and the processor's time that the server's process used for a request. `--code` names the import
folder (`.import`) of another checkout to be measured in the same run, any number of times.
"""

import argparse
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_serve_start import RUN, port_of, used
from tests.benchmarks.big_ledger import PASSPHRASE, BigWorld, seed_of, stored
from tests.ledger.world import ORIGIN, Signed, text

from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import signed_document

OWN = Path(__file__).resolve().parents[2] / ".import"
BARE = """
import sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from constancia.api.cli.terminal import listening
from constancia.api.http.server.serving import server_of
from constancia.api.http.settings import Settings

async def answer(request):
    await request.body()
    return Response(b"x" * int(request.path_params["size"]))

app = Starlette(routes=[Route("/{size}", answer, methods=["GET", "POST"])])
server_of(app, Settings()).run(sockets=[listening("127.0.0.1", 0)])
"""
UNLIMITED = {
    f"CONSTANCIA_{name}": "0"
    for name in (
        "WRITES_PER_MINUTE", "COSTLY_READS_PER_MINUTE", "ENTRIES_PER_KEY_PER_MINUTE", "ENTRIES_PER_PARTY_PER_DAY",
    )
}  # fmt: skip


class Process:
    """A server's process, and a connection to it."""

    def __init__(self, link: Path, code: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, *arguments], env={**os.environ, **UNLIMITED, "PYTHONPATH": str(link)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.http = http.client.HTTPConnection("127.0.0.1", port_of(self.process), timeout=60)
        while self.ask("GET", "/healthz" if arguments else "/1")[0] == 503:
            time.sleep(0.1)
        self.waits: dict[str, list[float]] = {}
        self.spent: dict[str, float] = {}

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Ask, and read the answer."""
        self.http.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = self.http.getresponse()
        return answer.status, answer.read()

    def measure(self, name: str, method: str, path: str, body: bytes | None = None) -> int:
        """Ask, and note how long it took; gives the answer's size."""
        begun, before = time.perf_counter(), used(self.process)
        status, answer = self.ask(method, path, body)
        self.waits.setdefault(name, []).append(time.perf_counter() - begun)
        self.spent[name] = self.spent.get(name, 0) + used(self.process) - before
        if status not in {200, 201}:
            raise SystemExit(f"{path}: {status} {answer[:500]!r}")
        return len(answer)


def statements(folder: Path, count: int) -> list[bytes]:
    """Give signed statements that are lawful now, each an allegation about the first commitment."""
    signer = LedgerFolder(folder).load_log_key(ORIGIN, PASSPHRASE)
    world = BigWorld(signer.vkey, 1, 0)
    world.count, world.now = 1_000_000, SystemClock().now()
    with Ledger.open(folder, clock=SystemClock(), signer=None) as ledger:
        world.look(ledger.log)
    bodies = []
    for number in range(count):
        name = f"al-http-{number}"
        body = {
            "allegation": name, "alleged_actor": text("Alguien"), "commitment": "c000", "kind": "other",
            "description": text("No consta lo informado. " * 12), "since": "2019-03",
            "evidence": [{"description": text("Minuta"), "sha256": seed_of(name).hex()}],
        }  # fmt: skip
        signed: Signed = world.says("nosc", "AllegationMade", f"allegation/{name}", **body)
        bodies.append(signed_document(signed.statement, signed.signatures))
    return bodies


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path, action="append", default=[])
    parser.add_argument("--requests", type=int, default=300)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        bodies = statements(stored(1, 9), chosen.requests)
        servers: dict[str, Process] = {}
        for number, link in enumerate((OWN, *chosen.code)):
            folder = Path(place) / f"ledger{number}"
            shutil.copytree(stored(1, 9), folder)
            servers[str(link)] = Process(link, RUN, "serve", "--dir", str(folder), "--port", "0")
        bare = Process(OWN, BARE)
        reads = {"receipt": "/api/v1/receipts/30", "checkpoint": "/checkpoint", "entry": "/api/v1/entries/30",
                 "page after an append": "/es/ayuda"}  # fmt: skip
        for server in (*servers.values(), bare):
            server.http.close()  # it was idle meanwhile; the next request connects again
        try:
            for body in bodies:
                sizes: dict[str, int] = {}
                for server in servers.values():
                    sizes["append"] = server.measure("append", "POST", "/api/v1/entries", body)
                    for name, path in reads.items():
                        sizes[name] = server.measure(name, "GET", path)
                for name, size in sizes.items():
                    is_append = name == "append"
                    bare.measure(name, "POST" if is_append else "GET", f"/{size}", body if is_append else None)
        finally:
            for server in (*servers.values(), bare):
                server.process.kill()
                server.process.wait()
    for name, waits in bare.waits.items():
        base = statistics.median(waits)
        print(f"{name}: bare route {base * 1e3:.2f} ms, {bare.spent[name] / len(waits) * 1e3:.2f} ms of the processor")
        for link, server in servers.items():
            median = statistics.median(server.waits[name])
            spent = server.spent[name] / len(server.waits[name])
            print(f"    {link}: {median * 1e3:.2f} ms ({median / base:.1f} times), {spent * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
