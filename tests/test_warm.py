"""Processes that are forked from a warm parent are processes: folder, environment, streams, signals, exit codes."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests import warm
from tests.rows import each_row
from tests.warm import COMMAND, WARM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.environ.get(warm.OFF) == "0", reason="processes are started here, not forked"
    ),
]
IS_WARM = "import sys; print('fastapi' in sys.modules)"


def ran(code: str, *arguments: str, **more: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", WARM + code, *arguments]
    return subprocess.run(command, text=True, capture_output=True, check=False, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


SHOWS = """
import os, sys
print(os.getcwd(), sorted(os.environ), sys.argv, sys.stdin.read(), len(os.listdir("/proc/self/fd")))
"""
PASSED = """
import os, sys
os.write(int(sys.argv[1]), b"heard")
print(len(os.listdir("/proc/self/fd")), "fastapi" in sys.modules)
"""
WAITS = """
import os, sys, time
try:
    print(os.getppid(), flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_it_has_what_it_was_given_and_nothing_of_its_parents(tmp_path: Path) -> None:
    done = ran(SHOWS, "á", "b c", cwd=tmp_path, env={"ONLY": "this"}, input="ñandú")
    # Three streams, and the folder that is listed.
    assert (done.stdout, done.stderr) == (f"{tmp_path} ['ONLY'] ['-c', 'á', 'b c'] ñandú 4\n", "")


def test_it_has_the_files_that_are_passed_on_under_their_numbers(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb+") as low, (tmp_path / "b").open("wb+") as other:
        high = os.dup2(other.fileno(), 700)
        for number in (low.fileno(), high):
            assert ran(PASSED, str(number), pass_fds=(low.fileno(), high)).stdout == "6 True\n"
        os.close(high)
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"heard"] * 2


@each_row(
    ("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 7)]
)
def test_it_is_the_tests_own_child_and_ends_by_the_signal_sent(number: int, code: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WARM + WAITS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == os.getpid()
        process.send_signal(number)
        assert process.wait(60) == code


@pytest.mark.parametrize(
    ("code", "expected"),
    [("", 0), ("import sys; sys.exit(3)", 3), ("import sys; sys.exit('words')", 1), ("1 / 0", 1),
     ("import os; os._exit(9)", 9), ("import atexit; atexit.register(print, 'last')", 0)],
)  # fmt: skip
def test_it_ends_as_an_interpreter_does(code: str, expected: int) -> None:
    done = ran(code)
    real = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (expected, real.stdout)
    assert real.returncode == expected
    assert done.stderr.splitlines()[-1:] == real.stderr.splitlines()[-1:]


def test_processes_share_nothing_after_their_start(tmp_path: Path) -> None:
    code = "import constancia.api.cli as cli, sys; print(getattr(cli, 'mark', 'none')); cli.mark = sys.argv[1]"
    assert [ran(code, str(number)).stdout for number in range(2)] == ["none\n"] * 2


@each_row(("options", "variables"), [([], None), (["-P"], {}), (["-W", "error"], {}), ([], {"PYTHONHASHSEED": "1"})])
def test_what_an_interpreter_reads_at_its_start_starts_one(
    options: list[str], variables: dict[str, str] | None
) -> None:
    command = [sys.executable, *options, "-c", WARM + IS_WARM]
    done = subprocess.run(command, env={**os.environ, **(variables or {})}, capture_output=True, text=True, check=True)
    assert done.stdout == f"{variables is None}\n"


# Begun as the demonstration is, it starts a command as that starts its witnesses; two of its own folder's modules.
STARTS = """
import subprocess, sys
from tests import warm
done = [subprocess.run([sys.executable, *options, "-m", "constancia", "none"], capture_output=True, text=True)
        for options in (["-P"], ["-P", "-W", "error"])]
print([each.returncode for each in done], done[0].stderr == done[1].stderr, list(warm._parents))
"""


@pytest.mark.parametrize(("arguments", "parents"), [(["serve", "--demo"], [()]), (["demo"], [()]), (["serve"], [])])
def test_what_the_demonstration_starts_is_forked_and_its_own_child(arguments: list[str], parents: list[object]) -> None:
    done = ran(STARTS, *arguments)
    assert (done.stdout, done.stderr) == (f"[78, 78] True {parents}\n", "")


def test_a_command_that_is_not_there_is_said_as_ever() -> None:
    with pytest.raises(FileNotFoundError):
        subprocess.run(["/nonexistent/program", *COMMAND], check=False)
    with pytest.raises(FileNotFoundError):
        ran("", cwd="/nonexistent/folder")


def test_a_parent_that_has_died_is_no_fault_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    own, gone = socket.socketpair()
    gone.close()
    monkeypatch.setattr(warm, "_parents", {(): warm.Parent(own)})
    assert ran(IS_WARM).stdout == "False\n", "an interpreter was started"
    assert warm._parents == {}, "and the next command starts another parent"
