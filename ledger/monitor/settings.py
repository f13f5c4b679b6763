"""How to watch, what peers tell, and times as the monitor writes them."""

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
    """How to watch.

    Args:
        trust_of: Gives what is pinned for an origin; None if nothing is.
        further: Makes the levels that see every entry (L3, L4) for one whole audit, given the time.
        levels: The checks that come last in a whole audit (L5), by their names.
        whole_every: Time after which everything is audited again.
        whole_up_to: A log of at most so many entries is audited whole whenever it has grown.
        max_age: Age from which a checkpoint is stale; None to let it be as old as it is.
        recheck_s: Seconds to wait before a log that shows less than before is asked again: a cache may be behind.
        is_stopped: Whether to break off.
        wait: Waits some seconds.
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
    """What a peer told in this round, unchecked; `failure` where nothing could be had."""

    name: str
    told: HeadsDocument = field(default_factory=HeadsDocument)
    failure: str | None = None


def format_second(instant: datetime) -> str:
    """Write an instant as RFC 3339 UTC in whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_second(text: str) -> datetime:
    """Read what `format_second` wrote."""
    return datetime.fromisoformat(text)
