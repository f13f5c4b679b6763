"""Receipts: an entry with the proof that it is in the log, in one file.

A receipt verifies without us: it holds the entry, its inclusion proof and the signed checkpoint.
"""

from constancia.ledger.reader.log import Log
from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.core.formats.checkpoint import read_checkpoint


def receipt(
    log: Log, index: int, size: int | None = None, entry: bytes | None = None, checkpoint: bytes | None = None
) -> bytes:
    """Return the receipt of an entry.

    Args:
        log: The log.
        index: The entry's index.
        size: A size at which a checkpoint was signed, above `index`; the last one by default.
        entry: The entry's bytes, where the caller has just stored or read them.
        checkpoint: The signed note for `size` with its cosignatures, where the caller has it.

    Returns:
        A `.tlog-proof` file whose `extra` line holds the entry.

    Raises:
        NotFound: No such entry, no checkpoint of that size, or the entry comes after it.

    Source:
        C2SP tlog-proof; ours: SPEC §4.
    """
    entry = log.entry(index) if entry is None else entry
    checkpoint = log.checkpoint(size) if checkpoint is None else checkpoint
    # Where none was asked for the size is read from the checkpoint at hand: the log may have grown since.
    covered = read_checkpoint(checkpoint).size if size is None else size
    return format_tlog_proof(index, log.inclusion_proof(index, covered), checkpoint, entry)
