"""Rollbacks and clocks that the operator has declared, for notes: the operator's own word, which proves nothing."""

from pathlib import Path

from constancia.ledger.store.address import address_in
from constancia.ledger.store.postgres.driver import postgres
from constancia.ledger.store.postgres.files import DatabaseFiles
from constancia.ledger.witnesses.rollback_records import MAX_BYTES, NAME, is_of_clock, parse_rollbacks
from constancia.verify.core.errors import Unreadable
from constancia.verify.report.findings import Findings
from constancia.verify.sources.files import Folder
from constancia.verify.sources.source import Source


def note_rollbacks(source: Source, findings: Findings) -> None:
    """Note what the operator has declared, in the published files or the ledger's folder; nothing if nothing is there.

    Args:
        source: The open source.
        findings: Where the note goes.
    """
    try:
        raw = _read(source)
        items = parse_rollbacks(raw) if raw is not None else ()
    except (ValueError, Unreadable):
        findings.not_checked("rollbacks-unread", names=NAME)
        return
    for code, chosen in (
        ("rollback-accepted", [item for item in items if not is_of_clock(item)]),
        ("clock-accepted", [item for item in items if is_of_clock(item)]),
    ):
        if chosen:
            last = chosen[-1]
            at, size, reason = last["at"][:24], last["size"], last["reason"][:400]
            findings.note(code, count=len(chosen), at=at, size=size, reason=reason)


def _read(source: Source) -> bytes | None:
    if source.store is None:
        return None if source.published is None else source.published.files.read(NAME, MAX_BYTES)
    if source.documents is None:
        return None
    address = address_in(Path(source.location))
    if address is None:
        return Folder(Path(source.location)).read(NAME, MAX_BYTES)
    with postgres().tables_in(address) as tables:
        return DatabaseFiles(tables).read(NAME, MAX_BYTES)
