"""From append to *witnessed*, as ratios within one run. See docs/PERFORMANCE.md for how to read them.

    python tests/benchmarks/bench_witnessed.py [--appends 200] [--rate 25]

A ledger with its sequencer and its SQLite store in this process, three `constancia witness` processes over HTTP, the
quorum two of three. An entry is witnessed once a checkpoint that covers it has the quorum of cosignatures: verified,
kept durably, and served from then on. The bare baseline, of the same run: one append without witnesses, then one
`POST /add-checkpoint` on an open connection to one witness. That is the least that anything witnessed can take.
"""

import argparse
import asyncio
import bisect
import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
from tests.ledger.false_witness import behaving, closed_port
from tests.ledger.witnessed import TreeLog
from tests.ledger.world import ORIGIN, PARTIES, START, Signed, World, play
from tests.witness_process import Home, end

from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.disk.durable import write_file
from constancia.ledger.folder import policy_text
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.witnesses.quorum_status import policy_lines

SUBMITTERS = 16
NAMES = ("w1", "w2", "w3")
SLOW_S = 2.0
LOOK_S = 0.001  # how finely the moment is seen at which a tree is witnessed
LONG_S = 30.0
QUIET = 5.0  # entries a second
AT_ONCE = float("inf")
MANY = 10  # times as many entries where sixteen hand in at once
ALONE = "no witness, one submitter"


@dataclass
class Times:
    """Seconds of one run: each append's, and each entry's from handing in to witnessed."""

    appended: list[float] = field(default_factory=list)
    witnessed: list[float] = field(default_factory=list)


class Lookout:
    """Notes when the witnessed size grew, by asking for it all the time as a reader of the ledger would."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._ended = threading.Event()
        self._sizes: list[int] = []
        self._moments: list[float] = []
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(LOOK_S):
            latest = self._ledger.witnessing.latest()
            if latest is not None and (not self._sizes or latest.size > self._sizes[-1]):
                self._moments.append(time.perf_counter())
                self._sizes.append(latest.size)

    def start(self) -> None:
        self._thread.start()

    def when(self, index: int) -> float:
        """The moment at which an entry was first seen to be witnessed."""
        until = time.monotonic() + LONG_S
        while not self._sizes or self._sizes[-1] <= index:
            assert time.monotonic() < until, f"entry {index} is not witnessed"
            time.sleep(LOOK_S)
        return self._moments[bisect.bisect_right(self._sizes, index)]

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


@dataclass
class Place:
    """Three witnesses, their policy, and a log of their own for the baseline."""

    folder: Path
    signer: LogSigner
    bare: TreeLog
    homes: dict[str, Home]
    urls: dict[str, str]

    @contextlib.contextmanager
    def ledger(self, urls: dict[str, str] | None) -> Iterator[tuple[Ledger, World]]:
        """A new ledger with a commitment, whose witnesses are asked at `urls`; not at all without them.

        Only one may ask: to the witnesses, two ledgers of one key are a log with two histories.
        """
        folder = self.folder / ("unasked" if urls is None else "asked")
        lines = [line for name in NAMES for line in policy_lines(name, self.homes[name].cosigner.keys, self.urls[name])]
        lines.append(f"group parties 2 {' '.join(NAMES)}")
        text = policy_text(self.signer.vkey, self.signer.cosigner_vkey, lines, "parties")
        write_file(folder / "trust" / "policy", text.encode())
        by_label = {label: url for name, url in (urls or {}).items() for label in (name, f"{name}-mldsa44")}
        options = Options(cosign=urls is not None, witness_urls=by_label)
        with Ledger.open(folder, clock=StoryClock(START), signer=self.signer, create=True, options=options) as ledger:
            world = World(self.signer.vkey)
            for act in (*world.founding(), *world.commitment("c1")):
                play([act], partial(ledger_takes, ledger, world))
            yield ledger, world


def ledger_takes(ledger: Ledger, world: World, one: Signed) -> None:
    ledger.append(one.parsed)
    world.look(ledger.log)


@contextlib.contextmanager
def place(folder: Path, only: Sequence[str] = NAMES) -> Iterator[Place]:
    """Starts the witnesses that are wanted; the others have keys and no process."""
    signer, bare = LogSigner.generate(ORIGIN), TreeLog()
    homes = {name: Home.make(folder / name, f"witness.example/{name}", signer, bare.signer) for name in NAMES}
    started = {name: homes[name].start() for name in only}
    urls = {name: started[name][1] if name in started else closed_port() for name in NAMES}
    try:
        yield Place(folder, signer, bare, homes, urls)
    finally:
        for process, _url in started.values():
            end(process)


@contextlib.contextmanager
def slow(url: str) -> Iterator[str]:
    """A witness behind a line on which every answer takes two seconds."""

    def pass_on(body: bytes) -> tuple[int, str, bytes]:
        time.sleep(SLOW_S)
        answer = httpx.post(f"{url}/add-checkpoint", content=body, timeout=LONG_S)
        return answer.status_code, answer.headers["content-type"], answer.content

    with behaving(pass_on) as address:
        yield address


def round_trips(at: Place, count: int) -> list[float]:
    """Bare `POST /add-checkpoint` on one connection, each for one entry more."""
    at.bare.grow(count)
    bodies = [at.bare.request(size, size + 1) for size in range(count)]
    times = []
    with httpx.Client() as client:
        for body in bodies:
            begun = time.perf_counter()
            answer = client.post(f"{at.urls['w1']}/add-checkpoint", content=body)
            times.append(time.perf_counter() - begun)
            assert answer.status_code == 200, answer.text
    return times


def one_after_another(ledger: Ledger, signed: Sequence[Signed], rate: float, *, look: bool) -> Times:
    """A single submitter at a steady rate."""
    lookout, times = Lookout(ledger), Times()
    if look:
        lookout.start()
    handed: list[tuple[int, float]] = []
    first = time.perf_counter()
    for number, one in enumerate(signed):
        time.sleep(max(0.0, first + number / rate - time.perf_counter()))
        begun = time.perf_counter()
        index = ledger.append(one.parsed).entry.index
        times.appended.append(time.perf_counter() - begun)
        handed.append((index, begun))
    if look:
        times.witnessed = [lookout.when(index) - begun for index, begun in handed]
        lookout.end()
    return times


def at_once(ledger: Ledger, signed: Sequence[Signed], *, look: bool) -> Times:
    """Sixteen submitters, each with one statement under way."""
    lookout, times = Lookout(ledger), Times()
    if look:
        lookout.start()
    waiting, handed = iter(signed), []

    async def submitter() -> None:
        for one in waiting:
            begun = time.perf_counter()
            index = (await ledger.submit_async(one.parsed)).entry.index
            times.appended.append(time.perf_counter() - begun)
            handed.append((index, begun))

    async def all_of_them() -> None:
        await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))

    asyncio.run(all_of_them())
    if look:
        times.witnessed = [lookout.when(index) - begun for index, begun in handed]
        lookout.end()
    return times


def allegations(world: World, count: int) -> list[Signed]:
    return [world.allege("c1", PARTIES[number % 3]) for number in range(count)]


def measure(folder: Path, appends: int, steady: float) -> tuple[dict[str, Times], list[float]]:
    """Every run once, and the bare round trips; the runs that are compared stand beside each other in time."""
    runs: dict[str, Times] = {}

    def run(name: str, at: Place, urls: dict[str, str] | None, *, rate: float = steady) -> None:
        count = appends * MANY if rate == AT_ONCE else round(appends * min(1, rate / steady))
        with at.ledger(urls) as (ledger, world):
            signed = [world.allege("c1", PARTIES[number % 3]) for number in range(count)]
            look = urls is not None
            runs[name] = (
                at_once(ledger, signed, look=look)
                if rate == AT_ONCE
                else one_after_another(ledger, signed, rate, look=look)
            )
        print(f"{name}: done", file=sys.stderr)

    with place(folder / "one") as at:
        trips = round_trips(at, appends)
        run(ALONE, at, None)
        run("three witnesses, one submitter", at, at.urls)
    with place(folder / "quiet") as at:
        run("three witnesses, one entry now and then", at, at.urls, rate=QUIET)
    with place(folder / "many") as at:
        run(f"no witness, {SUBMITTERS} submitters", at, None, rate=AT_ONCE)
        run(f"three witnesses, {SUBMITTERS} submitters", at, at.urls, rate=AT_ONCE)
    with place(folder / "bad", NAMES[:2]) as at, slow(at.urls["w2"]) as address:
        run("one dead, one slow (2 s), one submitter", at, {**at.urls, "w2": address})
    return runs, trips


def row(name: str, times: Sequence[float], base: float) -> str:
    """p50, p95 and the longest, in milliseconds, and p50 as a multiple of the baseline."""
    p50, p95, most = (percentile(times, share) * 1_000 for share in (0.5, 0.95, 1.0))
    return f"{name:58} {p50:>8.1f} {p95:>8.1f} {most:>8.1f}   p50/base = {p50 / base / 1_000:6.2f}"


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[int(share * (len(times) - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=200, help="entries of a single submitter")
    parser.add_argument("--rate", type=float, default=25.0, help="its entries a second")
    arguments = parser.parse_args()
    tune_interpreter()
    with tempfile.TemporaryDirectory() as folder:
        runs, trips = measure(Path(folder), arguments.appends, arguments.rate)
    base = percentile(runs[ALONE].appended, 0.5) + percentile(trips, 0.5)
    print(f"{arguments.appends} entries at {arguments.rate:g}/s, {MANY} times as many at once; quorum 2 of 3")
    print(f"{'milliseconds':58} {'p50':>8} {'p95':>8} {'max':>8}")
    print(row("bare POST /add-checkpoint to one witness", trips, base))
    for name, times in runs.items():
        print(row(f"{name}: appended", times.appended, base))
        if times.witnessed:
            print(row(f"{name}: witnessed", times.witnessed, base))


if __name__ == "__main__":
    main()
