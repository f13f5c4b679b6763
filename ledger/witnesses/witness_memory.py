"""A witness's memory: the last tree that it cosigned for each log, and the refused requests that are evidence.

- M1: WAL with `synchronous=FULL`: what `writing` committed is durable.
- M2: `writing` begins with the write lock, so that two requests, also in two processes, see each other's outcome:
  check and update are atomic.
- M3: a store belongs to one cosigner. A lost store must not be replaced by an empty one, because its witness would then
  cosign a second history. So a store is only created on explicit request.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from constancia.ledger.disk.database import create_database, is_half_made
from constancia.ledger.errors import LedgerError
from constancia.verify.core.formats.note import VerifierKey, format_vkey
from constancia.verify.wire.merkle import EMPTY_ROOT

MAX_EVIDENCE: Final = 1_000  # for each log and reason; each piece needs a checkpoint that the log itself signed
LOCK_TIMEOUT_S: Final = 10.0
_TABLES: Final = (
    "CREATE TABLE heads (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, "
    "checkpoint BLOB NOT NULL, cosigned_at INTEGER NOT NULL)",
    "CREATE TABLE evidence (number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, at INTEGER NOT NULL, "
    "origin TEXT NOT NULL, reason TEXT NOT NULL, known BLOB NOT NULL, request BLOB NOT NULL)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


class WitnessStoreError(LedgerError):
    """The witness's store is missing, already exists, or belongs to another witness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCosigned:
    """The last tree cosigned for a log: size, root, the signed note, POSIX seconds of the cosignature."""

    size: int
    root: bytes
    checkpoint: bytes
    cosigned_at: int


NOTHING_KNOWN: Final = LastCosigned(size=0, root=EMPTY_ROOT, checkpoint=b"", cosigned_at=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivocationRecord:
    """A refused request: when, which log, why, the note cosigned before, and the request's bytes."""

    at: int
    origin: str
    reason: str
    known: bytes
    request: bytes


class WitnessStore:
    """One witness's SQLite file. Safe to use from several threads; close it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Wrap an open connection; use `create` or `open`."""
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path, keys: Sequence[VerifierKey]) -> Self:
        """Create the store of a witness that has never cosigned.

        Raises:
            WitnessStoreError: The file exists.
        """
        # A file without any table is what is left where this was cut short: nothing was ever cosigned from it.
        if path.exists() and not is_half_made(path):
            raise WitnessStoreError(f"{path} exists; a witness's store never replaces an old one")
        meta = [("schema", "1"), ("keys", _listed(keys))]
        create_database(path, [*_TABLES, ("INSERT INTO meta VALUES (?, ?)", meta)])
        return cls(_connect(path))

    @classmethod
    def open(cls, path: Path, keys: Sequence[VerifierKey]) -> Self:
        """Open a witness's store.

        Raises:
            WitnessStoreError: There is none, or it belongs to other keys.
        """
        if not path.is_file() or is_half_made(path):
            raise WitnessStoreError(
                f"{path}: there is no such store. If this witness has cosigned before, its memory is lost: make new "
                "keys for it. A new witness's store is made with --create"
            )
        connection: sqlite3.Connection | None = None
        try:
            connection = _connect(path)
            meta = dict(connection.execute("SELECT key, value FROM meta"))
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            raise WitnessStoreError(f"{path} is no witness's store: {error}") from error
        if meta.get("schema") != "1" or meta.get("keys") != _listed(keys):
            connection.close()
            raise WitnessStoreError(f"{path} is the store of another witness: {meta.get('keys', '?').split('+')[0]}")
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator["WitnessRows"]:
        """Hold the write lock; commit durably at the end, roll back on an error."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield WitnessRows(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may already have ended the transaction; report that error, not this one.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def known(self) -> dict[str, LastCosigned]:
        """Return the last tree cosigned, by origin."""
        with self._lock:
            rows = self._connection.execute("SELECT origin, size, root, checkpoint, cosigned_at FROM heads")
            return {
                row[0]: LastCosigned(size=row[1], root=row[2], checkpoint=row[3], cosigned_at=row[4]) for row in rows
            }

    def refusals(self, last: int) -> tuple[int, list[tuple[int, str, str]]]:
        """Return the number of stored refusals, and time, log and reason of the last ones; oldest first."""
        with self._lock:
            [[count]] = self._connection.execute("SELECT COUNT(*) FROM evidence")
            rows = self._connection.execute(
                "SELECT at, origin, reason FROM evidence ORDER BY number DESC LIMIT ?", (last,)
            )
            return count, list(rows)[::-1]

    def evidence(self) -> list[EquivocationRecord]:
        """Return the stored refused requests in full, oldest first."""
        with self._lock:
            rows = self._connection.execute("SELECT at, origin, reason, known, request FROM evidence ORDER BY number")
            return [
                EquivocationRecord(at=row[0], origin=row[1], reason=row[2], known=row[3], request=row[4])
                for row in rows
            ]


class WitnessRows:
    """Access to the rows within `WitnessStore.writing`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work in the connection's open transaction."""
        self._connection = connection

    def known(self, origin: str) -> LastCosigned:
        """Return the last tree cosigned for a log; the empty one if there was none."""
        row = self._connection.execute(
            "SELECT size, root, checkpoint, cosigned_at FROM heads WHERE origin = ?", (origin,)
        ).fetchone()
        if row is None:
            return NOTHING_KNOWN
        return LastCosigned(size=row[0], root=row[1], checkpoint=row[2], cosigned_at=row[3])

    def remember(self, origin: str, known: LastCosigned) -> None:
        """Store the tree that is about to be cosigned."""
        self._connection.execute(
            "INSERT INTO heads VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET size = excluded.size, "
            "root = excluded.root, checkpoint = excluded.checkpoint, cosigned_at = excluded.cosigned_at",
            (origin, known.size, known.root, known.checkpoint, known.cosigned_at),
        )

    def keep(self, evidence: EquivocationRecord, text: str) -> bool:
        """Store a refused request; the same checkpoint against the same known tree is stored once.

        Args:
            evidence: The refused request.
            text: The refused checkpoint's note text.

        Returns:
            Whether it is new. When a log has `MAX_EVIDENCE` records for a reason, the first ones stay and further ones
            are dropped. The limit is per reason: anybody can send a bad proof of a public checkpoint, and that must
            not displace two roots of one size, which only the log's key can make.
        """
        digest = hashlib.sha256(evidence.known + b"\x00" + text.encode()).digest()
        done = self._connection.execute(
            "INSERT OR IGNORE INTO evidence (digest, at, origin, reason, known, request) SELECT ?, ?, ?, ?, ?, ? "
            "WHERE (SELECT COUNT(*) FROM evidence WHERE origin = ? AND reason = ?) < ?",
            (
                digest, evidence.at, evidence.origin, evidence.reason, evidence.known, evidence.request,
                evidence.origin, evidence.reason, MAX_EVIDENCE,
            ),
        )  # fmt: skip
        return done.rowcount == 1


def _listed(keys: Sequence[VerifierKey]) -> str:
    return "\n".join(map(format_vkey, keys))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        [[level]] = connection.execute("PRAGMA synchronous")
    except sqlite3.Error:
        connection.close()
        raise
    if level != 2:
        connection.close()
        raise WitnessStoreError(f"{path}: SQLite does not write this file durably")
    return connection
