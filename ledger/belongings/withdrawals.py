"""What cancellations ask of the files next to the log: documents withdrawn, and what was sealed destroyed.

- W1: a document that a cancellation blocks is moved to the vault; one that is destroyed is removed; both from every
  copy within the ledger's folder. Where the block is lifted it comes back.
- W2: what is to be done follows from the entries alone, so that it can be done again at any time.

The entries are not touched: they hold digests and commitments, and every check of the chain passes as before.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from constancia.domain.kernel.context import StateView
from constancia.domain.remarks.cancellation import Cancellation, withdrawals
from constancia.domain.values.values import to_json
from constancia.ledger.belongings.places import Places, places_of
from constancia.ledger.belongings.vault import WITHHELD, make_private
from constancia.ledger.disk.file_store import FileStore, FolderFiles
from constancia.ledger.errors import LedgerError
from constancia.ledger.folder import LedgerFolder
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES
from constancia.verify.sources.layout import DOCUMENTS_NAME

_lock: Final = threading.Lock()  # within a process one thread at a time moves files


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """What was done: documents by SHA-256, and commitments."""

    blocked: tuple[str, ...] = ()
    destroyed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()


def withdrawn_documents(state: StateView) -> Mapping[str, Mapping[str, Any]]:
    """Give the documents that are not shown any more, by SHA-256, each with what its cancellation says."""
    return {name: _about(cancellation) for name, cancellation in withdrawals(state).items()}


def blocked_commitments(state: StateView) -> frozenset[str]:
    """Give the commitments whose values nobody may look up but to determine liabilities."""
    return frozenset(
        commitment
        for cancellation in state.of(Cancellation)
        if cancellation.status == "blocked"
        for commitment in cancellation.commitments
    )


def carry_out(folder: LedgerFolder, state: StateView, places: Places | None = None) -> CarriedOut:
    """Do what the decided cancellations ask for and has not been done yet.

    Args:
        folder: The ledger's folder.
        state: The state at the log's end.
        places: Where documents and vault lie; the folder by default.

    Returns:
        What was done.

    Raises:
        OSError, Unreadable, LedgerError: A file could not be moved or removed; all else is done.
    """
    with _lock:
        return _carry_out(folder, state, places or places_of(folder, None))


def _carry_out(folder: LedgerFolder, state: StateView, places: Places) -> CarriedOut:
    wanted = withdrawals(state)
    to_destroy = sorted(name for name, cancellation in wanted.items() if cancellation.status == "destroyed")
    to_block = sorted(wanted.keys() - set(to_destroy))
    store, withheld = places.documents, places.withheld
    faults: list[Exception] = []
    destroyed: set[str] = set()
    for place in (*_copies(folder), store, withheld):
        destroyed |= _erase_each(to_destroy, place, faults)
    ended = (cancellation for cancellation in state.of(Cancellation) if cancellation.status == "destroyed")
    decided = {name for cancellation in ended for name in cancellation.commitments}
    gone = places.vault.destroy(decided) if decided else []
    for private in (folder.vault, folder.vault / WITHHELD):  # an earlier version left them open to others
        if private.is_dir():
            make_private(private)
    blocked = _move_each(to_block, store, withheld, faults)
    for place in _copies(folder):
        _erase_each(to_block, place, faults)
    to_restore = [name for name in withheld.names() if is_hex64(name) and name not in wanted]
    restored = _move_each(to_restore, withheld, store, faults)
    try:
        places.sweep()
    except LedgerError as fault:
        faults.append(fault)
    if faults:
        raise faults[0]
    return CarriedOut(
        blocked=tuple(blocked), destroyed=tuple(sorted(destroyed)), restored=tuple(restored), commitments=tuple(gone)
    )


def _about(cancellation: Cancellation) -> Mapping[str, Any]:
    outcome = cancellation.last
    decided = {} if outcome is None else {
        "entry": outcome.mark.index,
        "legal_basis": to_json(outcome.legal_basis),
        "reasons": to_json(outcome.reasons),
        "remedy": to_json(outcome.remedy),
    }  # fmt: skip
    return {"cancellation": cancellation.cancellation, "status": cancellation.status, **decided}


def _copies(folder: LedgerFolder) -> Iterator[FileStore]:
    """Yield the folders of copies: the published log, and published logs that were set aside."""
    yield FolderFiles(folder.log / DOCUMENTS_NAME)
    for place in sorted(folder.set_aside.glob(f"**/{DOCUMENTS_NAME}")):
        yield FolderFiles(place)


def _move_each(names: Sequence[str], source: FileStore, target: FileStore, faults: list[Exception]) -> list[str]:
    """Move documents from a place to another; give those that were moved, and add what went wrong to `faults`."""
    moved = []
    for name in names:
        try:
            if _move(name, source, target):
                moved.append(name)
        except (OSError, Unreadable, LedgerError) as fault:  # the other documents are moved all the same
            faults.append(fault)
    return moved


def _erase_each(names: Sequence[str], place: FileStore, faults: list[Exception]) -> set[str]:
    """Erase documents in a place; give those that were there, and add what went wrong to `faults`."""
    removed = set()
    for name in names:
        try:
            if place.erase(name):
                removed.add(name)
        except (OSError, LedgerError) as fault:
            faults.append(fault)
    return removed


def _move(name: str, source: FileStore, target: FileStore) -> bool:
    """Move a document into the vault or out of it; tell whether this process did."""
    if not source.owns(name):
        return False
    data = source.read(name, MAX_DOCUMENT_BYTES)
    # None: another process has moved it. Another digest: damaged, or another process is about to remove it.
    if data is None or hashlib.sha256(data).hexdigest() != name:
        return False
    target.write(name, data)
    return source.erase(name)
