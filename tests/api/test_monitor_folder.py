"""A monitor whose folder was damaged or tampered with: it says so, and goes on with the other logs."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.dishonest import Host, hosting
from tests.verify.small_ledger import Log, Writer
from typer.testing import CliRunner, Result

from constancia.api.cli import app
from constancia.ledger.monitor.watch_folder import folder_name

LINE = {
    "at": "2026-01-01T00:00:00Z", "code": "unreachable", "event": "found", "evidence": None, "key": "k",
    "origin": "o", "params": {"reason": "x"}, "url": "http://x",
}  # fmt: skip


def lines(*changed: Mapping[str, object]) -> bytes:
    return b"".join(json.dumps({**LINE, **one}).encode() + b"\n" for one in changed)


def state_with(**changed: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        state = json.loads((folder / "state.json").read_bytes())
        (folder / "state.json").write_text(json.dumps(state | changed))

    return damage


def written(name: str, data: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)

    return damage


def piped(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return damage


# What is passed over: the log itself is watched on.
PASSED_OVER = {
    "a journal of other types": written(
        "journal.jsonl",
        lines(
            {"at": 5},
            {"at": "yesterday"},
            {"at": "2026-01-01"},
            {"url": 1},
            {"url": "\ud800"},
            {"params": []},
            {"params": None},
            {"event": "x"},
            {"evidence": 7},
            {"code": ["fork"]},
            {"key": {}},
            {"origin": None},
        ),
    ),
    "a journal of bytes": written("journal.jsonl", b"\xff\xfe\x00\n[[[\n" + b"[" * 90_000 + b"\n{}\nnull\n"),
    "a journal without what its sentences need": written(
        "journal.jsonl",
        lines(*({"code": code, "params": {}, "key": code} for code in ("faulty", "fork", "stale", "inconclusive"))),
    ),
    "a journal with hostile text": written(
        "journal.jsonl",
        lines({"key": "\x1b[2J", "origin": "\ufffe\ud800", "evidence": "\x1b", "params": {"reason": "\x00\u202e"}}),
    ),
    "a proof that is none": written("evidence/contradiction-x.txt", b"\xff\x00"),
    "a proof that is a pipe": piped("evidence/contradiction-y.txt"),
    "a resume file of bytes": written("verified.sqlite", b"no database"),
}
# What is needed to go on with this log; nothing is overwritten.
STOPS_THIS_LOG = {
    "a state of bytes": written("state.json", b"\xff{"),
    "a state that is a list": written("state.json", b"[]"),
    "a state that nests": written("state.json", b"[" * 90_000),
    "a state with a size of text": state_with(size="many"),
    "a state with a time that is none": state_with(last_success="yesterday"),
    "a state with a time without its zone": state_with(verified_at="2026-01-01T00:00:00"),
    "a state with half a surrogate pair": state_with(origin="\ud800"),
    "a state with notes that are numbers": state_with(verified=5),
    "a state that holds what is no pair": state_with(held=[["a"]]),
    "a state that is a pipe": piped("state.json"),
    "a journal that is a pipe": piped("journal.jsonl"),
}


@dataclass
class Pair:
    """Two hosted logs, watched by one monitor, which has done a round."""

    urls: tuple[str, str]
    trust: tuple[Path, Path]
    root: Path

    def run(self, *more: str) -> Result:
        given = [*self.urls, "--dir", str(self.root), "--once", "--recheck", "0", "--levels", "L2"]
        given += [word for one in self.trust for word in ("--trust", str(one))]
        return CliRunner().invoke(
            app, ["monitor", *given, *more], env={"CONSTANCIA_LANG": "en"}, catch_exceptions=False
        )


@pytest.fixture(scope="module")
def logs() -> tuple[Log, Log]:
    return Writer().found().log(), Writer("example.org/other").found().log()


@pytest.fixture
def pair(logs: tuple[Log, Log], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    trust = (logs[0].write_trust(tmp_path / "one"), logs[1].write_trust(tmp_path / "two"))
    with hosting(Host(logs[0])) as first, hosting(Host(logs[1])) as second:
        made = Pair((first, second), trust, tmp_path / "monitor")
        done = made.run()
        assert done.exit_code == 0, done.output
        yield made


def intact(text: str) -> int:
    return text.count("INTACT")


@pytest.mark.parametrize("what", [*PASSED_OVER, *STOPS_THIS_LOG])
def test_damaged_folder_of_one_log_is_said_and_the_other_is_watched(pair: Pair, what: str) -> None:
    folder = pair.root / folder_name(pair.urls[0])
    (PASSED_OVER | STOPS_THIS_LOG)[what](folder)
    before = (folder / "state.json").read_bytes() if (folder / "state.json").is_file() else None
    done = pair.run()
    assert "example.org/other" in done.stdout
    if what in PASSED_OVER:
        assert done.exit_code in (0, 1, 2), done.output  # what the journal says is still open, is
        assert intact(done.stdout) >= 1
    else:
        assert (done.exit_code, intact(done.stdout)) == (3, 1), done.output
        assert folder.name in done.stderr
        assert before is None or (folder / "state.json").read_bytes() == before
    for feed in pair.root.glob("*.atom"):
        ET.fromstring(feed.read_bytes())  # noqa: S314 - our own feed
    assert list(text_string_to_metric_families((pair.root / "metrics.prom").read_text(encoding="utf-8")))
    json.loads((pair.root / "heads.json").read_bytes())


def test_damage_is_counted_in_words(pair: Pair) -> None:
    PASSED_OVER["a journal of other types"](pair.root / folder_name(pair.urls[0]))
    done = pair.run()
    assert "12 lines or proofs can't be read, and are left out" in done.stderr
    assert (done.exit_code, intact(done.stdout)) == (0, 2)


def test_outputs_that_cannot_be_written_are_no_finding_about_a_log(pair: Pair) -> None:
    (pair.root / "metrics.prom").unlink()
    (pair.root / "metrics.prom").mkdir()
    done = pair.run()
    assert (done.exit_code, intact(done.stdout)) == (74, 2), done.output
    assert "metrics.prom" in done.stderr
