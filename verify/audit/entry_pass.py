"""The core's pass over a source: what is missing, stored leaf hashes, the store's rows, documents that entries cite.

- C1: a fault is at the entry that was altered, not at the first place that suffers from it. An entry's leaf
  hash has three witnesses: its bytes, the stored leaf hash, the next entry's `previous`. The majority goes into
  the tree, the dissenter is the fault.
- C2: the pass goes on after a fault; what can't be read is left out of the directory.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from constancia.verify.audit.seen_history import SeenHistory
from constancia.verify.audit.suspects import Suspects
from constancia.verify.core.formats.entry import NO_PREVIOUS, Entry
from constancia.verify.core.log import LogCheck
from constancia.verify.core.signature_check import InOrder
from constancia.verify.report.acts import NAMING
from constancia.verify.report.findings import Findings
from constancia.verify.sources.sqlite_store import TOPIC, StoredRow
from constancia.verify.sources.zones import load_zone, zones_version
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.wire.merkle import Tree, hash_leaf

# No string holds a bare quote, so this is a member of an object at any place.
_CITATION: Final = re.compile(rb'"sha256":"([0-9a-f]{64})"(?:,"size":(\d{1,16}))?')


class LogPosition(NamedTuple):
    """One position of the log: its bytes, the stored leaf hash, the store's row."""

    at: int
    raw: bytes | None
    recorded: bytes | None
    row: StoredRow | None = None


@dataclass(slots=True)
class Citations:
    """A document that entries cite: first citing index, every size given, and the entries that withdraw it.

    Each cancellation withdraws it by itself: that one is denied gives back nothing that another one withdrew. An entry
    that cites a withdrawn document with its size asks for its bytes again.
    """

    index: int
    sizes: set[int] = field(default_factory=set)
    withdrawals: dict[str, int] = field(default_factory=dict)  # by the cancellation's stream

    @property
    def withdrawn(self) -> int | None:
        """The last entry that withdraws it; None if none does."""
        return max(self.withdrawals.values(), default=None)


class UsedIds:
    """Statement ids in memory."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._again: list[tuple[str, int]] = []

    def add(self, name: str, index: int, /) -> None:
        """Add the id of the entry at an index."""
        if name in self._used:
            self._again.append((name, index))
        self._used.add(name)

    def repeated(self) -> Iterable[tuple[str, int]]:
        """Give the ids, added since the last call, that had been used before, with the index that uses them again."""
        again, self._again = self._again, []
        return again


class _Pending(NamedTuple):
    at: int
    computed: bytes | None
    recorded: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassState:
    """What a pass remembers of the entries so far, besides its tree and its directory."""

    origin: str | None
    recorded_at: str
    signatures: int
    seen_roots: int
    largest: int
    confirmed: bytes


class EntryPass(LogCheck):
    """The core's pass over the places of a source, some of which may be empty, with the source's other files.

    Args:
        findings: Receives faults and counts.
        pool: Where signatures are checked.
        origin: The log's origin; None to take it from entry 0 (no trust folder).
        recorded_name: What the stored leaf hashes are called in a fault, such as `batches.leaf_hashes`.
        vouched: As in `LogCheck`.
    """

    tree: Tree
    seen: SeenHistory

    def __init__(
        self, findings: Findings, pool: InOrder, origin: str | None, recorded_name: str, *, vouched: int = 0
    ) -> None:
        tree = Tree()
        super().__init__(
            findings, pool, origin, read=read_entry, tree=tree, seen=SeenHistory(tree), vouched=vouched,
            load_zone=load_zone,
        )  # fmt: skip
        self.start = 0
        self.extent = 0  # the size that the source claims
        self.cited: dict[str, Citations] = {}
        self.ids = UsedIds()
        self.versions: Counter[str] = Counter()
        self.suspects = Suspects(tree.leaf)
        self._recorded_name = recorded_name
        self._names = findings.names
        self._pending: _Pending | None = None

    def snapshot(self) -> PassState:
        """Give the state of a settled pass."""
        return PassState(
            origin=self.origin, recorded_at=self.recorded_at, signatures=self.signatures, largest=self.seen.largest,
            seen_roots=self.seen.checked, confirmed=bytes(self.seen.confirmed),
        )  # fmt: skip

    def restore(self, state: PassState, rows: Sequence[Any]) -> None:
        """Go on from a state, and the rows of the tree that it was of."""
        self.tree.adopt(rows)
        self.origin = self.origin or state.origin
        self.recorded_at, self.signatures = state.recorded_at, state.signatures
        self.seen.checked, self.seen.largest = state.seen_roots, state.largest
        self.seen.confirmed = bytearray(state.confirmed)

    @property
    def is_settled(self) -> bool:
        """Whether there is no fault so far, as far as this thread knows, and the last leaf hash is decided."""
        last = self._pending
        agreed = last is None or (last.computed is not None and last.recorded in (None, last.computed))
        return agreed and self.seen.is_sound and not self.unread and not self.findings.total

    def check_id(self, at: int, name: str) -> None:
        """Note an id; many are looked up at once."""
        self.ids.add(name, at)

    def check_ids(self) -> None:
        """Report ids that were used more than once in the entries so far."""
        for name, index in self.ids.repeated():
            self.id_is_used(index, name)

    def settle(self) -> None:
        """Add the last leaf to the tree without waiting for the entry that links to it."""
        self._settle(None)
        self._pending = None

    def add(self, item: LogPosition) -> Entry | None:
        """Take in the next place of the log; gives what could be read there."""
        self.unread += item.raw is None
        entry = None if item.raw is None else self.parse(item.at, item.raw)
        self._settle(None if entry is None or entry.index != item.at else entry.previous)
        if entry is not None:
            self.versions[entry.statement.stream] += 1
        elif item.row is not None:
            self.versions[item.row.originator_id] += 1
        if item.row is not None:
            self._check_row(item.at, item.row, entry)
        computed = None if item.raw is None else hash_leaf(item.raw) if entry is None else entry.leaf_hash
        if entry is not None:
            entry = self.judge(item.at, entry)
            self._cite(entry)
            if entry.statement.type in NAMING:
                self._names.take(entry.statement.type, entry.statement.body)
        self._pending = _Pending(item.at, computed, item.recorded)
        return entry

    def finish(self) -> None:
        """Finish the pass: add the last leaf to the tree."""
        self.settle()
        self.check_ids()
        self.close()
        for level, what, number in (
            ("L1", "entries", self.tree.size - self.start), ("L1", "links", self.tree.size - self.start),
            ("L2", "signatures", self.signatures), ("L2", "seen_roots", self.seen.checked),
            ("L2", "keys", len(self.directory.keys)), ("L2", "appointments", len(self.directory.appointments)),
        ):  # fmt: skip
            self.findings.count(level, what, number)

    def has_authority(self, entry: Entry) -> None:
        """Note what the key signed."""
        self.suspects.take(entry, self.directory)

    def remark(self) -> None:
        """Say what the pass leaves open, and what of it is worth a note."""
        super().remark()
        if self.directory.zone is not None:
            self.findings.note("time-zone-rules", zone=self.directory.zone_name, version=zones_version())
        for index, state in sorted(self.suspects.marked.items()):
            self.findings.note(state, index=index)

    def _settle(self, claimed: bytes | None) -> None:
        """Decide on the leaf before, now that the next entry's `previous` is known (rule C1)."""
        if self._pending is not None:
            index, computed, recorded = self._pending
            if computed is None:
                leaf = recorded or claimed or NO_PREVIOUS
            elif recorded is None or recorded == computed:
                leaf = computed
            else:
                leaf = computed if computed == claimed else recorded
                self.findings.fault("leaf-hash", index, self._recorded_name, recorded, computed)
            self.tree.append(leaf)
        if claimed is not None:
            self.check_link(self.tree.size, claimed)

    def _check_row(self, index: int, row: StoredRow, entry: Entry | None) -> None:
        stream = row.originator_id
        if entry is not None:
            statement = entry.statement
            stream = statement.stream
            if (row.originator_id, row.statement_id) != (stream, statement.id):
                for name, expected in (("originator_id", stream), ("statement_id", statement.id)):
                    if getattr(row, name) != expected:
                        self._row_fault(index, name, expected, getattr(row, name))
        version = self.versions[stream]
        if row.originator_version != version or type(row.originator_version) is not int:
            self._row_fault(index, "originator_version", version, row.originator_version)
        if row.topic != TOPIC:
            self._row_fault(index, "topic", TOPIC, row.topic)
        if type(row.state) is not bytes:
            self._row_fault(index, "state", "a BLOB", type(row.state).__name__)

    def _row_fault(self, index: int, column: str, expected: object, found: object) -> None:
        self.findings.fault("row", index, f"stored_events.{column}", expected, found)

    def _cite(self, entry: Entry) -> None:
        """Collect every document that an entry cites. In canonical bytes `size` follows `sha256`, if it is there."""
        for digest, size in _CITATION.findall(entry.statement.raw):
            cited = self.cited.setdefault(digest.decode(), Citations(entry.index))
            if size:
                cited.sizes.add(int(size))
                cited.withdrawals.clear()
        if entry.statement.type == "CancellationDecided":
            self._withdraw(entry.index, entry.statement.stream, entry.statement.body)

    def _withdraw(self, index: int, stream: str, body: Mapping[str, Any]) -> None:
        """Note the documents that a decision blocks or destroys, or gives back; the body may have any form."""
        named = body.get("documents")
        for name in named if isinstance(named, list) else ():
            if isinstance(name, str) and name in self.cited:
                withdrawals = self.cited[name].withdrawals
                withdrawals.pop(stream, None)
                if body.get("to") != "denied":
                    withdrawals[stream] = index
