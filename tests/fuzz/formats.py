"""Harnesses of the verifier's own formats: what it reads from anybody."""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.harness import harness
from tests.fuzz.scene import LOG_KEY, POLICY

from constancia.ledger.submission import parse_signed
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import canonical, parse_canonical
from constancia.verify.core.formats.checkpoint import format_checkpoint, open_checkpoint, read_checkpoint
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import format_note, format_vkey, parse_note, parse_vkey
from constancia.verify.core.formats.policy import open_with_policy
from constancia.verify.core.formats.signatures import (
    SCHEMES,
    PublicKey,
    Signature,
    load_public_key,
    verify_signature,
)
from constancia.verify.core.formats.statement import parse_statement
from constancia.verify.evidence.contradiction import prove
from constancia.verify.sources.contradiction_file import parse_contradiction
from constancia.verify.sources.foreign_file import foreign
from constancia.verify.sources.source import parse_receipt
from constancia.verify.sources.transit import parse_any
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.trust.policy_file import parse_policy
from constancia.verify.wire.tiles import parse_bundle, parse_tile_path, tile_path, whole_entries
from constancia.verify.wire.tlog_proof import parse_tlog_proof

VECTORS = Path(__file__).resolve().parents[1] / "vectors"


@harness(Malformed)
def canonical_json(data: bytes) -> None:
    assert canonical(parse_canonical(data)) == data


@harness(Malformed)
def statement(data: bytes) -> None:
    assert parse_statement(data).raw == data


@harness(Malformed)
def entry(data: bytes) -> None:
    """The reader by patterns answers as the one by rules does."""
    assert _outcome(read_entry, data) == _outcome(parse_entry, data)


def _outcome(read: Callable[[bytes], object], data: bytes) -> object:
    try:
        return read(data)
    except Malformed as error:
        return error.code, error.where


@harness(Malformed)
def note(data: bytes) -> None:
    parsed = parse_note(data)
    assert format_note(parsed.text, parsed.signatures) == data


@harness(Malformed)
def checkpoint(data: bytes) -> None:
    with suppress(Malformed):
        open_with_policy(data, POLICY)
    with suppress(Malformed):
        opened, _ = open_checkpoint(data, LOG_KEY)
        assert data.startswith(format_checkpoint(opened.origin, opened.size, opened.root).encode())
    read_checkpoint(data)


@harness(Malformed)
def vkey(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert format_vkey(parse_vkey(text)) == text


@harness(Malformed)
def policy(data: bytes) -> None:
    parse_policy(data.decode("utf-8", "replace"))


@harness(Malformed)
def tile(data: bytes) -> None:
    whole_entries(data)
    entries = parse_bundle(data)
    assert b"".join(len(raw).to_bytes(2, "big") + raw for raw in entries) == data


@harness(Malformed)
def tile_name(data: bytes) -> None:
    path = data.decode("utf-8", "replace")
    level, number, width = parse_tile_path(path)
    assert tile_path("entries" if level is None else level, number, width) == path


@harness(Malformed)
def proof(data: bytes) -> None:
    parse_tlog_proof(data)


@harness(Malformed)
def receipt_by_mail(data: bytes) -> None:
    """What mail and editors do to a receipt is undone, whatever it is."""
    parse_receipt(data)


@harness(Malformed)
def contradiction(data: bytes) -> None:
    prove(parse_contradiction(data))


@harness(Malformed)
def signed(data: bytes) -> None:
    """A signed statement as it is handed in, canonical or with the statement as a string."""
    parse_signed(data)


@harness()
def foreign_file(data: bytes) -> None:
    """The answer to any file is a kind, and never an exception."""
    foreign(data, "file")


@harness(Malformed)
def any_json(data: bytes) -> None:
    parse_any(data.decode("utf-8", "replace"))


@harness(Malformed)
def public_key(data: bytes) -> None:
    scheme = SCHEMES[data[0] % len(SCHEMES)] if data else SCHEMES[0]
    passkey: dict[str, Any] = {"rp_id": "example.org", "origins": ("https://example.org",)}
    load_public_key(scheme, data[1:], **(passkey if scheme == "webauthn" else {}))


@cache
def passkey() -> tuple[PublicKey, Signature, bytes]:
    """A registered passkey, its signature, and what it signed."""
    given = json.loads((VECTORS / "passkey.json").read_bytes())
    key = load_public_key(
        given["scheme"], bytes.fromhex(given["public_key"]), rp_id=given["rp_id"], origins=tuple(given["origins"])
    )
    sound = given["cases"][0]
    parts = {name: base64.b64decode(sound[name]) for name in ("authenticator_data", "client_data", "sig")}
    return key, Signature(key=key.key_id, **parts), bytes.fromhex(given["signed_bytes"])


@harness()
def webauthn(data: bytes) -> None:
    """Parts of an answer, each after its length in two bytes; no other data and no other client data are signed."""
    key, true, message = passkey()
    parts: list[bytes] = []
    for _ in range(3):
        size = int.from_bytes(data[:2], "big")
        parts.append(data[2 : 2 + size])
        data = data[2 + size :]
    given = Signature(key=key.key_id, authenticator_data=parts[0], client_data=parts[1], sig=parts[2])
    if verify_signature(key, given, message):
        assert (given.authenticator_data, given.client_data) == (true.authenticator_data, true.client_data)
