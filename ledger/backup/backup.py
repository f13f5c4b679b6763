"""Backup and restore of a ledger's folder, without a way to fork the log by it.

- K1: a backup is of one moment: the store is copied by SQLite's own backup while the server writes, and the other
  files are never ahead of it.
- K2: a backup or a restored folder is audited before it gets its name; what does not verify changes nothing.
- K3: restoring keeps the folder that was there, under another name, and refuses a copy shorter than what that folder
  shows as signed, unless the operator accepts the rollback with a reason that becomes public.

A backup holds the log's key, encrypted as it is in the ledger's folder, and needs the same care.
"""

import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from constancia.ledger.backup.replacement import REPLACED_NAME, finish_replacement, put_back, replace_ledger
from constancia.ledger.belongings.belongings import copy_public
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.disk.database import SIDE_FILES, fold_in, remove_database
from constancia.ledger.disk.durable import (
    PART_SUFFIX,
    durable_part,
    remove_half_made,
    replace_durably,
    sync_folder,
)
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.disk.lock import LOCK_NAMES, WriterLock
from constancia.ledger.errors import LedgerError, NotFound, StoreUnavailable
from constancia.ledger.folder import DRAFTS_NAME, SNAPSHOTS_NAME, VAULT_NAME, LedgerFolder
from constancia.ledger.store.address import DATABASE_NAME, address_in
from constancia.ledger.store.postgres.driver import postgres
from constancia.ledger.store.postgres.source import copy_rows
from constancia.ledger.witnesses.rollback_records import RollbackRecords, StoreContradiction, contradiction_in
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, parse_note
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.sources.files import open_regular, read_named, refuse_special
from constancia.verify.sources.layout import STORE_NAME
from constancia.verify.sources.source import open_source
from constancia.verify.sources.sqlite_store import open_store
from constancia.verify.trust.trust_folder import load_trust, read_policy
from constancia.verify.wire.merkle import Tree

TAR_SUFFIX: Final = ".tar"
_DATABASES: Final = ("cosignatures.sqlite", STORE_NAME)  # in this order: cosignatures are of trees that the store has
# First what must not be ahead of the store; the published checkpoint before the tiles that it covers.
_FIRST: Final = ("log/checkpoint", "anchors")
# What is destroyed in the vault, or has expired among the drafts, must be in no backup.
# A copy has its store in a file, wherever the ledger has it.
_MOVED: Final = (DATABASE_NAME, *(f"{name}.moved" for name in _DATABASES))
_LEFT_OUT: Final = ("views.sqlite", SNAPSHOTS_NAME, *LOCK_NAMES, VAULT_NAME, REPLACED_NAME, DRAFTS_NAME, *_MOVED)
_NO_EVIDENCE: Final = ("refusals.sqlite",)  # nothing rests on it: where it can't be read, all else is copied
_SUFFIX: Final = ".sqlite"


class Unsound(LedgerError):
    """A copy does not verify; `report` says why."""

    def __init__(self, path: Path, report: Report) -> None:
        super().__init__(f"{path} does not verify: {report.first}")
        self.report = report


class Older(LedgerError):
    """A copy is shorter than what was signed, or of another history; `seen` says who shows what."""

    def __init__(self, size: int, seen: list[StoreContradiction]) -> None:
        super().__init__(f"the copy has {size} entries, and others have seen more, or another root")
        self.size = size
        self.seen = seen


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCopy:
    """A copy that verifies.

    Attributes:
        size: Its size.
        root: Its root, in hex.
        before: Where the folder went that was there before.
        unreadable: Files that can't be read, prove nothing, and were left out.
    """

    size: int
    root: str
    before: Path | None = None
    unreadable: tuple[str, ...] = ()


def backup(folder: Path, target: Path) -> VerifiedCopy:
    """Copy a ledger's folder; the server may be at work.

    Args:
        folder: The ledger's folder.
        target: A folder, or a file whose name ends in `.tar`; it must not exist.

    Returns:
        What was copied.

    Raises:
        NotFound: There is no ledger in the folder.
        LedgerError: The target exists, or the folder holds links.
        Unsound: The ledger does not verify; nothing is left at the target.
    """
    address = address_in(folder)
    if address is None and not (folder / STORE_NAME).is_file():
        raise NotFound(f"there is no ledger in {folder}: give the folder of one")
    if os.path.lexists(target):
        raise LedgerError(f"{target} exists; a backup is never overwritten")
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_half_made(target)
    part = durable_part(target)
    work = part if target.suffix != TAR_SUFFIX else durable_part(target.with_name(f"{target.name}.folder"))
    try:
        unreadable = _copy_live(folder, work)
        done = replace(_audited(work), unreadable=unreadable)
        if work != part:
            _pack(work, part)
        replace_durably(part, target)
    finally:
        for left in (work, part):
            _remove(left)
    return done


def restore(source: Path, folder: Path, *, now: datetime, accept_rollback: str | None = None) -> VerifiedCopy:
    """Put a backup in a ledger's place.

    Args:
        source: What `backup` made, or any whole copy of a ledger's folder.
        folder: The ledger's folder; what is there is renamed.
        now: When.
        accept_rollback: The operator's reason for going on from a copy that is shorter than what was signed.

    Returns:
        What was restored.

    Raises:
        NotFound: The source holds no ledger.
        Locked: A server writes the folder.
        Unsound: The copy does not verify.
        Older: It is shorter than what the folder shows as signed, and that is not accepted.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    put_back(folder)
    remove_half_made(folder)
    part = durable_part(folder)
    with ExitStack() as resources:
        resources.callback(_remove, part)
        if folder.is_dir():
            resources.enter_context(WriterLock(folder))
            finish_replacement(folder)
        unreadable = _unpack(source, part)
        if not (part / STORE_NAME).is_file():
            raise NotFound(f"{source} holds no ledger")
        done = _audited(part)
        seen = _contradictions(part, folder)
        if seen:
            if accept_rollback is None:
                raise Older(done.size, seen)
            records = RollbackRecords(FolderFiles(part))
            records.add(at=format_recorded_at(now), size=done.size, root=done.root, reason=accept_rollback, seen=seen)
        before = replace_ledger(part, folder, now)
    return replace(done, before=before, unreadable=unreadable)


def _copy_live(folder: Path, target: Path) -> tuple[str, ...]:
    """Copy a ledger's folder; give the names of what can't be read and is no evidence."""
    target.mkdir(mode=0o700)
    unreadable = []
    for name in _FIRST:
        if (folder / name).exists():
            _copy(folder / name, target / name)
    address = address_in(folder)
    if address is not None:
        copy_rows(address, target)
        with postgres().tables_in(address) as tables:
            copy_public(LedgerFolder(target), tables)
    for name in _DATABASES if address is None else ():
        if (folder / name).is_file():
            _copy_database(folder / name, target / name)
    for path in sorted(folder.iterdir()):
        if path.name in _NO_EVIDENCE and address is None:
            _check_own(path)
            try:
                _copy_database(path, target / path.name)
            except (Unreadable, sqlite3.Error):
                remove_database(target / path.name)
                unreadable.append(path.name)
        elif not _is_one_of(path.name, (*_DATABASES, *_LEFT_OUT, *_NO_EVIDENCE)) and path.suffix != PART_SUFFIX:
            _copy(path, target / path.name)
    return tuple(unreadable)


def _is_one_of(name: str, names: tuple[str, ...]) -> bool:
    """Tell whether a name at the top of a ledger's folder is one of these, or of a side file of one."""
    return any(name == base + suffix for base in names for suffix in ("", *SIDE_FILES))


def _copy(source: Path, target: Path) -> None:
    """Copy a file or folder with its permissions; what was copied before stays, half-written files are left out."""
    if source.is_dir() and not source.is_symlink():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copystat(source, target)
        for path in source.iterdir():
            _copy(path, target / path.name)
    elif source.suffix == _SUFFIX:
        _copy_database(source, target)
    elif not target.exists() and not source.name.endswith((PART_SUFFIX, *(_SUFFIX + suffix for suffix in SIDE_FILES))):
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_file(source, target)


def _copy_file(source: Path | str, target: Path | str) -> str:
    """Copy a regular file; a link, a pipe or a device in a ledger's folder is refused, and never waited for."""
    _check_own(Path(source))
    return str(shutil.copy2(source, target))


def _check_own(path: Path) -> None:
    if path.is_symlink():
        raise LedgerError(f"{path} is a link; a ledger's folder holds files of its own")
    refuse_special(path)


def _copy_database(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    store = open_store(source)
    try:
        store.connection.rollback()
        with closing(sqlite3.connect(target)) as copy:
            store.connection.backup(copy)
    finally:
        store.close()
    shutil.copymode(source, target)


def _pack(folder: Path, path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            archive.add(folder, arcname=".")
        file.flush()
        os.fsync(file.fileno())


def _unpack(source: Path, target: Path) -> tuple[str, ...]:
    """Put a copy's files in a new folder; give the names of what can't be read and is no evidence."""
    target.mkdir(mode=0o700)
    if source.is_dir():
        for path in source.iterdir():
            if _is_one_of(path.name, _LEFT_OUT) or path.name.endswith(PART_SUFFIX):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, target / path.name, symlinks=True, copy_function=_copy_file)
            else:
                _copy_file(path, target / path.name)
    else:
        try:
            with open_regular(source) as file, tarfile.open(fileobj=file, mode="r:") as archive:
                archive.extractall(target, filter=_with_mode)  # noqa: S202 (the filter lets nothing out)
        except tarfile.TarError as error:
            raise LedgerError(f"{source} is no backup: {error}") from error
    # A copy made with `cp` may have a write-ahead log, or a journal, that belongs to its database.
    unreadable = []
    for path in sorted(target.rglob(f"*{_SUFFIX}")):
        try:
            _fold_in(path)
        except LedgerError:
            if path.relative_to(target).as_posix() not in _NO_EVIDENCE:
                raise
            remove_database(path)
            unreadable.append(path.name)
    return tuple(unreadable)


def _with_mode(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
    """Take nothing that leads out of the folder, nor what a backup leaves out, which an archive by `tar` may have.

    Folders' permissions are kept, which the library's filter drops.
    """
    top = os.path.normpath(member.name.lstrip("/")).split("/")[0]  # the library's filter takes the first "/" away too
    if _is_one_of(top, _LEFT_OUT) or top.endswith(PART_SUFFIX):
        return None
    return tarfile.data_filter(member, path).replace(mode=member.mode & 0o755, deep=False)


def _fold_in(path: Path) -> None:
    try:
        fold_in(path)
    except sqlite3.Error as error:
        raise LedgerError(f"{path.name} of the backup can't be read: {error}") from error


def _audited(folder: Path) -> VerifiedCopy:
    with open_source(str(folder)) as source:
        trust = load_trust(folder / "trust") if (folder / "trust").is_dir() else None
        report = audit(source, trust)
    if report.verdict is Verdict.ALTERED or not report.size:
        raise Unsound(folder, report)
    return VerifiedCopy(size=report.size, root=report.root or "")


def _contradictions(copy: Path, folder: Path) -> list[StoreContradiction]:
    """Give what the folder that is to be replaced shows as signed by the log, and the copy lacks or says otherwise."""
    keys, tree = _keys_and_tree(copy, folder)
    contradictions = []
    for by, raw in _signed_in(folder):
        with suppress(Malformed):  # not this log's word
            contradictions.append(contradiction_in(by, raw, keys, tree.size, tree.root))
    return [claim for claim in contradictions if claim is not None]


def _keys_and_tree(copy: Path, folder: Path) -> tuple[tuple[VerifierKey, ...], Tree]:
    store, tree = open_store(copy / STORE_NAME), Tree()
    try:
        for row in store.batches():
            for at in range(0, len(row.leaf_hashes), 32):
                tree.append(row.leaf_hashes[at : at + 32])
        last = store.last_batch()
        note = last.note if last is not None else None
    finally:
        store.close()
    origin = parse_checkpoint(parse_note(note or b"").text).origin
    # The log may have had another key when the copy was made.
    policies = [read_policy(place.policy) for each in (copy, folder) if (place := LedgerFolder(each)).policy.is_file()]
    keys = tuple(key for policy in policies for key in policy.signers_of(origin))
    if not keys:
        raise LedgerError("the backup's policy does not name the log's key")
    return keys, tree


def _signed_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    published = folder / "log" / "checkpoint"
    if published.is_file():
        yield "log/checkpoint", read_named(published, MAX_NOTE_BYTES)
    address = address_in(folder)
    if address is not None:
        with suppress(StoreUnavailable):  # a database that is gone is why one restores
            yield from ((address.shown, note) for note in postgres().last_notes(address))
        return
    try:
        store = open_store(folder / STORE_NAME)
    except Unreadable:
        return  # a damaged store is why one restores
    try:
        last = store.last_batch()
    except Unreadable:
        last = None
    finally:
        store.close()
    if last is not None and last.note is not None:
        yield STORE_NAME, last.note


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        sync_folder(path.parent)
    else:
        path.unlink(missing_ok=True)
