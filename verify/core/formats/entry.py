"""An entry's form, its leaf hash and its link to the entry before (SPEC §3)."""

import re
from dataclasses import dataclass
from typing import Final, NewType

from constancia.verify.core.errors import must
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES, parse_canonical
from constancia.verify.core.formats.merkle import hash_leaf
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
    """Read an entry from its canonical bytes, at most 65,535 of them, and compute its leaf hash.

    Raises:
        Malformed: Not canonical, a member missing, unknown or of another form.

    Source: ours: SPEC §3; RFC 6962 §2.1.
    """
    item = parse_canonical(raw, limit=MAX_ENTRY_BYTES)
    must(tuple(item) == _MEMBERS, "member", "entry", f"the members {', '.join(_MEMBERS)}", sorted(item))
    index, previous, recorded_at, listed, version = (item[name] for name in (*_MEMBERS[:4], "v"))
    must(type(index) is int and index >= 0, "form", "index", "an integer from 0", index)
    must(type(previous) is str and is_hex64(previous), "form", "previous", "64 hex digits", previous)
    is_time = type(recorded_at) is str and _MILLISECONDS.match(recorded_at)
    must(is_time, "form", "recorded_at", "YYYY-MM-DDThh:mm:ss.mmmZ", recorded_at)
    must(version == WIRE_FORMAT and type(version) is int, "form", "v", str(WIRE_FORMAT), version)
    is_list = type(listed) is list and 1 <= len(listed) <= MAX_SIGNATURES
    must(is_list, "form", "signatures", f"1 to {MAX_SIGNATURES} objects", listed)
    # Signature objects hold no member "statement" and no string holds a bare quote: the first mark is the one.
    start = raw.index(_STATEMENT_MARK) + len(_STATEMENT_MARK)
    return Entry(
        raw=raw, index=index, previous=bytes.fromhex(previous), recorded_at=recorded_at, leaf_hash=leaf_hash_of(raw),
        signatures=tuple([parse_signature(signature) for signature in listed]),
        statement=statement_of(item["statement"], raw[start : -len(_TAIL)]),
    )  # fmt: skip


def leaf_hash_of(raw: bytes) -> LeafHash:
    """Hash an entry's bytes as a leaf: SHA-256(0x00 ‖ entry). Source: RFC 6962 §2.1."""
    return LeafHash(hash_leaf(raw))
