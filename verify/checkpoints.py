"""Every checkpoint in the source, held to the tree and to the log's key: form, origin, size, root, signature."""

from constancia.verify.checkpoint import Checkpoint, parse_checkpoint
from constancia.verify.errors import Malformed
from constancia.verify.keys import Signature, load_public_key, spki_of_ed25519
from constancia.verify.merkle import Tree
from constancia.verify.note import Note, VerifierKey, parse_note
from constancia.verify.pool import Pool
from constancia.verify.report import Findings, fault_of
from constancia.verify.seen import SeenRoots
from constancia.verify.store import Store


class Checkpoints:
    """Holds checkpoints to the tree and to the log's key.

    Args:
        findings: Where faults go.
        pool: Where signatures are checked.
        tree: The tree of the entries.
        seen: What others vouch for; narrows where the log was altered.
        key: The log's key; None if it is not known, and then only form and root are checked.
    """

    def __init__(self, findings: Findings, pool: Pool, tree: Tree, seen: SeenRoots, key: VerifierKey | None) -> None:
        self._findings = findings
        self._pool = pool
        self._tree = tree
        self._seen = seen
        self._key = key
        self._public = None if key is None else load_public_key("ed25519", spki_of_ed25519(key.public_key))

    def check_batches(self, store: Store) -> None:
        """Check the checkpoint of every batch, each at its batch's first index."""
        confirmed = 0
        for batch in store.batches():
            text = batch.checkpoint
            raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text or b"")
            opened = self.open(raw, "batches.checkpoint", batch.first_index)
            if opened is None:
                continue
            if opened.size != batch.size:
                self._findings.fault("size", batch.first_index, "batches.checkpoint: size", batch.size, opened.size)
            elif self._root_is(opened):
                confirmed = opened.size
            else:
                first = max(confirmed, batch.first_index)
                self._root_fault(opened, "batches.checkpoint", (first, batch.size - 1))

    def check_published(self, raw: bytes, where: str) -> None:
        """Check the checkpoint of a published log."""
        opened = self.open(raw, where, None)
        if opened is None:
            return
        if opened.size > self._tree.size:
            self._findings.fault(
                "size", self._tree.size, where, f"at most {self._tree.size} entries", opened.size,
                last_index=opened.size - 1,
            )  # fmt: skip
        elif not self._root_is(opened):
            self._root_fault(opened, where, self._seen.bounds(opened.size))

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

    def _root_is(self, checkpoint: Checkpoint) -> bool:
        return checkpoint.size <= self._tree.size and self._tree.root(checkpoint.size) == checkpoint.root

    def _root_fault(self, checkpoint: Checkpoint, where: str, bounds: tuple[int, int]) -> None:
        if checkpoint.size > self._tree.size:
            return  # the missing entries are the fault
        first, last = bounds
        expected = f"{checkpoint.root.hex()} at size {checkpoint.size}"
        found = self._tree.root(checkpoint.size)
        self._findings.fault("root", first, where, expected, found, last_index=last)
