"""An entry's form, its leaf hash and its link to the entry before (SPEC §3)."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, NewType

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES, parse_canonical
from constancia.verify.core.formats.signatures import Signature, is_hex64, parse_signature
from constancia.verify.core.formats.statement import TIME, Statement, statement_of

LeafHash = NewType("LeafHash", bytes)

NO_PREVIOUS: Final = bytes(32)
WIRE_FORMAT: Final = 1  # member `v`; docs/SPEC.md §3. Not the version of the package
MAX_SIGNATURES: Final = 16  # genesis carries one a founder; every other entry one
_MEMBERS: Final = ("index", "previous", "recorded_at", "signatures", "statement", "v")
_MILLISECONDS = re.compile(rf"{TIME}\.\d{{3}}Z\Z", re.ASCII)
_STATEMENT_MARK: Final = b',"statement":'
_TAIL: Final = b',"v":1}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the right form. `raw` are its canonical bytes, `previous` and `leaf_hash` 32 bytes each."""

    raw: bytes
    index: int
    previous: bytes
    recorded_at: str
    signatures: tuple[Signature, ...]
    statement: Statement
    leaf_hash: LeafHash


def parse_entry(raw: bytes) -> Entry:
    """Read an entry from its bytes.

    Args:
        raw: Canonical UTF-8 JSON of at most 65,535 bytes.

    Returns:
        The entry, with its leaf hash computed.

    Raises:
        Malformed: Not canonical, a member missing, unknown or of another form.

    Source: ours: SPEC §3; RFC 6962 §2.1.
    """
    item = parse_canonical(raw, limit=MAX_ENTRY_BYTES)
    if tuple(item) != _MEMBERS:
        raise Malformed("member", "entry", f"the members {', '.join(_MEMBERS)}", sorted(item))
    index, previous, recorded_at = item["index"], item["previous"], item["recorded_at"]
    if type(index) is not int or index < 0:
        raise Malformed("form", "index", "an integer from 0", index)
    if type(previous) is not str or not is_hex64(previous):
        raise Malformed("form", "previous", "64 hex digits", previous)
    if type(recorded_at) is not str or not _MILLISECONDS.match(recorded_at):
        raise Malformed("form", "recorded_at", "YYYY-MM-DDThh:mm:ss.mmmZ", recorded_at)
    if item["v"] != WIRE_FORMAT or type(item["v"]) is not int:
        raise Malformed("form", "v", str(WIRE_FORMAT), item["v"])
    listed = item["signatures"]
    if type(listed) is not list or not 1 <= len(listed) <= MAX_SIGNATURES:
        raise Malformed("form", "signatures", f"1 to {MAX_SIGNATURES} objects", listed)
    # Signature objects hold no member "statement" and no string holds a bare quote: the first mark is the one.
    start = raw.index(_STATEMENT_MARK) + len(_STATEMENT_MARK)
    return Entry(
        raw=raw, index=index, previous=bytes.fromhex(previous), recorded_at=recorded_at, leaf_hash=leaf_hash_of(raw),
        signatures=tuple([parse_signature(signature) for signature in listed]),
        statement=statement_of(item["statement"], raw[start : -len(_TAIL)]),
    )  # fmt: skip


def leaf_hash_of(raw: bytes) -> LeafHash:
    """Hash an entry's bytes as a leaf: SHA-256(0x00 ‖ entry). Source: RFC 6962 §2.1."""
    return LeafHash(hashlib.sha256(b"\x00" + raw).digest())
