"""Cosignatures that a ledger's folder keeps: what witnesses gave for earlier checkpoints.

A sound one that the log contradicts or no longer reaches is evidence against the log.
"""

from typing import Any, Final

from constancia.verify.audit.check_witness_times import WitnessTimes
from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.core.errors import Malformed, Unreadable, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, format_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import NoteSignature, parse_note
from constancia.verify.core.formats.policy import Policy
from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import Store
from constancia.verify.wire.merkle import HASH_BYTES

_ROWS: Final = "SELECT size, root, key, line FROM cosignatures NOT INDEXED ORDER BY size, key"
_COLUMNS: Final = ("size", "root", "key", "line")


def kept_cosignatures(  # noqa: PLR0913, PLR0917 - what is compared, and where results go
    stored: Store | Unreadable, store: Store, fold: EntryPass, policy: Policy, findings: Findings, times: WitnessTimes
) -> bytes | None:
    """Check the cosignatures stored in a ledger's folder.

    Args:
        stored: Their file, opened before the store; or why it cannot be opened.
        store: The ledger's store.
        fold: The pass over its entries.
        policy: The witnesses whose cosignatures count; other lines are ignored.
        findings: Receives faults and counts.
        times: Receives the times of the cosignatures.

    Returns:
        The checkpoint of the largest tree that has the quorum, with its cosignatures; None if none has.

    Damage in that file is reported and never counts: the file is no part of the log. Sound lines in it count.

    Raises:
        Unreadable: The file was written to while it was read.

    Source: ours: SPEC §8.
    """
    reader = _Kept(fold, policy, findings, times)
    try:
        if isinstance(stored, Unreadable):
            raise stored
        if stored.columns("cosignatures") != _COLUMNS:
            reader.damaged.append("other columns")
        else:
            for row in stored.select(_ROWS):
                reader.read(row)
    except Unreadable as error:
        reader.damaged.append(str(error))
    if reader.damaged:
        # An auxiliary file that is damaged says nothing about the log: the witnesses are asked again.
        reason = f"{len(reader.damaged)}: {reader.damaged[0]}"
        findings.not_checked("cosignatures-unread", names="cosignatures.sqlite", reason=reason)
    if isinstance(stored, Store):
        stored.check_unchanged()
    return reader.latest(store)


class _Kept:
    def __init__(self, fold: EntryPass, policy: Policy, findings: Findings, times: WitnessTimes) -> None:
        self._fold = fold
        self._policy = policy
        self._findings = findings
        self._times = times
        self.damaged: list[str] = []
        self._lines: dict[int, list[str]] = {}
        self._names: dict[int, set[str]] = {}

    def read(self, row: tuple[Any, ...]) -> None:
        """Check one row."""
        size, root, key, line = row
        where = f"cosignatures.line: {key} at {size}"
        try:
            text, signature = _parse(self._fold.origin or "?", size, root, line)
            self._hold(signature, text, size, line)
        except Malformed:
            self.damaged.append(where)  # it can be asked for again, and a line that does not verify proves nothing
            return
        if self._names.get(size):
            self._compare(Checkpoint(origin=self._fold.origin or "?", size=size, root=root), where)

    def _hold(self, signature: NoteSignature, text: str, size: int, line: str) -> None:
        for name, key in self._policy.witnesses.items():
            if key.matches(signature):
                try:
                    time = verify_cosignature(key, signature, text)
                except Unsupported:
                    continue  # reported for the last checkpoint, with the quorum
                self._times.add(size, name, time, self._policy, self._fold.origin)
                self._findings.count("L1", "cosignatures")
                self._names.setdefault(size, set()).add(name)
                self._lines.setdefault(size, []).append(f"{line}\n")

    def _compare(self, cosigned: Checkpoint, where: str) -> None:
        size, tree = cosigned.size, self._fold.tree
        if size > tree.size:
            self._findings.fault("rollback", tree.size, where, f"{size} entries", tree.size, last_index=size - 1)
        elif tree.root(size) != cosigned.root:
            self._fold.seen.contradict("fork", where, cosigned, since=0)

    def latest(self, store: Store) -> bytes | None:
        """Return the checkpoint of the largest tree with the quorum, the log's own cosigner counted as present."""
        policy = self._policy
        own = {name for name, key in policy.witnesses.items() if key.name == self._fold.origin}
        met = [size for size, names in self._names.items() if policy.is_met(policy.quorum, frozenset(names | own))]
        largest = max((size for size in met if size <= self._fold.tree.size), default=None)
        for batch in store.batches(max(0, (largest or 0) - 1)):
            if batch.size == largest and isinstance(batch.checkpoint, str):
                lines = "".join(self._lines[batch.size])
                return (batch.checkpoint + lines).encode("utf-8", "surrogateescape")
        return None


def _parse(origin: str, size: Any, root: Any, line: Any) -> tuple[str, NoteSignature]:
    sized = type(size) is int and 0 <= size < 2**53 and isinstance(root, bytes) and len(root) == HASH_BYTES
    if not sized or not isinstance(line, str) or "\n" in line:
        raise Malformed("cosignature", "cosignatures", "a size, a root, a key and a line", f"{size!r} {line!r}"[:80])
    text = format_checkpoint(origin, size, root)
    note = parse_note(f"{text}\n{line}\n".encode("utf-8", "surrogateescape"))
    return text, note.signatures[0]
