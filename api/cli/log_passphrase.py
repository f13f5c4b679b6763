"""Where the passphrase of the log's key may lie: not next to that key, in a folder that is copied as a whole."""

import os
from pathlib import Path

from constancia.ledger.errors import LedgerError


def log_passphrase_file(folder: Path, given: Path | None, *, is_demonstration: bool) -> Path | None:
    """Return the file with the passphrase of the log's key; None: it is asked for.

    Args:
        folder: The ledger's folder.
        given: The file that the user names.
        is_demonstration: Whether the genesis says so: a demonstration, and nothing else, has it in its folder.

    Raises:
        LedgerError: It lies in the folder of a ledger that is no demonstration.
    """
    own = folder / "keys" / "passphrase"
    if is_demonstration:
        return given or (own if own.exists() else None)
    # `realpath` takes a loop of links for what it is, where `Path.resolve` raises an error of its own.
    if given is not None and Path(os.path.realpath(given)).is_relative_to(os.path.realpath(folder)):
        raise LedgerError(
            f"{given} lies in the ledger's folder, next to the key that it opens: anybody who has a copy or a backup "
            "of the folder would have the log's key; move it out of the folder"
        )
    return given
