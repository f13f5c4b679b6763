"""What a store of entries offers, whichever database it is in, and those who listen to it."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from eventsourcing.persistence import Notification, StoredEvent

from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.store.batch import Batch

KEYS: Final = "key/"  # how the names of keys' streams begin


def notification_of(row: Mapping[str, Any]) -> Notification:
    """Give an entry's row, with its columns by name, as the library names it."""
    return Notification(
        id=row["position"],
        originator_id=row["originator_id"],
        originator_version=row["originator_version"],
        topic=row["topic"],
        state=row["state"],
    )


class Listeners:
    """Those who want to know when readers may find more entries. Safe to use from several threads."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._listeners: set[threading.Event] = set()
        self._listeners_lock = threading.Lock()

    def listen(self, event: threading.Event) -> None:
        """Have `event` set now, and whenever readers may find more entries, until `forget`."""
        with self._listeners_lock:
            self._listeners.add(event)
        event.set()

    def forget(self, event: threading.Event) -> None:
        """End `listen`; may be repeated."""
        with self._listeners_lock:
            self._listeners.discard(event)

    def tell_listeners(self) -> None:
        """Tell those who listen that readers may find more entries: for the writer, once they can."""
        with self._listeners_lock:
            for listener in self._listeners:
                listener.set()


class EntryStore(Protocol):
    """A store of entries, in either database.

    Reading raises the library's `PersistenceError` where the database can't be read.
    """

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Store a batch's entries, leaf hashes and checkpoint durably, or nothing."""
        ...

    def max_notification_id(self) -> int | None:
        """Give the last position; None in an empty store."""
        ...

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Give entries by position, as the library's base class documents."""
        ...

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Give the entries of a stream by their places in it, as the library's base class documents.

        Only those after the first (`gt` from 1 on) and those of a key's stream are found without a look at all entries.
        """
        ...

    def listen(self, event: threading.Event) -> None:
        """Have `event` set now, and whenever readers may find more entries, until `forget`."""
        ...

    def forget(self, event: threading.Event) -> None:
        """End `listen`; may be repeated."""
        ...

    def tell_listeners(self) -> None:
        """Tell those who listen that readers may find more entries."""
        ...

    def statement_positions(self, statement_ids: Sequence[str]) -> dict[str, int]:
        """Give the positions of those of the statement ids that are stored."""
        ...

    def last_batch(self) -> Batch | None:
        """Give the batch stored last, without its statement ids; None in an empty store."""
        ...

    def batch_covering(self, index: int) -> Batch | None:
        """Give the batch that the entry at `index` was stored with; None past the end."""
        ...

    def batches(self, after_size: int = 0, limit: int = 256) -> list[Batch]:
        """Give batches in order, those whose first entry's index is `after_size` or more."""
        ...

    def counts(self) -> tuple[int, int]:
        """Give how many entries are stored, and how many of them the last batch covers."""
        ...

    def set_meta(self, values: dict[str, str]) -> None:
        """Write the store's metadata; each key once, never changed."""
        ...

    def meta(self) -> dict[str, str]:
        """Give what the store says about itself: `schema` and `origin`."""
        ...

    @property
    def away(self) -> StoreUnavailable | None:
        """Why the writer can't store anything now; None while it can."""
        ...

    @property
    def unread(self) -> StoreUnavailable | None:
        """Why readers had no answer the last time; None while they have."""
        ...

    def settled_tail(self) -> Batch | None:
        """Give the last batch as it is known to be durable, for a writer whose last attempt ended in an error.

        Raises:
            StoreUnavailable: The database can't be had now; it is asked again later.
        """
        ...

    def check(self) -> None:
        """Notice a connection that was lost while nothing was written; never raises for it."""
        ...

    def confirm(self) -> None:
        """Have it confirmed that what a reader was shown is durable, before it is given to others.

        Raises:
            StoreUnavailable: It is not confirmed, or the database can't be had.
        """
        ...

    def wait_growth(self, timeout_s: float, stop: threading.Event) -> None:
        """Wait until another process may have appended something, at most so many seconds; `stop` ends it."""
        ...
