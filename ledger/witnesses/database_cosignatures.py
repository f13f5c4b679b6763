"""The witnesses' cosignatures in the database that has the log: who goes on with it elsewhere has them too."""

from collections.abc import Sequence
from typing import Any, Protocol

from eventsourcing.persistence import PersistenceError
from typing_extensions import override

from constancia.ledger.store.postgres_errors import unavailable
from constancia.ledger.witnesses.cosignature_store import CosignatureStore, signature_line
from constancia.verify.core.formats.note import NoteSignature


class Database(Protocol):
    """What is needed of the store: one statement, in a transaction of its own."""

    def execute(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Execute a statement, and give its rows."""
        ...


class DatabaseCosignatures(CosignatureStore):
    """The table. Safe to use from several threads; the store closes the database."""

    def __init__(self, database: Database) -> None:  # there is no file to open
        """Use a store's database."""
        self._database = database

    @override
    def close(self) -> None:
        """Do nothing: the database is the store's."""

    @override
    def keep(self, size: int, root: bytes, signatures: Sequence[NoteSignature]) -> None:
        """Store cosignatures of one tree durably; a key's newer one replaces its older one of that tree.

        Raises:
            StoreUnavailable: The database can't be had.
        """
        labels = [f"{line.name}+{line.key_hash.hex()}" for line in signatures]
        lines = [signature_line(line) for line in signatures]
        self._execute(
            "INSERT INTO cosignatures (size, root, key, line) "
            "SELECT %s, %s, key, line FROM unnest(%s::text[], %s::text[]) AS added (key, line) "
            # A newer line gets a newer number, so that `mark` grows.
            "ON CONFLICT (size, key) DO UPDATE SET line = excluded.line, root = excluded.root, number = DEFAULT",
            (size, root, labels, lines),
        )

    @override
    def mark(self) -> int:
        """Return a number that grows whenever a row is added."""
        [row] = self._execute("SELECT coalesce(max(number), 0) AS mark FROM cosignatures")
        return int(row["mark"])

    @override
    def _select(self, query: str, *params: object) -> list[Any]:
        return [tuple(row.values()) for row in self._execute(query.replace("?", "%s"), params)]

    def _execute(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        try:
            return self._database.execute(query, params)
        except PersistenceError as error:
            raise unavailable("E_STORE_GONE", error) from error
