"""Many keep-alive clients at once over HTTP: appends with their receipts, and reads; beside a bare Starlette route.

    PYTHONPATH=.import:. python tests/benchmarks/bench_load.py [--code DIR …] [--appends 2000] [--reads 1000]
    PYTHONPATH=.import:. python tests/benchmarks/bench_load.py --folder DIR [--code DIR …] [--reads 1000]

The server is what `constancia serve` starts, without limits of rate, on a copy of a ledger; what it is compared with is
a bare Starlette route that takes the same bodies and gives as many bytes, under the best settings that uvicorn has
(`httptools`, `uvloop`). The clients are sockets in this process, with requests composed before. Servers take turns in
short rounds, so that a noisy neighbour hits all of them. Printed are, for each server and kind of request: requests a
second by the clock on the wall, what its process used of the processor for one (of an append: with the views kept up),
the time that a client waits (median, 99th percentile), and the ratios to the bare route. `--code` names the import
folder (`.import`) of another checkout to be measured in the same run, any number of times. With `--folder` the reads
alone are measured, of a copy of that ledger, such as a demonstration, which has 256 entries and more and is cosigned.
"""

import argparse
import re
import selectors
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.bench_http import OWN, Process, statements
from tests.benchmarks.bench_serve_start import RUN, used
from tests.benchmarks.big_ledger import stored

CLIENTS = 64
ROUND = 250
WARM = 384  # past the first snapshot, for which a new ledger computes what the text of the law means: 0.3 s, once
BARE = """
import socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

async def answer(request):
    await request.body()
    return Response(b"x" * int(request.path_params["size"]))

app = Starlette(routes=[Route("/{size}", answer, methods=["GET", "POST"])])
config = uvicorn.Config(app, http="httptools", loop="uvloop", ws="none", lifespan="off", access_log=False)
uvicorn.Server(config).run(sockets=[socket.create_server(("127.0.0.1", 0), backlog=1024)])
"""
READS = {
    "checkpoint": "/checkpoint",
    "tile": "/tile/0/000",
    "entry bundle": "/tile/entries/000",
    "entry": "/api/v1/entries/30",
    "receipt": "/api/v1/receipts/30",
    "commitment": "/api/v1/commitments",
}
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Measured:
    """What the requests of one kind took."""

    count: int = 0
    wall: float = 0.0
    spent: float = 0.0
    waits: list[float] = field(default_factory=list)


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """Compose a request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


class Clients:
    """Connections to one server that stay open, each with one request under way."""

    def __init__(self, port: int, count: int) -> None:
        self.lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
        for line in self.lines:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self, requests: Iterable[bytes], measured: Measured) -> int:
        """Send all requests, note how long each waits; gives the size of the last answer's body."""
        waiting, chosen, size = iter(requests), selectors.DefaultSelector(), 0
        by_number = {line.fileno(): line for line in self.lines}
        begun: dict[socket.socket, float] = {}
        come: dict[socket.socket, bytes] = {}

        def send(line: socket.socket) -> bool:
            sent = next(waiting, None)
            if sent is None:
                return False
            begun[line], come[line] = time.perf_counter(), b""
            line.sendall(sent)
            return True

        open_ = 0
        for line in self.lines:
            if send(line):
                chosen.register(line, selectors.EVENT_READ)
                open_ += 1
        while open_:
            for key, _ in chosen.select():
                line = by_number[key.fd]
                data = come[line] = come[line] + line.recv(1 << 20)
                stop = data.find(b"\r\n\r\n")
                length = _LENGTH.search(data, 0, stop + 2) if stop > 0 else None
                if length is None or len(data) < stop + 4 + int(length[1]):
                    continue
                if data[9:12] not in (b"200", b"201"):
                    raise SystemExit(data[:600])
                measured.waits.append(time.perf_counter() - begun[line])
                measured.count += 1
                size = int(length[1])
                if not send(line):
                    chosen.unregister(line)
                    open_ -= 1
        return size

    def close(self) -> None:
        """Close the connections: between its turns a server would close them itself."""
        for line in self.lines:
            line.close()


def caught_up(server: Process) -> None:
    """Wait until the views have all that was recorded; asked seldom, for each answer costs as much as an append."""
    while True:
        time.sleep(0.3)
        answer = server.ask("GET", "/healthz")[1]
        views, size = (int(re.search(rb'"%s":\s*(\d+)' % name, answer)[1]) for name in (b"views", b"size"))  # type: ignore[index]
        if views == size:
            return


def measure(server: Process, clients: int, requests: list[bytes], measured: Measured, *, settle: bool = False) -> int:
    """Have some clients ask a server, and note what it took."""
    port = server.http.port
    before, begun = used(server.process), time.perf_counter()
    lines = Clients(port, clients)
    size = lines.run(requests, measured)
    measured.wall += time.perf_counter() - begun
    lines.close()
    if settle:
        caught_up(server)
        server.http.close()
    measured.spent += used(server.process) - before
    return size


def shown(kind: str, table: dict[str, Measured]) -> None:
    """Print a kind of requests, a line a server."""
    bare = table["bare"]
    for name, measured in table.items():
        waits = sorted(measured.waits)
        p50, p99 = (1_000 * waits[int(share * (len(waits) - 1))] for share in (0.5, 0.99))
        # Time is counted in hundredths of a second: few bare requests may have taken none.
        cost, floor = (1e6 * max(each.spent, 0.01) / each.count for each in (measured, bare))
        rate, most = (each.count / each.wall for each in (measured, bare))
        print(
            f"{kind:18} {name[-28:]:28} {rate:8,.0f}/s {cost:8,.0f} µs   p50 {p50:7.2f} ms, p99 {p99:7.2f} ms"
            f"   rate {rate / most:5.3f} of bare, processor {cost / floor:5.2f} times bare"
        )


class Bench:
    """Servers that take turns, and what each took for each kind of request."""

    def __init__(self, place: Path, codes: list[Path], warm: list[bytes], read: Path | None) -> None:
        self.servers: dict[str, Process] = {}
        self.tables: dict[str, dict[str, Measured]] = {}
        for number, link in enumerate((OWN, *codes)):
            folder = place / f"ledger{number}"
            shutil.copytree(read or stored(1, 9), folder)
            server = Process(link, RUN, "serve", "--dir", str(folder), "--port", "0")
            server.http.close()
            measure(server, 8, warm, Measured(), settle=True)
            self.servers[str(link)] = server
        self.order = list(self.servers)
        self.servers["bare"] = Process(OWN, BARE)

    def turn(self, kind: str, clients: int, requests: list[bytes], *, settle: bool = False) -> None:
        """Have each server answer the same requests; the bare route as many, with as many bytes, last."""
        table = self.tables.setdefault(kind, {name: Measured() for name in self.servers})
        size = 0
        for name in self.order:
            size = measure(self.servers[name], clients, requests, table[name], settle=settle)
        self.order.reverse()  # who is the first of a turn finds the machine's caches as others have left them
        bare = [re.sub(rb"^(\w+) \S+", rb"\1 /%d" % size, each) for each in requests]
        measure(self.servers["bare"], clients, bare, table["bare"])

    def close(self) -> None:
        """End the servers."""
        for server in self.servers.values():
            server.process.kill()
            server.process.wait()


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path, action="append", default=[])
    parser.add_argument("--appends", type=int, default=2_000)
    parser.add_argument("--reads", type=int, default=1_000)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--only", default="", help="kinds of requests, by a part of their names")
    parser.add_argument("--folder", type=Path, default=None, help="a ledger that is read, and not appended to")
    chosen = parser.parse_args()
    if chosen.folder is None:
        count = WARM + chosen.appends + chosen.appends // 8
        bodies = [request("POST", "/api/v1/entries", each) for each in statements(stored(1, 9), count)]
        warm, bodies = bodies[:WARM], bodies[WARM:]  # so that the first tile is full
    else:
        chosen.appends, bodies = 0, []
        warm = [request("GET", path) for path in READS.values()] * 8
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place), chosen.code, warm, chosen.folder)
        try:
            if chosen.appends and chosen.only in "append":
                for start in range(0, chosen.appends, ROUND):
                    turn = bodies[start : min(start + ROUND, chosen.appends)]
                    bench.turn(f"append, {chosen.clients}", chosen.clients, turn, settle=True)
                for start in range(chosen.appends, len(bodies), ROUND // 4):
                    bench.turn("append, 1", 1, bodies[start : start + ROUND // 4], settle=True)
            for kind, path in READS.items():
                for _ in range(4 * (chosen.only in kind)):
                    bench.turn(f"{kind}, 8", 8, [request("GET", path)] * (chosen.reads // 4))
        finally:
            bench.close()
    for kind, table in bench.tables.items():
        shown(kind, table)


if __name__ == "__main__":
    main()
