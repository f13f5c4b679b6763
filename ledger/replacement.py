"""A ledger's folder replaced by another one, which is whole, so that a failure leaves the old one whole.

The vault is in no backup: the new folder gets that of the folder that it replaces.
"""

import os
import shutil
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Final

from constancia.ledger.disk.durable import overwrite_and_remove, replace_durably, sync_folder
from constancia.ledger.folder import VAULT_NAME
from constancia.ledger.vault import make_private
from constancia.verify.sources.files import refuse_special

_BEFORE: Final = ".before-restore-"


def replace_ledger(part: Path, folder: Path, now: datetime) -> Path | None:
    """Put a whole folder in a ledger's place, with the vault of the ledger that was there.

    Args:
        part: The new folder, under another name next to the ledger's.
        folder: The ledger's folder.
        now: When.

    Returns:
        Where the folder is that was there before; None if there was none.

    Raises:
        OSError: It could not be done; a folder that was there is whole, under its name.
    """
    if (folder / VAULT_NAME).is_dir():
        shutil.copytree(folder / VAULT_NAME, part / VAULT_NAME, symlinks=True, copy_function=_link)
        make_private(part / VAULT_NAME)
    if not folder.exists():
        replace_durably(part, folder)
        return None
    before = folder.rename(folder.with_name(f"{folder.name}{_BEFORE}{now:%Y%m%dT%H%M%SZ}"))
    # A process that is killed here leaves no folder of that name: `put_back` is what the next one begins with.
    try:
        replace_durably(part, folder)
    except BaseException:
        if not folder.exists():
            before.rename(folder)
        raise
    if (before / VAULT_NAME).is_dir():
        _discard(before / VAULT_NAME)
    return before


def put_back(folder: Path) -> None:
    """Give a ledger its name back where a process was killed while it was replaced."""
    former = sorted(folder.parent.glob(f"{escape(folder.name)}{_BEFORE}*"))
    if former and not folder.exists():
        former[-1].rename(folder)


def _link(source: str, target: str) -> None:
    """Give a file of the vault a second name: while it has both, what is destroyed under one is under neither."""
    refuse_special(Path(source))
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # a file system without such names
        shutil.copy2(source, target, follow_symlinks=False)


def _discard(vault: Path) -> None:
    """Remove the former place of a vault: names of files that have another one, and files that were copied."""
    for path in vault.rglob("*"):
        if path.is_file() and path.lstat().st_nlink == 1:
            overwrite_and_remove(path)
    shutil.rmtree(vault)
    sync_folder(vault.parent)
