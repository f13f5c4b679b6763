"""A ledger's own store, the SQLite file of SPEC §8, read row by row and never written.

- Q1: one read transaction: rows and batches are of the same instant, even while the ledger is being written.
- Q2: every column is read with its storage type; no query uses an index.
- Q3: the file is untrusted: no view may replace a table, no schema code runs, values are bounded.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import refuse_special

SCHEMA: Final[dict[str, tuple[str, ...]]] = {
    "stored_events": ("position", "originator_id", "originator_version", "topic", "state", "statement_id"),
    "batches": ("first_index", "size", "leaf_hashes", "checkpoint"),
    "meta": ("key", "value"),
}
TOPIC: Final = "constancia.domain.acts:Recorded"
SCHEMA_VERSION: Final = "1"
MAX_VALUE_BYTES: Final = 64 * 1024 * 1024  # a batch of two million leaf hashes
SHARED: Final = "?mode=ro"
IMMUTABLE: Final = "?mode=ro&immutable=1"
_ROWS: Final = (
    "SELECT position, originator_id, originator_version, topic, state, statement_id FROM stored_events NOT INDEXED"
)
_BATCHES: Final = "SELECT first_index, size, leaf_hashes, checkpoint FROM batches NOT INDEXED"


class StoredRow(NamedTuple):
    """A row of `stored_events`, values as stored (text that is not UTF-8 keeps its bytes as surrogates)."""

    position: int
    originator_id: Any
    originator_version: Any
    topic: Any
    state: Any
    statement_id: Any


class BatchRow(NamedTuple):
    """A row of `batches`."""

    first_index: int
    size: Any
    leaf_hashes: Any
    checkpoint: Any

    @property
    def note(self) -> bytes | None:
        """The checkpoint's bytes; None if the column is not TEXT."""
        text = self.checkpoint
        return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else None


@dataclass(frozen=True, slots=True)
class Store:
    """An open store.

    Args:
        path: The file.
        connection: A read-only connection within a read transaction.
        state: When the file was changed, in nanoseconds, and its bytes, before it was opened without SQLite's locks;
            None if it was opened with them. Another reader's empty log next to it is no change.
    """

    path: Path
    connection: sqlite3.Connection
    state: tuple[int, int] | None

    def rows(self, start: int = 0) -> Iterator[StoredRow]:
        """Return the rows of `stored_events` by position: all, or those of the entries from an index on."""
        after = " WHERE position > ?" if start else ""
        query = f"{_ROWS}{after} ORDER BY position"
        return map(StoredRow._make, self.select(query, *[start] * bool(start)))

    def batches(self, start: int = 0) -> Iterator[BatchRow]:
        """Return the rows of `batches` by first index: all, or from the one that holds the entry at an index on."""
        holding = " WHERE first_index >= (SELECT max(first_index) FROM batches WHERE first_index <= ?)" if start else ""
        query = f"{_BATCHES}{holding} ORDER BY first_index"
        return (BatchRow(*values) for values in self.select(query, *[start] * bool(start)))

    def last_batch(self) -> BatchRow | None:
        """Return the row of `batches` with the largest first index."""
        values = next(self.select(f"{_BATCHES} ORDER BY first_index DESC LIMIT 1"), None)
        return None if values is None else BatchRow(*values)

    def entry(self, index: int) -> bytes | None:
        """Return the row at an index, unchecked; None if there is none."""
        row = next(self.select(f"{_ROWS} WHERE position = ?", index + 1), None)
        state = None if row is None else row[4]
        return state if isinstance(state, bytes) else None

    def meta(self) -> dict[Any, Any]:
        """Return the table `meta`."""
        return dict(self.select("SELECT key, value FROM meta NOT INDEXED ORDER BY rowid"))

    def count(self) -> int:
        """Return the number of entry rows, only for the progress bar."""
        return int(next(self.select("SELECT count(*) FROM stored_events"))[0])

    def columns(self, table: str) -> tuple[str, ...] | None:
        """Return a table's columns, hidden ones too; None if there is no such ordinary table."""
        kind = list(self.select("SELECT type, sql FROM sqlite_master WHERE name = ?", table))
        if len(kind) != 1 or kind[0][0] != "table" or not str(kind[0][1]).startswith("CREATE TABLE"):
            return None
        return tuple(str(row[0]) for row in self.select("SELECT name FROM pragma_table_xinfo(?)", table))

    def damage(self) -> str | None:
        """Return the first problem that SQLite's integrity check finds, indexes included; None if there is none."""
        problem = str(next(self.select("PRAGMA integrity_check(1)"))[0])
        return None if problem == "ok" else problem

    def check_unchanged(self) -> None:
        """Check that nobody wrote to the file while the store was read without locks.

        Raises:
            Unreadable: Somebody did; the audit must be run again.
        """
        if self.state is not None and self.state != _state_of(self.path):
            raise Unreadable("store", str(self.path), "it was written to while it was read; verify again")

    def close(self) -> None:
        """End the transaction."""
        self.connection.close()

    def select(self, query: str, *parameters: str | int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query.

        Raises:
            Unreadable: SQLite cannot continue reading.
        """
        done = 0
        try:
            # The cursor is not closed: an audit that ends early closes the connection before its readers.
            for values in self.connection.execute(query, parameters):
                yield values
                done += 1
        except (sqlite3.Error, OverflowError) as error:
            where = f"{self.path}: {query}, after {done} rows"
            raise Unreadable("store", where, str(error)) from error


def open_store(path: Path) -> Store:
    """Open a store for reading.

    Args:
        path: The SQLite file.

    Returns:
        The store; the caller closes it.

    Raises:
        Unreadable: No such file, not an SQLite database, or too damaged to read.
    """
    log = path.with_name(path.name + "-wal")
    for file in (path, log, path.with_name(path.name + "-shm"), path.with_name(path.name + "-journal")):
        with suppress(FileNotFoundError):
            refuse_special(file)  # a pipe in its place would be waited for
    # Without a write-ahead log nobody has the store open, and reading it needs no other file. On a medium that can't be
    # written an empty log needs nothing either. The state is from before that look: what is written later changes it.
    try:
        state = _state_of(path)
    except OSError as error:
        raise Unreadable("store", str(path), str(error)) from error
    modes = [IMMUTABLE] if not log.exists() else [SHARED] if log.stat().st_size else [SHARED, IMMUTABLE]
    failure: Exception | None = None
    for mode in modes:
        try:
            return Store(path, _connect(path.absolute().as_uri() + mode), state if mode == IMMUTABLE else None)
        except sqlite3.OperationalError as error:
            failure = error
        except (sqlite3.Error, OSError) as error:
            raise Unreadable("store", str(path), str(error)) from error
    raise Unreadable("store", str(path), str(failure)) from failure


def _state_of(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
