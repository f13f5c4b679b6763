"""The memory of a signatory's software: the last checkpoint that it verified.

What makes a signature vouch for history is `Watch`: it accepts a checkpoint only if the log's key signed it and it is
consistent with the last one accepted.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey
from constancia.verify.core.formats.statement import Seen
from constancia.verify.sources.files import read_file
from constancia.verify.wire.merkle import EMPTY_ROOT, verify_consistency

EMPTY_SEEN: Final = Seen(size=0, root=EMPTY_ROOT)


class Distrust(LedgerError):
    """The log showed a checkpoint that contradicts one that this software verified before."""


class LogView(Protocol):
    """What a signer's software asks of a log, near or far."""

    def checkpoint(self) -> bytes:
        """Give the latest signed checkpoint."""
        ...

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Give the consistency proof between two sizes."""
        ...


class Watch:
    """Keeps the last checkpoint that was verified, in memory or in a file, and moves on only by proof.

    Args:
        log_keys: The log's verifier keys, from a trust folder, or the one from the first use; any of them signs.
        path: File of the last checkpoint; None stores it in memory.
    """

    def __init__(self, *log_keys: VerifierKey, path: Path | None = None) -> None:
        self.log_keys = log_keys
        self._path = path
        self.seen = EMPTY_SEEN
        raw = None if path is None else read_file(path, MAX_NOTE_BYTES)
        if raw is not None:
            last, _note = open_checkpoint(raw, *log_keys)
            self.seen = Seen(size=last.size, root=last.root)

    def update(self, log: LogView) -> Seen:
        """Verify the log's latest checkpoint against the last one verified, and keep it.

        Args:
            log: The log.

        Returns:
            Size and root to put into a statement.

        Raises:
            Malformed: Not signed by a key of the log.
            Distrust: Smaller than, or not consistent with, what was verified before. Keep both: they are evidence.
        """
        raw = log.checkpoint()
        new, _note = open_checkpoint(raw, *self.log_keys)
        old = self.seen
        if new.size < old.size:
            raise Distrust(f"the log went back from size {old.size} to {new.size}: do not sign, keep both checkpoints")
        proof = log.consistency(old.size, new.size) if old.size < new.size else ()
        if not verify_consistency(
            old_size=old.size, new_size=new.size, old_root=old.root, new_root=new.root, proof=proof
        ):
            raise Distrust(f"the log's size {new.size} contradicts what was verified at size {old.size}: do not sign")
        self.seen = Seen(size=new.size, root=new.root)
        if self._path is not None:
            write_file(self._path, raw)
        return self.seen
