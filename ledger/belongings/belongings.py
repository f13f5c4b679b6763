"""What goes with a ledger's entries, brought from its folder into its database, or back.

- C1: it is removed where it was once it is the same, byte by byte, where it goes; a run that was cut short is finished
  by the next one.
- C2: what is there already under the same name stays. What differs from it is left where it was, and named.

So a document that is withdrawn later, or a value that is destroyed, is in one place.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from constancia.ledger.attempts.refused_attempts import ABSENT_COLUMNS, ATTEMPT_COLUMNS, TABLES
from constancia.ledger.belongings.places import Places, places_of
from constancia.ledger.belongings.vault import Vault
from constancia.ledger.disk.database import create_database, remove_database
from constancia.ledger.disk.file_store import FileStore
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.store.tables import Tables
from constancia.ledger.timestamps.anchor_store import INDEX_NAME, size_in
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES

_log: Final = logging.getLogger(__name__)


def bring_in(folder: LedgerFolder, tables: Tables) -> list[str]:
    """Bring what a ledger's folder has into the database.

    Args:
        folder: The folder, which nobody else writes.
        tables: The database's.

    Returns:
        What differs from what the database has, and stays in the folder.

    Raises:
        StoreUnavailable: The database can't be had; what was not brought yet is in the folder.
        OSError, Unreadable: A file can't be read or removed.
    """
    left = _carry(places_of(folder, None), places_of(folder, tables))
    left += _bring_attempts(folder.refusals, tables)
    for place in (folder.anchors, folder.documents):
        _remove_empty(place)
    if left:
        _log.warning("not taken into the database, which has others: %s", ", ".join(left))
    return left


def take_out(folder: LedgerFolder, tables: Tables) -> list[str]:
    """Bring what a database has into a ledger's folder, whose place it is from now on; see `bring_in`."""
    left = _carry(places_of(folder, tables), places_of(folder, None))
    write_attempts(folder.refusals, tables)
    with tables.transaction() as change:
        for table in _ATTEMPTS:
            change.execute(f"DELETE FROM {table}")  # noqa: S608 (ours)
        change.erase_from("attempts")
    tables.sweep()
    return left


def take_vault(folder: LedgerFolder, tables: Tables) -> None:
    """Bring the vault alone into a folder, with the documents that cancellations block; see `take_out`."""
    source, target = places_of(folder, tables), places_of(folder, None)
    for name in source.withheld.names():
        if _copy(name, source.withheld, target.withheld):
            source.withheld.erase(name)
    _carry_vault(source.vault, target.vault)
    tables.sweep()


def copy_public(folder: LedgerFolder, tables: Tables) -> None:
    """Copy what a backup has into a new folder: anchors, documents, the list of rollbacks, and refused attempts."""
    source, target = places_of(folder, tables), places_of(folder, None)
    for name, from_, to in _files(source, target):
        if from_ is not source.withheld:
            _copy(name, from_, to)
    write_attempts(folder.refusals, tables)


def _remove_empty(folder: Path) -> None:
    below = sorted(folder.rglob("*"), reverse=True) if folder.is_dir() else []
    for place in (*below, folder):
        with suppress(OSError):  # something is in it, or it is a file
            place.rmdir()


def _carry(source: Places, target: Places) -> list[str]:
    left = []
    for name, from_, to in _files(source, target):
        if not _copy(name, from_, to):
            left.append(f"{from_.location}/{name}")
        else:
            # A crash here leaves the file in both places: the next run finds them the same.
            from_.erase(name)
    return left + _carry_vault(source.vault, target.vault)


def _files(source: Places, target: Places) -> Iterator[tuple[str, FileStore, FileStore]]:
    """Yield every file with where it is and where it goes; an anchor's list after the anchors."""
    pairs = ((source.anchors, target.anchors), (source.documents, target.documents), (source.withheld, target.withheld))
    for (from_, to), is_ours in zip(pairs, (size_in, is_hex64, is_hex64), strict=True):
        for name in from_.names():
            if is_ours(name) and from_.owns(name):
                yield name, from_, to
    if source.anchors.owns(INDEX_NAME):
        yield INDEX_NAME, source.anchors, target.anchors
    if source.records.owns(ROLLBACKS_NAME):
        yield ROLLBACKS_NAME, source.records, target.records


def _copy(name: str, source: FileStore, target: FileStore) -> bool:
    """Copy a file, and read it again; tell whether both places have the same now."""
    data, there = source.read(name, MAX_DOCUMENT_BYTES), target.read(name, MAX_DOCUMENT_BYTES)
    if data is None or (there is not None and _is_half_erased(name, data, there)):
        return True
    if there is None or name == INDEX_NAME:
        target.write(name, data)
        there = target.read(name, MAX_DOCUMENT_BYTES)
    return there == data


def _is_half_erased(name: str, data: bytes, there: bytes) -> bool:
    """Tell whether a file is what an erasure that was cut short leaves: zeros, or no document of its name."""
    is_whole_there = is_hex64(name) and hashlib.sha256(there).hexdigest() == name
    return data.count(0) == len(data) or (is_whole_there and data != there)


def _carry_vault(source: Vault, target: Vault) -> list[str]:
    left, done = [], []
    for commitment in source.commitments():
        row = source.row(commitment)
        if row is not None and target.row(commitment) is None:
            target.add(row)
        if target.row(commitment) == row:
            done.append(commitment)
        else:
            left.append(f"vault {commitment}")
    source.destroy(done)
    return left


def _bring_attempts(path: Path, tables: Tables) -> list[str]:
    """Bring the refused attempts into tables that have none yet."""
    if not path.is_file():
        return []
    queries = ("SELECT number FROM attempts LIMIT 1", "SELECT key FROM absent LIMIT 1")
    if any(tables.select(query) for query in queries):
        return [str(path)]
    try:
        rows = {table: _rows(path, table, columns) for table, columns in _ATTEMPTS.items()}
    except sqlite3.Error:
        return [str(path)]  # no evidence: where it can't be read, the ledger goes on without
    with tables.transaction() as change:
        for table, columns in _ATTEMPTS.items():
            marks = ", ".join("?" * len(columns))
            for row in rows[table]:
                change.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)  # noqa: S608 (ours)
        change.execute(
            "SELECT setval(pg_get_serial_sequence('attempts', 'number'), (SELECT coalesce(max(number), 0) + 1 FROM "
            "attempts), false)"
        )
    remove_database(path)
    return []


def write_attempts(path: Path, tables: Tables) -> None:
    """Write the refused attempts that a database has into a new file; nothing where it has none."""
    rows = {
        table: tables.select(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2")  # noqa: S608 (ours)
        for table, columns in _ATTEMPTS.items()
    }
    if not any(rows.values()):
        return
    inserts = [
        (f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows[table])  # noqa: S608 (ours)
        for table, columns in _ATTEMPTS.items()
    ]
    remove_database(path)
    create_database(path, [*TABLES, *inserts])


_ATTEMPTS: Final = {"attempts": ATTEMPT_COLUMNS, "absent": ABSENT_COLUMNS}


def _rows(path: Path, table: str, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 (ours)
