"""Data of other monitors, and receipts: read from files and URLs; the caller checks them."""

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from constancia.ledger.monitor.judgements import ReceiptJudgement
from constancia.ledger.monitor.round_web import RoundWeb
from constancia.ledger.monitor.settings import Peer
from constancia.ledger.monitor.signed_heads import MAX_HEADS_BYTES, parse_heads
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.sources.files import read_file
from constancia.verify.wire.tlog_proof import MAX_PROOF_BYTES, parse_tlog_proof

HEADS_PATH: Final = "heads"


def read_peer(location: str, is_stopped: Callable[[], bool] = lambda: False) -> Peer:
    """Read another monitor's heads.

    Args:
        location: A file, or an http or https address: of the document, or of a monitor (then `/heads` is read).
        is_stopped: Returns whether to stop, with `KeyboardInterrupt`.

    Returns:
        Its data, or why they could not be fetched.
    """
    try:
        return Peer(name=location, heads=parse_heads(_read(location, is_stopped)))
    except (Unreadable, Malformed) as error:
        return Peer(name=location, failure=str(error))


def _read(location: str, is_stopped: Callable[[], bool]) -> bytes:
    if location.startswith(("http://", "https://")):
        address = location.rstrip("/")
        if not urlsplit(address).path:
            address = f"{address}/{HEADS_PATH}"
        below, _, name = address.rpartition("/")
        raw = RoundWeb(below, is_stopped).read(name, MAX_HEADS_BYTES)
    else:
        raw = read_file(Path(location), MAX_HEADS_BYTES)
    if raw is None:
        raise Unreadable("peer", location, "there is no such file")
    return raw


def read_receipt(path: Path) -> ReceiptJudgement:
    """Read a receipt.

    Raises:
        Unreadable: No such file, or not a receipt.
    """
    raw = read_file(path, MAX_PROOF_BYTES)
    try:
        if raw is None:
            raise Unreadable("receipt", str(path), "there is no such file")
        proof = parse_tlog_proof(raw)
        if proof.extra is None:
            raise Malformed("receipt", "receipt.extra", "the entry's bytes")  # noqa: TRY301 - part of its form
        origin = read_checkpoint(proof.checkpoint).origin
    except Malformed as error:
        raise Unreadable("receipt", str(path), str(error)) from error
    return ReceiptJudgement(name=path.name, proof=proof, origin=origin)
