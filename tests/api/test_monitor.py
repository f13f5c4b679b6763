"""The monitor's outer side: the command and its exit codes, peers over HTTP, feeds, metrics, and being killed."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.dishonest import Host, hosting, truncated
from tests.profile import sampled
from tests.rows import each_row
from tests.verify.small_ledger import Log, Writer, verify
from tests.warm import MAIN
from typer.testing import CliRunner, Result

from constancia.api.cli import app
from constancia.api.monitor.feed import atom
from constancia.api.monitor.service import MAX_BACK_OFF, delay
from constancia.api.monitor.words import advise, tell
from constancia.api.text.i18n import LANGUAGES
from constancia.ledger.monitor.findings import KINDS, JournalLine, LogFinding
from constancia.verify.report.findings import Verdict

pytestmark = pytest.mark.usefixtures("known_signatures")
ATOM = "{http://www.w3.org/2005/Atom}"
COMMON = 19


def history(told_to: str, count: int) -> Log:
    story = Writer().found().sign_agreement().report(COMMON - 16)
    for number in range(count):
        story.as_person("sfp", "ProgressReported", "commitment/rm", {"n": number, "told_to": told_to})
        story.cut()
    return story.log()


@pytest.fixture(scope="module")
def true() -> Log:
    return history("all", 8)


@pytest.fixture(scope="module")
def forged() -> Log:
    return history("some", 12)


@pytest.fixture
def host(true: Log) -> Host:
    return Host(true)


@dataclass
class Scene:
    """A hosted log, and a monitor of it as a command."""

    url: str
    trust: Path
    root: Path

    def run(self, *options: str, trust: bool = True, root: str = "one", url: str = "") -> Result:
        given = [url or self.url, "--dir", str(self.root / root), "--once", "--recheck", "0", "--levels", "L2"]
        given += ["--trust", str(self.trust)] if trust else []
        return CliRunner().invoke(app, ["monitor", *given, *options], catch_exceptions=False)

    def file(self, name: str, root: str = "one") -> bytes:
        return (self.root / root / name).read_bytes()

    def proofs(self, root: str = "one") -> list[Path]:
        return sorted((self.root / root).glob("*/evidence/*"))


@pytest.fixture
def scene(host: Host, true: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with hosting(host) as url:
        yield Scene(url, true.write_trust(tmp_path / "trust"), tmp_path)


# Exit codes


def test_exit_code_0_is_intact(scene: Scene) -> None:
    done = scene.run()
    assert (done.exit_code, "ÍNTEGRO" in done.output) == (0, True)


def test_exit_code_1_is_altered_with_evidence(scene: Scene, host: Host, forged: Log) -> None:
    scene.run()
    host.show(forged)
    done = scene.run()
    assert done.exit_code == 1
    assert "ALTERADO" in done.output
    [proof] = scene.proofs()
    assert str(proof) in done.output
    assert verify(proof, scene.trust).verdict is Verdict.ALTERED
    told = CliRunner().invoke(app, ["verify", str(proof), "--trust", str(scene.trust)])
    assert (told.exit_code, told.output.startswith("ALTERADO")) == (1, True)


def test_proof_is_verified_with_what_is_pinned(scene: Scene, host: Host, forged: Log) -> None:
    scene.run()
    host.show(forged)
    scene.run()
    [proof] = scene.proofs()
    assert CliRunner().invoke(app, ["verify", str(proof)]).exit_code == 2
    assert CliRunner().invoke(app, ["trust", "add", str(scene.trust)]).exit_code == 0
    assert CliRunner().invoke(app, ["verify", str(proof)]).exit_code == 1
    assert CliRunner().invoke(app, ["verify", str(proof), "--replay", "--json"]).exit_code == 1


def test_exit_code_2_is_inconclusive(scene: Scene) -> None:
    assert scene.run(trust=False).exit_code == 2


def test_exit_code_3_is_unreachable_or_unreadable(scene: Scene, host: Host) -> None:
    host.status = 503
    assert scene.run().exit_code == 3
    host.status = 404
    assert scene.run().exit_code == 3


def test_one_altered_log_of_two_decides_the_exit_code(scene: Scene, host: Host, true: Log) -> None:
    other = Host(true)
    with hosting(other) as second:
        assert scene.run(second).exit_code == 0
        other.show(truncated(true, 20))
        host.status = 503
        assert scene.run(second).exit_code == 1


def test_pinned_trust_is_used_without_saying(scene: Scene, true: Log, tmp_path: Path) -> None:
    origin = true.signer.verifier.name
    true.write_trust(tmp_path / "config" / "constancia" / "trust" / sha256(origin.encode()).hexdigest())
    assert scene.run(trust=False).exit_code == 0


def test_second_monitor_on_the_folder_is_turned_away(scene: Scene, host: Host) -> None:
    inner: list[subprocess.CompletedProcess[str]] = []

    def start_another(path: str) -> None:
        if path == "checkpoint" and not inner:
            command = _command(scene, "--once")
            made = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            inner.append(made)

    host.before = start_another
    assert scene.run().exit_code == 0
    assert inner[0].returncode == 76
    assert "otro proceso" in inner[0].stderr


def _command(scene: Scene, *options: str) -> list[str]:
    given = ["monitor", scene.url, "--dir", str(scene.root / "one"), "--trust", str(scene.trust), "--levels", "L2"]
    return [sys.executable, "-c", MAIN, *given, *options]


@pytest.mark.parametrize("given", ["folder", "zip://x"])
def test_other_than_addresses_are_refused(given: str, scene: Scene) -> None:
    assert scene.run(url=given).exit_code == 76


def test_receipt_that_is_none_is_unreadable(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"nothing")
    assert scene.run("--receipt", str(tmp_path / "r")).exit_code == 3
    assert scene.run("--receipt", str(tmp_path / "none")).exit_code == 3


def test_receipt_of_an_entry_that_is_not_shown_is_told(scene: Scene, host: Host, true: Log, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(true.receipt(25))
    assert scene.run("--receipt", str(tmp_path / "r")).exit_code == 0
    host.show(true.cut_at(22))
    done = scene.run("--receipt", str(tmp_path / "r"), root="new")
    assert done.exit_code == 1
    assert "El registro 25, del que hay constancia (r)" in done.output


def test_receipt_of_another_log_is_said_not_to_be_compared(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(Writer("example.org/other").found().log().receipt(3))
    assert "es de otro libro" in scene.run("--receipt", str(tmp_path / "other")).output


def test_json_has_one_line_for_each_log(scene: Scene) -> None:
    found = json.loads(scene.run("--json").stdout)
    assert (found["exit_code"], found["size"], found["open"]) == (0, 27, [])


# Peers


@pytest.fixture
def split(scene: Scene, host: Host, true: Log, forged: Log) -> Scene:
    """The host shows one history at one address, another at the other; each was verified by a monitor."""
    host.show(true, to="127.0.0.1")
    host.show(forged, to="127.0.0.2")
    assert scene.run(root="one").exit_code == 0
    assert scene.run(root="two", url=elsewhere(scene)).exit_code == 0
    return scene


def elsewhere(scene: Scene) -> str:
    return scene.url.replace("127.0.0.1", "127.0.0.2")


def test_two_monitors_find_a_split_view_by_their_heads_files(split: Scene) -> None:
    done = split.run("--peer", str(split.root / "one" / "heads.json"), root="two", url=elsewhere(split))
    assert done.exit_code == 1
    assert "historias distintas a lectores distintos" in done.output
    again = split.run("--peer", str(split.root / "two" / "heads.json"), root="one")
    assert again.exit_code == 1
    assert split.proofs("one")[0].read_bytes() == split.proofs("two")[0].read_bytes()


def test_one_monitor_of_both_addresses_finds_it_by_itself(split: Scene) -> None:
    done = split.run(elsewhere(split), root="both")
    assert done.exit_code == 1
    assert len(split.proofs("both")) in (1, 2)
    assert {one.name for one in split.proofs("both")} == {split.proofs("both")[0].name}


def test_heads_are_written_where_asked(scene: Scene, true: Log, tmp_path: Path) -> None:
    scene.run("--heads", str(tmp_path / "www" / "heads.json"))
    assert (tmp_path / "www" / "heads.json").read_bytes() == scene.file("heads.json")
    [head] = json.loads(scene.file("heads.json"))["heads"]
    assert head["note"].encode() == true.checkpoint()


def test_peer_may_be_a_single_checkpoint(split: Scene, tmp_path: Path, true: Log) -> None:
    (tmp_path / "note").write_bytes(true.checkpoint(25))
    assert split.run("--peer", str(tmp_path / "note"), root="two", url=elsewhere(split)).exit_code == 1


def test_missing_peer_is_told_and_leaves_the_verdict(scene: Scene) -> None:
    done = scene.run("--peer", "http://127.0.0.1:9/")
    assert done.exit_code == 0
    assert "No se pudo leer lo que vio otro monitor" in done.output


# Running on


class Running:
    """A monitor as a process of its own."""

    def __init__(self, scene: Scene, *options: str) -> None:
        self.process = subprocess.Popen(
            _command(scene, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code


def until(condition: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to this"
        threading.Event().wait(0.05)


def test_monitor_killed_in_the_middle_of_a_round_goes_on(scene: Scene, host: Host, true: Log) -> None:
    assert scene.run().exit_code == 0
    state = next((scene.root / "one").glob("*/state.json"))
    before = state.read_bytes()
    host.show(history("all", 20))
    reached, go_on = threading.Event(), threading.Event()

    def hold(path: str) -> None:
        if path.startswith("tile/entries/"):
            reached.set()
            go_on.wait(30)

    host.before = hold
    running = Running(scene, "--once")
    assert reached.wait(30)
    assert running.end(signal.SIGKILL) == -signal.SIGKILL
    go_on.set()
    assert state.read_bytes() == before
    host.before = lambda _: None
    done = scene.run("--json")
    assert (done.exit_code, json.loads(done.stdout)["size"]) == (0, 39)


def test_monitor_killed_again_and_again_keeps_all_that_it_found(scene: Scene, host: Host, forged: Log) -> None:
    scene.run()
    longest = history("all", 30)
    verified = 27
    sizes = range(28, 36)
    for number, size in enumerate(sampled(sizes[::2], sizes)):
        host.show(forged if number == 3 else longest.cut_at(size))
        running = Running(scene, "--every", "1", "--whole-every", "0")
        try:
            running.process.wait(
                0.3 + sampled(0.2, 0.1) * number
            )  # it takes some tenths of a second to begin, and looks each second
        except subprocess.TimeoutExpired:
            running.end(signal.SIGKILL)
        known = json.loads(next((scene.root / "one").glob("*/state.json")).read_bytes())
        assert verified <= known["size"] <= max(verified, size)
        verified = known["size"]
    host.show(forged)
    assert scene.run().exit_code == 1
    host.show(longest)
    done = scene.run("--json")
    assert (done.exit_code, json.loads(done.stdout)["size"]) == (1, longest.size)
    assert {one["code"] for one in json.loads(done.stdout)["open"]} == {"fork"}
    lines = next((scene.root / "one").glob("*/journal.jsonl")).read_text(encoding="utf-8").splitlines()
    # Two, where a monitor that was not killed in time met the other history at another size before.
    assert sum('"fork"' in line for line in lines) == len(scene.proofs()) in (1, 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_monitor_ends_cleanly_when_told(number: int, scene: Scene, host: Host) -> None:
    running = Running(scene, "--every", "3600")
    until((scene.root / "one" / "metrics.prom").exists)
    assert running.end(number) == 0
    assert scene.run().exit_code == 0


def test_monitor_serves_heads_feeds_metrics_and_proofs(scene: Scene, host: Host, forged: Log, tmp_path: Path) -> None:
    scene.run()
    host.show(forged)
    running = Running(scene, "--every", "1", "--listen", "127.0.0.1:0")
    try:
        assert running.process.stderr is not None
        found = re.search(r"http://\S+", running.process.stderr.readline())
        assert found is not None
        with httpx.Client(base_url=found[0]) as http:
            until(lambda: "evidence/contradiction" in http.get("/").text)
            assert http.get("/feeds/findings.es.atom").headers["content-type"].startswith("application/atom+xml")
            assert 'findings_total{code="fork"' in http.get("/metrics").text
            [name] = re.findall(r"/evidence/\S+", http.get("/").text)
            (tmp_path / "proof").write_bytes(http.get(name).content)
            assert verify(tmp_path / "proof", scene.trust).verdict is Verdict.ALTERED
            assert http.get("/evidence/..%2f..%2fstate.json").status_code == 404
            assert http.get("/evidence/none").status_code == 404
            assert http.post("/heads").status_code == 405
        peer = scene.run("--peer", found[0], root="two")
        assert "fork" in peer.output or "historias" in peer.output
        assert peer.exit_code == 1
    finally:
        assert running.end(signal.SIGTERM) == 0


def test_rounds_come_further_apart_while_a_log_can_not_be_had() -> None:
    for failures in range(12):
        for _ in range(50):
            assert 0.9 * 60 * 2 ** min(failures, 5) <= delay(60, failures) or failures >= 6
            assert delay(60, failures) <= 1.1 * MAX_BACK_OFF
    assert min(delay(7200, 5) for _ in range(50)) >= 0.9 * 7200
    assert len({delay(60, 0) for _ in range(20)}) > 1


# Feeds and metrics


def test_feeds_are_the_same_whenever_they_are_written(scene: Scene, host: Host, forged: Log) -> None:
    scene.run()
    host.show(forged)
    scene.run()
    first = [scene.file(f"findings.{lang}.atom") for lang in LANGUAGES]
    scene.run()
    assert [scene.file(f"findings.{lang}.atom") for lang in LANGUAGES] == first
    spanish, english = (ET.fromstring(one) for one in first)  # noqa: S314 - our own bytes
    [entry], [other] = spanish.findall(f"{ATOM}entry"), english.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == other.findtext(f"{ATOM}id")
    assert spanish.findtext(f"{ATOM}updated") == entry.findtext(f"{ATOM}updated")
    assert "dos historias" in (entry.findtext(f"{ATOM}title") or "")
    assert "two histories" in (other.findtext(f"{ATOM}title") or "")
    assert scene.proofs()[0].name in (entry.findtext(f"{ATOM}content") or "")


def test_what_has_passed_is_an_entry_of_its_own(scene: Scene, host: Host) -> None:
    scene.run()
    host.status = 503
    scene.run()
    host.status = None
    scene.run()
    entries = ET.fromstring(scene.file("findings.es.atom")).findall(f"{ATOM}entry")  # noqa: S314 - our own bytes
    assert len({one.findtext(f"{ATOM}id") for one in entries}) == 2
    assert sum("Ya no ocurre" in (one.findtext(f"{ATOM}title") or "") for one in entries) == 1


def test_feed_without_findings_has_a_fixed_date() -> None:
    feed = ET.fromstring(atom([], "name", "es"))  # noqa: S314 - our own bytes
    assert feed.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


def test_metrics_say_where_the_watch_stands(scene: Scene, host: Host) -> None:
    scene.run()
    host.status = 503
    scene.run()
    lines = scene.file("metrics.prom").decode().splitlines()
    labels = f'origin="example.org/small-ledger",url="{scene.url}"'
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(values[f"constancia_monitor_verified_size{{{labels}}}"]) == 27
    assert float(values[f"constancia_monitor_rounds_total{{{labels}}}"]) == 2
    assert float(values[f"constancia_monitor_entries_verified_total{{{labels}}}"]) == 27
    assert float(values[f"constancia_monitor_outcome{{{labels}}}"]) == 3
    assert float(values[f'constancia_monitor_findings_total{{code="unreachable",{labels}}}']) == 1
    assert float(values[f'constancia_monitor_open_findings{{code="fork",{labels}}}']) == 0
    success = float(values[f"constancia_monitor_last_success_timestamp_seconds{{{labels}}}"])
    assert abs(success - datetime.now(UTC).timestamp()) < 600  # noqa: TID251 - the machine's clock was used


# Words

PARAMS: dict[str, Any] = {
    "size": 1, "newer": 2, "source": "own", "index": 3, "name": "n", "reason": "r", "hours": 4, "expected": "e",
    "found": "f", "total": 5, "fault": "signature", "level": "L2", "field": "x", "last_index": None, "since": "s",
}  # fmt: skip


@each_row("lang", LANGUAGES)
@each_row("code", KINDS)
def test_every_finding_has_words_and_advice(code: str, lang: str) -> None:
    params = PARAMS | (
        {"reason": "no-quorum", "params": {"names": "x"}} if code in ("unwitnessed", "inconclusive") else {}
    )
    told = tell(LogFinding(code=code, params=params), lang)
    assert not told.startswith("monitor.")
    assert not advise(code, lang).startswith("monitor.")


def test_identifiers_of_events_tell_them_apart() -> None:
    one = JournalLine(
        at="2019-03-01T00:00:00Z", is_found=True, url="u", origin="o", finding=LogFinding(code="fork", key="k")
    )
    other = JournalLine(
        at="2019-03-01T00:00:00Z", is_found=False, url="u", origin="o", finding=LogFinding(code="fork", key="k")
    )
    assert one.urn != other.urn
    assert one.urn == JournalLine(at=one.at, is_found=True, url="u", origin="o", finding=one.finding).urn


# Documents


@each_row("page", ["MONITOR.md", "es/MONITOR.md"])
def test_page_on_monitoring_names_every_finding_option_and_file(page: str) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / page).read_text(encoding="utf-8")
    told = CliRunner().invoke(app, ["monitor", "--help"], env={"COLUMNS": "200"}).output
    options = {one for one in re.findall(r"--[a-z-]+", told) if one != "--help"}
    assert {one for one in options if f"`{one}" not in text} == set()
    assert [code for code in KINDS if f"`{code}`" not in text] == []
    assert [name for name in ("/heads", "/metrics", "metrics.prom", "journal.jsonl") if name not in text] == []
