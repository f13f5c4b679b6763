"""The eventsourcing library's application over our recorder and mapper."""

import sqlite3
from pathlib import Path
from typing import ClassVar, cast

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, PersistenceError
from eventsourcing.utils import Environment, EnvType
from typing_extensions import override

from constancia.ledger.disk.database import create_by
from constancia.ledger.disk.sqlite_files import read_only_query
from constancia.ledger.errors import Fatal, Unread
from constancia.ledger.store.entry_store import EntryStore
from constancia.ledger.store.mapper import EntryMapper
from constancia.ledger.store.tables import Tables
from constancia.verify.sources.layout import STORE_NAME


class EntryApplication(Application[str]):
    """Entries as the library's events: event store, repository, notification log, subscriptions.

    `save` is of no use here, since only the sequencer can write. Reading works as in any
    application of the library.
    """

    name = "ledger"
    is_remote: ClassVar[bool] = False  # whether the store is a server, which may go away and come back
    tables: Tables | None = None  # of that server, for what is next to the entries
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "constancia.ledger.store.sqlite_recorder:LedgerFactory"}

    @override
    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        # The library would also read the process's environment, where a variable of somebody else
        # could compress or encrypt what is stored, or send it to another database.
        return Environment(name, {**type(self).env, **(env or {})})

    @override
    def construct_mapper(self) -> Mapper[str]:
        return EntryMapper(transcoder=self.construct_transcoder())

    @property
    def store(self) -> EntryStore:
        """The recorder, as what it is."""
        return cast("EntryStore", self.recorder)


def create_store(folder: Path, meta: dict[str, str]) -> None:
    """Make the store of a new ledger: whole under its name, or not there.

    Args:
        folder: The ledger's folder, which exists.
        meta: What the store says about itself.
    """

    def fill(part: Path) -> None:
        made = EntryApplication(env={"SQLITE_DBNAME": part.absolute().as_uri(), "CREATE_TABLE": "yes"})
        try:
            made.store.set_meta(meta)
        finally:
            made.close()

    create_by(folder / STORE_NAME, fill)


def open_application(folder: Path, *, writable: bool) -> EntryApplication:
    """Open the store of a ledger's folder.

    Args:
        folder: The ledger's folder, which exists.
        writable: Whether tables may be made and rows added; else the file must be there and the
            database itself refuses every write.

    Returns:
        The application; close it.

    Raises:
        FileNotFoundError: There is no store and none may be made.
    """
    path = (folder / STORE_NAME).resolve()
    if writable:
        address, create = path.as_uri(), "yes"
    elif path.is_file():
        address, create = f"{path.as_uri()}{read_only_query(path)}", "no"
    else:
        raise FileNotFoundError(f"{path}: there is no ledger here")
    return EntryApplication(env={"SQLITE_DBNAME": address, "CREATE_TABLE": create})


def not_opened(error: PersistenceError, where: str) -> Fatal:
    """Tell what an error at the first question to a store means.

    Args:
        error: The error.
        where: The store.

    Returns:
        `Unread` where the machine refused something, such as a file next to the store on a full disk; else that it is
        no ledger's store.
    """
    cause = error.__cause__
    if isinstance(cause, sqlite3.OperationalError) and "no such" not in str(cause):
        return Unread(f"the store can't be read: {error}", where=where)
    return Fatal(f"this is not a ledger's store: {error}", where=where)
