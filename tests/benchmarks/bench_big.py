"""Pages of a big ledger: bytes, server time first and again, number of links; as a table for docs/PERFORMANCE.md.

    PYTHONPATH=.import:. python tests/benchmarks/bench_big.py [--files] [--wall] [--repeats 3] [--commitments 40]

The list of pages is made from the application's routers. *First*: nothing is stored of any page, row or fact, as after
each new entry; templates and code are loaded. *Again*: the same address at the same size and day. Both are medians, of
all addresses of a kind and all repeats, over a loopback connection that stays open, to the server that `constancia
serve` runs, without limits of rate. They are the processor's time, the asking client's with it: on a machine that
others use too the clock on the wall would say how busy they are. `--wall` measures by that clock all the same;
`--files` measures tables and interface besides.
"""

import argparse
import http.client
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.benchmarks.big_ledger import PASSPHRASE, stored
from tests.benchmarks.page_addresses import files, pages
from tests.ledger.world import ORIGIN

from constancia.api.app import create_app
from constancia.api.http.server.serving import server_of
from constancia.api.http.settings import Settings
from constancia.api.opendata.file_cache import MadeFiles
from constancia.api.pages.frame.page_cache import PageStore
from constancia.api.pages.frame.rows_cache import RowsCache
from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import SystemClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger

Listed = Iterable[tuple[str, list[str]]]
_LINK = re.compile(rb"<a [^>]*href=")


class Served:
    """A ledger behind a real server on a loopback socket, and a connection to it."""

    def __init__(self, ledger: Ledger, clock: Callable[[], float]) -> None:
        self.clock = clock
        settings = Settings(writes_per_minute=0, costly_reads_per_minute=0, entries_per_key_per_minute=0)
        self.app = create_app(ledger, settings)
        self.server = server_of(self.app, settings, host="127.0.0.1", port=0)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def get(self, path: str) -> tuple[int, bytes, float]:
        """Ask for an address; gives status, body, and seconds."""
        begun = self.clock()
        self.http.request("GET", path)
        answer = self.http.getresponse()
        body = answer.read()
        return answer.status, body, self.clock() - begun

    def forget(self) -> None:
        """Forget every page, row and fact, as a new entry would make the server do."""
        state = self.app.state
        state.pages, state.rows_cache, state.made = PageStore(), RowsCache(), MadeFiles()

    def close(self) -> None:
        """Stop the server."""
        self.server.should_exit = True
        self.thread.join()


def measured(served: Served, listed: Listed, repeats: int) -> list[tuple[str, int, float, float, int]]:
    """Give for each kind: its name, most bytes, milliseconds first and again, most links."""
    rows = []
    for name, paths in listed:
        first, again, sizes, links = [], [], [], []
        served.get(paths[0])  # loads the template
        for _ in range(repeats):
            for path in paths:
                served.forget()
                status, body, seconds = served.get(path)
                if status not in {200, 307}:
                    raise SystemExit(f"{path}: {status} {body[:300]!r}")
                first.append(seconds)
                sizes.append(len(body))
                links.append(len(_LINK.findall(body)))
                again += [served.get(path)[2] for _ in range(3)]
        row = (name, max(sizes), statistics.median(first) * 1e3, statistics.median(again) * 1e3, max(links))
        print(f"{row[0]}: {row[1]} bytes, {row[2]:.1f} ms, {row[3]:.1f} ms", file=sys.stderr)
        rows.append(row)
    return rows


def main() -> None:
    """Measure, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commitments", type=int, default=40)
    parser.add_argument("--months", type=int, default=27)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--wall", action="store_true")
    chosen = parser.parse_args()
    tune_interpreter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "ledger"
        shutil.copytree(stored(chosen.commitments, chosen.months), folder)
        signer = LedgerFolder(folder).load_log_key(ORIGIN, PASSPHRASE)
        with Ledger.open(folder, clock=SystemClock(), signer=signer, options=Options(guard_rollback=False)) as ledger:
            ledger.views.wait(timeout_s=300)
            served = Served(ledger, time.perf_counter if chosen.wall else time.process_time)
            print(f"{ledger.size} entries, {chosen.commitments} commitments\n")
            tables = [("page", pages(ledger))]
            tables += [("table or resource", files())] if chosen.files else []
            for heading, listed in tables:
                print(f"| {heading} | bytes | first, ms | again, ms | links |")
                print("|---|---:|---:|---:|---:|")
                for name, size, first, again, links in measured(served, listed, chosen.repeats):
                    print(f"| `{name}` | {size:,} | {first:.1f} | {again:.1f} | {links} |")
                print()
            served.close()


if __name__ == "__main__":
    main()
