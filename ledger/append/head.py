"""The end of the log in memory: tree, state and keys, all at one size.

- H1: all three advance together, by one entry at a time, and by the same function whether the entry
  is new or read back from the store.
- H2: steps not yet stored can be taken back, and then nothing of them is left.
- H3: one thread advances it. Others may ask the tree about sizes that are stored, which no step
  changes, and the key ring about keys.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from constancia.domain.kernel.acts import Act, Recorded
from constancia.domain.state import Change, State
from constancia.ledger.append.key_ring import KeyRing, introduced_keys
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.errors import Fatal
from constancia.ledger.store.mapper import recorded_of
from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.formats.entry import NO_PREVIOUS, Entry, LeafHash
from constancia.verify.core.formats.signatures import PublicKey, Signature
from constancia.verify.core.formats.statement import Statement
from constancia.verify.wire.merkle import HASH_BYTES, Tree, hash_leaf

_SEARCH_LEAVES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    recorded: Recorded
    change: Change
    keys: tuple[PublicKey, ...]
    recorded_at_before: str


class Head:
    """The end of one log."""

    def __init__(self, origin: str, read: Callable[[int], Recorded]) -> None:
        """Start with an empty log.

        Args:
            origin: The ledger's name.
            read: Gives a stored entry by its index.
        """
        self.tree = Tree()
        self.state = State(origin)
        self.keys = KeyRing()
        self.recorded_at = ""
        self.genesis: Recorded | None = None
        self._steps: list[_Step] = []
        self._read = read

    def resume(self, state: State, rows: Sequence[Any]) -> None:
        """Begin at a snapshot instead of an empty log.

        Args:
            state: A state of its own, of an earlier size of this very log.
            rows: The tree's rows of hashes at that size.

        Raises:
            Fatal: The first or the last entry up to there is not the one that the tree has.
        """
        self.tree.adopt(rows)
        self.state = state
        first, last = self._read(0), self._read(state.size - 1)
        for recorded in (first, last):
            if recorded.leaf_hash != self.tree.leaf(recorded.index).hex():
                raise Fatal("the snapshot is of another entry", where=f"entry {recorded.index}")
        self.genesis, self.recorded_at = first, last.recorded_at
        self.keys.resume(first.statement, state.copied())

    @property
    def size(self) -> int:
        """Number of entries, with those not yet stored."""
        return self.tree.size

    @property
    def stored_size(self) -> int:
        """Number of entries up to the last `settle`."""
        return self.tree.size - len(self._steps)

    def time_for(self, now: datetime) -> str:
        """Return the time of the next entry: the clock's, or the last entry's when the clock went back."""
        return max(format_recorded_at(now), self.recorded_at)

    def compose(
        self, statement: Statement, signatures: Sequence[Signature], recorded_at: str
    ) -> tuple[Entry, Recorded]:
        """Return the entry that a statement would become at the head.

        Raises:
            Malformed: It would be larger than an entry may be.
        """
        index = self.tree.size
        previous = self.tree.leaf(index - 1) if index else NO_PREVIOUS
        raw = build_entry(
            index=index,
            previous=previous,
            recorded_at=recorded_at,
            signatures=signatures,
            statement=statement.raw,
        )
        entry = Entry(
            raw=raw,
            index=index,
            previous=previous,
            recorded_at=recorded_at,
            signatures=tuple(signatures),
            statement=statement,
            leaf_hash=LeafHash(hash_leaf(raw)),
        )
        return entry, recorded_of(entry, self.version_after(statement.stream))

    def version_after(self, stream: str) -> int:
        """Return the version that the next entry of a stream gets, from 1."""
        return self.state.version(stream) + 1

    def extend(self, entry: Entry, recorded: Recorded, act: Act[Any] | None = None) -> Change:
        """Advance by one entry. It stays revocable until `settle`.

        Args:
            entry: The entry.
            recorded: The domain's view of it.
            act: Its typed body, where the caller has it.

        Returns:
            What it changes of the state.

        Raises:
            Fatal: The entry is not the next one of this log, or the state can't take it.
        """
        self._check_link(entry, recorded)
        keys = introduced_keys(entry.statement)
        try:
            change = self.state.apply(recorded, act, self.lookup)
        except Exception as error:
            raise Fatal(
                f"the state can't take an entry of type {entry.statement.type}: {error}",
                where=f"entry {entry.index}",
            ) from error
        self._steps.append(_Step(recorded=recorded, change=change, keys=keys, recorded_at_before=self.recorded_at))
        self.tree.append(entry.leaf_hash)
        self.keys.add(keys)
        self.recorded_at = entry.recorded_at
        if entry.index == 0:
            self.genesis = recorded
        return change

    def _check_link(self, entry: Entry, recorded: Recorded) -> None:
        index = self.tree.size
        previous = self.tree.leaf(index - 1) if index else NO_PREVIOUS
        version = self.version_after(recorded.originator_id)
        expected = (index, previous, version)
        found = (entry.index, entry.previous, recorded.originator_version)
        if expected == found and entry.recorded_at >= self.recorded_at:
            return
        where = f"entry {index}"
        if entry.index != index:
            raise Fatal(f"index: expected {index}, found {entry.index}", where=where)
        if entry.previous != previous:
            raise Fatal(f"previous: expected {previous.hex()}, found {entry.previous.hex()}", where=where)
        if recorded.originator_version != version:
            raise Fatal(
                f"originator_version: expected {version}, found {recorded.originator_version}",
                where=where,
            )
        raise Fatal(f"recorded_at goes back to {entry.recorded_at}", where=where)

    def settle(self) -> None:
        """Declare all steps stored."""
        self._steps.clear()

    def retract(self) -> None:
        """Take back all steps that were not stored, the last first."""
        self.tree.truncate(self.stored_size)
        while self._steps:
            step = self._steps.pop()
            self.state.undo(step.change)
            self.keys.remove(step.keys)
            self.recorded_at = step.recorded_at_before
        if self.tree.size == 0:
            self.genesis = None

    def lookup(self, leaf_hash: str) -> Recorded | None:
        """Return the entry with a leaf hash, stored or not.

        Args:
            leaf_hash: 64 hex digits.
        """
        index = find_leaf(self.tree, bytes.fromhex(leaf_hash), self.tree.size)
        if index is None:
            return None
        pending = index - self.stored_size
        return self._steps[pending].recorded if pending >= 0 else self._read(index)


def find_leaf(tree: Tree, leaf_hash: bytes, size: int) -> int | None:
    """Find a leaf's index by its hash, newest first.

    The packed leaves are searched as they lie in memory, 32 MB for a million entries, which takes a
    few milliseconds and no index of its own.

    Args:
        tree: The tree.
        leaf_hash: 32 bytes.
        size: How many leaves to look at.

    Returns:
        The index, or None.
    """
    stop = size
    while stop > 0:
        start = max(0, stop - _SEARCH_LEAVES)
        packed = tree.leaves(start, stop)
        at = packed.find(leaf_hash)
        while at != -1 and at % HASH_BYTES:
            at = packed.find(leaf_hash, at + 1)
        if at != -1:
            return start + at // HASH_BYTES
        stop = start
    return None
