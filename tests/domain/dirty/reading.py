"""What the oracle reads of statements by its own means: digests, dates, scopes. Nothing of `domain/` is used here."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]
EDITION = 3  # of the law that is played
WEEK = timedelta(days=7)
FIRST_DAY, LAST_DAY = date.min, date.max
# How grave a change of scope is, the mildest first.
GRAVITY = ("clarification", "extension", "deferral", "reduction")


class Broken(AssertionError):
    """An invariant that an accepted act has broken."""

    def __init__(self, number: str, words: str) -> None:
        self.number = number
        super().__init__(f"invariant {number}: {words}")


def require(holds: object, number: str, words: str) -> None:
    """Raise `Broken` unless something holds."""
    if not holds:
        raise Broken(number, words)


def digest(value: object) -> str:
    """SHA-256 of canonical JSON; the tests use no numbers but integers and no keys but ASCII."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(written.encode()).hexdigest()


def agreed_digest(body: Json) -> str:
    """Digest of what parties say equally: where their knowledge comes from is no part of it."""
    return digest({name: value for name, value in body.items() if name != "provenance"})


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@dataclass(frozen=True)
class Span:
    """The days of a date, from the first possible to the last possible one; None for an open end."""

    start: date | None
    end: date | None


def _days(text: str) -> tuple[date, date]:
    parts = [int(one) for one in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    if len(parts) == 2:
        after = date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1)
        return date(parts[0], parts[1], 1), after - timedelta(days=1)
    return date(*parts), date(*parts)


def span(text: str) -> Span:
    """Read an EDTF date of the profile: a year, a month, a day, or an interval with at most one open end."""
    first, _, last = text.partition("/")
    start = None if first == ".." else _days(first)[0]
    end = None if last == ".." else _days(last or first)[1]
    return Span(start, end)


def due_instant(window: str, zone: str) -> datetime | None:
    """First instant after the last day of a window, in a zone; None where it has no end."""
    end = span(window).end
    if end is None or end == LAST_DAY:
        return None
    after = end + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_day(when: datetime, zone: str) -> date:
    return when.astimezone(ZoneInfo(zone)).date()


def scope_items(scope: Json) -> Iterator[tuple[str, str]]:
    """What a scope promises, each with its last day: what is missing afterwards was given up."""
    windows = {one["milestone"]: one["window"] for one in scope["milestones"]}
    for one in scope["milestones"]:
        yield f"milestone {one['milestone']}", one["window"]
        for name in {*one["lead"], *one.get("support", ())}:
            yield f"milestone {one['milestone']} by {name}", ".."
    for one in scope["deliverables"]:
        yield f"deliverable {one['deliverable']}", windows.get(one["milestone"], "../..")
        for name in one.get("contents", ()):
            yield f"deliverable {one['deliverable']} with {name}", ".."
    for one in scope["actions"]:
        yield f"action {one['action']}", ".."


def least_gravity(before: Json, after: Json) -> str:
    """The mildest name that a change of scope may bear, judged by what is given up, later or new."""
    old, new = dict(scope_items(before)), dict(scope_items(after))
    if old.keys() - new.keys():
        return "reduction"
    for name, window in old.items():
        ends = [span(one).end if one not in ("..", "../..") else None for one in (window, new[name])]
        if ends[0] is not None and (ends[1] is None or ends[1] > ends[0]):
            return "deferral"
    return "extension" if new.keys() - old.keys() else "clarification"
