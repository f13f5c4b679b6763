"""A verdict can't be faked, and can't be lost on its way: exit codes and text under every kind of output."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.profile import sampled
from tests.verify.small_ledger import Log

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
    if shell:
        command = ["/bin/sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, env={**os.environ, **home, **env})


# The verifier by itself is tried with every verdict under every kind of output. For `constancia verify` each pair would
# start the larger program once more, about a second each, and it writes and ends through the same functions
# (`verify/report/output.py`). So each kind of output and each verdict meets it at least once; `make thorough` tries
# `unreadable` with every kind that can't be written. 30 pairs are not tried with it otherwise, and
# `test_pairs_of_the_larger_program` names them: 12 of 16 of a verdict and an encoding, 18 of 24 of a verdict and an
# output that can't be written. A closed pipe is tried with `intact` and `altered`, for both commands; neither
# `inconclusive` nor `unreadable` is tried there.
ENCODINGS = ("cp437", "cp1252", "ascii", "utf-8")
UNWRITABLE = (">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "2>&-", "2>/dev/full")
REPORTED = ("intact", "altered", "inconclusive")  # on standard output; `unreadable` is said on standard error
ENCODED_PAIRS = tuple(zip(CODES, ENCODINGS, strict=True))
UNWRITABLE_PAIRS = sampled(
    (
        *zip(REPORTED, UNWRITABLE[:3], strict=True),
        *zip(("unreadable", "intact", "altered"), UNWRITABLE[3:], strict=True),
    ),
    (*zip(REPORTED * 2, UNWRITABLE, strict=True), *(("unreadable", shell) for shell in UNWRITABLE)),
)


def test_pairs_of_the_larger_program() -> None:
    """What the comment above says is not tried is what is not tried."""
    encoded = {(verdict, encoding) for verdict in CODES for encoding in ENCODINGS}
    unwritable = {(verdict, shell) for verdict in CODES for shell in UNWRITABLE}
    assert (len(encoded), len(encoded - set(ENCODED_PAIRS))) == (16, 12)
    assert (len(unwritable), len(unwritable - set(UNWRITABLE_PAIRS))) == (24, sampled(18, 12))
    for pairs, kinds in ((ENCODED_PAIRS, ENCODINGS), (UNWRITABLE_PAIRS, UNWRITABLE)):
        assert ({verdict for verdict, _ in pairs}, {kind for _, kind in pairs}) == (set(CODES), set(kinds))


def of_verify(kinds: Sequence[str]) -> list[tuple[str, str, str]]:
    return [("verify", verdict, kind) for verdict in CODES for kind in kinds]


@pytest.mark.parametrize(
    ("command", "verdict", "encoding"),
    [*of_verify(ENCODINGS), *(("constancia", *pair) for pair in ENCODED_PAIRS)],
)
def test_encoding_of_the_output_changes_no_code(
    command: str, verdict: str, encoding: str, sources: dict[str, list[str]]
) -> None:
    done = ran([*COMMANDS[command], *sources[verdict]], PYTHONIOENCODING=encoding)
    assert done.returncode == CODES[verdict], done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "verdict", "shell"),
    [*of_verify(UNWRITABLE), *(("constancia", *pair) for pair in UNWRITABLE_PAIRS)],
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
