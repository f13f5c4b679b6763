"""What entries say of their time, held to what witnesses say.

A witness signs when it saw a size: what the tree of that size holds was recorded by then, and what it does not hold
came later. But witnesses' clocks are nobody's time authority, and a witness may be shown an old checkpoint: what does
not fit is a note (SPEC §8).
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from constancia.verify.core.formats.policy import Policy
from constancia.verify.core.log import CLOCK_SKEW_S
from constancia.verify.report.findings import Findings

_RECORDED_AT: Final = re.compile(rb'"recorded_at":"([0-9T:.-]{23}Z)"')
_LAST_TIME: Final = 253_402_300_799  # the end of the year 9999: what is later is no time


class WitnessTimes:
    """When witnesses saw which sizes."""

    def __init__(self) -> None:
        self._times: dict[int, list[int]] = defaultdict(list)

    def add(self, size: int, name: str, time: int, policy: Policy, origin: str | None) -> None:
        """Add a sound cosignature's time, POSIX seconds; the log's own key is no witness."""
        if policy.witnesses[name].name != origin:
            self._times[size].append(min(time, _LAST_TIME))

    def report(self, recorded_at: Callable[[int], str | None], findings: Findings) -> None:
        """Note which entries claim to be earlier than a size without them was seen, or later than one with them.

        Args:
            recorded_at: Gives the time that the entry at an index says; None if there is none.
            findings: Where the notes go.
        """
        behind: list[dict[str, Any]] = []
        ahead: list[dict[str, Any]] = []
        for size, times in sorted(self._times.items()):
            first, last = min(times), max(times)
            said = {at: recorded_at(at) or "" for at in (size - 1, size)}
            if _posix(said[size]) < last - CLOCK_SKEW_S:
                behind.append({"size": size, "recorded_at": f"{said[size][:19]}Z", "time": _text(last)})
            if _posix(said[size - 1]) > first + CLOCK_SKEW_S:
                ahead.append({"index": size - 1, "recorded_at": f"{said[size - 1][:19]}Z", "time": _text(first)})
        if behind:
            findings.note("witness-behind", count=len(behind), **behind[0])
        if ahead:
            findings.note("witness-ahead", count=len(ahead), **ahead[0])


def recorded_at_of(raw: bytes | None) -> str | None:
    """Give the time that an entry's bytes say, unchecked; None where there is none."""
    said = None if raw is None else _RECORDED_AT.search(raw)
    return None if said is None else said[1].decode()


def _posix(recorded_at: str) -> float:
    try:
        return datetime.fromisoformat(recorded_at).timestamp()
    except ValueError:  # none, or 30 February: neither earlier nor later than anything
        return math.nan


def _text(posix: int) -> str:
    return datetime.fromtimestamp(posix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
