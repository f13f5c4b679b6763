"""Files and folders that are either there whole or not at all, also after a power cut.

The order is: write a temporary file, flush it to the disk, rename it, flush the folder. A crash before the rename
leaves a stray `.part` file, named after the process, which the next opener of the folder removes; a crash after it
leaves the new file. No reader ever sees a partial file.
"""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PART_SUFFIX = ".part"
# A file's name, the process that writes it, and what a database adds to it for its side files.
_HALF_WRITTEN: Final = re.compile(r".*\.(\d+)\.part(?:-wal|-shm|-journal)?\Z", re.DOTALL)


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write `data` to `path` atomically and durably.

    Args:
        path: The file; its folder is created if missing.
        data: All of its bytes.
        mode: Permission bits of a new file; never wider than this, not even for a moment.
    """
    make_folder(path.parent)
    part = durable_part(path)
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


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder durably, where it is missing, and the missing ones above it.

    Args:
        path: The folder.
        mode: Permission bits of the folder itself, less the process's umask; those above it have the usual ones.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=mode, exist_ok=True)
    sync_folder(path.parent)  # else a file that is durable within it may have no name after a power cut


def durable_part(path: Path) -> Path:
    """Give the name under which this process makes a file or folder before it is whole."""
    return path.with_name(f"{path.name}.{os.getpid()}{PART_SUFFIX}")


def replace_durably(part: Path, path: Path) -> None:
    """Give a file or folder that is whole its name, durably: all files below it, then the name."""
    for base, _, names in os.walk(part) if part.is_dir() else ():
        for name in names:
            _sync_file(Path(base, name))
        sync_folder(Path(base))
    if part.is_file():
        _sync_file(part)
    part.replace(path)
    sync_folder(path.parent)


def remove_half_written(paths: Iterable[Path]) -> None:
    """Remove what was left half made where a process was killed: files, databases, folders.

    Args:
        paths: Files and folders, of which only those are touched that have such a name, and whose process is
            not running. One whose number another process has got by now stays until that ends.
    """
    for path in list(paths):
        named = _HALF_WRITTEN.match(path.name)
        if named and not _is_running(int(named[1])):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def remove_half_made(path: Path) -> None:
    """Remove what was left half made of a file or folder where a process was killed; see `remove_half_written`.

    Args:
        path: Its name once it is whole, with whatever characters.
    """
    if path.parent.is_dir():
        remove_half_written(each for each in path.parent.iterdir() if each.name.startswith(f"{path.name}."))


def _is_running(pid: int) -> bool:
    if os.name == "nt":  # there signal 0 would be sent, as Ctrl-C: a leftover stays
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid != os.getpid()  # a leftover file with our number is of an earlier process with that number


def _sync_file(path: Path) -> None:
    fd = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows flushes what may be written to
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def overwrite_and_remove(path: Path) -> bool:
    """Overwrite a file and remove it, as far as a program can.

    What overwrites it is on the disk before the name goes: a file without a name is written back no more.

    Args:
        path: The file; a link is left alone.

    Returns:
        Whether it was there.

    Raises:
        OSError: It can't be written, or removed.
    """
    if not path.is_file() or path.is_symlink():
        return False
    try:
        with path.open("r+b") as file:
            length = os.fstat(file.fileno()).st_size
            for start in range(0, length, 1 << 20):
                file.seek(start)
                file.write(bytes(min(1 << 20, length - start)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False  # another process has removed it
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the system can do that for a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
