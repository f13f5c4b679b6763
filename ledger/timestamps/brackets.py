"""Compares the times that a log claims with the anchors that count: broken limits, and the width of the intervals.

`recorded_at` never goes back (L1), so for each anchor two places of the log decide about all entries.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from constancia.ledger.clock import format_recorded_at
from constancia.ledger.timestamps.recorded_times import RecordedTimes, UnreadTime
from constancia.ledger.timestamps.token import Stamp
from constancia.verify.core.log import CLOCK_SKEW_S
from constancia.verify.report.findings import Findings

_SKEW: Final = timedelta(seconds=CLOCK_SKEW_S)


class TimeAnchor(NamedTuple):
    """An anchor that counts: the entries below `size` existed by `stamp.time`."""

    size: int
    stamp: Stamp


class Brackets:
    """Compares the log's recording times with its anchors.

    Args:
        anchors: At least one.
        times: The recording times.
        findings: Receives faults and notes.
    """

    def __init__(self, anchors: list[TimeAnchor], times: RecordedTimes, findings: Findings) -> None:
        self._anchors = anchors
        self._times = times
        self._findings = findings

    def check(self) -> None:
        """Check the limits of all anchors; report the widest interval. Source: ours: SPEC §9."""
        try:
            self._check_recorded()
            self._tell_behind()
            self._tell_longest()
        except UnreadTime as error:
            self._findings.not_checked("time-unread", index=error.index)

    def _check_recorded(self) -> None:
        done = 0
        for anchor in sorted(self._anchors, key=lambda item: item.stamp.time + item.stamp.accuracy):
            latest = format_recorded_at(anchor.stamp.time + anchor.stamp.accuracy + _SKEW)
            first = self._times.count_until(latest)
            if max(first, done) < anchor.size:
                first = max(first, done)
                expected = f"at most {latest}, by {anchor.stamp.authority.name} over {anchor.size} entries"
                self._findings.fault(
                    "time-recorded", first, "recorded_at", expected, self._times.at(first), level="L5",
                    last_index=anchor.size - 1,
                )  # fmt: skip
                done = anchor.size

    def _tell_behind(self) -> None:
        behind = []
        for anchor in self._anchors:
            earliest = format_recorded_at(anchor.stamp.time - anchor.stamp.accuracy - _SKEW)
            covered = self._times.count_until(earliest)
            if covered > anchor.size:
                behind.append((anchor, covered))
        if behind:
            first, covered = behind[0]
            time = format_recorded_at(first.stamp.time)
            self._findings.note("time-behind", count=len(behind), size=first.size, time=time, held=covered)

    def _tell_longest(self) -> None:
        """Find the entry whose claimed time is furthest before the first anchor that covers it."""
        firsts: list[tuple[int, datetime]] = []  # sizes, and the earliest time that covers the entries below each
        for anchor in reversed(self._anchors):
            if not firsts or anchor.stamp.time < firsts[-1][1]:
                firsts.append((anchor.size, anchor.stamp.time))
        starts = [size for size, _ in firsts[1:]] + [0]
        longest = (timedelta(-1), 0, firsts[0][1])
        for start, (_, proven) in zip(starts, firsts, strict=True):
            longest = max(longest, (proven - self._times.instant(start), start, proven))
        _, index, proven = longest
        self._findings.note(
            "time-longest", index=index, recorded_at=self._times.at(index), time=format_recorded_at(proven)
        )
