"""`constancia verify` and `constancia trust`, as a person runs them; what is interrupted in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.api.command_line import run_here
from tests.dishonest import backdated
from tests.process_tree import children_of
from tests.verify.small_ledger import Log, Writer, write
from tests.warm import MAIN

LINK = Path(__file__).resolve().parents[2] / ".import"


@dataclass
class Person:
    """Somebody with a home folder of her own, who gives commands."""

    home: Path
    lang: str = "en"

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PYTHONPATH": str(LINK),
            "CONSTANCIA_LANG": "en",
            "PATH": os.environ["PATH"],
        }

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-c", MAIN, "--lang", self.lang, *map(str, arguments)]

    def runs(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return run_here(["--lang", self.lang, *arguments], env=self.environment, cwd=cwd or self.home)

    def verifies(self, *arguments: str | Path, cwd: Path | None = None) -> tuple[int, dict[str, object]]:
        done = self.runs("verify", "--json", *arguments, cwd=cwd)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    (tmp_path / "home").mkdir()
    return Person(tmp_path / "home")


@pytest.fixture(scope="session")
def log() -> Log:
    return Writer().found().sign_agreement().report(300, batch=4).log()


@pytest.fixture
def place(log: Log, tmp_path: Path) -> Path:
    return log.write_ledger(tmp_path / "ledger")


@pytest.fixture
def trust(log: Log, tmp_path: Path) -> Path:
    return log.write_trust(tmp_path / "trust")


def codes(report: dict[str, object], where: str) -> list[str]:
    listed = report[where]
    assert isinstance(listed, list)
    return [one["code"] for one in listed]


# Trust


def test_without_an_anchor_the_verdict_is_inconclusive(person: Person, place: Path) -> None:
    code, report = person.verifies(place)
    assert (code, report["verdict"], codes(report, "open")) == (2, "inconclusive", ["no-trust"])


def test_trust_that_was_added_is_found_by_origin(person: Person, log: Log, place: Path, trust: Path) -> None:
    added = person.runs("trust", "add", trust)
    assert added.returncode == 0, added.stderr
    assert log.signer.verifier.name in added.stdout
    for where in (place, log.write_folder(place.with_name("published")), place / "ledger.sqlite"):
        code, report = person.verifies(where)
        assert (code, report["verdict"]) == (0, "intact")
    assert "Trust anchor" in person.runs("verify", place).stderr


def test_trust_can_be_listed_and_removed(person: Person, log: Log, trust: Path, place: Path) -> None:
    origin = log.signer.verifier.name
    assert "Nothing is pinned" in person.runs("trust", "list").stdout
    person.runs("trust", "add", trust, "--source", place)
    listed = person.runs("trust", "list").stdout
    assert origin in listed
    assert str(place) in listed
    assert person.runs("trust", "remove", origin).returncode == 0
    assert person.runs("trust", "remove", origin).returncode == 76
    assert person.verifies(place)[0] == 2


def test_another_anchor_for_the_same_origin_is_refused_until_replaced(
    person: Person, log: Log, trust: Path, place: Path, tmp_path: Path
) -> None:
    person.runs("trust", "add", trust)
    other = log.write_trust(tmp_path / "other")
    write(other / "genesis", b"0" * 64 + b"\n")
    refused = person.runs("trust", "add", other)
    assert refused.returncode == 76
    assert "Another trust anchor is already pinned" in refused.stderr
    assert person.verifies(place)[0] == 0
    assert person.runs("trust", "add", other, "--replace").returncode == 0
    code, report = person.verifies(place)
    assert code == 1
    assert report["first_fault"]["code"] == "genesis"  # type: ignore[index]


def test_adding_the_same_anchor_again_changes_nothing(person: Person, trust: Path, place: Path) -> None:
    person.runs("trust", "add", trust)
    person.verifies(place)
    assert person.runs("trust", "add", trust).returncode == 0
    assert list((person.home / "config").rglob("checkpoint"))


def test_folder_that_is_no_trust_folder_is_refused(person: Person, tmp_path: Path) -> None:
    assert person.runs("trust", "add", tmp_path).returncode == 76


def test_pinned_anchor_keeps_the_last_checkpoint_so_that_a_rollback_is_noticed(
    person: Person, log: Log, trust: Path, place: Path, tmp_path: Path
) -> None:
    person.runs("trust", "add", trust)
    assert person.verifies(place)[0] == 0
    code, report = person.verifies(log.cut_at(200).write_folder(tmp_path / "old"))
    assert code == 1
    assert report["first_fault"]["code"] == "rollback"  # type: ignore[index]


def test_explicit_trust_folder_is_never_written_to(person: Person, trust: Path, place: Path) -> None:
    before = sorted(trust.iterdir())
    assert person.verifies(place, "--trust", trust)[0] == 0
    assert sorted(trust.iterdir()) == before


# Source


def test_current_folder_is_the_source_by_default(person: Person, place: Path, trust: Path) -> None:
    code, report = person.verifies("--trust", trust, cwd=place)
    assert (code, report["source"]) == (0, {"kind": "store", "location": "."})


def test_pinned_source_is_the_source_elsewhere(person: Person, place: Path, trust: Path) -> None:
    person.runs("trust", "add", trust, "--source", place)
    code, report = person.verifies()
    assert (code, report["source"]) == (0, {"kind": "store", "location": str(place)})


def test_no_source_at_all_is_unreadable_and_says_what_to_do(person: Person) -> None:
    done = person.runs("verify")
    assert done.returncode == 3
    assert "name the one to verify" in done.stderr


# Exit codes


def test_altered_ledger_gives_1(person: Person, log: Log, trust: Path, tmp_path: Path) -> None:
    forged = backdated(log, 20, "2019-03-01T18:02:21.000Z").write_folder(tmp_path / "forged")
    code, report = person.verifies(forged, "--trust", trust)
    assert (code, report["verdict"]) == (1, "altered")


@pytest.mark.parametrize("arguments", [["/nowhere"], [".", "--trust", "/nowhere"], [".", "--since", "/nowhere"]])
def test_what_cannot_be_read_gives_3(person: Person, place: Path, arguments: list[str]) -> None:
    done = person.runs("verify", *arguments, cwd=place)
    assert done.returncode == 3
    assert done.stderr.startswith("UNREADABLE")


# What was verified before


def test_since_goes_on_from_what_the_last_audit_kept(
    person: Person, log: Log, trust: Path, place: Path, tmp_path: Path
) -> None:
    person.runs("trust", "add", trust)
    old = log.cut_at(280)
    _, report = person.verifies(old.write_folder(tmp_path / "old"))
    write(tmp_path / "checkpoint", str(report["checkpoint"]).encode())
    for since in (str(tmp_path / "checkpoint"), "last"):
        code, again = person.verifies(place, "--since", since)
        assert (code, again["since"], again["size"]) == (0, 280 if since != "last" else log.size, log.size)
        assert "not-read-again" in codes(again, "notes")
    told = person.runs("verify", place, "--since", tmp_path / "checkpoint").stdout
    assert "Nothing has changed since entry 280" in told


@pytest.mark.parametrize(
    ("lang", "advice"), [("es", "Revise el nombre y la carpeta"), ("en", "Check the name and the folder")]
)
@pytest.mark.parametrize("name", ["nada", "."])
def test_a_name_that_leads_nowhere_says_what_to_do(person: Person, lang: str, advice: str, name: str) -> None:
    done = person.runs("--lang", lang, "verify", name)
    assert (done.returncode, advice in done.stderr) == (3, True), done.stderr


def test_since_last_without_any_is_unreadable(person: Person, place: Path) -> None:
    assert person.runs("verify", place, "--since", "last").returncode == 3


def test_since_of_a_log_that_was_rewritten_gives_1(
    person: Person, log: Log, trust: Path, place: Path, tmp_path: Path
) -> None:
    person.verifies(place, "--trust", trust)
    write(tmp_path / "checkpoint", log.checkpoint())
    forged = backdated(log, 20, "2019-03-01T18:02:21.000Z").write_folder(tmp_path / "forged")
    code, report = person.verifies(forged, "--trust", trust, "--since", tmp_path / "checkpoint", "--all")
    assert code == 1
    assert "fork" in codes(report, "faults")


def test_cache_that_cannot_be_written_is_said_and_the_verdict_stands(person: Person, place: Path, trust: Path) -> None:
    write(person.home / "cache" / "constancia", b"a file where a folder should be")
    done = person.runs("verify", place, "--trust", trust)
    assert done.returncode == 0
    assert "could not be saved" in done.stderr


# Ctrl-C


@pytest.fixture(scope="session")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Log, Path]:
    log = Writer().found().sign_agreement().report(4_000, batch=256).log()
    return log, log.write_store(tmp_path_factory.mktemp("long") / "ledger.sqlite")


def test_ctrl_c_gives_130_and_the_same_command_goes_on(
    person: Person, long_log: tuple[Log, Path], tmp_path: Path
) -> None:
    log, place = long_log
    command = person.command("verify", "--json", place, "--trust", log.write_trust(tmp_path / "trust"))
    process = subprocess.Popen(
        command, env=person.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=person.home
    )
    _wait_for_workers(process)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), told
    assert "Interrupted" in told
    done = subprocess.run(command, env=person.environment, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert (done.returncode, report["size"]) == (0, log.size)
    [note] = [one for one in report["notes"] if one["code"] == "continued"]
    assert 0 < note["params"]["start"] < log.size
    assert report["checked"]["L2"]["signatures"] == log.size + 2


def _wait_for_workers(process: subprocess.Popen[str]) -> None:
    """Waits until the audit is at its entries: from then on its signatures are checked in processes of their own."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if children_of(process.pid):
            return
        time.sleep(0.002)
    raise AssertionError("the audit did not get to its entries")


def test_restart_begins_at_zero(person: Person, long_log: tuple[Log, Path]) -> None:
    _, place = long_log
    process = subprocess.Popen(
        person.command("verify", place),
        env=person.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for_workers(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    _, report = person.verifies(place, "--restart")
    assert "continued" not in codes(report, "notes")
