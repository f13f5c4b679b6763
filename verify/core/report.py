"""What an audit found: faults, what was checked, what was not, and the verdict that follows.

- R1: a verdict has three values. Altered: at least one fault. Inconclusive: no fault, but something that the
  verdict needs could not be had. Intact: neither.
- R2: the first fault is the one at the lowest index. Those that lie somewhere in a range come after those whose
  place is known; those of the log as a whole come last.
- R3: what was not checked is said, with the reason; silence means that it was checked.
- R4: everything is data (codes and parameters); `constancia.verify.report` adds the words of either language.
"""

import enum
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from constancia.verify.core.errors import Malformed

MAX_FAULTS: Final = 10_000  # kept in memory; all are counted
MAX_KEPT: Final = 2_048  # characters of a value: 10,000 faults with a body each would fill the memory


class Verdict(enum.Enum):
    """The three verdicts, with the exit code of each."""

    INTACT = 0
    ALTERED = 1
    INCONCLUSIVE = 2

    @property
    def exit_code(self) -> int:
        """Process exit code: 0, 1 or 2; 3, unreadable, is no verdict."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One place where what stands there is not what must stand there.

    Args:
        code: Stable slug.
        index: Index of the entry; None for what concerns the log as a whole.
        field: The field, column, file or member.
        expected: What must stand there.
        found: What stands there.
        level: `L1`, `L2`, …
        note: Anything more, in English, for the technician.
        last_index: Last index concerned, where there are several.
        somewhere: The alteration lies somewhere from `index` to `last_index`; where exactly is not known.
    """

    code: str
    index: int | None
    field: str
    expected: str
    found: str
    level: str
    note: str = ""
    last_index: int | None = None
    somewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A note, or something that was not checked: a code of `words.REMARKS` and its parameters."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


def fault_of(error: Malformed, code: str, index: int | None, field: str, level: str) -> Fault:
    """Turn a format error into a fault at a place. The error's own code stands in the note."""
    where = field if error.where in ("$", "", field) else f"{field}: {error.where}"
    return Fault(
        code=code, index=index, field=where, expected=error.expected, found=error.found, level=level,
        note=error.code,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of an audit.

    `checked` counts by level and thing; `first` is the first fault. `since` is the size of the checkpoint that the
    audit went on from; `checkpoint` is the signed note that covers all of it, to be kept for the next one.
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

    @property
    def verdict(self) -> Verdict:
        """The verdict, by rule R1."""
        if self.faults_total:
            return Verdict.ALTERED
        return Verdict.INCONCLUSIVE if self.open else Verdict.INTACT

    @property
    def first(self) -> Fault | None:
        """The first fault, by rule R2."""
        return self.faults[0] if self.faults else None


class Findings:
    """Collects what an audit finds; `report` closes it. Not thread-safe: the auditing thread owns it."""

    def __init__(self, kind: str, location: str) -> None:
        self.kind = kind
        self.location = location
        self.origin: str | None = None
        self.size: int | None = None
        self.root: bytes | None = None
        self.genesis: bytes | None = None
        self.log_key: str | None = None
        self.since: int | None = None
        self.checkpoint: bytes | None = None
        self.anchored = False
        self.checked: dict[str, Counter[str]] = {}
        self._faults: list[Fault] = []
        self._indexes: list[int] = []
        self.ends_at: int | None = None
        self._lacks: dict[tuple[str, bool], list[str]] = {}
        self._rejected: set[tuple[str, int | None]] = set()
        self._total = 0
        self._notes: list[Remark] = []
        self._open: list[Remark] = []
        self._not_checked: list[Remark] = []

    @property
    def total(self) -> int:
        """Number of faults found so far."""
        return self._total

    def is_rejected(self, field: str, index: int | None) -> bool:
        """Tell whether the checkpoint at a place was found not to be the log's."""
        return (field, index) in self._rejected

    def first_faulty(self, first: int, last: int) -> int | None:
        """Give the first index of a range at which a fault of a known place was found so far."""
        at = bisect_left(self._indexes, first)
        return self._indexes[at] if at < len(self._indexes) and self._indexes[at] <= last else None

    def count(self, level: str, what: str, number: int = 1) -> None:
        """Add to the number of things checked."""
        self.checked.setdefault(level, Counter())[what] += number

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        self._total += 1
        if fault.code in ("checkpoint", "origin"):
            self._rejected.add((fault.field, fault.index))
        if fault.index is not None and not fault.somewhere and len(self._indexes) < MAX_FAULTS:
            insort(self._indexes, fault.index)
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(fault)
        elif _order(fault) < _order(self._faults[-1]):
            self._faults[-1] = fault

    def fault(  # noqa: PLR0913 - a fault has that many parts
        self,
        code: str,
        index: int | None,
        field: str,
        expected: object,
        found: object,
        *,
        level: str = "L1",
        note: str = "",
        last_index: int | None = None,
        somewhere: bool = False,
    ) -> None:
        """Add a fault from its parts; bytes are shown in hex, a range of one index as that index."""
        last = None if last_index == index else last_index
        self.add(
            Fault(
                code=code,
                index=index,
                field=field,
                expected=shown(expected),
                found=shown(found),
                level=level,
                note=note,
                last_index=last,
                somewhere=somewhere and last is not None,
            )
        )

    def note(self, code: str, **params: object) -> None:
        """Add a note: true, worth saying, no fault."""
        self._notes.append(Remark(code=code, params=params))

    def leave_open(self, code: str, **params: object) -> None:
        """Say what the verdict would need and could not be had: no better than inconclusive (R1)."""
        self._open.append(Remark(code=code, params=params))

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

    def not_checked(self, code: str, **params: object) -> None:
        """Say what was not checked, where the verdict does not rest on it (R3)."""
        self._not_checked.append(Remark(code=code, params=params))

    def report(self, *, list_all: bool = False) -> Report:
        """Close the collection."""
        for (seen, weighs), paths in self._lacks.items():
            names = list(dict.fromkeys(paths))
            say = self.leave_open if weighs else self.not_checked
            say(seen, count=len(names), first=names[0])
        self._lacks.clear()
        order = sorted(self._faults, key=_order)
        return Report(
            kind=self.kind, location=self.location, origin=self.origin, size=self.size,
            root=None if self.root is None else self.root.hex(),
            genesis=None if self.genesis is None else self.genesis.hex(),
            log_key=self.log_key, anchored=self.anchored,
            checked={level: dict(self.checked[level]) for level in sorted(self.checked)},
            faults=tuple(order), faults_total=self._total, notes=tuple(self._notes),
            open=tuple(self._open), not_checked=tuple(self._not_checked), list_all=list_all, since=self.since,
            checkpoint=None if self.checkpoint is None or self._total else self.checkpoint.decode("utf-8", "replace"),
        )  # fmt: skip


def _order(fault: Fault) -> tuple[bool, bool, int]:
    return fault.index is None, fault.somewhere, fault.index or 0


def shown(value: object) -> str:
    """Give a value as a fault keeps it: bytes in hex, and nothing without bound."""
    text = bytes(value).hex() if isinstance(value, bytes | bytearray) else str(value)
    return text if len(text) <= MAX_KEPT else text[:MAX_KEPT] + "…"
