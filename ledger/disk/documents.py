"""Documents stored next to the log, each under the SHA-256 of its bytes, in a folder or in the log's database.

- D1: a name is the digest of the content, so a document cannot change, only be missing.
- D2: a document is hashed again before it is served; a flipped bit is `Damaged`.
- D3: a document is durable before `put` returns its digest.
- D4: a withdrawn document is neither given out, listed nor stored again, even where its bytes are still there.

The entry that cites a document states its content type (a PDF, a picture). This module never looks inside.
"""

import hashlib
import re
from collections.abc import Callable, Mapping

from constancia.ledger.disk.file_store import FileStore
from constancia.ledger.errors import Damaged, NotFound, TooLarge, Withdrawn
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources import files as sources

# A scanned agreement has a few MiB; a larger document is stored elsewhere and cited by its digest.
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
About = Mapping[str, Mapping[str, object]]
_NAME = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The documents of one ledger."""

    def __init__(
        self, files: FileStore, *, limit: int = MAX_DOCUMENT_BYTES, withdrawn: Callable[[], About] = dict
    ) -> None:
        """Use the files of a folder or a database.

        Args:
            files: Where they lie.
            limit: The largest document in bytes.
            withdrawn: Gives the withdrawn documents by SHA-256, with what is said of each.
        """
        self.files = files
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
        self.files.write(name, data)
        return name

    def get(self, sha256: str) -> bytes:
        """Return a document's bytes.

        Args:
            sha256: The digest in lower-case hex.

        Raises:
            NotFound: There is no such document.
            Damaged: The stored bytes have a different digest.
            Withdrawn: It was withdrawn.
        """
        self._check_shown(sha256)
        try:
            data = self.files.read(_checked(sha256), sources.MAX_DOCUMENT_BYTES)
        except Unreadable as error:
            raise Damaged(f"document {sha256} can't be read: {error}; restore it") from error
        if data is None:
            raise NotFound(f"no document {sha256} is stored here")
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
        size = self.files.size_of(_checked(sha256))
        if size is None:
            raise NotFound(f"no document {sha256} is stored here")
        return size

    def is_whole(self, sha256: str) -> bool:
        """Whether a document of that name is stored here, and has that digest."""
        try:
            self.get(sha256)
        except (NotFound, Damaged, Withdrawn):
            return False
        return True

    def tidy(self) -> None:
        """Remove what was left of uploads where a process was killed; for the one process that writes the ledger."""
        self.files.tidy()

    def __contains__(self, sha256: object) -> bool:
        """Return whether a document of that name is stored; does not read its bytes."""
        is_name = isinstance(sha256, str) and _has_form(sha256)
        return is_name and sha256 not in self.withdrawn() and self.files.size_of(str(sha256)) is not None

    def names(self) -> list[str]:
        """Return the digests of all stored documents, sorted."""
        withdrawn = self.withdrawn()
        return [name for name in self.files.names() if _has_form(name) and name not in withdrawn]

    def _check_shown(self, sha256: str) -> None:
        about = self.withdrawn().get(sha256)
        if about is not None:
            raise Withdrawn(sha256, about)


def _checked(sha256: str) -> str:
    # Only 64 hex digits become part of a path: nothing can point outside of the folder.
    if not _has_form(sha256):
        raise NotFound("a document is asked for by its SHA-256 in 64 lower-case hex digits")
    return sha256


def _has_form(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
