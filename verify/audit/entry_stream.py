"""The entries of a source in order, each with the leaf hash stored for it; errors of the container are faults.

- I1: every index up to the last occurs exactly once, even if its entry is missing.
- I2: a gap is bounded: a far-off position or size is a fault, not a loop.
"""

from collections.abc import Iterator
from typing import Final

from constancia.verify.audit.entry_pass import Item
from constancia.verify.report.findings import Findings
from constancia.verify.sources.published_log import MAX_GAP, FoundFile, PublishedLog
from constancia.verify.sources.sqlite_store import BatchRow, Store
from constancia.verify.wire.merkle import HASH_BYTES, cut_hashes
from constancia.verify.wire.tiles import HASHES_PER_TILE, bundle_bytes, entries_path, tile_width, whole_entries

NO_BATCH: Final = b""  # instead of a leaf hash, past the last batch


def store_items(store: Store, findings: Findings, start: int = 0) -> Iterator[Item]:
    """Return a store's entries from an index on, with the leaf hashes of their batches."""
    recorded = _recorded_leaves(store, findings, start)
    at, rows = start, 0
    covered = True
    gaps: list[int] = []
    strays: list[object] = []
    for row in store.rows(start):
        rows += 1
        index = row.position - 1 if type(row.position) is int else -1
        if not 0 <= index - at <= MAX_GAP:
            strays.append(row.position)
            continue
        if index > at:
            _missing(findings, at, index - 1)
            gaps.append(at)
        for gap in range(at, index):
            yield Item(gap, None, next(recorded, None))
        leaf = next(recorded, NO_BATCH)
        if leaf is NO_BATCH and covered:
            covered = False
            findings.fault("entry-beyond", index, "stored_events.position", f"at most {index}", row.position)
        state = row.state
        raw = state if isinstance(state, bytes) else str(state).encode("utf-8", "surrogateescape")
        yield Item(index, raw, leaf or None, row)
        at = index + 1
    findings.count("L1", "rows", rows)
    rest = list(recorded)
    if rest:
        _missing(findings, at, at + len(rest) - 1)
        gaps.append(at)
    _place_strays(strays, gaps, at, findings)
    for number, leaf in enumerate(rest):
        yield Item(at + number, None, leaf)


def _place_strays(strays: list[object], gaps: list[int], end: int, findings: Findings) -> None:
    """Report rows with an impossible position: at the gap they left, at the row they repeat, or at the end."""
    for number, position in enumerate(strays):
        doubled = position - 1 if isinstance(position, int) and 0 < position <= end else end
        index = gaps[number] if number < len(gaps) else doubled
        findings.fault("row", index, "stored_events.position", index + 1, position)


def _recorded_leaves(store: Store, findings: Findings, start: int) -> Iterator[bytes | None]:
    at = start
    gaps: list[int] = []
    strays: list[object] = []
    for batch in store.batches(start):
        if start and type(batch.first_index) is int and batch.first_index < start:
            # It begins earlier, where it was counted; its rest, if any, comes first.
            hashes, count = _leaves_of(batch, findings)
            rest = max(0, batch.first_index + count - start)
            yield from (hashes[:count] + [None] * (count - len(hashes)))[count - rest :]
            at = start + rest
            continue
        findings.count("L1", "batches")
        if type(batch.first_index) is not int:
            strays.append(batch.first_index)
            continue
        gap = batch.first_index - at
        if gap:
            findings.fault("batch", at, "batches.first_index", at, batch.first_index)
            gaps.append(at)
            if not 0 < gap <= MAX_GAP:
                continue
            yield from (None for _ in range(gap))
        hashes, count = _leaves_of(batch, findings)
        yield from hashes[:count]
        yield from (None for _ in range(count - len(hashes)))
        at = batch.first_index + count
    # Such a batch sorts first or last, whatever it covers: its place is the gap that it left.
    for number, first_index in enumerate(strays):
        place = gaps[number] if number < len(gaps) else at
        findings.fault("batch", place, "batches.first_index", place, first_index)


def _leaves_of(batch: BatchRow, findings: Findings) -> tuple[list[bytes], int]:
    """Split a batch's leaf hashes; its size gives the number of entries, unless that is impossible."""
    packed = batch.leaf_hashes if isinstance(batch.leaf_hashes, bytes) else b""
    hashes = cut_hashes(packed)
    first = batch.first_index
    if type(batch.size) is not int or not first < batch.size <= first + len(hashes) + MAX_GAP:
        findings.fault("batch", first, "batches.size", first + len(hashes), batch.size)
        return hashes, len(hashes)
    count = batch.size - first
    if len(packed) != count * HASH_BYTES:
        expected = f"{count} leaf hashes, as many as batches.size says"
        findings.fault("batch", first, "batches.leaf_hashes", expected, f"{len(packed)} bytes")
    return hashes, count


def published_items(published: PublishedLog, size: int, findings: Findings, start: int = 0) -> Iterator[Item]:
    """Return a published log's entries from an index on, with the hashes of the level-0 tiles."""
    listed = published.documents() is not None
    there = min(size, published.extent()) if listed else size
    if there < size:
        path = entries_path(there // HASHES_PER_TILE, tile_width(0, there // HASHES_PER_TILE, size))
        findings.fault("bundle-missing", there, path, "an entry bundle", "no file", last_index=size - 1)
    for number, bundle, tile in published.bundles(there, start) if there > start else ():
        first = number * HASHES_PER_TILE
        width = tile_width(0, number, there)
        if bundle.data is None and not listed:
            # Over a network the extent is unknown: the first missing file ends the reading.
            findings.fault("bundle-missing", first, bundle.path, "an entry bundle", "no file", last_index=size - 1)
            return
        entries = _bundle_entries(bundle, first, width, findings)
        leaves = _tile_hashes(tile, first, width, findings)
        yield from (Item(first + i, entries[i], leaves[i]) for i in range(max(0, start - first), width))


def _bundle_entries(found: FoundFile, first: int, width: int, findings: Findings) -> list[bytes | None]:
    last = first + width - 1
    if found.data is None:
        findings.fault("bundle-missing", first, found.path, "an entry bundle", "no file", last_index=last)
        return [None] * width
    findings.count("L1", "bundles")
    whole = whole_entries(found.data)
    exact = f".p/{width}" in found.path or width == HASHES_PER_TILE
    if bundle_bytes(whole) != len(found.data) or len(whole) < width or (exact and len(whole) > width):
        at = first + min(len(whole), width - 1)
        counted = f"{len(whole)} in {len(found.data)} bytes"
        findings.fault("bundle", at, found.path, f"{width} whole entries", counted)
    return [*whole[:width], *[None] * (width - len(whole))]


def _tile_hashes(found: FoundFile, first: int, width: int, findings: Findings) -> list[bytes | None]:
    if found.data is None:
        findings.fault("tile-missing", first, found.path, "a tile", "no file", last_index=first + width - 1)
        return [None] * width
    findings.count("L1", "tiles")
    exact = f".p/{width}" in found.path or width == HASHES_PER_TILE
    if len(found.data) < width * HASH_BYTES or (exact and len(found.data) != width * HASH_BYTES):
        at = first + min(len(found.data) // HASH_BYTES, width - 1)
        findings.fault("tile", at, found.path, f"{width} hashes", f"{len(found.data)} bytes")
    hashes = cut_hashes(found.data)
    return [*hashes[:width], *[None] * (width - len(hashes))]


def _missing(findings: Findings, first: int, last: int) -> None:
    findings.fault("entry-missing", first, "stored_events", f"position {first + 1}", "no row", last_index=last)
