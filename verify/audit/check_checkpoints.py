"""Every checkpoint in the source, held to the tree and to the log's key: form, origin, size, root, signature."""

from collections.abc import Sequence

from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, parse_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.merkle import Tree
from constancia.verify.core.formats.note import Note, VerifierKey, parse_note
from constancia.verify.core.formats.signatures import Signature, load_public_key, spki_of_ed25519
from constancia.verify.core.report import Findings, fault_of
from constancia.verify.core.seen_history import SeenRoots
from constancia.verify.sources.sqlite_store import Store
from constancia.verify.speed.signature_pool import Pool


class CheckpointChecker:
    """Holds checkpoints to the tree and to the log's key.

    Args:
        findings: Where faults go.
        pool: Where signatures are checked.
        tree: The tree of the entries.
        seen: What others vouch for; narrows where the log was altered.
        key: The log's key; None if it is not known, and then only form and root are checked.
        witnesses: Whose cosignatures must be sound wherever they stand; those of others are ignored.
    """

    def __init__(  # noqa: PLR0913 - what a checkpoint is held to
        self,
        findings: Findings,
        pool: Pool,
        tree: Tree,
        seen: SeenRoots,
        key: VerifierKey | None,
        *,
        witnesses: Sequence[VerifierKey] = (),
    ) -> None:
        self._witnesses = witnesses
        self._findings = findings
        self._pool = pool
        self._tree = tree
        self._seen = seen
        self._key = key
        self._public = None if key is None else load_public_key("ed25519", spki_of_ed25519(key.public_key))

    def check_batches(self, store: Store, start: int = 0) -> None:
        """Check the checkpoint of every batch that begins at an index or later, each at its first index."""
        confirmed = start
        for batch in store.batches(start):
            if type(batch.first_index) is not int or batch.first_index < start:
                continue  # a fault already, and no place could be named; or checked before
            text = batch.checkpoint
            if not isinstance(text, str):
                found = type(text).__name__
                self._findings.fault("checkpoint", batch.first_index, "batches.checkpoint", "TEXT", found)
                continue
            raw = text.encode("utf-8", "surrogateescape")
            opened = self.open(raw, "batches.checkpoint", batch.first_index)
            if opened is None:
                continue
            if opened.size != batch.size:
                self._findings.fault("size", batch.first_index, "batches.checkpoint: size", batch.size, opened.size)
            elif self._is_root(opened):
                confirmed = opened.size
            elif opened.size <= self._tree.size:
                self._seen.contradict("root", "batches.checkpoint", opened, since=confirmed, at=batch.first_index)

    def check_published(self, raw: bytes, where: str) -> None:
        """Check the checkpoint of a published log."""
        opened = self.open(raw, where, None)
        if opened is None or self._is_root(opened):
            return
        size = self._tree.size
        if opened.size > size and self._findings.ends_at is not None:
            return  # what lies between could not be had, and that is said
        if opened.size > size:
            last = opened.size - 1
            self._findings.fault("size", size, where, f"at most {size} entries", opened.size, last_index=last)
        else:
            self._seen.contradict("root", where, opened)

    def _is_root(self, checkpoint: Checkpoint) -> bool:
        return checkpoint.size <= self._tree.size and self._tree.root(checkpoint.size) == checkpoint.root

    def open(self, raw: bytes, where: str, index: int | None) -> Checkpoint | None:
        """Read a checkpoint; have its signature checked."""
        self._findings.count("L1", "checkpoints")
        try:
            note = parse_note(raw)
            checkpoint = parse_checkpoint(note.text)
        except Malformed as error:
            self._findings.add(fault_of(error, "checkpoint", index, where, "L1"))
            return None
        if checkpoint.extensions:
            self._findings.fault("checkpoint", index, where, "no extension lines", checkpoint.extensions[0])
        if self._key is not None and checkpoint.origin != self._key.name:
            self._findings.fault("origin", index, where, self._key.name, checkpoint.origin)
        else:
            self._check_signature(note, where, index)
            self._check_cosignatures(note, where, index)
        return checkpoint

    def _check_signature(self, note: Note, where: str, index: int | None) -> None:
        """Have every line that claims to be the log's checked: one that fails rejects the note."""
        if self._key is None or self._public is None:
            return
        claimed = [one for one in note.signatures if self._key.matches(one)]
        if not claimed:
            self._findings.fault("checkpoint", index, where, f"a signature by {self._key.name}", "none")
        for one in claimed:
            signature = Signature(key=self._public.key_id, sig=one.blob)
            self._pool.check(("checkpoint", index, where), self._public, signature, note.text.encode())

    def _check_cosignatures(self, note: Note, where: str, index: int | None) -> None:
        for key in self._witnesses:
            for one in filter(key.matches, note.signatures):
                try:
                    verify_cosignature(key, one, note.text)
                except Unsupported:
                    continue  # said of the last checkpoint, where the quorum is counted
                except Malformed as error:
                    self._findings.add(fault_of(error, "checkpoint", index, where, "L1"))
