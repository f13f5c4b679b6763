"""Where a log is published: what a place for files has to do, and a folder of this machine as one.

`bucket.BucketTarget` is the other one. `static_files.publish` writes the same paths and bytes into either.
"""

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from constancia.ledger.disk.durable import overwrite_and_remove, remove_half_written, write_file
from constancia.ledger.disk.lock import locked_folder
from constancia.ledger.errors import LedgerError
from constancia.ledger.timestamps.anchor_store import INDEX_NAME, SUFFIX, Anchors
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_file
from constancia.verify.sources.layout import ANCHORS_NAME, CHECKPOINT_NAME, DOCUMENTS_NAME, TILES_NAME

BRIEF: Final = "public, max-age=2"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
ASKED_AGAIN: Final = "no-cache"
_TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"


class Unpublished(LedgerError):
    """Nothing more could be published now; the same may succeed later."""


class UnderWay(Unpublished):
    """Another process or thread is publishing into the place."""

    def __init__(self, place: object) -> None:
        super().__init__(f"another publication into {place} is under way; let it finish")


class FileHeaders(NamedTuple):
    """How a file of a log is given by HTTP: content type, `Cache-Control`, whether it is only to be saved."""

    media_type: str
    cache: str
    is_attachment: bool = False


def headers_of(path: str) -> FileHeaders:
    """Give the headers of a file of a published log, by its path. Source: ours, docs/OPEN-LOG.md §1."""
    if path in (CHECKPOINT_NAME, f"{ANCHORS_NAME}/{INDEX_NAME}"):
        return FileHeaders(_TEXT, BRIEF)
    if path == ROLLBACKS_NAME:
        return FileHeaders("application/json", BRIEF)
    if path.startswith(f"{DOCUMENTS_NAME}/"):
        return FileHeaders(_BYTES, ASKED_AGAIN, is_attachment=True)  # it can be withdrawn, and could be a page
    if path.startswith(f"{ANCHORS_NAME}/"):
        return FileHeaders("application/timestamp-reply" if path.endswith(SUFFIX) else _TEXT, IMMUTABLE)
    return FileHeaders(_BYTES, IMMUTABLE)


class Target(Protocol):
    """A place for the files of one log. Paths are as in the published folder (SPEC §4)."""

    @property
    def place(self) -> str:
        """Its name for people."""

    def alone(self) -> AbstractContextManager[None]:
        """Begin a run. `UnderWay` where another one is known to be at work; what was left half written goes."""

    def checkpoint(self) -> bytes | None:
        """Read the published checkpoint, which `put_checkpoint` replaces."""

    def put_checkpoint(self, note: bytes) -> None:
        """Replace the checkpoint that was read, after all that was written; `UnderWay` if it is another one now."""

    def size_of(self, path: str) -> int | None:
        """Return a file's size in bytes; None if it is not there."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None if it is not there."""

    def write(self, path: str, data: bytes, *, over: bool = False) -> None:
        """Write a file; with `over` also over one that is there, which a file that never changes does not need."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def withdraw(self, path: str) -> bool:
        """Remove a withdrawn document, and its bytes as far as possible; return whether it was there."""

    def tiles(self) -> list[str]:
        """List the paths of all tiles and bundles."""


class FolderTarget:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Use a folder."""
        self.folder = folder

    @property
    def place(self) -> str:
        """The folder's path."""
        return str(self.folder)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder's lock, and remove what a killed process left half written."""
        with locked_folder(self.folder, wait=False) as is_alone:
            if not is_alone:
                raise UnderWay(self.folder)
            deep = (_walk(self.folder / name) for name in (TILES_NAME, ANCHORS_NAME))
            for place in (self.folder.iterdir(), (self.folder / DOCUMENTS_NAME).glob("*"), *deep):
                remove_half_written(list(place))
            yield

    def checkpoint(self) -> bytes | None:
        """Read the published checkpoint."""
        return self.read(CHECKPOINT_NAME)

    def put_checkpoint(self, note: bytes) -> None:
        """Replace the checkpoint; all else is durable already."""
        self.write(CHECKPOINT_NAME, note, over=True)

    def size_of(self, path: str) -> int | None:
        """Return a file's size."""
        try:
            return (self.folder / path).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes."""
        return read_file(self.folder / path, MAX_DOCUMENT_BYTES)

    def write(self, path: str, data: bytes, *, over: bool = False) -> None:
        """Write a file durably; a reader sees it whole or not at all."""
        del over
        write_file(self.folder / path, data)

    def remove(self, path: str) -> None:
        """Remove a file, and its folder where that is empty then."""
        (self.folder / path).unlink()
        with contextlib.suppress(OSError):  # other files of that tile remain in it
            (self.folder / path).parent.rmdir()

    def withdraw(self, path: str) -> bool:
        """Overwrite and remove a document."""
        return overwrite_and_remove(self.folder / path)

    def tiles(self) -> list[str]:
        """List the paths of all tiles."""
        return [path.relative_to(self.folder).as_posix() for path in _walk(self.folder / TILES_NAME)]


def publish_anchors(anchors: Anchors, target: Target, size: int) -> int:
    """Copy new time anchors into a published log, their list last.

    Args:
        anchors: The anchors.
        target: The published log.
        size: The published checkpoint's size: an anchor beyond it would look like a truncated log.

    Returns:
        How many files were written.
    """
    written = 0
    for path in anchors.paths(size):
        if target.size_of(f"{ANCHORS_NAME}/{path}") is None:
            target.write(f"{ANCHORS_NAME}/{path}", anchors.get(path))
            written += 1
    index, listed = anchors.index(size), f"{ANCHORS_NAME}/{INDEX_NAME}"
    if index and target.read(listed) != index:
        target.write(listed, index, over=True)
        written += 1
    return written


def _walk(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        yield from (Path(base, name) for name in names)
