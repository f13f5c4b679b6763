"""Rate limits per minute: costly requests per address, and entries per key.

- T1: writes count, and reads that may have to replay entries; files, proofs and lists are free.
- T2: a key is counted by its recorded entries, never by requests that name it: nobody can use up another's limit.
- T3: addresses are held only in memory, for two minutes at most, and no more than `MAX_NAMES` of them.
- T4: for a witness, only requests that do not advance it count: a log that submits new checkpoints is never limited.
"""

import math
import re
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Final, Literal

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import Scope

from constancia.api.http.settings import Settings

Kind = Literal["writes", "reads", "recorded", "refused"]
_IPV4: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
MAX_NAMES: Final = 10_000  # an attacker with that many addresses evades any limit per address
_NETWORK_BITS: Final = 64  # the IPv6 network of one subscriber


class Rates:
    """The counters. Safe to use from several threads.

    Args:
        settings: The operator's limits; 0 means no limit.
    """

    def __init__(self, settings: Settings) -> None:
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)
        most: dict[Kind, int] = {
            "writes": settings.writes_per_minute,
            "reads": settings.costly_reads_per_minute,
            "recorded": settings.entries_per_key_per_minute,
            "refused": settings.witness_refusals_per_minute,
        }
        self._items = {kind: RateLimitItemPerMinute(limit) for kind, limit in most.items() if limit}

    def take(self, kind: Kind, name: str) -> int | None:
        """Count one request or entry.

        Args:
            kind: The kind of limit.
            name: Address or key id.

        Returns:
            None if it was within the limit; otherwise the seconds to wait.
        """
        return self._wait(kind, name, self._limiter.hit)

    def room(self, kind: Kind, name: str, cost: int = 1) -> int | None:
        """Return the same without counting, for one or for several at once."""
        return self._wait(kind, name, partial(self._limiter.test, cost=cost))

    @property
    def names(self) -> int:
        """Number of addresses and keys in memory."""
        return len(self._storage.storage)

    def _wait(self, kind: Kind, name: str, ask: Callable[[RateLimitItem, str, str], bool]) -> int | None:
        item = self._items.get(kind)
        if item is None:
            return None
        is_full = self.names >= MAX_NAMES and item.key_for(kind, name) not in self._storage.storage
        if is_full or ask(item, kind, name):
            return None
        return max(1, math.ceil(self._limiter.get_window_stats(item, kind, name).reset_time - time.time()))

    def of_request(self, scope: Scope, *, is_costly: bool) -> int | None:
        """Count a write, or a costly read, by its client's address; as `take`."""
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            return self.take("writes", address_of_client(scope))
        return self.take("reads", address_of_client(scope)) if is_costly else None


class Attempts:
    """Requests to a witness by address: those under way, and those that did not advance it. For one event loop.

    Args:
        rates: Counts the requests that did not advance it.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._under_way: Counter[str] = Counter()

    def begin(self, address: str) -> int | None:
        """Begin a request; `end` must follow.

        Args:
            address: The client's address.

        Returns:
            None if it may begin; otherwise the seconds to wait, and it has not begun.
        """
        # Requests under way count too: otherwise a thousand would pass before the first was counted.
        wait = self._rates.room("refused", address, self._under_way[address] + 1)
        if wait is None:
            self._under_way[address] += 1
        return wait

    def end(self, address: str, *, moved: bool) -> None:
        """End a request; count it if it did not advance the witness."""
        self._under_way[address] -= 1
        if not self._under_way[address]:
            del self._under_way[address]
        if not moved:
            self._rates.take("refused", address)


def address_of_client(scope: Scope) -> str:
    """Return the client's name for counting: an IPv4 address, or the /64 network of an IPv6 one."""
    host = (scope.get("client") or ("",))[0]
    if _IPV4.fullmatch(host):  # as it is written: one with a leading zero or above 255 is no address, and a name too
        return str(host)
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS))
