"""What a monitor does besides watching: it runs the operator's command, and asks each witness for its own view."""

import hashlib
import json
import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.api.test_monitor import Scene, forged, host, scene, true
from tests.dishonest import Host, truncated
from tests.e2e.test_publish import plain_web_server
from tests.verify.small_ledger import ORIGIN, Log, Witness

from constancia.api.monitor import hook
from constancia.ledger.monitor.watch import RoundOutcome
from constancia.verify.core.formats.note import format_vkey

__all__ = ("forged", "host", "scene", "true")  # the monitor's scene
WRITE = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


def command(out: Path) -> str:
    return shlex.join([sys.executable, "-c", WRITE, str(out)])


def test_command_gets_each_finding_as_json_when_it_begins_and_when_it_ends(
    scene: Scene, host: Host, true: Log, tmp_path: Path
) -> None:
    out = tmp_path / "out $(touch injected); `x`.jsonl"
    scene.run("--on-finding", command(out))
    assert not out.exists()
    host.show(truncated(true, 20))
    assert scene.run("--on-finding", command(out)).exit_code == 1
    host.show(true)
    scene.run("--on-finding", command(out))
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {line["event"] for line in lines} == {"found", "cleared"}
    rollback = next(line for line in lines if line["code"] == "rollback")
    assert (rollback["origin"], rollback["url"]) == (ORIGIN, scene.url)
    assert set(rollback["sentence"]) == set(rollback["advice"]) == {"es", "en"}
    assert not list(tmp_path.glob("**/injected"))


def test_finding_with_evidence_names_the_proof_s_file(scene: Scene, host: Host, forged: Log, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    scene.run()
    host.show(forged)
    scene.run("--on-finding", command(out))
    [proof] = scene.proofs()
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert str(proof) in [line.get("evidence_file") for line in lines]


@pytest.mark.parametrize("bad", ["/nonexistent/program", "false", "an 'open quote", ""])
def test_command_that_fails_is_said_and_the_verdict_stays(scene: Scene, host: Host, true: Log, bad: str) -> None:
    scene.run()
    host.show(truncated(true, 20))
    done = scene.run("--on-finding", bad)
    assert done.exit_code == 1
    assert "--on-finding" in done.output


def test_all_commands_of_a_round_have_one_limit(scene: Scene, host: Host, true: Log, tmp_path: Path) -> None:
    scene.run()
    host.show(truncated(true, 20))
    outcomes: list[RoundOutcome] = []

    def run(_command: str, _root: Path, outcome: RoundOutcome, _says: object) -> int:
        outcomes.append(outcome)
        return 7

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hook, "run_for_findings", run)
        done = scene.run("--on-finding", "true")
    assert "7" in next(line for line in done.output.splitlines() if "--on-finding" in line)
    [event, *_] = outcomes[0].events
    many, began, words = replace(outcomes[0], events=(event,) * 100), time.monotonic(), list[str]()
    hangs = shlex.join([sys.executable, "-c", "import time; time.sleep(60)"])
    left = hook.run_for_findings(hangs, tmp_path, many, words.append, limits_s=(0.2, 0.5))
    assert time.monotonic() - began < 5
    # Three where the machine is idle: two that have 0.2 seconds, and one that has what is left.
    assert left == 100 - len(words) >= 97
    assert [float(line.split()[-2]) <= 0.2 for line in words] == [True] * len(words)


@pytest.fixture
def witness_url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "witness").mkdir()
    with plain_web_server(tmp_path / "witness") as url:
        yield url


def cosigns(folder: Path, log: Log, size: int | None = None) -> Witness:
    """A witness whose own view is a file, as the specification allows."""
    witness = Witness("w1")
    part = log if size is None else replace(log, entries=log.entries[:size])
    place = folder / "witness" / hashlib.sha256(ORIGIN.encode()).hexdigest() / "checkpoint"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(replace(part, witnesses=(witness,)).checkpoint())
    return witness


def test_each_witness_has_its_own_figures(scene: Scene, true: Log, tmp_path: Path, witness_url: str) -> None:
    witness = cosigns(tmp_path, true, true.size - 3)
    policy = scene.trust / "policy"
    lines = [line for line in policy.read_text().splitlines() if not line.startswith("quorum")]
    closed = f"witness w2 {format_vkey(Witness('w2').verifier)} http://127.0.0.1:9/"
    lines += [f"witness w1 {format_vkey(witness.verifier)} {witness_url}", closed, "quorum none", ""]
    policy.write_text("\n".join(lines))
    scene.run()
    assert scene.run().exit_code == 0
    metrics = scene.file("metrics.prom").decode()
    labels = f'{{origin="{ORIGIN}",url="{scene.url}",witness="w1",witness_url="{witness_url}"}}'
    assert f"constancia_monitor_witness_up{labels} 1.0" in metrics
    assert f"constancia_monitor_witness_size{labels} {true.size - 3}.0" in metrics
    assert f"constancia_monitor_witness_lag{labels} 3.0" in metrics
    assert "constancia_monitor_witness_cosigned_timestamp_seconds{" in metrics
    down = [line for line in metrics.splitlines() if 'witness="w2"' in line]
    assert [line.partition("{")[0] for line in down] == [
        "constancia_monitor_witness_up", "constancia_monitor_witness_answer_seconds"
    ]  # fmt: skip
    assert down[0].endswith(" 0.0")


def test_log_that_shows_its_witness_another_history_is_proved(
    scene: Scene, true: Log, forged: Log, tmp_path: Path, witness_url: str
) -> None:
    witness = cosigns(tmp_path, forged, true.size)
    policy = scene.trust / "policy"
    text = policy.read_text()
    policy.write_text(text.replace("quorum", f"witness w1 {format_vkey(witness.verifier)} {witness_url}\nquorum", 1))
    scene.run()
    assert scene.run().exit_code == 1
    [proof] = scene.proofs()
    assert b"w1" in proof.read_bytes() or "split-view" in scene.file("metrics.prom").decode()
