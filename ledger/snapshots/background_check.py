"""What a snapshot spared the start is read all the same, behind the scenes: the same checks, the same error.

- K1: every entry up to the snapshot is read, chained and folded from the first one on, as at a start without it.
- K2: at each stored size the state is compared with what is stored there, and in the end the tree's hashes.
- K3: what differs stops the writer, as it would have kept the ledger from opening; the snapshot is thrown away.
- K4: it is slow on purpose: for each second of work it rests several, so that who submits and reads does not notice it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from constancia.domain.state import State
from constancia.ledger.append.head import Head
from constancia.ledger.append.recovery import replay
from constancia.ledger.errors import Fatal, Unread
from constancia.ledger.snapshots.snapshot_store import SnapshotStore
from constancia.ledger.snapshots.stored_form import DamagedSnapshot
from constancia.ledger.snapshots.stored_state import StoredState
from constancia.ledger.store.entry_store import EntryStore
from constancia.verify.wire.merkle import HASH_BYTES, Tree

# Seconds of rest for a second of work.
_REST: Final = 4.0
_LOOK_EVERY: Final = 64  # entries between two rests
_RETRY_S: Final = 30.0
_log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The ledger is being closed."""


class BackgroundCheck:
    """The check of what was skipped, in a thread of its own."""

    def __init__(  # noqa: PLR0913 (what is compared with what, and whom it tells)
        self,
        *,
        store: EntryStore,
        snapshots: SnapshotStore,
        base: StoredState,
        tree: Tree,
        head: Callable[[], Head],
        on_fault: Callable[[Exception], None],
        rest: float = _REST,
    ) -> None:
        """Prepare.

        Args:
            store: The entries.
            snapshots: The snapshots.
            base: The one that the ledger was opened with.
            tree: The ledger's tree, which began with what was stored.
            head: Gives an empty head of the ledger.
            on_fault: Gets what was found; called once at most.
            rest: Seconds of rest for a second of work.
        """
        self._store = store
        self._snapshots = snapshots
        self._base = base
        self._tree = tree
        self._head = head
        self._on_fault = on_fault
        self._rest = rest
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="check", daemon=True)
        self._sizes: Iterator[int] = iter(())
        self._next: int | None = None
        self._since = 0.0
        self._is_damaged = False
        self._is_refused = False  # within an entry, where the fold makes any error one of its own
        self.is_done = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, wherever it is; may be repeated."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end, at most so many seconds; tell whether it has come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._check()
            except _Stopped:
                return
            except Unread:
                _log.exception("the check of earlier entries can't go on now, and is tried again")
                self._closing.wait(_RETRY_S)
                continue
            except Exception as error:  # noqa: BLE001 (what would have kept the ledger from opening)
                self._snapshots.give_up()
                if not isinstance(error, DamagedSnapshot) and not self._is_refused:
                    self._on_fault(error)
                    return
                # A damaged file is no forgery: what was read of it had its digest.
                _log.warning("the snapshot is damaged (%s); it is made again at the next start", error)
                self._is_damaged, self._is_refused = True, False
                continue
            self.is_done = True
            _log.info("the %d entries before the snapshot are as they should be", self._base.size)
            return

    def _check(self) -> None:
        head = self._head()
        sizes = [] if self._is_damaged else self._snapshots.sizes
        self._sizes = iter([size for size in sizes if size <= self._base.size])
        self._next, self._since = next(self._sizes, None), time.thread_time()
        replay(head, self._store, watch=self._look, stop=self._base.size)
        for level, row in enumerate(head.tree.rows):
            packed = bytes(row[: (self._base.size >> level) * HASH_BYTES])
            if packed != bytes(self._tree.rows[level][: len(packed)]):
                raise Fatal(f"the hashes of level {level} are not those of the entries", where="the snapshot")

    def _compare(self, folded: State) -> None:
        """Compare the state that the ledger was opened with, where what is stored can't be had any more."""
        for stream, aggregate in folded.aggregates.items():
            if self._base.get(stream) != aggregate:
                raise Fatal(f"{stream} is not what the entries give", where="the snapshot")

    def _look(self, head: Head) -> None:
        if head.size == self._next:
            difference = self._snapshots.difference(head.state)
            if difference is not None:
                raise Fatal(f"{difference} is not what the entries give", where=f"the snapshot of size {head.size}")
            # What was compared is what the fold goes on with, so that no second state lies in memory.
            head.state.rest_on(StoredState(self._snapshots, head.size, self._refuse))
            self._next = next(self._sizes, None)
        elif head.size == self._base.size:
            self._compare(head.state)
        if head.size % _LOOK_EVERY == 0 or head.size == self._base.size:
            worked = time.thread_time() - self._since
            if self._closing.wait(min(worked * self._rest, 1.0)):
                raise _Stopped
            self._since = time.thread_time()

    def _refuse(self, size: int) -> State:
        """Stand for the fold of a snapshot that is found to be damaged: the check begins again without it."""
        self._is_refused = True
        raise DamagedSnapshot(f"size {size}")
