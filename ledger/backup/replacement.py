"""A ledger's folder replaced by another one, which is whole, so that a failure leaves the old one whole.

The vault is in no backup: the new folder gets that of the folder, or of the database, that it replaces. Until it has
it alone, a file in the new folder names the former one, so that the next restore or start finishes what was cut short,
also where the new folder has another name by then. Where the former one is not next to it, nothing is begun.
"""

import logging
import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from glob import escape
from pathlib import Path
from typing import Final

from constancia.ledger.belongings.belongings import take_vault
from constancia.ledger.belongings.vault import WithheldFiles, make_private
from constancia.ledger.disk.durable import (
    overwrite_and_remove,
    remove_half_written,
    replace_durably,
    sync_folder,
    write_file,
)
from constancia.ledger.errors import LedgerError, StoreUnavailable
from constancia.ledger.folder import VAULT_NAME, LedgerFolder
from constancia.ledger.store.address import address_in
from constancia.ledger.store.postgres.driver import postgres
from constancia.verify.sources.files import read_file, refuse_special

REPLACED_NAME: Final = "replaced"
_BEFORE: Final = ".before-restore-"
_TIME: Final = "%Y%m%dT%H%M%SZ"
_FORMER: Final = re.compile(rf".+{re.escape(_BEFORE)}\d{{8}}T\d{{6}}Z", re.DOTALL)
_MAX_NAMES_BYTES: Final = 65_536
_log: Final = logging.getLogger(__name__)


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
    # The last one has the last name, also where the clock was put back or two are replaced within a second.
    at = max([now, *(earlier + timedelta(seconds=1) for earlier, _ in _formers(folder))])
    before = folder.with_name(f"{folder.name}{_BEFORE}{at:{_TIME}}")
    # With what the former one still waits for: a vault in a database that was away.
    write_file(part / REPLACED_NAME, b"\0".join((os.fsencode(before.name), *_replaced(folder))))
    folder.rename(before)
    # A process that is killed here leaves no folder of that name: `put_back` is what the next one begins with.
    try:
        replace_durably(part, folder)
    except BaseException:
        if not folder.exists():
            before.rename(folder)
        raise
    finish_replacement(folder)
    return before


def tidy(folder: Path) -> None:
    """Finish what a killed process began in a ledger's folder: what is half made goes, the vault is in one place.

    Args:
        folder: The ledger's folder, which nobody else writes.

    Raises:
        OSError, Unreadable: A file can't be read or removed.
        LedgerError: As `finish_replacement`.
    """
    places = LedgerFolder(folder)
    below = (places.log_key.parent, places.trust, places.anchors, places.receipts, places.vault)
    for place in (folder, *below, WithheldFiles(places.vault).root):
        if place.is_dir():
            remove_half_written(place.iterdir())
    finish_replacement(folder)


def finish_replacement(folder: Path) -> None:
    """Have the vault in a folder that replaced another one, and there alone; nothing where that is so already.

    A database that can't be had may be gone: that is logged, and tried again at the next restore or start.

    Args:
        folder: The ledger's folder, which nobody else writes.

    Raises:
        OSError, Unreadable: A file can't be read or removed.
        LedgerError: A folder that was replaced is not there any more: what it still has would be in two places, or what
            its database has be lost.
    """
    names = _replaced(folder)
    if not names:
        return
    place = folder.resolve()  # `.` has no name, and a link has another one
    formers = [place.with_name(each) for each in map(os.fsdecode, names) if _is_former(each)]
    for former in formers:
        if not former.is_dir():
            raise LedgerError(
                f"{former} is not there, and a restore that was cut short has still to take over its vault; put "
                "that folder back next to this one and try again, or, if it is gone for good, remove "
                f"{place / REPLACED_NAME}"
            )
    try:
        for former in formers:
            if (former / VAULT_NAME).is_dir():
                _discard(former / VAULT_NAME)
        for former in formers:
            if (address := address_in(former)) is not None:
                with postgres().tables_in(address) as tables:
                    take_vault(LedgerFolder(folder), tables)
    except StoreUnavailable:
        _log.warning("the vault is in the database that the ledger had, and could not be taken over", exc_info=True)
        return
    (folder / REPLACED_NAME).unlink()
    sync_folder(folder)


def _replaced(folder: Path) -> list[bytes]:
    """Give the names of the folders that a folder has replaced, whose vaults it may not have alone yet."""
    raw = read_file(folder / REPLACED_NAME, _MAX_NAMES_BYTES) if folder.is_dir() else None
    return [] if raw is None else raw.split(b"\0")


def _is_former(name: str) -> bool:
    """Tell whether a name is one that `replace_ledger` gives; which folder has it since then, nobody says."""
    return _FORMER.fullmatch(name) is not None and Path(name).name == name


def put_back(folder: Path) -> None:
    """Give a ledger its name back where a process was killed while it was replaced."""
    formers = _formers(folder)
    if formers and not folder.exists():
        formers[-1][1].rename(folder)


def _formers(folder: Path) -> list[tuple[datetime, Path]]:
    """Give the folders that were replaced under this name, with the times that their names say, the last one last."""
    stem, formers = f"{folder.name}{_BEFORE}", []
    for path in folder.parent.glob(f"{escape(stem)}*"):
        with suppress(ValueError):  # somebody has called it so
            formers.append((datetime.strptime(path.name.removeprefix(stem), _TIME).replace(tzinfo=UTC), path))
    return sorted(formers)


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
