"""The witnesses' cosignatures in the database that has the log: who goes on with it elsewhere has them too.

- G1: who stores them shows none before the server has confirmed it, by its standbys too: what was served is not lost
  where another machine goes on.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from constancia.ledger.store.tables import Tables
from constancia.ledger.witnesses.cosignature_store import CosignatureStore, signature_line
from constancia.verify.core.formats.note import NoteSignature

_MARK = "SELECT coalesce(max(number), 0) FROM cosignatures"


class DatabaseCosignatures(CosignatureStore):
    """The table. Safe to use from several threads; the store closes the database."""

    def __init__(self, tables: Tables, *, writable: bool) -> None:
        """Use a database's tables.

        Args:
            tables: The tables.
            writable: Whether this process writes the ledger. It has had a commit confirmed by now, and so all before.
        """
        super().__init__(Path(), writable=False)  # there is no file to open
        self._tables = tables
        self._confirmed = int(tables.select(_MARK)[0][0]) if writable else None

    @override
    def close(self) -> None:
        """Do nothing: the database is the store's."""

    @override
    def keep(self, size: int, root: bytes, signatures: Sequence[NoteSignature]) -> None:
        """Store cosignatures of one tree durably; a key's newer one replaces its older one of that tree.

        Raises:
            StoreUnavailable: The database can't be had, or does not confirm it.
        """
        labels = [f"{line.name}+{line.key_hash.hex()}" for line in signatures]
        lines = [signature_line(line) for line in signatures]
        with self._tables.transaction() as change:
            rows = change.execute(
                "INSERT INTO cosignatures (size, root, key, line) "
                "SELECT ?, ?, key, line FROM unnest(?::text[], ?::text[]) AS added (key, line) "
                # A newer line gets a newer number, so that `mark` grows.
                "ON CONFLICT (size, key) DO UPDATE SET line = excluded.line, root = excluded.root, number = DEFAULT "
                "RETURNING number",
                (size, root, labels, lines),
            ).fetchall()
        if self._confirmed is not None:
            self._confirmed = max(self._confirmed, *(number for (number,) in rows))

    @override
    def mark(self) -> int:
        """Return a number that grows whenever a row is added."""
        return int(self._tables.select(_MARK)[0][0]) if self._confirmed is None else self._confirmed

    @override
    def _select(self, query: str, *params: object) -> list[Any]:
        if self._confirmed is None:
            return self._tables.select(query, params)
        shown = "FROM (SELECT * FROM cosignatures WHERE number <= ?) AS confirmed"
        return self._tables.select(query.replace("FROM cosignatures", shown), (self._confirmed, *params))
