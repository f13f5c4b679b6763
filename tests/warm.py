"""Processes of `constancia` that need no interpreter's start: forked from a parent that has everything imported.

`subprocess` of a test's process does as before, but a command that begins with COMMAND, or runs a text that begins with
WARM, is forked by tests/warm_server.py. It is a real process with its own folder, environment, streams and signals.

What a forked process of the demonstration starts in its turn, its witnesses, is forked as well: from a copy that it
made of itself before it began.

Not forked, but started: whatever has an interpreter's option (`-P`, `-W`; but a module may have `-P`, for a forked one
has imported all), whatever sets variables that an interpreter reads at its start, and everything if WARM_TESTS is 0.
That a process of its own starts, and imports no more than it needs, is for those tests to show.
"""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parent.parent
WARM: Final = "# forked from a warm parent\n"
MAIN: Final = f"{WARM}from constancia.api.cli import main; main()"
COMMAND: Final = [sys.executable, "-m", "constancia"]
OFF: Final = "WARM_TESTS"
MODULES: Final = ("constancia", "constancia.verify")
_BECOME_REAPER: Final = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
# Read once, when an interpreter or a library starts: where one differs, the parent's start does not do.
_AT_START: Final = ("PYTHON", "LD_", "COVERAGE", "OPENSSL_", "TZ", "FORCE_COLOR", "NO_COLOR", "TERMINAL_")
_HARMLESS: Final = ("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE")
# What `subprocess` gives its `_execute_child`, in order; other versions of Python may differ, and start every process.
_ASKED: Final = (
    "args", "executable", "preexec_fn", "close_fds", "pass_fds", "cwd", "env", "startupinfo", "creationflags", "shell",
    "p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite", "restore_signals", "gid", "gids", "uid",
    "umask", "start_new_session", "process_group",
)  # fmt: skip
_USUAL: Final[Mapping[str, Any]] = {
    "executable": None, "preexec_fn": None, "close_fds": True, "shell": False, "gid": None,
    "gids": None, "uid": None, "umask": -1, "process_group": -1,
}  # fmt: skip
_BEGUN: Final = dict(os.environ)

_real = subprocess.Popen._execute_child  # type: ignore[attr-defined]
_lock = threading.Lock()
_parents: dict[tuple[str, ...], "Parent"] = {}


class Parent:
    """A running parent: it takes a command and three streams, and gives a process's number."""

    def __init__(self, line: socket.socket, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """Speak to one that runs at the other end of a line."""
        self._line = line
        self.process = process

    @classmethod
    def start(cls, prefix: Sequence[str]) -> Self:
        """Start it, `prefix` going before its command."""
        own, theirs = socket.socketpair()
        paths = [str(ROOT / ".import"), str(ROOT), *filter(None, sys.path)]
        environment = _BEGUN | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
        with theirs:
            command = [*prefix, sys.executable, str(ROOT / "tests" / "warm_server.py"), str(theirs.fileno())]
            process = subprocess.Popen(
                command, env=environment, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        return cls(own, process)

    def fork(self, command: Mapping[str, Any], streams: Sequence[int]) -> int:
        """Have a command begun; gives the number of its process, which is a child of this one."""
        socket.send_fds(self._line, [json.dumps(command).encode()], list(streams))
        answer = self._line.recv(32)
        if not answer:
            raise OSError("the warm parent has ended")
        return int(answer)

    def end(self) -> None:
        """End it; what it forked goes on."""
        self._line.close()
        if self.process is None:
            return
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def install(parent: Parent | None = None) -> None:
    """Let `subprocess` fork such commands, where the system can, from a parent that there is already or a new one."""
    if sys.platform == "linux" and os.environ.get(OFF) != "0":
        if parent is not None:
            _parents[()] = parent
        ctypes.CDLL(None, use_errno=True).prctl(_BECOME_REAPER, 1, 0, 0, 0)
        subprocess.Popen._execute_child = _execute_child  # type: ignore[attr-defined]


def remove() -> None:
    """Undo `install`, and end the parents."""
    subprocess.Popen._execute_child = _real  # type: ignore[attr-defined]
    for parent in _parents.values():
        parent.end()
    _parents.clear()


def _is_plain(wanted: Mapping[str, Any]) -> bool:
    """Whether a process is wanted that differs from its parent in folder, environment and open files alone."""
    is_usual = all(wanted[name] == usual for name, usual in _USUAL.items())
    return is_usual and (wanted["cwd"] is None or Path(wanted["cwd"]).is_dir())


def _split(arguments: Any) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """What goes before a command that can be forked, and what it runs; None for any other command."""
    if isinstance(arguments, str | bytes | os.PathLike):
        return None
    given = [os.fspath(one) for one in arguments]
    if sys.executable not in given:
        return None
    at = given.index(sys.executable)
    after = given[at + 2 :] if (is_safe := given[at + 1 : at + 3] == ["-P", "-m"]) else given[at + 1 :]
    prefix, [kind, run, *rest] = tuple(given[:at]), [*after, "", ""]
    is_warm = (kind == "-m" and run in MODULES) or (kind == "-c" and run.startswith(WARM))
    if not is_warm or prefix[:1] not in ((), ("setpriv",)):
        return None
    return prefix, {"kind": kind, "given": run, "arguments": rest[:-2], "safe": is_safe}


def _starts_alike(environment: Mapping[str, str]) -> bool:
    """Whether an interpreter that starts with these variables is as the parent is."""

    def read(given: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, text in given.items() if name.startswith(_AT_START) and name not in _HARMLESS}

    paths = {Path(one).resolve() for one in environment.get("PYTHONPATH", "").split(os.pathsep) if one}
    known = {Path(one).resolve() for one in (*sys.path, str(ROOT / ".import"))}
    return read(environment) == read(_BEGUN) and paths <= known


def _execute_child(self: Any, *given: Any) -> None:
    """Begin a process, as `subprocess` asks for it: forked if it is ours and nothing unusual is wanted."""
    wanted = dict(zip(_ASKED, given, strict=False))
    split = _split(wanted["args"]) if len(given) == len(_ASKED) and _is_plain(wanted) else None
    environment = dict(os.environ if wanted["env"] is None else wanted["env"])
    if split is None or not _starts_alike(environment):
        _real(self, *given)
        return
    prefix, command = split
    command["environment"] = environment
    command["folder"] = str(Path.cwd() if wanted["cwd"] is None else Path(wanted["cwd"]).resolve())
    command["session"] = wanted["start_new_session"]
    command["passed"] = passed = sorted(map(int, wanted["pass_fds"]))
    ends = [wanted[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")]
    streams = [number if end == -1 else end for number, end in enumerate((ends[0], ends[3], ends[5]))]
    try:
        with _lock:
            if prefix not in _parents:
                _parents[prefix] = Parent.start(prefix)
            self.pid = _parents[prefix].fork(command, [*streams, *passed])
    except OSError:  # it did not start, or has ended: nothing was begun
        if (parent := _parents.pop(prefix, None)) is not None:
            parent.end()
        _real(self, *given)
        return
    self._child_created = True
    self._close_pipe_fds(*ends)
