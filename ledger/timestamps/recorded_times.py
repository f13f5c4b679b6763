"""The recording times that a log claims, from any source; each entry is checked against the tree."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from constancia.ledger.clock import parse_recorded_at
from constancia.verify.core.errors import Malformed
from constancia.verify.sources.source import Source
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, parse_bundle, tile_width

_WIDTH: Final = 24
# Canonical bytes have sorted members, so the time has a fixed position.
_RECORDED_AT: Final = re.compile(
    rb'\{"index":\d+,"previous":"[0-9a-f]{64}","recorded_at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"'
)


class UnreadTime(Exception):
    """An entry's time is not available: the entry is missing, or does not match the tree.

    Attributes:
        index: The entry's.
    """

    def __init__(self, index: int) -> None:
        super().__init__(f"entry {index}")
        self.index = index


class RecordedTimes(Sequence[str]):
    """All `recorded_at` of a log; reads lazily: rows of a store, bundles of published files.

    Args:
        source: The open source.
        tree: The tree of its entries.
    """

    def __init__(self, source: Source, tree: Tree) -> None:
        self._source = source
        self._tree = tree
        self._bundles: dict[int, bytes] = {}

    def __len__(self) -> int:
        """Return the number of entries."""
        return self._tree.size

    def __getitem__(self, index: int) -> str:  # type: ignore[override]  # no slices needed
        """Return the time of an entry; see `at`."""
        return self.at(index)

    def at(self, index: int) -> str:
        """Return the time that an entry claims, in the form of `recorded_at`.

        Raises:
            UnreadTime: It is not available.
            Unreadable: The source can't be read.
        """
        packed, place = self._bundle_of(index) if self._source.store is None else (self._row(index), 0)
        text = packed[place * _WIDTH : (place + 1) * _WIDTH].rstrip(b"\0").decode()
        if not text:
            raise UnreadTime(index)
        return text

    def instant(self, index: int) -> datetime:
        """Return the time that an entry claims, as an instant.

        Raises:
            UnreadTime: It is not available, or is not a time (30 February).
        """
        try:
            return parse_recorded_at(self.at(index))
        except ValueError:
            raise UnreadTime(index) from None

    def count_until(self, instant: str) -> int:
        """Return how many entries claim to have been recorded by an instant (given in the form of `recorded_at`)."""
        return bisect_right(self, instant)

    def _bundle_of(self, index: int) -> tuple[bytes, int]:
        number, place = divmod(index, HASHES_PER_TILE)
        if number not in self._bundles:
            self._bundles[number] = self._read_bundle(number)
        return self._bundles[number], place

    def _read_bundle(self, number: int) -> bytes:
        published, start = self._source.published, number * HASHES_PER_TILE
        if published is None:
            return b""
        width = tile_width(0, number, self._tree.size)
        bundle = published.find(None, number, width)
        try:
            entries = parse_bundle(bundle.data or b"")[:width]
        except Malformed:
            return b""
        return b"".join(self._time(start + at, raw) for at, raw in enumerate(entries))

    def _row(self, index: int) -> bytes:
        raw = self._source.entry(index, self._tree.size)
        return bytes(_WIDTH) if raw is None else self._time(index, raw)

    def _time(self, index: int, raw: bytes) -> bytes:
        match = _RECORDED_AT.match(raw)
        known = match is not None and hash_leaf(raw) == self._tree.leaf(index)
        return match[1] if match is not None and known else bytes(_WIDTH)
