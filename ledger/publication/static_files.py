"""The log as static files, for any web server or mirror.

- P1: documents and tiles come first, then the checkpoint, so that everything a published checkpoint covers
  can be read. Time anchors come last, so that everything they cover is published.
- P2: a written tile or bundle never changes; only the checkpoint and the list of anchors are replaced.
- P3: an interruption anywhere leaves the previous checkpoint with all its files; the next run continues from it and
  removes partially written files.
- P4: only one publication at a time writes into a folder, so that an older checkpoint never replaces a newer one.
- P5: a file that a published checkpoint may need is never removed. Partial tiles and bundles are removed only on
  request, and only those whose full tile an earlier checkpoint already covered. A withdrawn document is removed.

Only we write into the folder, anybody may read it. Its content is checked before a run continues it, because
publishing two histories into one folder would look like a forked log.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.durable import durable_part, remove_half_written, sync_folder, write_file
from constancia.ledger.disk.lock import locked_folder
from constancia.ledger.errors import Fatal, LedgerError
from constancia.ledger.reader.log import Log
from constancia.ledger.timestamps.anchor_store import Anchors
from constancia.ledger.withdrawals import remove_withdrawn
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import Checkpoint, read_checkpoint
from constancia.verify.core.formats.merkle import HASH_BYTES
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, read_file
from constancia.verify.sources.layout import (
    ANCHORS_NAME,
    CHECKPOINT_NAME,
    DOCUMENTS_NAME,
    STORE_NAME,
    TILES_NAME,
)
from constancia.verify.wire.tiles import (
    HASHES_PER_TILE,
    entries_path,
    parse_tile_path,
    tile_path,
    tiles_between,
)


class UnderWay(LedgerError):
    """Another process or thread is publishing into the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another publication into {folder} is under way; let it finish")


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
    folder: Path,
    anchors: Anchors | None = None,
    *,
    tidy: bool = False,
    check: bool = False,
    rollbacks: Path | None = None,
) -> PublishResult:
    """Bring a published folder up to the log's last checkpoint.

    Args:
        log: The log, not empty.
        documents: Its documents; each is hashed again on the way.
        folder: Where the files go; made when missing.
        anchors: Its time anchors; those that the published checkpoint covers go along.
        tidy: Removes partial tiles and bundles that full ones have replaced (P5).
        check: Compares every byte of what was published before; else only the sizes. What differs is written again.
        rollbacks: The list of rollbacks that the operator has accepted, if there is one.

    Returns:
        The result.

    Raises:
        NotFound: The log is empty.
        Damaged: A document does not match its digest.
        Fatal: The folder holds another log, or a longer one, or is a ledger's own folder.
        UnderWay: Another publication into the folder is under way.
    """
    note = log.checkpoint()
    target = read_checkpoint(note)
    if (folder / STORE_NAME).exists():
        raise Fatal("this is a ledger's own folder, with its keys, and not one to be made public", where=str(folder))
    if not os.path.lexists(folder):
        return _publish_first(log, documents, folder, anchors, rollbacks)
    with _alone_in(folder):
        published = _read(folder / CHECKPOINT_NAME)
        old_size = _check_prefix(log, published, target, folder)
        _remove_half_written(folder)
        files = _write_documents(documents, folder / DOCUMENTS_NAME, check=check) + _write_tiles(
            log, old_size, target.size, folder
        )
        removed = remove_withdrawn(folder, documents.withdrawn())
        files += _mend_tiles(log, old_size, folder, check=check)
        # Compared by its bytes: cosignatures may have come to a checkpoint of the same size.
        if published != note:
            write_file(folder / CHECKPOINT_NAME, note)
            files += 1
        files += _write_rollbacks(rollbacks, folder / ROLLBACKS_NAME)
        if anchors is not None:
            # After the checkpoint: an anchor beyond it would look like a truncated log.
            files += anchors.publish(folder / ANCHORS_NAME, target.size)
        removed += _remove_replaced(folder / TILES_NAME, old_size) if tidy else 0
    return PublishResult(old_size=old_size, new_size=target.size, files=files, removed=removed)


def _publish_first(
    log: Log, documents: Documents, folder: Path, anchors: Anchors | None, rollbacks: Path | None
) -> PublishResult:
    """Make the folder next to its place, and move it there when it is whole: never a log without a checkpoint."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_half_written(folder.parent.glob(f"{folder.name}.*"))
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


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with locked_folder(folder, wait=False) as is_alone:
        if not is_alone:
            raise UnderWay(folder)
        yield


def _read(path: Path) -> bytes | None:
    return read_file(path, MAX_DOCUMENT_BYTES)


def _write_tiles(log: Log, old_size: int, new_size: int, folder: Path) -> int:
    written = 0
    for level, number, width in tiles_between(old_size, new_size):
        # A crash here leaves tiles that no checkpoint covers yet. They are correct, and
        # the next run writes the same bytes again.
        write_file(folder / tile_path(level, number, width), log.tile(level, number, width))
        written += 1
        if level == 0:
            write_file(folder / entries_path(number, width), log.entry_bundle(number, width))
            written += 1
    return written


def _mend_tiles(log: Log, size: int, folder: Path, *, check: bool) -> int:
    """Write again what was published before and is no longer whole: emptied, cut, or, with `check`, altered."""
    written = 0
    for level, number, width in tiles_between(0, size):
        tile = folder / tile_path(level, number, width)
        if _size_of(tile) != width * HASH_BYTES or (check and _read(tile) != log.tile(level, number, width)):
            write_file(tile, log.tile(level, number, width))
            written += 1
        bundle = folder / entries_path(number, width)
        if level == 0 and (_size_of(bundle) < width or (check and _read(bundle) != log.entry_bundle(number, width))):
            write_file(bundle, log.entry_bundle(number, width))
            written += 1
    return written


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _remove_half_written(folder: Path) -> None:
    deep = (_walk(folder / name) for name in (TILES_NAME, ANCHORS_NAME))
    for place in (folder.iterdir(), (folder / DOCUMENTS_NAME).glob("*"), *deep):
        remove_half_written(list(place))


def _remove_replaced(tiles: Path, size: int) -> int:
    """Remove partial files of tiles that were full at a size published before; return their number.

    A reader who began with that checkpoint, or a later one, asks for the full ones.
    """
    removed = 0
    for path in list(_walk(tiles)):
        if path.parent.suffix != ".p":
            continue
        try:
            level, number, _ = parse_tile_path(path.relative_to(tiles.parent).as_posix())
        except Malformed:
            continue
        if (number + 1) * HASHES_PER_TILE <= size >> (8 * (level or 0)):
            path.unlink()
            removed += 1
            with contextlib.suppress(OSError):  # other files of that tile remain in it
                path.parent.rmdir()
    return removed


def _walk(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        yield from (Path(base, name) for name in names)


def _check_prefix(log: Log, published: bytes | None, target: Checkpoint, folder: Path) -> int:
    """Return the published size, after checking that the log extends it."""
    if published is None:
        return 0
    where = str(folder / CHECKPOINT_NAME)
    try:
        before = read_checkpoint(published)
    except Malformed as error:
        raise Fatal(f"the published checkpoint can't be read: {error}", where=where) from error
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


def _write_rollbacks(source: Path | None, target: Path) -> int:
    listed = _read(source) if source is not None else None
    if listed is None or listed == _read(target):
        return 0
    write_file(target, listed)
    return 1


def _write_documents(documents: Documents, folder: Path, *, check: bool) -> int:
    written = 0
    published = Documents(folder)
    for name in documents.names():
        # A name is no proof of what lies under it: a file that was cut or emptied is written again.
        is_same_size = _size_of(folder / name) == _size_of(documents.folder / name)
        is_kept = is_same_size and (folder / name).exists() and (not check or published.is_whole(name))
        if folder != documents.folder and not is_kept:
            write_file(folder / name, documents.get(name))
            written += 1
    return written
