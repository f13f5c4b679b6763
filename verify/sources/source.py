"""Sources of a ledger: a store, folder, URL, zip bundle; or a receipt, an entry, a contradiction."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.sources import layout
from constancia.verify.sources.contradiction_file import HEADER as CONTRADICTION
from constancia.verify.sources.contradiction_file import MAX_CONTRADICTION_BYTES, origin_of
from constancia.verify.sources.files import Files, Folder, open_regular
from constancia.verify.sources.foreign_file import MAX_TEXT_BYTES, OURS, Foreign, foreign, kind_of_zip
from constancia.verify.sources.published_log import PublishedLog, had
from constancia.verify.sources.sqlite_store import SCHEMA, Store, open_store
from constancia.verify.sources.transit import is_html, undone
from constancia.verify.sources.web import Web
from constancia.verify.sources.zip_archive import Zip
from constancia.verify.wire.tiles import HASHES_PER_TILE, parse_bundle, tile_width
from constancia.verify.wire.tlog_proof import HEADER, MAX_PROOF_BYTES, TlogProof, parse_tlog_proof

SNIFFED: Final = 4_096  # bytes by which a file's kind is known
_OBJECT: Final = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff\x00)?\{")  # after UTF-8's or UTF-16's mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An open source; use it in a `with` block.

    Args:
        kind: `store`, `folder`, `url`, `zip`, `receipt`, `entry` or `contradiction`.
        location: The location as given.
        store: The store's rows, if it is one.
        published: The published files; for a store, those of its folder `log`.
        documents: The documents of a store.
        anchors: The time anchors of a store.
        receipt: A receipt's bytes.
        lone_entry: The bytes of an entry that came by itself.
        cosignatures: The cosignatures of a store, if there are any, or why they cannot be read.
        contradiction: The bytes of a proof that the log contradicted itself.
        own_trust: Whether the source contains a trust folder, which proves nothing by itself.
    """

    kind: str
    location: str
    store: Store | None = None
    published: PublishedLog | None = None
    documents: Files | None = None
    anchors: Files | None = None
    receipt: bytes | None = None
    lone_entry: bytes | None = None
    cosignatures: Store | Unreadable | None = None
    contradiction: bytes | None = None
    own_trust: bool = False

    def __enter__(self) -> Self:
        """Return the source itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the source."""
        for database in (self.store, self.cosignatures):
            if isinstance(database, Store):
                database.close()
        if self.published is not None and isinstance(self.published.files, Zip):
            self.published.files.close()

    def claimed_origin(self) -> str | None:
        """Give the origin that the source claims, unchecked: a name to look up what is trusted for it."""
        return next(self.claimed_origins(), None)

    def claimed_origins(self) -> Iterator[str]:
        """Give every origin that the source claims, wherever it does, unchecked: one of them may be altered."""
        if self.contradiction is not None:
            yield from _some(origin_of(self.contradiction))
            return
        if self.store is not None:
            yield from _some(self.store.meta().get("origin"))
        first = None if self.lone_entry is None else _as_sent(self.lone_entry, parse_entry)
        if self.receipt is not None:
            with suppress(Malformed):
                proof = parse_receipt(self.receipt)
                yield from _some(_origin_in(proof.checkpoint))
                first = proof.extra
        elif first is None:
            if self.published is not None:
                yield from _some(_origin_in(_as_sent(had(self.published.checkpoint)[0] or b"", read_checkpoint)))
            first = self.entry(0, 1)
        with suppress(Malformed):
            yield from _some(None if first is None else parse_entry(first).statement.ledger)

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
            receipt's file, an entry's JSON, or a proof of contradiction.

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
        with open_regular(path) as file:
            head = file.read(SNIFFED)
            source = _open_file(path, head, file)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise Unreadable("source", location, str(error)) from error
    return source


def _open_file(path: Path, head: bytes, file: BinaryIO) -> Source:
    """Open a file by what it begins with, or by the receipt in it.

    Raises:
        Foreign: It is none of what is verified.
    """
    location = str(path)
    if head.startswith(b"SQLite format 3\x00"):
        return Source(kind="store", location=location, store=_ledgers_store(path))
    if head.startswith(b"PK"):
        return Source(kind="zip", location=location, published=PublishedLog(_bundle(path, file)))
    for header, kind, limit in (
        (HEADER, "receipt", MAX_PROOF_BYTES), (CONTRADICTION, "contradiction", MAX_CONTRADICTION_BYTES),
    ):  # fmt: skip
        if _names(head, header) and not is_html(head):
            return Source(kind=kind, location=location, **{kind: head + file.read(2 * limit)})  # type: ignore[arg-type]  # bytes
    data = head + file.read(MAX_TEXT_BYTES - len(head))
    if _OBJECT.match(head):
        return Source(kind="entry", location=location, lone_entry=data)
    if undone(data, parse_whole_proof, HEADER.encode()) is not None:  # in a mail or a page
        return Source(kind="receipt", location=location, receipt=data)
    raise foreign(data, location)


def _ledgers_store(path: Path) -> Store:
    """Open a database that has at least one table of a ledger's store.

    Raises:
        Foreign: It has none.
        Unreadable: As `open_store`.
    """
    store = open_store(path)
    try:
        tables = {name for (name,) in store.select("SELECT name FROM sqlite_master")}
    except Unreadable:
        return store  # too damaged to say; the audit says where
    if tables.isdisjoint(SCHEMA):
        store.close()
        raise Foreign("database", str(path))
    return store


def _bundle(path: Path, file: BinaryIO) -> Zip:
    """Open a zip that is a bundle, or seems to be one by the names in it.

    Raises:
        Foreign: It is another program's.
        Unreadable: As `Zip`.
    """
    kind = kind_of_zip(file, path.stat().st_size)
    if kind != OURS:
        raise Foreign(kind, str(path))
    return Zip(path)


def _names(head: bytes, header: str) -> bool:
    """Tell whether a file claims a header near its beginning, also after a mark, a greeting or in UTF-16."""
    return header.encode() in head.replace(b"\x00", b"").replace(b"=40", b"@")


def parse_receipt(raw: bytes) -> TlogProof:
    """Read a receipt, with what the way did to it undone.

    Raises:
        Malformed: It is none.
    """
    try:
        return parse_whole_proof(raw)
    except Malformed:
        restored = undone(raw, parse_whole_proof, HEADER.encode())
    return parse_whole_proof(raw if restored is None else restored[1])


def _as_sent(raw: bytes, parse: Callable[[bytes], object]) -> bytes:
    """Give a text with what the way did to it undone, where that gives it its form."""
    with suppress(Malformed):
        parse(raw)
        return raw
    restored = undone(raw, parse)
    return raw if restored is None else restored[1]


def parse_whole_proof(raw: bytes) -> TlogProof:
    """Read a proof and its checkpoint, whose form tells whether the file came to its end.

    Raises:
        Malformed: One of them has another form.
    """
    proof = parse_tlog_proof(raw)
    read_checkpoint(proof.checkpoint)
    return proof


def _origin_in(raw: bytes) -> str:
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")


def _some(origin: object) -> tuple[str, ...]:
    return (origin,) if isinstance(origin, str) and origin else ()


def _open_folder(path: Path) -> Source:
    log = path / layout.PUBLISHED_NAME
    if os.path.lexists(path / layout.STORE_NAME):
        # Before the store: in a ledger at work a cosignature is always of a tree that the store has by then.
        cosignatures = _open_cosignatures(path / layout.COSIGNATURES_NAME)
        return Source(
            kind="store", location=str(path), store=open_store(path / layout.STORE_NAME),
            published=PublishedLog(Folder(log)) if log.is_dir() else None, cosignatures=cosignatures,
            documents=Folder(path / layout.DOCUMENTS_NAME), anchors=Folder(path / layout.ANCHORS_NAME),
            own_trust=(path / layout.TRUST_NAME).is_dir(),
        )  # fmt: skip
    if os.path.lexists(path / layout.CHECKPOINT_NAME) or os.path.lexists(path / layout.TILES_NAME):
        return Source(kind="folder", location=str(path), published=PublishedLog(Folder(path)))
    raise Unreadable("source", str(path), "no ledger.sqlite, no checkpoint and no tile folder in it")


def _open_cosignatures(path: Path) -> Store | Unreadable | None:
    if not path.exists():
        return None
    try:
        return open_store(path)
    except Unreadable as error:
        return error
