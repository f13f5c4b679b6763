"""Cosignatures that a ledger's folder keeps: what witnesses gave for earlier checkpoints.

A sound one that the log contradicts or no longer reaches is evidence against the log.
"""

from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from constancia.verify.audit.checks.witness_times import WitnessTimes
from constancia.verify.audit.entry_pass import EntryPass
from constancia.verify.core.errors import Malformed, Unreadable, Unsupported, must
from constancia.verify.core.formats.checkpoint import Checkpoint, format_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import parse_line
from constancia.verify.core.formats.policy import Policy
from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import Store
from constancia.verify.speed.signature_pool import Pool
from constancia.verify.wire.merkle import HASH_BYTES

_ROWS: Final = "SELECT size, root, key, line FROM cosignatures NOT INDEXED ORDER BY size, key"
_COLUMNS: Final = ("size", "root", "key", "line")
_Row = tuple[Any, ...]  # as `_COLUMNS`, of any types: the file may be damaged


class _Line(NamedTuple):
    """A row, and when the witness of each name in the policy signed it; None where it is damaged."""

    size: int
    root: bytes
    key: object
    line: str
    times: dict[str, int] | None


def kept_cosignatures(  # noqa: PLR0913, PLR0917 - what is compared, and where results go
    stored: Store | Unreadable, store: Store, fold: EntryPass, policy: Policy, findings: Findings, times: WitnessTimes,
    pool: Pool,
) -> bytes | None:  # fmt: skip
    """Check the cosignatures stored in a ledger's folder.

    Args:
        stored: Their file, opened before the store; or why it cannot be opened.
        store: The ledger's store.
        fold: The pass over its entries.
        policy: The witnesses whose cosignatures count; other lines are ignored.
        findings: Receives faults and counts.
        times: Receives the times of the cosignatures.
        pool: Whose threads check them, those of one tree together.

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
            trees = (list(rows) for _, rows in groupby(stored.select(_ROWS), key=itemgetter(0, 1)))
            for lines in pool.each(reader.check, trees):
                reader.take(lines)
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
        self._origin = fold.origin or "?"
        self.damaged: list[str] = []
        self._lines: dict[int, list[str]] = {}
        self._names: dict[int, set[str]] = {}

    def check(self, rows: Iterable[_Row]) -> list[_Line]:
        """Check the rows of one tree, in any thread."""
        return [_Line(size, root, key, line, self._times_of(size, root, line)) for size, root, key, line in rows]

    def _times_of(self, size: Any, root: Any, line: Any) -> dict[str, int] | None:
        times: dict[str, int] = {}
        try:
            sized = type(size) is int and 0 <= size < 2**53 and isinstance(root, bytes) and len(root) == HASH_BYTES
            is_fit = sized and isinstance(line, str)
            must(is_fit, "cosignature", "cosignatures", "a size, a root and a line", f"{size!r}"[:80])
            text, signature = format_checkpoint(self._origin, size, root), parse_line(line)
            for name, key in self._policy.witnesses.items():
                if key.matches(signature):
                    with suppress(Unsupported):  # reported for the last checkpoint, with the quorum
                        times[name] = verify_cosignature(key, signature, text)
        except Malformed:
            return None
        return times

    def take(self, lines: Iterable[_Line]) -> None:
        """Take in the rows of one tree, in the auditing thread."""
        for size, root, key, line, times in lines:
            where = f"cosignatures.line: {key} at {size}"
            if times is None:  # it can be asked for again, and a line that does not verify proves nothing
                self.damaged.append(where)
                continue
            for name, time in times.items():
                self._times.add(size, name, time, self._policy, self._fold.origin)
                self._findings.count("L1", "cosignatures")
                self._names.setdefault(size, set()).add(name)
                self._lines.setdefault(size, []).append(f"{line}\n")
            if self._names.get(size):
                self._compare(Checkpoint(origin=self._origin, size=size, root=root), where)

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
