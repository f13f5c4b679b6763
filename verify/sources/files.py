"""Read-only file trees: a folder or a URL (for zip archives see `zip_archive`).

- F1: every read is bounded by the caller; a longer file is `Unreadable`, never truncated.
- F2: only regular files below the folder are opened; links are not followed.
- F3: over the network every wait has a time limit; the channel is not trusted, because all data is checked.
"""

import gzip
import hashlib
import io
import os
import stat
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from constancia.verify.core.errors import Unreadable

MAX_DOCUMENT_BYTES: Final = 256 * 1024 * 1024
TIMEOUT_S: Final = 20
ATTEMPTS: Final = 3  # a dropped connection is not a verdict
_CHUNK: Final = 1024 * 1024


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
        self._no_links = 0 if follow_links else getattr(os, "O_NOFOLLOW", 0)
        self._root = root

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; None if there is no such file."""
        file = self._open(path)
        if file is None:
            return None
        with file:
            return read_bounded(file, limit, path)

    def digest(self, path: str) -> tuple[bytes, int] | None:
        """Return a file's SHA-256 and size; None if there is no such file."""
        file = self._open(path)
        if file is None:
            return None
        with file:
            return digest_of(file, path)

    def names(self) -> list[str]:
        """List all paths, sorted. Links are listed by name and never followed."""
        paths = []
        for folder, _, files in os.walk(self._root, followlinks=False):
            base = Path(folder).relative_to(self._root).as_posix()
            paths += [name if base == "." else f"{base}/{name}" for name in files]
        return sorted(paths)

    def _open(self, path: str) -> BinaryIO | None:
        # Without NONBLOCK a named pipe in place of a file would block the verifier without end.
        flags = os.O_RDONLY | self._no_links | getattr(os, "O_NONBLOCK", 0)
        try:
            handle = os.open(self._root / path, flags | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable("file", f"{self.location}/{path}", str(error)) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Unreadable("file", f"{self.location}/{path}", "not a regular file")
        return os.fdopen(handle, "rb")


class Web:
    """Files below an http or https address."""

    def __init__(self, address: str) -> None:
        self.location = address.rstrip("/")
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(),
            urllib.request.HTTPRedirectHandler(), urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(), urllib.request.UnknownHandler(),
        ):  # fmt: skip
            self._opener.add_handler(handler)

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; None if the server answers 404 or 410."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._get(path) as answer:
                    body: BinaryIO = answer
                    if answer.headers.get("Content-Encoding", "").lower() == "gzip":
                        body = gzip.GzipFile(fileobj=io.BytesIO(read_bounded(answer, limit, path)))  # type: ignore[assignment]  # it reads like one
                    return read_bounded(body, limit, path)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in (404, 410):
                    return None
                failure: Exception = error
            except (OSError, EOFError, HTTPException, zlib.error, ValueError) as error:
                failure = error  # ValueError: an invalid URL
            if attempt == ATTEMPTS:
                raise Unreadable("web", f"{self.location}/{path}", str(failure)) from failure
        return None

    def digest(self, path: str) -> tuple[bytes, int] | None:
        """Return a file's SHA-256 and size; None if there is none."""
        data = self.read(path, MAX_DOCUMENT_BYTES)
        return None if data is None else (hashlib.sha256(data).digest(), len(data))

    def names(self) -> None:
        """Return None: a URL cannot be listed."""
        return

    def _get(self, path: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the opener has handlers for http and https alone
            f"{self.location}/{path}", headers={"Accept-Encoding": "identity", "User-Agent": "constancia-verify"}
        )
        return self._opener.open(request, timeout=TIMEOUT_S)


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
    for chunk in _chunks(file):
        size += len(chunk)
        if size > MAX_DOCUMENT_BYTES:
            raise Unreadable("too-large", where, f"more than {MAX_DOCUMENT_BYTES} bytes")
        hasher.update(chunk)
    return hasher.digest(), size


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_CHUNK), b"")
