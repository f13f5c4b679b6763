"""Change the code in small ways and see whether a test notices: `make mutants ARGS='--minutes 10 --seed 1'`.

Nothing is written to the source: each mutant is put in a module's place where it is imported, in a process of its own.
"""

import argparse
import ast
import functools
import importlib.machinery
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import CodeType
from typing import IO, Final

import pytest
from tests.mutants import session
from tests.mutants.mutate import Mutant, mutants_of
from tests.mutants.record import Record

ROOT: Final = Path(__file__).resolve().parents[2]
SURVIVORS: Final = Path(__file__).with_name("survivors.txt")
# A module's own tests, which lie where it lies, come first; then those of the rooms that use it.
TESTS: Final[dict[str, tuple[str, ...]]] = {
    # What streams are about is compared with the fold where rows are made of it.
    "domain/": ("tests/domain", "tests/ledger/views/test_subjects.py"),
    "domain/kernel/": ("tests/domain/kernel", "tests/domain", "tests/ledger/views/test_subjects.py"),
    "domain/values/": ("tests/domain/values", "tests/domain", "tests/ledger/views/test_subjects.py"),
    "verify/wire/": ("tests/verify/wire", "tests/verify/core", "tests/verify/audit", "tests/verify/evidence"),
    "verify/core/": (
        "tests/verify/core",
        "tests/verify/audit",
        "tests/verify/evidence",
        "tests/verify/sources",
        "tests/verify/test_vectors.py",
        "tests/verify/test_odd_input.py",
        "tests/verify/test_dishonest.py",
        "tests/verify/test_rotated_keys.py",
        "tests/ledger/test_postquantum.py",
    ),
    "ledger/attempts/": ("tests/ledger/attempts", "tests/ledger/append", "tests/ledger/test_postgres_places.py"),
    "ledger/append/": (
        "tests/ledger/append",
        "tests/ledger/test_ledger.py",
        "tests/ledger/test_postgres_doubt.py",
        "tests/ledger/test_postgres_ledger.py",
        "tests/ledger/reader",
    ),
}
# What is imported once, before the forks, is not rewritten by pytest; none of it asserts.
_PYTEST: Final = (
    "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=0",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
DEFAULT: Final = ("verify/core", "verify/wire", "ledger/append/writer.py", "ledger/append/head.py", "domain")


def main() -> None:
    """Try the mutants that were asked for, and print those that no test noticed."""
    options = _options()
    left = justified()
    mutants = [mutant for path in _files(options.targets) for mutant in mutants_of(ROOT, path)]
    listed = [mutant for mutant in mutants if mutant.key not in left and options.like in str(mutant)]
    random.Random(options.seed).shuffle(listed)  # noqa: S311 (a sample, no secret)
    spared = sum(mutant.key in left for mutant in mutants)
    record = Record(options.resume)
    waiting = record.waiting(listed)
    print(
        f"{len(mutants)} mutants, {spared} of them justified, {len(listed) - len(waiting)} killed before; "
        f"seed {options.seed}",
        flush=True,
    )
    if not waiting:
        return
    tests = options.tests or sorted({test for mutant in waiting for test in stages_of(mutant.path, ())})
    # Forked before the session imports what the mutants change: what has been imported is not imported again.
    with ProcessPoolExecutor(1, get_context("fork")) as fresh:
        fresh.submit(os.getpid).result()
        trial = Trial(waiting[: options.count], options, record, fresh)
        files = sorted({mutant.path for mutant in waiting})
        session.run(ROOT, tests, files, trial.run, is_whole=options.whole, most_s=options.most)
    sys.exit(1 if trial.survived else 0)


class Trial:
    """Tries mutants until its time is over: in the session, and in a new process (`--whole`) what runs at import."""

    def __init__(
        self, listed: Sequence[Mutant], options: argparse.Namespace, record: Record, fresh: ProcessPoolExecutor
    ) -> None:
        self._listed, self._options, self._record, self._fresh = listed, options, record, fresh
        self.survived: list[Mutant] = []

    def run(self, tests: session.Session) -> None:
        """Try them, and print those that no test noticed as they come, and the sum."""
        began, tally = time.monotonic(), {"killed": 0, "survived": 0, "timeout": 0, "imported": 0}
        for mutant in self._listed:
            if time.monotonic() - began > 60 * self._options.minutes:
                break
            outcome = tests.try_one(mutant)
            if outcome == "imported" and self._options.whole:
                outcome = self._fresh.submit(_try, mutant, stages_of(mutant.path, self._options.tests)).result()
            self._record.add(mutant, outcome)
            tally[outcome] += 1
            if outcome == "survived":
                self.survived.append(mutant)
            if outcome in ("survived", "timeout"):
                tests.say(f"{outcome:9} {mutant}")
        left, killed = tally["imported"], tally["killed"] + tally["timeout"]
        tests.say(
            f"tried {sum(tally.values()) - left}: killed {killed} (by time {tally['timeout']}), survived "
            f"{tally['survived']}; {left} that run at import left out; {time.monotonic() - began:.0f} s"
        )


def justified() -> dict[tuple[str, str, str, str], str]:
    """Read the mutants that no test can notice, each with its reason."""
    lines = [
        line.split(" | ") for line in SURVIVORS.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    ]
    return {(path, function, before, after): reason for path, function, before, after, reason in lines}


def stages_of(path: str, given: Sequence[str]) -> list[str]:
    """Give the tests of a module in the order in which they are run, until one fails: its own, then its rooms'.

    Args:
        path: The module's file, from the root of the project.
        given: What is run in place of its rooms' tests, if anything.

    Raises:
        SystemExit: Its rooms have no tests here, and none are given.
    """
    own = Path("tests") / Path(path).parent / f"test_{Path(path).name}"
    rooms = (TESTS[start] for start in sorted(TESTS, key=len, reverse=True) if path.startswith(start))
    stages = given or next(rooms, ())
    if not stages:
        raise SystemExit(f"no tests are named for {path} in tests/mutants/__main__.py: give them with --tests")
    return [str(own)] * (ROOT / own).is_file() + list(stages)


@dataclass(frozen=True, slots=True)
class Run:
    """How some tests ended, what they printed, and what they took: seconds of processor and of time.

    `left_out`: pytest's options that leave out what failed.
    """

    outcome: str
    printed: str
    cpu_s: float
    wall_s: float
    left_out: tuple[str, ...] = ()


def _try(mutant: Mutant, stages: Sequence[str]) -> str:
    for stage in stages:
        usual = _as_it_is(stage)
        run = _run(mutant, (*usual.left_out, "-x", stage), cpu_s=5 * usual.cpu_s + 10, wall_s=10 * usual.wall_s + 60)
        if run.outcome != "survived":
            return run.outcome
    return "survived"


@functools.cache
def _as_it_is(stage: str) -> Run:
    """Run tests without any change. A test that fails would kill every mutant: it is left out, and said."""
    run = _run(None, ("-rfE", stage), cpu_s=3600, wall_s=3600)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", run.printed, re.MULTILINE)
    if run.outcome != "survived" and not failed:
        raise SystemExit(f"{run.printed[-2000:]}\n{stage}: its tests can't be run")
    for test in failed:
        print(f"left out: {test} does not pass as it is", flush=True)
    return replace(run, left_out=tuple(f"--deselect={test}" for test in failed))


def _run(mutant: Mutant | None, arguments: Sequence[str], *, cpu_s: float, wall_s: float) -> Run:
    """Run tests with a mutant in a process of its own, which ends by its limits where the mutant never does."""
    with tempfile.TemporaryFile() as output:
        return _wait(_start(mutant, arguments, int(cpu_s), output.fileno()), wall_s, output)


def _start(mutant: Mutant | None, arguments: Sequence[str], cpu_s: int, output: int) -> int:
    """Start the process; gives its id."""
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
        os.dup2(output, 1)
        os.dup2(output, 2)
        _become(mutant, arguments)
    return child


def _wait(child: int, wall_s: float, output: IO[bytes]) -> Run:
    began = time.monotonic()
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        wall = time.monotonic() - began
        if done:
            code = os.waitstatus_to_exitcode(status)
            outcome = "survived" if code == 0 else "timeout" if code == -signal.SIGXCPU else "killed"
            output.seek(0)
            return Run(outcome, output.read().decode(errors="replace"), usage.ru_utime + usage.ru_stime, wall)
        if wall > wall_s:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Run("timeout", "", 0, wall)
        time.sleep(0.02)


def _become(mutant: Mutant | None, arguments: Sequence[str]) -> None:
    code = 2
    try:
        if mutant is not None:
            _put_in_place(ROOT / mutant.path, mutant.tree(ROOT))
        os.chdir(ROOT)
        code = int(pytest.main([*_PYTEST, *arguments], plugins=[session.FirstExample()]))
    finally:
        sys.stdout.flush()
        os._exit(code)


def _put_in_place(path: Path, tree: ast.Module) -> None:
    read = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        if Path(loader.path).resolve() == path:
            return compile(tree, str(path), "exec")
        return read(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def _files(targets: Sequence[str]) -> list[str]:
    found: list[str] = []
    for target in targets:
        place = ROOT / target
        if not place.exists():
            raise SystemExit(f"{target}: there is no such file or folder in {ROOT}")
        found += [str(one.relative_to(ROOT)) for one in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants ARGS=", description=__doc__)
    parser.add_argument("targets", nargs="*", default=DEFAULT, help="files or folders (default: %(default)s)")
    parser.add_argument("--most", type=float, default=240.0, help="processor seconds for one's tests (default: 240)")
    parser.add_argument("--minutes", type=float, default=10.0, help="begin no mutant after so long (default: 10)")
    parser.add_argument("--count", type=int, default=None, help="try at most so many (default: all)")
    parser.add_argument(
        "--whole", action="store_true", help="with slow tests; in a new process each, what runs at import"
    )
    parser.add_argument("--resume", type=Path, help="leave out what was killed as this file says, and go on in it")
    parser.add_argument("--tests", nargs="+", default=[], help="only these tests, not all those of the module's rooms")
    parser.add_argument("--like", default="", help="only those whose line holds a text, as it is printed")
    parser.add_argument("--seed", type=int, default=1, help="which ones come first (default: 1)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
