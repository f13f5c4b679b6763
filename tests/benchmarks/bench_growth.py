"""What one durable append costs as a ledger grows: by batches stored, and by acts of one stream.

    PYTHONPATH=.import:. python tests/benchmarks/bench_growth.py [--sizes 1000 20000] [--acts 1000 8000]

By batches: a store is filled with batches of one entry each, as a lived ledger has them, with checkpoints of the size
that two signatures give; then 200 more are stored. By acts: one commitment collects allegations through the real
writer. Printed is the processor's time an append at each size, of the last 200, or of five batches of 200 (their
median), and the ratio to the first size. The interpreter is set as `serve` sets it.
"""

import argparse
import statistics
import tempfile
import time
import uuid
from pathlib import Path

from eventsourcing.persistence import StoredEvent
from tests.benchmarks.bench_append import open_ledger
from tests.ledger.world import PARTIES

from constancia.ledger.append.examiner import AppendOutcome, Submission
from constancia.ledger.append.sequencer import leave_memory_alone, tune_interpreter
from constancia.ledger.append.writer import Writer
from constancia.ledger.assembly import Options
from constancia.ledger.store.batch import MAX_BATCH, Batch
from constancia.ledger.store.sqlite_recorder import LedgerDatastore, LedgerRecorder

LAST = 200
BATCHES = 5
CHECKPOINT = b"x" * 3_468
STATE = b"y" * 1_200


def store(recorder: LedgerRecorder, number: int) -> None:
    """Store a batch of one entry."""
    event = StoredEvent(originator_id=f"a/{number}", originator_version=1, topic="t", state=STATE)
    name = (str(uuid.uuid4()),)
    batch = Batch(first_index=number, size=number + 1, leaf_hashes=bytes(32), checkpoint=CHECKPOINT, statement_ids=name)
    recorder.insert_events([event], batch=batch)


def by_batches(folder: Path, sizes: list[int]) -> dict[int, float]:
    """Give seconds of the processor a batch, at each number of batches."""
    recorder = LedgerRecorder(LedgerDatastore(str(folder / "ledger.sqlite")))
    recorder.create_table()
    with recorder.datastore.get_connection(commit=True) as connection:
        connection.cursor().execute("PRAGMA synchronous=OFF")  # the disk's time is not what is asked for
    taken, number = {}, 0
    for size in sizes:
        while number < size - LAST:
            store(recorder, number)
            number += 1
        begun = time.process_time()
        for _ in range(LAST):
            store(recorder, number)
            number += 1
        taken[size] = (time.process_time() - begun) / LAST
    recorder.datastore.close()
    return taken


def by_acts(folder: Path, sizes: list[int]) -> dict[int, float]:
    """Give seconds of the processor an entry, at each number of acts about one commitment: a median of batches."""
    run = open_ledger(folder / "acts", 0, Options(follow=False))
    leave_memory_alone()
    writer = run.ledger._core.writer
    examiner = writer._examiner if isinstance(writer, Writer) else None
    taken, number = {}, 0

    def write(count: int) -> float:
        nonlocal number
        signed = [run.world.allege("c0", PARTIES[at % 3]) for at in range(number, number + count)]
        batch = [Submission(signed=each.parsed) for each in signed]
        for each in batch:
            if examiner is not None:
                examiner.examine(each)
        begun = time.process_time()
        if writer is not None:
            assert all(isinstance(outcome, AppendOutcome) for outcome in writer.write(batch))
        number += count
        return (time.process_time() - begun) / count

    for size in sizes:
        while number < size - BATCHES * LAST:
            write(min(MAX_BATCH, size - BATCHES * LAST - number))
        taken[size] = statistics.median(write(LAST) for _ in range(BATCHES))
    run.ledger.close()
    return taken


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 20_000])
    parser.add_argument("--acts", type=int, nargs="+", default=[1_000, 8_000])
    chosen = parser.parse_args()
    tune_interpreter()
    with tempfile.TemporaryDirectory() as place:
        for name, taken in (
            ("batches stored", by_batches(Path(place), chosen.sizes)),
            ("acts on one commitment", by_acts(Path(place), chosen.acts)),
        ):
            first = next(iter(taken.values()))
            for size, seconds in taken.items():
                print(f"{name}: {size:>9,}: {seconds * 1e6:8.0f} µs, {seconds / first:5.2f} times the first")


if __name__ == "__main__":
    main()
