"""A few rounds of each kind of work, killed or met by a fault; `make rounds` plays thousands."""

from pathlib import Path

import pytest
from tests.e2e import round_work
from tests.e2e.forked_rounds import Rounds
from tests.e2e.round_work import SCENARIOS, Say
from tests.ledger.world import Signed


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_and_nothing_half_made_stays(tmp_path: Path) -> None:
    rounds = Rounds(tmp_path, 11, list(SCENARIOS))
    rounds.run(3 * len(SCENARIOS))
    assert [text for tally in rounds.tally.values() for text in tally.wrong] == []
    assert sum(tally.killed for tally in rounds.tally.values()) > 0
    assert sum(tally.faults for tally in rounds.tally.values()) == len(SCENARIOS)
    assert sum(tally.acknowledged for tally in rounds.tally.values()) > 0


def test_work_that_acknowledges_too_early_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: round_work.Append, folder: Path, say: Say) -> None:
        with round_work.opened(folder) as ledger:
            for one in early():
                say(f"{ledger.size} {'0' * 64}")
                ledger.append(one.parsed)

    def early() -> list[Signed]:
        return round_work.signed()[:3]

    monkeypatch.setattr(round_work.Append, "run", run)
    rounds = Rounds(tmp_path, 12, ["append"])
    rounds.run(1)
    assert "acknowledged and lost" in "".join(rounds.tally["append"].wrong)
