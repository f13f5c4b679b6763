"""A ledger whose store is in PostgreSQL as a source of the verifier, which knows SQLite files only.

The rows are copied as they are, from one instant, into a file that an audit reads like any other store; it is removed
afterwards. So the verifier needs no driver, and gives the same verdict on the same rows.
"""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from constancia.ledger.store.address import DatabaseAddress, address_in
from constancia.ledger.store.postgres.driver import postgres
from constancia.ledger.store.postgres.files import DatabaseFiles
from constancia.verify.sources import layout
from constancia.verify.sources.files import Folder
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.sources.source import Source, open_source
from constancia.verify.sources.sqlite_store import open_store


@contextlib.contextmanager
def opened_source(location: str) -> Iterator[Source]:
    """Open what a location names, as `verify.sources.source.open_source`, and also a ledger that is in PostgreSQL.

    Args:
        location: As for `open_source`.

    Yields:
        The source, closed at the end.

    Raises:
        Unreadable: As `open_source`.
        StoreUnavailable: The folder names a database that can't be had.
        LedgerError: Its rows can't be laid into a file.
    """
    folder = Path(location)
    is_address = location.startswith(("http://", "https://"))
    address = None if is_address else address_in(folder)
    if address is None:
        with open_source(location) as source:
            yield source
        return
    with tempfile.TemporaryDirectory(prefix="constancia-") as name:
        _copy_evidence(address, Path(name))
        _copy_views(folder / layout.VIEWS_NAME, Path(name) / layout.VIEWS_NAME)
        log, cosignatures = folder / layout.PUBLISHED_NAME, Path(name) / layout.COSIGNATURES_NAME
        with postgres().tables_in(address) as tables, Source(
            kind="store", location=location, store=open_store(Path(name) / layout.STORE_NAME),
            published=PublishedLog(Folder(log)) if log.is_dir() else None,
            cosignatures=open_store(cosignatures) if cosignatures.exists() else None,
            documents=DatabaseFiles(tables, layout.DOCUMENTS_NAME), anchors=DatabaseFiles(tables, layout.ANCHORS_NAME),
            own_trust=(folder / layout.TRUST_NAME).is_dir(),
        ) as source:  # fmt: skip
            yield source


def copy_rows(address: DatabaseAddress, folder: Path) -> None:
    """Write a database's rows into the files that a ledger's folder has, to stay; see `transfer.write_files`.

    Only what the database's standbys have confirmed too.
    """
    postgres()
    from constancia.ledger.store.postgres.session import confirm  # noqa: PLC0415 - needs the driver
    from constancia.ledger.store.postgres.transfer import Snapshot, write_files  # noqa: PLC0415 - needs the driver

    with Snapshot(address) as snapshot:
        confirm(address)  # after the snapshot has begun: all that it sees came before
        write_files(snapshot, folder)


def _copy_evidence(address: DatabaseAddress, folder: Path) -> None:
    postgres()
    from constancia.ledger.store.postgres.transfer import Snapshot, write_evidence  # noqa: PLC0415 - needs the driver

    with Snapshot(address) as snapshot:
        write_evidence(snapshot, folder)


def _copy_views(path: Path, target: Path) -> None:
    """Copy the stored rows, which an audit compares: it looks for them next to the store."""
    if not path.is_file():
        return
    with contextlib.closing(open_store(path)) as views, contextlib.closing(sqlite3.connect(target)) as copy:
        views.connection.rollback()
        views.connection.backup(copy)
