"""A parent that has the program imported, and forks a real process for each command: what tests/warm.py starts.

A process of `constancia` takes up to two seconds of a processor to import what it needs, before it does anything. Here
that is paid once. What is forked has its own folder, environment, streams, signals and exit code, ends as every
interpreter ends, and is the child of the test's process, which collects it: the fork's parent ends at once.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import locale
import os
import pkgutil
import runpy
import signal
import socket
import sys
import threading
import time
from functools import cache
from typing import Any, NoReturn

from tests import warm

ROOMS = ("constancia.api", "constancia.ledger", "constancia.verify", "constancia.domain")
# What the libraries import when they are first asked.
LATE = ("anyio._backends._asyncio", "httpcore", "uvicorn.loops.asyncio", "uvicorn.loops.uvloop",
        "uvicorn.protocols.http.h11_impl", "uvicorn.protocols.http.httptools_impl",
        "uvicorn.lifespan.off", "uvicorn.lifespan.on", "encodings.idna", "sqlite3.dbapi2", "zoneinfo")  # fmt: skip
ESCAPED = ("", "C", "POSIX", "C.UTF-8", "C.utf8")  # where an interpreter's streams let every byte through
MOST_BYTES = 1 << 20
MOST_FILES = 64
FIRST_FREE = 256


def import_all() -> None:
    """Import every module of the program, what its libraries would import later, and its catalogues of texts."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for info in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not info.name.endswith("__main__"):
                with contextlib.suppress(ImportError):  # what it needs may not be installed
                    importlib.import_module(info.name)
    for name in LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    share_commands(importlib.import_module("constancia.api.cli").app)
    i18n = importlib.import_module("constancia.api.text.i18n")
    for language in i18n.LANGUAGES:
        i18n.catalogue(language)


def share_commands(app: Any) -> None:
    """Make the tree of all verbs and their options once; the library makes it again for each command that runs."""
    for module, name in (("typer.main", "get_command"), ("typer.testing", "_get_command")):
        library = importlib.import_module(module)
        setattr(library, name, cache(getattr(library, name)))
    importlib.import_module("typer.main").get_command(app)


def commands(line: socket.socket) -> dict[str, Any]:
    """Answer each command with the number of the process that has begun it.

    Args:
        line: The socket that the commands come by, with the three streams of each, and what else it has open.

    Returns:
        In the process that was forked for a command: the command.

    Raises:
        SystemExit: The other end is gone.
    """
    while True:
        raw, streams, _flags, _address = socket.recv_fds(line, MOST_BYTES, MOST_FILES)
        if not raw:
            raise SystemExit(0)
        command: dict[str, Any] = json.loads(raw)
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:
            first = os.getpid()
            own = os.fork()
            if own:
                os.write(writing, str(own).encode())
                os._exit(0)
            while os.getppid() == first:
                time.sleep(0.0005)
            line.detach()
            become(command, streams)
            return command
        os.waitpid(between, 0)  # only now is the other process the test's own child
        os.close(writing)
        number = os.read(reading, 32)
        for one in (reading, *streams):
            os.close(one)
        line.sendall(number)


def become(command: dict[str, Any], streams: list[int]) -> None:
    """Take on what a process is given by who starts it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    passed = command["passed"]  # keep the numbers that they have
    above = max((FIRST_FREE, *(number + 1 for number in passed)))
    moved = [fcntl.fcntl(given, fcntl.F_DUPFD, above) for given in streams[3:]]
    for number, given in enumerate(streams[:3]):
        os.dup2(given, number)
    os.closerange(3, above)
    for number, given in zip(passed, moved, strict=True):
        os.dup2(given, number)
    os.closerange(above, 65_536)
    if command["session"]:
        os.setsid()
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    time.tzset()
    locale.setlocale(locale.LC_CTYPE, "")
    if command["arguments"][:1] == ["demo"] or "--demo" in command["arguments"]:
        leave_a_copy()
    open_streams()


def leave_a_copy() -> None:
    """Fork what goes on as this process's own parent of warm processes, before anything has begun here."""
    own, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        warm.install(warm.Parent(own))
        return
    own.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):  # who reads what this process writes waits for no other
        os.dup2(nothing, number)
    try:
        command = commands(theirs)
    except SystemExit:
        os._exit(0)
    end(run(command))


def open_streams() -> None:
    """Open the three streams as an interpreter does at its start."""
    named = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    errors = "surrogateescape" if named in ESCAPED else "strict"
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors=errors, closefd=False)  # type: ignore[misc]  # noqa: SIM115
    for number, name in ((1, "stdout"), (2, "stderr")):
        file = io.FileIO(number, "w", closefd=False)
        buffer: Any = file if at_once else io.BufferedWriter(file)
        stream = io.TextIOWrapper(
            buffer, encoding="utf-8", errors=errors if number == 1 else "backslashreplace",
            line_buffering=number == 2 or file.isatty(), write_through=at_once,
        )  # fmt: skip
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def run(command: dict[str, Any]) -> int:
    """Run a module or a text as the interpreter would, and give the exit code; what else it raises goes on."""
    kind, given, arguments = command["kind"], command["given"], command["arguments"]
    sys.argv[:] = ["-m" if kind == "-m" else "-c", *arguments]
    if not command["safe"]:
        sys.path.insert(0, command["folder"] if kind == "-m" else "")
    gc.enable()
    try:
        if kind == "-m":
            if not hasattr(sys.modules.get(given), "__path__"):
                sys.modules.pop(given, None)  # a module that is none of the first that it runs as a program
            runpy.run_module(given, run_name="__main__", alter_sys=True)
        else:
            exec(compile(given, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})  # noqa: S102
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        return ended.code or 0
    return 0


def end(code: int) -> NoReturn:
    """End as an interpreter does, but take nothing apart: each page of memory would have to be copied first."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)  # the interpreter says it in its own way
    os._exit(code & 0xFF)


if __name__ == "__main__":
    door = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    del sys.path[0]  # this file's folder
    import_all()
    gc.collect()
    gc.disable()
    gc.freeze()
    end(run(commands(door)))
