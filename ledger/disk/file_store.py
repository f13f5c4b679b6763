"""Where the files lie that are next to a ledger's entries: a folder, or (`store.postgres.files`) its database.

- R1: what `write` was given is durable and whole when it returns; nobody ever reads a part of it.
- R2: what `erase` removes is overwritten first, as far as a program can.
"""

import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from constancia.ledger.disk.durable import (
    PART_SUFFIX,
    make_folder,
    overwrite_and_remove,
    remove_half_written,
    sync_folder,
)
from constancia.ledger.disk.lock import locked_folder
from constancia.verify.sources.files import Files, Folder, read_file


class FileStore(Files, Protocol):
    """Files by path, `/` between the parts: to read as `Files`, and to write."""

    def names(self) -> list[str]:
        """List all paths, sorted."""
        ...

    def size_of(self, path: str) -> int | None:
        """Return a file's size in bytes, without reading it; None if there is no such file."""
        ...

    def owns(self, path: str) -> bool:
        """Tell whether there is a file of that path that can be erased here: no link to one elsewhere."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Store a file durably, in the place of one that has its path (R1)."""
        ...

    def erase(self, path: str) -> bool:
        """Remove a file so that its bytes can't be read again (R2); return whether it was there."""
        ...

    def confirm(self) -> None:
        """Have it confirmed that files which are there are durable: their `write` may have ended in doubt."""
        ...

    def mark(self) -> object:
        """Give a value that differs where files were added or removed since."""
        ...

    def alone(self) -> AbstractContextManager[object]:
        """Keep other writers out within the block; they wait."""
        ...

    def tidy(self) -> None:
        """Remove what was left half written where a process was killed; for the one process that writes the ledger."""
        ...


class FolderFiles(FileStore):
    """A folder, which the first `write` creates.

    Args:
        root: The folder.
        mode: Permission bits of new files.
    """

    def __init__(self, root: Path, *, mode: int = 0o644) -> None:
        self.root = root
        self.location = str(root)
        self._mode = mode

    @override
    def read(self, path: str, limit: int) -> bytes | None:
        return read_file(self.root / path, limit)

    @override
    def digest(self, path: str) -> tuple[bytes, int] | None:
        return Folder(self.root, follow_links=True).digest(path)

    @override
    def names(self) -> list[str]:
        return Folder(self.root).names()

    @override
    def size_of(self, path: str) -> int | None:
        try:
            return (self.root / path).stat().st_size if (self.root / path).is_file() else None
        except FileNotFoundError:
            return None

    @override
    def owns(self, path: str) -> bool:
        return (self.root / path).is_file() and not (self.root / path).is_symlink()

    @override
    def write(self, path: str, data: bytes) -> None:
        place = self.root / path
        make_folder(place.parent)
        suffix = f".{os.getpid()}{PART_SUFFIX}"  # a name of its own: threads may write the same file at once
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix="upload-", suffix=suffix, delete=False) as file:
            part = Path(file.name)
            try:
                file.write(data)
                file.flush()
                part.chmod(self._mode)
                os.fsync(file.fileno())
                part.replace(place)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        sync_folder(place.parent)

    @override
    def erase(self, path: str) -> bool:
        return overwrite_and_remove(self.root / path)

    @override
    def confirm(self) -> None:
        """Do nothing: a file gets its name once it is durable."""

    @override
    def mark(self) -> object:
        return self.root.stat().st_mtime_ns if self.root.is_dir() else 0

    @override
    def alone(self) -> AbstractContextManager[object]:
        return locked_folder(self.root, wait=True)

    @override
    def tidy(self) -> None:
        if self.root.is_dir():
            remove_half_written(self.root.glob(f"upload-*{PART_SUFFIX}"))
            for path in self.root.glob(f"tmp????????{PART_SUFFIX}"):  # the name that they had in earlier versions
                path.unlink(missing_ok=True)
