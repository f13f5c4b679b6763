"""Atomic and durable file writes, also across a power cut.

The order is: write a temporary file, flush it to the disk, rename it, flush the folder. A crash before the rename
leaves a stray `.part` file, named after the process, which the next opener of the folder removes; a crash after it
leaves the new file. No reader ever sees a partial file.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PART_SUFFIX = ".part"
_HALF_WRITTEN: Final = re.compile(r".+\.(\d+)\.part\Z")


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` to `path` atomically and durably.

    Args:
        path: The file; its folder is created if missing.
        data: All of its bytes.
        mode: Permission bits of a new file; never wider than this, not even for a moment.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}{PART_SUFFIX}")
    part.unlink(missing_ok=True)
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove_half_written(paths: Iterable[Path]) -> None:
    """Remove the temporary files of `write_file` that killed processes left.

    Args:
        paths: Candidate files. Only those with a temporary name whose process is not running are
            removed. If another process has reused the number, the file stays until that process ends.
    """
    for path in paths:
        named = _HALF_WRITTEN.match(path.name)
        if named and not _is_running(int(named[1])):
            path.unlink(missing_ok=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid != os.getpid()  # a leftover file with our number is of an earlier process with that number


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
