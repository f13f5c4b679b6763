"""Kinds of findings by code: the verdict of each, and whether it is permanent."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from constancia.verify.report.printable import printable

INTACT: Final = 0
ALTERED: Final = 1
INCONCLUSIVE: Final = 2
UNREACHABLE: Final = 3

# Worst first. Unreachable outweighs inconclusive, because then nothing is known at all.
_ORDER: Final = (ALTERED, UNREACHABLE, INCONCLUSIVE, INTACT)
_TIME: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "constancia/monitor-findings@v1")


class FindingKind(NamedTuple):
    """The exit code of a finding while it lasts, and whether it is permanent."""

    outcome: int
    for_ever: bool = False


KINDS: Final[Mapping[str, FindingKind]] = {
    # The log's own key contradicted itself: there is a proof, and it is permanent.
    "fork": FindingKind(ALTERED, for_ever=True),
    "split-view": FindingKind(ALTERED, for_ever=True),
    "seen": FindingKind(ALTERED, for_ever=True),
    # The served log is not the one that was verified.
    "rollback": FindingKind(ALTERED),
    "withheld": FindingKind(ALTERED),
    "faulty": FindingKind(ALTERED),
    "checkpoint": FindingKind(ALTERED),
    "origin": FindingKind(ALTERED),
    # Something that the verdict needs is missing.
    "log-key": FindingKind(INCONCLUSIVE),
    "behind": FindingKind(INCONCLUSIVE),
    "unwitnessed": FindingKind(INCONCLUSIVE),
    "stale": FindingKind(INCONCLUSIVE),
    "inconclusive": FindingKind(INCONCLUSIVE),
    "receipt": FindingKind(INCONCLUSIVE),
    # The log could not be fetched.
    "unreachable": FindingKind(UNREACHABLE),
    "certificate": FindingKind(UNREACHABLE),
    "unreadable": FindingKind(UNREACHABLE),
    # Only informative: does not affect the verdict.
    "peer": FindingKind(INTACT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFinding:
    """One finding about one log.

    Args:
        code: A code of `KINDS`.
        key: Distinguishes findings of one code; the same each time the same thing is found.
        params: Parameters of the sentence; JSON values.
        evidence: Name of the proof's file.
    """

    code: str
    key: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: str | None = None

    def __post_init__(self) -> None:
        """Clean foreign text before storing: a feed, a metric or a terminal reads it later, and refuses or obeys."""
        object.__setattr__(self, "key", printable(self.key))
        object.__setattr__(self, "evidence", None if self.evidence is None else printable(self.evidence))
        object.__setattr__(self, "params", {name: _clean(value) for name, value in self.params.items()})

    @property
    def identity(self) -> tuple[str, str]:
        """Code and key; identify a finding."""
        return self.code, self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """A line of the journal: a finding began or ended. `at` is RFC 3339 UTC, whole seconds."""

    at: str
    is_found: bool
    url: str
    origin: str
    finding: LogFinding

    def __post_init__(self) -> None:
        """Clean what the log says of itself, as `LogFinding` does."""
        object.__setattr__(self, "origin", printable(self.origin))

    @property
    def urn(self) -> str:
        """A stable identifier for feeds."""
        parts = (self.url, self.origin, *self.finding.identity, self.at, "found" if self.is_found else "cleared")
        return uuid.uuid5(_NAMESPACE, "\n".join(parts)).urn

    def to_json(self) -> dict[str, Any]:
        """Return the line's members."""
        finding = self.finding
        return {
            "at": self.at,
            "code": finding.code,
            "event": "found" if self.is_found else "cleared",
            "evidence": finding.evidence,
            "key": finding.key,
            "origin": self.origin,
            "params": dict(finding.params),
            "url": self.url,
        }


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {printable(name): _clean(item) for name, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list | tuple) else value


def is_time(text: str) -> bool:
    """Tell whether a text is a time as the monitor writes it: RFC 3339 UTC, in whole seconds."""
    return _TIME.fullmatch(text) is not None


def event_of(item: Mapping[str, Any]) -> JournalLine:
    """Parse the members of a journal line.

    Raises:
        ValueError, KeyError, TypeError: One is missing or of another form: a feed or a metric would refuse it later.
    """
    for name in ("at", "code", "event", "key", "origin", "url"):
        if not isinstance(item[name], str):
            raise TypeError(f"{name}: text is expected")
    item["url"].encode()  # half of a surrogate pair can't be written again
    if item["event"] not in ("found", "cleared") or not is_time(item["at"]):
        raise ValueError("a finding begins or ends at a time")
    if not isinstance(item["params"], Mapping) or not isinstance(item["evidence"], str | None):
        raise TypeError("params: an object is expected; evidence: a name or null")
    finding = LogFinding(code=item["code"], key=item["key"], params=item["params"], evidence=item["evidence"])
    return JournalLine(
        at=item["at"], is_found=item["event"] == "found", url=item["url"], origin=item["origin"], finding=finding
    )


def worst(outcomes: Iterable[int]) -> int:
    """Return the worst outcome: altered, then unreachable, then inconclusive, then intact."""
    return min(outcomes, key=_ORDER.index, default=INTACT)


def outcome_of(findings: Iterable[LogFinding]) -> int:
    """Return the combined outcome of findings."""
    return worst(KINDS[finding.code].outcome for finding in findings)
