"""A few dozen runs of the simulation, and that it notices a witness and a monitor that do not do their work."""

from pathlib import Path
from unittest.mock import patch

import pytest
from tests.profile import sampled, turn_of
from tests.simulation.__main__ import run

from constancia.ledger.monitor import comparison
from constancia.ledger.witnesses import witness

pytestmark = pytest.mark.usefixtures("known_signatures")
SEEDS = sampled(range(turn_of("ledger", 2), 32, 2), range(400))  # the ledger's own bytes choose which half
LIARS = range(1, 8)  # seeds, most of them of runs in which the log lies


@pytest.mark.parametrize("seed", SEEDS)
def test_lie_is_found_and_nobody_honest_is_accused(tmp_path: Path, seed: int) -> None:
    _, wrong, _ = run(tmp_path / "run", seed)
    assert wrong == []


def test_witness_that_does_not_compare_is_noticed(tmp_path: Path) -> None:
    with patch.object(witness, "_check_extends", lambda known, request: None):
        assert any("witness" in text for seed in LIARS for text in run(tmp_path / str(seed), seed)[1])


def test_monitor_that_proves_nothing_is_noticed(tmp_path: Path) -> None:
    with patch.object(comparison, "contradiction_of", lambda *_: None):
        assert any("neither has a proof" in text for seed in LIARS for text in run(tmp_path / str(seed), seed)[1])


def test_same_seed_is_the_same_run(tmp_path: Path) -> None:
    assert run(tmp_path / "one", 7)[2] == run(tmp_path / "two", 7)[2]
