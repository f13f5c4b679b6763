"""One session of pytest that has collected its tests, and forks a process for each mutant: a second or less for most.

- M1: in the fork the mutated function's code is put in the place of the function's own, so that nothing is imported or
  collected again. What runs when a module is imported (constants, defaults, class bodies, a function that no test
  reaches later) can't be replaced so, nor can an inner function that uses other variables of the outer one than it
  did: it is tried with `--whole`, in a new process.
- M2: of the tests only those run that reach the changed line, as a run without any change has shown: first those that
  have killed many mutants in little time, the module's own before others.
- M3: a test counts only if it passes without the change in a fork of its own: what fails by itself kills nothing.
"""

import gc
import json
import os
import resource
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

import coverage
import pytest
from hypothesis import Phase, settings
from tests.mutants.mutate import Mutant

_PYTEST: Final = (
    "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=0", "--capture=sys",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
_IDLE_S: Final = 40  # without any use of a processor: longer than a test waits for another thread


def run(
    root: Path, tests: Sequence[str], files: Sequence[str], then: Callable[["Session"], None], *, is_whole: bool,
    most_s: float,
) -> None:  # fmt: skip
    """Collect tests, see which of them reach which lines of some files, and go on in `then` with the session.

    Args:
        root: Folder of the project.
        tests: Files and folders of tests, from there.
        files: The mutated modules, from there.
        then: Called within pytest's run.
        is_whole: Whether slow tests run too.
        most_s: Seconds of a processor that the tests of one mutant may take.
    """
    session = Session(root, [root / file for file in files], then, most_s)
    chosen = [] if is_whole else ["-m", "not slow"]
    pytest.main([*_PYTEST, *chosen, *(str(root / test) for test in tests)], plugins=[session])


class FirstExample:
    """The plugin by which a failing property ends with its first example, the same at each run."""

    def pytest_collection(self) -> None:
        """Replace what the tests' own configuration has set, before a test is read."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutants", deadline=None, derandomize=True, database=None, phases=phases)
        settings.load_profile("mutants")


class Session(FirstExample):
    """The plugin: its loop is not pytest's, but the caller's."""

    def __init__(self, root: Path, files: Sequence[Path], then: Callable[["Session"], None], most_s: float) -> None:
        self._root, self._most_s = root, most_s
        self._files = [str(file.resolve()) for file in files]
        self._then = then
        self._items: dict[str, pytest.Item] = {}
        self._seconds: dict[str, float] = {}
        self._reaching: dict[tuple[str, int], list[str]] = {}
        self._sound: dict[str, bool] = {}
        self._kills: Counter[tuple[str, str]] = Counter()
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = {}
        self._output = os.dup(1)

    def say(self, line: str) -> None:
        """Print a line past pytest, which keeps what is printed."""
        os.write(self._output, f"{line}\n".encode())

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Learn what each test reaches, then do as the caller wants."""
        self._items = {item.nodeid: item for item in session.items}
        began = time.monotonic()
        learned = self._forked(self._learn, 3_600)
        if learned is None:
            raise SystemExit("the tests can't be run as they are")
        for name, seconds, lines in learned:
            self._seconds[name] = seconds
            for file, number in lines:
                self._reaching.setdefault((file, number), []).append(name)
        gc.unfreeze()  # what the tests' collection froze is in no list of objects
        for value in gc.get_objects():
            if isinstance(value, FunctionType) and (place := _place(value.__code__))[0] in self._files:
                self._functions.setdefault(place, []).append(value)
        if not self._functions:
            raise SystemExit("no function of the files is in memory")
        self.say(
            f"{len(self._seconds)} tests pass as they are, of {len(self._items)}: {time.monotonic() - began:.0f} s"
        )
        self._then(self)
        return True

    def try_one(self, mutant: Mutant) -> str:
        """Give `killed`, `timeout`, `survived` (by all tests that reach the line), or `imported` (rule M1)."""
        path = str((self._root / mutant.path).resolve())
        # A function within another one may have been made when the module was imported: it has its own code replaced.
        made = [(code, self._functions.get(_place(code), [])) for code in _mutated(mutant, self._root, path)]
        changed = [(function, code) for code, functions in made for function in functions]
        if not changed or not all(takes(function, code) for function, code in changed):
            return "imported"
        names = self._tests_of(mutant, path)
        if not names:
            return "imported"
        usual = sum(self._seconds[name] for name in names)
        while names:
            failed = self._forked(lambda: [self._first_failing(names, changed)], 3 * usual + 5)
            if failed is None:
                return "timeout"
            if failed == [None]:
                return "survived"
            if self._passes_alone(failed[0]):
                self._kills[mutant.path, failed[0]] += 1
                return "killed"
            names.remove(failed[0])
        return "survived"

    def _tests_of(self, mutant: Mutant, path: str) -> list[str]:
        own = f"tests/{Path(mutant.path).parent}/test_{Path(mutant.path).name}"
        reaching = {name for line in mutant.lines for name in self._reaching.get((path, line), ())}

        def price(name: str) -> float:
            return (self._seconds[name] + 0.01) / (1 + 4 * name.startswith(own) + self._kills[mutant.path, name])

        names: list[str] = []
        total = 0.0
        for name in sorted(reaching, key=price):
            total += self._seconds[name]
            if names and total > self._most_s:
                break
            names.append(name)
        return names

    def _passes_alone(self, name: str) -> bool:
        if name not in self._sound:
            self._sound[name] = self._forked(lambda: [self._first_failing([name], [])], 600) == [None]
        return self._sound[name]

    def _first_failing(self, names: list[str], changed: Sequence[tuple[FunctionType, CodeType]]) -> str | None:
        for function, code in changed:
            function.__code__ = code
        return next((name for name, is_passed in self._results(names) if not is_passed), None)

    def _results(self, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
        items = [self._items[name] for name in names]
        for item, after in zip(items, [*items[1:], None], strict=True):
            before = item.session.testsfailed
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            yield item.nodeid, item.session.testsfailed == before

    def _learn(self) -> list[tuple[str, float, list[tuple[str, int]]]]:
        """Run all tests; give name, seconds and reached lines of those that pass."""
        tracer = coverage.Coverage(data_file=None, include=self._files, config_file=False)
        passed: dict[str, float] = {}
        tracer.start()
        results = self._results(list(self._items))
        for name in self._items:
            tracer.switch_context(name)
            began = time.process_time()
            if next(results)[1]:
                passed[name] = time.process_time() - began
        tracer.stop()
        lines: dict[str, list[tuple[str, int]]] = {}
        data = tracer.get_data()
        for file in data.measured_files():
            for number, contexts in data.contexts_by_lineno(file).items():
                for name in contexts:
                    lines.setdefault(name, []).append((str(Path(file).resolve()), number))
        return [(name, seconds, lines.get(name, [])) for name, seconds in passed.items()]

    def _forked(self, work: Callable[[], Any], cpu_s: float) -> Any:
        """Give what a fork's work gives, by JSON; None where the fork dies or takes more than its time."""
        with tempfile.TemporaryFile() as answer, Path(os.devnull).open("w") as nothing:
            child = os.fork()
            if child == 0:
                try:
                    os.setsid()
                    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s) + 5))
                    os.dup2(nothing.fileno(), 1)
                    os.dup2(nothing.fileno(), 2)
                    answer.write(json.dumps(work()).encode())
                    answer.flush()
                finally:
                    os._exit(0)
            if not _ended(child, 10 * cpu_s):
                return None
            answer.seek(0)
            text = answer.read()
            return json.loads(text) if text else None


def _ended(child: int, wall_s: float) -> bool:
    """Wait for a process and end what it left; tells whether it ended by itself and in time."""
    pause, used = 0.001, -1
    end = idle_end = time.monotonic() + wall_s
    while time.monotonic() < min(end, idle_end):
        if os.waitpid(child, os.WNOHANG)[0]:
            _kill(child)
            return True
        if (now := _processor_time(child)) != used:
            used, idle_end = now, time.monotonic() + _IDLE_S
        time.sleep(pause)
        pause = min(0.05, pause * 2)
    _kill(child)
    os.waitpid(child, 0)
    return False


def _processor_time(process: int) -> int:
    """Give the clock ticks of a processor that a process and its children have used. Source: proc(5), `stat`."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15]))


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def takes(function: FunctionType, code: CodeType) -> bool:
    """Tell whether a code can be put in the place of a function's own: its cells are those of the same variables."""
    return function.__code__.co_freevars == code.co_freevars


def _place(code: CodeType) -> tuple[str, str, int]:
    return str(Path(code.co_filename).resolve()), code.co_name, code.co_firstlineno


def _mutated(mutant: Mutant, root: Path, path: str) -> list[CodeType]:
    """Give the changed code of each function in whose body the change is."""
    around = mutant.functions(root)
    waiting: list[CodeType] = [compile(mutant.tree(root), path, "exec")] if around else []
    changed: list[CodeType] = []
    while waiting:
        code = waiting.pop()
        changed += [code] if (code.co_name, code.co_firstlineno) in around else []
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return changed
