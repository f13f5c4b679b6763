"""The log as static files, which any web server or copy can offer.

- P1: documents and tiles come first, the checkpoint after them: what a published checkpoint covers
  can be read. Time anchors come last: what they cover is published.
- P2: a tile or bundle once written is never written otherwise; only the checkpoint and the
  list of anchors are replaced.
- P3: an interruption anywhere leaves the former checkpoint with all its files; publishing again
  continues from it.

The folder is ours to write and may be anybody's to read; what lies in it is checked before it is
continued, since publishing two histories into one folder would look like a forked log.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from constancia.ledger.anchors import Anchors
from constancia.ledger.documents import Documents
from constancia.ledger.durable import write_file
from constancia.ledger.errors import Fatal
from constancia.ledger.log import Log
from constancia.verify.checkpoint import Checkpoint, parse_checkpoint
from constancia.verify.errors import Malformed
from constancia.verify.note import parse_note
from constancia.verify.source import ANCHORS_NAME
from constancia.verify.tiles import entries_path, tile_path, tiles_between

CHECKPOINT_NAME: Final = "checkpoint"
DOCUMENTS_NAME: Final = "documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a run has done: the sizes before and after it, and how many files it wrote."""

    old_size: int
    new_size: int
    files: int


def publish(log: Log, documents: Documents, folder: Path, anchors: Anchors | None = None) -> Published:
    """Brings a published folder up to the log's last checkpoint.

    Args:
        log: The log, not empty.
        documents: Its documents; each is hashed again on the way.
        folder: Where the files go; made when missing.
        anchors: Its time anchors; those that the published checkpoint covers go along.

    Returns:
        What was done.

    Raises:
        NotFound: The log is empty.
        Damaged: A document is not what its name says.
        Fatal: The folder holds another log, or a longer one.
    """
    note = log.checkpoint()
    target = parse_checkpoint(parse_note(note).text)
    before = _published(folder)
    old_size = _check_prefix(log, before, target, folder)
    files = _write_documents(documents, folder / DOCUMENTS_NAME)
    for level, number, width in tiles_between(old_size, target.size):
        # A crash here leaves tiles that no checkpoint covers yet. They are right all the same, and
        # the next run writes the same bytes again.
        write_file(folder / tile_path(level, number, width), log.tile(level, number, width))
        files += 1
        if level == 0:
            write_file(folder / entries_path(number, width), log.entry_bundle(number, width))
            files += 1
    if before is None or before.size != target.size:
        write_file(folder / CHECKPOINT_NAME, note)
        files += 1
    if anchors is not None:
        # After the checkpoint: an anchor beyond it would look like a log that was cut.
        files += anchors.publish(folder / ANCHORS_NAME, target.size)
    return Published(old_size=old_size, new_size=target.size, files=files)


def _published(folder: Path) -> Checkpoint | None:
    path = folder / CHECKPOINT_NAME
    try:
        return parse_checkpoint(parse_note(path.read_bytes()).text)
    except FileNotFoundError:
        return None
    except Malformed as error:
        raise Fatal(f"the published checkpoint can't be read: {error}", where=str(path)) from error


def _check_prefix(log: Log, before: Checkpoint | None, target: Checkpoint, folder: Path) -> int:
    if before is None:
        return 0
    where = str(folder / CHECKPOINT_NAME)
    if before.origin != target.origin:
        raise Fatal(f"the folder holds the log {before.origin}", where=where)
    if before.size > target.size:
        raise Fatal(
            f"{before.size} entries are published and the log has {target.size}: this store is "
            "older than what was published",
            where=where,
        )
    if log.root(before.size) != before.root:
        raise Fatal(f"another history of {before.size} entries is published", where=where)
    return before.size


def _write_documents(documents: Documents, folder: Path) -> int:
    written = 0
    for name in documents.names():
        if folder != documents.folder and not (folder / name).exists():
            write_file(folder / name, documents.get(name))
            written += 1
    return written
