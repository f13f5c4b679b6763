"""Signed durable append in SQLite and in PostgreSQL: the same ledger, the same statements, in one run.

    python tests/benchmarks/bench_postgres.py [--events 3000] [--repeats 3]

Both stores are on the disk that the system's temporary folder is on, both confirm what is on it; the server of
PostgreSQL is on the same machine, reached by a socket, and shares its processors. Printed are rates
by the clock, and the processor's time of our own process for an entry, without the server's.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.bench_append import SUBMITTERS, Run, open_ledger, percentile, submit_all, taken_by
from tests.ledger.world import START
from tests.postgres import binaries, own_server, put_into

from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DatabaseAddress

ALONE: Final = 300


@contextmanager
def opened(made: Run, folder: Path, database: DatabaseAddress | None, options: Options) -> Iterator[Ledger]:
    """Open a copy of the ledger that was made, in its file or in a database."""
    shutil.copytree(made.ledger.folder.path, folder)
    if database is not None:
        put_into(database, folder)
    signer = made.ledger._core.signer
    clock = StoryClock(START)
    with Ledger.open(folder, clock=clock, signer=signer, options=options, database=database) as ledger:
        yield ledger


def measured(ledger: Ledger, made: Run) -> tuple[float, float, float, float]:
    """Measure appends.

    Returns:
        Entries a second of many submitters, microseconds of our process for one, then p50 and p99 of one alone, in
        milliseconds.
    """
    many, alone = made.signed[ALONE:], made.signed[:ALONE]
    taken = taken_by(len(many), lambda: asyncio.run(submit_all(ledger, many)))
    times = []
    for signed in alone:
        begun = time.perf_counter()
        ledger.append(signed.parsed)
        times.append(time.perf_counter() - begun)
    return taken.rate, taken.cost * 1e6, percentile(times, 0.5), percentile(times, 0.99)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if binaries() is None:
        print("no PostgreSQL server here")
        return
    tune_interpreter()
    shown: dict[tuple[str, bool], list[tuple[float, float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as place, own_server(shared_buffers="128MB") as server:
        made = open_ledger(Path(place) / "made", options.events + ALONE, Options())
        made.ledger.close()
        for repeat in range(options.repeats):
            for follow in (False, True):
                for store in ("sqlite", "postgres"):
                    folder = Path(place) / f"{store}-{follow}-{repeat}"
                    database = server.schema() if store == "postgres" else None
                    with opened(made, folder, database, Options(follow=follow)) as ledger:
                        shown.setdefault((store, follow), []).append(measured(ledger, made))
    print(f"{SUBMITTERS} submitters, {options.events} entries, median of {options.repeats}")
    for (store, follow), rows in shown.items():
        rate, cost, p50, p99 = (statistics.median(column) for column in zip(*rows, strict=True))
        views = "on " if follow else "off"
        print(f"{store:9} views {views}: {rate:6.0f}/s, {cost:5.0f} µs; alone p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    for follow in (False, True):
        rate, cost = (
            statistics.median(row[at] for row in shown["postgres", follow])
            / statistics.median(row[at] for row in shown["sqlite", follow])
            for at in (0, 1)
        )
        print(f"PostgreSQL / SQLite, views {'on' if follow else 'off'}: rate {rate:.2f}, processor {cost:.2f}")


if __name__ == "__main__":
    main()
