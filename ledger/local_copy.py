"""A ledger from any source, opened for reading: a folder as it is; what lies elsewhere is copied for the time being.

- Y1: a copy is read back as every store is: chain, versions, leaf hashes, and a last checkpoint that the log's key
  signed over just this tree. What does not fit is `Fatal`; what it means is the verifier's to say.
- Y2: the copy lies in a folder that only this user can read, and is gone when the ledger is closed.

Statements' signatures, witnesses and the rules are not checked here: `constancia verify` does that.
"""

import contextlib
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from eventsourcing.persistence import IntegrityError, StoredEvent

from constancia.ledger.clock import Clock
from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import Fatal, LedgerError
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DATABASE_NAME
from constancia.ledger.store.application import create_store, open_application
from constancia.ledger.store.batch import Batch
from constancia.ledger.store.mapper import stored_event
from constancia.ledger.store.sqlite_recorder import SCHEMA_VERSION
from constancia.ledger.witnesses.rollback_records import MAX_BYTES as MAX_ROLLBACKS_BYTES
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.entry import Entry
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, Files
from constancia.verify.sources.layout import ANCHORS_NAME, DOCUMENTS_NAME, POLICY_NAME, STORE_NAME
from constancia.verify.sources.published_log import had
from constancia.verify.sources.source import Source, open_source
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.trust.policy_file import MAX_POLICY_BYTES
from constancia.verify.wire.merkle import hash_leaf

Progress = Callable[[int, int], None]
# What holds one act, or a proof, and no ledger.
_NO_LEDGER: Final = ("receipt", "entry", "contradiction")
_CITED: Final = re.compile(r'"sha256":"([0-9a-f]{64})"')


class NoLedgerThere(LedgerError):
    """The source is readable, and is no ledger: its kind is in `kind`."""

    def __init__(self, location: str, kind: str) -> None:
        self.location, self.kind = location, kind
        super().__init__(f"{location} is a {kind}, not a ledger")


def is_folder(location: str) -> bool:
    """Tell whether a location is a ledger's folder, which is opened as it is."""
    return any((Path(location) / name).is_file() for name in (STORE_NAME, DATABASE_NAME))


def open_ledger(
    location: str, *, clock: Clock, with_documents: bool = False, progress: Progress | None = None
) -> Ledger:
    """Open a ledger for reading, wherever it is.

    Args:
        location: A ledger's folder, a published folder, an `http(s)` address, a zip, or a store's file.
        clock: Judges the present.
        with_documents: Whether the documents that the source has are copied too.
        progress: Called with the number of entries read and their total, while they are copied.

    Returns:
        The ledger, read to its end and checked as every store is; close it.

    Raises:
        NotFound: There is no ledger in the folder.
        NoLedgerThere: The source is a receipt, an entry or a proof.
        Unreadable: The source can't be read, or not as far as its checkpoint says.
        Fatal: Its entries and its checkpoint do not fit together.
    """
    is_address = location.startswith(("http://", "https://"))
    path = Path(location)
    if not is_address and (is_folder(location) or not path.exists()):
        return Ledger.open(path, clock=clock, signer=None)
    if not is_address and path.name == STORE_NAME and path.is_file():
        return Ledger.open(path.parent, clock=clock, signer=None)
    with contextlib.ExitStack() as resources:
        source = resources.enter_context(open_source(location))
        if source.kind in _NO_LEDGER:
            raise NoLedgerThere(location, source.kind)
        if source.published is None:  # a store under a name of its own
            raise Unreadable("source", location, f"a store is read in its folder, under the name {STORE_NAME}")
        copy_folder = resources.enter_context(contextlib.ExitStack())
        folder = Path(tempfile.mkdtemp(prefix="constancia-"))
        copy_folder.callback(shutil.rmtree, folder, ignore_errors=True)
        checkpoint, cited = _copy_log(source, folder, progress)
        if with_documents:
            _copy_files(source.published.files, folder, cited)
        ledger = Ledger.open(folder, clock=clock, signer=None, origin=checkpoint.origin)
        ledger.close_with(copy_folder.pop_all())
        return ledger


def _copy_log(source: Source, folder: Path, progress: Progress | None) -> tuple[Checkpoint, set[str]]:
    note = source.published.checkpoint() if source.published is not None else None
    if note is None:
        raise Unreadable(
            "checkpoint",
            source.location,
            "there is no log here; of the address of a page take away /es/ or /en/ and what follows",
        )
    try:
        checkpoint = read_checkpoint(note)
        text = note.decode()
        entries = [*_entries(source, checkpoint.size, progress)]
    except (Malformed, UnicodeDecodeError) as error:
        raise Unreadable("form", source.location, str(error)) from error
    if len(entries) != checkpoint.size or not entries:
        raise Unreadable("short", source.location, f"{len(entries)} of {checkpoint.size} entries")
    versions: Counter[str] = Counter()
    events: list[StoredEvent] = []
    for entry in entries:
        versions[entry.statement.stream] += 1
        events.append(stored_event(entry, versions[entry.statement.stream]))
    batch = Batch(
        first_index=0,
        size=len(entries),
        leaf_hashes=b"".join(hash_leaf(entry.raw) for entry in entries),
        checkpoint=text.encode(),
        statement_ids=tuple(entry.statement.id for entry in entries),
    )
    create_store(folder, {"schema": SCHEMA_VERSION, "origin": checkpoint.origin})
    application = open_application(folder, writable=True)
    try:
        application.store.insert_events(events, batch=batch)
    except IntegrityError as error:  # such as one statement's id twice; what this machine refuses says nothing of them
        raise Fatal(f"the entries are no log: {error}", where=source.location) from error
    finally:
        application.close()
    return checkpoint, {sha256 for entry in entries for sha256 in _CITED.findall(entry.raw.decode())}


def _entries(source: Source, size: int, progress: Progress | None) -> Iterator[Entry]:
    for index, raw in enumerate(source.entries()):
        if progress is not None and index % 64 == 0:
            progress(index, size)
        try:
            yield read_entry(raw)
        except Malformed as error:
            raise Fatal(f"the entry can't be read: {error}", where=f"{source.location}, entry {index}") from error


def _copy_files(files: Files, folder: Path, cited: Collection[str]) -> None:
    """Copy documents, anchors, policy and the list of rollbacks; of an address, which lists nothing, what is cited."""
    places = LedgerFolder(folder)
    for name, target, limit in (
        (POLICY_NAME, places.policy, MAX_POLICY_BYTES), (ROLLBACKS_NAME, places.rollbacks, MAX_ROLLBACKS_BYTES),
    ):  # fmt: skip
        data, _why = had(lambda name=name, limit=limit: files.read(name, limit))  # type: ignore[misc]  # bound at once
        if data is not None:
            write_file(target, data)
    names = files.names()
    for name in [f"{DOCUMENTS_NAME}/{sha256}" for sha256 in sorted(cited)] if names is None else names:
        room, _, rest = name.partition("/")
        if room in (DOCUMENTS_NAME, ANCHORS_NAME) and rest and ".." not in rest.split("/"):
            data, _why = had(lambda name=name: files.read(name, MAX_DOCUMENT_BYTES))  # type: ignore[misc]
            if data is not None:
                write_file(folder / name, data)
