"""Check of the entries' claimed times against the times of witnesses.

A witness signs when it saw a size: entries below that size were recorded by then, later entries were not. But a
witness's clock is not a time authority, and a witness may receive an old checkpoint, so a mismatch is only a note
(SPEC §8).
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
_LAST_TIME: Final = 253_402_300_799  # the end of the year 9999: later times are not valid


class WitnessTimes:
    """The sizes that witnesses saw, with the times."""

    def __init__(self) -> None:
        self._times: dict[int, list[int]] = defaultdict(list)

    def add(self, size: int, name: str, time: int, policy: Policy, origin: str | None) -> None:
        """Add a valid cosignature's time, POSIX seconds; the log's own key is not a witness."""
        if policy.witnesses[name].name != origin:
            self._times[size].append(min(time, _LAST_TIME))

    def report(self, recorded_at: Callable[[int], str | None], findings: Findings) -> None:
        """Add notes: entries that claim a time before a witness saw a tree without them, or after one with them.

        Args:
            recorded_at: Returns the time that the entry at an index claims; None if there is none.
            findings: Receives the notes.
        """
        behind: list[dict[str, Any]] = []
        ahead: list[dict[str, Any]] = []
        for size, times in sorted(self._times.items()):
            first, last = min(times), max(times)
            claimed = {at: recorded_at(at) or "" for at in (size - 1, size)}
            if _posix(claimed[size]) < last - CLOCK_SKEW_S:
                behind.append({"size": size, "recorded_at": f"{claimed[size][:19]}Z", "time": _text(last)})
            if _posix(claimed[size - 1]) > first + CLOCK_SKEW_S:
                ahead.append({"index": size - 1, "recorded_at": f"{claimed[size - 1][:19]}Z", "time": _text(first)})
        if behind:
            findings.note("witness-behind", count=len(behind), **behind[0])
        if ahead:
            findings.note("witness-ahead", count=len(ahead), **ahead[0])


def recorded_at_of(raw: bytes | None) -> str | None:
    """Return the time that an entry's bytes claim, unchecked; None if there is none."""
    match = None if raw is None else _RECORDED_AT.search(raw)
    return None if match is None else match[1].decode()


def _posix(recorded_at: str) -> float:
    try:
        return datetime.fromisoformat(recorded_at).timestamp()
    except ValueError:  # none, or 30 February: not comparable
        return math.nan


def _text(posix: int) -> str:
    return datetime.fromtimestamp(posix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
