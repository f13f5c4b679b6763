"""Reading a log back from its store, by the code that also writes it.

- O1: nothing is served from a store before it was read to its end and is consistent:
  chain, versions, leaf hashes, the last checkpoint's root and signature.
- O2: an inconsistent store is left as it is. `Fatal` says what differs and where; to repair it is
  the work of a person with a backup, never of this program.

The signatures of the statements are not checked here: they were checked on submission, and anybody
can check them again with the verifier.
"""

from collections.abc import Callable, Iterator
from typing import Final

from eventsourcing.persistence import Notification, PersistenceError

from constancia.ledger.append.head import Head
from constancia.ledger.append.writer import Tip, tip_of
from constancia.ledger.errors import Fatal, Unread
from constancia.ledger.store.batch import Batch
from constancia.ledger.store.entry_store import EntryStore
from constancia.ledger.store.mapper import TOPIC, recorded_of
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.note import VerifierKey, parse_vkey
from constancia.verify.speed.entry_patterns import read_entry

_PAGE: Final = 1_000


def replay(
    head: Head,
    store: EntryStore,
    log_key: VerifierKey | None,
    progress: Callable[[int, int], None] | None = None,
) -> Tip:
    """Advances a head to the end of the store.

    Args:
        head: The head, empty or at an earlier size of this very store.
        store: The store.
        log_key: The key that must have signed the checkpoint; None: the one that the genesis names.
        progress: Called now and then with the entries that were read, and those that there are.

    Returns:
        What readers may know.

    Raises:
        Unread: The store can't be read; the head is where its last whole batch ends.
        Fatal: The store contradicts itself or the key.
    """
    start = head.size
    last = None
    try:
        rows, total = _rows(store, start), store.counts()[0] if progress is not None else 0
        for last in _batches(store, start):
            _replay_batch(head, last, rows)
            if progress is not None:
                progress(head.size, total)
        events, covered = store.counts()
        newest = store.last_batch()  # refused here where it has no first index, and so was on no page
        last = last or newest
    except PersistenceError as error:
        where = f"entry {head.size}"
        head.retract()
        raise Unread(f"the store can't be read: {error}", where=where) from error
    if events < covered or (start == 0 and events != covered):
        raise Fatal(f"{events} entries are stored and checkpoints cover {covered}", where="batches")
    if last is not None:
        _check_checkpoint(head, last, log_key)
    return tip_of(last, head)


def _batches(store: EntryStore, start: int) -> Iterator[Batch]:
    while page := store.batches(start):
        yield from page
        start = page[-1].size


def _rows(store: EntryStore, start: int) -> Iterator[Notification]:
    while page := store.select_notifications(start, _PAGE, inclusive_of_start=False):
        yield from page
        start = page[-1].id


def _replay_batch(head: Head, batch: Batch, rows: Iterator[Notification]) -> None:
    if batch.first_index != head.size or batch.size <= batch.first_index:
        raise Fatal(
            f"a batch from {batch.first_index} to {batch.size} follows on size {head.size}",
            where=f"batches, first_index {batch.first_index}",
        )
    for index in range(batch.first_index, batch.size):
        row = next(rows, None)
        if row is None:
            raise Fatal("the entry is missing", where=f"entry {index}")
        _replay_row(head, row, index)
    if head.tree.leaves(batch.first_index, batch.size) != batch.leaf_hashes:
        raise Fatal(
            "the packed leaf hashes are not those of the entries",
            where=f"batches, first_index {batch.first_index}",
        )
    head.settle()


def _replay_row(head: Head, row: Notification, index: int) -> None:
    if not isinstance(row.state, bytes):
        raise Fatal("state is not a blob", where=f"entry {index}")
    try:
        entry = read_entry(row.state)
    except Malformed as error:
        raise Fatal(f"the entry can't be read: {error}", where=f"entry {index}") from error
    for what, expected, found in (
        ("position", index + 1, row.id),
        ("originator_id", entry.statement.stream, row.originator_id),
        ("topic", TOPIC, row.topic),
    ):
        if expected != found:
            raise Fatal(f"{what}: expected {expected}, found {found}", where=f"entry {index}")
    head.extend(entry, recorded_of(entry, row.originator_version))


def _check_checkpoint(head: Head, last: Batch, log_key: VerifierKey | None) -> None:
    where = f"checkpoint of size {last.size}"
    genesis = head.genesis
    try:
        named = parse_vkey(str(genesis.statement["body"].get("log_key"))) if genesis else None
        if log_key is not None and named is not None and named != log_key:
            raise Fatal("the genesis names another log key than the one given", where="entry 0")
        key = log_key or named
        if key is None:
            raise Fatal("there is no genesis that names the log's key", where="entry 0")
        checkpoint, _ = open_checkpoint(last.checkpoint, key)
    except Malformed as error:
        raise Fatal(f"the checkpoint is not one of this log's: {error}", where=where) from error
    root = head.tree.root()
    if (checkpoint.size, checkpoint.root) != (head.size, root):
        raise Fatal(
            f"signed were size {checkpoint.size} and root {checkpoint.root.hex()}, the entries give "
            f"size {head.size} and root {root.hex()}",
            where=where,
        )
