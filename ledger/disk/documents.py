"""Documents stored next to the log, each under the SHA-256 of its bytes.

- D1: a name is the digest of the content, so a document cannot change, only be missing.
- D2: a document is hashed again before it is served; a flipped bit is `Damaged`.
- D3: a document is durable before `put` returns its digest.
- D4: a withdrawn document is neither given out, listed nor stored again, even where its bytes are still on the disk.

The entry that cites a document states its content type (a PDF, a picture). This module never looks inside.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from constancia.ledger.disk.durable import PART_SUFFIX, make_folder, remove_half_written, sync_folder
from constancia.ledger.errors import Damaged, NotFound, TooLarge, Withdrawn
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources import files
from constancia.verify.sources.files import read_named

# A scanned agreement has a few MiB; a larger document is stored elsewhere and cited by its digest.
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
About = Mapping[str, Mapping[str, object]]
_NAME = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The documents of one folder."""

    def __init__(self, folder: Path, *, limit: int = MAX_DOCUMENT_BYTES, withdrawn: Callable[[], About] = dict) -> None:
        """Use a folder.

        Args:
            folder: The folder, which the first `put` creates.
            limit: The largest document in bytes.
            withdrawn: Gives the withdrawn documents by SHA-256, with what is said of each.
        """
        self.folder = folder
        self.limit = limit
        self.withdrawn = withdrawn

    def put(self, data: bytes) -> str:
        """Store a document.

        Returns:
            Its SHA-256 in hex, 64 digits.

        Raises:
            TooLarge: It exceeds the limit; nothing is stored.
            Withdrawn: It was withdrawn.
        """
        if len(data) > self.limit:
            raise TooLarge(self.limit)
        name = hashlib.sha256(data).hexdigest()
        self._check_shown(name)
        make_folder(self.folder)
        suffix = f".{os.getpid()}{PART_SUFFIX}"
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="upload-", suffix=suffix, delete=False) as file:
            part = Path(file.name)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                part.chmod(0o644)
                part.replace(self.folder / name)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        sync_folder(self.folder)
        return name

    def get(self, sha256: str) -> bytes:
        """Return a document's bytes.

        Args:
            sha256: The digest in lower-case hex.

        Raises:
            NotFound: There is no such document.
            Damaged: The bytes on the disk have a different digest.
            Withdrawn: It was withdrawn.
        """
        self._check_shown(sha256)
        path = self._path(sha256)
        try:
            data = read_named(path, files.MAX_DOCUMENT_BYTES)
        except FileNotFoundError:
            raise NotFound(f"no document {sha256} is stored here") from None
        except Unreadable as error:
            raise Damaged(f"document {sha256} can't be read: {error}; restore it") from error
        actual = hashlib.sha256(data).hexdigest()
        if actual != sha256:
            raise Damaged(f"document {sha256} has the digest {actual} on the disk; restore it")
        return data

    def length(self, sha256: str) -> int:
        """Return the number of bytes of a stored document, without reading it.

        Raises:
            NotFound: There is no such document.
            Withdrawn: It was withdrawn.
        """
        self._check_shown(sha256)
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            raise NotFound(f"no document {sha256} is stored here") from None

    def is_whole(self, sha256: str) -> bool:
        """Whether a document of that name is stored here, and has that digest."""
        try:
            self.get(sha256)
        except (NotFound, Damaged, Withdrawn):
            return False
        return True

    def tidy(self) -> None:
        """Remove what was left of uploads where a process was killed; for the one process that writes the ledger."""
        if self.folder.is_dir():
            remove_half_written(self.folder.glob(f"upload-*{PART_SUFFIX}"))
            for path in self.folder.glob(f"tmp????????{PART_SUFFIX}"):  # the name that they had in earlier versions
                path.unlink(missing_ok=True)

    def __contains__(self, sha256: object) -> bool:
        """Return whether a document of that name is stored; does not read its bytes."""
        is_name = isinstance(sha256, str) and self._has_form(sha256)
        return is_name and sha256 not in self.withdrawn() and self._path(str(sha256)).is_file()

    def names(self) -> list[str]:
        """Return the digests of all stored documents, sorted."""
        if not self.folder.is_dir():
            return []
        withdrawn = self.withdrawn()
        return sorted(p.name for p in self.folder.iterdir() if self._has_form(p.name) and p.name not in withdrawn)

    def _check_shown(self, sha256: str) -> None:
        about = self.withdrawn().get(sha256)
        if about is not None:
            raise Withdrawn(sha256, about)

    def _path(self, sha256: str) -> Path:
        # Only 64 hex digits become part of a path: nothing can point outside of the folder.
        if not self._has_form(sha256):
            raise NotFound("a document is asked for by its SHA-256 in 64 lower-case hex digits")
        return self.folder / sha256

    @staticmethod
    def _has_form(name: str) -> bool:
        return _NAME.fullmatch(name) is not None
