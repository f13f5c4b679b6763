"""Where a key in a PKCS#11 token is, as its operator writes it: an address, without the PIN.

The module that it names is loaded into the program. So it comes from who starts the program, and never from a file in a
ledger's folder, which may be somebody else's: a key file has only the address's first part, the token and the key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, unquote_to_bytes

from constancia.ledger.keys.token_errors import token_trouble

SCHEME: Final = "pkcs11:"
OF_TOKEN: Final = ("token", "manufacturer", "model", "serial")
OF_KEY: Final = ("object", "id")
MAX_URI: Final = 2_000
_PATH: Final = frozenset((*OF_TOKEN, *OF_KEY, "type"))
_QUERY: Final = frozenset({"module-path", "pin-source"})
_ESCAPES: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUri:
    """An address that was read.

    Attributes:
        name: Its first part, the same text for the same attributes: what a key file has.
        attributes: What token and key are called, by attribute; `id` in hex.
        module: The library that reaches the token.
        pin_source: The file that has the PIN, if the address says.
    """

    name: str
    attributes: Mapping[str, str]
    module: Path
    pin_source: Path | None = None


def parse_token_uri(text: str) -> TokenUri:
    """Read the address of a key.

    Args:
        text: `pkcs11:token=…;object=…?module-path=…&pin-source=…`.

    Raises:
        TokenUnavailable: `E_TOKEN_ADDRESS`: it has another form, names no module, or has the PIN in it.

    Source: RFC 7512 §2.3; of its attributes those of token and key, `type=private`, `module-path` and `pin-source`.
    """
    if not text.startswith(SCHEME) or len(text) > MAX_URI:
        raise token_trouble("E_TOKEN_ADDRESS")
    path, _, query = text.removeprefix(SCHEME).partition("?")
    attributes = _attributes(path, ";", _PATH)
    further = _attributes(query, "&", _QUERY)
    if attributes.pop("type", "private") != "private":
        raise token_trouble("E_TOKEN_ADDRESS", "type")
    module = Path(further.get("module-path", ""))
    source = further.get("pin-source")
    pin = None if source is None else Path(re.sub("^file:(//)?(?=/)", "", source))
    if not attributes or not module.is_absolute() or (pin is not None and not pin.is_absolute()):
        raise token_trouble("E_TOKEN_ADDRESS")
    return TokenUri(name=_name(attributes), attributes=attributes, module=module, pin_source=pin)


def _attributes(part: str, separator: str, known: frozenset[str]) -> dict[str, str]:
    """Give the attributes of one part; what is wrong is named, what it was set to is not: it may be a PIN."""
    attributes: dict[str, str] = {}
    for item in filter(None, part.split(separator)):
        name, is_set, value = item.partition("=")
        if name not in known:
            raise token_trouble("E_TOKEN_ADDRESS", name if is_set else "")
        if name in attributes or not value or _ESCAPES.search(value):
            raise token_trouble("E_TOKEN_ADDRESS", name)
        try:
            attributes[name] = unquote_to_bytes(value).hex() if name == "id" else unquote(value, errors="strict")
        except UnicodeDecodeError:
            raise token_trouble("E_TOKEN_ADDRESS", name) from None
    return attributes


def _name(attributes: Mapping[str, str]) -> str:
    """Write the attributes of token and key in one order, with one way of escaping."""
    written = (
        f"{name}={quote(bytes.fromhex(value)) if name == 'id' else quote(value, safe='')}"
        for name in (*OF_TOKEN, *OF_KEY)
        if (value := attributes.get(name)) is not None
    )
    return SCHEME + ";".join(written)
