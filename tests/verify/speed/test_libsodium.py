"""The quickest check answers as the rule does, whatever library it asks first."""

import builtins
import hashlib
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.verify.public_vectors import vector_json
from tests.verify.small_ledger import Key

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.signatures import (
    KeyId,
    PublicKey,
    Signature,
    is_sound_ed25519,
    load_public_key,
    spki_of_ed25519,
    verify_ed25519,
    verify_signature,
)
from constancia.verify.speed import libsodium as sodium
from constancia.verify.speed.libsodium import quickest_check

MESSAGE = b"Los tres signan"
CHECK = quickest_check()
SIGNER = Key("signer")
PUBLIC = load_public_key("ed25519", SIGNER.spki)


# The curve as RFC 8032 §5.1 has it, in affine coordinates: slow, and short enough to be seen to be right.
_P, _ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
_D = -121_665 * pow(121_666, -1, _P) % _P
Point = tuple[int, int]


def _point(encoded: bytes) -> Point:
    y, sign = int.from_bytes(encoded, "little") & ((1 << 255) - 1), encoded[31] >> 7
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    return (x if x & 1 == sign else _P - x, y)


def _plus(one: Point, other: Point) -> Point:
    (a, b), (c, d) = one, other
    k = _D * a * b * c * d % _P
    return ((a * d + b * c) * pow(1 + k, -1, _P) % _P, (b * d + a * c) * pow(1 - k, -1, _P) % _P)


def _times(count: int, point: Point) -> Point:
    product = (0, 1)
    while count:
        product = _plus(product, point) if count & 1 else product
        point, count = _plus(point, point), count >> 1
    return product


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


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

    monkeypatch.setattr("constancia.verify.speed.libsodium.signatures.verify_signature", again)
    sig = SIGNER.private.sign(MESSAGE)
    assert quickest_check()(PUBLIC, plain(sig), MESSAGE)
    assert asked == []
    assert not quickest_check()(PUBLIC, plain(sig), MESSAGE + b"!")
    assert asked == [sig]


def test_signature_with_a_passkeys_members_is_no_plain_one() -> None:
    sig = SIGNER.private.sign(MESSAGE)
    one = Signature(key=KeyId(SIGNER.key_id), sig=sig, authenticator_data=b"", client_data=b"{}")
    assert not CHECK(PUBLIC, one, MESSAGE)


def test_signature_of_mixed_order_counts_by_the_cofactored_equation_only() -> None:
    sig, message = sodium._MIXED_SIGNATURE, sodium._MIXED_MESSAGE
    public, r, s = _point(sodium._MIXED_KEY), _point(sig[:32]), int.from_bytes(sig[32:], "little")
    challenge = int.from_bytes(hashlib.sha512(sig[:32] + sodium._MIXED_KEY + message).digest(), "little") % _ORDER
    one, other = _times(s, _BASE), _plus(r, _times(challenge, public))
    assert one != other
    assert _times(8, one) == _times(8, other)
    assert is_sound_ed25519(sig)
    assert not verify_ed25519(sodium._MIXED_KEY, sig, message)


def test_library_with_the_cofactored_equation_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nacl.bindings.crypto_sign_open", lambda signed, _key: signed[64:])
    assert quickest_check() is verify_signature


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
