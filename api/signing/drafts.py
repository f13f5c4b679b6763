"""Drafts: prepared acts that wait for their signature, in an SQLite file next to the ledger's.

- D1: a draft is no entry and decides nothing: the file may be deleted, and the ledger is what it was.
- D2: a draft's id can't be guessed, and its statement's id is fixed when it is made: signed twice, it is one act.
- D3: a draft expires, and says so for as long again; the file is bounded in rows and bytes. A full file takes no new
  draft; none that waits is dropped for another.

What only the signer's own software can give, `seen` and `signed_at`, is in no draft.
"""

import base64
import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from constancia.domain.values.calendar import format_instant, parse_instant
from constancia.ledger.clock import Clock, new_uuid
from constancia.ledger.disk.database import create_database, is_half_made
from constancia.ledger.disk.sqlite_files import bytes_of
from constancia.ledger.errors import Busy, LedgerError, ReadOnly
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical, parse_canonical
from constancia.verify.core.formats.statement import MEMBERS, parse_statement

OF_THE_SIGNER: Final = ("seen", "signed_at")
_NEEDED: Final = frozenset(MEMBERS) - {*OF_THE_SIGNER, "id"}
_TABLES: Final = (
    "CREATE TABLE drafts (id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, lang TEXT NOT NULL, made_at TEXT NOT NULL, "
    "expires_at TEXT NOT NULL, prepared BLOB NOT NULL)",
    "CREATE INDEX drafts_by_expiry ON drafts (expires_at)",
)
_BUSY_S: Final = 5.0
_ID_BYTES: Final = 10  # 80 bits: 16 letters and digits
_WAIT_S: Final = 3600.0  # room comes as drafts expire
# Stand for what the signer adds, so that the whole can be checked before anybody signs it.
_SEEN: Final = {"root": "0" * 64, "size": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A prepared act.

    Attributes:
        id: By which its page is found.
        lang: Language in which it was prepared, `es` or `en`.
        made_at: When, RFC 3339 UTC.
        expires_at: When it ends, RFC 3339 UTC.
        prepared: The statement's members but `seen` and `signed_at`.
    """

    id: str
    lang: str
    made_at: str
    expires_at: str
    prepared: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiredDraft:
    """A draft that has ended: its id, and since when, RFC 3339 UTC."""

    id: str
    expires_at: str


_STORED: Final = "SELECT COUNT(*), COALESCE(SUM(LENGTH(prepared)), 0) FROM drafts"
# A file that is half full takes drafts for this long alone: who floods it keeps nobody out for a month.
_CROWDED: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLimits:
    """How long drafts wait and how much is stored: days until one expires, rows and bytes of the file."""

    days: int = 30
    rows: int = 5_000
    size: int = 32 * 1024 * 1024


class DraftStore:
    """The SQLite file. Safe to use from several threads; it holds nothing open between calls."""

    def __init__(self, path: Path, *, clock: Clock, limits: DraftLimits | None = None, writable: bool = True) -> None:
        """Use the file; the first draft makes it.

        Args:
            path: The file.
            clock: Says when a draft is made and has expired.
            limits: How long and how much.
            writable: Whether this process may write in the ledger's folder.
        """
        self._path = path
        self._clock = clock
        self._limits = limits or DraftLimits()
        self._writable = writable
        self._lock = threading.Lock()

    def put(self, statement: Mapping[str, Any] | bytes, lang: str) -> str:
        """Store a prepared act.

        Args:
            statement: Members of an unsigned statement, or its canonical bytes. `seen` and `signed_at` may be absent
                and are left out; without an `id` it gets a new one.
            lang: Language in which it was prepared.

        Returns:
            The draft's id. The same members, `id` among them, give the same draft.

        Raises:
            Malformed: A member is missing, unknown or of another form.
            ReadOnly: This process may not write.
            Busy: As many drafts wait as are stored.
        """
        prepared = _prepared(statement)
        if not self._writable:
            raise ReadOnly("drafts are stored by a process that may write")
        raw = canonical(prepared)
        digest = hashlib.sha256(raw).hexdigest()
        now = self._clock.now()
        with self._lock, closing(self._connect(create=True)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM drafts WHERE expires_at < ?", (_instant(now - self._span),))
            row = connection.execute(
                "SELECT id FROM drafts WHERE sha256 = ? AND expires_at > ?", (digest, _instant(now))
            ).fetchone()
            if row is not None:
                return str(row[0])
            rows, size = connection.execute(_STORED).fetchone()
            is_crowded = 2 * rows >= self._limits.rows or 2 * size >= self._limits.size
            if is_crowded:  # what has expired makes room before anybody is turned away
                connection.execute("DELETE FROM drafts WHERE expires_at <= ?", (_instant(now),))
                rows, size = connection.execute(_STORED).fetchone()
            if rows >= self._limits.rows or size + len(raw) > self._limits.size:
                raise Busy("too many drafts wait here already", retry_after_s=_WAIT_S)
            span = min(self._span, _CROWDED) if is_crowded else self._span
            name = base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower()
            connection.execute(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?, ?)",
                (name, digest, lang, _instant(now), _instant(now + span), raw),
            )
        return name

    def get(self, draft: str) -> Draft | ExpiredDraft | None:
        """Give a draft, what is left of one that has expired, or None where there is none of that id.

        Args:
            draft: Its id.

        Raises:
            LedgerError: The file can't be read.
        """
        try:
            with self._lock:
                if not self._is_there():
                    return None
                with closing(self._connect()) as connection:
                    query = "SELECT lang, made_at, expires_at, prepared FROM drafts WHERE id = ?"
                    row = connection.execute(query, (draft,)).fetchone()
        except sqlite3.Error as error:
            raise LedgerError(f"{self._path} can't be read: {error}. It may be taken away") from error
        if row is None:
            return None
        lang, made_at, expires_at, raw = row
        if parse_instant(expires_at) <= self._clock.now():
            return ExpiredDraft(id=draft, expires_at=expires_at)
        prepared = parse_canonical(bytes_of(raw))
        return Draft(id=draft, lang=lang, made_at=made_at, expires_at=expires_at, prepared=prepared)

    @property
    def _span(self) -> timedelta:
        return timedelta(days=self._limits.days)

    def _is_there(self) -> bool:
        return self._path.is_file() and not is_half_made(self._path)

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        if create and not self._is_there():
            create_database(self._path, _TABLES)
        mode = "rw" if self._writable else "ro"
        address = f"{self._path.absolute().as_uri()}?mode={mode}"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_BUSY_S)
        connection.execute("PRAGMA secure_delete=ON")
        return connection


def _prepared(statement: Mapping[str, Any] | bytes) -> dict[str, Any]:
    """Check a statement's members, and give them without what the signer adds.

    Raises:
        Malformed: A member is missing, unknown or of another form.
    """
    given = dict(parse_canonical(statement) if isinstance(statement, bytes) else statement)
    missing = sorted(_NEEDED - set(given))
    if missing:
        raise Malformed("member-missing", f"statement.{missing[0]}", f"a member {missing[0]!r}")
    prepared = {name: value for name, value in given.items() if name not in OF_THE_SIGNER}
    prepared.setdefault("id", new_uuid())
    whole = prepared | {"seen": given.get("seen", _SEEN), "signed_at": given.get("signed_at", "1970-01-01T00:00:00Z")}
    parse_statement(canonical(whole))
    return prepared


def _instant(moment: datetime) -> str:
    return format_instant(moment)
