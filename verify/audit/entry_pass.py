"""One pass over the entries in order: form, chain and leaf hashes (L1), authorship and `seen` roots (L2).

- C1: a fault is reported at the altered entry, not at the first place where it has an effect. Three values give an
  entry's leaf hash: its bytes, the stored leaf hash, the next entry's `previous`. The majority goes into the tree, the
  different one is the fault.
- C2: the pass continues after a fault; unreadable entries are left out of the directory.
- C3: the tree contains exactly the entries before the one being judged.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from constancia.verify.core.authorship.directory import Directory
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import MAX_SIGNATURES, NO_PREVIOUS, Entry
from constancia.verify.core.formats.merkle import Tree, hash_leaf
from constancia.verify.core.report import Findings, fault_of
from constancia.verify.core.seen_history import SeenRoots
from constancia.verify.sources.sqlite_store import TOPIC, StoredRow
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.speed.signature_pool import Pool

CLOCK_SKEW_S: Final = 300  # SPEC §7, rule 7
SIGNATURE_FIELDS: Final = tuple(f"signatures[{number}].sig" for number in range(MAX_SIGNATURES))
# A string contains no bare quote, so this is always a member of an object.
_CITATION: Final = re.compile(rb'"sha256":"([0-9a-f]{64})"(?:,"size":(\d{1,16}))?')


class Item(NamedTuple):
    """One position of the log: its bytes, the stored leaf hash, the store's row."""

    at: int
    raw: bytes | None
    recorded: bytes | None
    row: StoredRow | None = None


@dataclass(slots=True)
class Citations:
    """Documents that the entries cite: first citing index, and every size given."""

    index: int
    sizes: set[int] = field(default_factory=set)


class Ids(Protocol):
    """The statement ids used so far."""

    def add(self, name: str, index: int, /) -> None:
        """Add the id of the entry at an index."""
        ...

    def repeated(self) -> Iterable[tuple[str, int]]:
        """Return the ids, added since the last call, that had been used before, with the index that uses them again."""
        ...


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

    def repeated(self) -> list[tuple[str, int]]:
        """Return the ids, added since the last call, that had been used before."""
        again, self._again = self._again, []
        return again


class _Pending(NamedTuple):
    at: int
    computed: bytes | None
    recorded: bytes | None


class EntryPass:
    """The state of the pass.

    Args:
        findings: Receives faults and counts.
        pool: Where signatures are checked.
        origin: The log's origin; None to take it from entry 0 (no trust folder).
        recorded_name: Name of the stored leaf hashes in a fault, such as `batches.leaf_hashes`.
        vouched: Signatures below this index are skipped. An earlier run verified them, and the tree must reproduce
            that run's root at this size.
    """

    def __init__(
        self, findings: Findings, pool: Pool, origin: str | None, recorded_name: str, *, vouched: int = 0
    ) -> None:
        self.origin = origin
        self.vouched = vouched
        self.start = 0
        self.extent = 0  # the size that the source claims
        self.tree = Tree()
        self.directory = Directory(self.tree.leaf)
        self.seen = SeenRoots(self.tree)
        self.cited: dict[str, Citations] = {}
        self.unread = 0
        self.signatures = 0
        self.recorded_at = ""
        self.ids: Ids = UsedIds()
        self.versions: Counter[str] = Counter()
        self._findings = findings
        self._pool = pool
        self._recorded_name = recorded_name
        self._pending: _Pending | None = None

    @property
    def is_settled(self) -> bool:
        """Whether there is no fault so far, as far as this thread knows, and the last leaf hash is decided."""
        last = self._pending
        agreed = last is None or (last.computed is not None and last.recorded in (None, last.computed))
        return agreed and self.seen.is_sound and not self.unread and not self._findings.total

    def check_ids(self) -> None:
        """Report ids that were used more than once in the entries so far."""
        for name, index in self.ids.repeated():
            self._findings.fault("statement-id", index, "statement.id", "a new id", name, level="L2")

    def settle(self) -> None:
        """Add the last leaf to the tree without waiting for the entry that links to it."""
        self._settle(None)
        self._pending = None

    def add(self, item: Item) -> Entry | None:
        """Process the next position of the log; return its entry, if readable."""
        entry = None if item.raw is None else self._parse(item.at, item.raw)
        self._settle(None if entry is None or entry.index != item.at else entry.previous)
        if entry is not None:
            self.versions[entry.statement.stream] += 1
        elif item.row is not None:
            self.versions[item.row.originator_id] += 1
        if item.row is not None:
            self._check_row(item.at, item.row, entry)
        if entry is None:
            self.unread += 1
            computed = None if item.raw is None else hash_leaf(item.raw)
        else:
            computed = entry.leaf_hash
            if entry.index != item.at:
                self._findings.fault("index", item.at, "index", item.at, entry.index)
                entry = replace(entry, index=item.at)
            self._judge(entry)
        self._pending = _Pending(item.at, computed, item.recorded)
        return entry

    def finish(self) -> None:
        """Finish the pass: add the last leaf to the tree."""
        self.settle()
        self.check_ids()
        size = self.tree.size - self.start
        self._findings.count("L1", "entries", size)
        self._findings.count("L1", "links", size)
        self._findings.count("L2", "signatures", self.signatures)
        self._findings.count("L2", "seen_roots", self.seen.checked)
        self._findings.count("L2", "keys", len(self.directory.keys))
        self._findings.count("L2", "appointments", len(self.directory.appointments))

    def remark(self) -> None:
        """Add the remarks and notes of the pass."""
        if self.unread:
            self._findings.not_checked("entries-unread", count=self.unread)
        if self.directory.log_key is not None and self.directory.zone is None:
            self._findings.leave_open("no-time-zone", zone=self.directory.zone_name)
        if self.seen.largest < self.tree.size:
            self._findings.note("tail", start=self.seen.largest)
        for index, state in sorted(self.directory.suspects.items()):
            self._findings.note(state, index=index)

    def _parse(self, index: int, raw: bytes) -> Entry | None:
        try:
            return read_entry(raw)
        except Malformed as error:
            self._findings.add(fault_of(error, "entry-form", index, "entry", "L1"))
            return None

    def _settle(self, claimed: bytes | None) -> None:
        """Decide the previous leaf hash, now that the next entry's `previous` is known (rule C1)."""
        if self._pending is None:
            at = self.tree.size
            before = self.tree.leaf(at - 1) if at else NO_PREVIOUS
            if claimed not in (None, before):
                self._findings.fault("previous", at, "previous", before, claimed)
            return
        index, computed, recorded = self._pending
        if computed is None:
            leaf = recorded or claimed or NO_PREVIOUS
        elif recorded is None or recorded == computed:
            leaf = computed
        else:
            leaf = computed if computed == claimed else recorded
            self._findings.fault("leaf-hash", index, self._recorded_name, recorded, computed)
        if claimed not in (None, leaf):
            self._findings.fault("previous", index + 1, "previous", leaf, claimed)
        self.tree.append(leaf)

    def _judge(self, entry: Entry) -> None:
        statement = entry.statement
        if self.origin is None:
            self.origin = statement.ledger
        if statement.ledger != self.origin:
            self._fault("ledger", entry, "statement.ledger", self.origin, statement.ledger)
        if entry.recorded_at < self.recorded_at:
            self._fault("recorded-at", entry, "recorded_at", f">= {self.recorded_at}", entry.recorded_at)
        self.recorded_at = entry.recorded_at
        self.ids.add(statement.id, entry.index)
        if statement.signed_at[:19] > entry.recorded_at[:19]:
            self._check_signed_at(entry)
        self.seen.check(entry)
        self._check_authorship(entry)
        self._cite(entry)

    def _check_authorship(self, entry: Entry) -> None:
        if (entry.index == 0) != (entry.statement.type == "LedgerOpened"):
            self._fault("directory", entry, "statement.type", "LedgerOpened at 0 only", entry.statement.type)
        faults, keys = self.directory.check(entry)
        message = signed_bytes(entry.statement.raw) if entry.index >= self.vouched else b""
        for key, signature, where in zip(keys, entry.signatures, SIGNATURE_FIELDS, strict=False):
            if entry.index >= self.vouched:
                self._pool.check(("signature", entry.index, where), key, signature, message)
                self.signatures += 1
        for fault in faults:
            self._findings.add(fault)
        if not faults:
            try:
                self.directory.apply(entry)
            except Malformed as error:
                self._findings.add(fault_of(error, "directory", entry.index, "statement", "L2"))

    def _check_signed_at(self, entry: Entry) -> None:
        try:
            signed = datetime.fromisoformat(entry.statement.signed_at)
            limit = datetime.fromisoformat(entry.recorded_at) + timedelta(seconds=CLOCK_SKEW_S)
            late = signed > limit
        except (ValueError, OverflowError):  # 30 February, or the year 9999
            late = True
        if late:
            expected = f"at most {CLOCK_SKEW_S} s after {entry.recorded_at}"
            self._fault("signed-at", entry, "statement.signed_at", expected, entry.statement.signed_at)

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
        self._findings.fault("row", index, f"stored_events.{column}", expected, found)

    def _cite(self, entry: Entry) -> None:
        """Collect every document that an entry cites. In canonical bytes `size` follows `sha256`, if it is there."""
        for digest, size in _CITATION.findall(entry.statement.raw):
            cited = self.cited.setdefault(digest.decode(), Citations(entry.index))
            if size:
                cited.sizes.add(int(size))

    def _fault(self, code: str, entry: Entry, where: str, expected: Any, found: Any) -> None:
        level = "L1" if code == "recorded-at" else "L2"
        self._findings.fault(code, entry.index, where, expected, found, level=level)
