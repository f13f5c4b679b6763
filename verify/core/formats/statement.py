"""A statement's form: what a person signs (SPEC §2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from constancia.verify.core.errors import Malformed, must
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
_IDENTIFIER: Final = re.compile(rf"{IDENTIFIER}\Z", re.ASCII)
# Members that are text, in the order in which they are checked: name, pattern, what is expected.
_TEXTS: Final = tuple(
    (name, re.compile(rf"(?:{source})\Z", re.ASCII), expected)
    for name, source, expected in (
        ("id", UUID, "a lower-case UUID"), ("stream", STREAM, "<kind>/<id> or ledger"),
        ("type", TYPE, "an event type's name"), ("signed_at", f"{TIME}Z", "YYYY-MM-DDThh:mm:ssZ"),
        ("occurred_on", OCCURRED, "a date in EDTF"), ("mode", "|".join(MODES), "live or historical"),
        ("ledger", r"[\s\S]{1,200}", "the log's origin"),
    )
)  # fmt: skip


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
    """Read a statement from its canonical bytes, at most 32 KiB of them.

    Raises:
        Malformed: Not canonical, a member missing, unknown or of another form.

    Source: ours: SPEC §2.
    """
    return statement_of(parse_canonical(raw, limit=MAX_STATEMENT_BYTES), raw)


def statement_of(item: Mapping[str, Any], raw: bytes) -> Statement:
    """Read a statement from an object, and the canonical bytes that it was parsed from; as `parse_statement`."""
    if type(item) is not dict or tuple(item) != MEMBERS:
        _explain_members(item)
    must(len(raw) <= MAX_STATEMENT_BYTES, "too-large", "statement", f"at most {MAX_STATEMENT_BYTES} bytes", len(raw))
    for name, pattern, expected in _TEXTS:
        value = item[name]
        must(type(value) is str and pattern.match(value), "form", f"statement.{name}", expected, value)
    body, schema, seen = item["body"], item["schema"], item["seen"]
    must(type(body) is dict, "type", "statement.body", "an object", type(body).__name__)
    must(type(schema) is int and 1 <= schema <= 65_535, "type", "statement.schema", "an integer from 1", schema)
    _check_actor(item["actor"])
    must(type(seen) is dict and tuple(seen) == ("root", "size"), "form", "statement.seen", "root and size", seen)
    root, size = seen["root"], seen["size"]
    must(type(root) is str and is_hex64(root), "form", "statement.seen.root", "64 hex digits", root)
    must(type(size) is int and size >= 0, "form", "statement.seen.size", "an integer from 0", size)
    return Statement(raw=raw, **{**item, "seen": Seen(size=size, root=bytes.fromhex(root))})


def _explain_members(item: object) -> None:
    if not isinstance(item, dict):
        raise Malformed("type", "statement", "an object", type(item).__name__)
    for name in MEMBERS:
        must(name in item, "member-missing", f"statement.{name}", f"a member {name!r}")
    unknown = next((name for name in item if name not in MEMBERS), "order")
    raise Malformed("member-unknown", f"statement.{unknown}", "no other member", unknown)


def _check_actor(actor: Any) -> None:
    is_one = type(actor) is dict and tuple(actor) in _ACTORS
    must(is_one, "form", "statement.actor", "a representative, root or founders", actor)
    for name, value in actor.items():
        must(type(value) is str and _IDENTIFIER.match(value), "form", f"statement.actor.{name}", "an identifier", value)
    special = {"root": 2, "founders": 1}.get(actor["capacity"], 4)
    must(len(actor) == special, "form", "statement.actor", "the members of its capacity", sorted(actor))
