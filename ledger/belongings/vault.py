"""The vault: what commitments in entries stand for, in a file or tables of its own that only the operator opens.

- V1: a value is committed to with a salt of 32 random bytes of its own; without the salt it can't be guessed.
- V2: what is destroyed is in no file of the vault any more.
- V3: nothing of the vault is served, published, exported or backed up.

Journals are deleted with each transaction, and freed pages are overwritten. What a disk or file system keeps of an
earlier state of a file is outside of what a program can reach: encrypt the disk.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from constancia.domain.values.sealing import SALT_BYTES, Sealed, commitment_of
from constancia.domain.values.values import FormError, canonical
from constancia.ledger.disk.durable import make_folder
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.errors import LedgerError, NotFound
from constancia.verify.core.formats.canonical import parse_canonical

MAX_VALUE_BYTES: Final = 8_192
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS sealed (commitment TEXT PRIMARY KEY, salt BLOB NOT NULL, value TEXT NOT NULL, "
    "field TEXT NOT NULL, party TEXT NOT NULL) WITHOUT ROWID"
)
_NAME: Final = "vault.sqlite"
WITHHELD: Final = "documents"  # within the vault's folder: documents that a cancellation blocks
# Commitment in hex, salt, value in canonical JSON, field, party.
Row = tuple[str, bytes, str, str, str]
_BUSY_S: Final = 10.0  # how long a process waits for another one's word


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultItem:
    """A value with the salt of its commitment."""

    sealed: Sealed
    salt: bytes
    value: Any


def make_private(folder: Path) -> None:
    """Make a folder that its owner alone can open, durably; one that is there and open to others is closed to them."""
    make_folder(folder, mode=0o700)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


class WithheldFiles(FolderFiles):
    """Blocked documents in the vault's folder: folder and files are their owner's alone."""

    def __init__(self, vault: Path) -> None:
        """Use the vault's folder."""
        super().__init__(vault / WITHHELD, mode=0o600)

    @override
    def write(self, path: str, data: bytes) -> None:
        make_private(self.root.parent)
        make_private(self.root)
        super().write(path, data)


class Vault:
    """The vault in a folder. A file is opened for each operation and closed after it: no side file stays."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which the first `put` creates for its owner alone."""
        self.folder = folder

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / _NAME

    def put(self, value: object, *, field: str, party: str) -> Sealed:
        """Seal a value.

        Args:
            value: A JSON value of the statement profile, at most 8 KiB in canonical form.
            field: What it is, such as `name`.
            party: The party that holds it.

        Returns:
            What goes into the act.

        Raises:
            Malformed: The value is no such JSON.
            LedgerError: It is too long, or `field` or `party` has not its form.
        """
        text = canonical(value)
        if len(text) > MAX_VALUE_BYTES:
            raise LedgerError(f"a sealed value has at most {MAX_VALUE_BYTES} bytes")
        parse_canonical(canonical({"value": value}))
        salt = secrets.token_bytes(SALT_BYTES)
        item = {"by": party, "commitment": commitment_of(salt, value), "field": field}
        try:
            sealed = Sealed.parse(item, "sealed")
        except FormError as error:
            raise LedgerError(str(error)) from error
        self.add((sealed.commitment, salt, text.decode(), sealed.field, sealed.by))
        return sealed

    def get(self, commitment: str) -> VaultItem:
        """Return what a commitment stands for.

        Raises:
            NotFound: The vault has nothing under it.
            LedgerError: What it has does not give the commitment.
        """
        row = self.row(commitment)
        if row is None:
            raise NotFound(f"the vault holds nothing under the commitment {commitment}")
        _, salt, text, field, party = row
        value = json.loads(text)
        if commitment_of(bytes(salt), value) != commitment:
            raise LedgerError(f"what the vault holds under {commitment} does not give that commitment")
        sealed = Sealed.parse({"by": party, "commitment": commitment, "field": field}, "sealed")
        return VaultItem(sealed=sealed, salt=bytes(salt), value=value)

    def commitments(self) -> list[str]:
        """Return all commitments, sorted."""
        with self._open() as connection:
            query = "SELECT commitment FROM sealed ORDER BY commitment"
            return [] if connection is None else [str(name) for (name,) in connection.execute(query)]

    def destroy(self, commitments: Iterable[str]) -> list[str]:
        """Destroy salt and value of commitments; return those that were there."""
        wanted = sorted(set(commitments) & set(self.commitments()))
        if wanted:
            self.remove(wanted)
        return wanted

    def add(self, row: Row) -> None:
        """Store a row durably; one that has its commitment already must be the same."""
        with self._open(create=True) as connection:
            connection.execute("INSERT INTO sealed VALUES (?, ?, ?, ?, ?)", row)

    def row(self, commitment: str) -> Row | None:
        """Return a commitment's row, unchecked; None if there is none."""
        with self._open() as connection:
            query = "SELECT commitment, salt, value, field, party FROM sealed WHERE commitment = ?"
            row = None if connection is None else connection.execute(query, (commitment,)).fetchone()
        return None if row is None else (row[0], bytes(row[1]), *row[2:])

    def remove(self, commitments: Sequence[str]) -> None:
        """Remove rows so that what they hold is in no file of the vault any more (V2)."""
        with self._open() as connection:
            if connection is not None:
                connection.execute("BEGIN EXCLUSIVE")
                connection.executemany("DELETE FROM sealed WHERE commitment = ?", [(name,) for name in commitments])
                connection.execute("COMMIT")
                connection.execute("VACUUM")

    @contextmanager
    def _open(self, *, create: bool = False) -> Iterator[Any]:
        """Give a connection; None where there is no table yet, and none is to be made.

        A file without the table is what a process left that was killed, or another one is about to fill: it is never
        removed, since a value may be in it by now.
        """
        if create:
            make_private(self.folder)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        elif not self.path.is_file():
            yield None
            return
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=_BUSY_S)) as connection:
            for pragma in ("journal_mode=DELETE", "secure_delete=ON", "synchronous=EXTRA", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            if create:
                connection.execute(_TABLE)
            [[tables]] = connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'sealed'")
            yield connection if tables else None
