"""The database of snapshots: each aggregate as it was at the sizes at which it had changed, and the tree's hashes.

- N1: a snapshot is a size; what has changed since the one before is added in one transaction, nothing is ever altered.
  The state at a size is, of each stream, the row of the largest size up to it. `topics` says of which aggregates to
  read to know what is about something; who reads one asks it whether it still is. `outlines` has what lists need.
- N2: it is bound to the ledger's name and to the law, as its own text means it; what is of others is thrown away.
- N3: it may be deleted at any time. What can't be read, or is not what its digest says, is made from the entries again.
- N4: nobody trusts it beyond what the log's signed checkpoint proves of the tree, until `check` has folded the same.

Nothing that verifies reads it.
"""

import hashlib
import json
import logging
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.packing import pack, unpack
from constancia.domain.outlines import OUTLINES
from constancia.domain.state import State
from constancia.ledger.disk.database import create_database, remove_database
from constancia.ledger.disk.rows import insert_rows
from constancia.ledger.snapshots.law import law_digest, text_digest
from constancia.ledger.snapshots.recent_rows import RecentRows
from constancia.ledger.snapshots.stored_form import (
    DamagedSnapshot,
    check_digest,
    difference,
    digest_of,
    gained,
    kind_of,
    outline_name,
    outlines_in,
)
from constancia.verify.wire.merkle import HASH_BYTES, Tree

# Entries between two snapshots: what a state in the past is at most away from a stored one.
EVERY: Final = 512
# As many bytes a snapshot are worth one more entry until the next: an aggregate that grows without end costs no more.
_BYTES_AN_ENTRY: Final = 8_192
# Aggregates of a kind that are read at once rather than looked up by their topics.
_FEW: Final = 256
_TABLES: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE snapshots (size INTEGER PRIMARY KEY, bytes INTEGER NOT NULL)",
    "CREATE TABLE aggregates (stream TEXT NOT NULL, size INTEGER NOT NULL, packed TEXT NOT NULL, digest BLOB NOT NULL)",
    "CREATE UNIQUE INDEX aggregates_of ON aggregates (stream, size)",
    "CREATE TABLE streams (number INTEGER PRIMARY KEY, stream TEXT NOT NULL, kind TEXT NOT NULL, "
    "size INTEGER NOT NULL)",
    "CREATE INDEX streams_of ON streams (kind, number)",
    "CREATE UNIQUE INDEX streams_by_name ON streams (stream)",
    "CREATE TABLE topics (topic TEXT NOT NULL, kind TEXT NOT NULL, size INTEGER NOT NULL, streams TEXT NOT NULL, "
    "digest BLOB NOT NULL, PRIMARY KEY (topic, kind, size)) WITHOUT ROWID",
    "CREATE TABLE outlines (kind TEXT NOT NULL, stream TEXT NOT NULL, size INTEGER NOT NULL, packed TEXT NOT NULL, "
    "digest BLOB NOT NULL, PRIMARY KEY (kind, stream, size)) WITHOUT ROWID",
    "CREATE TABLE hashes (size INTEGER NOT NULL, level INTEGER NOT NULL, packed BLOB NOT NULL, digest BLOB NOT NULL, "
    "PRIMARY KEY (level, size))",
)
_FORM: Final = hashlib.sha256("\n".join(_TABLES).encode()).hexdigest()
_log = logging.getLogger(__name__)


class SnapshotStore:
    """The database. Safe to use from several threads; close it."""

    def __init__(self, path: Path, origin: str) -> None:
        """Open the file if there is one that is this ledger's and this law's; the first snapshot makes it.

        Args:
            path: The database.
            origin: The ledger's name.
        """
        self._path = path
        self._bound = {"form": _FORM, "origin": origin, "text": text_digest()}
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._is_given_up = not self._bound["text"]
        self._newest = RecentRows()
        self._names: dict[str, tuple[list[str], list[int]]] = {}  # by kind: streams, and since which size
        self._outlines: dict[str, dict[str, Any]] = {}  # by kind: those of the newest size, in the order of creation
        self._sizes: list[int] = []
        self._due = EVERY
        if not self._is_given_up and path.is_file():
            self._open()

    @property
    def sizes(self) -> Sequence[int]:
        """The sizes of the snapshots, in order."""
        return self._sizes

    @property
    def newest(self) -> int:
        """The size of the newest snapshot; 0 where there is none."""
        return self._sizes[-1] if self._sizes else 0

    def is_due(self, size: int) -> bool:
        """Tell whether a state of a size is worth a snapshot."""
        return size >= self._due and not self._is_given_up

    def nearest(self, size: int) -> int:
        """Give the largest size of a snapshot up to a size; 0 where there is none."""
        at = bisect_right(self._sizes, size)
        return self._sizes[at - 1] if at else 0

    def save(self, state: State, tree: Tree) -> bool:
        """Store what has changed since the snapshot before.

        Args:
            state: The state; it rests on the newest snapshot, or on nothing where there is none.
            tree: The tree, of that size or larger.

        Returns:
            Whether it is stored: a disk that is full stops the snapshots, and nothing else.
        """
        with self._lock:
            if self._is_given_up or state.size <= self.newest or state.base_size != self.newest:
                return False
            try:
                self._write(state, tree, self._database())
            except (OSError, sqlite3.Error):
                _log.exception("the state can't be stored; a start will take longer")
                self.give_up()
                return False
        return True

    def _write(self, state: State, tree: Tree, database: sqlite3.Connection) -> None:
        size, before = state.size, self.newest
        packed = [(stream, pack(aggregate)) for stream, aggregate in state.recent.items()]
        made = [(stream, kind_of(stream), size) for stream in state.created]
        total = sum(len(text) for _, text in packed)
        rows = [(stream, size, text, digest_of(stream, size, text.encode())) for stream, text in packed]
        topics = [
            (topic, kind, size, streams, digest_of(f"{kind} {topic}", size, streams.encode()))
            for (topic, kind), streams in gained(state).items()
        ]
        outlines = outlines_in(state)
        outlined = [
            (kind, stream, size, text := pack(outline), digest_of(outline_name(kind, stream), size, text.encode()))
            for kind, changed in outlines.items()
            for stream, outline in changed.items()
        ]
        database.execute("BEGIN IMMEDIATE")
        try:
            database.execute("INSERT INTO snapshots VALUES (?,?)", (size, total))
            insert_rows(database.execute, "INSERT INTO aggregates", rows)
            insert_rows(database.execute, "INSERT INTO streams (stream, kind, size)", made)
            insert_rows(database.execute, "INSERT INTO topics", topics)
            insert_rows(database.execute, "INSERT INTO outlines", outlined)
            for level, row in enumerate(tree.rows):
                hashes = bytes(row[(before >> level) * HASH_BYTES : (size >> level) * HASH_BYTES])
                if hashes:
                    sealed = (size, level, hashes, digest_of(str(level), size, hashes))
                    database.execute("INSERT INTO hashes VALUES (?,?,?,?)", sealed)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        # Those who ask from now on find these; a base of a smaller size sees that they are not its.
        self._newest.update({stream: (size, aggregate) for stream, aggregate in state.recent.items()})
        for stream, kind, _ in made:
            if kind in self._names:
                self._names[kind][0].append(stream)
                self._names[kind][1].append(size)
        for kind, changed in outlines.items():
            if kind in self._outlines:
                self._outlines[kind].update(changed)
        self._sizes.append(size)
        self._due = size + max(EVERY, total // _BYTES_AN_ENTRY)

    def tree_rows(self, size: int) -> list[bytearray]:
        """Give the tree's rows of hashes at the size of a snapshot, from the leaves up.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        rows: list[bytearray] = []
        query = "SELECT size, level, packed, digest FROM hashes WHERE size<=? ORDER BY level, size"
        for at, level, packed, digest in self._select(query, size):
            if not isinstance(packed, bytes) or digest != digest_of(str(level), at, packed) or level > len(rows):
                raise DamagedSnapshot(f"hashes of level {level} at size {at}")
            if level == len(rows):
                rows.append(bytearray())
            rows[level] += packed
        if any(len(row) != (size >> level) * HASH_BYTES for level, row in enumerate(rows)) or not rows:
            raise DamagedSnapshot(f"hashes are missing at size {size}")
        return rows

    def find(self, stream: str, size: int) -> Aggregate | None:
        """Give a stream's aggregate at the size of a snapshot, or None.

        Raises:
            DamagedSnapshot: It is not the one that was stored.
        """
        newest = self._newest.get(stream)
        if newest is not None and newest[0] <= size:
            return newest[1]
        query = "SELECT size, packed, digest FROM aggregates WHERE stream=? AND size<=? ORDER BY size DESC LIMIT 1"
        with self._lock:
            for row in self._select(query, stream, size):
                aggregate = _read(stream, *row)
                if size >= self.newest:
                    self._newest.update({stream: (row[0], aggregate)})
                return aggregate
        return None

    def find_all(self, kind: str, size: int) -> Iterator[Aggregate]:
        """Give the aggregates of a kind at the size of a snapshot, in the order of their creation.

        Raises:
            DamagedSnapshot: One is not what was stored.
        """
        with self._lock:
            streams = self.streams_of(kind, size)
            others = self._read_all(kind, streams, size)
        for stream in streams:
            newest = self._newest.get(stream)
            aggregate = newest[1] if newest is not None and newest[0] <= size else others.get(stream)
            aggregate = self.find(stream, size) if aggregate is None else aggregate
            if aggregate is None:
                raise DamagedSnapshot(f"{stream} is missing at size {size}")
            yield aggregate

    def streams_of(self, kind: str, size: int) -> list[str]:
        """Give the streams of a kind at the size of a snapshot, in the order of their creation."""
        with self._lock:
            if kind not in self._names:
                rows = self._select("SELECT stream, size FROM streams WHERE kind=? ORDER BY number", kind)
                self._names[kind] = ([row[0] for row in rows], [row[1] for row in rows])
            names, since = self._names[kind]
            return names[: bisect_right(since, size)]

    def outlines(self, kind: str, size: int) -> Mapping[str, Any]:
        """Give the outlines of a kind at the size of a snapshot by stream, in the order of creation.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        with self._lock:
            if size == self.newest and kind in self._outlines:
                return dict(self._outlines[kind])
            query = (
                "SELECT stream, MAX(size), packed, digest FROM outlines "  # SQLite: the columns of the row that has it
                "WHERE kind=? AND size<=? GROUP BY stream"
            )
            rows = {row[0]: row[1:] for row in self._select(query, kind, size)}
            streams = self.streams_of(kind, size)
            if len(streams) != len(rows):
                raise DamagedSnapshot(f"outlines of {kind} are missing at size {size}")
            outlines = {stream: _read_outline(kind, stream, rows.get(stream)) for stream in streams}
            if size == self.newest:
                self._outlines[kind] = dict(outlines)
            return outlines

    def _read_all(self, kind: str, streams: Sequence[str], size: int) -> dict[str, Aggregate]:
        """Read the rows of a kind that are not at hand, where they are many, in one go."""
        missing = {stream for stream in streams if (row := self._newest.get(stream)) is None or row[0] > size}
        if len(missing) < 8:
            return {}
        first, last = (kind, kind) if kind == "ledger" else (f"{kind}/", f"{kind}0")
        query = (
            "SELECT stream, MAX(size), packed, digest FROM aggregates "  # SQLite: the columns of the row that has it
            "WHERE stream>=? AND stream<=? AND size<=? GROUP BY stream"
        )
        rows = {row[0]: row for row in self._select(query, first, last, size) if row[0] in missing}
        others = {stream: _read(*row) for stream, row in rows.items()}
        if size >= self.newest:
            self._newest.update({stream: (rows[stream][1], aggregate) for stream, aggregate in others.items()})
        return others

    def on_topic(self, kind: str, topic: str, size: int, further: Sequence[str]) -> list[str]:
        """Give the streams of a kind that have had a topic, and further ones, in the order of their creation.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        query = "SELECT size, streams, digest FROM topics WHERE topic=? AND kind=? AND size<=? ORDER BY size"
        names = dict.fromkeys(further)
        for at, streams, digest in self._select(query, topic, kind, size):
            check_digest(f"{kind} {topic}", at, streams, digest)
            names |= dict.fromkeys(json.loads(streams))
        if len(names) < 2:
            return list(names)
        query = "SELECT stream FROM streams WHERE stream IN (SELECT value FROM json_each(?)) ORDER BY number"
        ordered = [row[0] for row in self._select(query, json.dumps(list(names)))]
        if len(ordered) != len(names):
            raise DamagedSnapshot(f"streams about {topic} are missing at size {size}")
        return ordered

    def has_few(self, kind: str, size: int) -> bool:
        """Tell whether a kind has so few aggregates that all are read as fast as some."""
        query = "SELECT COUNT(*) FROM (SELECT 1 FROM streams WHERE kind=? AND size<=? LIMIT ?)"
        return bool(self._select(query, kind, size, _FEW + 1)[0][0] <= _FEW)

    def streams(self, size: int) -> list[str]:
        """Give all streams at the size of a snapshot, in the order of their creation."""
        return [row[0] for row in self._select("SELECT stream FROM streams WHERE size<=? ORDER BY number", size)]

    def difference(self, state: State) -> str | None:
        """Compare what a state has changed since the snapshot before its size with what is stored.

        Returns:
            The first stream that differs; None where none does.

        Raises:
            DamagedSnapshot: It can't be read, or is not what was stored.
        """
        return difference(self._select, state)

    def _select(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return list(self._database().execute(query, parameters))
            except (OSError, sqlite3.Error) as error:
                raise DamagedSnapshot(str(error)) from error

    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            meta = "INSERT INTO meta VALUES (?,?)"
            if not self._path.is_file():
                bound = {**self._bound, "law": law_digest()}
                create_database(self._path, [*_TABLES, (meta, tuple(bound.items()))])
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
            # What a power cut takes is folded again.
            self._connection.execute("PRAGMA synchronous=NORMAL")
        return self._connection

    def _open(self) -> None:
        try:
            bound = dict(self._select("SELECT key, value FROM meta"))
            law, ours = bound.pop("law", None), self._bound["text"]
            is_same_text = bound.get("text") == ours
            # Another text may be the same law: what it means is computed where it has changed alone.
            if bound | {"text": ours} == self._bound and (is_same_text or law == law_digest()):
                self._select("UPDATE meta SET value=? WHERE key='text' AND value<>?", ours, ours)
                rows = self._select("SELECT size, bytes FROM snapshots ORDER BY size")
                self._sizes = [int(row[0]) for row in rows]
                self._due = max((row[0] + max(EVERY, row[1] // _BYTES_AN_ENTRY) for row in rows[-1:]), default=EVERY)
                return
            _log.warning("the snapshot is of another ledger or another version of the law; it is made again")
        except (DamagedSnapshot, TypeError, ValueError) as error:
            _log.warning("the snapshot can't be read (%s); it is made again", error)
        self.clear()

    def clear(self) -> None:
        """Throw all of it away; it is made again from the entries."""
        with self._lock:
            self.close()
            self._newest, self._names, self._outlines, self._sizes, self._due = RecentRows(), {}, {}, [], EVERY
            try:
                remove_database(self._path)
            except OSError:
                _log.exception("the snapshot can't be removed")
                self._is_given_up = True

    def give_up(self) -> None:
        """Store nothing more, and take away what there is: the next start makes it again."""
        with self._lock:
            self._is_given_up = True
            try:
                remove_database(self._path)
            except OSError:
                _log.exception("the snapshot can't be removed")

    def close(self) -> None:
        """Close the database; may be repeated."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _read(stream: str, size: int, packed: object, digest: object) -> Aggregate:
    check_digest(stream, size, packed, digest)
    try:
        aggregate: Aggregate = unpack(KINDS[kind_of(stream)].aggregate, str(packed))
    except (LookupError, TypeError, ValueError) as error:
        raise DamagedSnapshot(f"{stream} at size {size}") from error
    return aggregate


def _read_outline(kind: str, stream: str, row: Sequence[Any] | None) -> Any:
    if row is None:
        raise DamagedSnapshot(f"the outline of {stream} is missing")
    check_digest(outline_name(kind, stream), *row)
    try:
        return unpack(OUTLINES[KINDS[kind].aggregate], row[1])
    except (LookupError, TypeError, ValueError) as error:
        raise DamagedSnapshot(f"the outline of {stream} at size {row[0]}") from error
