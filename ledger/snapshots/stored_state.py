"""The state at the size of a snapshot: read when it is asked for, and folded from the entries where it is damaged."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.groups import grouped
from constancia.domain.state import State
from constancia.ledger.snapshots.snapshot_store import SnapshotStore
from constancia.ledger.snapshots.stored_form import DamagedSnapshot

_NAMES: Final = {kind.aggregate: name for name, kind in KINDS.items()}
_log = logging.getLogger(__name__)


class StoredState:
    """The state at the size of a snapshot, read when it is asked for; what is damaged is folded from the entries."""

    def __init__(self, store: SnapshotStore, size: int, fold: Callable[[int], State]) -> None:
        """Read from `store`; `fold` gives the state of a size from the entries alone."""
        self._store = store
        self._size = size
        self._fold = fold
        self._folded: State | None = None
        self._lock = threading.Lock()
        self._asked: dict[str, Aggregate | None] = {}
        self._of: dict[type[Aggregate], list[Aggregate]] = {}
        self._by_topic: dict[type[Aggregate], Mapping[str, tuple[str, ...]]] = {}
        self._outlines: dict[type[Aggregate], Mapping[str, Any]] = {}
        self._many: set[type[Aggregate]] = set()  # classes that have more than a few

    @property
    def size(self) -> int:
        """Number of entries in it."""
        return self._size

    def days(self) -> bytes:
        """Give the days of all entries."""
        if self._folded is None:
            try:
                return self._store.days(self._size)
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        return self._whole.days()

    def get(self, stream: str) -> Aggregate | None:
        """Give a stream's aggregate, or None."""
        if self._folded is None:
            try:
                if stream not in self._asked:
                    self._asked[stream] = self._store.find(stream, self._size)
                return self._asked[stream]
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        return self._whole.aggregates.get(stream)

    def of(self, kind: type[Aggregate]) -> Iterator[Aggregate]:
        """Give the aggregates of a class in the order of their creation."""
        if self._folded is None:
            try:
                if kind not in self._of:
                    self._of[kind] = list(self._store.find_all(_NAMES[kind], self._size))
                return iter(self._of[kind])
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        return self._whole.of(kind)

    def streams(self) -> Iterator[str]:
        """Give all streams in the order of their creation."""
        if self._folded is None:
            try:
                return iter(self._store.streams(self._size))
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        return iter(self._whole.aggregates)

    def streams_of(self, kind: type[Aggregate]) -> Sequence[str]:
        """Give the streams of a class in the order of their creation."""
        if self._folded is None:
            try:
                return self._store.streams_of(_NAMES[kind], self._size)
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        return self._whole.streams_of(kind)

    def outlines(self, kind: type[Aggregate]) -> Mapping[str, Any]:
        """Give the outlines of a class by stream, in the order of creation."""
        if self._folded is None:
            try:
                if kind not in self._outlines:
                    self._outlines[kind] = self._store.outlines(_NAMES[kind], self._size)
                return self._outlines[kind]
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        return self._whole.outlines(kind)

    def on_topic(self, kind: type[Aggregate], topic: str, further: Sequence[str] = ()) -> Sequence[str]:
        """Give the streams of a class that have had a topic, and further ones of it, in the order of their creation."""
        if self._folded is None:
            try:
                if self._is_at_hand(kind):
                    return self._among(kind, topic, further)
                return self._store.on_topic(_NAMES[kind], topic, self._size, further)
            except DamagedSnapshot as damaged:
                self._mend(damaged)
        wanted = frozenset(further)
        return [each.stream for each in self._whole.of(kind) if topic in each.topics or each.stream in wanted]

    def _is_at_hand(self, kind: type[Aggregate]) -> bool:
        if kind not in self._of and kind not in self._many:
            if self._store.has_few(_NAMES[kind]):
                self.of(kind)
            else:
                self._many.add(kind)
        return kind in self._of

    def _among(self, kind: type[Aggregate], topic: str, further: Sequence[str]) -> Sequence[str]:
        """Look among all aggregates of a class, which are at hand."""
        if kind not in self._by_topic:
            pairs = ((name, each.stream) for each in self._of[kind] for name in dict.fromkeys(each.topics))
            self._by_topic[kind] = grouped(pairs)
        names = self._by_topic[kind].get(topic, ())
        if not further:
            return names
        wanted = frozenset((*names, *further))
        return [each.stream for each in self._of[kind] if each.stream in wanted]

    @property
    def _whole(self) -> State:
        folded = self._folded
        if folded is None:
            raise AssertionError("nothing was folded")
        return folded

    def _mend(self, damaged: DamagedSnapshot) -> None:
        with self._lock:
            if self._folded is None:
                _log.warning("the snapshot is damaged (%s); the entries are read instead", damaged)
                self._folded = self._fold(self._size)
        self._store.give_up()  # its lock is not taken within this one: who stores asks here for what was before
