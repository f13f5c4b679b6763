"""How often, and how long, canonical JSON is parsed for one statement handed in over HTTP, before it is judged.

    python tests/benchmarks/bench_parse.py [--statements 400]

"Parsed" counts calls of `parse_canonical` from the request's body to the end
of the examination. The signature is not verified here: the key is unknown to the examiner, which leaves it to the
writer. The second figure counts the parses of a stored entry, in a serving process, until its rows and the state at
the head can be read.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.ledger.world import ORIGIN, START, Signed, World, play

from constancia.ledger.append.examiner import Examiner, Submission
from constancia.ledger.append.key_ring import KeyRing
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.submission import parse_signed, signed_document
from constancia.verify.core.formats.canonical import parse_canonical

REPEATS = 60
AT_ONCE = 40  # statements in a repeat: so few that one of them is interrupted by nothing
SUBMISSION = ("parse_canonical",)
STORED = ("read_entry",)


@contextmanager
def counted(names: tuple[str, ...]) -> Iterator[Counter[str]]:
    """Count the calls of Python functions by name, in all threads that start meanwhile and in this one."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_name in names and "constancia" in frame.f_code.co_filename:
            calls[frame.f_code.co_name] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def duration_us(work: Callable[[], None], times: int) -> float:
    """Processor time: the least of some repeats (whatever else runs here only adds), µs for each of `times` pieces."""
    taken = []
    for _ in range(REPEATS):
        begun = time.thread_time()
        work()
        taken.append((time.thread_time() - begun) / times * 1e6)
    return min(taken)


def submissions(statements: int) -> None:
    """Print count and time for statements handed in."""
    signer = LogSigner.generate(ORIGIN)
    world = World(signer.vkey)
    documents = [
        signed_document(one.statement, one.signatures) for one in (world.allege("c1") for _ in range(statements))
    ]
    examiner = Examiner(origin=ORIGIN, vkey=signer.vkey, keys=KeyRing(), root=lambda _size: None)

    def work(some: Sequence[bytes] = documents[:AT_ONCE]) -> None:
        for raw in some:
            examiner.examine(Submission(signed=parse_signed(raw)))

    def bare() -> None:
        for raw in documents[:AT_ONCE]:
            parse_canonical(raw)

    with counted(SUBMISSION) as calls:
        work(documents)
    whole, alone = duration_us(work, AT_ONCE), duration_us(bare, AT_ONCE)
    print(
        f"handed in: {calls['parse_canonical'] / statements:.1f} parses, {whole:.0f} µs each, of which one parse takes "
        f"{alone:.0f} µs: {whole / alone:.2f} times a bare parse"
    )


def stored(statements: int) -> None:
    """Print how often a stored entry is parsed until rows and state can be read."""
    with tempfile.TemporaryDirectory() as folder:
        signer = LogSigner.generate(ORIGIN)
        with (
            counted(STORED) as calls,
            Ledger.open(Path(folder) / "ledger", clock=StoryClock(START), signer=signer, create=True) as ledger,
        ):
            world = World(signer.vkey)

            def take(signed: Signed) -> None:
                ledger.append(signed.parsed)
                world.look(ledger.log)

            play(world.founding(), take)
            play(world.commitment("c1"), take)
            ledger.views.wait()
            ledger.state()
            calls.clear()
            for _ in range(statements):
                ledger.append(world.allege("c1").parsed)
            ledger.views.wait()
            ledger.state()
        print(f"stored: {calls['read_entry'] / statements:.1f} parses until rows and state can be read")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=400)
    arguments = parser.parse_args()
    submissions(arguments.statements)
    stored(min(100, arguments.statements))


if __name__ == "__main__":
    main()
