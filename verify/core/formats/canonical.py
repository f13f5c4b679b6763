"""RFC 8785 (JCS) in a narrow profile, so that two parsers can't differ (SPEC §1).

Within the profile (no floats, ASCII keys, NFC text) the standard library's encoder with sorted keys writes
exactly the bytes of RFC 8785; a test holds that against an independent implementation.

A reader serializes again what it parsed: white space, escapes, another order, duplicate keys and other forms of
numbers all give other bytes.
"""

import json
import re
import unicodedata
from typing import Any, Final

from constancia.verify.core.errors import Malformed

MAX_DEPTH: Final = 16
MAX_INTEGER: Final = 2**53 - 1
MAX_STATEMENT_BYTES: Final = 32_768  # a person reads it before signing; larger matter is a document
MAX_ENTRY_BYTES: Final = 65_535  # the entry bundle's uint16 length (C2SP tlog-tiles)

_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
# Controls but line feed, soft hyphen, bidi and other invisible format characters, noncharacters, surrogates.
FORBIDDEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\U000e0000-\U000e007f\ud800-\udfff"
    + "".join(f"{chr(p * 0x10000 + 0xFFFE)}{chr(p * 0x10000 + 0xFFFF)}" for p in range(17))
    + "]"
)
# Characters that are allowed and, in any sequence, NFC: printable ASCII, Latin, common punctuation. Everything else
# goes the slow way, character by character and text by text; so does any escape but the canonical form's own three.
_NOT_PLAIN = re.compile("[^ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u20ac]")
_ODD_ESCAPE = re.compile(r'\\[^"\\n]')

_encode_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: object) -> bytes:
    """Serialize a value in canonical form.

    Args:
        value: Nested `dict`, `list`, `tuple`, `str`, `int`, `bool` and `None` within the profile.

    Returns:
        Canonical UTF-8 bytes.

    Raises:
        Malformed: The value lies outside the profile.

    Source: RFC 8785 §3.2; ours: SPEC §1.
    """
    _check_value(value, "$", 1)
    return _encode_sorted(value).encode()


def parse_canonical(raw: bytes, *, limit: int = MAX_ENTRY_BYTES) -> dict[str, Any]:
    """Parse canonical bytes of one object; accept nothing else.

    Args:
        raw: Bytes as received.
        limit: Largest length accepted, in bytes; checked before anything is parsed.

    Returns:
        The object, with `canonical(result) == raw`.

    Raises:
        Malformed: Too long, not UTF-8, not JSON, or not in the one canonical form.

    Source: RFC 8785; ours: SPEC §1.
    """
    if len(raw) > limit:
        raise Malformed("too-large", "$", f"at most {limit} bytes", len(raw))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not-utf8", f"byte {error.start}", "UTF-8", error.reason) from error
    value = _decode(text)
    if type(value) is not dict:
        raise Malformed("not-object", "$", "a JSON object", type(value).__name__)
    if not is_plain(text) or text.count("{") + text.count("[") > MAX_DEPTH:
        _check_value(value, "$", 1)
    if _encode_sorted(value) != text:
        raise Malformed("not-canonical", "$", "canonical JSON")
    return value


def is_plain(text: str) -> bool:
    """Tell whether JSON's strings need no look at each: all characters are allowed and NFC, and no escape is odd."""
    return not (_NOT_PLAIN.search(text) or _ODD_ESCAPE.search(text))


def _decode(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except Malformed:
        raise
    except RecursionError as error:
        raise Malformed("too-deep", "$", f"nesting of at most {MAX_DEPTH}") from error
    except ValueError as error:
        raise Malformed("not-json", "$", "JSON", error) from error


def _object(value: dict[str, Any]) -> dict[str, Any]:
    for key in value:
        if not _KEY.match(key):
            raise Malformed("key", f"key {key[:80]!r}", "[a-z][a-z0-9_]*", key[:80])
    return value


def _integer(text: str) -> int:
    if len(text) > 17:
        raise Malformed("integer", "$", "an integer below 2^53 in size", text[:40])
    number = int(text)
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise Malformed("integer", "$", "an integer below 2^53 in size", text)
    return number


def _refuse_number(text: str) -> Any:
    raise Malformed("number", "$", "integers only", text[:40])


_decoder = json.JSONDecoder(
    object_hook=_object, parse_int=_integer, parse_float=_refuse_number, parse_constant=_refuse_number
)


def _check_text(text: str, where: str) -> None:
    bad = FORBIDDEN.search(text)
    if bad:
        raise Malformed("character", where, "no control or invisible character", f"U+{ord(bad.group()):04X}")
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("not-nfc", where, "text in Unicode NFC", text[:40])


def _check_value(value: object, where: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, dict | list | tuple):
        if depth > MAX_DEPTH:
            raise Malformed("too-deep", where, f"nesting of at most {MAX_DEPTH}", "more")
        _check_members(value, where, depth + 1)
    elif isinstance(value, int):
        if not isinstance(value, bool) and not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise Malformed("integer", where, "an integer below 2^53 in size", value)
    elif value is not None:
        raise Malformed("type", where, "a JSON value without floats", type(value).__name__)


def _check_members(value: dict[object, object] | list[object] | tuple[object, ...], where: str, depth: int) -> None:
    if not isinstance(value, dict):
        for position, member in enumerate(value):
            _check_value(member, f"{where}[{position}]", depth)
        return
    for key, member in value.items():
        if not isinstance(key, str) or not _KEY.match(key):
            raise Malformed("key", where, "[a-z][a-z0-9_]*", repr(key)[:80])
        _check_value(member, f"{where}.{key}", depth)
