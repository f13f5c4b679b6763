"""What cancellations ask of the files next to the log: documents withdrawn, and what was sealed destroyed.

- W1: a document that a cancellation blocks is moved to the vault's folder; one that is destroyed is removed; both from
  every copy within the ledger's folder. Where the block is lifted it comes back.
- W2: what is to be done follows from the entries alone, so that it can be done again at any time.

The entries are not touched: they hold digests and commitments, and every check of the chain passes as before.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.values import to_json
from constancia.domain.remarks.cancellation import Cancellation, withdrawals
from constancia.ledger.disk.durable import sync_folder, write_file
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.vault import Vault
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
        OSError: A file could not be moved or removed; what was done before stays done.
    """
    with _lock:
        return _carry_out(folder, state)


def _carry_out(folder: LedgerFolder, state: StateView) -> CarriedOut:
    wanted = withdrawals(state)
    store, held_back = folder.documents, folder.vault / _BLOCKED
    blocked, destroyed, restored = [], [], []
    for name, cancellation in sorted(wanted.items()):
        is_destroyed = cancellation.status == "destroyed"
        if not is_destroyed and (store / name).is_file():
            held_back.mkdir(mode=0o700, parents=True, exist_ok=True)
            _move(store / name, held_back / name, 0o600)
            blocked.append(name)
        places = [*_copies(folder), *([store, held_back] if is_destroyed else [])]
        removed = [_remove(place / name) for place in places]
        if is_destroyed and any(removed):
            destroyed.append(name)
    for path in sorted(held_back.iterdir()) if held_back.is_dir() else []:
        if is_hex64(path.name) and path.name not in wanted:
            store.mkdir(parents=True, exist_ok=True)
            _move(path, store / path.name, 0o644)
            restored.append(path.name)
    ended = (cancellation for cancellation in state.of(Cancellation) if cancellation.status == "destroyed")
    decided = {name for cancellation in ended for name in cancellation.commitments}
    gone = Vault(folder.vault).destroy(decided) if decided else []
    return CarriedOut(
        blocked=tuple(blocked), destroyed=tuple(destroyed), restored=tuple(restored), commitments=tuple(gone)
    )


def remove_withdrawn(published: Path, withdrawn: Mapping[str, object]) -> int:
    """Remove withdrawn documents from a published folder; return how many were there."""
    return sum(_remove(published / DOCUMENTS_NAME / name) for name in sorted(withdrawn))


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


def _move(source: Path, target: Path, mode: int) -> None:
    try:
        data = read_named(source, MAX_DOCUMENT_BYTES)
    except FileNotFoundError:
        return  # another process has moved it
    if hashlib.sha256(data).hexdigest() == target.name:  # or another process is about to remove it
        write_file(target, data, mode=mode)
        _remove(source)


def _remove(path: Path) -> bool:
    """Overwrite a file and remove it, as far as a program can; tell whether it was there."""
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("r+b") as file:
        length = path.stat().st_size
        for start in range(0, length, 1 << 20):
            file.seek(start)
            file.write(bytes(min(1 << 20, length - start)))
        file.flush()
    path.unlink()
    sync_folder(path.parent)
    return True
