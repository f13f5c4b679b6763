"""A fast reader of entries: nearly all have one form, which two patterns recognize.

- Q1: it returns the same result as `parse_entry` or none; every uncertain case goes to `parse_entry`.
- Q2: a body is canonical if another one with the same skeleton was. The skeleton is the text without its string and
  integer values. So the two differ only in values, each of which is in its single canonical form.
"""

import binascii
import json
import re
from typing import Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats import statement as form
from constancia.verify.core.formats.canonical import MAX_ENTRY_BYTES, MAX_STATEMENT_BYTES, is_plain, parse_canonical
from constancia.verify.core.formats.entry import Entry, leaf_hash_of, parse_entry
from constancia.verify.core.formats.signatures import KeyId, Signature
from constancia.verify.core.formats.statement import Seen, Statement

_ACTOR: Final = ("appointment", "capacity", "party", "person")
_OTHER_ACTORS: Final = ("root", "founders")  # capacities of actors with other members
_HEX64: Final = "([0-9a-f]{64})"
_INTEGER: Final = r"(0|[1-9]\d{0,14})"  # 15 digits are below 2^53
_HEAD: Final = re.compile(
    rf'{{"index":{_INTEGER},"previous":"{_HEX64}","recorded_at":"({form.TIME}\.\d{{3}}Z)",'
    rf'"signatures":\[{{"key":"{_HEX64}","sig":"([A-Za-z0-9+/]{{85}}[AQgw]==)"}}\],"statement":'
    rf'({{"actor":{{"appointment":"({form.IDENTIFIER})","capacity":"({form.IDENTIFIER})",'
    rf'"party":"({form.IDENTIFIER})","person":"({form.IDENTIFIER})"}},"body":)',
    re.ASCII,
)
_CLOSING: Final = ',"v":1}'
_TAIL: Final = re.compile(
    rf',"id":"({form.UUID})","ledger":"([ !#-\[\]-~]{{1,200}})","mode":"({"|".join(form.MODES)})",'
    rf'"occurred_on":"({form.OCCURRED})","schema":([1-9]\d{{0,3}}),"seen":{{"root":"{_HEX64}","size":{_INTEGER}}},'
    rf'"signed_at":"({form.TIME}Z)","stream":"({form.STREAM})","type":"({form.TYPE})"}}{_CLOSING}',
    re.ASCII,
)
_TAIL_MARK: Final = ',"id":"'  # no later member matches: within a string the quotes would be escaped
_VALUE: Final = re.compile(
    r'(?<=[:\[,])(?:"[^"\\\x00-\x1f\x7f]*(?:\\["\\n][^"\\\x00-\x1f\x7f]*)*"|-?[1-9][0-9]{0,14}|0)(?=[,\]}])'
)
_TAKEN_OUT: Final = "\0"  # not plain: no body that gets here contains one
_MAX_SKELETON: Final = 2_048
_MAX_NESTING: Final = 8  # braces and brackets in all; a body with more goes to `parse_entry`, which measures the depth
_known: set[str] = set()  # skeletons of bodies that are canonical
_MAX_KNOWN: Final = 4_096  # bounds memory against input with ever new forms
_decode = json.JSONDecoder().raw_decode


def read_entry(raw: bytes) -> Entry:
    """Read an entry: the same result or error as `parse_entry`, faster for the common form.

    Args:
        raw: Canonical UTF-8 JSON of at most 65,535 bytes.

    Returns:
        The entry, with its leaf hash computed.

    Raises:
        Malformed: Not canonical; a member missing, unknown or malformed.
    """
    return match_entry(raw) or parse_entry(raw)


def match_entry(raw: bytes) -> Entry | None:
    """Read an entry of the common form: one representative's signature of a key's own 64 bytes.

    Args:
        raw: An entry's bytes.

    Returns:
        The entry; None for every other form, right or wrong.

    Source: ours: SPEC §1 to §3.
    """
    if len(raw) > MAX_ENTRY_BYTES:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    head = _HEAD.match(text)
    end = text.rfind(_TAIL_MARK)
    tail = _TAIL.fullmatch(text, end) if head and end > 0 else None
    if head is None or tail is None or tail.start() < head.end():
        return None
    body = text[head.end() : end]
    signed = raw[head.start(6) : -len(_CLOSING)]  # all before it, and the closing, are ASCII
    index, previous, recorded_at, key, sig, _, *acting = head.groups()
    if acting[1] in _OTHER_ACTORS or len(signed) > MAX_STATEMENT_BYTES or not _is_canonical(body):
        return None
    name, ledger, mode, occurred_on, schema, root, size, signed_at, stream, kind = tail.groups()
    statement = Statement(
        raw=signed, actor=dict(zip(_ACTOR, acting, strict=True)), body=_decode(body)[0], id=name, ledger=ledger,
        mode=mode, occurred_on=occurred_on, schema=int(schema), seen=Seen(size=int(size), root=bytes.fromhex(root)),
        signed_at=signed_at, stream=stream, type=kind,
    )  # fmt: skip
    signature = Signature(key=KeyId(key), sig=binascii.a2b_base64(sig))
    return Entry(
        raw=raw, index=int(index), previous=bytes.fromhex(previous), recorded_at=recorded_at, signatures=(signature,),
        statement=statement, leaf_hash=leaf_hash_of(raw),
    )  # fmt: skip


def _is_canonical(body: str) -> bool:
    """Return whether a text is a canonical object, as far as rule Q2 can tell."""
    if not is_plain(body):
        return False
    skeleton = _VALUE.sub(_TAKEN_OUT, body)
    if skeleton in _known:
        return True
    if len(skeleton) > _MAX_SKELETON or skeleton.count("{") + skeleton.count("[") > _MAX_NESTING:
        return False
    try:
        parse_canonical(body.encode())
    except Malformed:
        return False
    if len(_known) < _MAX_KNOWN:
        _known.add(skeleton)
    return True
