"""What opening, the past and an append cost at a size: a ledger made by `million.py`, opened through the real door.

    PYTHONPATH=.import:. python tests/benchmarks/bench_opening.py --sizes 10000 100000 [--folder FOLDER]

Each ledger is opened three times: with nothing stored (everything is read, states are stored on the way), at the stored
state, and, with `--whole`, for reading only, which reads everything each time. Then a state of the past is asked for at
random sizes, a commitment's row and some pages are made, the first ones after a start, and allegations about one
commitment are appended, alone and in full batches. What it costs to know the law by its text comes first.
Seconds are the processor's, of this process with all its threads; the check behind the scenes is left out, and the
interpreter looks for cycles as rarely as in a server.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from starlette.testclient import TestClient
from tests.benchmarks.big_ledger import PASSPHRASE
from tests.benchmarks.million import YEARS, make
from tests.ledger.world import ORIGIN, PARTIES, START, World

from constancia.api.app import create_app
from constancia.api.http.settings import Settings
from constancia.ledger.append.examiner import Submission
from constancia.ledger.append.sequencer import tune_interpreter
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.snapshots.background_check import BackgroundCheck
from constancia.ledger.snapshots.law import law_digest, text_digest
from constancia.ledger.views.projections.commitments.commitments import COMMITMENTS

LATER = START + YEARS + timedelta(days=1)
PASTS = 20
APPENDS = 100
BATCH = 256
# Each group after a start of its own.
PAGES = (
    {
        "a commitment's page, first": "/es/compromisos/c1",
        "another commitment's page": "/es/compromisos/c2",
        "an entry's page after it": "/es/registros/40",
    },
    {
        "home, first": "/es/",
        "list of commitments after it": "/es/compromisos",
        "decisions": "/es/decisiones",
        "who is late": "/es/vencidos",
        "allegations": "/es/senalamientos",
        "duties": "/es/deberes",
    },
    {"list of commitments, first": "/es/compromisos"},
    {"allegations, first": "/es/senalamientos"},
)


def seconds(run: Callable[[], object]) -> float:
    """Give the processor's seconds of a call."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def opened(folder: Path) -> Ledger:
    """Open a ledger for writing, without its followers."""
    signer = LogSigner.load(ORIGIN, LedgerFolder(folder).log_key, PASSPHRASE)
    return Ledger.open(folder, clock=StoryClock(LATER), signer=signer, options=Options(follow=False))


def appends(ledger: Ledger, world: World) -> tuple[float, float]:
    """Give seconds an append: alone, and within a full batch."""
    writer, parts = ledger._core.writer, ledger._core
    examiner = parts.sequencer._examiner if parts.sequencer is not None else None
    if writer is None or examiner is None:
        raise TypeError("opened for reading")

    def some(count: int) -> list[Submission]:
        batch = [Submission(signed=world.allege("c0", PARTIES[at % 3]).parsed) for at in range(count)]
        for each in batch:
            examiner.examine(each)
        return batch

    alone = [seconds(partial(writer.write, some(1))) for _ in range(APPENDS)]
    together = seconds(partial(writer.write, some(BATCH)))
    if not all(getattr(outcome, "entry", None) for outcome in writer.write(some(1))):
        raise ValueError("an append was refused")
    return statistics.median(alone), together / BATCH


def pages(folder: Path, group: dict[str, str]) -> dict[str, float]:
    """Give milliseconds a page, in the order in which they are asked for after a start."""
    with opened(folder) as ledger, TestClient(create_app(ledger, Settings())) as browser:
        return {
            f"{name}, ms": seconds(lambda path=path: browser.get(path).raise_for_status()) * 1e3  # type: ignore[misc]
            for name, path in group.items()
        }


def measure(folder: Path, world: World | None, *, whole: bool) -> dict[str, float]:
    """Measure one ledger."""
    taken: dict[str, float] = {}
    store = LedgerFolder(folder).snapshots
    if not store.exists():
        taken["open, nothing stored, s"] = seconds(lambda: opened(folder).close())
    if whole:
        reading = lambda: Ledger.open(folder, clock=StoryClock(LATER), signer=None).close()  # noqa: E731
        taken["open for reading, all of it, s"] = seconds(reading)
    taken["open at the snapshot, s"] = statistics.median(seconds(lambda: opened(folder).close()) for _ in range(5))
    taken["snapshot, MB"] = store.stat().st_size / 1e6
    with opened(folder) as ledger:
        size = ledger.size
        chosen = random.Random(1)  # noqa: S311 (sizes of a benchmark)
        pasts = [seconds(lambda: ledger.state(chosen.randrange(size))) for _ in range(PASTS)]
        taken["state of the past, median, ms"] = statistics.median(pasts) * 1e3
        taken["state of the past, longest, ms"] = max(pasts) * 1e3
        row = lambda: COMMITMENTS.row(ledger.state(), "commitment/c1", LATER.date())  # noqa: E731
        taken["a commitment's row, first, ms"] = seconds(row) * 1e3
        taken["a commitment's row, again, ms"] = seconds(row) * 1e3
        if world is not None:
            world.look(ledger.log)
            alone, together = appends(ledger, world)
            taken["append alone, µs"], taken["append in a batch, µs"] = alone * 1e6, together * 1e6
    for group in PAGES:
        taken |= pages(folder, group)
    taken["memory at most, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return taken


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="a ledger that million.py has made; without appends")
    parser.add_argument("--whole", action="store_true")
    chosen = parser.parse_args()
    tune_interpreter()
    setattr(BackgroundCheck, "start", lambda _check: None)  # noqa: B010 (it would be measured too)
    setattr(BackgroundCheck, "close", lambda _check: None)  # noqa: B010
    show("the law", {f"{each.__name__}, ms": seconds(each.__wrapped__) * 1e3 for each in (text_digest, law_digest)})
    if chosen.folder is not None:
        show(chosen.folder.name, measure(chosen.folder, None, whole=chosen.whole))
        return
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "ledger"
            world = make(folder, size)
            world.now = LATER
            show(f"{size:,} entries", measure(folder, world, whole=chosen.whole))


def show(name: str, taken: dict[str, float]) -> None:
    """Print figures."""
    print(name)
    for what, figure in taken.items():
        print(f"  {what:34} {figure:12,.2f}", flush=True)


if __name__ == "__main__":
    main()
