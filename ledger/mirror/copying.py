"""The copy of a log that a mirror stores: entries, tiles, documents and anchors, each checked before it is written.

Everything is checked against the tree of an audit that has judged the log: an entry bundle by the root at its end,
tiles by being made here, documents and anchors by their SHA-256. Nothing is written on the word of the log's server.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from constancia.ledger.disk.durable import overwrite_and_remove, write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.timestamps.anchor_store import INDEX_NAME, MAX_INDEX_BYTES, parse_index_line, size_in
from constancia.ledger.wire.composition import encode_bundle
from constancia.ledger.witnesses.rollback_records import MAX_BYTES as MAX_ROLLBACKS_BYTES
from constancia.ledger.witnesses.rollback_records import NAME as ROLLBACKS_NAME
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.signatures import is_hex64
from constancia.verify.sources.files import MAX_DOCUMENT_BYTES, Files, read_file
from constancia.verify.sources.layout import ANCHORS_NAME, DOCUMENTS_NAME
from constancia.verify.sources.published_log import MAX_BUNDLE_BYTES, MAX_TILE_BYTES, PublishedLog, had
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, entries_path, parse_bundle, tile_path, tiles_between

_CITATION: Final = re.compile(rb'"sha256":"([0-9a-f]{64})"')


class NotCopied(LedgerError):
    """The log does not give what its checkpoint covers, or gives something else; the next round tries again."""


class VerifiedTree(Protocol):
    """The tree of an audit: `ResumeFile` is one."""

    def root(self, size: int) -> bytes:
        """Return the root at a size."""


@dataclass(slots=True, kw_only=True)
class CopyResult:
    """What a run wrote, and how many cited documents could not be had."""

    files: int = 0
    missing: int = 0


class LogCopy:
    """The copy in one folder, laid out as a published log. Used by one process."""

    def __init__(self, folder: Path) -> None:
        """Use a folder. Its entries are read again, and checked, at the first `extend`."""
        self.folder = folder
        self._tree = Tree()
        self._cited: dict[str, None] = {}
        self._decided: dict[str, tuple[str, frozenset[str]]] = {}  # a cancellation → what it came to, its documents
        self._written = 0  # size whose tiles are all on the disk, as far as this process knows
        self._whole: set[str] = set()  # documents whose bytes were hashed by this process

    def extend(
        self, size: int, verified: VerifiedTree, remote: PublishedLog, is_stopped: Callable[[], bool] = bool
    ) -> CopyResult:
        """Store everything that a tree of a size covers, durably.

        What is here already is checked too, at the first time, and had again where it is damaged.

        Args:
            size: Tree size, of at least what was stored before.
            verified: The audited tree, of at least that size.
            remote: The log's files.
            is_stopped: Called now and then; if true, the run ends, and the next one goes on.

        Returns:
            What was written.

        Raises:
            KeyboardInterrupt: It was stopped.
            NotCopied: Something that the tree covers can't be had, or is something else.
        """
        done = CopyResult()
        first = self._tree.size
        self._tree.truncate(first - first % HASHES_PER_TILE)
        for number in range(first // HASHES_PER_TILE, -(-size // HASHES_PER_TILE)):
            if is_stopped():
                raise KeyboardInterrupt
            self._store_bundle(number, min(HASHES_PER_TILE, size - number * HASHES_PER_TILE), verified, remote, done)
        # From where the last whole run ended: one that broke off has its bundles, and not yet their tiles.
        for level, number, width in tiles_between(min(self._written, first), size):
            self._write(tile_path(level, number, width), self._tree.tile(level, number, width), done, MAX_TILE_BYTES)
        self._written = size
        self._store_documents(remote.files, done, is_stopped)
        self._store_anchors(remote.files, size, done)
        declared, _ = had(lambda: remote.files.read(ROLLBACKS_NAME, MAX_ROLLBACKS_BYTES))
        if declared is not None:
            self._write(ROLLBACKS_NAME, declared, done, MAX_ROLLBACKS_BYTES)
        return done

    def root(self, size: int) -> bytes:
        """Return the root of what is stored, at a size."""
        return self._tree.root(size)

    def _store_bundle(
        self, number: int, width: int, verified: VerifiedTree, remote: PublishedLog, done: CopyResult
    ) -> None:
        """Take a bundle from here or from there: the first that leads to the audited root at its end."""
        path, end = entries_path(number, width), number * HASHES_PER_TILE + width
        seen = ""
        for data, is_here in self._candidates(number, width, path, remote):
            try:
                entries = parse_bundle(data)[:width]
            except Malformed as error:
                seen = str(error)
                continue
            before = self._tree.size
            for raw in entries:
                self._tree.append(hash_leaf(raw))
            if self._tree.size == end and self._tree.root(end) == verified.root(end):
                if not is_here:
                    write_file(self.folder / path, encode_bundle(entries))
                    done.files += 1
                self._note_documents(entries)
                return
            self._tree.truncate(before)
            seen = "its entries are not those that were verified"
        raise NotCopied(f"{remote.files.location}/{path} can't be copied: {seen or 'it is missing'}")

    def _candidates(self, number: int, width: int, path: str, remote: PublishedLog) -> Iterator[tuple[bytes, bool]]:
        try:
            here = read_file(self.folder / path, MAX_BUNDLE_BYTES)
        except Unreadable:
            here = None
        if here is not None:
            yield here, True
        file = remote.find(None, number, width, is_covered=True)
        if file.data is not None:
            yield file.data, False

    def _note_documents(self, entries: list[bytes]) -> None:
        """Note which documents the entries cite and which they withdraw, in their order."""
        for raw in entries:
            for digest in _CITATION.findall(raw):
                self._cited[digest.decode()] = None
            if b'"CancellationDecided"' in raw:
                statement = read_entry(raw).statement
                if statement.type == "CancellationDecided":
                    self._note_withdrawal(statement.body)

    def _note_withdrawal(self, body: object) -> None:
        named = body.get("documents") if isinstance(body, dict) else None
        names = {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()
        if isinstance(body, dict):
            self._decided[str(body.get("cancellation"))] = (str(body.get("to")), frozenset(names))

    @property
    def _withdrawn(self) -> set[str]:
        """The documents that some cancellation keeps back, whatever another one came to, whether cited or not."""
        return {name for outcome, names in self._decided.values() if outcome != "denied" for name in names}

    def _store_documents(self, files: Files, done: CopyResult, is_stopped: Callable[[], bool]) -> None:
        withdrawn = self._withdrawn
        self._whole -= withdrawn
        for name in withdrawn:
            if is_hex64(name) and overwrite_and_remove(self.folder / DOCUMENTS_NAME / name):
                done.files += 1
        for name in self._cited:
            if name in withdrawn or self._has_document(name):
                continue
            if is_stopped():
                raise KeyboardInterrupt
            path = f"{DOCUMENTS_NAME}/{name}"
            data, _ = had(lambda path=path: files.read(path, MAX_DOCUMENT_BYTES))  # type: ignore[misc]  # bound at once
            if data is None or hashlib.sha256(data).hexdigest() != name:
                done.missing += 1  # evidence may be kept elsewhere; the audit says what the verdict needs
                continue
            write_file(self.folder / path, data)
            self._whole.add(name)
            done.files += 1

    def _has_document(self, name: str) -> bool:
        """Whether a document is here. Its bytes are hashed once in a process."""
        if name not in self._whole:
            try:
                data = read_file(self.folder / DOCUMENTS_NAME / name, MAX_DOCUMENT_BYTES)
            except Unreadable:
                return False
            if data is None or hashlib.sha256(data).hexdigest() != name:
                return False
            self._whole.add(name)
        return True

    def _store_anchors(self, files: Files, size: int, done: CopyResult) -> None:
        """Store the time anchors that the tree covers; their list last, with those alone that are here."""
        listed, _ = had(lambda: files.read(f"{ANCHORS_NAME}/{INDEX_NAME}", MAX_INDEX_BYTES))
        lines = []
        for line in (listed or b"").decode("ascii", "replace").splitlines():
            parsed = parse_index_line(line)
            if (
                parsed is not None
                and (size_in(parsed[1]) or size + 1) <= size
                and self._has_anchor(files, *parsed, done)
            ):
                lines.append(line)
        if lines:
            index = "".join(f"{line}\n" for line in lines).encode()
            self._write(f"{ANCHORS_NAME}/{INDEX_NAME}", index, done, MAX_INDEX_BYTES)

    def _has_anchor(self, files: Files, sha256: str, name: str, done: CopyResult) -> bool:
        path = f"{ANCHORS_NAME}/{name}"
        here = read_file(self.folder / path, MAX_INDEX_BYTES)
        if here is not None and hashlib.sha256(here).hexdigest() == sha256:
            return True
        data, _ = had(lambda: files.read(path, MAX_INDEX_BYTES))
        if data is None or hashlib.sha256(data).hexdigest() != sha256:
            return False
        if here is None:  # an anchor that is stored is never replaced
            write_file(self.folder / path, data)
            done.files += 1
        return here is None

    def _write(self, path: str, data: bytes, done: CopyResult, limit: int) -> None:
        try:
            here = read_file(self.folder / path, limit)
        except Unreadable:
            here = None
        if here != data:
            write_file(self.folder / path, data)
            done.files += 1
