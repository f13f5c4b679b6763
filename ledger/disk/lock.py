"""One process at a time: advisory locks on files, on every platform.

The system releases a lock when the process ends, in whatever way; so a leftover lock file is harmless and is never
removed. Who holds the ledger's lock is in the file next to it, so that a rejected process can report it.

The lock is advisory. If a second writer ignores it, the store's primary key prevents a fork (`LostRace`).
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import Locked
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import read_file

LOCK_NAME: Final = "ledger.lock"
HOLDER_NAME: Final = "ledger.lock.holder"
LOCK_NAMES: Final = (LOCK_NAME, HOLDER_NAME)
_HOLDER_BYTES: Final = 64


@contextlib.contextmanager
def locked(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock on a file, which is made where it is missing.

    Args:
        path: The file; its folder must exist.
        wait: Whether to wait for who holds it.

    Yields:
        Whether this process has it; always true where `wait` is.
    """
    lock = FileLock(path, timeout=-1 if wait else 0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


@contextlib.contextmanager
def locked_folder(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the lock on a folder, which is made where it is missing.

    The folder itself is locked, so that no lock file is published with it; where the system can't lock a folder, a file
    next to it is.

    Args:
        folder: The folder.
        wait: Whether to wait for who holds it.

    Yields:
        Whether this process has it; always true where `wait` is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        with locked(folder.parent / f".{folder.name}.lock", wait=wait) as is_ours:
            yield is_ours
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


class WriterLock:
    """The right to write to the ledger in `folder`, held until `release`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock at once.

        Raises:
            Locked: Another process holds it.
        """
        holder = folder / HOLDER_NAME
        with contextlib.ExitStack() as stack:
            if not stack.enter_context(locked(folder / LOCK_NAME, wait=False)):
                raise Locked(folder, _read(holder) or "unknown process")
            write_file(holder, f"process {os.getpid()}\n".encode("ascii"))
            self._stack = stack.pop_all()

    def release(self) -> None:
        """Release the lock; may be called twice."""
        self._stack.close()

    def __enter__(self) -> Self:
        """Return the lock itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self.release()


def _read(holder: Path) -> str:
    with contextlib.suppress(OSError, Unreadable):
        return (read_file(holder, _HOLDER_BYTES) or b"").decode("ascii", "replace").strip()
    return ""
