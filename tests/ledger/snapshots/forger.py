"""A file of snapshots altered by somebody who knows its form: every digest and the seal fit what it says afterwards."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.ledger.world import ORIGIN

from constancia.ledger.snapshots.sealed_rows import SealedRows
from constancia.ledger.snapshots.stored_form import PLACES, digest_of


def stored_sizes(path: Path) -> list[int]:
    """Gives the sizes of the snapshots in a file that fits itself."""
    rows = SealedRows(path, ORIGIN)
    assert rows.load()
    rows.close()
    return list(rows.sizes)


class Forger:
    """Alters one file; nobody has it open."""

    def __init__(self, path: Path) -> None:
        rows = SealedRows(path, ORIGIN)
        assert rows.load()
        rows.close()
        self._rows = rows
        self._path = path

    def _change(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        with closing(sqlite3.connect(self._path)) as database:
            for statement in statements:
                assert database.execute(*statement).rowcount > 0
            database.commit()

    def _select(self, query: str, *parameters: object) -> list[Any]:
        with closing(sqlite3.connect(self._path)) as database:
            return database.execute(query, parameters).fetchall()

    def aggregate(self, stream: str, alter: Callable[[str], str], *, size: int) -> None:
        """Has the newest aggregate of a stream up to a size say something else."""
        query = "SELECT size, content FROM parts WHERE name=? AND size<=? ORDER BY size DESC LIMIT 1"
        [[at, place]] = self._select(query, stream, size)
        number = at * PLACES + int(place)
        [[packed]] = self._select("SELECT packed FROM aggregates WHERE number=?", number)
        forged = alter(packed.decode()).encode()
        assert forged != packed
        digest = digest_of(self._rows._key, (number, stream), forged)
        self._change(("UPDATE aggregates SET packed=?, digest=? WHERE number=?", (forged, digest, number)))

    def row(self, part: str, name: str, size: int, alter: Callable[[bytes], bytes]) -> None:
        """Has another row say something else."""
        [[content]] = self._select("SELECT content FROM parts WHERE part=? AND name=? AND size=?", part, name, size)
        forged = alter(content)
        digest = digest_of(self._rows._key, (part, name, size), forged)
        row = (forged, digest, part, name, size)
        self._change(("UPDATE parts SET content=?, digest=? WHERE part=? AND name=? AND size=?", row))

    def without(self, name: str, part: str = "%") -> None:
        """Takes out all rows of a name, and counts fewer."""
        for each, count in self._select(
            "SELECT part, COUNT(*) FROM parts WHERE name=? AND part LIKE ? GROUP BY part", name, part
        ):
            self._rows._rows[each] -= count
            self._change(("DELETE FROM parts WHERE name=? AND part=?", (name, each)))
        self._seal()

    def one_more(self, part: str, name: str, size: int, content: bytes) -> None:
        """Puts in a row, and counts it."""
        digest = digest_of(self._rows._key, (part, name, size), content)
        self._change(("INSERT INTO parts VALUES (?,?,?,?,?)", (part, name, size, content, digest)))
        self._rows._rows[part] += 1
        self._seal()

    def _seal(self) -> None:
        rows = self._rows
        seal = json.dumps([rows.sizes, rows.due, rows._rows, rows.kinds]).encode()
        self._change(("UPDATE seal SET packed=?, digest=?", (seal, digest_of(rows._key, ("seal",), seal))))
