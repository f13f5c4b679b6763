"""What is stored of a state: its rows, what they are made from, their digests, and what differs from a state."""

import hashlib
import json
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple
from zlib import crc32

from constancia.domain.kernel.groups import grouped
from constancia.domain.outlines import OUTLINES, outline_of
from constancia.domain.state import State
from constancia.domain.values.packing import pack, pack_all
from constancia.verify.wire.merkle import HASH_BYTES, Tree

# How many parts the rows that are looked up by name are spread over: one is read whole before any row of it is used.
BUCKETS: Final = 4_096
# An aggregate's number is the size of its snapshot times this, and its place there.
PLACES: Final = 1 << 20
HASHES: Final = "hashes"
DAYS: Final = "days"
# Counts up whenever a row says the same in another form; the days are in the machine's order of bytes.
CONTENTS: Final = f"2 {sys.byteorder}"
_DIGEST_BYTES: Final = 16


class DamagedSnapshot(Exception):
    """What is stored is not what was stored; the entries are asked instead."""


class SnapshotRow(NamedTuple):
    """A row besides the aggregates.

    Attributes:
        part: What it is read with, and its name counted by.
        name: What it is looked up by; empty in a part that is read as a whole only.
        size: The size of the snapshot that it came with.
        content: What it says.
    """

    part: str
    name: str
    size: int
    content: bytes


class NumberedAggregate(NamedTuple):
    """An aggregate as it is stored: `number` says of which snapshot it is, and its place there."""

    number: int
    stream: str
    packed: bytes


def kind_of(stream: str) -> str:
    """Give the kind that a stream's name begins with."""
    return stream.partition("/")[0]


def streams_part(kind: str) -> str:
    """Give the part that lists a kind's streams: those that began with a snapshot and those that changed, by place."""
    return f"streams {kind}"


def outlines_part(kind: str) -> str:
    """Give the part that has a kind's outlines."""
    return f"outlines {kind}"


def topic_name(kind: str, topic: str) -> str:
    """Give the name that the streams of a kind that have a topic are looked up by."""
    return f"{kind} {topic}"


def bucket_of(name: str) -> str:
    """Give the part of what is looked up by a name."""
    return str(crc32(name.encode()) % BUCKETS)


def digest_of(key: bytes, place: Sequence[object], content: object) -> bytes:
    """Give the digest of a row.

    Args:
        key: That of this database: a row of another one does not fit.
        place: Everything else that the row has, so that none of it can differ, by its type either.
        content: What is stored.

    Raises:
        DamagedSnapshot: The content is not of the type that is stored.
    """
    if not isinstance(content, bytes):
        raise DamagedSnapshot(f"{place} is not of its type")
    return hashlib.blake2b(b"%s\n%s" % (repr(place).encode(), content), digest_size=_DIGEST_BYTES, key=key).digest()


def aggregates_in(state: State) -> list[NumberedAggregate]:
    """Give the aggregates that have changed since the snapshot before; those that began since in that order."""
    first = state.size * PLACES
    changed = enumerate(state.recent.items(), start=first)
    return [NumberedAggregate(number, stream, pack(aggregate).encode()) for number, (stream, aggregate) in changed]


def rows_in(state: State) -> list[SnapshotRow]:
    """Give the rows of what has changed since the snapshot before: where to look for it, lists, and outlines."""
    size, created = state.size, frozenset(state.created)
    rows = [SnapshotRow(bucket_of(name), name, size, b"%d" % place) for place, name in enumerate(state.recent)]
    topics = grouped((topic_name(kind_of(stream), topic), stream) for topic, stream in state.gained())
    rows += [SnapshotRow(bucket_of(name), name, size, json.dumps(streams).encode()) for name, streams in topics.items()]
    places = grouped((kind_of(stream), (place, stream)) for place, stream in enumerate(state.recent))
    for kind, changed in places.items():
        began = {stream: place for place, stream in changed if stream in created}
        others = {stream: place for place, stream in changed if stream not in created}
        rows.append(SnapshotRow(streams_part(kind), "", size, json.dumps([began, others]).encode()))
    outlined = grouped((kind_of(each.stream), each) for each in state.recent.values() if type(each) in OUTLINES)
    for kind, several in outlined.items():
        content = pack_all({each.stream: outline_of(each) for each in several})
        rows.append(SnapshotRow(outlines_part(kind), "", size, content.encode()))
    return [*rows, SnapshotRow(DAYS, "", size, state.recent_days)]


def hashes_in(tree: Tree, before: int, size: int) -> SnapshotRow:
    """Give the row of the tree's hashes that a snapshot adds to the one before, level by level, from the leaves up."""
    levels = range(size.bit_length())
    slices = (tree.rows[at][(before >> at) * HASH_BYTES : (size >> at) * HASH_BYTES] for at in levels)
    return SnapshotRow(HASHES, "", size, b"".join(map(bytes, slices)))


def joined_hashes(rows: Sequence[SnapshotRow], size: int) -> list[bytearray]:
    """Give the tree's rows of hashes at a size from the rows that the snapshots up to it have added, in order."""
    levels: list[bytearray] = [bytearray() for _ in range(size.bit_length())]
    before = 0
    for row in rows:
        start = 0
        for at in range(row.size.bit_length()):
            end = start + ((row.size >> at) - (before >> at)) * HASH_BYTES
            levels[at] += row.content[start:end]
            start = end
        before = row.size
    return levels


def difference(stored: Sequence[SnapshotRow], folded: Sequence[SnapshotRow]) -> str | None:
    """Compare rows that are stored with those that the entries give.

    Returns:
        The first name, or part, that differs; None where none does.
    """
    differ = set(stored) ^ set(folded)
    return min((row.name for row in differ if row.name), default=None) or min(
        (row.part for row in differ), default=None
    )
