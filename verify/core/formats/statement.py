"""A statement's form: what a person signs (SPEC §2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_STATEMENT_BYTES, parse_canonical
from constancia.verify.core.formats.signatures import is_hex64

MODES: Final = ("historical", "live")
MEMBERS: Final = (
    "actor", "body", "id", "ledger", "mode", "occurred_on", "schema", "seen", "signed_at", "stream", "type",
)  # fmt: skip
_ACTORS: Final = (("appointment", "capacity", "party", "person"), ("capacity", "party"), ("capacity",))
# Patterns' sources; all of them are for ASCII digits only.
IDENTIFIER: Final = r"[a-z0-9][a-z0-9._-]{0,63}"
STREAM: Final = r"(?:[a-z]{3,32}/[a-z0-9][a-z0-9._-]{0,129}|ledger)"
TYPE: Final = r"[A-Z][A-Za-z]{2,63}"
UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
OCCURRED: Final = r"[0-9./-]{4,32}"
TIME: Final = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_IDENTIFIER, _STREAM, _TYPE, _UUID, _OCCURRED, _SECONDS = (
    re.compile(f"{source}\\Z", re.ASCII) for source in (IDENTIFIER, STREAM, TYPE, UUID, OCCURRED, f"{TIME}Z")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The checkpoint that the signer's software had verified: tree size and 32-byte root."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement of the right form. Members as in SPEC §2; `raw` are its canonical bytes."""

    raw: bytes
    actor: Mapping[str, str]
    body: Mapping[str, Any]
    id: str
    ledger: str
    mode: str
    occurred_on: str
    schema: int
    seen: Seen
    signed_at: str
    stream: str
    type: str


def parse_statement(raw: bytes) -> Statement:
    """Read a statement from its canonical bytes.

    Args:
        raw: Canonical UTF-8 JSON of at most 32 KiB.

    Returns:
        The statement.

    Raises:
        Malformed: Not canonical, a member missing, unknown or of another form.

    Source: ours: SPEC §2.
    """
    return statement_of(parse_canonical(raw, limit=MAX_STATEMENT_BYTES), raw)


def statement_of(item: Mapping[str, Any], raw: bytes) -> Statement:
    """Read a statement from an object that was parsed from canonical bytes.

    Args:
        item: The parsed object.
        raw: Its canonical bytes.

    Returns:
        The statement.

    Raises:
        Malformed: As for `parse_statement`.

    Source: ours: SPEC §2.
    """
    if type(item) is not dict or tuple(item) != MEMBERS:
        _explain_members(item)
    if len(raw) > MAX_STATEMENT_BYTES:
        raise Malformed("too-large", "statement", f"at most {MAX_STATEMENT_BYTES} bytes", len(raw))
    _check_strings(item)
    if type(item["body"]) is not dict:
        raise Malformed("type", "statement.body", "an object", type(item["body"]).__name__)
    schema = item["schema"]
    if type(schema) is not int or not 1 <= schema <= 65_535:
        raise Malformed("type", "statement.schema", "an integer from 1", schema)
    _check_actor(item["actor"])
    return Statement(raw=raw, **{**item, "seen": _parse_seen(item["seen"])})


def _explain_members(item: object) -> None:
    if not isinstance(item, dict):
        raise Malformed("type", "statement", "an object", type(item).__name__)
    for name in MEMBERS:
        if name not in item:
            raise Malformed("member-missing", f"statement.{name}", f"a member {name!r}")
    unknown = next((name for name in item if name not in MEMBERS), "order")
    raise Malformed("member-unknown", f"statement.{unknown}", "no other member", unknown)


def _check_strings(item: Mapping[str, Any]) -> None:
    for name, pattern, expected in (
        ("id", _UUID, "a lower-case UUID"),
        ("stream", _STREAM, "<kind>/<id> or ledger"),
        ("type", _TYPE, "an event type's name"),
        ("signed_at", _SECONDS, "YYYY-MM-DDThh:mm:ssZ"),
        ("occurred_on", _OCCURRED, "a date in EDTF"),
    ):
        value = item[name]
        if type(value) is not str or not pattern.match(value):
            raise Malformed("form", f"statement.{name}", expected, value)
    if item["mode"] not in MODES:
        raise Malformed("form", "statement.mode", "live or historical", item["mode"])
    ledger = item["ledger"]
    if type(ledger) is not str or not 1 <= len(ledger) <= 200:
        raise Malformed("form", "statement.ledger", "the log's origin", ledger)


def _check_actor(actor: object) -> None:
    if type(actor) is not dict or tuple(actor) not in _ACTORS:
        raise Malformed("form", "statement.actor", "a representative, root or founders", actor)
    for name, value in actor.items():
        if type(value) is not str or not _IDENTIFIER.match(value):
            raise Malformed("form", f"statement.actor.{name}", "an identifier", value)
    special = {"root": 2, "founders": 1}.get(actor["capacity"], 4)
    if len(actor) != special:
        raise Malformed("form", "statement.actor", "the members of its capacity", sorted(actor))


def _parse_seen(item: object) -> Seen:
    if type(item) is not dict or tuple(item) != ("root", "size"):
        raise Malformed("form", "statement.seen", "root and size", item)
    root, size = item["root"], item["size"]
    if type(root) is not str or not is_hex64(root):
        raise Malformed("form", "statement.seen.root", "64 hex digits", root)
    if type(size) is not int or size < 0:
        raise Malformed("form", "statement.seen.size", "an integer from 0", size)
    return Seen(size=size, root=bytes.fromhex(root))
