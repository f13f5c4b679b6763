"""The database of snapshots as rows, none of which is used before all of its part is known to be there.

- R1: a row has a digest over everything in it, with a key of this file's own: altered, or another database's, it is
  noticed. The seal has the sizes, and how many rows each part has: what is missing or too much is noticed.
- R2: a part is read whole once before any of its rows is used: a list when it is asked for, what is looked up by name
  with the others of its bucket. So opening reads the seal and the tree's hashes, and not all rows.
- R3: the tables are those that were made, and nobody else has written into them while they are open.

Whatever differs is a `DamagedSnapshot`. Who writes a whole file that fits itself is found by the background check.
"""

import hashlib
import json
import secrets
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from constancia.ledger.disk.database import create_database
from constancia.ledger.disk.rows import insert_rows
from constancia.ledger.snapshots.law import law_digest, text_digest
from constancia.ledger.snapshots.stored_form import (
    BUCKETS,
    CONTENTS,
    HASHES,
    PLACES,
    DamagedSnapshot,
    NumberedAggregate,
    SnapshotRow,
    bucket_of,
    digest_of,
)

_TABLES: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE seal (packed BLOB NOT NULL, digest BLOB NOT NULL)",
    "CREATE TABLE aggregates (number INTEGER PRIMARY KEY, packed BLOB NOT NULL, digest BLOB NOT NULL)",
    "CREATE TABLE parts (part TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, content BLOB NOT NULL, "
    "digest BLOB NOT NULL, PRIMARY KEY (part, name, size)) WITHOUT ROWID",
)
_FORM: Final = hashlib.sha256("\n".join((*_TABLES, str(BUCKETS), str(PLACES), CONTENTS)).encode()).hexdigest()
_SEAL: Final = ("seal",)


class SealedRows:
    """The database. Safe to use from several threads: who needs several answers of one state takes `lock`."""

    def __init__(self, path: Path, origin: str) -> None:
        """Take the file's path and the ledger's name; `load` opens it, and the first `add` makes it."""
        self._path = path
        self._bound = {"form": _FORM, "origin": origin, "text": text_digest()}
        self._connection: sqlite3.Connection | None = None
        self._version = 0
        self.lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Close the file and take it to be empty; the next `add` makes another one."""
        self.close()
        self._key = b""
        self._rows: Counter[str] = Counter()  # by part
        self._sound: set[str] = set()  # buckets that were read whole
        self.sizes: list[int] = []
        self._known: set[int] = set()  # the same
        self.due = 0
        self.kinds: Counter[str] = Counter()  # streams by kind

    def load(self) -> bool:
        """Open the file.

        Returns:
            Whether it is of this ledger and this law.

        Raises:
            DamagedSnapshot: It can't be read, or its seal does not fit.
        """
        self._connect()
        bound = dict(self._select("SELECT key, value FROM meta"))
        law, salt, ours = bound.pop("law", None), bound.pop("salt", None), self._bound["text"]
        is_same_text = bound.get("text") == ours
        # Another text may be the same law: what it means is computed where it has changed alone.
        if bound | {"text": ours} != self._bound or not (is_same_text or law == law_digest()):
            return False
        if {row[0] for row in self._select("SELECT sql FROM sqlite_master WHERE sql NOT NULL")} != set(_TABLES):
            raise DamagedSnapshot("its tables are not those that were made")
        self._key = self._key_of(law, salt)
        seals = self._select("SELECT packed, digest FROM seal")
        if len(seals) != 1 or digest_of(self._key, _SEAL, seals[0][0]) != seals[0][1]:
            raise DamagedSnapshot("its seal is not the one that was set")
        self.sizes, self.due, rows, kinds = json.loads(seals[0][0])
        self._rows, self.kinds, self._known = Counter(rows), Counter(kinds), set(self.sizes)
        if not is_same_text:
            self._select("UPDATE meta SET value=? WHERE key='text'", ours)
        return True

    def _key_of(self, law: object, salt: object) -> bytes:
        return hashlib.sha256(repr((self._bound["form"], self._bound["origin"], law, salt)).encode()).digest()

    def _connect(self) -> sqlite3.Connection:
        try:
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
            # What a power cut takes is folded again.
            self._connection.execute("PRAGMA synchronous=NORMAL")
            [[self._version]] = self._connection.execute("PRAGMA data_version")
        except sqlite3.Error as error:
            raise DamagedSnapshot(str(error)) from error
        return self._connection

    def add(
        self,
        due: int,
        aggregates: Sequence[NumberedAggregate],
        rows: Sequence[SnapshotRow],
        created: Iterable[str],
    ) -> None:
        """Add a snapshot in one transaction, with its seal; a file that is not there is made.

        Args:
            due: The size from which on the next one is due.
            aggregates: What has changed.
            rows: Its other rows, each of the snapshot's size.
            created: The kind of each stream that began.

        Raises:
            OSError, sqlite3.Error: It can't be written.
            DamagedSnapshot: Somebody else has written into the file.
        """
        if self._connection is None:
            law, salt = law_digest(), secrets.token_hex(16)
            bound = {**self._bound, "law": law, "salt": salt}
            create_database(self._path, [*_TABLES, ("INSERT INTO meta VALUES (?,?)", tuple(bound.items()))])
            self._key = self._key_of(law, salt)
            self._connect()
        database = self._database()
        sizes = [*self.sizes, rows[0].size]
        counts, kinds = self._rows.copy(), self.kinds.copy()
        counts.update(row.part for row in rows)
        kinds.update(created)
        seal = json.dumps([sizes, due, counts, kinds]).encode()
        numbered = [(number, text, digest_of(self._key, (number, name), text)) for number, name, text in aggregates]
        sealed = [(*row, digest_of(self._key, row[:3], row.content)) for row in sorted(rows)]
        database.execute("BEGIN IMMEDIATE")
        try:
            self._check_version()
            insert_rows(database.execute, "INSERT INTO aggregates", numbered)
            insert_rows(database.execute, "INSERT INTO parts", sealed)
            database.execute("DELETE FROM seal")
            database.execute("INSERT INTO seal VALUES (?,?)", (seal, digest_of(self._key, _SEAL, seal)))
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        self.sizes.append(rows[0].size)
        self._known.add(rows[0].size)
        self.due, self._rows, self.kinds = due, counts, kinds

    def part(self, part: str, size: int) -> list[SnapshotRow]:
        """Give the rows of a part up to a size, by name and size, once all of it is known to be there.

        Raises:
            DamagedSnapshot: One is not what was stored, is missing or too much.
        """
        with self.lock:
            query = "SELECT name, size, content, digest FROM parts WHERE part=? ORDER BY name, size"
            rows = [self._checked(part, *row) for row in self._select(query, part)]
            if len(rows) != self._rows[part]:
                raise DamagedSnapshot(f"{part} has {len(rows)} rows, not {self._rows[part]}")
        return [row for row in rows if row.size <= size]

    def named(self, name: str, size: int, order: str = "") -> list[SnapshotRow]:
        """Give the rows of a name up to a size in their order, once all of its bucket is known to be there.

        Args:
            name: A stream, or a topic's name.
            size: The size of a snapshot.
            order: `DESC LIMIT 1` for the last one alone, `LIMIT 1` for the first.

        Raises:
            DamagedSnapshot: One is not what was stored, or of the bucket one is missing or too much.
        """
        part = bucket_of(name)
        with self.lock:
            if part not in self._sound:
                self.part(part, size)
                self._sound.add(part)
            query = f"SELECT size, content, digest FROM parts WHERE part=? AND name=? AND size<=? ORDER BY size {order}"  # noqa: S608 (no value is in it)
            return [self._checked(part, name, *row) for row in self._select(query, part, name, size)]

    def aggregates(self, streams: Mapping[int, str]) -> dict[str, bytes]:
        """Give packed aggregates by their streams.

        Args:
            streams: The stream of each number.

        Raises:
            DamagedSnapshot: One is not what was stored, or is missing.
        """
        query = "SELECT number, packed, digest FROM aggregates WHERE number IN (SELECT value FROM json_each(?))"
        packed = {}
        for number, text, digest in self._select(query, json.dumps(list(streams))):
            if digest_of(self._key, (number, streams[number]), text) != digest:
                raise DamagedSnapshot(f"{streams[number]} at size {number // PLACES}")
            packed[streams[number]] = text
        if len(packed) != len(streams):
            raise DamagedSnapshot(f"of {len(streams)} aggregates {len(packed)} are there")
        return packed

    def at(self, size: int) -> list[SnapshotRow]:
        """Give the rows of one snapshot besides its hashes.

        Raises:
            DamagedSnapshot: One is not what was stored.
        """
        query = "SELECT part, name, size, content, digest FROM parts WHERE size=? AND part<>?"
        return [self._checked(*row) for row in self._select(query, size, HASHES)]

    def check(self) -> None:
        """See that each part has all of its rows, and no other.

        Raises:
            DamagedSnapshot: One is not what was stored, is missing or too much.
        """
        with self.lock:
            there = {row[0] for row in self._select("SELECT DISTINCT part FROM parts")}
            for part in there | self._rows.keys():
                self.part(part, 0)

    def _checked(self, part: Any, name: Any, size: Any, content: Any, digest: Any) -> SnapshotRow:
        # What is of no snapshot is compared with none of them behind the scenes.
        if digest_of(self._key, (part, name, size), content) != digest or size not in self._known:
            raise DamagedSnapshot(f"{part} {name} at size {size}")
        return SnapshotRow(part, name, size, content)

    def _select(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.lock:
            try:
                rows = list(self._database().execute(query, parameters))
                self._check_version()
            except (OSError, sqlite3.Error) as error:
                raise DamagedSnapshot(str(error)) from error
            return rows

    def _check_version(self) -> None:
        """See that nobody else has written: what was found to be there may be gone."""
        [[version]] = self._database().execute("PRAGMA data_version")
        if version != self._version:
            raise DamagedSnapshot("somebody else has written into it")

    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            raise DamagedSnapshot("it is closed")
        return self._connection

    def close(self) -> None:
        """Close the file; may be repeated."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
