"""What is stored of a state: digests of rows, what they are made from, and whether they are what a state gives."""

import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any, Final

from constancia.domain.kernel.groups import grouped
from constancia.domain.kernel.packing import pack
from constancia.domain.outlines import OUTLINES, outline_of
from constancia.domain.state import State

_DIGEST_BYTES: Final = 16
_AGGREGATES_AT: Final = "SELECT stream, packed, digest FROM aggregates WHERE size=?"
_OUTLINES_AT: Final = "SELECT kind, stream, packed, digest FROM outlines WHERE size=?"
_STREAMS_AT: Final = "SELECT stream, kind FROM streams WHERE size=? ORDER BY number"
_TOPICS_AT: Final = "SELECT topic, kind, streams, digest FROM topics WHERE size=?"


class DamagedSnapshot(Exception):
    """What is stored is not what was stored; the entries are asked instead."""


def kind_of(stream: str) -> str:
    """Give the kind that a stream's name begins with."""
    return stream.partition("/")[0]


def outline_name(kind: str, stream: str) -> str:
    """Give the name under which an outline has its digest."""
    return f"{kind} outline {stream}"


def digest_of(name: str, size: int, content: bytes) -> bytes:
    """Give the digest of a row.

    Args:
        name: What it is of.
        size: The size of the snapshot that it came with.
        content: What is stored.
    """
    return hashlib.blake2b(b"%s %d\n%s" % (name.encode(), size, content), digest_size=_DIGEST_BYTES).digest()


def check_digest(name: str, size: int, packed: object, digest: object) -> None:
    """Check a row, as `digest_of` takes it.

    Raises:
        DamagedSnapshot: It is not what was stored.
    """
    if not isinstance(packed, str) or digest != digest_of(name, size, packed.encode()):
        raise DamagedSnapshot(f"{name} at size {size}")


def gained(state: State) -> dict[tuple[str, str], str]:
    """Give the streams that have got a topic since the snapshot before, as JSON, by topic and kind."""
    pairs = grouped(((topic, kind_of(stream)), stream) for topic, stream in state.gained())
    return {key: json.dumps(streams) for key, streams in pairs.items()}


def outlines_in(state: State) -> dict[str, dict[str, Any]]:
    """Give the outlines of what has changed since the snapshot before, by kind and stream, new ones as they began."""
    outlines: dict[str, dict[str, Any]] = {}
    for stream in dict.fromkeys((*state.created, *state.recent)):
        aggregate = state.recent[stream]
        if type(aggregate) in OUTLINES:
            outlines.setdefault(kind_of(stream), {})[stream] = outline_of(aggregate)
    return outlines


def difference(select: Callable[..., list[tuple[Any, ...]]], state: State) -> str | None:
    """Compare what a state has changed since the snapshot before its size with what is stored.

    Args:
        select: Gives the rows of a query with its parameters.
        state: The state.

    Returns:
        The first stream, or topic, that differs; None where none does.

    Raises:
        DamagedSnapshot: It can't be read, or is not what was stored.
    """
    size = state.size
    aggregates = _checked(((stream, stream, *row) for stream, *row in select(_AGGREGATES_AT, size)), size)
    folded = {stream: pack(aggregate) for stream, aggregate in state.recent.items()}
    named = (((topic, kind), f"{kind} {topic}", *row) for topic, kind, *row in select(_TOPICS_AT, size))
    topics = _checked(named, size)
    rows = ((stream, outline_name(kind, stream), *row) for kind, stream, *row in select(_OUTLINES_AT, size))
    outlines = _checked(rows, size)
    outlined = {name: pack(each) for changed in outlines_in(state).values() for name, each in changed.items()}
    for stored, given in ((aggregates, folded), (topics, gained(state)), (outlines, outlined)):
        differ = {name if isinstance(name, str) else name[0] for name, _ in stored.items() ^ given.items()}
        if differ:
            return min(differ)
    created = [(stream, kind_of(stream)) for stream in state.created]
    pairs = zip_longest(select(_STREAMS_AT, size), created)
    return next((str((left or right)[0]) for left, right in pairs if left != right), None)


def _checked(rows: Any, size: int) -> Mapping[Any, str]:
    """Give what is stored by its name, each with its digest checked."""
    stored = {}
    for key, name, packed, digest in rows:
        check_digest(name, size, packed, digest)
        stored[key] = packed
    return stored
