"""Each parser that meets foreign bytes answers with a result or a declared error, within bounded time and memory.

Here the corpus is replayed, with what once broke something, and some generated input is tried: the same at each run.
`make fuzz` searches for hours, guided by coverage.
"""

import random
import time

import pytest
from tests.fuzz import harness as module
from tests.fuzz.every import HARNESSES
from tests.fuzz.harness import MOST_BYTES, REGRESSIONS, Harness, tried
from tests.fuzz.mutate import mutations
from tests.profile import sampled
from tests.rows import each_row

SECONDS = sampled(0.04, 0.5)  # of processor time, for each harness
SEED = 1


@pytest.mark.parametrize("one", HARNESSES.values(), ids=lambda one: one.name)
def test_parser_answers_or_refuses(one: Harness) -> None:
    seeds = [path.read_bytes() for path in one.corpus()]
    assert seeds, "no seeds: run `python -m tests.fuzz.seeds`"
    wrong = [(data, tried(one, data)) for data in seeds]
    made = mutations(seeds, random.Random(SEED))  # noqa: S311 - the same input at each run
    stop = time.process_time() + SECONDS
    while time.process_time() < stop:
        data = next(made)[:MOST_BYTES]
        wrong.append((data, tried(one, data)))
    assert [(data, found.how) for data, found in wrong if found is not None] == []


@each_row("one", HARNESSES.values(), ids=lambda one: one.name)
def test_first_seed_is_read(one: Harness) -> None:
    """A harness whose seeds are all refused at once would try nothing."""
    if one.name not in ("genesis-file", "act", "judged"):  # whose seeds are refused at their end
        one.run(one.corpus()[0].read_bytes())


def test_each_input_that_broke_something_belongs_to_a_harness() -> None:
    assert {path.name for path in REGRESSIONS.iterdir()} <= set(HARNESSES)


def test_harness_reports_another_exception_and_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SECONDS", 0.05)

    def fails(data: bytes) -> None:
        raise KeyError(data)

    def takes_long(data: bytes) -> None:
        stop = time.process_time() + 0.1
        while time.process_time() < stop:
            pass

    found = tried(Harness(name="x", run=fails, errors=(ValueError,)), b"")
    assert found is not None
    assert found.kind.startswith("KeyError at")
    assert tried(Harness(name="x", run=fails, errors=(KeyError,)), b"") is None
    slow = tried(Harness(name="x", run=takes_long, errors=()), b"")
    assert slow is not None
    assert slow.kind == "slow"
