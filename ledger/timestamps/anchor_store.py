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
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from constancia.ledger.disk.durable import write_file
from constancia.ledger.disk.lock import locked_folder
from constancia.ledger.errors import Fatal, LedgerError, NotFound
from constancia.ledger.timestamps.authorities import AUTHORITY_NAME
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, parse_note
from constancia.verify.sources.files import read_named

INDEX_NAME: Final = "SHA256SUMS"
NOTE_NAME: Final = "checkpoint"
SUFFIX: Final = ".tsr"
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
    """The anchors in one folder."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which the first `add` creates."""
        self.folder = folder

    def paths(self, size: int | None = None) -> list[str]:
        """Return the files' paths by size and name, up to a size."""
        if not self.folder.is_dir():
            return []
        paths = []
        for file in self.folder.glob("*/*"):
            path = file.relative_to(self.folder).as_posix()
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
        try:
            return read_named(self.folder / path, MAX_INDEX_BYTES)
        except FileNotFoundError:
            raise NotFound(f"there is no anchor at anchors/{path}") from None

    def has(self, size: int, name: str) -> bool:
        """Return whether an authority's answer for a size is stored."""
        return (self.folder / str(size) / f"{name}{SUFFIX}").exists()

    def add(self, size: int, note: bytes, name: str, answer: bytes) -> Path:
        """Store an authority's answer, which the caller has verified.

        Args:
            size: The checkpoint's size.
            note: The signed note.
            name: The authority's name.
            answer: Its answer, verbatim.

        Returns:
            The answer's file.

        Raises:
            LedgerError: An answer of that authority for that size is already stored.
            Fatal: Another checkpoint of that size is anchored.
        """
        path = f"{size}/{name}{SUFFIX}"
        if size_in(path) is None:
            raise NotFound(f"there can be no anchor at anchors/{path}")
        with self._locked():
            if self.has(size, name):
                raise LedgerError(f"{self.folder / path} is stored already; it is never replaced")
            self._keep_note(size, note)
            write_file(self.folder / path, answer)
            write_file(self.folder / INDEX_NAME, self.index())
        return self.folder / path

    def _keep_note(self, size: int, note: bytes) -> None:
        place = self.folder / str(size) / NOTE_NAME
        if not place.exists():
            write_file(place, note)
        elif parse_note(read_named(place, MAX_NOTE_BYTES)).text != parse_note(note).text:
            raise Fatal(f"another checkpoint of size {size} is anchored", where=str(place))

    def _locked(self) -> AbstractContextManager[bool]:
        """Lock the folder for one process: two concurrent writers of the list could lose a line."""
        return locked_folder(self.folder, wait=True)
