"""Rebuilding the projections from the entries, and comparing with those that are stored.

A difference means that rows were altered in the database, or that a projection breaks its rule (a
row must depend on the entries alone). The entries decide; the rows are never mended one by one.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from eventsourcing.persistence import PersistenceError

from constancia.domain.state import State
from constancia.ledger.disk.database import create_by, remove_database
from constancia.ledger.disk.durable import PART_SUFFIX
from constancia.ledger.disk.lock import WriterLock
from constancia.ledger.disk.sqlite_files import read_only_query
from constancia.ledger.errors import LedgerError, NotFound
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.reader.log import Log
from constancia.ledger.views.projections import stored_form
from constancia.ledger.views.projector import ABOUT, Projector, edition_after, fold_rows, latest_of
from constancia.ledger.views.subjects import StateOf
from constancia.ledger.views.view_store import ViewStore, as_stored

RowKey = tuple[str, str]
_PAGE: Final = 4_000  # entries: rows of a larger page cost less, and some 20 MB are in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that differs: None where one side has none."""

    projection: str
    key: str
    stored: bytes | None
    rebuilt: bytes | None

    def __str__(self) -> str:
        """Return what differs, in a line."""
        if self.stored is None:
            return f"{self.projection} {self.key}: the row is missing"
        if self.rebuilt is None:
            return f"{self.projection} {self.key}: no entry gives such a row"
        at = _first_difference(self.stored, self.rebuilt)
        return (
            f"{self.projection} {self.key}: from byte {at} stored …{self.stored[at : at + 40]!r}, "
            f"rebuilt …{self.rebuilt[at : at + 40]!r}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a run found: the position compared at, the number of rows, what differs."""

    position: int
    rows: int
    differences: tuple[Difference, ...] = ()

    @property
    def size(self) -> int:
        """The number of entries that the rows reflect: the position under its other name."""
        return self.position


class ProjectionSource(Protocol):
    """What is needed of a ledger: its log, its name, its places."""

    log: Log
    origin: str
    folder: LedgerFolder

    def refresh(self) -> int:
        """Read what another process has appended."""
        ...

    def state(self) -> State:
        """Give the state after all entries."""
        ...


def rebuild(ledger: ProjectionSource, *, check: bool) -> Rebuilt:
    """Make a ledger's projections again from its entries.

    Args:
        ledger: The ledger.
        check: Only compare with the stored ones, byte for byte; may run while the server runs. Else
            replace them, for which no process may have the ledger open for writing.

    Returns:
        How many rows there are, and which differ.

    Raises:
        NotFound: There are no views to compare with.
        Locked: The views are to be replaced and a writer is at work.
    """
    ledger.refresh()
    if check:
        return check_views(ledger.log, ledger.folder.views, ledger.origin, ledger.state)
    return rebuild_views(ledger.log, ledger.folder.path, ledger.folder.views, ledger.origin, ledger.state)


def compare_rows(stored: Mapping[RowKey, bytes | str], rebuilt: Mapping[RowKey, bytes | str]) -> tuple[Difference, ...]:
    """Return the rows that differ as they are stored, in the order of projection and key."""
    return tuple(
        Difference(projection=key[0], key=key[1], stored=_bytes(stored.get(key)), rebuilt=_bytes(rebuilt.get(key)))
        for key in sorted(stored.keys() | rebuilt.keys())
        if stored.get(key) != rebuilt.get(key)
    )


def check_views(log: Log, path: Path, origin: str, state: StateOf | None = None) -> Rebuilt:
    """Compare the stored rows with those that the entries give at the same position.

    May run while the process that writes them runs.

    Args:
        log: The log, at least as long as the rows' position.
        path: The views' database.
        origin: The ledger's name.
        state: Gives a state of the whole log; by default it is folded where one is needed.

    Returns:
        What was compared and what differs.

    Raises:
        NotFound: There are no views, they are of another version of the program, or ahead of the log.
    """
    if not path.is_file():
        raise NotFound(f"{path}: there are no views")
    store = ViewStore(path.resolve().as_uri() + read_only_query(path))
    try:
        position, stored = store.dump_stored()
    except (sqlite3.Error, PersistenceError) as error:
        raise LedgerError(f"{path} can't be read: {error}. Make the views again: constancia rebuild") from error
    finally:
        store.datastore.close()
    if position > log.size:
        raise NotFound(f"the views are at {position}, the log was read up to {log.size}")
    if _is_of_another_form(stored.get(ABOUT)):  # else nearly every row would be called altered
        raise NotFound(f"{path}: the views are of another version of the program; make them again: constancia rebuild")
    rows = fold_rows(log, origin, position, state) if position else {}
    rebuilt = {(name, key): data for name, key, data in as_stored((*key, data) for key, data in rows.items())}
    return Rebuilt(position=position, rows=len(rebuilt), differences=compare_rows(stored, rebuilt))


def rebuild_views(log: Log, folder: Path, path: Path, origin: str, state: StateOf | None = None) -> Rebuilt:
    """Rebuild the views in new files, and put them in the old ones' place.

    Args:
        log: The log.
        folder: The ledger's folder, whose writer's lock is held meanwhile: the process that keeps
            the views must not be at work.
        path: The views' database.
        origin: The ledger's name.
        state: Gives a state of the whole log; by default it is folded where one is needed.

    Returns:
        The position reached and the number of rows.

    Raises:
        Locked: The ledger is open for writing.
    """
    reached = [0, 0]

    def fill(part: Path) -> None:
        store = ViewStore(part.resolve().as_uri(), is_scratch=True)
        try:
            project_all(log, origin, store, state=state)
            reached[:] = store.position, store.count()
        finally:
            store.datastore.close()

    with WriterLock(folder):
        remove_database(path.with_name(path.name + PART_SUFFIX))  # what earlier versions left where they were killed
        create_by(path, fill)
    position, rows = reached
    return Rebuilt(position=position, rows=rows)


def project_all(log: Log, origin: str, store: ViewStore, page: int = _PAGE, state: StateOf | None = None) -> None:
    """Project the whole log into an empty store, in pages, each with its position in one transaction.

    Args:
        log: The log.
        origin: The ledger's name.
        store: The store.
        page: How many entries have their rows in one transaction.
        state: Gives a state of the whole log; by default it is folded where one is needed.
    """
    projector, size, state = Projector(log.lookup), log.size, state or latest_of(log, origin)
    for start in range(0, size, page):
        stop = min(start + page, size)
        for entry in log.plain_from(start, stop):
            projector.take(entry, state)
        store.save(stop, projector.added().described(origin, partial(edition_after, log, state)))


def _is_of_another_form(about: bytes | str | None) -> bool:
    try:
        named = json.loads(about or "")
    except (ValueError, RecursionError):  # it was altered, as the comparison shows
        return False
    return isinstance(named, dict) and named.get("form") != stored_form()


def _bytes(data: bytes | str | None) -> bytes | None:
    return data.encode() if isinstance(data, str) else data


def _first_difference(first: bytes, second: bytes) -> int:
    for at, (left, right) in enumerate(zip(first, second, strict=False)):
        if left != right:
            return at
    return min(len(first), len(second))
