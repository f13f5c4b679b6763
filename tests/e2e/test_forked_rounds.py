"""A few rounds of work, killed or met by a fault: of every third kind, and of each in `make thorough`.

The ledger's own modules choose which of them. `test_kill_rounds.py` kills all of them in each run, and `make rounds`
plays thousands of rounds.

They are played by an interpreter that has no other threads: a lock that one of them holds while a process is forked is
held in the new process for good.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from tests.e2e import round_work
from tests.e2e.forked_rounds import Rounds
from tests.e2e.round_work import SCENARIOS, Say
from tests.profile import sampled, turn_of

Tallies = list[dict[str, Any]]


def played(by: Callable[[Path], Rounds], place: Path) -> Tallies:
    """Have a function of this module play rounds in an interpreter of its own."""
    program = f"import {__name__} as own, pathlib; own.shown(own.{by.__name__}(pathlib.Path({str(place)!r})))"
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def shown(rounds: Rounds) -> None:
    sys.stdout.write(json.dumps([asdict(tally) for tally in rounds.tally.values()]))


ONE_IN = sampled(3, 1)
CHOSEN = list(SCENARIOS)[turn_of("ledger", ONE_IN) :: ONE_IN]


def some_rounds(place: Path) -> Rounds:
    rounds = Rounds(place, 11, CHOSEN)
    rounds.run(3 * len(CHOSEN))
    return rounds


def too_early(place: Path) -> Rounds:
    def run(_: round_work.Append, folder: Path, say: Say) -> None:
        with round_work.opened(folder) as ledger:
            for statement in round_work.signed()[:3]:
                say(f"{ledger.size} {'0' * 64}")
                ledger.append(statement.parsed)

    setattr(round_work.Append, "run", run)  # noqa: B010 - an assignment would have to be of the very same type
    rounds = Rounds(place, 12, ["append"])
    rounds.run(1)
    return rounds


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_and_nothing_half_made_stays(tmp_path: Path) -> None:
    tallies = played(some_rounds, tmp_path)
    assert [text for tally in tallies for text in tally["wrong"]] == []
    assert sum(tally["killed"] for tally in tallies) > 0
    assert sum(tally["faults"] for tally in tallies) == len(CHOSEN) >= 3
    assert sum(tally["acknowledged"] for tally in tallies) > 0


def test_work_that_acknowledges_too_early_is_noticed(tmp_path: Path) -> None:
    [tally] = played(too_early, tmp_path)
    assert "acknowledged and lost" in "".join(tally["wrong"])
