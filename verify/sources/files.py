"""A tree of files to read from: a folder; `web` has an address, `zip_archive` a zip.

- F1: every read is bounded by the caller; what is longer is `Unreadable`, never cut.
- F2: nothing but regular files below the folder is opened; a link is not followed, a pipe or device never waited for.
- F3: a file that is not there differs from one that can't be had from here, by the code of `Unreadable`.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Protocol, TypeVar

from constancia.verify.core.errors import Unreadable

MAX_DOCUMENT_BYTES: Final = 256 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
T = TypeVar("T")


class Files(Protocol):
    """Files by path, `/` between the parts."""

    location: str

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; None if there is no such file."""

    def digest(self, path: str) -> tuple[bytes, int] | None:
        """Return a file's SHA-256 and size; None if there is no such file."""

    def names(self) -> list[str] | None:
        """List all paths, sorted; None if that is not possible."""


class Folder:
    """A folder on this machine.

    Args:
        root: The folder.
        follow_links: Whether to follow links; only for a folder of the reader's own.
    """

    def __init__(self, root: Path, *, follow_links: bool = False) -> None:
        self.location = str(root)
        self._follow = follow_links
        self._root = root

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; None if there is no such file."""
        return self._take(path, lambda file: read_bounded(file, limit, path))

    def digest(self, path: str) -> tuple[bytes, int] | None:
        """Return a file's SHA-256 and size; None if there is no such file."""
        return self._take(path, lambda file: digest_of(file, path))

    def names(self) -> list[str]:
        """List all paths, sorted. Links are listed as what they are called, and never entered."""
        paths = []
        for folder, below, files in os.walk(self._root, followlinks=False):
            base = Path(folder).relative_to(self._root).as_posix()
            links = [name for name in below if Path(folder, name).is_symlink()]
            paths += [name if base == "." else f"{base}/{name}" for name in (*files, *links)]
        return sorted(paths)

    def _take(self, path: str, take: Callable[[BinaryIO], T]) -> T | None:
        if not self._follow:
            for part in list(PurePosixPath(path).parents)[-2::-1]:
                if (self._root / part).is_symlink():
                    raise Unreadable("link", f"{self.location}/{part}", "a symbolic link, which is not followed")
        try:
            with open_regular(self._root / path, follow=self._follow) as file:
                return take(file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable("denied", f"{self.location}/{path}", str(error)) from error


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a regular file; anything else is refused at once, and never waited for (rule F2).

    Raises:
        FileNotFoundError, NotADirectoryError: There is nothing.
        Unreadable: `link`, `special` or `denied`.
    """
    try:
        if not follow and path.is_symlink():
            raise Unreadable("link", str(path), "a symbolic link, which is not followed")
        refuse_special(path)  # before it is opened: to open a device may do something already
        no_link = 0 if follow else getattr(os, "O_NOFOLLOW", 0)
        flags = os.O_RDONLY | no_link | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Unreadable("special", str(path), "a pipe, a device or a folder, no regular file")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Unreadable("denied", str(path), str(error)) from error
    return os.fdopen(handle, "rb")


def refuse_special(path: Path) -> None:
    """Make sure that a file is a regular one, without opening it.

    Raises:
        OSError, ValueError: There is none, or it can't be seen.
        Unreadable: `special`.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise Unreadable("special", str(path), "a pipe, a device or a folder, no regular file")


def read_file(path: Path, limit: int) -> bytes | None:
    """Read one file that a person named: None if there is none.

    Raises:
        Unreadable: No regular file, not to be read on this machine, or longer than `limit` bytes.
    """
    return Folder(path.parent, follow_links=True).read(path.name, limit)


def read_named(path: Path, limit: int) -> bytes:
    """Read one file that must be there, as `read_file` does.

    Raises:
        FileNotFoundError: There is none.
        Unreadable: As `read_file`.
    """
    data = read_file(path, limit)
    if data is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return data


def read_bounded(file: BinaryIO, limit: int, where: str) -> bytes:
    """Read a whole file of at most `limit` bytes.

    Raises:
        Unreadable: It has more.
    """
    data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable("too-large", where, f"more than {limit} bytes")
    return data


def digest_of(file: BinaryIO, where: str) -> tuple[bytes, int]:
    """Hash a file in pieces.

    Returns:
        SHA-256 and size.

    Raises:
        Unreadable: It is larger than a document may be.
    """
    hasher, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > MAX_DOCUMENT_BYTES:
            raise Unreadable("too-large", where, f"more than {MAX_DOCUMENT_BYTES} bytes")
        hasher.update(chunk)
    return hasher.digest(), size
