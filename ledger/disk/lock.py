"""One writer for each ledger: an advisory lock on a file of its folder.

The kernel releases the lock when the process ends, in whatever way; so a leftover lock file is harmless and is never
removed. The holder writes its process id into the file, so that a rejected process can report who holds the lock.

The lock is advisory. If a second writer ignores it, the store's primary key prevents a fork (`LostRace`).
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from constancia.ledger.errors import Locked

LOCK_NAME = "ledger.lock"
_HOLDER_BYTES = 64


class WriterLock:
    """The right to write to the ledger in `folder`, held until `release`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock at once.

        Raises:
            Locked: Another process holds it.
        """
        self._fd: int | None = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._fd, _HOLDER_BYTES, 0).decode("ascii", "replace").strip()
            self.release()
            raise Locked(folder, holder or "unknown process") from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"process {os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Release the lock; may be called twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

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
