"""Appends by 4 clients, alone and while 32 others read: with the readers on the same process, and with `--readers 1`.

    PYTHONPATH=.import:. python tests/benchmarks/bench_beside.py [--turns 3] [--appends 40]

Servers take turns, each on a copy of the same ledger, without limits of rate. The readers are a process of their own,
which loads pages, the state, lists, entries and receipts all the time. Printed are, for each case, appends a second,
the time that an append waits (median, 99th percentile) and how many times that is of an append alone.
"""

import argparse
import itertools
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.benchmarks.bench_http import OWN, Process, statements
from tests.benchmarks.bench_load import WARM, Clients, Measured, request
from tests.benchmarks.bench_serve_start import RUN
from tests.benchmarks.big_ledger import stored

READING = 32
CASES: dict[str, tuple[str, ...]] = {"alone": (), "same process": (), "--readers 1": ("--readers", "1")}
PATHS = (
    "/es/", "/en/commitments", "/es/registros/20", "/api/v1/state", "/api/v1/commitments", "/api/v1/receipts/30",
    "/es/compromisos", "/api/v1/entries/30",
)  # fmt: skip
SETTLE_S = 8.0  # until the reader is there, and the state is made ready
AHEAD_S = 1.5  # readers read before the first append


def read(port: int, ended: Event) -> None:
    """Read until it is ended."""

    def asked() -> Iterator[bytes]:
        for path in itertools.cycle(PATHS):
            if ended.is_set():
                return
            yield request("GET", path)

    Clients(port, READING).run(asked(), Measured())


def turn(server: Process, appends: list[bytes], measured: Measured, *, is_read: bool) -> None:
    """Append, while others read or not."""
    ended = multiprocessing.Event()
    reading = multiprocessing.Process(target=read, args=(server.http.port, ended))
    if is_read:
        reading.start()
        time.sleep(AHEAD_S)
    clients, begun = Clients(server.http.port, 4), time.perf_counter()
    clients.run(appends, measured)
    measured.wall += time.perf_counter() - begun
    clients.close()
    ended.set()
    if is_read:
        reading.join()


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--appends", type=int, default=40)
    chosen = parser.parse_args()
    count = WARM + (1 + chosen.turns) * chosen.appends
    bodies = [request("POST", "/api/v1/entries", each) for each in statements(stored(1, 9), count)]
    table = {name: Measured() for name in CASES}
    servers: dict[str, Process] = {}
    with tempfile.TemporaryDirectory() as place:
        try:
            for number, (name, options) in enumerate(CASES.items()):
                folder = Path(place) / f"ledger{number}"
                shutil.copytree(stored(1, 9), folder)
                server = servers[name] = Process(OWN, RUN, "serve", "--dir", str(folder), "--port", "0", *options)
                server.http.close()
                turn(server, bodies[:WARM], Measured(), is_read=False)
            time.sleep(SETTLE_S)
            for start in range(WARM, count, chosen.appends):
                for name, server in servers.items():
                    appends = bodies[start : start + chosen.appends]
                    measured = Measured() if start == WARM else table[name]  # the first turn makes caches and pages
                    turn(server, appends, measured, is_read=name != "alone")
        finally:
            for server in servers.values():
                server.process.terminate()
                server.process.wait()
    alone: list[float] = []
    for name, measured in table.items():
        waits = sorted(measured.waits)
        shown = [1_000 * waits[int(share * (len(waits) - 1))] for share in (0.5, 0.99)]
        alone = alone or shown
        p50, p99 = (f"{wait:7.1f} ms, {wait / base:5.2f} times alone" for wait, base in zip(shown, alone, strict=True))
        print(f"{name:14} {measured.count / measured.wall:6.0f}/s   p50 {p50}   p99 {p99}")


if __name__ == "__main__":
    main()
