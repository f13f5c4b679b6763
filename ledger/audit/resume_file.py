"""The resume file: the state of an audit, stored by the auditor, so that the next audit reads only new entries.

- R1: only a prefix without faults is stored: its tree, its key directory, its citations and used ids.
- R2: the file is bound to the root of that prefix. It is used only if the source still has the last entry of
  the prefix, and the root signed by the log must follow from its hashes (`ResumeState` in `verify.audit.extensions`).
- R3: the cost of a run depends on the new entries only: hashes, ids and citations are read lazily and appended.
- R4: only one audit at a time uses the file; a second one runs without it.
- R5: hashes and state are hashed again when they are read; a damaged file is an error that names it, not a verdict.

It assumes that only the auditor writes the file: anybody who can alter it could also alter the verifier.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from constancia.ledger.audit.directory_json import directory_form, restore_directory
from constancia.verify.audit.entry_pass import Citations, EntryPass, PassState, UsedIds
from constancia.verify.core.errors import Unreadable
from constancia.verify.report.findings import Findings
from constancia.verify.wire.merkle import HASH_BYTES, Tree

FORMAT: Final = 5
CHUNK_BYTES: Final = 256 * HASH_BYTES
KEEP_EVERY_S: Final = 5.0  # the most that a killed audit loses
_ASK_IDS: Final = 500  # in one query
_LEVEL: Final = 1 << 48  # a chunk's row id: its level times this, plus its number
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (id INTEGER PRIMARY KEY, state TEXT, confirmed BLOB, sha256 BLOB);
CREATE TABLE IF NOT EXISTS nodes (id INTEGER PRIMARY KEY, data BLOB, sha256 BLOB);
CREATE TABLE IF NOT EXISTS ids (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (stream TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cited (digest TEXT PRIMARY KEY, at INTEGER, sizes TEXT, withdrawals TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signed (key TEXT, at INTEGER, day TEXT, PRIMARY KEY (key, at)) WITHOUT ROWID;
"""
_PASS: Final = ("origin", "recorded_at", "signatures", "seen_roots", "largest")  # of a `PassState`, as JSON
_NAMES: Final = ("about", "nodes", "ids", "streams", "cited", "signed")


class KeptRow:
    """One level of a stored tree, as `Tree.adopt` takes it: its first `stored` bytes are read from the file."""

    def __init__(self, file: "ResumeFile", level: int, stored: int) -> None:
        self._file = file
        self._level = level
        self._kept = stored
        self._new = bytearray()

    def __len__(self) -> int:
        """Return the number of bytes."""
        return self._kept + len(self._new)

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a part."""
        start, stop, _ = part.indices(len(self))
        hashes = bytearray()
        while start < min(stop, self._kept):
            number, at = divmod(start, CHUNK_BYTES)
            end = min(stop, self._kept, (number + 1) * CHUNK_BYTES)
            hashes += self._file.chunk(self._level, number)[at : at + end - start]
            start = end
        return bytes(hashes + self._new[max(0, start - self._kept) : max(0, stop - self._kept)])

    def __delitem__(self, part: slice, /) -> None:
        """Remove the end."""
        start = part.indices(len(self))[0]
        del self._new[max(0, start - self._kept) :]
        self._kept = min(self._kept, start)

    def __iadd__(self, data: bytes, /) -> Self:
        """Append."""
        self._new += data
        return self


class _Ids(UsedIds):
    """Statement ids: those of this run in memory, those before in the file, which is asked about many at once."""

    def __init__(self, file: "ResumeFile | None") -> None:
        super().__init__()
        self._file = file
        self._asked: dict[bytes, int] = {}
        self.unsaved: list[bytes] = []

    def add(self, name: str, index: int, /) -> None:
        super().add(name, index)
        self.unsaved.append(_packed(name))
        if self._file is not None:
            self._asked[self.unsaved[-1]] = index

    def repeated(self) -> Iterator[tuple[str, int]]:
        again = list(super().repeated())
        yield from again
        asked, self._asked = self._asked, {}
        for name, _ in again:
            asked.pop(_packed(name), None)
        names = list(asked)
        for start in range(0, len(names) if self._file else 0, _ASK_IDS):
            part = names[start : start + _ASK_IDS]
            marks = ",".join("?" * len(part))
            query = f"SELECT id FROM ids WHERE id IN ({marks})"  # noqa: S608 - question marks alone
            for (used,) in self._file.select(query, *part) if self._file else ():
                yield str(uuid.UUID(bytes=used)), asked[used]


class _Versions(Counter[str]):
    """Entries by stream: those of this run's streams in memory, the others in the file."""

    file: "ResumeFile | None" = None

    def __missing__(self, stream: str) -> int:
        query = "SELECT version FROM streams WHERE stream = ?"
        rows = [] if self.file is None else self.file.select(query, stream)
        return int(rows[0][0]) if rows else 0


class ResumeFile:
    """A resume file; a `ResumeState` of verify. Close it, or use it in a `with` block.

    Args:
        path: The file; created at the first write. An unreadable one is treated as missing.
        place: The source that was being read, for the progress of an interrupted audit: for another place the file
            is treated as missing. None for a complete audit, which is valid wherever the log is read.
        final: Path to move the file to when the audit completes; None to leave it.
        every_s: Seconds between two writes.
    """

    def __init__(
        self, path: Path, *, place: str | None = None, final: Path | None = None, every_s: float = KEEP_EVERY_S
    ) -> None:
        self.path = path
        self._place = place
        self._final = final
        self._every_s = every_s
        self._last = time.monotonic()
        self._db: sqlite3.Connection | None = None
        self._state: dict[str, Any] = {}
        self._confirmed = b""
        self._is_busy = False
        self.failure: str | None = None  # why nothing more is stored
        self._base = 0  # the size from which the pass resumed
        self._ids = _Ids(None)
        self._signed: dict[str, int] = {}
        self._tree = Tree()
        if path.exists():
            self._load()

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the file; may be repeated."""
        if self._db is not None:
            self._db.close()
            self._db = None

    # The stored state

    @property
    def size(self) -> int:
        """Number of verified entries; 0 if none."""
        return int(self._state.get("size", 0))

    @property
    def checked(self) -> Mapping[str, Mapping[str, int]]:
        """The counts when it was stored."""
        counts: Mapping[str, Mapping[str, int]] = self._state.get("checked", {})
        return counts

    def leaf(self) -> bytes:
        """Return the leaf hash of the last verified entry."""
        return self._tree.leaf(self.size - 1)

    def root(self, size: int) -> bytes:
        """Return the root at a stored size."""
        return self._tree.root(size)

    def chunk(self, level: int, number: int) -> bytes:
        """Return up to 256 packed hashes of a level.

        Raises:
            Unreadable: The file is damaged.
        """
        rows = self.select("SELECT data, sha256 FROM nodes WHERE id = ?", level * _LEVEL + number)
        if not rows or not isinstance(rows[0][0], bytes) or hashlib.sha256(rows[0][0]).digest() != rows[0][1]:
            raise Unreadable("resume", str(self.path), f"it is damaged at level {level}, chunk {number}; delete it")
        return bytes(rows[0][0])

    def select(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Read rows.

        Raises:
            Unreadable: The file is damaged.
        """
        try:
            return [] if self._db is None else self._db.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise Unreadable("resume", str(self.path), f"{error}; delete it") from error

    @property
    def tree(self) -> Tree:
        """The stored tree, for proofs between sizes that it covers."""
        return self._tree

    # Resuming

    def attach(self, fold: EntryPass, *, resume: bool) -> None:
        """Restore a pass from the stored state, or (without `resume`) discard the state and store this pass."""
        if not resume:
            self._state, self._tree, self._confirmed = {}, Tree(), b""
        self._base = self.size
        self._ids = fold.ids = _Ids(self if resume else None)
        versions = fold.versions = _Versions()
        versions.file = self if resume else None
        if resume:
            self._restore(fold)

    def _restore(self, fold: EntryPass) -> None:
        state = self._state
        members = {name: state[name] for name in _PASS}
        fold.restore(PassState(**members, confirmed=zlib.decompress(self._confirmed)), self._rows())
        restore_directory(fold.directory, state["directory"])
        fold.suspects.marked = dict(state["suspects"])
        fold.suspects.signed_before = self._signed_before
        if self._place is not None:  # a whole audit looks at all documents in the end
            fold.cited.update(self._cited())

    def _rows(self) -> list[KeptRow]:
        size = self.size
        return [KeptRow(self, level, (size >> level) * HASH_BYTES) for level in range(max(1, size.bit_length()))]

    def _signed_before(self, key: str) -> Iterator[tuple[int, str]]:
        query = "SELECT at, day FROM signed WHERE key = ? AND at < ? ORDER BY at"
        yield from ((int(at), str(day)) for at, day in self.select(query, key, self._base))

    def _cited(self) -> Iterator[tuple[str, Citations]]:
        for digest, at, sizes, withdrawals in self.select("SELECT digest, at, sizes, withdrawals FROM cited"):
            yield digest, Citations(at, set(json.loads(sizes)), json.loads(withdrawals))

    # Storing

    def is_due(self) -> bool:
        """Return whether it is time to store the progress."""
        return time.monotonic() - self._last >= self._every_s

    def keep(self, fold: EntryPass, findings: Findings) -> None:
        """Store the state of a pass durably; the pass is settled and without faults."""
        if self._is_busy or self.failure is not None:
            return
        try:
            db = self._open()
        except Unreadable as error:
            self.failure = str(error)  # a cache that cannot be written does not affect the verdict
            return
        try:
            db.execute("BEGIN IMMEDIATE")
            if not self.size:
                for name in _NAMES:
                    db.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names
            self._save(db, fold, findings)
            db.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            self.failure = f"{self.path}: {error}"
            return
        self._ids.unsaved.clear()
        self._tree = fold.tree
        self._last = time.monotonic()

    def complete(self) -> None:
        """Move the file to its final path: the audit completed without faults."""
        if self._final is None or self._is_busy or self.failure is not None:
            return
        self.close()
        with ResumeFile(self._final) as former:
            is_longer = former.size > self.size and former.root(self.size).hex() == self._state["root"]
        if is_longer:
            self.path.unlink()
        else:
            self.path.replace(self._final)

    def _save(self, db: sqlite3.Connection, fold: EntryPass, findings: Findings) -> None:
        before, size, passed = self.size, fold.tree.size, fold.snapshot()
        for level, row in enumerate(fold.tree.rows):
            first = (before >> level) * HASH_BYTES // CHUNK_BYTES
            for number in range(first, -(-len(row) // CHUNK_BYTES)):
                data = bytes(row[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES])
                values = (level * _LEVEL + number, data, hashlib.sha256(data).digest())
                db.execute("INSERT OR REPLACE INTO nodes VALUES (?,?,?)", values)
        db.executemany("INSERT OR IGNORE INTO ids VALUES (?)", ((used,) for used in self._ids.unsaved))
        db.executemany("INSERT OR REPLACE INTO streams VALUES (?,?)", fold.versions.items())
        self._save_cited(db, fold)
        for name, signed in fold.suspects.signed.items():
            rows = ((name, *row) for row in signed[self._signed.get(name, 0) :])
            db.executemany("INSERT OR IGNORE INTO signed VALUES (?,?,?)", rows)
            self._signed[name] = len(signed)
        self._state = {
            "format": FORMAT,
            "size": size,
            "root": fold.tree.root().hex(),
            "place": self._place,
            "checked": {level: dict(counts) for level, counts in findings.checked.items()},
            **{name: getattr(passed, name) for name in _PASS},
            "directory": directory_form(fold.directory),
            "suspects": sorted(fold.suspects.marked.items()),
        }
        self._confirmed = zlib.compress(passed.confirmed, 1)
        text = json.dumps(self._state, ensure_ascii=False)
        db.execute(
            "INSERT OR REPLACE INTO about VALUES (1,?,?,?)", (text, self._confirmed, _digest(text, self._confirmed))
        )

    @staticmethod
    def _save_cited(db: sqlite3.Connection, fold: EntryPass) -> None:
        for digest, citation in fold.cited.items():
            row = db.execute("SELECT at, sizes FROM cited WHERE digest = ?", (digest,)).fetchone()
            at, sizes = (citation.index, set()) if row is None else (row[0], set(json.loads(row[1])))
            saved = (digest, at, json.dumps(sorted(sizes | citation.sizes)), json.dumps(citation.withdrawals))
            db.execute("INSERT OR REPLACE INTO cited VALUES (?,?,?,?)", saved)

    # The file

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
                self._db = sqlite3.connect(self.path, isolation_level=None, timeout=0.2, check_same_thread=False)
                self._db.execute("PRAGMA synchronous=NORMAL")  # after a power cut the lost part is verified again
                self._db.execute("PRAGMA locking_mode=EXCLUSIVE")  # locked from here until it is closed
                self._db.execute("BEGIN EXCLUSIVE")
                self._db.executescript(_TABLES)
            except (OSError, sqlite3.Error) as error:
                self._is_busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
                self.close()
                raise Unreadable("resume", str(self.path), f"it can't be written: {error}") from error
        return self._db

    def _load(self) -> None:
        """Read the state. A file that is not a resume file, or is for another place, will be overwritten."""
        try:
            db = self._open()
            row = db.execute("SELECT state, confirmed, sha256 FROM about WHERE id = 1").fetchone()
            if row is None or _digest(row[0], row[1]) != row[2]:
                return
            state = json.loads(row[0])
        except (Unreadable, sqlite3.Error, ValueError):
            self.close()
            if not self._is_busy:
                self.path.unlink(missing_ok=True)
            return
        if state.get("format") != FORMAT:
            self.close()
            self.path.unlink()
            return
        if self._place is not None and state["place"] != self._place:
            return
        self._state, self._confirmed = state, row[1]
        self._tree.adopt(self._rows())
        if self._tree.root().hex() != state["root"]:
            raise Unreadable("resume", str(self.path), "its hashes do not give its root; delete it")


def _digest(text: str, confirmed: bytes) -> bytes:
    return hashlib.sha256(text.encode() + b"\x00" + confirmed).digest()


def _packed(name: str) -> bytes:
    return bytes.fromhex(name.replace("-", ""))
