"""A few rounds of kill -9; `crash_rounds.py` runs hundreds."""

from pathlib import Path

import pytest
from tests.e2e.crash_rounds import MOST_STATEMENTS, run_rounds
from tests.profile import sampled


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", sampled([11], [11, 12]))
def test_no_acknowledged_entry_is_lost_when_the_process_is_killed(tmp_path: Path, seed: int) -> None:
    tally = run_rounds(tmp_path, 2, seed, statements=sampled(700, MOST_STATEMENTS))
    assert tally.faults == []
    assert tally.counts["acknowledged statements"] > 0
