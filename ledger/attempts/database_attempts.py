"""Refused attempts in the database that has the entries: who goes on with the ledger elsewhere shows them too.

Nobody waits for a disk or a standby to have one: nothing rests on them, and the writer's thread records them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from typing_extensions import override

from constancia.ledger.append.key_ring import KeyRing
from constancia.ledger.attempts.refused_attempts import NONE, Bounds, RefusedAttempts, count_absent
from constancia.ledger.clock import Clock
from constancia.ledger.errors import NotFound, ReadOnly
from constancia.ledger.store.tables import Tables


class DatabaseRefusedAttempts(RefusedAttempts):
    """The tables. The store closes the database."""

    def __init__(
        self, tables: Tables, *, writable: bool, keys: KeyRing, clock: Clock, bounds: Bounds | None = None
    ) -> None:
        """Use a database's tables; see `RefusedAttempts`."""
        super().__init__(Path(), writable=writable, keys=keys, clock=clock, bounds=bounds)  # no file is opened
        self._tables = tables

    @override
    def delete(self, sha256: str) -> None:
        if not self._writable:
            raise ReadOnly("refused attempts are removed by a process that may write them")
        with self._tables.transaction() as change:
            row = change.execute("DELETE FROM attempts WHERE sha256 = ? RETURNING key", (sha256,)).fetchone()
            if row is None:
                raise NotFound(NONE)
            count_absent(change, row[0], "operator")
            change.erase_from("attempts")
        self._tables.sweep()

    @override
    @contextmanager
    def _changing(self) -> Iterator[Any]:
        with self._tables.transaction(durable=False) as change:
            yield change

    @override
    def _select(self, query: str, *params: object) -> list[Any]:
        return self._tables.select(query, params)
