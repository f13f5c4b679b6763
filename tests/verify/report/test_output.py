"""A verdict can't be faked, and can't be lost on its way: exit codes and text under every kind of output."""

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from tests.profile import sampled, turn_of
from tests.verify.small_ledger import Log
from tests.warm import WARM

pytestmark = pytest.mark.slow

COMMANDS = {
    "verify": [sys.executable, "-m", "constancia.verify"],
    "constancia": [sys.executable, "-m", "constancia", "verify"],
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
    home["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # what is started is what these tests import
    if shell:
        command = ["/bin/sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, env={**os.environ, **home, **env})


# Both programs meet every verdict with every encoding and every output. Of the pairs of a kind of output and a verdict,
# in which each comes once, every second one starts an interpreter of the verifier by itself (which ones, its own bytes
# choose), and one the larger program's, which writes by the same functions; every second one of the other pairs is
# forked from a warm parent, with streams as an interpreter makes them at its start.
# `make thorough` starts all of the verifier's, one of each kind of the larger program's, and forks all others.
ENCODINGS = ("cp437", "cp1252", "ascii", "utf-8")
UNWRITABLE = (">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "2>&-", "2>/dev/full")
REPORTED = ("intact", "altered", "inconclusive")  # on standard output; `unreadable` is said on standard error
ENCODED_PAIRS = tuple(zip(CODES, ENCODINGS, strict=True))
UNWRITABLE_PAIRS = (
    *zip(REPORTED, UNWRITABLE[:3], strict=True),
    *zip(("unreadable", "intact", "altered"), UNWRITABLE[3:], strict=True),
)
WITH_STREAMS = (
    WARM
    + """
import io, os, sys
encoding, shell, program = sys.argv[1:4]
del sys.argv[1:4]
for redirection in shell.split():
    descriptor = 2 if redirection.startswith("2") else 1
    if redirection.endswith("&-"):
        os.close(descriptor)
    else:
        os.dup2(os.open("/dev/full", os.O_WRONLY), descriptor)
def stream(descriptor, errors):
    try:
        os.fstat(descriptor)
    except OSError:
        return None
    raw = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
    return io.TextIOWrapper(raw, encoding=encoding, errors=errors)
sys.stdout, sys.stderr = stream(1, "strict"), stream(2, "backslashreplace")
sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
if program == "constancia":
    from constancia.api.cli import main
    sys.argv.insert(1, "verify")
else:
    from constancia.verify.__main__ import run as main
code = 0
try:
    main()
except SystemExit as end:
    code = end.code or 0
try:
    for one in filter(None, (sys.stdout, sys.stderr)):
        one.flush()
except OSError:
    code = 120  # as an interpreter says it at its end
os._exit(code)
"""
)


def forked(
    command: str, arguments: Sequence[str], encoding: str = "utf-8", shell: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """Run one of the two programs as a process that a warm parent forks, with such streams."""
    return ran([sys.executable, "-c", WITH_STREAMS, encoding, shell, command, *arguments])


@pytest.mark.parametrize("command", COMMANDS)
def test_streams_of_a_forked_process_are_those_of_a_started_one(command: str, sources: dict[str, list[str]]) -> None:
    started = ran([*COMMANDS[command], *sources["altered"]], PYTHONIOENCODING="ascii")
    done = forked(command, sources["altered"], "ascii")
    assert (started.returncode, started.stdout) == (done.returncode, done.stdout)


def started(kinds: Sequence[str], pairs: Sequence[tuple[str, str]], *, few: slice) -> list[tuple[str, str, str]]:
    """What is run in an interpreter of its own: command, verdict, kind of output."""
    by_turns = pairs[turn_of("verify", 2) :: 2]
    of_verify, of_constancia = sampled((by_turns, pairs[few]), (list(product(CODES, kinds)), pairs))
    return [("verify", *pair) for pair in of_verify] + [("constancia", *pair) for pair in of_constancia]


ENCODED = started(ENCODINGS, ENCODED_PAIRS, few=slice(0))
UNWRITTEN = started(UNWRITABLE, UNWRITABLE_PAIRS, few=slice(0, 1))


def others(kinds: Sequence[str], those: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """What is forked: of each verdict with each kind of output one of the programs at least, by turns."""
    pairs = enumerate(product(CODES, kinds))
    both = [(command, *pair) for at, pair in pairs for command in sorted(COMMANDS, reverse=bool(at % len(kinds) % 2))]
    return [each for each in both[:: sampled(2, 1)] if each not in those]


@pytest.mark.parametrize(("command", "verdict", "encoding"), others(ENCODINGS, ENCODED))
def test_encoding_of_a_forked_programs_output_changes_no_code(
    command: str, verdict: str, encoding: str, sources: dict[str, list[str]]
) -> None:
    done = forked(command, sources[verdict], encoding)
    assert done.returncode == CODES[verdict], done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("command", "verdict", "shell"), others(UNWRITABLE, UNWRITTEN))
def test_forked_programs_output_that_can_not_be_written_gives_no_verdicts_code(
    command: str, verdict: str, shell: str, sources: dict[str, list[str]]
) -> None:
    done = forked(command, sources[verdict], shell=shell)
    is_said_on_error = verdict == "unreadable" or shell.startswith("2")
    expected = {CODES[verdict]} if is_said_on_error else NOT_SAID
    assert done.returncode in expected, done.stderr


@pytest.mark.parametrize(("command", "verdict", "encoding"), ENCODED)
def test_encoding_of_the_output_changes_no_code(
    command: str, verdict: str, encoding: str, sources: dict[str, list[str]]
) -> None:
    done = ran([*COMMANDS[command], *sources[verdict]], PYTHONIOENCODING=encoding)
    assert done.returncode == CODES[verdict], done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("command", "verdict", "shell"), UNWRITTEN)
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
@pytest.mark.parametrize("verdict", REPORTED)
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
