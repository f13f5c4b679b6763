"""The form in which a signed statement is handed in: one parse, before anything is judged.

Layout: canonical JSON `{"signatures": [...], "statement": {...}}`. The signatures are over the statement's own bytes,
which occur verbatim in the document. Source: SPEC §2.

A client that can't write canonical JSON may submit any JSON object with the same two members, whose `statement` is
the canonical text as a string, as a draft gives it. The statement's bytes are then those of the string.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from constancia.ledger.wire.composition import signature_object
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical, parse_canonical
from constancia.verify.core.formats.entry import MAX_SIGNATURES
from constancia.verify.core.formats.signatures import Signature, parse_signature
from constancia.verify.core.formats.statement import Statement, parse_statement, statement_of
from constancia.verify.speed.entry_patterns import match_entry

MAX_SIGNED_BYTES: Final = 65_536  # what the server takes in one request
_MEMBERS: Final = ("signatures", "statement")
_STATEMENT_MARK: Final = b',"statement":'
# What an entry has around the two members of a submission.
_BEFORE: Final = b'{"index":0,"previous":"%b","recorded_at":"2019-03-01T00:00:00.000Z",' % (b"0" * 64)
_AFTER: Final = b',"v":1}'


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedStatement:
    """A statement of the right form with its signatures, which are not verified yet."""

    statement: Statement
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, statement: bytes, signatures: Sequence[Signature]) -> Self:
        """Parse a statement's canonical bytes, for signatures that come apart from them.

        Raises:
            Malformed: The bytes break the format.
        """
        return cls(statement=parse_statement(statement), signatures=tuple(signatures))


def signed_document(statement: bytes, signatures: Sequence[Signature]) -> bytes:
    """Compose what is handed in: canonical bytes of `{"signatures": [...], "statement": {...}}`."""
    listed = canonical([signature_object(signature) for signature in signatures])
    return b'{"signatures":%b,"statement":%b}' % (listed, statement)


def parse_signed(raw: bytes) -> SignedStatement:
    """Parse what is handed in.

    Args:
        raw: Canonical UTF-8 JSON as `signed_document` writes it, or JSON with the statement as a string; at most
            64 KiB.

    Returns:
        The statement and its signatures.

    Raises:
        Malformed: Another form, or not canonical.

    Source: ours: SPEC §2.
    """
    recognized = _recognize(raw)
    if recognized is not None:
        return recognized
    try:
        return _parse_canonical(raw)
    except Malformed:
        quoted = _parse_quoted(raw)
        if quoted is None:
            raise
        return quoted


def _recognize(raw: bytes) -> SignedStatement | None:
    """Read what has the common form: an entry without what the log adds; None for every other form, right or wrong."""
    entry = match_entry(_BEFORE + raw[1:-1] + _AFTER) if raw[:1] == b"{" and raw[-1:] == b"}" else None
    return SignedStatement(statement=entry.statement, signatures=entry.signatures) if entry is not None else None


def _parse_quoted(raw: bytes) -> SignedStatement | None:
    """Parse JSON whose statement is a string; None where it is something else."""
    if len(raw) > MAX_SIGNED_BYTES:
        return None
    try:
        item = json.loads(raw, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    if type(item) is not dict or type(item.get("statement")) is not str:
        return None
    try:
        statement = item["statement"].encode()
    except UnicodeEncodeError:  # half of a pair
        return None
    return SignedStatement(statement=parse_statement(statement), signatures=_signatures_of(item))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    item = dict(pairs)
    if len(item) != len(pairs):
        raise ValueError("a member twice")
    return item


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no integer")


def _signatures_of(item: Mapping[str, Any]) -> tuple[Signature, ...]:
    if sorted(item) != list(_MEMBERS):
        raise Malformed("member", "submission", "the members signatures and statement", sorted(item))
    listed = item["signatures"]
    if type(listed) is not list or not 1 <= len(listed) <= MAX_SIGNATURES:
        raise Malformed("form", "signatures", f"1 to {MAX_SIGNATURES} objects", type(listed).__name__)
    return tuple([parse_signature(signature) for signature in listed])


def _parse_canonical(raw: bytes) -> SignedStatement:
    item = parse_canonical(raw, limit=MAX_SIGNED_BYTES)
    signatures = _signatures_of(item)
    # Canonical JSON is context-free: the statement's bytes are those between the mark and the last brace.
    start = raw.index(_STATEMENT_MARK) + len(_STATEMENT_MARK)
    return SignedStatement(statement=statement_of(item["statement"], raw[start:-1]), signatures=signatures)
