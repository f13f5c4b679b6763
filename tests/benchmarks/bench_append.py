"""Signed durable append, as ratios within one run. See docs/PERFORMANCE.md for how to read them.

    python tests/benchmarks/bench_append.py [--events 6000] [--repeats 3]

Each repeat runs every variant once, one after the other, so that a noisy neighbour hits all of
them. Printed are rates by the clock, and the processor's time of the process for one event.
Statements are allegations about commitments, about 1.2 KiB as entries, legal in a real state.
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
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent
from tests.ledger.world import ORIGIN, PARTIES, START, Signed, World, play

from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import recorded_entry
from constancia.ledger.append.batch_queue import BatchQueue
from constancia.ledger.append.examiner import Submission
from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Busy
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.mapper import statement_object
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


@dataclass(frozen=True, slots=True)
class Taken:
    """What some events took: how many a second by the clock, and seconds of the processor for one."""

    rate: float
    cost: float


def taken_by(events: int, work: Callable[[], object]) -> Taken:
    """Do the work, and measure it."""
    begun, spent = time.perf_counter(), time.process_time()
    work()
    return Taken(events / (time.perf_counter() - begun), (time.process_time() - spent) / events)


def ours(events: int, options: Options) -> tuple[Taken, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        run = open_ledger(Path(folder) / "ledger", events, options)
        size, times = run.ledger.size, list[float]()

        def work() -> None:
            times.extend(asyncio.run(submit_all(run.ledger, run.signed)))
            while run.ledger.views.position < run.ledger.size and options.follow:
                time.sleep(0.01)

        taken = taken_by(events, work)
        assert run.ledger.size == size + events
        run.ledger.close()
    return taken, times


def bare_ed25519(events: int) -> Taken:
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
        return taken_by(events, lambda: list(pool.map(verify, [work[core::CORES] for core in range(CORES)])))


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


def plain_library(events: int, limit: int) -> Taken:
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

        taken = taken_by(events, lambda: asyncio.run(submit()))
        app.close()
    return taken


def plain_with_checks(events: int) -> Taken:
    """The library's recorder behind the same queue, after the same checks: no chain, tree, checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        run = open_ledger(Path(folder) / "ledger", events, Options(follow=False))
        core, app = run.ledger._core, plain_application(folder)
        writer, state = core.writer, core.head.state.copied()
        assert writer is not None
        examiner, lookup = writer._examiner, core.head.lookup
        inbox: BatchQueue[tuple[Submission, asyncio.Future[None]]] = BatchQueue()

        def row(submission: Submission) -> StoredEvent:
            signed = submission.signed
            examiner.examine(submission)
            recorded = recorded_entry(
                index=state.size,
                leaf_hash="0" * 64,
                recorded_at=core.head.recorded_at,
                keys=tuple(str(signature.key) for signature in signed.signatures),
                statement=statement_object(signed.statement),
                originator_version=state.version(signed.statement.stream) + 1,
            )
            state.apply(recorded, decide(state, recorded, lookup), lookup)
            return StoredEvent(uuid4(), recorded.originator_version, "recorded", signed.statement.raw)

        async def submit() -> None:
            loop = asyncio.get_running_loop()
            waiting = iter(run.signed)

            def write() -> None:
                while batch := inbox.take(512):
                    app.recorder.insert_events([row(submission) for submission, _ in batch])
                    loop.call_soon_threadsafe(settle, [future for _, future in batch])

            def settle(futures: list[asyncio.Future[None]]) -> None:
                for future in futures:
                    future.set_result(None)

            writing = threading.Thread(target=write)
            writing.start()

            async def submitter() -> None:
                for signed in waiting:
                    future: asyncio.Future[None] = loop.create_future()
                    inbox.put((Submission(signed=signed.parsed), future))
                    await future

            await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))
            inbox.close()
            writing.join()

        taken = taken_by(events, lambda: asyncio.run(submit()))
        assert app.recorder.max_notification_id() == events
        app.close()
        run.ledger.close()
    return taken


def plain_save(events: int) -> Taken:
    """`Application.save` as the library's users call it: 64 threads, one transaction each."""
    with tempfile.TemporaryDirectory() as folder:
        app = plain_application(folder)
        grounds = "x" * 1_000

        def save(_: int) -> None:
            aggregate = Contests()
            aggregate.contest(grounds)
            app.save(aggregate)

        with ThreadPoolExecutor(SUBMITTERS) as pool:
            taken = taken_by(events, lambda: list(pool.map(save, range(events))))
        app.close()
    return taken


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

    def group() -> Taken:
        taken, times = ours(events, Options(follow=False))
        latencies.extend(times)
        return taken

    variants: dict[str, Callable[[], Taken]] = {
        "bare Ed25519 verification, 2 threads": lambda: bare_ed25519(events),
        "append, grouped": group,
        "append, grouped, projections followed": lambda: ours(events, Options())[0],
        "append, one transaction for each": lambda: ours(events // 4, Options(follow=False, batch_limit=1))[0],
        "plain library, grouped, the same checks": lambda: plain_with_checks(events),
        "plain library, grouped": lambda: plain_library(events, 512),
        "plain library, one transaction for each": lambda: plain_library(events // 4, 1),
        "plain library, save() on 64 threads": lambda: plain_save(events // 8),
    }
    measured: dict[str, list[Taken]] = {name: [] for name in variants}
    for repeat in range(arguments.repeats):
        for name, run in variants.items():
            measured[name].append(run())
            print(f"{repeat + 1}: {name}: {measured[name][-1]}", file=sys.stderr)
    print(f"{events} events, {SUBMITTERS} submitters, synchronous=FULL, median of {arguments.repeats}")
    rate, cost = medians(measured["append, grouped"])
    for name, runs in measured.items():
        its_rate, its_cost = medians(runs)
        print(
            f"{name:41} {its_rate:>9,.0f}/s, append/this = {rate / its_rate:5.2f};"
            f" processor {its_cost * 1e6:6,.0f} µs, append/this = {cost / its_cost:5.2f}"
        )
    print(f"append, grouped: p50 {percentile(latencies, 0.5):.1f} ms, p99 {percentile(latencies, 0.99):.1f} ms")


def medians(runs: Sequence[Taken]) -> tuple[float, float]:
    """Give the medians of rate and cost."""
    return statistics.median(run.rate for run in runs), statistics.median(run.cost for run in runs)


if __name__ == "__main__":
    main()
