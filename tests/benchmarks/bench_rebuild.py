"""How fast a ledger is read back: opening, folding the state, making the projections again.

    python tests/benchmarks/bench_rebuild.py [--events 20000] [--repeats 3] [--clock]

The ledger is made once; each repeat runs every variant, so that ratios are of one run. Seconds are the processor's, or
with `--clock` those of the clock. The interpreter looks for cycles as rarely as in a server. What is made again is made
in a ledger that is open, as by the command.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import wait
from pathlib import Path

from tests.ledger.world import ORIGIN, PARTIES, START, Signed, World, play

from constancia.domain.state import State
from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.mapper import recorded_of
from constancia.ledger.views.projector import fold_rows
from constancia.ledger.views.rebuild import project_all
from constancia.ledger.views.view_store import ViewStore
from constancia.verify.core.formats.entry import parse_entry

COMMITMENTS = 64
AT_A_TIME = 2_000


def make_ledger(folder: Path, events: int) -> LogSigner:
    """A ledger of founding, adopted commitments, and allegations about them."""
    signer = LogSigner.generate(ORIGIN)
    options = Options(follow=False)
    with Ledger.open(folder, clock=StoryClock(START), signer=signer, create=True, options=options) as ledger:
        world = World(signer.vkey)

        def take(signed: Signed) -> None:
            ledger.append(signed.parsed)
            world.look(ledger.log)

        play(world.founding(), take)
        for number in range(COMMITMENTS):
            play(world.commitment(f"c{number}"), take)
        number = 0
        while ledger.size < events:
            futures = []
            for _ in range(min(AT_A_TIME, events - ledger.size)):
                one = world.allege(f"c{number % COMMITMENTS}", PARTIES[number % 3])
                futures.append(ledger.submit(one.parsed))
                number += 1
            wait(futures)
    return signer


def seconds(run: Callable[[], object], now: Callable[[], float]) -> float:
    begun = now()
    run()
    return now() - begun


def variants(folder: Path, ledger: Ledger) -> dict[str, Callable[[], object]]:
    log, origin = ledger.log, ledger.origin

    def read() -> None:
        for raw in log.entries():
            json.loads(raw)

    def parse() -> None:
        for raw in log.entries():
            parse_entry(raw)

    def fold() -> None:
        state = State(origin)
        for raw in log.entries():
            entry = parse_entry(raw)
            version = state.version(entry.statement.stream) + 1
            state.apply(recorded_of(entry, version), lookup=log.lookup)

    def open_again() -> None:
        Ledger.open(folder, clock=StoryClock(START), signer=None).close()

    def write_views() -> None:
        with tempfile.TemporaryDirectory() as place:
            store = ViewStore((Path(place) / "views.sqlite").as_uri(), is_scratch=True)
            project_all(log, origin, store, state=ledger.state)
            store.datastore.close()

    return {
        "read and json.loads": read,
        "read and parse, canonical form checked": parse,
        "state folded": fold,
        "ledger opened (chain, tree, state, checkpoint)": open_again,
        "projections in memory, at once": lambda: fold_rows(log, origin, log.size, ledger.state),
        "projections stored, as `rebuild` does": write_views,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clock", action="store_true")
    arguments = parser.parse_args()
    tune_interpreter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "ledger"
        make_ledger(folder, arguments.events)
        with Ledger.open(folder, clock=StoryClock(START), signer=None) as ledger:
            runs = variants(folder, ledger)
            times: dict[str, list[float]] = {name: [] for name in runs}
            for repeat in range(arguments.repeats):
                for name, run in runs.items():
                    times[name].append(seconds(run, time.perf_counter if arguments.clock else time.process_time))
                    print(f"{repeat + 1}: {name}: {times[name][-1]:.2f} s", file=sys.stderr)
            size = ledger.size
    print(f"{size} entries, median of {arguments.repeats}")
    floor = statistics.median(times["read and json.loads"])
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:48} {size / median:>9,.0f}/s   {median / floor:5.1f} × read")


if __name__ == "__main__":
    main()
