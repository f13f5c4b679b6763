"""Files in the database that has the entries, in parts of bounded size.

A file is a row, and its parts are rows of their own, so that neither side of the connection ever has more in memory
than the file itself and one part.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final

from typing_extensions import override

from constancia.ledger.disk.file_store import FileStore
from constancia.ledger.store.postgres.schema import PATH_LOCK_CLASS
from constancia.ledger.store.tables import Tables
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES

PART_BYTES: Final = 1 << 20
PUBLIC: Final = "files"
WITHHELD: Final = "withheld"
_AGAIN: Final = 3  # how often a file is read again that was replaced meanwhile


class DatabaseFiles(FileStore):
    """The files below one folder.

    Args:
        tables: The database's tables.
        folder: Its name; empty for those that are in none.
        area: `files`, or `withheld`, whose tables readers of the log need no right to.
    """

    def __init__(self, tables: Tables, folder: str = "", *, area: str = PUBLIC) -> None:
        self._tables = tables
        self._before = f"{folder}/" if folder else ""
        self._files, self._parts = area, f"{area}_parts"
        self.location = f"{tables.location} {folder}".rstrip()

    @override
    def read(self, path: str, limit: int) -> bytes | None:
        for _ in range(_AGAIN):
            entry = self._entry(path)
            if entry is None:
                return None
            number, size = entry
            if size > limit:
                raise Unreadable("too-large", f"{self.location}/{path}", f"more than {limit} bytes")
            data = b"".join(self._read_parts(number))
            if len(data) == size:
                return data
        raise Unreadable("short", f"{self.location}/{path}", "its parts are not all there")

    @override
    def digest(self, path: str) -> tuple[bytes, int] | None:
        entry = self._entry(path)
        if entry is None:
            return None
        if entry[1] > MAX_DOCUMENT_BYTES:
            raise Unreadable("too-large", f"{self.location}/{path}", f"more than {MAX_DOCUMENT_BYTES} bytes")
        hasher, size = hashlib.sha256(), 0
        for part in self._read_parts(entry[0]):
            hasher.update(part)
            size += len(part)
        return hasher.digest(), size

    @override
    def names(self) -> list[str]:
        query, bounds = self._below("SELECT path FROM")
        return [str(path)[len(self._before) :] for (path,) in self._tables.select(f"{query} ORDER BY path", bounds)]

    @override
    def size_of(self, path: str) -> int | None:
        entry = self._entry(path)
        return None if entry is None else entry[1]

    @override
    def owns(self, path: str) -> bool:
        return self._entry(path) is not None

    @override
    def write(self, path: str, data: bytes) -> None:
        name = self._before + path
        with self._tables.transaction() as change:
            # Two that write the same path at once: the second waits for the first.
            change.execute("SELECT pg_advisory_xact_lock(?, hashtext(?))", (PATH_LOCK_CLASS, name))
            change.execute(f"DELETE FROM {self._files} WHERE path = ?", (name,))  # noqa: S608 (ours)
            insert = f"INSERT INTO {self._files} (path, size) VALUES (?, ?) RETURNING number"  # noqa: S608 (ours)
            [[number]] = change.execute(insert, (name, len(data)))
            for part, start in enumerate(range(0, len(data), PART_BYTES)):
                change.execute(
                    f"INSERT INTO {self._parts} VALUES (?, ?, ?)",  # noqa: S608 (ours)
                    (number, part, data[start : start + PART_BYTES]),
                )

    @override
    def erase(self, path: str) -> bool:
        with self._tables.transaction() as change:
            delete = f"DELETE FROM {self._files} WHERE path = ?"  # noqa: S608 (ours)
            was_there = bool(change.execute(delete, (self._before + path,)).rowcount)
            if was_there:
                change.erase_from(self._parts)
        return was_there

    @override
    def confirm(self) -> None:
        self._tables.confirm()

    @override
    def mark(self) -> object:
        query, bounds = self._below("SELECT count(*), coalesce(max(number), 0) FROM")
        return self._tables.select(query, bounds)[0]

    @override
    def alone(self) -> AbstractContextManager[object]:
        return self._tables.alone()

    @override
    def tidy(self) -> None:
        """Do nothing: a transaction that did not end has left nothing."""

    def _entry(self, path: str) -> tuple[int, int] | None:
        query = f"SELECT number, size FROM {self._files} WHERE path = ?"  # noqa: S608 (ours)
        return next(((number, size) for number, size in self._tables.select(query, (self._before + path,))), None)

    def _read_parts(self, number: int) -> Iterator[bytes]:
        query = f"SELECT data FROM {self._parts} WHERE file = ? AND part = ?"  # noqa: S608 (ours)
        part = 0
        while rows := self._tables.select(query, (number, part)):
            yield bytes(rows[0][0])
            part += 1

    def _below(self, select: str) -> tuple[str, tuple[str, ...]]:
        """Give a query of this folder's files: those whose path begins so, or has no folder."""
        if not self._before:
            return f"{select} {self._files} WHERE strpos(path, '/') = 0", ()
        return f"{select} {self._files} WHERE path >= ? AND path < ?", (self._before, self._before[:-1] + "0")
