"""Rounds of kill -9 at random moments over everything that writes: `make rounds ARGS='--rounds 5000 --seed 1'`.

    PYTHONPATH=.import:. python tests/e2e/forked_rounds.py [--rounds 500] [--seed 1] [--only append]

A round forks a process from this one, which has all imported, lets it work in a copy of a small ledger, and kills it at
a moment drawn from the time that the whole work takes. In every third round a fault of the machine meets it instead: a
disk that takes no more than so many bytes (`RLIMIT_FSIZE`, which also makes writes short), fsync that fails, a folder
that becomes read-only. What the process acknowledged before came over a pipe, as a client would have it, and may not be
missing. What is left is never called altered, nothing half-made is taken for whole, and the next run finishes by
itself once the cause is gone. `crash_rounds.py` does the same with concurrent clients in a full server's process,
`kill_rounds.py` kills before each single change to a file.
"""

import argparse
import contextlib
import gc
import hashlib
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.round_faults import FAULTS, SAID
from tests.e2e.round_work import SCENARIOS, Say, Scenario, signed, world


@dataclass
class Tally:
    """What the rounds of one scenario came to."""

    rounds: int = 0
    killed: int = 0
    faults: int = 0
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended: killed or not, what it had acknowledged, what went wrong in it."""

    is_killed: bool
    told: tuple[str, ...]
    wrong: str
    seconds: float


def forked(work: Callable[[Say], None], after: float | None) -> Ended:
    """Do some work in a process of its own, and kill it after so many seconds."""
    readable, writable = os.pipe()
    broken, told_broken = os.pipe()
    pid, begun = os.fork(), time.monotonic()
    if not pid:
        _child(work, writable, told_broken)
    os.close(writable)
    os.close(told_broken)
    try:
        is_killed, said = _heard(readable, pid, None if after is None else begun + after)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.waitpid(pid, 0)
    seconds = time.monotonic() - begun
    with os.fdopen(broken, "rb") as file:
        wrong = file.read().decode()
    os.close(readable)
    # What came after the last line feed was cut off, and acknowledges nothing.
    return Ended(is_killed=is_killed, told=tuple(said.decode().split("\n")[:-1]), wrong=wrong, seconds=seconds)


def _heard(readable: int, pid: int, until: float | None) -> tuple[bool, bytes]:
    """Read what a process says to its end; kill it when its time is over. Tell whether it was killed, and its words."""
    is_killed, text = False, b""
    while True:
        left = None if until is None else max(0.0, until - time.monotonic())
        ready, _, _ = select.select([readable], [], [], left)
        if not ready:
            os.kill(pid, signal.SIGKILL)
            is_killed, until = True, None
            continue
        data = os.read(readable, 65_536)
        if not data:
            return is_killed, text
        text += data


def _child(work: Callable[[Say], None], writable: int, broken: int) -> None:
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)

        def say(text: str) -> None:
            os.write(writable, f"{text}\n".encode())

        work(say)
    except BaseException:  # noqa: BLE001 - told to the parent
        os.write(broken, traceback.format_exc()[-900:].encode())
        os._exit(1)
    os._exit(0)


class Rounds:
    """Rounds of all scenarios in a folder of their own."""

    def __init__(self, place: Path, seed: int, names: Sequence[str]) -> None:
        world.cache_clear()  # whom the ledger of earlier rounds knew
        signed.cache_clear()
        self.place = place
        self.chance = random.Random(seed)  # noqa: S311 - it only chooses moments
        self.names = names
        self.tally = {name: Tally() for name in names}
        self._takes: dict[str, float] = {}
        for name in names:
            template = place / f"template {hashlib.sha256(name.encode()).hexdigest()[:8]}"
            SCENARIOS[name].prepare(template)
        gc.freeze()

    def _at_fault(self, fault: Callable[[random.Random], None], scenario: Scenario, folder: Path, say: Say) -> None:
        fault(self.chance)
        with contextlib.suppress(*SAID):
            scenario.run(folder, say)

    def _template(self, name: str) -> Path:
        return self.place / f"template {hashlib.sha256(name.encode()).hexdigest()[:8]}"

    def run(self, rounds: int) -> None:
        """Play so many rounds, of one scenario after the other."""
        for number in range(rounds):
            self._round(self.names[number % len(self.names)])

    def _round(self, name: str) -> None:
        scenario, tally, place = SCENARIOS[name], self.tally[name], self.place / "round"
        folder = place / "d"
        place.mkdir()
        shutil.copytree(self._template(name), folder)
        longest = self._takes.get(name)
        after = None if longest is None else self.chance.uniform(0, longest)
        fault = None if longest is None or (tally.rounds + 1) % 3 else self.chance.choice(FAULTS)
        if fault is None:
            first = forked(lambda say: scenario.run(folder, say), after)
        else:
            first = forked(lambda say: self._at_fault(fault, scenario, folder, say), None)
            tally.faults += 1
        if not first.is_killed and fault is None:  # the first round always; a busy machine takes longer than another
            self._takes[name] = min(first.seconds * 1.1, longest or first.seconds * 1.1)
        tally.rounds += 1
        tally.killed += first.is_killed
        tally.acknowledged += len(first.told)
        steps = [("before the kill", first)]
        steps.append(("left", forked(lambda _: scenario.check(folder, first.told), None)))
        if (
            longest is not None
        ):  # the first round, which measures the time that the work takes, leaves nothing to finish
            steps.append(("next run", forked(lambda say: scenario.run(folder, say), None)))
            told = (*first.told, *steps[-1][1].told)
            steps.append(("after it", forked(lambda _: scenario.check(folder, told), None)))
        tally.wrong += [f"{name}, round {tally.rounds}, {what}: {ended.wrong}" for what, ended in steps if ended.wrong]
        shutil.rmtree(place)


def main() -> int:
    """Play rounds; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="end after so many, whatever is left")
    parser.add_argument("--only", action="append", choices=SCENARIOS)
    arguments = parser.parse_args()
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        rounds = Rounds(Path(folder), arguments.seed, arguments.only or list(SCENARIOS))
        end = time.monotonic() + 60 * arguments.minutes
        for done in range(0, arguments.rounds, 100):
            if time.monotonic() > end:
                break
            rounds.run(min(100, arguments.rounds - done))
            wrong = sum(len(tally.wrong) for tally in rounds.tally.values())
            print(f"{done + 100:,} rounds, {wrong} wrong", file=sys.stderr, flush=True)
    total = Tally()
    for name, tally in [*rounds.tally.items(), ("all", total)]:
        print(f"{name:20} {tally.rounds:>6,} rounds, {tally.killed:>6,} killed, {tally.faults:>6,} with a fault,"
              f" {tally.acknowledged:>8,} acknowledged, {len(tally.wrong)} wrong")  # fmt: skip
        total.rounds += tally.rounds
        total.killed += tally.killed
        total.faults += tally.faults
        total.acknowledged += tally.acknowledged
        total.wrong += tally.wrong if tally is not total else []
    for text in total.wrong[:20]:
        print(text)
    print(f"seed {arguments.seed}")
    return 1 if total.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
