"""What a monitor can find, by code: which verdict it means, and whether it can ever pass."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from constancia.verify.report.printable import printable

INTACT: Final = 0
ALTERED: Final = 1
INCONCLUSIVE: Final = 2
UNREACHABLE: Final = 3

# Worst first. What could not be read outweighs what stays open: nothing at all is known then.
_ORDER: Final = (ALTERED, UNREACHABLE, INCONCLUSIVE, INTACT)
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "constancia/monitor-findings@v1")


class Kind(NamedTuple):
    """The exit code that a finding means while it lasts, and whether it lasts for ever."""

    outcome: int
    for_ever: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    # The log's own key contradicted itself: there is a proof, and it can't be taken back.
    "fork": Kind(ALTERED, for_ever=True),
    "split-view": Kind(ALTERED, for_ever=True),
    "seen": Kind(ALTERED, for_ever=True),
    # What is shown is not the log that was verified.
    "rollback": Kind(ALTERED),
    "withheld": Kind(ALTERED),
    "faulty": Kind(ALTERED),
    "checkpoint": Kind(ALTERED),
    "origin": Kind(ALTERED),
    # Something that a conclusion needs is missing.
    "behind": Kind(INCONCLUSIVE),
    "unwitnessed": Kind(INCONCLUSIVE),
    "stale": Kind(INCONCLUSIVE),
    "inconclusive": Kind(INCONCLUSIVE),
    "receipt": Kind(INCONCLUSIVE),
    # Nothing could be had.
    "unreachable": Kind(UNREACHABLE),
    "unreadable": Kind(UNREACHABLE),
    # Worth saying; the verdict on the log does not rest on it.
    "peer": Kind(INTACT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found about one log.

    Args:
        code: A code of `KINDS`.
        key: Tells findings of one code apart, and is the same each time the same thing is found.
        params: What the words need; JSON values.
        evidence: Name of the proof's file.
    """

    code: str
    key: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: str | None = None

    def __post_init__(self) -> None:
        """Clean foreign text before it is kept: a feed, a metric or a terminal reads it later, and refuses or obeys."""
        object.__setattr__(self, "key", printable(self.key))
        object.__setattr__(self, "params", {name: _clean(value) for name, value in self.params.items()})

    @property
    def identity(self) -> tuple[str, str]:
        """Code and key."""
        return self.code, self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of the journal: something was found, or is no longer so. `at` is RFC 3339 UTC, whole seconds."""

    at: str
    is_found: bool
    url: str
    origin: str
    finding: Finding

    def __post_init__(self) -> None:
        """Clean what the log says of itself, as `Finding` does."""
        object.__setattr__(self, "origin", printable(self.origin))

    @property
    def urn(self) -> str:
        """An identifier that is the same whenever the journal is read: for feeds."""
        parts = (self.url, self.origin, *self.finding.identity, self.at, "found" if self.is_found else "cleared")
        return uuid.uuid5(_NAMESPACE, "\n".join(parts)).urn

    def to_json(self) -> dict[str, Any]:
        """Give the line's members."""
        one = self.finding
        return {
            "at": self.at,
            "code": one.code,
            "event": "found" if self.is_found else "cleared",
            "evidence": one.evidence,
            "key": one.key,
            "origin": self.origin,
            "params": dict(one.params),
            "url": self.url,
        }


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {printable(name): _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


def event_of(item: Mapping[str, Any]) -> Event:
    """Read a line's members back."""
    finding = Finding(code=item["code"], key=item["key"], params=item["params"], evidence=item["evidence"])
    return Event(
        at=item["at"], is_found=item["event"] == "found", url=item["url"], origin=item["origin"], finding=finding
    )


def worst(outcomes: Iterable[int]) -> int:
    """Give the outcome that decides: altered, then unreachable, then inconclusive, then intact."""
    return min(outcomes, key=_ORDER.index, default=INTACT)


def outcome_of(findings: Iterable[Finding]) -> int:
    """Give what findings mean together."""
    return worst(KINDS[one.code].outcome for one in findings)
