"""The processes that a process has started, read from /proc: not every kernel lists them under `task/*/children`."""

import contextlib
from pathlib import Path


def children_of(number: int) -> list[int]:
    """Give the numbers of a process's children, whichever of its threads began them. Source: proc(5), `stat`."""
    children = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parent = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            children += [int(path.parent.name)] if int(parent) == number else []
    return sorted(children)
