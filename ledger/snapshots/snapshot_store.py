"""The database of snapshots: each aggregate as it was at the sizes at which it had changed, and the tree's hashes.

- N1: a snapshot is a size; what has changed since the one before is added in one transaction, nothing is ever altered.
  The state at a size is, of each stream, the row of the largest size up to it. Topics say of which aggregates to
  read to know what is about something; who reads one asks it whether it still is. Outlines have what lists need.
- N2: it is bound to the ledger's name and to the law, as its own text means it; what is of others is thrown away.
- N3: it may be deleted at any time. What can't be read, is not what was stored, is missing or too much (`sealed_rows`)
  is noticed before it is used, and made from the entries again.
- N4: nobody trusts it beyond what the log's signed checkpoint proves of the tree, until `check` has folded the same.

Nothing that verifies reads it.
"""

import json
import logging
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from constancia.domain.catalogue import KINDS
from constancia.domain.entry_days import BYTES
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.outlines import OUTLINES, outline_of
from constancia.domain.state import State
from constancia.domain.values.packing import reader, unpack
from constancia.ledger.disk.database import remove_database
from constancia.ledger.snapshots.law import text_digest
from constancia.ledger.snapshots.recent_rows import RecentRows
from constancia.ledger.snapshots.sealed_rows import SealedRows
from constancia.ledger.snapshots.stored_form import (
    DAYS,
    HASHES,
    PLACES,
    DamagedSnapshot,
    SnapshotRow,
    aggregates_in,
    difference,
    hashes_in,
    joined_hashes,
    kind_of,
    outlines_part,
    rows_in,
    streams_part,
    topic_name,
)
from constancia.verify.wire.merkle import Tree

# Entries between two snapshots: what a state in the past is at most away from a stored one.
EVERY: Final = 512
# As many bytes a snapshot are worth one more entry until the next: an aggregate that grows without end costs no more.
_BYTES_AN_ENTRY: Final = 8_192
# Aggregates of a kind that are read at once rather than looked up by their topics.
_FEW: Final = 256
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
        self._rows = SealedRows(path, origin)
        self._lock = self._rows.lock
        self._is_given_up = not text_digest()
        self._newest = RecentRows()
        self._names: dict[str, tuple[list[str], list[int]]] = {}  # by kind: streams, and since which size
        self._outlines: dict[str, dict[str, Any]] = {}  # by kind: those of the newest size, in the order of creation
        self._days = b""  # of the first entries, as many as were asked for
        if not self._is_given_up and path.is_file():
            self._open()

    @property
    def sizes(self) -> Sequence[int]:
        """The sizes of the snapshots, in order."""
        return self._rows.sizes

    @property
    def newest(self) -> int:
        """The size of the newest snapshot; 0 where there is none."""
        return self.sizes[-1] if self.sizes else 0

    def is_due(self, size: int) -> bool:
        """Tell whether a state of a size is worth a snapshot."""
        return size >= (self._rows.due or EVERY) and not self._is_given_up

    def nearest(self, size: int) -> int:
        """Give the largest size of a snapshot up to a size; 0 where there is none."""
        at = bisect_right(self.sizes, size)
        return self.sizes[at - 1] if at else 0

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
                self._write(state, tree)
            except (OSError, sqlite3.Error, DamagedSnapshot):
                _log.exception("the state can't be stored; a start will take longer")
                self.give_up()
                return False
        return True

    def _write(self, state: State, tree: Tree) -> None:
        size, created = state.size, state.created
        aggregates = aggregates_in(state)
        due = size + max(EVERY, sum(len(each.packed) for each in aggregates) // _BYTES_AN_ENTRY)
        rows = [*rows_in(state), hashes_in(tree, self.newest, size)]
        self._rows.add(due, aggregates, rows, map(kind_of, created))
        # Those who ask from now on find these; a base of a smaller size sees that they are not its.
        self._newest.update({stream: (size, aggregate) for stream, aggregate in state.recent.items()})
        for stream in created:
            if (names := self._names.get(kind_of(stream))) is not None:
                names[0].append(stream)
                names[1].append(size)
        for stream, aggregate in state.recent.items():
            if (outlines := self._outlines.get(kind_of(stream))) is not None:
                outlines[stream] = outline_of(aggregate)

    def tree_rows(self, size: int) -> list[bytearray]:
        """Give the tree's rows of hashes at the size of a snapshot, from the leaves up.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        return joined_hashes(self._rows.part(HASHES, size), size)

    def find(self, stream: str, size: int) -> Aggregate | None:
        """Give a stream's aggregate at the size of a snapshot, or None.

        Raises:
            DamagedSnapshot: It is not the one that was stored.
        """
        newest = self._newest.get(stream)
        if newest is not None and newest[0] <= size:
            return newest[1]
        with self._lock:
            for row in self._rows.named(stream, size, "DESC LIMIT 1"):
                [aggregate] = self._of_places({stream: (row.size, int(row.content))}, size).values()
                return aggregate
        return None

    def _of_places(self, places: Mapping[str, tuple[int, int]], size: int) -> dict[str, Aggregate]:
        """Read aggregates, of each stream the one of a size and a place; what is newest stays at hand."""
        packed = self._rows.aggregates({at * PLACES + place: stream for stream, (at, place) in places.items()})
        aggregates = {stream: _read(stream, text) for stream, text in packed.items()}
        if size >= self.newest:
            self._newest.update({stream: (places[stream][0], each) for stream, each in aggregates.items()})
        return aggregates

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

    def _read_all(self, kind: str, streams: Sequence[str], size: int) -> dict[str, Aggregate]:
        """Read the aggregates of a kind that are not at hand, where they are many, in one go."""
        missing = {stream for stream in streams if (row := self._newest.get(stream)) is None or row[0] > size}
        if len(missing) < 8:
            return {}
        places: dict[str, tuple[int, int]] = {}
        for _, _, at, content in self._rows.part(streams_part(kind), size):
            for changed in json.loads(content):
                places |= {stream: (at, place) for stream, place in changed.items() if stream in missing}
        return self._of_places(places, size)

    def streams_of(self, kind: str, size: int) -> list[str]:
        """Give the streams of a kind at the size of a snapshot, in the order of their creation.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        with self._lock:
            if kind not in self._names:
                began = [(stream, row.size) for row, streams in self._began(kind, self.newest) for stream in streams]
                self._names[kind] = ([stream for stream, _ in began], [since for _, since in began])
            names, since = self._names[kind]
            return names[: bisect_right(since, size)]

    def _began(self, kind: str, size: int) -> Iterator[tuple[SnapshotRow, dict[str, int]]]:
        """Give the streams of a kind that began with each snapshot up to a size, and their places there."""
        yield from ((row, json.loads(row.content)[0]) for row in self._rows.part(streams_part(kind), size))

    def streams(self, size: int) -> list[str]:
        """Give all streams at the size of a snapshot, in the order of their creation.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        with self._lock:
            began = [
                (row.size, place, stream)
                for kind in self._rows.kinds
                for row, streams in self._began(kind, size)
                for stream, place in streams.items()
            ]
        return [stream for _, _, stream in sorted(began)]

    def days(self, size: int) -> bytes:
        """Give the days of the entries up to the size of a snapshot (`State.days`).

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        with self._lock:
            if len(self._days) < size * BYTES:
                days = b"".join(row.content for row in self._rows.part(DAYS, size))
                if len(days) != size * BYTES:
                    raise DamagedSnapshot(f"the days of {size} entries have {len(days)} bytes")
                self._days = days
            return self._days[: size * BYTES]

    def has_few(self, kind: str) -> bool:
        """Tell whether a kind has so few aggregates that all are read as fast as some."""
        return self._rows.kinds[kind] <= _FEW

    def outlines(self, kind: str, size: int) -> Mapping[str, Any]:
        """Give the outlines of a kind at the size of a snapshot by stream, in the order of creation.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        with self._lock:
            if size == self.newest and kind in self._outlines:
                return dict(self._outlines[kind])
            packed: dict[str, Any] = {}
            for row in self._rows.part(outlines_part(kind), size):
                # Where a stream is first named it began, among others in that order: so no list of names is needed.
                packed |= json.loads(row.content)
            read = reader(OUTLINES[KINDS[kind].aggregate])
            outlines = {stream: read(members) for stream, members in packed.items()}
            if size == self.newest:
                self._outlines[kind] = dict(outlines)
            return outlines

    def on_topic(self, kind: str, topic: str, size: int, further: Sequence[str]) -> list[str]:
        """Give the streams of a kind that have had a topic, and further ones, in the order of their creation.

        Raises:
            DamagedSnapshot: They are not those that were stored.
        """
        names = dict.fromkeys(further)
        for row in self._rows.named(topic_name(kind, topic), size):
            names |= dict.fromkeys(json.loads(row.content))
        if len(names) < 2:
            return list(names)
        began = [
            (row.size, int(row.content), name) for name in names for row in self._rows.named(name, size, "LIMIT 1")
        ]
        return [name for _, _, name in sorted(began)]

    def difference(self, state: State) -> str | None:
        """Compare what a state has changed since the snapshot before its size with what is stored.

        Returns:
            The first stream that differs; None where none does.

        Raises:
            DamagedSnapshot: It can't be read, or is not what was stored.
        """
        differs = difference(self._rows.at(state.size), rows_in(state))
        if differs is None:
            folded = aggregates_in(state)
            packed = self._rows.aggregates({each.number: each.stream for each in folded})
            return min((each.stream for each in folded if packed[each.stream] != each.packed), default=None)
        self._rows.check()  # a row that is missing, or has become another one's, is damage
        return differs

    def _open(self) -> None:
        try:
            if self._rows.load():
                return
            _log.warning("the snapshot is of another ledger or another version of the law; it is made again")
        except (DamagedSnapshot, TypeError, ValueError) as error:
            _log.warning("the snapshot can't be read (%s); it is made again", error)
        self.clear()

    def clear(self) -> None:
        """Throw all of it away; it is made again from the entries."""
        with self._lock:
            self._rows.forget()
            self._newest, self._names, self._outlines, self._days = RecentRows(), {}, {}, b""
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
        self._rows.close()


def _read(stream: str, packed: bytes) -> Aggregate:
    try:
        aggregate: Aggregate = unpack(KINDS[kind_of(stream)].aggregate, packed)
    except (LookupError, TypeError, ValueError) as error:
        raise DamagedSnapshot(f"what is stored of {stream} is no {kind_of(stream)}") from error
    return aggregate
