"""The state at the size of a snapshot: read when it is asked for, and folded from the entries where it is damaged."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Final

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.state import State
from constancia.ledger.snapshots.snapshot_store import DamagedSnapshot, SnapshotStore

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

    @property
    def size(self) -> int:
        """Number of entries in it."""
        return self._size

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

    @property
    def _whole(self) -> State:
        folded = self._folded
        if folded is None:
            raise AssertionError("nothing was folded")
        return folded

    def _mend(self, damaged: DamagedSnapshot) -> None:
        with self._lock:
            if self._folded is None:
                _log.warning("the stored state is damaged (%s); the entries are read instead", damaged)
                self._folded = self._fold(self._size)
                self._store.give_up()
