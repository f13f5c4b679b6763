"""Faults of the machine that a process meets while it writes; to be called in a process of its own."""

import builtins
import errno
import io
import os
import random
import resource
import sqlite3
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, Final

import click
from eventsourcing.persistence import PersistenceError

from constancia.ledger.errors import LedgerError
from constancia.verify.core.errors import Malformed, Unreadable

# What work may end with where the machine has a fault: said in words by the commands, and never anything else.
SAID: Final = (
    OSError,
    LedgerError,
    Unreadable,
    Malformed,
    sqlite3.Error,
    PersistenceError,
    SystemExit,
    click.exceptions.Exit,
)


def full_disk(chance: random.Random) -> None:
    """No file may become longer than so many bytes."""
    limit = chance.choice((0, 4_096, chance.randrange(200_000), chance.randrange(20_000)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def failing_fsync(chance: random.Random) -> None:
    """From a call on, nothing can be made durable."""
    _failing(chance, errno.EIO, (os, "fsync"), (os, "fdatasync"))


def read_only_folder(chance: random.Random) -> None:
    """From a call on, no file can be made, renamed or removed."""
    names = ("replace", "rename", "link", "unlink", "remove", "mkdir", "truncate")
    calls = [(os, name) for name in (*names, "open")]
    _failing(chance, errno.EROFS, *calls, (io, "open"), (builtins, "open"))


def _failing(chance: random.Random, number: int, *calls: tuple[ModuleType, str]) -> None:
    left = [chance.randrange(12)]
    for module, name in calls:
        setattr(module, name, partial(_failing_call, getattr(module, name), left, number))


def _failing_call(real: Callable[..., Any], left: list[int], number: int, *given: Any, **named: Any) -> Any:
    how = named.get("mode", given[1] if len(given) > 1 else "r")
    is_reading = (real is REAL_OPEN and not set("wax+") & set(str(how))) or (
        real is REAL_OS_OPEN and not given[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
    if not is_reading:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(number, os.strerror(number))
    return real(*given, **named)


REAL_OPEN: Final = io.open
REAL_OS_OPEN: Final = os.open
FAULTS: Final = (full_disk, failing_fsync, read_only_folder)
