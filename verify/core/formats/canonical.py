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

from constancia.verify.core.errors import Malformed, must

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

_encode_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: object) -> bytes:
    """Serialize nested `dict`, `list`, `tuple`, `str`, `int`, `bool` and `None` in canonical UTF-8.

    Raises:
        Malformed: The value lies outside the profile.

    Source: RFC 8785 §3.2; ours: SPEC §1.
    """
    _check_value(value, "$", 1)
    return _encode_sorted(value).encode()


def parse_canonical(raw: bytes, *, limit: int = MAX_ENTRY_BYTES) -> dict[str, Any]:
    """Parse canonical bytes of one object, at most `limit` of them; accept nothing else.

    Returns:
        The object, with `canonical(result) == raw`.

    Raises:
        Malformed: Too long, not UTF-8, not JSON, or not in the one canonical form.

    Source: RFC 8785; ours: SPEC §1.
    """
    must(len(raw) <= limit, "too-large", "$", f"at most {limit} bytes", len(raw))
    try:
        text = raw.decode()
        value: dict[str, Any] = _decoder.decode(text)
    except Malformed:
        raise
    except UnicodeDecodeError as error:
        raise Malformed("not-utf8", f"byte {error.start}", "UTF-8", error.reason) from error
    except RecursionError as error:
        raise Malformed("too-deep", "$", f"nesting of at most {MAX_DEPTH}") from error
    except ValueError as error:
        raise Malformed("not-json", "$", "JSON", error) from error
    must(type(value) is dict, "not-object", "$", "a JSON object", type(value).__name__)
    if not is_plain(text) or text.count("{") + text.count("[") > MAX_DEPTH:
        _check_value(value, "$", 1)
    must(_encode_sorted(value) == text, "not-canonical", "$", "canonical JSON")
    return value


def is_plain(text: str) -> bool:
    """Tell whether JSON's strings need no look at each: all characters are allowed and NFC, and no escape is odd."""
    return not (_NOT_PLAIN.search(text) or _ODD_ESCAPE.search(text))


def _object(value: dict[str, Any]) -> dict[str, Any]:
    for key in value:
        must(_KEY.match(key), "key", "$", "[a-z][a-z0-9_]*", key)
    return value


def _integer(text: str) -> int:
    # A longer one is not converted: past some length Python refuses, in words that are no user's.
    is_small = len(text) <= 17 and -MAX_INTEGER <= int(text) <= MAX_INTEGER
    must(is_small, "integer", "$", "an integer below 2^53 in size", text)
    return int(text)


def _refuse_number(text: str) -> Any:
    raise Malformed("number", "$", "integers only", text)


_decoder = json.JSONDecoder(
    object_hook=_object, parse_int=_integer, parse_float=_refuse_number, parse_constant=_refuse_number
)


def _check_text(text: str, where: str) -> None:
    bad = FORBIDDEN.search(text)
    if bad:
        raise Malformed("character", where, "no control or invisible character", f"U+{ord(bad.group()):04X}")
    must(unicodedata.is_normalized("NFC", text), "not-nfc", where, "text in Unicode NFC", text)


def _check_value(value: object, where: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, dict | list | tuple):
        must(depth <= MAX_DEPTH, "too-deep", where, f"nesting of at most {MAX_DEPTH}", "more")
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(value, dict) and not (isinstance(name, str) and _KEY.match(name)):
                raise Malformed("key", where, "[a-z][a-z0-9_]*", repr(name))
            _check_value(member, f"{where}.{name}" if isinstance(value, dict) else f"{where}[{name}]", depth + 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        must(-MAX_INTEGER <= value <= MAX_INTEGER, "integer", where, "an integer below 2^53 in size", value)
    elif value is not None and not isinstance(value, bool):
        raise Malformed("type", where, "a JSON value without floats", type(value).__name__)
