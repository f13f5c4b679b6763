"""The log as static files, for any web server or mirror.

- P1: documents and tiles come first, then the checkpoint, so that everything a published checkpoint covers
  can be read. Time anchors come last, so that everything they cover is published.
- P2: a written tile or bundle never changes; only the checkpoint and the list of anchors are replaced.
- P3: an interruption anywhere leaves the previous checkpoint with all its files; the next run continues from it and
  removes partially written files.
- P4: only one publication at a time writes into a place, so that an older checkpoint never replaces a newer one. A
  folder is locked; a bucket's checkpoint is replaced only if it is still the one that was read.
- P5: a file that a published checkpoint may need is never removed. Partial tiles and bundles are removed only on
  request, and only those whose full tile an earlier checkpoint already covered. A withdrawn document is removed.

Only we write into the place, anybody may read it. Its content is checked before a run continues it, because
publishing two histories into one place would look like a forked log.
"""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.durable import durable_part, remove_half_made, sync_folder
from constancia.ledger.errors import Fatal
from constancia.ledger.publication.target import FolderTarget, Target, UnderWay, publish_anchors
from constancia.ledger.reader.log import Log
from constancia.ledger.timestamps.anchor_store import Anchors
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.merkle import HASH_BYTES
from constancia.verify.sources.layout import (
    CHECKPOINT_NAME,
    DOCUMENTS_NAME,
    STORE_NAME,
)
from constancia.verify.wire.tiles import (
    HASHES_PER_TILE,
    entries_path,
    parse_tile_path,
    tile_path,
    tiles_between,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """Result of a run: the sizes before and after it, and how many files it wrote and removed."""

    old_size: int
    new_size: int
    files: int
    removed: int = 0


def publish(  # noqa: PLR0913 (what is published, where to, and how)
    log: Log,
    documents: Documents,
    place: Path | Target,
    anchors: Anchors | None = None,
    *,
    tidy: bool = False,
    check: bool = False,
    rollbacks: bytes | None = None,
) -> PublishResult:
    """Bring a published log up to the ledger's last checkpoint.

    Args:
        log: The log, not empty.
        documents: Its documents; each is hashed again on the way.
        place: Where the files go: a folder, made when missing, or another target.
        anchors: Its time anchors; those that the published checkpoint covers go along.
        tidy: Removes partial tiles and bundles that full ones have replaced (P5).
        check: Compares every byte of what was published before; else only the sizes. What differs is written again.
        rollbacks: The list of rollbacks that the operator has accepted, if there is one.

    Returns:
        The result.

    Raises:
        NotFound: The log is empty.
        Damaged: A document does not match its digest.
        Fatal: The place holds another log, or a longer one, or is a ledger's own folder.
        UnderWay: Another publication into it is under way.
    """
    note = log.checkpoint()
    new = read_checkpoint(note)
    if isinstance(place, Path):
        if (place / STORE_NAME).exists():
            raise Fatal("this is a ledger's own folder, with its keys, and not one to be made public", where=str(place))
        if not os.path.lexists(place):
            return _publish_first(log, documents, place, anchors, rollbacks)
    target = FolderTarget(place) if isinstance(place, Path) else place
    with target.alone():
        published = target.checkpoint()
        old_size = _check_prefix(log, published, new, target.place)
        files = _write_documents(documents, target, check=check) + _write_tiles(log, old_size, new.size, target)
        removed = sum(target.withdraw(f"{DOCUMENTS_NAME}/{name}") for name in sorted(documents.withdrawn()))
        files += _mend_tiles(log, old_size, target, check=check)
        # Compared by its bytes: cosignatures may have come to a checkpoint of the same size.
        if published != note:
            target.put_checkpoint(note)
            files += 1
        files += _write_rollbacks(rollbacks, target)
        if anchors is not None:
            # After the checkpoint: an anchor beyond it would look like a truncated log.
            files += publish_anchors(anchors, target, new.size)
        removed += _remove_replaced(target, old_size) if tidy else 0
    return PublishResult(old_size=old_size, new_size=new.size, files=files, removed=removed)


def _publish_first(
    log: Log, documents: Documents, folder: Path, anchors: Anchors | None, rollbacks: bytes | None
) -> PublishResult:
    """Make the folder next to its place, and move it there when it is whole: never a log without a checkpoint."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_half_made(folder)
    part = durable_part(folder)
    part.mkdir()
    try:
        done = publish(log, documents, part, anchors, rollbacks=rollbacks)
        try:
            part.rename(folder)
        except OSError:  # somebody made the folder meanwhile
            raise UnderWay(folder) from None
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return done


def _write_tiles(log: Log, old_size: int, new_size: int, target: Target) -> int:
    written = 0
    for level, number, width in tiles_between(old_size, new_size):
        # A crash here leaves tiles that no checkpoint covers yet. They are correct, and
        # the next run writes the same bytes again.
        target.write(tile_path(level, number, width), log.tile(level, number, width))
        written += 1
        if level == 0:
            target.write(entries_path(number, width), log.entry_bundle(number, width))
            written += 1
    return written


def _mend_tiles(log: Log, size: int, target: Target, *, check: bool) -> int:
    """Write again what was published before and is no longer whole: emptied, cut, or, with `check`, altered."""
    written = 0
    for level, number, width in tiles_between(0, size):
        tile, bundle = tile_path(level, number, width), entries_path(number, width)
        is_cut = target.size_of(tile) != width * HASH_BYTES
        if is_cut or (check and target.read(tile) != log.tile(level, number, width)):
            target.write(tile, log.tile(level, number, width), over=True)
            written += 1
        if level:
            continue
        is_cut = (target.size_of(bundle) or 0) < width
        if is_cut or (check and target.read(bundle) != log.entry_bundle(number, width)):
            target.write(bundle, log.entry_bundle(number, width), over=True)
            written += 1
    return written


def _remove_replaced(target: Target, size: int) -> int:
    """Remove partial files of tiles that were full at a size published before; return their number.

    A reader who began with that checkpoint, or a later one, asks for the full ones.
    """
    removed = 0
    for path in target.tiles():
        try:
            level, number, width = parse_tile_path(path)
        except Malformed:
            continue
        if width < HASHES_PER_TILE and (number + 1) * HASHES_PER_TILE <= size >> (8 * (level or 0)):
            target.remove(path)
            removed += 1
    return removed


def _check_prefix(log: Log, published: bytes | None, new: Checkpoint, place: str) -> int:
    """Return the published size, after checking that the log extends it."""
    if published is None:
        return 0
    where = f"{place}/{CHECKPOINT_NAME}"
    try:
        before = read_checkpoint(published)
    except Malformed as error:
        raise Fatal(f"the published checkpoint can't be read: {error}", where=where) from error
    if before.origin != new.origin:
        raise Fatal(f"the folder holds the log {before.origin}", where=where)
    if before.size > new.size:
        raise Fatal(
            f"{before.size} entries are published and the log has {new.size}: this store is "
            "older than what was published",
            where=where,
        )
    if log.root(before.size) != before.root:
        raise Fatal(f"another history of {before.size} entries is published", where=where)
    return before.size


def _write_rollbacks(listed: bytes | None, target: Target) -> int:
    if listed is None or listed == target.read(ROLLBACKS_NAME):
        return 0
    target.write(ROLLBACKS_NAME, listed, over=True)
    return 1


def _write_documents(documents: Documents, target: Target, *, check: bool) -> int:
    written = 0
    if isinstance(target, FolderTarget) and str(target.folder / DOCUMENTS_NAME) == documents.files.location:
        return 0
    for name in documents.names():
        # A name is no proof of what lies under it: a file that was cut or emptied is written again.
        path = f"{DOCUMENTS_NAME}/{name}"
        there = target.size_of(path)
        is_kept = there == documents.length(name) and (not check or _is_whole(target.read(path), name))
        if not is_kept:
            target.write(path, documents.get(name), over=there is not None)
            written += 1
    return written


def _is_whole(data: bytes | None, sha256: str) -> bool:
    return data is not None and hashlib.sha256(data).hexdigest() == sha256
