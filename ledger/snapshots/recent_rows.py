"""Aggregates that were stored or read lately, so that they are not read once more."""

import threading
from collections.abc import Mapping
from typing import Final

from constancia.domain.kernel.aggregate import Aggregate

# Aggregates in memory: up to twice as many.
_AT_HAND: Final = 65_536

Row = tuple[int, Aggregate]


class RecentRows:
    """Rows of the largest size that were read or stored lately, by stream. Those not asked for are let go of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._young: dict[str, Row] = {}
        self._old: dict[str, Row] = {}

    def get(self, stream: str) -> Row | None:
        """Give a stream's row; None where it is not at hand."""
        with self._lock:
            row = self._young.get(stream)
            if row is None and (row := self._old.get(stream)) is not None:
                self._young[stream] = row
            return row

    def update(self, rows: Mapping[str, Row]) -> None:
        """Take in rows: those of a later size in place of earlier ones."""
        with self._lock:
            if len(self._young) > _AT_HAND:
                self._old, self._young = self._young, {}
            self._young.update(rows)
