"""The log as readers see it: entries, checkpoints, proofs and tiles, up to the last stored size.

Nothing here waits for the writer: the tree's stored part never changes, and the store is read in
transactions of its own, which in WAL mode see the last commit and block nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from eventsourcing.persistence import Notification

from constancia.domain.kernel.acts import Recorded
from constancia.ledger.append.head import find_leaf
from constancia.ledger.append.writer import Tip
from constancia.ledger.errors import Damaged, NotFound
from constancia.ledger.store.entry_store import KEYS, EntryStore
from constancia.ledger.store.mapper import PlainEntry, plain_entry, recorded_of, stored_recorded
from constancia.ledger.wire.composition import encode_bundle
from constancia.ledger.wire.proofs import consistency_proof, inclusion_proof
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.wire.merkle import HASH_BYTES, Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, tile_width

_PAGE: Final = 512


def read_recorded(store: EntryStore, index: int) -> Recorded:
    """Return the domain's view of a stored entry; the caller knows that it is there."""
    [row] = store.select_notifications(index + 1, 1)
    return recorded_of(read_entry(bytes(row.state)), row.originator_version)


def _not_cosigned(_size: int) -> bytes:
    """Where nobody cosigns."""
    return b""


@lru_cache(8)
def _joined(note: bytes, lines: bytes) -> bytes:
    """Give a note with its cosignatures: the same object for the same note, which caches look up by its hash."""
    return note + lines


def _is_stored(state: object, leaf_hash: bytes) -> bool:
    return isinstance(state, bytes) and hash_leaf(state) == leaf_hash


class Log:
    """Reads one log."""

    def __init__(self, tree: Tree, store: EntryStore, tip: Callable[[], Tip]) -> None:
        """Read the stored part of `tree`, which ends where `tip` says."""
        self._tree = tree
        self._store = store
        self._tip = tip
        self.cosigned: Callable[[int], bytes] = _not_cosigned

    @property
    def tree(self) -> Tree:
        """The tree, which may be ahead of what is stored."""
        return self._tree

    @property
    def size(self) -> int:
        """Number of stored entries."""
        return self._tip().size

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the signed note for a size, with the cosignatures that there are; see `signed`."""
        tip = self._tip()  # asked once: the log may grow meanwhile
        if size in (None, tip.size) and tip.size:
            return _joined(tip.checkpoint, self.cosigned(tip.size))
        return _joined(self.signed(size), self.cosigned(size or 0))

    def signed(self, size: int | None = None) -> bytes:
        """Return the note for a size as the log signed it.

        Args:
            size: A size at which a checkpoint was signed, that is after a batch; the last one by
                default.

        Raises:
            NotFound: The log is empty, or no checkpoint was signed at that size; what the store has beyond the last
                stored size is none yet, since nobody has confirmed it.
        """
        tip = self._tip()
        if size in (None, tip.size) and tip.size:
            return tip.checkpoint
        batch = self._store.batch_covering(size - 1) if size and size < tip.size else None
        if batch is None or batch.size != size:
            raise NotFound(f"no checkpoint was signed at size {size}")
        return batch.checkpoint

    def checkpoint_sizes(self, start: int = 0) -> Iterator[int]:
        """Yield the sizes above `start` at which a checkpoint was signed, in order, up to the last stored size."""
        stored = self.size
        while start < stored and (batches := self._store.batches(start)):
            yield from (batch.size for batch in batches if batch.size <= stored)
            start = batches[-1].size

    def root(self, size: int | None = None) -> bytes:
        """Return the tree's root at a stored size; at the last one by default.

        Raises:
            NotFound: The log is not that long.
        """
        return self._tree.root(self._stored(size))

    def entry(self, index: int) -> bytes:
        """Return an entry's bytes.

        Raises:
            NotFound: There is no such index.
            Damaged: What lies in the store is no longer what was stored.
        """
        if not 0 <= index < self.size:
            raise NotFound(f"there is no entry {index}; the log has {self.size}")
        [(raw, _leaf, _version)] = self._sound(index, self._store.select_notifications(index + 1, 1))
        return raw

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the entries' bytes from `start` to before `stop`, by default all there are now.

        Raises:
            Damaged: What lies in the store is no longer what was stored.
        """
        stop = self.size if stop is None else min(stop, self.size)
        for raw, _leaf, _version in self._read(start, stop):
            yield raw

    def recorded_from(self, start: int, stop: int) -> Iterator[Recorded]:
        """Yield the domain's view of the entries from `start` to before `stop`, which are stored.

        Raises:
            Damaged: What lies in the store is no longer what was stored.
        """
        for raw, leaf, version in self._read(start, stop):
            yield stored_recorded(raw, leaf, version)

    def plain_from(self, start: int, stop: int) -> Iterator[PlainEntry]:
        """Yield the entries from `start` to before `stop`, which are stored, for who only looks at them.

        Raises:
            Damaged: What lies in the store is no longer what was stored.
        """
        for raw, leaf, version in self._read(start, stop):
            yield plain_entry(raw, leaf, version)

    def _read(self, start: int, stop: int) -> Iterator[tuple[bytes, bytes, int]]:
        """Yield what `_sound` gives of the entries from `start` to before `stop`, page by page."""
        while start < stop:
            page = self._sound(start, self._store.select_notifications(start + 1, _PAGE, stop))
            yield from page
            start += len(page)

    def _sound(self, start: int, rows: Sequence[Notification]) -> list[tuple[bytes, bytes, int]]:
        """Return the rows' bytes, each compared with its leaf hash, that hash, and the place in the stream."""
        if not rows:
            raise Damaged(f"entry {start} is gone from the store")
        leaves, page = self._tree.leaves(start, start + len(rows)), []
        for place, row in enumerate(rows):
            leaf = leaves[place * HASH_BYTES : (place + 1) * HASH_BYTES]
            if not _is_stored(row.state, leaf):
                raise Damaged(f"entry {start + place} in the store is not the one that was stored")
            page.append((row.state, leaf, row.originator_version))
        return page

    def index_of(self, name: str) -> int:
        """Return the index of an entry named by its leaf hash or by its statement's id.

        Args:
            name: 64 hex digits, or a UUID.

        Raises:
            NotFound: There is none.
        """
        index = self._by_leaf(name) if len(name) == 64 else self._by_statement(name)
        if index is None:
            raise NotFound(f"no entry {name[:64]} is in the log")
        return index

    def _by_leaf(self, name: str) -> int | None:
        return find_leaf(self._tree, bytes.fromhex(name), self.size) if is_hex64(name) else None

    def _by_statement(self, name: str) -> int | None:
        position = self._store.statement_positions([name]).get(name)
        # A row may be there a moment before the tip says so; it does not exist before that.
        return position - 1 if position is not None and position <= self.size else None

    def leaf_hash(self, index: int) -> bytes:
        """Return an entry's leaf hash, 32 bytes.

        Raises:
            NotFound: There is no such index.
        """
        if not 0 <= index < self.size:
            raise NotFound(f"there is no entry {index}; the log has {self.size}")
        return self._tree.leaf(index)

    def recorded(self, index: int) -> Recorded:
        """Return the domain's view of an entry.

        Raises:
            NotFound: There is no such index.
        """
        if not 0 <= index < self.size:
            raise NotFound(f"there is no entry {index}; the log has {self.size}")
        return read_recorded(self._store, index)

    def lookup(self, leaf_hash: str) -> Recorded | None:
        """Give the stored entry with a leaf hash (64 hex digits), or None."""
        if not is_hex64(leaf_hash):
            return None
        index = find_leaf(self._tree, bytes.fromhex(leaf_hash), self.size)
        rows = () if index is None else self._store.select_notifications(index + 1, 1)
        for row in rows:
            recorded = recorded_of(read_entry(bytes(row.state)), row.originator_version)
            return recorded if recorded.leaf_hash == leaf_hash else None
        return None

    def later_of(self, name: str, count: int) -> list[Recorded]:
        """Return what follows the first entry of a stream, in order; of a key's, the first one too.

        The first word on a founder's root may end it: genesis began that stream. The first entry of any other stream
        has no place in the store's index of names, since most have no other.

        Args:
            name: The stream.
            count: How many entries of it to look at; the caller knows that there are as many.

        Raises:
            Damaged: What lies in the store is no longer what was stored.
        """
        first = 0 if name.startswith(KEYS) else 1
        rows = self._store.select_events(name, gt=first, lte=count) if count > first else ()
        entries = [entry for row in rows if (entry := self._in_the_tree(row.state, row.originator_version)) is not None]
        if len(entries) != max(0, count - first):
            raise Damaged(f"the entries of {name} in the store are not those that were stored")
        return entries

    def _in_the_tree(self, raw: bytes, version: int) -> Recorded | None:
        """Give the domain's view of an entry that says its index, or None where the tree has another one there."""
        leaf = hash_leaf(raw)
        try:
            entry = stored_recorded(raw, leaf, version)
            is_there = 0 <= entry.index < self.size and self._tree.leaf(entry.index) == leaf
        except (ValueError, LookupError, TypeError):  # its bytes are not what was stored
            return None
        return entry if is_there else None

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that an entry is in the log of a size, from the leaf's sibling up.

        Raises:
            NotFound: The log is not that long, or the entry comes later.
        """
        size = self._stored(size)
        if not 0 <= index < size:
            raise NotFound(f"entry {index} is not in the log of size {size}")
        return inclusion_proof(self._tree, index, size)

    def consistency_proof(self, old: int, new: int | None = None) -> list[bytes]:
        """Return the proof that the log of size `old` is a prefix of that of size `new`.

        Raises:
            NotFound: The log is not that long, or `old` is the larger one.
        """
        new = self._stored(new)
        if not 0 <= old <= new:
            raise NotFound(f"size {old} does not come before size {new}")
        return consistency_proof(self._tree, old, new)

    def tile(self, level: int, number: int, width: int = HASHES_PER_TILE) -> bytes:
        """Return a tile's packed hashes.

        Raises:
            NotFound: The log has no such tile of that width yet.
        """
        if not 0 < width <= tile_width(level, number, self.size):
            raise NotFound(f"no tile {number} of level {level} with {width} hashes")
        return self._tree.tile(level, number, width)

    def has_tile(self, level: int, number: int, width: int = HASHES_PER_TILE) -> bool:
        """Whether the tree of some signed checkpoint has a tile, full or of exactly that width.

        Source:
            C2SP tlog-tiles, "Partial Tiles": those of the sizes for which a checkpoint was produced.
        """
        if width <= 0 or width > tile_width(level, number, self.size):
            return False
        if width == HASHES_PER_TILE:
            return True
        # The tile is that wide in trees of `smallest` leaves and more, up to the next hash of its level.
        smallest = (number * HASHES_PER_TILE + width) << (8 * level)
        batch = self._store.batch_covering(smallest - 1)
        return batch is not None and batch.size < smallest + (1 << (8 * level))

    def entry_bundle(self, number: int, width: int = HASHES_PER_TILE) -> bytes:
        """Return an entry bundle.

        Raises:
            NotFound: The log has not that many entries.
        """
        if not 0 < width <= tile_width(0, number, self.size):
            raise NotFound(f"no entry bundle {number} with {width} entries")
        start = number * HASHES_PER_TILE
        return encode_bundle(self.entries(start, start + width))

    def size_at(self, recorded_at: str) -> int:
        """How many entries had been recorded at an instant.

        Args:
            recorded_at: In the form of `recorded_at`; an entry of that very millisecond counts.

        Returns:
            The size, found in O(log n) reads, since times never go back.
        """
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            if read_entry(self.entry(middle)).recorded_at <= recorded_at:
                low = middle + 1
            else:
                high = middle
        return low

    def _stored(self, size: int | None) -> int:
        stored = self.size
        if size is None:
            return stored
        if not 0 <= size <= stored:
            raise NotFound(f"the log has {stored} entries, not {size}")
        return size
