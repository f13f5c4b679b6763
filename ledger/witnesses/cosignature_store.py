"""The witnesses' cosignatures, in a separate SQLite file next to the store.

They are not part of the log: the store has the tree that they cover, and a lost file is refilled by asking the
witnesses. Each row also has the root, so that a cosignature of a tree that the store no longer has remains evidence.
"""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from constancia.ledger.disk.database import create_database, is_half_made
from constancia.ledger.disk.sqlite_files import read_only_query
from constancia.ledger.errors import LedgerError
from constancia.verify.core.formats.note import NoteSignature, VerifierKey, format_note

_TABLE = (
    "CREATE TABLE cosignatures (size INTEGER NOT NULL, root BLOB NOT NULL, key TEXT NOT NULL, "
    "line TEXT NOT NULL, PRIMARY KEY (size, key))"
)
_MARK = "SELECT COALESCE(MAX(rowid), 0) FROM cosignatures"
_FULL = 2
_TREES = 64  # whose rows stay in memory


class CosignatureRow(NamedTuple):
    """A row: tree size, root, the key as `key_label` writes it, and the signature line without its line feed."""

    size: int
    root: bytes
    key: str
    line: str


class CosignatureStore:
    """The SQLite file. Safe to use from several threads; close it."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        """Open the file. The first cosignature creates it; a missing file has no cosignatures and is no error.

        Raises:
            LedgerError: The file is not a cosignature store.
        """
        self._path = path
        self._writable = writable
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_missing = False
        self._at: dict[int, tuple[CosignatureRow, ...]] = {}
        self._at_mark = -1  # at which they were read
        self._mark: int | None = None
        self._connect()

    def _connect(self, *, create: bool = False) -> sqlite3.Connection | None:
        if self._connection is None and self._is_missing and not create:
            return None
        if self._connection is None and self._is_there(create=create):
            address = self._path.absolute().as_uri() + ("" if self._writable else read_only_query(self._path))
            connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=5)
            try:
                if self._writable:
                    connection.execute("PRAGMA journal_mode=WAL")
                    connection.execute(f"PRAGMA synchronous={_FULL}")
                connection.execute("SELECT size, root, key, line FROM cosignatures LIMIT 1")
            except sqlite3.Error as error:
                connection.close()
                raise LedgerError(
                    f"{self._path} can't be used: {error}. It may be taken away: the witnesses are asked again"
                ) from error
            self._connection = connection
        return self._connection

    def _is_there(self, *, create: bool) -> bool:
        """Tell whether there is a file to open; a writer makes one, and again where making it was cut short."""
        if is_half_made(self._path):
            create = self._writable
        elif self._path.is_file():
            return True
        if create:
            create_database(self._path, [_TABLE])
        # Who writes is the only one to make it; for others it may be there the next time.
        self._is_missing = self._writable and not create
        return create

    def close(self) -> None:
        """Close the file; may be repeated."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def keep(self, size: int, root: bytes, signatures: Sequence[NoteSignature]) -> None:
        """Store cosignatures of one tree durably; a key's newer one replaces its older one of that tree."""
        rows = [
            CosignatureRow(size, root, f"{line.name}+{line.key_hash.hex()}", signature_line(line))
            for line in signatures
        ]
        with self._lock:
            connection = self._connect(create=self._writable)
            if connection is None:
                raise sqlite3.OperationalError("cosignatures are stored by the process that writes the ledger")
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.executemany("INSERT OR REPLACE INTO cosignatures VALUES (?, ?, ?, ?)", rows)
                connection.execute("COMMIT")
                self._mark = None
            except BaseException:
                if connection.in_transaction:  # a full disk may already have ended the transaction
                    connection.execute("ROLLBACK")
                raise

    def at(self, size: int) -> tuple[CosignatureRow, ...]:
        """Return the rows of a tree size, by key. They are read once, until a row is added."""
        mark = self.mark()  # before they are read: rows that are added meanwhile have another
        with self._lock:
            if mark != self._at_mark or len(self._at) >= _TREES:
                self._at, self._at_mark = {}, mark
            at, rows = self._at, self._at.get(size)
        if rows is None:
            rows = at[size] = tuple(self._rows("WHERE size = ? ORDER BY key", size))
        return rows

    def last_by(self, key: VerifierKey) -> CosignatureRow | None:
        """Return a key's row of the largest tree."""
        return next(iter(self._rows("WHERE key = ? ORDER BY size DESC LIMIT 1", key_label(key))), None)

    def ends_of(self, key: VerifierKey, size: int) -> list[CosignatureRow]:
        """Give a key's row of the largest tree up to a size, and that of the largest beyond it, if there are such."""
        label, last = key_label(key), "ORDER BY size DESC LIMIT 1"
        return [
            *self._rows(f"WHERE key = ? AND size <= ? {last}", label, size),
            *self._rows(f"WHERE key = ? AND size > ? {last}", label, size),
        ]

    def sizes(self, above: int = 0) -> list[int]:
        """Return the sizes above a size that have cosignatures, largest first."""
        rows = self._select("SELECT DISTINCT size FROM cosignatures WHERE size > ? ORDER BY size DESC", above)
        return [row[0] for row in rows]

    def mark(self) -> int:
        """Return a number that grows whenever a row is added; who writes is the only one to add any."""
        with self._lock:
            if self._mark is None or not self._writable:
                connection = self._connect()
                self._mark = 0 if connection is None else int(connection.execute(_MARK).fetchone()[0])
            return self._mark

    def _rows(self, tail: str, *params: object) -> list[CosignatureRow]:
        return [
            CosignatureRow(*row)
            for row in self._select(f"SELECT size, root, key, line FROM cosignatures {tail}", *params)  # noqa: S608 (the tails are ours)
        ]

    def _select(self, query: str, *params: object) -> list[Any]:
        with self._lock:
            connection = self._connect()
            return [] if connection is None else connection.execute(query, params).fetchall()


def key_label(key: VerifierKey) -> str:
    """Return a key's label in a row: its name and key hash, as in a signature line."""
    return f"{key.name}+{key.key_hash.hex()}"


def signature_line(signature: NoteSignature) -> str:
    """Format one signature line, without its line feed."""
    return format_note("", (signature,)).decode().strip("\n")
