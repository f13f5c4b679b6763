"""The entries of a source in order, each with the leaf hash stored for it; errors of the container are faults.

- I1: every index up to the last occurs exactly once, even if its entry is missing.
- I2: a gap is bounded: a far-off position or size is a fault, not a loop.
"""

from collections.abc import Iterator
from typing import Final

from constancia.verify.audit.entry_pass import LogPosition
from constancia.verify.report.findings import Findings
from constancia.verify.sources.published_log import MAX_GAP, FoundFile, PublishedLog
from constancia.verify.sources.sqlite_store import BatchRow, Store
from constancia.verify.sources.transit import as_sent
from constancia.verify.wire.merkle import HASH_BYTES, cut_hashes, hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, bundle_bytes, tile_width, whole_entries

NO_BATCH: Final = b""  # instead of a leaf hash, past the last batch


def store_items(store: Store, findings: Findings, start: int = 0) -> Iterator[LogPosition]:
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
            yield LogPosition(gap, None, next(recorded, None))
        leaf = next(recorded, NO_BATCH)
        if leaf is NO_BATCH and covered:
            covered = False
            findings.fault("entry-beyond", index, "stored_events.position", f"at most {index}", row.position)
        state = row.state
        raw = state if isinstance(state, bytes) else str(state).encode("utf-8", "surrogateescape")
        yield LogPosition(index, raw, leaf or None, row)
        at = index + 1
    findings.count("L1", "rows", rows)
    rest = list(recorded)
    if rest:
        _missing(findings, at, at + len(rest) - 1)
        gaps.append(at)
    _place_strays(strays, gaps, at, findings)
    for number, leaf in enumerate(rest):
        yield LogPosition(at + number, None, leaf)


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


def published_items(published: PublishedLog, size: int, findings: Findings, start: int = 0) -> Iterator[LogPosition]:
    """Give a published log's entries from an index on, with the hashes of the level-0 tiles.

    The first entry that can't be had ends it: what comes after could not be judged by what came before.
    """
    for number, bundle, tile in published.bundles(size, start) if size > start else ():
        first = number * HASHES_PER_TILE
        width = tile_width(0, number, size)
        entries = _bundle_entries(bundle, width, findings)
        leaves = _tile_hashes(tile, width, entries, findings)
        for i in range(max(0, start - first), min(width, len(entries))):
            yield LogPosition(first + i, entries[i], leaves[i])
        if len(entries) < width:
            findings.end(max(start, first + len(entries)))
            return


def _bundle_entries(file: FoundFile, width: int, findings: Findings) -> list[bytes]:
    """Give the whole entries that a bundle begins with, and say how it differs from one of just so many."""
    if file.data is None:
        findings.lack(file.why, file.path)
        return []
    findings.count("L1", "bundles")
    is_exact = f".p/{width}" in file.path or width == HASHES_PER_TILE

    def seen_in(data: bytes) -> str | None:
        whole = whole_entries(data)
        if len(whole) < width:
            return "short"
        return "added" if bundle_bytes(whole) != len(data) or (is_exact and len(whole) > width) else None

    data, seen = as_sent(file.data, seen_in)
    if seen is not None:
        findings.lack(seen, file.path)
    return whole_entries(data)[:width]


def _tile_hashes(file: FoundFile, width: int, entries: list[bytes], findings: Findings) -> list[bytes | None]:
    if file.data is None:
        findings.lack(file.why, file.path)
        return [None] * width
    findings.count("L1", "tiles")
    is_exact = f".p/{width}" in file.path or width == HASHES_PER_TILE

    def seen_in(data: bytes) -> str | None:
        if len(data) < width * HASH_BYTES:
            return "short"
        return "added" if is_exact and len(data) != width * HASH_BYTES else None

    data, seen = as_sent(file.data, seen_in)
    if seen == "changed" and cut_hashes(data)[: len(entries)] != [hash_leaf(entry) for entry in entries]:
        data, seen = file.data, seen_in(file.data)  # a byte more or less, and a CR LF by chance
    if seen is not None:
        findings.lack(seen, file.path)
    hashes = cut_hashes(data)
    return [*hashes[:width], *[None] * (width - len(hashes))]


def _missing(findings: Findings, first: int, last: int) -> None:
    findings.fault("entry-missing", first, "stored_events", f"position {first + 1}", "no row", last_index=last)
