"""How often one address may ask for what costs, and how often one key may be recorded, within a minute.

- T1: what counts is a write, and a read that may have to replay entries; files, proofs and lists are free.
- T2: a key is counted by what was recorded of it, never by what names it: nobody can use up another's share.
- T3: addresses are held in memory alone, for two minutes at most, and no more than `MAX_NAMES` of them.
- T4: of a witness, what counts is a request that does not move it on: no log is held up that hands in its growth.
"""

import math
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
from constancia.ledger.views.projections import STATE_PROJECTIONS

Kind = Literal["writes", "reads", "recorded", "refused"]
MAX_NAMES: Final = 10_000  # whoever has that many addresses passes any limit for each of them
_REPLAYS: Final = ("/api/v1/state", "/api/v1/derived")
_PAGES: Final = ("/es/", "/en/", *(f"/api/v1/{projection.name}" for projection in STATE_PROJECTIONS))
_PAST: Final = (b"size=", b"at=")
_NETWORK_BITS: Final = 64  # what one subscriber has of IPv6


class Rates:
    """Counts. Safe to use from several threads.

    Args:
        settings: The operator's limits; 0 stands for none.
    """

    def __init__(self, settings: Settings) -> None:
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)
        self._most: dict[Kind, int] = {
            "writes": settings.writes_per_minute,
            "reads": settings.costly_reads_per_minute,
            "recorded": settings.entries_per_key_per_minute,
            "refused": settings.witness_refusals_per_minute,
        }

    def take(self, kind: Kind, name: str) -> int | None:
        """Count one.

        Args:
            kind: What is counted.
            name: Address or key id.

        Returns:
            None if that was within the limit; else after how many seconds there is room again.
        """
        return self._wait(kind, name, self._limiter.hit)

    def room(self, kind: Kind, name: str, cost: int = 1) -> int | None:
        """Tell the same without counting, for one or for several at once."""
        return self._wait(kind, name, partial(self._limiter.test, cost=cost))

    @property
    def names(self) -> int:
        """How many addresses and keys are held."""
        return len(self._storage.storage)

    def _wait(self, kind: Kind, name: str, ask: Callable[[RateLimitItem, str, str], bool]) -> int | None:
        most = self._most[kind]
        item = RateLimitItemPerMinute(max(most, 1))
        is_full = self.names >= MAX_NAMES and item.key_for(kind, name) not in self._storage.storage
        if not most or is_full or ask(item, kind, name):
            return None
        return max(1, math.ceil(self._limiter.get_window_stats(item, kind, name).reset_time - time.time()))

    def of_request(self, scope: Scope) -> int | None:
        """Count a request by the address that it comes from, if it is of those that cost; as `take`."""
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            return self.take("writes", address_of_client(scope))
        return self.take("reads", address_of_client(scope)) if may_replay(scope) else None


class Attempts:
    """Requests to a witness by address: what is under way, and what did not move it on. For one event loop.

    Args:
        rates: Counts what did not move it on.
    """

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._under_way: Counter[str] = Counter()

    def begin(self, address: str) -> int | None:
        """Let a request begin, which `end` must then end.

        Args:
            address: Where it comes from.

        Returns:
            None if it may; else after how many seconds it may, and it has not begun.
        """
        # All that is under way may come to nothing: else a thousand requests would pass before the first was counted.
        wait = self._rates.room("refused", address, self._under_way[address] + 1)
        if wait is None:
            self._under_way[address] += 1
        return wait

    def end(self, address: str, *, moved: bool) -> None:
        """End a request that began; count it if it did not move the witness on."""
        self._under_way[address] -= 1
        if not self._under_way[address]:
            del self._under_way[address]
        if not moved:
            self._rates.take("refused", address)


def may_replay(scope: Scope) -> bool:
    """Tell whether a read may have to replay entries: the state, what follows from it, pages and lists of the past."""
    path: str = scope["path"]
    is_past = any(one.startswith(_PAST) for one in scope["query_string"].split(b"&"))
    return path in _REPLAYS or (is_past and path.startswith(_PAGES))


def address_of_client(scope: Scope) -> str:
    """Name who asks: an IPv4 address, or the network of an IPv6 one."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS))
