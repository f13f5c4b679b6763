"""One pass over a log, in order: levels L1 and L2 (SPEC §7, steps 1 to 11).

- C3: the tree holds exactly the entries before the one that is judged.
- C4: the pass goes on after a fault; an entry that can't be read is a leaf of the tree, and changes nothing else.
- C5: nothing here reads a file, starts a thread or remembers an earlier run. What makes an audit quick is given:
  a reader that gives what `parse_entry` gives, and signatures that are checked elsewhere and reported later.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from constancia.verify.core.authorship.directory import Directory
from constancia.verify.core.conclusion import Conclusion, check_pins
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import NO_PREVIOUS, Entry, parse_entry
from constancia.verify.core.formats.merkle import MerkleTree, hash_leaf
from constancia.verify.core.report import FaultList, fault_of
from constancia.verify.core.seen_roots import SeenRoots
from constancia.verify.core.signature_check import InOrder
from constancia.verify.core.trust import Trust

CLOCK_SKEW_S: Final = 300  # SPEC §7, rule 7


class LogCheck:
    """The state of the pass.

    Args:
        findings: Where faults and counts go.
        signatures: Where signatures are checked.
        origin: The log's origin; None to take it from entry 0 (nothing is pinned).
        vouched: The signatures of entries before this index are not checked: the source of the root at this size did.
    """

    def __init__(  # noqa: PLR0913 - what a pass starts from
        self, findings: FaultList, signatures: InOrder, origin: str | None = None, *,
        read: Callable[[bytes], Entry] = parse_entry, tree: MerkleTree | None = None, seen: SeenRoots | None = None,
        vouched: int = 0, load_zone: Callable[[str], tzinfo | None] = lambda _: None,
    ) -> None:  # fmt: skip
        self.findings, self.origin, self.vouched = findings, origin, vouched
        self.tree = MerkleTree() if tree is None else tree
        self.directory = Directory(load_zone)
        self.seen = SeenRoots(self.tree, findings) if seen is None else seen
        self.recorded_at, self.unread, self.signatures = "", 0, 0
        self._signatures, self._read = signatures, read
        self._used: set[str] = set()

    def take(self, raw: bytes) -> None:
        """Take in the next entry's bytes."""
        at = self.tree.size
        entry = self.parse(at, raw)
        if entry is not None:
            if entry.index == at:
                self.check_link(at, entry.previous)
            self.judge(at, entry)
        self.tree.append(hash_leaf(raw))  # step 4

    def parse(self, at: int, raw: bytes) -> Entry | None:
        """SPEC §7 step 1: the entry has its one form (§1 to §3). Gives None where it has not."""
        try:
            return self._read(raw)
        except Malformed as error:
            self.findings.add(fault_of(error, "entry-form", at, "entry", "L1"))
            self.unread += 1
            return None

    def check_link(self, at: int, claimed: bytes) -> None:
        """SPEC §7 step 3: `previous` is the leaf hash of the entry before, 64 zeros for entry 0."""
        before = self.tree.leaf(at - 1) if at else NO_PREVIOUS
        if claimed != before:
            self.findings.fault("previous", at, "previous", before, claimed)

    def judge(self, at: int, entry: Entry) -> Entry:
        """SPEC §7 steps 2 and 5 to 11, for the entry at an index; gives it with that index."""
        if entry.index != at:
            self.findings.fault("index", at, "index", at, entry.index)  # step 2
            entry = replace(entry, index=at)
        statement = entry.statement
        self.origin = statement.ledger if self.origin is None else self.origin
        if statement.ledger != self.origin:  # step 5
            self._fault("ledger", at, "statement.ledger", self.origin, statement.ledger)
        if entry.recorded_at < self.recorded_at:  # step 6
            self.findings.fault("recorded-at", at, "recorded_at", f">= {self.recorded_at}", entry.recorded_at)
        self.recorded_at = entry.recorded_at
        self.check_id(at, statement.id)
        if statement.signed_at[:19] > entry.recorded_at[:19]:
            self._check_signed_at(entry)  # step 8
        self.seen.check(entry)  # step 9
        self._check_authorship(entry)
        return entry

    def _check_signed_at(self, entry: Entry) -> None:
        with suppress(ValueError, OverflowError):  # 30 February, or the year 9999
            early = datetime.fromisoformat(entry.statement.signed_at) - timedelta(seconds=CLOCK_SKEW_S)
            if early <= datetime.fromisoformat(entry.recorded_at):
                return
        expected = f"at most {CLOCK_SKEW_S} s after {entry.recorded_at}"
        self._fault("signed-at", entry.index, "statement.signed_at", expected, entry.statement.signed_at)

    def _check_authorship(self, entry: Entry) -> None:
        """SPEC §7 step 10 (authority: rules 2 to 6) and step 11 (signatures: rule 1)."""
        if (entry.index == 0) != (entry.statement.type == "LedgerOpened"):
            self._fault("directory", entry.index, "statement.type", "LedgerOpened at 0 only", entry.statement.type)
        faults, keys = self.directory.check(entry)
        if entry.index >= self.vouched:
            message = signed_bytes(entry.statement.raw)
            for number, (key, signature) in enumerate(zip(keys, entry.signatures, strict=False)):
                place = ("signature", entry.index, f"signatures[{number}].sig")
                self._signatures.check(place, key, signature, message)
                self.signatures += 1
        try:
            if not faults:
                self.directory.apply(entry)
                self.has_authority(entry)
        except Malformed as error:
            faults = [fault_of(error, "directory", entry.index, "statement", "L2")]
        for fault in faults:
            self.findings.add(fault)

    def has_authority(self, entry: Entry) -> None:
        """Take in that an entry has authority; no verdict rests on what is made of it."""

    def check_id(self, at: int, name: str) -> None:
        """SPEC §7 step 7: the statement's id is new."""
        if name in self._used:
            self.id_is_used(at, name)
        self._used.add(name)

    def id_is_used(self, at: int, name: str) -> None:
        """Take in that the entry at an index uses an id again."""
        self._fault("statement-id", at, "statement.id", "a new id", name)

    def close(self) -> None:
        """Close the pass: say what the entries give."""
        self.findings.origin, self.findings.size, self.findings.root = self.origin, self.tree.size, self.tree.root()
        if self.tree.size:
            self.findings.genesis = self.tree.leaf(0)

    def remark(self) -> None:
        """Say what the pass leaves open, and what of it is worth a note."""
        newer = self.directory.unjudged
        if self.unread:
            self.findings.not_checked("entries-unread", count=self.unread)
        if self.directory.log_key is not None and self.directory.zone is None:
            self.findings.leave_open("no-time-zone", zone=self.directory.zone_name)
        if newer is not None:
            self.findings.leave_open("newer-act", index=newer.first, type=newer.type, count=newer.number)
        if self.seen.largest < self.tree.size:
            self.findings.note("tail", start=self.seen.largest)

    def _fault(self, code: str, at: int, where: str, expected: object, found: object) -> None:
        self.findings.fault(code, at, where, expected, found, level="L2")


class CheckedLog(NamedTuple):
    """The findings, with verdict and faults; the tree and the key directory that follow from the entries."""

    findings: FaultList
    tree: MerkleTree
    directory: Directory


def check_log(  # noqa: PLR0913 - what makes it quick, and what it can't know by itself, is given
    entries: Iterable[bytes], checkpoint: bytes, trust: Trust | None, *,
    read: Callable[[bytes], Entry] = parse_entry, signatures: Callable[[FaultList], InOrder] = InOrder,
    load_zone: Callable[[str], tzinfo | None] = lambda _: None,
) -> CheckedLog:  # fmt: skip
    """Verify a log: levels L1 and L2.

    Args:
        entries: Every entry's bytes, in order.
        checkpoint: The signed note that covers them.
        trust: What is pinned; None if nothing is, and then the verdict is inconclusive at best.
        read: Reads an entry; must give what `parse_entry` gives.
        signatures: Makes what checks signatures and adds the faults to the findings.
        load_zone: Gives the rules of a time zone by its IANA name; without them days of validity stay open.

    Raises:
        Malformed: The pinned checkpoint is none that the pinned policy accepts.

    Source: ours: SPEC §7, steps 1 to 16.
    """
    findings = FaultList()
    checker = signatures(findings)
    origin = next(iter(trust.policy.logs)) if trust is not None and len(trust.policy.logs) == 1 else None
    check = LogCheck(findings, checker, origin, read=read, load_zone=load_zone)
    for raw in entries:
        check.take(raw)
    check.close()
    conclusion = Conclusion(findings, checker, check.tree, check.seen, trust)
    conclusion.check_keys(check.origin, check.directory.log_key)
    conclusion.check_kept(check.origin)
    conclusion.check_checkpoint(checkpoint, "checkpoint")
    conclusion.check_log_cosigner(check.origin, check.directory.log_cosigner, [(None, "checkpoint", checkpoint)])
    conclusion.check_quorum([checkpoint])
    checker.join()
    check.remark()
    check_pins(trust, findings)
    return CheckedLog(findings, check.tree, check.directory)
