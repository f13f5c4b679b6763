"""Sources of a ledger: a store, folder, URL, zip bundle; or a receipt, a contradiction."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.sources import layout
from constancia.verify.sources.contradiction_file import HEADER as CONTRADICTION
from constancia.verify.sources.contradiction_file import MAX_CONTRADICTION_BYTES, origin_of
from constancia.verify.sources.files import Folder, Web
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.sources.sqlite_store import Store, open_store
from constancia.verify.sources.zip_archive import Zip
from constancia.verify.wire.tiles import HASHES_PER_TILE, parse_bundle, tile_width
from constancia.verify.wire.tlog_proof import HEADER, MAX_PROOF_BYTES, parse_tlog_proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An open source; use it in a `with` block.

    Args:
        kind: `store`, `folder`, `url`, `zip`, `receipt` or `contradiction`.
        location: The location as given.
        store: The store's rows, if it is one.
        published: The published files; for a store, those of its folder `log`.
        documents: Folder with the documents of a store.
        anchors: Folder with the time anchors of a store.
        receipt: A receipt's bytes.
        cosignatures: The cosignatures of a store, if there are any, or why they cannot be read.
        contradiction: The bytes of a proof that the log contradicted itself.
        own_trust: Whether the source contains a trust folder, which proves nothing by itself.
    """

    kind: str
    location: str
    store: Store | None = None
    published: PublishedLog | None = None
    documents: Folder | None = None
    anchors: Folder | None = None
    receipt: bytes | None = None
    cosignatures: Store | Unreadable | None = None
    contradiction: bytes | None = None
    own_trust: bool = False

    def __enter__(self) -> Self:
        """Return the source itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the source."""
        for one in (self.store, self.cosignatures):
            if isinstance(one, Store):
                one.close()
        if self.published is not None and isinstance(self.published.files, Zip):
            self.published.files.close()

    def claimed_origin(self) -> str | None:
        """Return the origin that the source claims, unchecked: used to look up its trust folder."""
        if self.contradiction is not None:
            return origin_of(self.contradiction)
        claimed = self.store.meta().get("origin") if self.store is not None else None
        if claimed is None:
            raw = self.published.checkpoint() if self.published is not None else None
            if self.receipt is not None:
                raw = _checkpoint_of(self.receipt)
            claimed = None if raw is None else raw.decode("utf-8", "replace").split("\n", 1)[0]
        return claimed if isinstance(claimed, str) and claimed else None

    def entry(self, index: int, size: int) -> bytes | None:
        """Return one entry's bytes, unchecked.

        Args:
            index: Its index.
            size: Size of the log, from which the file names follow; at least `index` + 1.

        Returns:
            The bytes; None if there are none.
        """
        if self.store is not None:
            return self.store.entry(index)
        if self.published is None:
            return None
        number, at = divmod(index, HASHES_PER_TILE)
        data = self.published.find(None, number, tile_width(0, number, size)).data
        try:
            listed = [] if data is None else parse_bundle(data)
        except Malformed:
            return None
        return listed[at] if at < len(listed) else None

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Return the entries' bytes from an index on, unchecked.

        Raises:
            Unreadable: The source has no entries, or not all that its checkpoint covers.
        """
        if self.store is not None:
            for row in self.store.rows(start):
                if not isinstance(row.state, bytes):
                    raise Unreadable("form", f"{self.location}: position {row.position}", "the state is no BLOB")
                yield row.state
            return
        raw = self.published.checkpoint() if self.published is not None else None
        if self.published is None or raw is None:
            raise Unreadable("checkpoint", self.location, "there is no log here")
        try:
            size = read_checkpoint(raw).size
            for number, bundle, _ in self.published.bundles(size, start):
                if bundle.data is None:
                    raise Unreadable("bundle", bundle.path, "it is missing")
                entries = parse_bundle(bundle.data)[: tile_width(0, number, size)]
                yield from entries[max(0, start - number * 256) :]
        except Malformed as error:
            raise Unreadable("form", f"{self.location}: {error.where}", str(error)) from error


def open_source(location: str) -> Source:
    """Open what a location names, read-only.

    Args:
        location: A ledger's folder, its SQLite file, a published folder, an http or https address, a zip, a
            receipt's file, or a proof of contradiction.

    Returns:
        The source.

    Raises:
        Unreadable: None of these, or not readable.
    """
    if location.startswith(("http://", "https://")):
        return Source(kind="url", location=location, published=PublishedLog(Web(location)))
    path = Path(location)
    try:
        if path.is_dir():
            return _open_folder(path)
        with path.open("rb") as file:
            head = file.read(32)
            if head.startswith(HEADER.encode()):
                receipt = head + file.read(MAX_PROOF_BYTES)
                return Source(kind="receipt", location=location, receipt=receipt)
            if head.startswith(CONTRADICTION.encode()):
                proof = head + file.read(MAX_CONTRADICTION_BYTES)
                return Source(kind="contradiction", location=location, contradiction=proof)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Unreadable("source", location, str(error)) from error
    if head.startswith(b"SQLite format 3\x00"):
        return Source(kind="store", location=location, store=open_store(path))
    if head.startswith(b"PK"):
        return Source(kind="zip", location=location, published=PublishedLog(Zip(path)))
    raise Unreadable("source", location, "neither store, zip, receipt nor contradiction by its first bytes")


def _checkpoint_of(receipt: bytes) -> bytes | None:
    try:
        return parse_tlog_proof(receipt).checkpoint
    except Malformed:
        return None


def _open_folder(path: Path) -> Source:
    log = path / layout.PUBLISHED_NAME
    if (path / layout.STORE_NAME).exists():
        # Before the store: so that every cosignature of a running ledger covers a tree that the store already has.
        cosignatures = _open_cosignatures(path / layout.COSIGNATURES_NAME)
        return Source(
            kind="store",
            location=str(path),
            store=open_store(path / layout.STORE_NAME),
            published=PublishedLog(Folder(log)) if log.is_dir() else None,
            documents=Folder(path / layout.DOCUMENTS_NAME),
            anchors=Folder(path / layout.ANCHORS_NAME),
            cosignatures=cosignatures,
            own_trust=(path / layout.TRUST_NAME).is_dir(),
        )
    if (path / layout.CHECKPOINT_NAME).exists() or (path / layout.TILES_NAME).is_dir():
        return Source(kind="folder", location=str(path), published=PublishedLog(Folder(path)))
    raise Unreadable("source", str(path), "no ledger.sqlite, no checkpoint and no tile folder in it")


def _open_cosignatures(path: Path) -> Store | Unreadable | None:
    if not path.exists():
        return None
    try:
        return open_store(path)
    except Unreadable as error:
        return error
