"""What one party may put into the log and onto the disk in a day, so that it can't fill them for the others.

- Q1: a party is counted by what was recorded in its name, never by requests that only claim it.
- Q2: a day is the ledger's own, and what a party recorded on it can be counted again by anybody who reads the log.
- Q3: the party's root has room beyond it, so that a party whose key is flooding the log can still revoke that key.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response

from constancia.api.http.problems import from_ledger, problem
from constancia.api.http.settings import Settings
from constancia.domain.values.calendar import parse_instant, zone
from constancia.ledger.errors import Busy
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.statement import Statement
from constancia.verify.speed.entry_patterns import read_entry

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_READ_AT_ONCE: Final = 256
_FOR_THE_ROOT: Final = 10  # a root may go beyond the quota by one part in ten


class Quotas:
    """Counts by party what was recorded today, in entries and in bytes. Used on one event loop.

    Documents are counted when their bytes come; a server that was started again knows of none that came before.

    Args:
        ledger: What is recorded in; its entries of today are counted when the first statement comes.
        settings: The operator's limits; 0 means no limit.
    """

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._most = {"entries": settings.entries_per_party_per_day, "bytes": settings.bytes_per_party_per_day}
        self._zone: ZoneInfo | None = None  # genesis names it, and nothing changes it
        self._day = ""
        self._within = (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))  # that day's two midnights
        self._used: Counter[tuple[str, str]] = Counter()
        self._read = 0  # the log's size when the day was begun: what is before is in the counts, or of another day
        # What has not been answered yet. It is apart from what was recorded: a request that only claims a party can
        # delay that party for as long as it is under way, and never uses up its day (Q1).
        self._under_way: Counter[tuple[str, str]] = Counter()

    def entry_refused(self, request: Request, statement: Statement) -> Response | None:
        """Return the problem document where a statement's party has no room left today, else None.

        It is to come again (`E_BUSY`) where there is room only if what is under way for this party is refused.
        """
        party = statement.actor.get("party")
        if party is None:
            return None
        room_beyond = _FOR_THE_ROOT if statement.actor["capacity"] == "root" else 0
        self._begin_day()
        refusals = (self._refused(request, party, each, room_beyond) for each in _of(statement))
        return next((refused for refused in refusals if refused is not None), None)

    def document_refused(self, request: Request, party: str, size: int) -> Response | None:
        """Return the problem document where a document of so many bytes is too much for a party today, else None."""
        self._begin_day()
        return self._refused(request, party, ("bytes", size), 0)

    def count_entry(self, entry: Entry) -> None:
        """Count a recorded entry, once: not where the day was begun after it was recorded."""
        self._begin_day()
        if entry.index >= self._read:
            self._count(entry)

    @contextmanager
    def room_for(self, statement: Statement) -> Iterator[None]:
        """Reserve a statement's room within the block, which counts what was recorded before it ends."""
        party = str(statement.actor.get("party"))
        for unit, amount in _of(statement):
            self._under_way[party, unit] += amount
        try:
            yield
        finally:
            for unit, amount in _of(statement):
                self._under_way[party, unit] -= amount
                if not self._under_way[party, unit]:
                    del self._under_way[party, unit]  # anybody can name a party

    def count_document(self, party: str, size: int) -> None:
        """Count the bytes of a document that came for an entry of this party."""
        self._begin_day()
        self._used[party, "bytes"] += size

    def _refused(self, request: Request, party: str, more: tuple[str, int], room_beyond: int) -> Response | None:
        unit, amount = more
        most = self._most[unit]
        if not most:
            return None
        used = self._used[party, unit]
        left = most + (most // room_beyond if room_beyond else 0) - used - amount
        if 0 <= left < self._under_way[party, unit]:
            busy = Busy("statements of this party are under way; send the same bytes again", retry_after_s=1)
            return from_ledger(busy, request.url.path)
        if left >= 0:
            return None
        rule = f"party {party} has recorded {used} {unit} today, and may record {most} in a day of the ledger"
        judged: dict[str, Any] = {"most": most, "party": party, "retry_after_s": self._until_tomorrow()}
        judged |= {"unit": unit, "used": used}
        headers = {"Retry-After": str(judged["retry_after_s"])}
        return problem("E_QUOTA", rule, judged_against=judged, headers=headers, instance=request.url.path)

    def _now(self) -> datetime:
        if self._zone is None and self._ledger.size:
            self._zone = zone(self._ledger.state().timezone)
        return self._ledger.clock.now().astimezone(self._zone or UTC)

    def _until_tomorrow(self) -> int:
        now = self._now()
        return max(1, int(_midnight(now, 1).timestamp() - now.timestamp()) + 1)

    def _begin_day(self) -> None:
        """Begin to count again with the first statement of a day, from what the log says of it."""
        if not any(self._most.values()):
            return
        begun, ended = self._within
        if begun <= self._ledger.clock.now() < ended:
            return
        now = self._now()
        if self._zone is not None:  # an empty ledger has none yet
            self._within = (_midnight(now, 0), _midnight(now, 1))
        day = now.date().isoformat()
        if day != self._day:
            self._day = day
            self._used.clear()
            self._read = self._ledger.size
            for entry in self._entries_of(day):
                self._count(entry)

    def _count(self, entry: Entry) -> None:
        party = entry.statement.actor.get("party")
        if party is not None:
            self._used[party, "entries"] += 1
            self._used[party, "bytes"] += len(entry.raw)

    def _entries_of(self, day: str) -> Iterator[Entry]:
        """Give the entries of a day, from the log's end on backwards."""
        stop = self._read
        while stop:
            start = max(0, stop - _READ_AT_ONCE)
            for raw in reversed(list(self._ledger.log.entries(start, stop))):
                entry = read_entry(raw)
                if parse_instant(entry.recorded_at).astimezone(self._zone).date().isoformat() != day:
                    return
                yield entry
            stop = start


def _midnight(now: datetime, days: int) -> datetime:
    """Give the instant at which the day of another one begins in its zone, or one so many days after it."""
    return datetime.combine(now.date() + timedelta(days=days), time(), now.tzinfo).astimezone(UTC)


def _of(statement: Statement) -> tuple[tuple[str, int], ...]:
    """Give what a statement takes of a day, in each unit."""
    return ("entries", 1), ("bytes", len(statement.raw))
