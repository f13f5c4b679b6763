"""Signed durable append, as ratios within one run. See docs/PERFORMANCE.md for how to read them.

    python tests/benchmarks/bench_append.py [--events 6000] [--repeats 3]

Each repeat runs every variant once, one after the other, so that a noisy neighbour hits all of
them. Statements are allegations about commitments, about 1.2 KiB as entries, legal in a real state.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from tests.ledger.world import ORIGIN, PARTIES, START, Signed, World, play

from constancia.ledger.append.batch_queue import BatchQueue
from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Busy
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.signatures import load_public_key, verify_signature

SUBMITTERS = 64
COMMITMENTS = 64
CORES = 2


@dataclass
class Run:
    """A ledger with a history, and the statements to append to it."""

    ledger: Ledger
    world: World
    signed: list[Signed]


def open_ledger(folder: Path, events: int, options: Options) -> Run:
    signer = LogSigner.generate(ORIGIN)
    ledger = Ledger.open(folder, clock=StoryClock(START), signer=signer, create=True, options=options)
    world = World(signer.vkey)

    def take(signed: Signed) -> None:
        ledger.append(signed.parsed)
        world.look(ledger.log)

    play(world.founding(), take)
    for number in range(COMMITMENTS):
        play(world.commitment(f"c{number}"), take)
    signed = [world.allege(f"c{number % COMMITMENTS}", PARTIES[number % 3]) for number in range(events)]
    return Run(ledger=ledger, world=world, signed=signed)


async def submit_all(ledger: Ledger, signed: Sequence[Signed]) -> list[float]:
    """64 submitters, each with one statement under way; gives each statement's waiting time."""
    waiting = iter(signed)
    times: list[float] = []

    async def submitter() -> None:
        for one in waiting:
            begun = time.perf_counter()
            while True:
                try:
                    await ledger.submit_async(one.parsed)
                    break
                except Busy:
                    await asyncio.sleep(0.01)
            times.append(time.perf_counter() - begun)

    await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))
    return times


def ours(events: int, options: Options) -> tuple[float, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        run = open_ledger(Path(folder) / "ledger", events, options)
        size = run.ledger.size
        begun = time.perf_counter()
        times = asyncio.run(submit_all(run.ledger, run.signed))
        taken = time.perf_counter() - begun
        assert run.ledger.size == size + events
        run.ledger.close()
    return events / taken, times


def bare_ed25519(events: int) -> float:
    """Verification alone, on as many threads as cores: the floor that no design can pass."""
    world = World("none")
    keys = {p: load_public_key("ed25519", world.keys[p].spki) for p in PARTIES}
    by_id = {key.key_id: key for key in keys.values()}
    work = []
    for number in range(events):
        one = world.allege(f"c{number % COMMITMENTS}", PARTIES[number % 3])
        work.append((by_id[one.signatures[0].key], one.signatures[0], signed_bytes(one.statement)))

    def verify(part: Sequence[tuple[object, ...]]) -> None:
        for key, signature, message in part:
            assert verify_signature(key, signature, message)  # type: ignore[arg-type]

    with ThreadPoolExecutor(CORES) as pool:
        begun = time.perf_counter()
        list(pool.map(verify, [work[core::CORES] for core in range(CORES)]))
        return events / (time.perf_counter() - begun)


class Contests(Aggregate):
    """An aggregate as the library's manual has them."""

    @event("Contested")
    def contest(self, grounds: str) -> None:
        self.grounds = grounds


def plain_application(folder: str) -> Application[UUID]:
    return Application(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(Path(folder) / "plain.sqlite"),
        }
    )


def plain_library(events: int, limit: int) -> float:
    """The library's event store behind the same queue: no signature, chain, tree or rule."""
    with tempfile.TemporaryDirectory() as folder:
        app = plain_application(folder)
        aggregates = [Contests() for _ in range(COMMITMENTS)]
        app.save(*aggregates)
        inbox: BatchQueue[tuple[Contests, asyncio.Future[None]]] = BatchQueue()

        async def submit() -> None:
            loop = asyncio.get_running_loop()
            numbers = iter(range(events))

            def write() -> None:
                while batch := inbox.take(limit):
                    for aggregate, _ in batch:
                        aggregate.contest("No consta lo informado. " * 40)
                    app.events.put([one for a in aggregates for one in a.collect_events()])
                    loop.call_soon_threadsafe(settle, [future for _, future in batch])

            def settle(futures: list[asyncio.Future[None]]) -> None:
                for future in futures:
                    future.set_result(None)

            writer = threading.Thread(target=write)
            writer.start()

            async def submitter() -> None:
                for number in numbers:
                    future: asyncio.Future[None] = loop.create_future()
                    inbox.put((aggregates[number % COMMITMENTS], future))
                    await future

            await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))
            inbox.close()
            writer.join()

        begun = time.perf_counter()
        asyncio.run(submit())
        taken = time.perf_counter() - begun
        app.close()
    return events / taken


def plain_save(events: int) -> float:
    """`Application.save` as the library's users call it: 64 threads, one transaction each."""
    with tempfile.TemporaryDirectory() as folder:
        app = plain_application(folder)
        grounds = "x" * 1_000

        def save(_: int) -> None:
            aggregate = Contests()
            aggregate.contest(grounds)
            app.save(aggregate)

        with ThreadPoolExecutor(SUBMITTERS) as pool:
            begun = time.perf_counter()
            list(pool.map(save, range(events)))
            taken = time.perf_counter() - begun
        app.close()
    return events / taken


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(share * (len(times) - 1))] * 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=6_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    tune_interpreter()
    events = arguments.events
    latencies: list[float] = []

    def group() -> float:
        rate, times = ours(events, Options(follow=False))
        latencies.extend(times)
        return rate

    variants: dict[str, Callable[[], float]] = {
        "bare Ed25519 verification, 2 threads": lambda: bare_ed25519(events),
        "append, grouped": group,
        "append, grouped, projections followed": lambda: ours(events, Options())[0],
        "append, one transaction for each": lambda: ours(events // 4, Options(follow=False, batch_limit=1))[0],
        "plain library, grouped": lambda: plain_library(events, 512),
        "plain library, one transaction for each": lambda: plain_library(events // 4, 1),
        "plain library, save() on 64 threads": lambda: plain_save(events // 8),
    }
    rates: dict[str, list[float]] = {name: [] for name in variants}
    for repeat in range(arguments.repeats):
        for name, run in variants.items():
            rates[name].append(run())
            print(f"{repeat + 1}: {name}: {rates[name][-1]:,.0f}/s", file=sys.stderr)
    base = statistics.median(rates["append, grouped"])
    print(f"{events} events, {SUBMITTERS} submitters, synchronous=FULL, median of {arguments.repeats}")
    for name, found in rates.items():
        median = statistics.median(found)
        print(f"{name:45} {median:>9,.0f}/s   append/this = {base / median:5.2f}")
    print(f"append, grouped: p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms")


if __name__ == "__main__":
    main()
