"""Exported envelopes against securesystemslib, the library of in-toto and TUF."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined] # it is public, but for its types
from tests.api.served import Desk
from tests.foreign.conftest import Library

from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.signatures import key_id_of

MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"


def envelope_of(desk: Desk, name: object) -> Envelope:
    answer = desk.http.get(f"/api/v1/entries/{name}/dsse")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    return Envelope.from_dict(json.loads(answer.content))


def key_of(spki: bytes, scheme: str | None = None) -> SSlibKey:
    public: Any = load_der_public_key(spki)
    return SSlibKey.from_crypto(public, keyid=key_id_of(spki), scheme=scheme)


def test_they_verify_every_entry_with_its_signer_s_key(library: Library) -> None:
    desk = library.desk
    spki = {key.key_id: key.spki for key in (*desk.world.keys.values(), *desk.world.roots.values())}
    spki[library.keys["rsa"].key_id] = library.keys["rsa"].spki
    passkeys = {library.registered["passkey-p256"], library.registered["passkey-ed25519"]}
    checked = 0
    for index in (set(range(90)) | {desk.ledger.size - 1}) - passkeys:
        entry = parse_entry(desk.ledger.log.entry(index))
        scheme = "rsa-pkcs1v15-sha256" if index == library.registered["rsa"] else None
        keys: list[Any] = [key_of(spki[one.key], scheme) for one in entry.signatures]
        envelope = envelope_of(desk, index)
        assert envelope.payload == entry.statement.raw
        assert len(envelope.verify(keys, threshold=len(keys))) == len(entry.signatures)
        checked += 1
    assert checked > 80


def test_genesis_has_all_founders_signatures(library: Library) -> None:
    keys: list[Any] = [key_of(root.spki) for root in library.desk.world.roots.values()]
    assert len(envelope_of(library.desk, 0).verify(keys, threshold=3)) == 3


def test_they_refuse_a_payload_that_was_changed(library: Library) -> None:
    desk = library.desk
    index = desk.ledger.size - 1
    entry = parse_entry(desk.ledger.log.entry(index))
    keys: list[Any] = [key_of(key.spki) for key in desk.world.keys.values()]
    raw = json.loads(desk.http.get(f"/api/v1/entries/{index}/dsse").content)
    raw["payload"] = base64.b64encode(entry.statement.raw.replace(b"2019", b"2020", 1)).decode()
    with pytest.raises(VerificationError):
        Envelope.from_dict(raw).verify(keys, threshold=1)


def test_they_refuse_another_payload_type(library: Library) -> None:
    desk = library.desk
    raw = json.loads(desk.http.get(f"/api/v1/entries/{desk.ledger.size - 1}/dsse").content)
    raw["payloadType"] = "application/json"
    keys: list[Any] = [key_of(key.spki) for key in desk.world.keys.values()]
    with pytest.raises(VerificationError):
        Envelope.from_dict(raw).verify(keys, threshold=1)


@pytest.mark.parametrize("scheme", ["passkey-p256", "passkey-ed25519"])
def test_passkey_s_signature_has_no_envelope(library: Library, scheme: str) -> None:
    answer = library.desk.http.get(f"/api/v1/entries/{library.registered[scheme]}/dsse")
    assert answer.status_code == 404
    assert "passkey" in answer.json()["rule"]


def test_envelope_is_found_by_leaf_hash_too(library: Library) -> None:
    leaf = library.desk.ledger.log.leaf_hash(7).hex()
    assert envelope_of(library.desk, leaf) == envelope_of(library.desk, 7)
