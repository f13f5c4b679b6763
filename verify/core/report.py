"""What a check finds: faults, what was checked, what was not, and the verdict that follows.

- R1: a verdict has three values. Altered: at least one fault. Inconclusive: no fault, but something that the
  verdict needs could not be had. Intact: neither.
- R2: the first fault is the one at the lowest index. Those that lie somewhere in a range come after those whose
  place is known; those of the log as a whole come last.
- R3: what was not checked is said, with the reason; silence means that it was checked.
- R4: everything is data (codes and parameters); `constancia.verify.report` adds the words of either language.
"""

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from constancia.verify.core.errors import Malformed

MAX_FAULTS: Final = 10_000  # stored in memory; all are counted
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
    """One place (field, column, file or member) whose value is not the required one.

    Args:
        code: Stable slug.
        index: Index of the entry; None for what concerns the log as a whole.
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
    """Turn a format error into a fault at a place. The error's own code goes into the note."""
    where = field if error.where in ("$", "", field) else f"{field}: {error.where}"
    return Fault(
        code=code, index=index, field=where, expected=error.expected, found=error.found, level=level, note=error.code,
    )  # fmt: skip


class FaultList:
    """Collects what a check finds. Not thread-safe: the thread that checks owns it."""

    def __init__(self) -> None:
        self.origin: str | None = None
        self.size: int | None = None
        self.root: bytes | None = None
        self.genesis: bytes | None = None
        self.log_key: str | None = None
        self.checked: dict[str, Counter[str]] = {}
        self.notes: list[Remark] = []
        self.open: list[Remark] = []
        self.unchecked: list[Remark] = []
        self.total, self.anchored = 0, False
        self._faults: list[Fault] = []

    @property
    def faults(self) -> list[Fault]:
        """The faults that are stored, by rule R2."""
        return sorted(self._faults, key=_order)

    @property
    def verdict(self) -> Verdict:
        """The verdict, by rule R1."""
        if self.total:
            return Verdict.ALTERED
        return Verdict.INCONCLUSIVE if self.open else Verdict.INTACT

    def count(self, level: str, what: str, number: int = 1) -> None:
        """Add to the number of things checked."""
        self.checked.setdefault(level, Counter())[what] += number

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        self.total += 1
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(fault)
        elif _order(fault) < _order(self._faults[-1]):
            self._faults[-1] = fault

    def fault(  # noqa: PLR0913 - a fault has that many parts
        self, code: str, index: int | None, field: str, expected: object, found: object, *, level: str = "L1",
        note: str = "", last_index: int | None = None, somewhere: bool = False,
    ) -> None:  # fmt: skip
        """Add a fault from its parts; bytes are shown in hex, a range of one index as that index."""
        last = None if last_index == index else last_index
        self.add(Fault(
            code=code, index=index, field=field, expected=shown(expected), found=shown(found), level=level,
            note=note, last_index=last, somewhere=somewhere and last is not None,
        ))  # fmt: skip

    def note(self, code: str, **params: object) -> None:
        """Add a note: true, worth saying, no fault."""
        self.notes.append(Remark(code=code, params=params))

    def leave_open(self, code: str, **params: object) -> None:
        """Say what the verdict would need and could not be had: no better than inconclusive (R1)."""
        self.open.append(Remark(code=code, params=params))

    def not_checked(self, code: str, **params: object) -> None:
        """Say what was not checked, where the verdict does not rest on it (R3)."""
        self.unchecked.append(Remark(code=code, params=params))


def _order(fault: Fault) -> tuple[bool, bool, int]:
    return fault.index is None, fault.somewhere, fault.index or 0


def shown(value: object) -> str:
    """Give a value as a fault keeps it: bytes in hex, and nothing without bound."""
    text = bytes(value).hex() if isinstance(value, bytes | bytearray) else str(value)
    return text if len(text) <= MAX_KEPT else text[:MAX_KEPT] + "…"
