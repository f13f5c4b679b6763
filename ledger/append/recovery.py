"""Reading a log back from its store, by the code that also writes it.

- O1: nothing is served from a store before it was read to its end and is consistent:
  chain, versions, leaf hashes, the last checkpoint's root and signature. Where a snapshot that
  this checkpoint's root proves spares it the earlier entries, they are read so behind the scenes.
  A reader that knows how far another process has confirmed the store reads no further, and checks
  the checkpoint at that size.
- O2: an inconsistent store is left as it is. `Fatal` says what differs and where; to repair it is
  the work of a person with a backup, never of this program.

The signatures of the statements are not checked here: they were checked on submission, and anybody
can check them again with the verifier.
"""

from collections.abc import Callable, Iterator, Sequence
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


def replay(  # noqa: PLR0913 (who only reads a part says which)
    head: Head,
    store: EntryStore,
    listed: Sequence[VerifierKey] = (),
    progress: Callable[[int, int], None] | None = None,
    *,
    is_alone: bool = False,
    watch: Callable[[Head], None] | None = None,
    stop: int | None = None,
    most: int | None = None,
) -> Tip:
    """Advances a head to the end of the store.

    Args:
        head: The head, empty or at an earlier size of this very store, as far as the last checkpoint proves it.
        store: The store.
        listed: Keys of the log besides the one that the genesis names; one of them all signed the last checkpoint.
        progress: Called after each batch with the entries that were read, and those that there are.
        is_alone: Whether nobody adds to the store meanwhile: it is opened to be written.
        watch: Called with the head after each entry, which then can't be taken back.
        stop: Where to stop, in the middle of the log; its end is not looked at then.
        most: Of what size the log is at most, whatever lies in the store beyond: a batch that ends later is not read.

    Returns:
        What readers may know.

    Raises:
        Unread: The store can't be read; the head is where its last whole batch ends.
        Fatal: The store contradicts itself or the keys.
    """
    start = head.size
    last = None
    try:
        rows, total = _rows(store, start, most), store.counts()[0] if progress is not None else 0
        for last in _batches(store, start, most):
            _check_follows(last, head.size, start)
            _replay_batch(head, last, rows, watch)
            if stop is not None and head.size >= stop:
                return tip_of(last, head)
            if progress is not None:
                progress(head.size, total)
        newest = store.last_batch()  # refused here where it has no first index, and so was on no page
        is_counted = start == 0 or is_alone
        events, covered = store.counts() if is_counted else _ends(store, newest)
        if last is None:
            last = store.batch_covering(head.size - 1)
    except PersistenceError as error:
        where = f"entry {head.size}"
        head.retract()
        raise Unread(f"the store can't be read: {error}", where=where) from error
    # Who only reads on may see entries that were stored between the two questions; who opens to write may not.
    if events < max(covered, head.size) or covered < head.size or (is_counted and events != covered):
        raise Fatal(f"{events} entries are stored and checkpoints cover {covered}", where="batches")
    if last is not None:
        _check_checkpoint(head, last, listed)
    return tip_of(last, head)


def _ends(store: EntryStore, newest: Batch | None) -> tuple[int, int]:
    """Give where entries and batches end, which says how many there are without a look at each.

    Who reads on has read the entries before from this store, each at its place, with a root that the log signed, and
    reads the new ones so; the store's keys and triggers leave no gap. What somebody takes out later, behind the place
    where a reader is, is found by the next one that opens the ledger. The batch was read first: what is appended
    meanwhile is beyond it, and nothing is missing.
    """
    return store.max_notification_id() or 0, newest.size if newest is not None else 0


def _batches(store: EntryStore, start: int, most: int | None) -> Iterator[Batch]:
    under_way = store.batch_covering(start - 1) if start else None
    if under_way is not None and under_way.size > start:  # a snapshot may end within a batch
        yield under_way
        start = under_way.size
    while page := store.batches(start):
        for batch in page:
            if most is not None and batch.size > most:
                return
            yield batch
        start = page[-1].size


def _rows(store: EntryStore, start: int, most: int | None) -> Iterator[Notification]:
    while page := store.select_notifications(start, _PAGE, most, inclusive_of_start=False):
        yield from page
        start = page[-1].id


def _check_follows(batch: Batch, size: int, start: int) -> None:
    is_next = batch.first_index <= size if size == start else batch.first_index == size
    if not is_next or batch.size <= size:
        raise Fatal(
            f"a batch from {batch.first_index} to {batch.size} follows on size {size}",
            where=f"batches, first_index {batch.first_index}",
        )


def _replay_batch(head: Head, batch: Batch, rows: Iterator[Notification], watch: Callable[[Head], None] | None) -> None:
    for index in range(head.size, batch.size):
        row = next(rows, None)
        if row is None:
            raise Fatal("the entry is missing", where=f"entry {index}")
        _replay_row(head, row, index)
        if watch is not None:
            head.settle()
            watch(head)
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
    try:
        head.extend(entry, recorded_of(entry, row.originator_version))
    except (Malformed, LookupError, TypeError, AttributeError, ValueError) as error:  # a body without its type's form
        raise Fatal(f"the entry can't be read: {error!r}", where=f"entry {index}") from error


def key_of_genesis(head: Head) -> VerifierKey | None:
    """Give the log's key that the genesis names; None before genesis.

    Raises:
        Malformed: It is no verifier key.
    """
    genesis = head.genesis
    return None if genesis is None else parse_vkey(str(genesis.statement["body"].get("log_key")))


def _check_checkpoint(head: Head, last: Batch, listed: Sequence[VerifierKey]) -> None:
    where = f"checkpoint of size {last.size}"
    try:
        named = key_of_genesis(head)
        if named is None:
            raise Fatal("there is no genesis that names the log's key", where="entry 0")
        checkpoint, _ = open_checkpoint(last.checkpoint, named, *(key for key in listed if key != named))
    except Malformed as error:
        raise Fatal(f"the checkpoint is not one of this log's: {error}", where=where) from error
    root = head.tree.root()
    if (checkpoint.size, checkpoint.root) != (head.size, root):
        raise Fatal(
            f"signed were size {checkpoint.size} and root {checkpoint.root.hex()}, the entries give "
            f"size {head.size} and root {root.hex()}",
            where=where,
        )
