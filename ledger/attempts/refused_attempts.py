"""Refused attempts: signed statements that the ledger did not take, in an SQLite file or tables next to the store.

- A1: an attempt is recorded only if all its signatures verify under keys that this ledger has registered, whatever
  became of them since; what strangers send leaves no row.
- A2: the file is bounded in rows and bytes, as a whole and for each key; the oldest go, and how many went is counted.
- A3: nothing rests on the file: no verdict reads it, and where it can't be written the attempt is refused all the same.
- A4: an attempt that may say what its act protects (who complains, or asks for a cancellation) is only counted.

It is outside the chain. The operator can leave attempts out, and a reader can't notice it. What is in it
proves itself: it is the signed statement as it was sent. A statement for another ledger is no attempt here.
"""

import hashlib
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from constancia.domain.catalogue import REGISTRY
from constancia.domain.kernel.problems import Refusal
from constancia.ledger.append.examiner import Submission
from constancia.ledger.append.key_ring import KeyRing
from constancia.ledger.clock import Clock, format_recorded_at
from constancia.ledger.disk.database import create_database, is_half_made
from constancia.ledger.disk.sqlite_files import bytes_of, read_only_query
from constancia.ledger.errors import LedgerError, NotFound, ReadOnly
from constancia.ledger.submission import SignedStatement, signed_document
from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.signatures import PublicKey, verify_signature
from constancia.verify.core.formats.statement import Statement
from constancia.verify.report.printable import printable

TABLES: Final = (
    "CREATE TABLE attempts (number INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, "
    "statement_sha256 TEXT NOT NULL UNIQUE, key TEXT NOT NULL, type TEXT NOT NULL, stream TEXT NOT NULL, "
    "id TEXT NOT NULL, code TEXT NOT NULL, rule TEXT NOT NULL, judged_against TEXT NOT NULL, first_at TEXT NOT NULL, "
    "last_at TEXT NOT NULL, last_code TEXT NOT NULL, times INTEGER NOT NULL, document BLOB NOT NULL)",
    "CREATE INDEX attempts_by_key ON attempts (key, number)",
    "CREATE TABLE absent (key TEXT NOT NULL, reason TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (key, reason))",
)
_COLUMNS: Final = (
    "number", "sha256", "statement_sha256", "key", "type", "stream", "id", "code", "rule", "judged_against",
    "first_at", "last_at", "last_code", "times",
)  # fmt: skip
ATTEMPT_COLUMNS: Final = (*_COLUMNS, "document")
ABSENT_COLUMNS: Final = ("key", "reason", "times")
_BUSY_S: Final = 0.5  # the writer's thread must not wait long for this file
NONE: Final = "no refused attempt of that SHA-256 is stored here"
_PATIENT_MS: Final = 10_000  # a removal may wait for readers
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is stored: rows and bytes in all and for each key, and new rows of a key within a minute."""

    rows: int = 10_000
    size: int = 64 * 1024 * 1024
    rows_per_key: int = 500
    size_per_key: int = 4 * 1024 * 1024
    per_minute: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A refused attempt, without its bytes.

    Attributes:
        number: From 1, never used twice.
        sha256: Digest of the signed document, by which it can be cited; hex.
        statement_sha256: Digest of the statement alone, which is counted once however it is signed; hex.
        key: Id of the key that signed; of the first one if there are several.
        type: The statement's type.
        stream: The statement's stream.
        id: The statement's id.
        code: Code of the refusal when it was first sent.
        rule: The rule that it broke.
        judged_against: The state that it was judged against.
        first_at: When it was first sent, as the ledger's clock said; RFC 3339 UTC.
        last_at: When it was last sent.
        last_code: Code of the last refusal.
        times: How often the same statement was sent.
    """

    number: int
    sha256: str
    statement_sha256: str
    key: str
    type: str
    stream: str
    id: str
    code: str
    rule: str
    judged_against: Mapping[str, Any]
    first_at: str
    last_at: str
    last_code: str
    times: int


def are_signatures_valid(signed: SignedStatement, key_of: Callable[[str], PublicKey | None]) -> bool:
    """Whether each signature of a statement verifies under the registered key that it names.

    Args:
        signed: The statement and its signatures.
        key_of: Gives the registered key of an id, or None.
    """
    message = signed_bytes(signed.statement.raw)
    try:
        return all(
            (key := key_of(signature.key)) is not None and verify_signature(key, signature, message)
            for signature in signed.signatures
        )
    except Unsupported:
        return False


def is_confidential(statement: Statement) -> bool:
    """Whether an attempt at such an act is counted and not recorded, for it may say what the act protects.

    Args:
        statement: The refused statement; its body may have any form.
    """
    act = REGISTRY.get(statement.type)
    return act is not None and act.is_confidential(statement.body)


class RefusedAttempts:
    """The SQLite file. Safe to use from several threads; close it."""

    def __init__(
        self, path: Path, *, writable: bool, keys: KeyRing, clock: Clock, bounds: Bounds | None = None
    ) -> None:
        """Use the file; the first attempt makes it.

        Args:
            path: The file.
            writable: Whether this process writes the ledger.
            keys: The registered keys.
            clock: Says when an attempt was made.
            bounds: How much is stored.
        """
        self._path = path
        self._writable = writable
        self._keys = keys
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._minutes: dict[str, tuple[str, int]] = {}  # by key: a minute, and the rows of that minute

    def record(self, batch: Sequence[tuple[Submission, Refusal | Malformed]]) -> None:
        """Record the refused attempts of a batch; never raises for what is wrong with the file (A3)."""
        signed = [(submission, error) for submission, error in batch if self._is_attempt(submission, error)]
        if not signed:
            return
        at = format_recorded_at(self._clock.now())
        try:
            with self._changing() as change:
                for submission, error in signed if change is not None else ():
                    self._add(change, submission.signed, error, at)
        except (sqlite3.Error, OSError, LedgerError):
            _log.warning("refused attempts could not be recorded in %s", self._path, exc_info=True)

    def _is_attempt(self, submission: Submission, error: Refusal | Malformed) -> bool:
        if isinstance(error, Refusal) and error.code == "E_LEDGER_MISMATCH":
            return False
        if submission.is_disproved:  # else a stranger's bad signature would cost the writer one more check
            return False
        signed = submission.signed
        known = tuple(self._keys.get(signature.key) for signature in signed.signatures)
        if submission.proved_by == known:
            return True
        return are_signatures_valid(signed, self._keys.get)

    @contextmanager
    def _changing(self) -> Iterator[Any]:
        """Give a transaction on the tables, which are made if they are missing; None where they may not be."""
        with self._lock:
            connection = self._connect(create=True)
            if connection is None:
                yield None
                return
            with _transaction(connection):
                yield connection

    def _add(self, connection: Any, signed: SignedStatement, error: Refusal | Malformed, at: str) -> None:
        statement, key = signed.statement, str(signed.signatures[0].key)
        code, rule, judged = _words_of(error)
        same = hashlib.sha256(statement.raw).hexdigest()
        again = connection.execute(
            "UPDATE attempts SET times = times + 1, last_at = ?, last_code = ? WHERE statement_sha256 = ?",
            (at, code, same),
        )
        if again.rowcount:
            return
        if is_confidential(statement):
            count_absent(connection, key, "confidential")
            return
        if self._is_too_often(key, at[:16]):
            count_absent(connection, key, "rate")
            return
        document = signed_document(statement.raw, signed.signatures)
        connection.execute(
            "INSERT INTO attempts (sha256, statement_sha256, key, type, stream, id, code, rule, judged_against, "
            "first_at, last_at, last_code, times, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            (
                hashlib.sha256(document).hexdigest(), same, key, statement.type, statement.stream, statement.id, code,
                rule, judged, at, at, code, document,
            ),
        )  # fmt: skip
        self._trim(connection, "WHERE key = ?", (key,), self._bounds.rows_per_key, self._bounds.size_per_key)
        self._trim(connection, "", (), self._bounds.rows, self._bounds.size)

    def _is_too_often(self, key: str, minute: str) -> bool:
        last, count = self._minutes.get(key, (minute, 0))
        count = count + 1 if last == minute else 1
        self._minutes[key] = (minute, count)
        return count > self._bounds.per_minute

    @staticmethod
    def _trim(connection: Any, of: str, params: tuple[str, ...], rows: int, size: int) -> None:
        total = "SELECT COUNT(*), COALESCE(SUM(LENGTH(document)), 0) FROM attempts"
        oldest = "SELECT number, key, LENGTH(document) FROM attempts"
        [[count, length]] = connection.execute(f"{total} {of}", params)
        while count > rows or length > size:
            [[number, key, removed]] = connection.execute(f"{oldest} {of} ORDER BY number LIMIT 1", params)
            connection.execute("DELETE FROM attempts WHERE number = ?", (number,))
            count_absent(connection, key, "bound")
            count, length = count - 1, length - removed

    def page(self, start: int, limit: int) -> list[Attempt]:
        """Return attempts in the order in which they were first sent.

        Args:
            start: How many to leave out.
            limit: Most attempts.
        """
        names = ", ".join(_COLUMNS)
        query = f"SELECT {names} FROM attempts ORDER BY number LIMIT ? OFFSET ?"  # noqa: S608 (the names are ours)
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in self._select(query, limit, start)]
        return [Attempt(**row | {"judged_against": json.loads(row["judged_against"])}) for row in rows]

    @property
    def count(self) -> int:
        """Number of attempts."""
        rows = self._select("SELECT COUNT(*) FROM attempts")
        return int(rows[0][0]) if rows else 0

    def absent(self) -> list[dict[str, Any]]:
        """Return how many attempts are not here, by key and reason: `bound`, `confidential`, `operator` or `rate`."""
        rows = self._select("SELECT key, reason, times FROM absent ORDER BY key, reason")
        return [dict(zip(("key", "reason", "times"), row, strict=True)) for row in rows]

    def document(self, sha256: str) -> bytes:
        """Return the signed document of an attempt, byte for byte as it was sent.

        Raises:
            NotFound: There is none of that digest.
        """
        rows = self._select("SELECT document FROM attempts WHERE sha256 = ?", sha256)
        if not rows:
            raise NotFound(NONE)
        return bytes_of(rows[0][0])

    def delete(self, sha256: str) -> None:
        """Remove an attempt so that its bytes are in no file of the store any more; that one went is counted.

        Raises:
            NotFound: There is none of that digest.
            ReadOnly: The file was opened for reading only.
        """
        if not self._writable:
            raise ReadOnly("refused attempts are removed by a process that may write them")
        with self._lock:
            connection = self._connect()
            if connection is None:
                raise NotFound(NONE)
            row = connection.execute("SELECT key FROM attempts WHERE sha256 = ?", (sha256,)).fetchone()
            if row is None:
                raise NotFound(NONE)
            with _transaction(connection):
                connection.execute("DELETE FROM attempts WHERE sha256 = ?", (sha256,))
                count_absent(connection, row[0], "operator")
            connection.execute(f"PRAGMA busy_timeout={_PATIENT_MS}")
            [[is_busy, *_]] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise LedgerError(f"removed, but {self._path.name}-wal is in use and still has the bytes; stop the server")

    def close(self) -> None:
        """Close the file; may be repeated."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _select(self, query: str, *params: object) -> list[Any]:
        with self._lock:
            try:
                connection = self._connect()
                return [] if connection is None else connection.execute(query, params).fetchall()
            except sqlite3.Error as error:
                raise LedgerError(f"{self._path} can't be read: {error}. It may be taken away") from error

    def _connect(self, *, create: bool = False) -> sqlite3.Connection | None:
        if self._connection is None and self._is_there(create=create):
            address = self._path.absolute().as_uri() + ("" if self._writable else read_only_query(self._path))
            connection = sqlite3.connect(
                address, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_S
            )
            try:
                if self._writable:
                    connection.execute("PRAGMA journal_mode=WAL")
                    connection.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last rows (A3)
                    connection.execute("PRAGMA secure_delete=ON")
                connection.execute("SELECT number FROM attempts LIMIT 1")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _is_there(self, *, create: bool) -> bool:
        if self._path.is_file() and not is_half_made(self._path):
            return True
        if create and self._writable:
            create_database(self._path, TABLES)
            return True
        return False


class _transaction:  # noqa: N801 (used as a statement)
    """A transaction of a connection: committed at the end, rolled back where an error ends it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        else:
            with suppress(sqlite3.Error):  # a full disk may already have ended the transaction
                self._connection.execute("ROLLBACK")


def count_absent(connection: Any, key: str, reason: str) -> None:
    """Count an attempt that is not stored, or not any more: `bound`, `confidential`, `operator` or `rate`."""
    connection.execute(
        "INSERT INTO absent VALUES (?, ?, 1) ON CONFLICT (key, reason) DO UPDATE SET times = absent.times + 1",
        (key, reason),
    )


def _words_of(error: Refusal | Malformed) -> tuple[str, str, str]:
    """Return code, rule, and the state judged against as JSON; what is foreign in them made harmless."""
    if isinstance(error, Refusal):
        return error.code, printable(error.rule), json.dumps(_clean(error.judged_against))
    judged = {"expected": error.expected, "found": error.found, "where": error.where}
    rule = f"{error.where}: expected {error.expected}"
    return "E_MALFORMED", printable(rule), json.dumps(_clean(judged))


def _clean(value: object) -> object:
    if isinstance(value, Mapping):
        return {printable(name): _clean(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return value if value is None or isinstance(value, bool | int) else printable(value)
