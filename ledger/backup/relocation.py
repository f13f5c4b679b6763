"""Moving a ledger's store between the SQLite file in its folder and a database of PostgreSQL.

- R1: the ledger is audited before, and compared byte by byte after; what is not the same is not used.
- R2: at every instant exactly one of the two stores can be written, or none: where a move is cut short the ledger is
  closed until the same command is repeated, which finishes it.
- R3: the store that was left stays, under another name or marked, and is not written any more. What goes with the
  entries (documents, the vault) is removed where it was: what is withdrawn later is in one place.

It needs the driver of PostgreSQL: `store.postgres.postgres` says so where it is missing.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from constancia.ledger.backup.backup import Unsound
from constancia.ledger.belongings.belongings import bring_in, take_out
from constancia.ledger.disk.database import fold_in
from constancia.ledger.disk.durable import durable_part, sync_folder, write_file
from constancia.ledger.disk.lock import WriterLock
from constancia.ledger.errors import LedgerError, NotFound
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.store.address import DATABASE_NAME, DatabaseAddress, address_in
from constancia.ledger.store.postgres.application import create_tables, tables_in, upgrade
from constancia.ledger.store.postgres.session import LOCK_S, Connection, check_server, connect, lock, one_row
from constancia.ledger.store.postgres.transfer import Snapshot, differences, load, write_files
from constancia.ledger.store.postgres_errors import of_driver, unavailable
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.layout import COSIGNATURES_NAME, STORE_NAME
from constancia.verify.sources.source import Source
from constancia.verify.sources.sqlite_store import Store, open_store
from constancia.verify.trust.trust_folder import load_trust

LEFT_SUFFIX: Final = ".moved"
ARRIVING: Final = "arriving"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedStore:
    """A store that was moved: its size and root, where it is, and where it was."""

    size: int
    root: str
    now: str
    before: str


def move_to_database(folder: Path, address: DatabaseAddress) -> MovedStore:
    """Move a ledger's store into a database.

    Args:
        folder: The ledger's folder; no server may have it open for writing.
        address: Of a database without a ledger, or where this very move was cut short.

    Returns:
        What was moved.

    Raises:
        NotFound: The folder has no store of its own.
        Unsound: The ledger does not verify.
        Locked: A server writes the folder.
        LedgerError, StoreUnavailable: The ledger is in another database; or the database has something else, or
            can't be had.
    """
    with contextlib.ExitStack() as resources:
        if not folder.is_dir():
            raise NotFound(f"there is no ledger in {folder}: give the folder of one")
        resources.enter_context(WriterLock(folder))
        path = _store_to_move(folder, address)
        is_begun = path.name == STORE_NAME  # else it was cut short at its last step: the database has every row
        _fold_in(folder)
        store = resources.enter_context(contextlib.closing(open_store(path)))
        moved = _audited(folder, store, before=str(folder / STORE_NAME), now=address.shown)
        meta = {str(key): str(value) for key, value in store.meta().items()}
        if is_begun:
            create_tables(address, meta, moved=ARRIVING)
        with _arrival(address, store, meta, prefix=is_begun) as connection, _driver_errors():
            with _cosignatures(folder) as cosignatures:
                load(store, cosignatures, connection)
            _compare(store, address)
            write_file(folder / DATABASE_NAME, f"{address.shown}\n".encode())
            with tables_in(address, arriving=ARRIVING) as tables:
                bring_in(LedgerFolder(folder), tables)
            for name in (STORE_NAME, COSIGNATURES_NAME):
                _set_aside(folder / name)
            # A crash before this leaves a database that nobody writes; repeated, the move ends here.
            connection.execute("UPDATE writer SET moved = NULL")
    return moved


def move_to_file(folder: Path) -> MovedStore:
    """Move a ledger's store out of its database, into its folder.

    Args:
        folder: The ledger's folder, which names the database; no server may have it open for writing.

    Returns:
        What was moved.

    Raises:
        NotFound: There is no ledger, or the folder names no database.
        Unsound: The ledger does not verify.
        Locked: A server writes the folder.
        LedgerError, StoreUnavailable: The folder has a store, the database can't be had, or a server writes it.
    """
    address = address_in(folder)
    if address is None:
        if LedgerFolder(folder).has_store:
            raise NotFound(f"the ledger in {folder} is in no database")
        raise NotFound(f"there is no ledger in {folder}: give the folder of one")
    part = durable_part(folder / "moving")
    with contextlib.ExitStack() as resources:
        resources.enter_context(WriterLock(folder))
        connection = resources.enter_context(_locked(address))
        _check_departure(folder, address, connection)
        resources.callback(shutil.rmtree, part, ignore_errors=True)
        part.mkdir(mode=0o700)
        with Snapshot(address) as snapshot:
            write_files(snapshot, part)
        with contextlib.closing(open_store(part / STORE_NAME)) as store:
            moved = _audited(folder, store, before=address.shown, now=str(folder / STORE_NAME))
            _compare(store, address)
        # A crash after this leaves a ledger that nobody writes; repeated, the move is made again from here.
        with _driver_errors():
            connection.execute("UPDATE writer SET moved = %s", (str(folder.resolve()),))
        with tables_in(address, arriving=str(folder.resolve())) as tables:
            take_out(LedgerFolder(folder), tables)
        for name in (COSIGNATURES_NAME, STORE_NAME):
            if (part / name).exists():
                (part / name).replace(folder / name)
        sync_folder(folder)
        (folder / DATABASE_NAME).unlink()
        sync_folder(folder)
    return moved


def _store_to_move(folder: Path, address: DatabaseAddress) -> Path:
    """Give the path of the store that is moved: once it is set aside, the move is at its last step."""
    place = folder / STORE_NAME
    left = place.with_name(place.name + LEFT_SUFFIX)
    named = address_in(folder)
    # What was set aside is as old as its move: it continues that very move, and never begins another one.
    if named is not None and named.shown != address.shown:
        raise LedgerError(f"the ledger in {folder} is in {named.shown}; move it to `sqlite` first")
    if not place.exists() and left.exists() and named is not None:
        return left
    if not place.exists():
        raise NotFound(f"there is no ledger in {folder}: give the folder of one")
    return place


def _check_departure(folder: Path, address: DatabaseAddress, connection: Connection) -> None:
    moved = one_row(connection, "SELECT moved FROM writer")["moved"]
    if moved not in (None, str(folder.resolve())):
        raise unavailable("E_STORE_MOVED", moved)
    if moved is None and (folder / STORE_NAME).exists():
        raise LedgerError(f"{folder / STORE_NAME} is there, and {address.shown} is in use: two stores of one ledger")


@contextlib.contextmanager
def _arrival(address: DatabaseAddress, store: Store, meta: dict[str, str], *, prefix: bool) -> Iterator[Connection]:
    """Give a connection to a database that awaits this very store, locked; `prefix`: it may have a part of it."""
    with _locked(address) as connection:
        moved = one_row(connection, "SELECT moved FROM writer")["moved"]
        with Snapshot(address) as snapshot:
            stored = dict(snapshot.rows("meta"))
            is_empty = next(snapshot.rows("batches"), None) is None
        if stored != meta or (moved != ARRIVING and not (moved is None and is_empty)):
            raise LedgerError(
                f"{address.shown} holds a ledger already ({stored.get('origin')}); name an empty database"
            )
        with _driver_errors():
            connection.execute("UPDATE writer SET moved = %s", (ARRIVING,))
        with Snapshot(address) as snapshot:
            difference = differences(store, snapshot, prefix=prefix)
        if difference is not None:
            raise LedgerError(f"{address.shown} holds rows of another ledger ({difference}); name an empty database")
        yield connection


@contextlib.contextmanager
def _locked(address: DatabaseAddress) -> Iterator[Connection]:
    """Give a connection that has the ledger's lock, so that no server writes it."""
    with contextlib.closing(connect(address)) as connection:
        check_server(connection, writing=True)
        lock(connection, LOCK_S)  # the server may not have ended yet the connection of a move that was just cut short
        upgrade(connection)
        yield connection


def _compare(store: Store, address: DatabaseAddress) -> None:
    with Snapshot(address) as snapshot:
        difference = differences(store, snapshot)
    if difference is not None:
        raise LedgerError(f"{address.shown} does not have the same rows: {difference}; nothing was moved")


def _audited(folder: Path, store: Store, *, before: str, now: str) -> MovedStore:
    trust = LedgerFolder(folder).trust
    source = Source(kind="store", location=str(folder), store=store)
    report = audit(source, load_trust(trust) if trust.is_dir() else None)
    if report.verdict is Verdict.ALTERED or not report.size:
        raise Unsound(folder, report)
    return MovedStore(size=report.size, root=report.root or "", before=before, now=now)


@contextlib.contextmanager
def _cosignatures(folder: Path) -> Iterator[Store | None]:
    names = (COSIGNATURES_NAME, COSIGNATURES_NAME + LEFT_SUFFIX)
    path = next((folder / name for name in names if (folder / name).exists()), None)
    with contextlib.nullcontext() if path is None else contextlib.closing(open_store(path)) as store:
        yield store


def _fold_in(folder: Path) -> None:
    """Have the files that are moved whole, without a write-ahead log next to them."""
    for name in (STORE_NAME, COSIGNATURES_NAME):
        try:
            if (folder / name).exists():
                fold_in(folder / name)
        except sqlite3.Error as error:
            raise LedgerError(f"{folder / name} can't be read: {error}") from error


def _set_aside(path: Path) -> None:
    if path.exists():
        path.replace(path.with_name(path.name + LEFT_SUFFIX))
        sync_folder(path.parent)


@contextlib.contextmanager
def _driver_errors() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise of_driver(error) from error
