"""The output files of a monitor: heads, feeds and metrics, written atomically after every pass over the logs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from constancia.api.text.i18n import LANGUAGES
from constancia.ledger.disk.durable import write_file
from constancia.ledger.monitor.settings import Peer
from constancia.ledger.monitor.signed_heads import HeadsDocument, Told, format_heads
from constancia.ledger.monitor.watch_folder import LogFolder

HEADS_NAME: Final = "heads.json"
METRICS_NAME: Final = "metrics.prom"
FEED_NAMES: Final = {lang: f"findings.{lang}.atom" for lang in LANGUAGES}


def write_outputs(root: Path, folders: Sequence[LogFolder], name: str, heads: Path | None = None) -> bool:
    """Write all of them into the monitor's folder.

    Args:
        root: The monitor's folder.
        folders: The logs.
        name: The name of this monitor.
        heads: Another path for the heads, such as a web server's folder.

    Returns:
        Whether the extra `monitor` is installed, without which there are neither feeds nor metrics.
    """
    document = heads_document(folders)
    for path in (root / HEADS_NAME, heads):
        if path is not None:
            write_file(path, document)
    try:
        from constancia.api.monitor.feed import atom  # noqa: PLC0415 - an extra
        from constancia.api.monitor.metrics import metrics  # noqa: PLC0415 - an extra
    except ImportError:
        return False
    events = [event for folder in folders for event in folder.events]
    for lang, file in FEED_NAMES.items():
        write_file(root / file, atom(events, name, lang))
    write_file(root / METRICS_NAME, metrics(folders))
    return True


def heads_document(folders: Sequence[LogFolder]) -> bytes:
    """Return the heads document: what these logs showed this monitor, for others to compare."""
    heads = []
    for folder in folders:
        state = folder.state
        for note, verified in ((state.verified, True), (state.pending, False)):
            if note is not None:
                at = (state.verified_at if verified else state.last_round) or ""
                heads.append(Told(origin=state.origin, url=state.url, note=note.encode(), verified=verified, at=at))
    proofs = {proof for folder in folders for proof in folder.proofs()}
    return format_heads(heads, sorted(proofs))


def siblings(folders: Sequence[LogFolder], url: str) -> list[Peer]:
    """Return what this monitor saw at its other addresses: for the same log they count as peers."""
    notes = [(folder.state.url, folder.state.verified) for folder in folders if folder.state.url != url]
    return [Peer(name=name, heads=HeadsDocument(notes=(note.encode(),))) for name, note in notes if note is not None]
