"""Storage of time anchors: what an authority stamped, and its answer, verbatim.

    anchors/SHA256SUMS          the list of all files below, as `sha256sum -c` reads it
    anchors/<size>/checkpoint   the log's signed note for that size
    anchors/<size>/<name>.tsr   the answer of the authority <name> over that note's text (RFC 3161 TimeStampResp)

- N1: a stored answer is never replaced: no authority can issue it again for that time.
- N2: the note comes first, the answer second, the list last. After a crash between them the next anchor, or the next
  publication, rewrites the list from the files.
- N3: reads and publications stop at the requested size: an anchor beyond a published checkpoint would look like a
  truncated log.
"""

import hashlib
import re
from typing import Final

from constancia.ledger.disk.file_store import FileStore
from constancia.ledger.errors import Fatal, LedgerError, NotFound
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, parse_note

INDEX_NAME: Final = "SHA256SUMS"
NOTE_NAME: Final = "checkpoint"
SUFFIX: Final = ".tsr"
AUTHORITY_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
MAX_INDEX_BYTES: Final = 32 * 1024 * 1024  # two hundred thousand anchors
_PATH = re.compile(rf"([1-9]\d{{0,15}})/(?:{NOTE_NAME}|({AUTHORITY_NAME.pattern})\{SUFFIX})", re.ASCII)
_LINE = re.compile(rf"([0-9a-f]{{64}})  ({_PATH.pattern})", re.ASCII)


def size_in(path: str) -> int | None:
    """Return the size that a path below `anchors/` is about; None if it is not an anchor file."""
    match = _PATH.fullmatch(path)
    return None if match is None or int(match[1]) > MAX_INTEGER else int(match[1])


def parse_index_line(line: str) -> tuple[str, str] | None:
    """Parse a line of the list: SHA-256 in hex, and path; None if it is malformed."""
    match = _LINE.fullmatch(line)
    return None if match is None else (match[1], match[2])


class Anchors:
    """The anchors of one ledger."""

    def __init__(self, files: FileStore) -> None:
        """Use the files of a folder, or of the ledger's database."""
        self.files = files

    def paths(self, size: int | None = None) -> list[str]:
        """Return the files' paths by size and name, up to a size."""
        paths = []
        for path in self.files.names():
            covered = size_in(path)
            if covered is not None and (size is None or covered <= size):
                paths.append((covered, path))
        return [path for _, path in sorted(paths)]

    def index(self, size: int | None = None) -> bytes:
        """Return the list of the files up to a size."""
        lines = (f"{hashlib.sha256(self.get(path)).hexdigest()}  {path}\n" for path in self.paths(size))
        return "".join(lines).encode()

    def listed(self) -> bytes:
        """Return the list as last written; built from the files if a crash left none."""
        try:
            return self.get(INDEX_NAME)
        except NotFound:
            return self.index()

    def get(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            NotFound: There is no such file.
        """
        if path != INDEX_NAME and size_in(path) is None:
            raise NotFound(f"there is no anchor at anchors/{path[:80]}")
        data = self.files.read(path, MAX_INDEX_BYTES)
        if data is None:
            raise NotFound(f"there is no anchor at anchors/{path}")
        return data

    def has(self, size: int, name: str) -> bool:
        """Return whether an authority's answer for a size is stored."""
        return self.files.size_of(f"{size}/{name}{SUFFIX}") is not None

    def add(self, size: int, note: bytes, name: str, answer: bytes) -> str:
        """Store an authority's answer, which the caller has verified.

        Args:
            size: The checkpoint's size.
            note: The signed note.
            name: The authority's name.
            answer: Its answer, verbatim.

        Returns:
            Where the answer is.

        Raises:
            LedgerError: An answer of that authority for that size is already stored.
            Fatal: Another checkpoint of that size is anchored.
        """
        path = f"{size}/{name}{SUFFIX}"
        if size_in(path) is None:
            raise NotFound(f"there can be no anchor at anchors/{path}")
        place = f"{self.files.location}/{path}"
        with self.files.alone():  # two concurrent writers of the list could lose a line
            if self.has(size, name):
                raise LedgerError(f"{place} is stored already; it is never replaced")
            self._keep_note(size, note)
            self.files.write(path, answer)
            self.files.write(INDEX_NAME, self.index())
        return place

    def _keep_note(self, size: int, note: bytes) -> None:
        path = f"{size}/{NOTE_NAME}"
        stored = self.files.read(path, MAX_NOTE_BYTES)
        if stored is None:
            self.files.write(path, note)
        elif parse_note(stored).text != parse_note(note).text:
            raise Fatal(f"another checkpoint of size {size} is anchored", where=f"{self.files.location}/{path}")
