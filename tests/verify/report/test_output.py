"""A verdict can't be faked, and can't be lost on its way: exit codes and text under every kind of output."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log

pytestmark = pytest.mark.slow

COMMANDS = {
    "verify": [sys.executable, "-m", "constancia.verify"],
    "constancia": [sys.executable, "-m", "constancia.api.cli", "verify"],
}
CODES = {"intact": 0, "altered": 1, "inconclusive": 2, "unreadable": 3}
NOT_SAID = {70, 74}


@pytest.fixture(scope="module")
def sources(log: Log, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    root = tmp_path_factory.mktemp("sources")
    trust = str(log.write_trust(root / "trust"))
    good = log.write_folder(root / "libro ÿ ☃ 中")
    bad = log.write_folder(root / "bad")
    tile = bad / f"tile/0/000.p/{log.size}"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    return {
        "intact": [str(good), "--trust", trust],
        "altered": [str(bad), "--trust", trust],
        "inconclusive": [str(good)],
        "unreadable": [str(root / "nothing")],
    }


def ran(command: list[str], shell: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    home = {"XDG_CONFIG_HOME": "/nonexistent/config", "XDG_CACHE_HOME": "/nonexistent/cache"}
    if shell:
        command = ["/bin/sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, env={**os.environ, **home, **env})


# The verifier by itself is tried with every verdict under every kind of output. The larger program differs in how it
# begins and ends, not in what a report says: each kind of output and each verdict meets it at least once.
ENCODINGS = ("cp437", "cp1252", "ascii", "utf-8")
UNWRITABLE = (">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "2>&-", "2>/dev/full")
REPORTED = ("intact", "altered", "inconclusive")  # on standard output; `unreadable` is said on standard error


def of_verify(kinds: Sequence[str]) -> list[tuple[str, str, str]]:
    return [("verify", verdict, kind) for verdict in CODES for kind in kinds]


@pytest.mark.parametrize(
    ("command", "verdict", "encoding"),
    [*of_verify(ENCODINGS), *(("constancia", *pair) for pair in zip(CODES, ENCODINGS, strict=True))],
)
def test_encoding_of_the_output_changes_no_code(
    command: str, verdict: str, encoding: str, sources: dict[str, list[str]]
) -> None:
    done = ran([*COMMANDS[command], *sources[verdict]], PYTHONIOENCODING=encoding)
    assert done.returncode == CODES[verdict], done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "verdict", "shell"),
    [
        *of_verify(UNWRITABLE),
        *(("constancia", verdict, shell) for verdict, shell in zip(REPORTED * 2, UNWRITABLE, strict=True)),
        *(("constancia", "unreadable", shell) for shell in UNWRITABLE),
    ],
)
def test_output_that_can_not_be_written_gives_no_verdicts_code(
    command: str, verdict: str, shell: str, sources: dict[str, list[str]]
) -> None:
    done = ran([*COMMANDS[command], *sources[verdict]], shell)
    told_on_stderr = verdict == "unreadable"
    if told_on_stderr or shell.startswith("2"):
        assert done.returncode == CODES[verdict], done.stderr
    else:
        assert done.returncode in NOT_SAID, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("verdict", ["intact", "altered"])
def test_closed_pipe_gives_no_verdicts_code(verdict: str, command: str, sources: dict[str, list[str]]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMANDS[command], *sources[verdict], "--all"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(writer)
    assert done.returncode in NOT_SAID, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_usage_is_no_verdict(command: str) -> None:
    assert ran([*COMMANDS[command], "--no-such-option"]).returncode == 78


def test_internal_failure_is_no_verdict(sources: dict[str, list[str]], tmp_path: Path) -> None:
    program = (
        "import sys; from constancia.verify.report.output import ended\n"
        "def fails(): raise RuntimeError('a\\x1b[2J')\n"
        "sys.exit(ended(fails))"
    )
    done = ran([sys.executable, "-c", program])
    assert (done.returncode, b"\x1b" in done.stderr, b"RuntimeError" in done.stderr) == (70, False, True)
