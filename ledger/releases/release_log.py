"""A log of releases as a folder of static files: C2SP checkpoint, tiles and entries, as a ledger publishes them.

- R2: it only grows. Before anything is appended, the entries in the folder must give the root of its signed checkpoint.
- R3: the checkpoint is written last; a run that was cut short leaves the log as it was.

Any web server publishes the folder. Witnesses that its policy names with an address cosign the checkpoint.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.wire.composition import encode_bundle, format_tlog_proof
from constancia.ledger.wire.proofs import consistency_proof, inclusion_proof
from constancia.ledger.witnesses.protocol import CALL, SIZE_MEDIA_TYPE, format_request, parse_answer, parse_size
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import NoteSignature, format_note, parse_note
from constancia.verify.core.formats.policy import Policy
from constancia.verify.sources.layout import CHECKPOINT_NAME
from constancia.verify.sources.source import open_source
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, entries_path, tile_path, tiles_between

_ASK_S: Final = 30.0


class ReleaseLogError(LedgerError):
    """The folder's log is not what its checkpoint says, or a witness did not cosign."""


class ReleaseLog:
    """The log in a folder; one program writes to it at a time."""

    def __init__(self, folder: Path, signer: LogSigner) -> None:
        """Read what is there.

        Raises:
            ReleaseLogError: The entries do not give the root that was signed.
            Unreadable, Malformed: A file is missing or of another form, or signed by another key.
        """
        self._folder = folder
        self._signer = signer
        self.entries: list[bytes] = []
        self.note = b""
        if (folder / CHECKPOINT_NAME).exists():
            with open_source(str(folder)) as source:
                self.entries = list(source.entries())
            self.note = (folder / CHECKPOINT_NAME).read_bytes()
        self.tree = Tree(map(hash_leaf, self.entries))
        self._published = self.tree.size
        if self.note:
            signed, _ = open_checkpoint(self.note, signer.verifier)
            if (signed.size, signed.root) != (self.tree.size, self.tree.root()):
                raise ReleaseLogError(
                    f"{folder}: the entries do not give the root that was signed: nothing is appended"
                )

    def append(self, entries: Sequence[bytes], time: int, policy: Policy | None = None) -> None:
        """Append entries, and have the checkpoint cosigned by the witnesses that a policy names with an address.

        Args:
            entries: The entries.
            time: POSIX seconds for the log's own ML-DSA-44 cosignature.
            policy: The log's policy.

        Raises:
            ReleaseLogError: A witness did not cosign. The entries are recorded; `append` of nothing asks again.
        """
        for entry in entries:
            self.entries.append(entry)
            self.tree.append(hash_leaf(entry))
        for level, number, width in tiles_between(self._published, self.tree.size):
            write_file(self._folder / tile_path(level, number, width), self.tree.tile(level, number, width))
            if level == 0:
                start = number * HASHES_PER_TILE
                bundle = encode_bundle(self.entries[start : start + width])
                write_file(self._folder / entries_path(number, width), bundle)
        if entries:
            self.note = self._signer.checkpoint(self.tree.size, self.tree.root(), time)
            write_file(self._folder / CHECKPOINT_NAME, self.note)
            self._published = self.tree.size
        if policy is not None:
            self._ask(policy)

    def proof(self, index: int) -> bytes:
        """Give the proof that an entry is in the log (C2SP tlog-proof, with the entry in it)."""
        path = inclusion_proof(self.tree, index, self.tree.size)
        return format_tlog_proof(index, path, self.note, self.entries[index])

    def _ask(self, policy: Policy) -> None:
        lines: list[NoteSignature] = []
        for url in dict.fromkeys(policy.urls.values()):
            keys = [policy.witnesses[name] for name, address in policy.urls.items() if address == url]
            text = parse_note(self.note).text
            answer = parse_answer(text, self._cosigned(url))
            own = [line for line in answer if any(key.matches(line) for key in keys)]
            for line in own:
                verify_cosignature(next(key for key in keys if key.matches(line)), line, text)
            lines += own
        if lines:
            note = parse_note(self.note)
            known = [line for line in note.signatures if not any(line.key_hash == new.key_hash for new in lines)]
            self.note = format_note(note.text, [*known, *lines])
            write_file(self._folder / CHECKPOINT_NAME, self.note)

    def _cosigned(self, url: str) -> bytes:
        """Ask a witness, from the size that it names. Source: C2SP tlog-witness."""
        old, status = 0, 0
        for _ in range(3):
            proof = consistency_proof(self.tree, old, self.tree.size) if old else []
            body = format_request(old, proof, self.note)
            try:
                answer = httpx.post(url.rstrip("/") + CALL, content=body, timeout=_ASK_S)
            except httpx.HTTPError as error:
                raise ReleaseLogError(f"{url} did not cosign: {error}") from error
            status = answer.status_code
            if status == 200:
                return answer.content
            if status != 409 or answer.headers.get("content-type", "").partition(";")[0] != SIZE_MEDIA_TYPE:
                break
            old = parse_size(answer.content)
            if old > self.tree.size:
                raise ReleaseLogError(f"{url} has cosigned {old} entries, and this log has {self.tree.size}: a copy?")
        raise ReleaseLogError(f"{url} did not cosign: status {status}")
