"""The snapshots of one ledger: where its opening goes on from, what its past is near to, and when one is stored."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from eventsourcing.persistence import PersistenceError

from constancia.domain.state import State
from constancia.ledger.append.head import Head
from constancia.ledger.append.recovery import replay
from constancia.ledger.append.writer import Tip
from constancia.ledger.errors import Unread
from constancia.ledger.snapshots.background_check import BackgroundCheck
from constancia.ledger.snapshots.snapshot_store import SnapshotStore
from constancia.ledger.snapshots.stored_state import StoredState
from constancia.ledger.store.entry_store import EntryStore
from constancia.verify.wire.merkle import Tree

# Fewer new entries are not worth storing at the end: they are read within a moment.
_WORTH_STORING: Final = 256
_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


def read_back(
    read: Callable[[Head, Progress], Tip],
    new_head: Callable[[], Head],
    snapshots: "Snapshots",
    on_progress: Progress | None,
) -> tuple[Head, Tip]:
    """Read a store to its end: on from the snapshot where there is one that fits, otherwise all of it.

    Args:
        read: `recovery.replay` of the store.
        new_head: Gives an empty head of the ledger.
        snapshots: Its snapshots, to go on from and to add to.
        on_progress: As `recovery.replay` takes it.

    Raises:
        Unread, Fatal: As `recovery.replay`.
    """
    resumed = snapshots.resumed()
    if resumed is not None:
        try:
            return resumed, read(resumed, snapshots.watching(resumed, on_progress))
        except Unread:
            raise
        except Exception as error:  # noqa: BLE001 (whatever a state that is none leads to: the entries say what is)
            snapshots.reject(error)  # and if it is the store that contradicts itself, reading all of it says so
    head = new_head()
    return head, read(head, snapshots.watching(head, on_progress))


class Snapshots:
    """Snapshots of a ledger that is open for writing. Safe to use from several threads."""

    def __init__(self, path: Path, origin: str, entries: EntryStore, new_head: Callable[[], Head]) -> None:
        """Open them.

        Args:
            path: Their database, which may be missing.
            origin: The ledger's name.
            entries: The ledger's entries.
            new_head: Gives an empty head of the ledger.
        """
        self._store = SnapshotStore(path, origin)
        self._origin = origin
        self._entries = entries
        self._new_head = new_head
        self._opened_at = 0

    def resumed(self) -> Head | None:
        """Give a head at the newest snapshot, for the rest to be read on; None where there is nothing to trust.

        What it has is proven once the last signed checkpoint fits the tree that it goes on with (`recovery`).
        """
        size = self._store.newest
        if not size:
            return None
        head = self._new_head()
        try:
            head.resume(State(self._origin, self._base(size)), self._store.tree_rows(size))
        except PersistenceError:
            return None  # the store can't be read; who reads all of it says so
        except Exception as error:  # noqa: BLE001 (whatever a snapshot leads to that fits itself and not the entries)
            self.reject(error)
            return None
        self._opened_at = size
        return head

    def reject(self, error: Exception) -> None:
        """Throw all of it away: it does not fit the entries."""
        _log.warning("the snapshot does not fit (%s); it is made again from the entries", error)
        self._opened_at = 0
        self._store.clear()

    def watching(self, head: Head, on_progress: Progress | None) -> Progress:
        """Give what is called after each batch that a head has read: it stores the head's state when it is due."""

        def watch(size: int, total: int) -> None:
            if on_progress is not None:
                on_progress(size, total)
            self.store(head.state, head.tree)

        return watch

    def store(self, state: State, tree: Tree, *, is_last: bool = False) -> None:
        """Store a state when it is due. Where it is stored it then rests on that: nobody else may be reading it.

        Args:
            state: The state.
            tree: The tree, of its size or larger.
            is_last: Whether the ledger is being closed: then a state that is not due is stored too.
        """
        due = state.size - self._store.newest >= _WORTH_STORING if is_last else self._store.is_due(state.size)
        if due:
            self._store.save(state, tree)
        if not is_last and state.size and self._store.nearest(state.size) == state.size:
            state.rest_on(self._base(state.size))

    def near(self, size: int) -> State | None:
        """Give a state of its own at the largest stored size up to a size; None where there is none."""
        nearest = self._store.nearest(size)
        return State(self._origin, self._base(nearest)) if nearest else None

    def check(self, tree: Tree, on_fault: Callable[[Exception], None]) -> BackgroundCheck | None:
        """Give the check of what the opening has skipped; None where it has read everything.

        Args:
            tree: The ledger's tree.
            on_fault: Gets what was found to be wrong.
        """
        if not self._opened_at:
            return None
        return BackgroundCheck(
            store=self._entries,
            snapshots=self._store,
            base=self._base(self._opened_at),
            tree=tree,
            head=self._new_head,
            on_fault=on_fault,
        )

    def close(self) -> None:
        """Close the database; may be repeated."""
        self._store.close()

    def _base(self, size: int) -> StoredState:
        return StoredState(self._store, size, self._fold)

    def _fold(self, size: int) -> State:
        """Fold the entries alone."""
        reached: list[State] = []

        def look(head: Head) -> None:
            if head.size == size:
                reached.append(head.state.copied())

        replay(self._new_head(), self._entries, watch=look, stop=size)
        return reached[0]
