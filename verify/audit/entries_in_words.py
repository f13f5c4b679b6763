"""What a report shows of entries in words: as they are now, and as another copy at hand has them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.report.acts import NAMING
from constancia.verify.report.findings import EntryInWords, Findings
from constancia.verify.sources.published_log import MAX_BUNDLE_BYTES, had
from constancia.verify.sources.source import Source
from constancia.verify.sources.transit import parse_any, text_of
from constancia.verify.wire.merkle import hash_leaf
from constancia.verify.wire.tiles import HASHES_PER_TILE, whole_entries

MAX_DESCRIBED: Final = 12  # entries that a report shows


def describe(source: Source, findings: Findings, size: int, other: Source | None) -> None:
    """Add to the findings what the entries say at which something is wrong.

    Args:
        source: The source that was audited.
        findings: Receives the entries, by index, and the names that entry 0 gives.
        size: The source's size.
        other: Another copy, to compare with; None if there is none.
    """
    is_here = source.kind != "url"  # an address is not asked for more than the audit needs
    if is_here and not findings.names.known and (genesis := _object(_entry(source, 0, size))) is not None:
        take_names(findings, genesis)  # after a pass that went on from an earlier one
    if other is not None and other.claimed_origin() != source.claimed_origin():
        other = None  # of another ledger: there is nothing to compare
    for index in findings.faulty(MAX_DESCRIBED):
        raw, recorded = _entry(source, index, size), findings.expected_leaf(index)
        versions = [bytes_ for bytes_ in _versions(source, index, other) if bytes_ != raw]
        signed = next((bytes_ for bytes_ in versions if hash_leaf(bytes_).hex() == recorded), None)
        best = signed or next(iter(versions), None)
        shown = EntryInWords(index=index, entry=_object(raw), other=_object(best), is_signed=signed is not None)
        findings.altered.append(shown)


def take_names(findings: Findings, entry: Mapping[str, Any]) -> None:
    """Note the names that an entry gives, whatever its form."""
    statement = entry.get("statement")
    if isinstance(statement, Mapping) and isinstance(statement.get("body"), Mapping):
        type_name = statement.get("type")
        if type_name in NAMING:
            findings.names.take(str(type_name), statement["body"])


def _entry(source: Source, index: int, size: int) -> bytes | None:
    with suppress(Unreadable, Malformed):
        raw = source.entry(index, size)
        return raw if isinstance(raw, bytes) and len(raw) <= MAX_ENTRY_BYTES else None
    return None


def _versions(source: Source, index: int, other: Source | None) -> Iterator[bytes]:
    """Yield an entry's bytes as the files next to a store, wider and narrower bundles, and another copy have them."""
    for place in (source, other):
        if place is None:
            continue
        if place is other and place.store is not None:
            yield from filter(None, [_entry(place, index, 0)])
        yield from _published(place, index)


def _published(source: Source, index: int) -> Iterator[bytes]:
    published = source.published
    if published is None or source.kind == "url":
        return
    number, at = divmod(index, HASHES_PER_TILE)
    with suppress(Unreadable, Malformed):
        files = [file for file in published.tile_files() if file.level is None and file.number == number]
        for file in files:
            data = published.at(file.path, MAX_BUNDLE_BYTES).data
            entries = [] if data is None else whole_entries(data)
            if at < len(entries):
                yield entries[at]


def size_of(source: Source) -> int:
    """Give the size that a source claims; 0 where it claims none that can be read."""
    if source.store is not None:
        return source.store.count()
    raw = had(source.published.checkpoint)[0] if source.published is not None else None
    with suppress(Malformed):
        return 0 if raw is None else read_checkpoint(raw).size
    return 0


def _object(raw: bytes | None) -> Mapping[str, Any] | None:
    """Give a JSON object from bytes of any form; None where they are none."""
    text = None if raw is None else text_of(raw)
    with suppress(Malformed):
        value = None if text is None else parse_any(text)
        return value if isinstance(value, Mapping) else None
    return None
