"""A store's projections (L4), compared with the rows that its entries produce, page by page while the entries are read.

Each row is of one entry: it is compared when the entry has passed, and not held in memory. The row about the views
themselves is compared at their position.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from constancia.ledger.audit.level4_served import compare_one, json_of, leave_uncompared
from constancia.ledger.disk.sqlite_files import bytes_of
from constancia.ledger.views.projections import stored_form
from constancia.ledger.views.projector import ABOUT
from constancia.ledger.views.view_store import PAGE, TRACKED, RowChange, as_stored
from constancia.verify.core.errors import Unreadable
from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import open_store


class KeptViews:
    """The projections of a store, opened for reading; `finish` closes them.

    Args:
        path: The views' database; no file is created next to it.
        findings: Receives faults.

    Raises:
        Unreadable: It is not a views database.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        self._findings = findings
        self._store = open_store(path)
        self._rows = 0
        self._passed: set[int] = set()  # hashes of the rows' keys
        self._about: bytes | None = None
        try:
            query = "SELECT max(notification_id) FROM tracking WHERE application_name = ?"
            reached = self._select(query, TRACKED)[0][0]
            self._select("SELECT projection, key, data FROM views LIMIT 1")
        except Unreadable:
            self._store.close()
            raise
        self.position = reached if isinstance(reached, int) else 0
        about = self._said()
        self._other = about is not None and about.get("form") != stored_form()
        if about is not None and self._other:
            leave_uncompared(findings, "views", about, "–", stored_form())

    def _said(self) -> Mapping[str, Any] | None:
        """Give what the views say of themselves, if they do."""
        rows = self._select("SELECT data FROM views WHERE projection = ? AND key = ?", *ABOUT)
        claimed = json_of(bytes_of(rows[0][0])) if rows else None
        return claimed if isinstance(claimed, dict) else None

    def is_due(self, size: int) -> bool:
        """Return whether the rows are to be compared after this many entries."""
        return size <= self.position and (size % PAGE == 0 or size == self.position)

    def compare(self, changes: Iterable[RowChange], size: int) -> None:
        """Add the changes of the last entries, and compare the rows that are final.

        Args:
            changes: Rows by projection and key.
            size: How many entries were read.

        Raises:
            Unreadable: The database is damaged.
        """
        if self._other:
            return
        rows = list(changes)
        for (name, key, data), (_name, _key, lies) in zip(rows, as_stored(rows), strict=True):
            if (name, key) == ABOUT:
                self._about = data
            else:
                self._passed.add(hash((name, key)))
                self._compare(name, key, data, lies)
        if size == self.position:
            about, own = self._said(), json_of(self._about or b"")
            if about is not None and isinstance(own, dict) and about.get("edition") != own["edition"]:
                self._other = True
                leave_uncompared(self._findings, "views", about, own["edition"], stored_form())
                return
            self._passed.add(hash(ABOUT))
            self._compare(*ABOUT, self._about, self._about)
            self._find_others()

    def finish(self, size: int) -> None:
        """Report the position of the projections, and close them.

        Args:
            size: How many entries were audited.

        Raises:
            Unreadable: Somebody wrote to the database meanwhile.
        """
        if not self.position and not self._other:
            self._find_others()  # projections of no entry have no rows
        self._store.check_unchanged()
        self.close()
        self._findings.count("L4", "view_rows", self._rows)
        if self.position < size:
            self._findings.note("views-lag", size=self.position, total=size)
        elif self.position > size:
            # Views are made from the entries and prove nothing: of a restored store they may be newer than it is.
            self._findings.not_checked("views-ahead", size=self.position, total=size)

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def _compare(self, name: str, key: str, data: bytes | None, lies: bytes | str | None) -> None:
        """Compare a row with what lies there: the row, or the key of the same row, which is compared by itself."""
        rows = self._select("SELECT data FROM views WHERE projection = ? AND key = ?", name, key)
        stored = rows[0][0] if rows else None
        self._rows += data is not None
        if stored not in (lies, data):
            compare_one("views", f"{name}#{key}", data, None if stored is None else bytes_of(stored), self._findings)

    def _find_others(self) -> None:
        for name, key in self._select("SELECT projection, key FROM views"):
            if hash((name, key)) not in self._passed:
                [(data,)] = self._select("SELECT data FROM views WHERE projection IS ? AND key IS ?", name, key)
                compare_one("views", f"{name}#{key}", None, bytes_of(data), self._findings)

    def _select(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        try:
            return self._store.connection.execute(query, parameters).fetchall()
        except sqlite3.Error as error:
            raise Unreadable("views", str(self._store.path), str(error)) from error
