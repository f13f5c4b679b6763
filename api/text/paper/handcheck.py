"""Shell commands that check one entry by hand, with only `openssl` and `sha256sum`.

They show that the entry has its leaf hash, and that the key named in it signed its statement. They do not show whose
key that is (see the entry that registered the key), nor that the entry is in the log (that needs the receipt or the
whole log).
"""

import shlex
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from constancia.api.text.i18n import tr
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.state import State
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.signatures import SPKI_ED25519, Signature
from constancia.verify.speed.entry_patterns import read_entry

_OPENED: Final = b'"statement":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A registered public key: SubjectPublicKeyInfo in base64, scheme, and for a passkey its origins."""

    public_key: str
    scheme: str
    rp_id: str | None = None


def materials(state: State, entry: Entry) -> dict[str, Material]:
    """Return the registered public keys that an entry's signatures name.

    Args:
        state: The state at any size that covers the entry.
        entry: The entry.
    """
    by_key: dict[str, Material] = {}
    genesis = state.aggregates.get("ledger")
    for founder in genesis.opened.founders if isinstance(genesis, LedgerState) else ():
        root = founder.root
        by_key[root.key_id] = Material(public_key=root.public_key, scheme=root.scheme, rp_id=root.rp_id)
    for signed in entry.signatures:
        key = state.aggregates.get(f"key/{signed.key}")
        if isinstance(key, Key):
            by_key[signed.key] = Material(public_key=key.public_key, scheme=key.scheme, rp_id=key.rp_id)
    return {signature.key: by_key[signature.key] for signature in entry.signatures}


def hand_check(raw: bytes, keys: Mapping[str, Material], lang: str, address: str | None = None) -> str:
    """Return the commands for an entry, as a script for `sh -e` that can also be typed line by line.

    Args:
        raw: The entry's bytes.
        keys: The public keys of its signatures, by key id.
        lang: Language of the comments.
        address: Where to fetch the entry; without one the first line contains its text.

    Returns:
        Lines, the last with its line feed. Needs OpenSSL 3 and GNU coreutils.
    """
    entry = read_entry(raw)
    statement = entry.statement.raw
    start = raw.index(_OPENED) + len(_OPENED)
    prefix = signed_bytes(statement)[: -len(statement)].decode()
    fetch = f"printf '%s' {shlex.quote(raw.decode())}" if address is None else f"curl -fsS {shlex.quote(address)}"
    lines = [
        f"# {tr(lang, 'hand.entry', index=entry.index)}",
        f"{fetch} > entry.json",
        f"# {tr(lang, 'hand.leaf')}",
        r"(printf '\000'; cat entry.json) > leaf.bin",
        f"echo '{entry.leaf_hash.hex()}  leaf.bin' | sha256sum -c",
        f"# {tr(lang, 'hand.signed')}",
        f"tail -c +{start + 1} entry.json | head -c {len(statement)} > statement.json",
        f"(printf '%s' '{prefix}'; cat statement.json) > signed.bin",
    ]
    for signature in entry.signatures:
        lines += _signature_lines(signature, keys[signature.key], lang)
    return "\n".join(lines) + "\n"


def _signature_lines(signature: Signature, key: Material, lang: str) -> list[str]:
    lines = [
        f"# {tr(lang, 'hand.key', scheme=key.scheme)}",
        _decoded(key.public_key, "key.der"),
        f"echo '{signature.key}  key.der' | sha256sum -c",
        f"# {tr(lang, 'hand.signature')}",
        _decoded(b64encode(signature.sig).decode(), "signature.bin"),
    ]
    message = "signed.bin"
    if signature.client_data is not None and signature.authenticator_data is not None and key.rp_id is not None:
        lines += _passkey_lines(signature.authenticator_data, signature.client_data, key.rp_id, lang)
        message = "passkey.bin"
    if key.public_key.startswith(b64encode(SPKI_ED25519).decode()):
        check = (
            f"openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in {message} -sigfile signature.bin"
        )
    else:
        check = f"openssl dgst -sha256 -keyform DER -verify key.der -signature signature.bin {message}"
    return [*lines, check]


def _passkey_lines(authenticator: bytes, client: bytes, rp_id: str, lang: str) -> list[str]:
    """Return the commands for a passkey's signature: its own data and the hash of a JSON with the challenge."""
    return [
        f"# {tr(lang, 'hand.passkey')}",
        _decoded(b64encode(authenticator).decode(), "authenticator.bin"),
        _decoded(b64encode(client).decode(), "client.json"),
        "challenge=$(openssl dgst -sha256 -binary signed.bin | openssl base64 -A | tr '+/' '-_' | tr -d '=')",
        'grep -F "\\"challenge\\":\\"$challenge\\"" client.json',
        f"printf '%s' {shlex.quote(rp_id)} | openssl dgst -sha256 -binary | cmp -n 32 - authenticator.bin",
        "test $(( $(od -An -tu1 -j32 -N1 authenticator.bin) & 5 )) -eq 5",
        "(cat authenticator.bin; openssl dgst -sha256 -binary client.json) > passkey.bin",
    ]


def _decoded(text: str, name: str) -> str:
    return f"echo '{text}' | openssl base64 -d -A > {name}"
