"""An earlier copy: a receipt or a checkpoint that somebody stored, compared with the log that is served now."""

import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from io import BytesIO
from typing import Final

from fastapi import Request

from constancia.ledger.ledger import Ledger
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import Checkpoint, is_signed_by, read_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, Note, parse_note
from constancia.verify.report.kinds import KINDS
from constancia.verify.sources.foreign_file import MAX_TEXT_BYTES, OURS, kind_of, kind_of_zip
from constancia.verify.sources.source import parse_receipt

MAX_UPLOAD_BYTES: Final = 4 * 1024 * 1024
FIELD: Final = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyAnswer:
    """What is said of a copy.

    Attributes:
        kind: Message id after `page.copy_`: `same`, `differs`, `ahead`, `other`, `unsigned`, `none`.
        size: How many entries the copy covers.
        origin: Of which ledger it is.
        now: How many entries this ledger has.
        seems: What the file seems to be, by language; of `none`.
    """

    kind: str
    size: int = 0
    origin: str = ""
    now: int = 0
    seems: Mapping[str, str] | None = None


async def read_upload(request: Request) -> bytes | None:
    """Read the file of a form.

    Args:
        request: The request; its body is `multipart/form-data` with a field `copy`.

    Returns:
        The file's bytes; None where there is none, or more than `MAX_UPLOAD_BYTES`.

    Source: RFC 7578; the parts are read by the standard library's MIME parser (RFC 2046).
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_UPLOAD_BYTES:
            return None
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return None
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + bytes(body), policy=HTTP)
    for part in message.walk():
        if part.get_param("name", header="content-disposition") == FIELD:
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def compared(ledger: Ledger, raw: bytes | None) -> CopyAnswer:
    """Compare a copy with the log.

    Args:
        ledger: The ledger.
        raw: A receipt, or a checkpoint; None for none.

    Returns:
        What it is. A signature that is wrong is said before anything that it signs.
    """
    try:
        note = parse_note(_checkpoint_in(raw or b""))
        checkpoint = read_checkpoint(_checkpoint_in(raw or b""))
    except Malformed:
        return CopyAnswer(kind="none", seems=None if raw is None else _seems(raw))
    kind = _kind_of(ledger, note, checkpoint)
    return CopyAnswer(kind=kind, size=checkpoint.size, origin=checkpoint.origin, now=ledger.size)


def _kind_of(ledger: Ledger, note: Note, checkpoint: Checkpoint) -> str:
    if checkpoint.origin != ledger.origin:
        return "other"
    try:
        signed = [is_signed_by(note, key) for key in ledger.log_keys]  # by each: a line that fails rejects the note
    except Malformed:
        signed = []
    if not any(signed):
        return "unsigned"
    if checkpoint.size > ledger.size:
        return "ahead"
    return "same" if ledger.log.root(checkpoint.size) == checkpoint.root else "differs"


def _seems(raw: bytes) -> Mapping[str, str] | None:
    """Say what a file seems to be in the verifier's words; None where it may be one of ours that is damaged."""
    code = kind_of_zip(BytesIO(raw), len(raw)) if raw.startswith(b"PK") else kind_of(raw[:MAX_TEXT_BYTES])
    return None if code == OURS else KINDS[code]


def _checkpoint_in(raw: bytes) -> bytes:
    """Give the checkpoint of a receipt or of a bundle; other bytes as they are."""
    if raw.startswith(b"PK"):
        broken = suppress(zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError, zlib.error)
        with broken, zipfile.ZipFile(BytesIO(raw)) as bundle, bundle.open("checkpoint") as member:
            return member.read(MAX_NOTE_BYTES)
    try:
        return parse_receipt(raw).checkpoint
    except Malformed:
        return raw
