"""The core by itself over a source: its entries and its checkpoint are read as they stand, and nothing else is."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.log import CheckedLog, check_log
from constancia.verify.core.trust import Trust
from constancia.verify.sources.source import Source, open_source
from constancia.verify.sources.zones import load_zone


class CoreInput(NamedTuple):
    """All that the core is given of a source."""

    entries: tuple[bytes, ...]
    checkpoint: bytes | None


def core_input(location: Path) -> CoreInput:
    """Read the entries, as far as they can be read, and the latest checkpoint."""
    with open_source(str(location)) as source:
        if source.store is not None:
            rows = sorted(source.store.rows(), key=lambda row: (str(type(row.position)), row.position))
            batch = source.store.last_batch()
            states = (row.state if isinstance(row.state, bytes) else str(row.state).encode() for row in rows)
            return CoreInput(tuple(states), None if batch is None else batch.note)
        return CoreInput(tuple(_published(source)), source.published.checkpoint() if source.published else None)


def _published(source: Source) -> list[bytes]:
    entries: list[bytes] = []
    with suppress(Unreadable, Malformed):
        for raw in source.entries():
            entries.append(raw)  # noqa: PERF402 - what was read before an error counts
    return entries


def by_core(given: CoreInput, trust: Trust | None) -> CheckedLog | None:
    """Verify what the core is given; None without a checkpoint, which nothing can be compared with."""
    return None if given.checkpoint is None else check_log(given.entries, given.checkpoint, trust, load_zone=load_zone)
