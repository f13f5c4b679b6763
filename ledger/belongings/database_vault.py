"""The vault in the database that has the entries: who goes on with the ledger elsewhere has it too."""

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from constancia.ledger.belongings.vault import Row, Vault
from constancia.ledger.store.tables import Tables

_TABLE = "sealed"


class DatabaseVault(Vault):
    """The table. What is destroyed leaves its file at once; `sweep` tries again where that failed."""

    def __init__(self, tables: Tables) -> None:
        """Use a database's tables."""
        super().__init__(Path())  # there is no folder: all that would open it is below
        self._tables = tables

    @override
    def commitments(self) -> list[str]:
        return [str(name) for (name,) in self._tables.select("SELECT commitment FROM sealed ORDER BY commitment")]

    @override
    def add(self, row: Row) -> None:
        with self._tables.transaction() as change:
            change.execute("INSERT INTO sealed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    @override
    def row(self, commitment: str) -> Row | None:
        query = "SELECT commitment, salt, value, field, party FROM sealed WHERE commitment = ?"
        return next(((*row,) for row in self._tables.select(query, (commitment,))), None)

    @override
    def remove(self, commitments: Sequence[str]) -> None:
        with self._tables.transaction() as change:
            change.execute("DELETE FROM sealed WHERE commitment = ANY(?)", (list(commitments),))
            change.erase_from(_TABLE)
        self._tables.sweep()
