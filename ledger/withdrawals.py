"""What cancellations ask of the files next to the log: documents withdrawn, and what was sealed destroyed.

- W1: a document that a cancellation blocks is moved to the vault's folder; one that is destroyed is removed; both from
  every copy within the ledger's folder. Where the block is lifted it comes back.
- W2: what is to be done follows from the entries alone, so that it can be done again at any time.

The entries are not touched: they hold digests and commitments, and every check of the chain passes as before.
"""

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.values import to_json
from constancia.domain.remarks.cancellation import Cancellation, withdrawals
from constancia.ledger.disk.durable import sync_folder, write_file
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.vault import Vault, make_private
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_named
from constancia.verify.sources.layout import DOCUMENTS_NAME

_lock: Final = threading.Lock()  # within a process one thread at a time moves files
_BLOCKED: Final = "documents"  # within the vault's folder


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


def carry_out(folder: LedgerFolder, state: StateView) -> CarriedOut:
    """Do what the decided cancellations ask for and has not been done yet.

    Args:
        folder: The ledger's folder.
        state: The state at the log's end.

    Returns:
        What was done.

    Raises:
        OSError, Unreadable: A file could not be moved or removed; all else is done.
    """
    with _lock:
        return _carry_out(folder, state)


def _carry_out(folder: LedgerFolder, state: StateView) -> CarriedOut:
    wanted = withdrawals(state)
    to_destroy = sorted(name for name, cancellation in wanted.items() if cancellation.status == "destroyed")
    to_block = sorted(wanted.keys() - set(to_destroy))
    store, held_back = folder.documents, folder.vault / _BLOCKED
    faults: list[Exception] = []
    destroyed: set[str] = set()
    for place in (*_copies(folder), store, held_back):
        destroyed |= _remove_each(to_destroy, place, faults)
    ended = (cancellation for cancellation in state.of(Cancellation) if cancellation.status == "destroyed")
    decided = {name for cancellation in ended for name in cancellation.commitments}
    gone = Vault(folder.vault).destroy(decided) if decided else []
    is_needed = any((store / name).is_file() for name in to_block)
    if is_needed or folder.vault.is_dir():  # an earlier version left it open to others
        make_private(folder.vault)
    if is_needed or held_back.is_dir():
        make_private(held_back)
    blocked = _move_each(to_block, store, held_back, 0o600, faults)
    for place in _copies(folder):
        _remove_each(to_block, place, faults)
    there = [path.name for path in sorted(held_back.iterdir())] if held_back.is_dir() else []
    to_restore = [name for name in there if is_hex64(name) and name not in wanted]
    restored = _move_each(to_restore, held_back, store, 0o644, faults)
    if faults:
        raise faults[0]
    return CarriedOut(
        blocked=tuple(blocked), destroyed=tuple(sorted(destroyed)), restored=tuple(restored), commitments=tuple(gone)
    )


def remove_withdrawn(published: Path, withdrawn: Mapping[str, object]) -> int:
    """Remove withdrawn documents from a published folder; return how many were there."""
    return sum(overwrite_and_remove(published / DOCUMENTS_NAME / name) for name in sorted(withdrawn))


def overwrite_and_remove(path: Path) -> bool:
    """Overwrite a file and remove it, as far as a program can.

    What overwrites it is on the disk before the name goes: a file without a name is written back no more.

    Args:
        path: The file; a link is left alone.

    Returns:
        Whether it was there.

    Raises:
        OSError: It can't be written, or removed.
    """
    if not path.is_file() or path.is_symlink():
        return False
    try:
        with path.open("r+b") as file:
            length = os.fstat(file.fileno()).st_size
            for start in range(0, length, 1 << 20):
                file.seek(start)
                file.write(bytes(min(1 << 20, length - start)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False  # another process has removed it
    sync_folder(path.parent)
    return True


def _about(cancellation: Cancellation) -> Mapping[str, Any]:
    outcome = cancellation.last
    decided = {} if outcome is None else {
        "entry": outcome.mark.index,
        "legal_basis": to_json(outcome.legal_basis),
        "reasons": to_json(outcome.reasons),
        "remedy": to_json(outcome.remedy),
    }  # fmt: skip
    return {"cancellation": cancellation.cancellation, "status": cancellation.status, **decided}


def _copies(folder: LedgerFolder) -> Iterator[Path]:
    """Yield the folders of copies: the published log, and published logs that were set aside."""
    yield folder.log / DOCUMENTS_NAME
    yield from sorted(folder.set_aside.glob(f"**/{DOCUMENTS_NAME}"))


def _move_each(names: Sequence[str], source: Path, target: Path, mode: int, faults: list[Exception]) -> list[str]:
    """Move documents from a folder to another; give those that were moved, and add what went wrong to `faults`."""
    moved = []
    for name in names:
        try:
            if _move(source / name, target / name, mode):
                moved.append(name)
        except (OSError, Unreadable) as fault:  # the other documents are moved all the same
            faults.append(fault)
    return moved


def _remove_each(names: Sequence[str], place: Path, faults: list[Exception]) -> set[str]:
    """Remove documents from a folder; give those that were there, and add what went wrong to `faults`."""
    removed = set()
    for name in names:
        try:
            if overwrite_and_remove(place / name):
                removed.add(name)
        except OSError as fault:
            faults.append(fault)
    return removed


def _move(source: Path, target: Path, mode: int) -> bool:
    """Move a document into the vault's folder or out of it; tell whether this process did."""
    if not source.is_file() or source.is_symlink():
        return False
    try:
        data = read_named(source, MAX_DOCUMENT_BYTES)
    except FileNotFoundError:
        return False  # another process has moved it
    if hashlib.sha256(data).hexdigest() != target.name:
        return False  # damaged, or another process is about to remove it
    write_file(target, data, mode=mode)
    return overwrite_and_remove(source)
