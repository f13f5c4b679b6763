"""Files that are made of the whole ledger: each once for what it is made from, kept on the disk while it is the latest.

- O8: one of a name is made at a time, and few requests wait for it: the others are asked to come again.
- O9: no more than the latest and the one before it stay on the disk, and none after the process has ended.
"""

import contextlib
import hashlib
import shutil
import tempfile
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from constancia.ledger.errors import Busy

_WAITING: Final = 4
_PATIENCE_S: Final = 30.0
_AGAIN_S: Final = 15.0
_STAY: Final = 2  # the one before stays for who is just downloading it


class MadeFiles:
    """Files in a folder of their own."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._waiting = threading.BoundedSemaphore(_WAITING)
        self._files: dict[str, list[tuple[str, Path]]] = defaultdict(list)

    def get(self, name: str, tag: str, make: Callable[[Path], object]) -> Path:
        """Give a file; make it where it is not there.

        Args:
            name: Its name.
            tag: Names what it is made from: another tag is another file.
            make: Writes it at a path at which there is nothing.

        Raises:
            Busy: Others wait for it already.
        """
        known = self._known(name, tag)
        if known is not None:
            return known
        if not self._waiting.acquire(blocking=False):
            raise Busy("this file is being made for others", retry_after_s=_AGAIN_S)
        try:
            if not self._locks[name].acquire(timeout=_PATIENCE_S):
                raise Busy("this file is being made", retry_after_s=_AGAIN_S)
            try:
                return self._known(name, tag) or self._made(name, tag, make)
            finally:
                self._locks[name].release()
        finally:
            self._waiting.release()

    def _known(self, name: str, tag: str) -> Path | None:
        return next((path for of, path in self._files[name] if of == tag and path.is_file()), None)

    def _made(self, name: str, tag: str, make: Callable[[Path], object]) -> Path:
        if self._folder is None or not self._folder.is_dir():
            self._folder = Path(tempfile.mkdtemp(prefix="constancia-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        path = self._folder / f"{tag}-{name}"
        try:
            make(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        self._files[name].append((tag, path))
        for _tag, old in self._files[name][:-_STAY]:
            with contextlib.suppress(OSError):  # it is being read, on a system that does not let it go
                old.unlink(missing_ok=True)
        del self._files[name][:-_STAY]
        return path

    def checksums(self) -> dict[str, tuple[str, int]]:
        """Give the SHA-256 in hex and the number of bytes of the latest file of each name that is there."""
        latest = {name: files[-1][1] for name, files in list(self._files.items()) if files}
        return {name: _digest(path) for name, path in latest.items() if path.is_file()}


@lru_cache(maxsize=16)
def _digest(path: Path) -> tuple[str, int]:
    """Give SHA-256 and length of a file that is never written again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
