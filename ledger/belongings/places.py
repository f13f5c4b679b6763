"""Where the files lie that go with a ledger's entries: in its folder, or in the database that has the entries."""

from collections.abc import Callable
from dataclasses import dataclass

from constancia.ledger.belongings.database_vault import DatabaseVault
from constancia.ledger.belongings.vault import Vault, WithheldFiles
from constancia.ledger.disk.file_store import FileStore, FolderFiles
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.store.postgres.files import WITHHELD, DatabaseFiles
from constancia.ledger.store.tables import Tables
from constancia.verify.sources.layout import ANCHORS_NAME, DOCUMENTS_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of one ledger.

    Attributes:
        documents: Documents by SHA-256.
        anchors: Time-stamps over checkpoints.
        records: The list of what the operator has accepted (`rollbacks.json`).
        withheld: Documents that a cancellation blocks.
        vault: What commitments stand for.
        sweep: Has what was erased leave the database's files too, where something was.
    """

    documents: FileStore
    anchors: FileStore
    records: FileStore
    withheld: FileStore
    vault: Vault
    sweep: Callable[[], None]


def places_of(folder: LedgerFolder, tables: Tables | None) -> Places:
    """Give a ledger's places.

    Args:
        folder: Its folder.
        tables: Of the database that has its entries; None where they are in the folder too.
    """
    if tables is None:
        return Places(
            documents=FolderFiles(folder.documents), anchors=FolderFiles(folder.anchors),
            records=FolderFiles(folder.path), withheld=WithheldFiles(folder.vault), vault=Vault(folder.vault),
            sweep=lambda: None,
        )  # fmt: skip
    return Places(
        documents=DatabaseFiles(tables, DOCUMENTS_NAME), anchors=DatabaseFiles(tables, ANCHORS_NAME),
        records=DatabaseFiles(tables), withheld=DatabaseFiles(tables, area=WITHHELD), vault=DatabaseVault(tables),
        sweep=tables.sweep,
    )  # fmt: skip
