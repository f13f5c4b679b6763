"""An operator's accidents, played with the real command: what is refused, what is reported, and what to do next."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.operator_accidents import Bench, clock_was_wrong, jumping_clock, restored_backup, two_at_once

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("accidents")]


@pytest.fixture
def bench(demo: Path, tmp_path: Path) -> Bench:
    """A folder with a copy of the demonstration: what one accident leaves is not there in the next."""
    shutil.copytree(demo, tmp_path / "ledger")
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def at_work(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, str]]:
    """A server at work, for the accidents that leave it at work, and its address."""
    bench = Bench(tmp_path_factory.mktemp("at-work"))
    shutil.copytree(demo, bench.folder / "ledger")
    with bench.served(bench.folder / "ledger") as url:
        yield bench, url


def test_clock_that_jumps_records_nothing_false(at_work: tuple[Bench, str]) -> None:
    bench, url = at_work
    found = jumping_clock(bench, url, bench.folder / "ledger")
    assert (found["before"], found["after"]) == (201, 201)
    assert (found["ahead"], found["behind"], found["right again"]) == ("E_CLOCK", "E_CLOCK", "recorded")
    assert found["ahead health"] == found["behind health"] == ["E_CLOCK"]
    assert found["right again health"] == []


def test_second_server_and_a_new_demonstration_leave_the_first_alone(at_work: tuple[Bench, str]) -> None:
    bench, url = at_work
    found = two_at_once(bench, url, bench.folder / "ledger")
    assert (found["second"].returncode, found["forced"].returncode) == (76, 76)
    for done in (found["second"], found["forced"]):
        assert "open for writing" in done.stderr
        assert "Traceback" not in done.stderr
    assert (found["spoke"], found["grown"]) == (201, 1)


def test_restored_backup_forks_nothing_and_goes_on_with_a_public_reason(bench: Bench) -> None:
    found = restored_backup(bench, bench.folder / "ledger")
    assert found["restore"] == 76
    assert (found["health"]["http"], found["health"]["writable"]) == (503, False)
    assert (found["status"], found["code"]) == (503, "E_ROLLED_BACK")
    assert "--accept-rollback" in found["page"]
    assert (found["after"]["writable"], found["accepted"]) == (True, 201)
    assert found["reason"] == "The disk of the server was lost"


def test_clock_that_was_wrong_earlier_does_not_block_the_ledger(bench: Bench) -> None:
    found = clock_was_wrong(bench, bench.folder / "ledger")
    reason = "The battery of the clock was empty"
    assert (found["while wrong"], found["refused"], found["no reason"]) == (201, "E_CLOCK", 76)
    assert "--accept-clock" in found["page"]
    assert (found["accepted"], found["accepted health"]) == (201, [])
    assert (found["next start"], found["next start health"]) == (201, [])
    item = found["integrity"]["rollbacks"][-1]
    assert (item["reason"], item["seen"][0]["code"]) == (reason, "clock")
    assert reason in found["page after"]
    assert found["times"][-1] == found["times"][-2] == found["times"][-3], "times never go back"
    for report in (found["verdict"], found["published"]):
        assert (report.returncode, reason in report.stdout) == (0, True), report.stdout
