"""Settings of a watch, data of peers, and the time format of the monitor."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from constancia.ledger.monitor.signed_heads import HeadsDocument
from constancia.verify.audit.extensions import AuditLevel
from constancia.verify.audit.run import Level
from constancia.verify.trust.trust_folder import TrustFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSettings:
    """Settings of a watch.

    Args:
        trust_of: Returns the trust folder pinned for an origin; None if there is none.
        further: Returns the levels that see every entry (L3, L4) for one full audit, given the time.
        levels: The checks that come last in a full audit (L5), by name.
        whole_every: Interval between full audits.
        whole_up_to: Logs with at most this many entries get a full audit whenever they grow.
        max_age: Age from which a checkpoint is stale; None for no limit.
        recheck_s: Seconds before a retry if a log shows less than before: a cache may be behind.
        is_stopped: Returns whether to stop.
        wait: Sleeps for some seconds.
        workers: Threads for signatures; as many as cores by default.
    """

    trust_of: Callable[[str], TrustFolder | None]
    further: Callable[[datetime], Sequence[AuditLevel]] = lambda _: ()
    levels: Mapping[str, Level] = field(default_factory=dict)
    whole_every: timedelta = timedelta(days=1)
    whole_up_to: int = 2_048
    max_age: timedelta | None = None
    recheck_s: float = 5.0
    is_stopped: Callable[[], bool] = lambda: False
    wait: Callable[[float], None] = time.sleep
    workers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Data of a peer in this round, unchecked; `failure` if it could not be fetched."""

    name: str
    heads: HeadsDocument = field(default_factory=HeadsDocument)
    failure: str | None = None


def format_second(instant: datetime) -> str:
    """Format an instant as RFC 3339 UTC in whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_second(text: str) -> datetime:
    """Parse the output of `format_second`."""
    return datetime.fromisoformat(text)
