"""A file that is no receipt, ledger or entry: what it seems to be. That is an answer of its own, and no alteration."""

import re
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.kinds import magic, object_kind, zip_kind
from constancia.verify.sources.transit import is_html, parse_any, text_of

MAX_TEXT_BYTES: Final = 4_000_000  # of a text that is looked into; what is longer is judged by its beginning
MAX_DIRECTORY: Final = 1_000_000  # bytes of a zip's directory in which its names are looked for
_END: Final = 22  # bytes of a zip's end record
OURS: Final = "ours"
_MAIL: Final = re.compile(
    r"(?:From |(?:From|To|Date|Subject|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|X-[\w-]+): )", re.ASCII
)
_NOTE: Final = re.compile(r"[^\n]+\n\d{1,20}\n[A-Za-z0-9+/]{43}=\n")
_POLICY: Final = re.compile(r"^(?:log|witness|group|quorum)[ \t]", re.MULTILINE)
_GENESIS: Final = re.compile(r"[0-9a-f]{64}")
_KEY: Final = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+")
_CONTROL: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENTRY: Final = (b'"index"', b'"previous"', b'"recorded_at"', b'"signatures"', b'"statement"')


class Foreign(Unreadable):
    """A file is none of what is verified.

    Args:
        code: One of `kinds.KINDS`, which says what it seems to be.
        where: The file.
        act: An object with the member `statement`, where the file is a statement that is no entry.
    """

    def __init__(self, code: str, where: str, act: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, where, "no receipt, ledger or entry")
        self.act = act


def foreign(data: bytes, where: str) -> Foreign:
    """Give the answer to a file that is none of what is verified: its kind, and what a statement in it says."""
    code, text = kind_of(data), text_of(data)
    if code not in ("signed-statement", "unsigned-statement") or text is None:
        return Foreign(code, where)
    value = parse_any(text)
    return Foreign(code, where, value if code == "signed-statement" else {"statement": value})


def kind_of(data: bytes) -> str:
    """Tell what a file seems to be by its bytes, or the first of them.

    Args:
        data: At most `MAX_TEXT_BYTES`.

    Returns:
        A code of `kinds.KINDS`.
    """
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    for kind, at, mark in magic():
        if data[at : at + len(mark)] == mark:
            return kind
    text = text_of(data)
    if text is None or _CONTROL.search(text):
        return "unknown"
    return _kind_of_text(text, data)


def kind_of_zip(file: BinaryIO, size: int) -> str:
    """Tell what a zip seems to be by the names in its directory; where it has none, by its first and last bytes.

    Args:
        file: The zip, open for reading.
        size: Its size in bytes.

    Returns:
        A code of `kinds.KINDS`, or `OURS`.

    Source: APPNOTE.TXT 4.3.16, end of central directory record.
    """
    file.seek(max(0, size - _END))
    end = file.read(_END)
    if end[:4] == b"PK\x05\x06":
        length, start = struct.unpack_from("<2L", end, 12)
        if start + length == size - _END:
            file.seek(start)
            return zip_kind(file.read(min(length, MAX_DIRECTORY)))
    file.seek(0)
    first = file.read(MAX_DIRECTORY)
    file.seek(max(0, size - MAX_DIRECTORY))
    return zip_kind(first + file.read(MAX_DIRECTORY))


def _kind_of_text(text: str, data: bytes) -> str:
    if "-----BEGIN" in text[:200]:
        return "private-key" if "PRIVATE KEY" in text[:200] else "certificate"
    if is_html(data):
        return "page"
    try:
        value = parse_any(text)
    except Malformed:
        return _kind_of_lines(text)
    return object_kind(value) if isinstance(value, Mapping) else "json"


def _kind_of_lines(text: str) -> str:
    bare = text.strip()
    if _MAIL.match(text.lstrip()):
        return "mail"
    if _NOTE.match(text.replace("\r\n", "\n")):
        return "checkpoint-file"
    for kind, pattern in (("genesis-file", _GENESIS), ("key-file", _KEY)):
        if pattern.fullmatch(bare):
            return kind
    return "policy-file" if _POLICY.search(text) else "text"


def seems_an_entry(data: bytes) -> bool:
    """Tell whether a JSON text names all members of an entry: an entry that was damaged, and not another file."""
    bare = data.replace(b"\0", b"")
    return all(name in bare for name in _ENTRY)
