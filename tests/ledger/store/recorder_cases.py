"""The library's own tests of a recorder, and what they and ours give one to store."""

import sys
import threading
import uuid
from collections.abc import Sequence
from typing import Any

import eventsourcing.cryptography
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from typing_extensions import override

from constancia.ledger.store.batch import Batch

# They import its cipher on top of a package that nothing else here needs; the library has the same class on top of
# `cryptography`, and no test of a recorder encrypts anything.
sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)
from eventsourcing.tests.persistence import (  # noqa: E402 (see above)
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

__all__ = ["ApplicationRecorderTestCase", "Batching", "NonInterleavingNotificationIDsBaseCase", "batch_for", "event"]


def batch_for(first_index: int, count: int) -> Batch:
    return Batch(
        first_index=first_index,
        size=first_index + count,
        leaf_hashes=bytes(32 * count),
        checkpoint=b"origin\n1\n",
        statement_ids=tuple(str(uuid.uuid4()) for _ in range(count)),
    )


def event(stream: str = "party/inai", version: int = 1, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(originator_id=stream, originator_version=version, topic="topic", state=state)


class Batching(ApplicationRecorder):
    """Gives each insertion a batch, so that the library's tests, which know none, can drive a recorder."""

    _turn = threading.Lock()

    @override
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        with self._turn:
            batch = batch_for(self.max_notification_id() or 0, len(stored_events))
            return super().insert_events(stored_events, batch=batch)  # type: ignore[safe-super] # the recorder is next
