"""Rows of projections and derived facts, computed once for the same size and day, for all pages that show them.

A row is a function of the state and the day (`views/projections`), so that nothing else belongs to the key.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from starlette.requests import Request

from constancia.domain.facts.derive import DerivedFact
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading

_READINGS: Final = 3  # sizes and days whose rows stay; the present is one of them
_FACTS: Final = "#facts"
T = TypeVar("T")


class RowsCache:
    """Safe to use from several threads; two that ask at once may both compute, and get equal rows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: OrderedDict[tuple[Any, ...], dict[str, object]] = OrderedDict()

    def rows(self, reading: Reading, name: str) -> list[Row]:
        """Give all rows of a projection as of a reading; shared, and not to be changed."""
        return self.once(reading, name, lambda: reading.rows(name))

    def facts(self, reading: Reading) -> tuple[DerivedFact, ...]:
        """Give the derived facts as of a reading."""
        return self.once(reading, _FACTS, reading.facts)

    def once(self, reading: Reading, name: str, compute: Callable[[], T]) -> T:
        """Give what is computed from a reading, once; shared, and not to be changed.

        Args:
            reading: The reading.
            name: What it is; a projection's, or one with a `#`.
            compute: Computes it.
        """
        as_of = reading.as_of
        key = (as_of.size, as_of.first, as_of.last, as_of.day)
        with self._lock:
            known = self._readings.setdefault(key, {})
            self._readings.move_to_end(key)
            while len(self._readings) > _READINGS:
                self._readings.popitem(last=False)
            if name in known:
                return cast("T", known[name])
        computed = compute()
        with self._lock:
            known[name] = computed
        return computed


def rows_cache_of(request: Request) -> RowsCache:
    """Give the application's cache."""
    cache: RowsCache = request.app.state.rows_cache
    return cache
