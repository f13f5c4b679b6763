"""A file that is no receipt, ledger or entry: what it seems to be. That is an answer of its own, and no alteration."""

import re
from collections.abc import Mapping
from typing import Final

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.kinds import magic, object_kind, zip_kind
from constancia.verify.sources.transit import is_html, parse_any, text_of

MAX_TEXT_BYTES: Final = 4_000_000  # of a text that is looked into; what is longer is judged by its beginning
ZIP_ENDS: Final = 65_536  # bytes at each end of a zip in which its names are looked for
OURS: Final = "ours"
_MAIL: Final = re.compile(
    r"(?:From |(?:From|To|Date|Subject|Received|Return-Path|Delivered-To|MIME-Version|Message-ID|X-[\w-]+): )", re.ASCII
)
_NOTE: Final = re.compile(r"[^\n]+\n\d{1,20}\n[A-Za-z0-9+/]{43}=\n")
_POLICY: Final = re.compile(r"^(?:log|witness|group|quorum)[ \t]", re.MULTILINE)
_GENESIS: Final = re.compile(r"[0-9a-f]{64}")
_KEY: Final = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+")
_CONTROL: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENTRY: Final = ('"index"', '"previous"', '"recorded_at"', '"signatures"', '"statement"')


class Foreign(Unreadable):
    """A file is none of what is verified; `code` is one of `kinds.KINDS` and says what it seems to be."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code, where, "no receipt, ledger or entry")


def kind_of(data: bytes) -> str:
    """Tell what a file seems to be by its bytes, or the first of them.

    Args:
        data: At most `MAX_TEXT_BYTES`.

    Returns:
        A code of `kinds.KINDS`.
    """
    if not data.strip(b"\0 \t\r\n"):
        return "empty"
    if data.startswith(b"PK"):
        kind = zip_kind(data[:ZIP_ENDS] + data[-ZIP_ENDS:])
        return "zip-other" if kind == OURS else kind
    for kind, at, mark in magic():
        if data[at : at + len(mark)] == mark:
            return kind
    text = text_of(data)
    if text is None or _CONTROL.search(text):
        return "unknown"
    return _kind_of_text(text, data)


def _kind_of_text(text: str, data: bytes) -> str:
    if "-----BEGIN" in text[:200]:
        return "private-key" if "PRIVATE KEY" in text[:200] else "certificate"
    if is_html(data):
        return "page"
    try:
        value = parse_any(text)
    except Malformed:
        value = None
    else:
        return object_kind(value) if isinstance(value, Mapping) else "json"
    if _MAIL.match(text.lstrip()):
        return "mail"
    if _NOTE.match(text.replace("\r\n", "\n")):
        return "checkpoint-file"
    bare = text.strip()
    for kind, pattern in (("genesis-file", _GENESIS), ("key-file", _KEY)):
        if pattern.fullmatch(bare):
            return kind
    return "policy-file" if _POLICY.search(text) else "text"


def seems_an_entry(data: bytes) -> bool:
    """Tell whether a JSON text names all members of an entry: an entry that was damaged, and not another file."""
    text = text_of(data)
    return text is not None and all(name in text for name in _ENTRY)
