"""The quickest check answers as the rule does, whatever library it asks first."""

import builtins
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verify.public_vectors import vector_json
from tests.verify.small_ledger import Key

from constancia.verify.errors import Malformed
from constancia.verify.keys import KeyId, PublicKey, Signature, load_public_key, spki_of_ed25519, verify_signature
from constancia.verify.sodium import quickest_check

MESSAGE = b"Los tres signan"
CHECK = quickest_check()
SIGNER = Key("signer")
PUBLIC = load_public_key("ed25519", SIGNER.spki)


def plain(sig: bytes) -> Signature:
    return Signature(key=PUBLIC.key_id, sig=sig)


def test_it_is_installed_here() -> None:
    assert CHECK is not verify_signature


def test_wycheproof_ed25519() -> None:
    count = 0
    for group in vector_json("wycheproof/ed25519_test.json")["testGroups"]:
        key = load_public_key("ed25519", bytes.fromhex(group["publicKeyDer"]))
        for case in group["tests"]:
            one = Signature(key=key.key_id, sig=bytes.fromhex(case["sig"]))
            assert CHECK(key, one, bytes.fromhex(case["msg"])) == (case["result"] == "valid"), case
            count += 1
    assert count == 101


def test_ed25519_speccheck_verdicts_are_the_rules() -> None:
    for number, case in enumerate(vector_json("ed25519-speccheck/cases.json")):
        public, sig, message = (bytes.fromhex(case[name]) for name in ("pub_key", "signature", "message"))
        try:
            key = load_public_key("ed25519", spki_of_ed25519(public))
        except Malformed:
            assert number in {0, 1, 10, 11}
            continue
        assert CHECK(key, plain(sig), message) == (number == 3)


@given(st.binary(max_size=80), st.integers(0, 63), st.integers(0, 255))
def test_altered_signature_is_refused(message: bytes, at: int, value: int) -> None:
    sig = SIGNER.private.sign(message)
    changed = sig[:at] + bytes([value]) + sig[at + 1 :]
    for one in (sig, changed, sig[:at], sig + sig[:1]):
        assert CHECK(PUBLIC, plain(one), message) == verify_signature(PUBLIC, plain(one), message) == (one == sig)


def test_what_libsodium_refuses_is_asked_of_the_other_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def again(key: PublicKey, signature: Signature, message: bytes) -> bool:
        asked.append(signature.sig)
        return verify_signature(key, signature, message)

    monkeypatch.setattr("constancia.verify.sodium.verify_signature", again)
    sig = SIGNER.private.sign(MESSAGE)
    assert quickest_check()(PUBLIC, plain(sig), MESSAGE)
    assert asked == []
    assert not quickest_check()(PUBLIC, plain(sig), MESSAGE + b"!")
    assert asked == [sig]


def test_signature_with_a_passkeys_members_is_no_plain_one() -> None:
    sig = SIGNER.private.sign(MESSAGE)
    one = Signature(key=KeyId(SIGNER.key_id), sig=sig, authenticator_data=b"", client_data=b"{}")
    assert not CHECK(PUBLIC, one, MESSAGE)


def test_without_it_the_rules_own_check_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = builtins.__import__

    def missing(name: str, *arguments: Any) -> Any:
        if name.startswith("nacl"):
            raise ImportError(name)
        return kept(name, *arguments)

    for name in [one for one in sys.modules if one.split(".")[0] == "nacl"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", missing)
    assert quickest_check() is verify_signature
