"""What an audit found, for a report: the core's faults, where they lie, and what the auditor goes on from next time."""

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from constancia.verify.core.report import MAX_FAULTS, MAX_KEPT, Fault, FaultList, Remark, Verdict, fault_of, shown
from constancia.verify.report.acts import Names

__all__ = ["MAX_FAULTS", "MAX_KEPT", "Fault", "Findings", "Remark", "Report", "Verdict", "fault_of", "shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryInWords:
    """An entry that a report shows in words.

    Args:
        index: Its index.
        entry: Its JSON object as it is now; None where it is no entry.
        other: Another version of it that is at hand; None where there is none.
        is_signed: Whether the other version is the one whose hash was recorded.
    """

    index: int
    entry: Mapping[str, Any] | None
    other: Mapping[str, Any] | None = None
    is_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of an audit.

    `checked` counts by level and thing; `first` is the first fault. `since` is the size of the checkpoint that the
    audit went on from; `checkpoint` is the signed note that covers all of it, to be saved for the next one. `act` is
    the entry of a receipt; `altered` are entries at which something is wrong; `names` what the entries call things.
    `trust` says on whose word the verdict rests: the trust anchor's fingerprint and who publishes it.
    """

    kind: str
    location: str
    origin: str | None
    size: int | None
    root: str | None
    genesis: str | None
    log_key: str | None
    anchored: bool
    checked: Mapping[str, Mapping[str, int]]
    faults: tuple[Fault, ...]
    faults_total: int
    notes: tuple[Remark, ...]
    open: tuple[Remark, ...]
    not_checked: tuple[Remark, ...]
    list_all: bool = False
    since: int | None = None
    checkpoint: str | None = None
    act: EntryInWords | None = None
    altered: tuple[EntryInWords, ...] = ()
    names: Names = field(default_factory=Names)
    trust: Mapping[str, str] | None = None
    verdict: Verdict

    @property
    def is_by_the_log(self) -> bool:
        """Whether a key of the log is known, and it was one of them that signed the checkpoint."""
        return not {"no-log-key", "other-log-key"} & {remark.code for remark in self.open}

    @property
    def first(self) -> Fault | None:
        """The first fault, by rule R2."""
        return self.faults[0] if self.faults else None


class Findings(FaultList):
    """Collects what an audit finds; `report` closes it. Not thread-safe: the auditing thread owns it."""

    def __init__(self, kind: str, location: str) -> None:
        super().__init__()
        self.kind = kind
        self.location = location
        self.since: int | None = None
        self.checkpoint: bytes | None = None
        self.trust: Mapping[str, str] | None = None
        self.act: EntryInWords | None = None
        self.altered: list[EntryInWords] = []
        self.names = Names()
        self._indexes: list[int] = []
        self._rejected: set[tuple[str, int | None]] = set()
        self.ends_at: int | None = None
        self._lacks: dict[tuple[str, bool], list[str]] = {}

    def faulty(self, most: int) -> list[int]:
        """Give the lowest indexes at which a fault of a known place was found, each once."""
        return list(dict.fromkeys(self._indexes))[:most]

    def expected_leaf(self, index: int) -> str | None:
        """Give the leaf hash that was recorded for an entry that has another, in hex."""
        return next(
            (fault.expected for fault in self.faults if (fault.code, fault.index) == ("leaf-hash", index)), None
        )

    def is_rejected(self, field: str, index: int | None) -> bool:
        """Tell whether the checkpoint at a place was found not to be the log's."""
        return (field, index) in self._rejected

    def first_faulty(self, first: int, last: int) -> int | None:
        """Give the first index of a range at which a fault of a known place was found so far."""
        at = bisect_left(self._indexes, first)
        return self._indexes[at] if at < len(self._indexes) and self._indexes[at] <= last else None

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        super().add(fault)
        if fault.code in ("checkpoint", "origin"):
            self._rejected.add((fault.field, fault.index))
        if fault.index is not None and not fault.somewhere and len(self._indexes) < MAX_FAULTS:
            insort(self._indexes, fault.index)

    def lack(self, seen: str, path: str, *, weighs: bool = True) -> None:
        """Say that a file could not be had as it was signed (table of SPEC §7): never a fault.

        Args:
            seen: What was seen instead, a code of `words.SEEN`.
            path: The file.
            weighs: Whether the verdict needs it.
        """
        self._lacks.setdefault((seen, weighs), []).append(path)

    def end(self, index: int) -> None:
        """Note the first entry that could not be had: of what follows nothing is judged."""
        self.ends_at = index if self.ends_at is None else min(index, self.ends_at)

    def report(self, *, list_all: bool = False) -> Report:
        """Close the collection."""
        for (seen, weighs), paths in self._lacks.items():
            names = list(dict.fromkeys(paths))
            say = self.leave_open if weighs else self.not_checked
            say(seen, count=len(names), first=names[0])
        self._lacks.clear()
        return Report(
            kind=self.kind, location=self.location, origin=self.origin, size=self.size,
            root=None if self.root is None else self.root.hex(),
            genesis=None if self.genesis is None else self.genesis.hex(),
            log_key=self.log_key, anchored=self.anchored,
            checked={level: dict(self.checked[level]) for level in sorted(self.checked)},
            faults=tuple(self.faults), faults_total=self.total, notes=tuple(self.notes),
            open=tuple(self.open), not_checked=tuple(self.unchecked), list_all=list_all, since=self.since,
            checkpoint=None if self.checkpoint is None or self.total else self.checkpoint.decode("utf-8", "replace"),
            act=self.act, altered=tuple(self.altered), names=self.names, trust=self.trust,
            verdict=self.verdict,
        )  # fmt: skip
