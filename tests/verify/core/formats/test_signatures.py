"""Keys and the one strict signature rule, on public vectors and on what each scheme must refuse."""

import base64
import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.public_vectors import vector_json
from tests.verify.small_ledger import Key

from constancia.ledger.wire.composition import signature_object
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.signatures import (
    KeyId,
    PublicKey,
    Signature,
    decode_base64,
    is_sound_ed25519,
    key_id_of,
    load_public_key,
    parse_signature,
    spki_of_ed25519,
    verify_ecdsa_p256,
    verify_ed25519,
    verify_rsa_pkcs1_sha256,
    verify_signature,
)

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
MESSAGE = b"DSSEv1 1 x 2 {}"
ORIGIN, RP_ID = "https://example.org", "example.org"


def spki_of(private: Any) -> bytes:
    data: bytes = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data


@pytest.fixture(scope="module")
def p256() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(7**80, ec.SECP256R1())


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


# The rule: what every library accepts but small order and non-canonical encodings, which libraries differ on.
SPECCHECK = dict.fromkeys(range(12), False) | {3: True}


def test_ed25519_speccheck_verdicts_are_the_rules() -> None:
    cases = vector_json("ed25519-speccheck/cases.json")
    found = {
        number: verify_ed25519(*(bytes.fromhex(case[name]) for name in ("pub_key", "signature", "message")))
        for number, case in enumerate(cases)
    }
    assert found == SPECCHECK


@each_row("number", [0, 1, 11])
def test_ed25519_key_of_small_order_or_not_canonical_is_refused_at_registration(number: int) -> None:
    public = bytes.fromhex(vector_json("ed25519-speccheck/cases.json")[number]["pub_key"])
    with pytest.raises(Malformed):
        load_public_key("ed25519", spki_of_ed25519(public))


def test_wycheproof_ed25519() -> None:
    count = Counter[str]()
    for group in vector_json("wycheproof/ed25519_test.json")["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        key = load_public_key("ed25519", bytes.fromhex(group["publicKeyDer"]))
        for case in group["tests"]:
            message, sig = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            expected = case["result"] == "valid"
            assert verify_ed25519(public, sig, message) == expected, case
            assert verify_signature(key, Signature(key=key.key_id, sig=sig), message) == expected, case
            count[case["result"]] += 1
    assert count == {"valid": 58, "invalid": 43}


def test_wycheproof_ecdsa_p256() -> None:
    count = Counter[str]()
    for group in vector_json("wycheproof/ecdsa_secp256r1_sha256_test.json")["testGroups"]:
        key = load_public_key("webauthn", bytes.fromhex(group["publicKeyDer"]), rp_id=RP_ID, origins=(ORIGIN,))
        assert isinstance(key.handle, ec.EllipticCurvePublicKey)
        for case in group["tests"]:
            found = verify_ecdsa_p256(key.handle, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert found == (case["result"] == "valid"), case
            count[case["result"]] += 1
    assert count == {"valid": 118, "invalid": 205}


def test_wycheproof_rsa_2048() -> None:
    count = Counter[str]()
    for group in vector_json("wycheproof/rsa_signature_2048_sha256_test.json")["testGroups"]:
        handle = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        assert isinstance(handle, rsa.RSAPublicKey)
        for case in group["tests"]:
            found = verify_rsa_pkcs1_sha256(handle, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            # "Acceptable" is the old encoding without NULL: not the one DER form, so not ours.
            assert found == (case["result"] == "valid"), case
            count[case["result"]] += 1
    assert count == {"valid": 6, "invalid": 166, "acceptable": 1}


def test_wycheproof_rsa_keys_of_exponent_3_are_refused_at_registration() -> None:
    for group in vector_json("wycheproof/rsa_signature_2048_sha256_test.json")["testGroups"]:
        spki = bytes.fromhex(group["publicKeyDer"])
        if group["publicKey"]["publicExponent"] == "010001":
            assert load_public_key("rsa-pkcs1-sha256", spki).key_id == key_id_of(spki)
        else:
            with pytest.raises(Malformed):
                load_public_key("rsa-pkcs1-sha256", spki)


@each_row("y", [0, 1, P - 1, P, P + 1, P + 18])
@each_row("sign", [0, 1])
def test_ed25519_point_that_the_rule_excludes_is_neither_key_nor_r(y: int, sign: int) -> None:
    encoded = (y | sign << 255).to_bytes(32, "little")
    key = Key("a")
    sig = key.private.sign(MESSAGE)
    assert not verify_ed25519(encoded, sig, MESSAGE)
    assert not verify_ed25519(key.raw, encoded + sig[32:], MESSAGE)
    with pytest.raises(Malformed):
        load_public_key("ed25519", spki_of_ed25519(encoded))


@each_row("y", [0, 1, P - 1, P, ORDER_8, P - ORDER_8])
def test_ed25519_point_of_small_order_is_no_r(y: int) -> None:
    """Its own holder can make a signature with such an R that the library accepts."""
    for sign in (0, 1):
        assert not is_sound_ed25519((y | sign << 255).to_bytes(32, "little") + bytes(32))


def test_ed25519_signature_with_s_of_l_or_more_is_refused() -> None:
    key = Key("a")
    sig = key.private.sign(MESSAGE)
    s = int.from_bytes(sig[32:], "little")
    assert verify_ed25519(key.raw, sig, MESSAGE)
    for other in (s + L, s + 2 * L, L, 2**255 - 1):
        assert not verify_ed25519(key.raw, sig[:32] + other.to_bytes(32, "little"), MESSAGE)


@given(st.integers(0, 63), st.integers(1, 255))
def test_ed25519_changed_byte_of_a_signature_is_refused(at: int, flip: int) -> None:
    key = Key("a")
    sig = bytearray(key.private.sign(MESSAGE))
    sig[at] ^= flip
    assert not verify_ed25519(key.raw, bytes(sig), MESSAGE)


@each_row("length", [0, 1, 31, 32, 63, 65, 128])
def test_ed25519_other_lengths_are_refused_and_never_an_error(length: int) -> None:
    key = Key("a")
    assert not verify_ed25519(key.raw, b"\x01" * length, MESSAGE)
    assert not verify_ed25519((key.raw * 4)[:length] if length != 32 else key.raw[::-1], bytes(64), MESSAGE)


def test_ecdsa_both_s_count_and_other_der_does_not(p256: ec.EllipticCurvePrivateKey) -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    sig = p256.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(sig)
    public = p256.public_key()
    assert verify_ecdsa_p256(public, sig, MESSAGE)
    assert verify_ecdsa_p256(public, encode_dss_signature(r, order - s), MESSAGE)
    for other in (sig + b"\x00", sig[:-1], b"", encode_dss_signature(r, 0), encode_dss_signature(0, s),
                  encode_dss_signature(r, s + order), sig[:1] + b"\x81" + sig[1:]):  # fmt: skip
        assert not verify_ecdsa_p256(public, other, MESSAGE)


def test_rsa_counts_with_pkcs1_and_sha256_only(rsa_key: rsa.RSAPrivateKey) -> None:
    public = rsa_key.public_key()
    sig = rsa_key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    pss = rsa_key.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    sha1 = rsa_key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA512())
    assert verify_rsa_pkcs1_sha256(public, sig, MESSAGE)
    for other in (pss, sha1, sig[1:], b"\x00" + sig, b"", bytes(256), b"\xff" * 256):
        assert not verify_rsa_pkcs1_sha256(public, other, MESSAGE)


def test_rsa_signature_counts_by_the_keys_scheme_and_without_a_passkeys_data(rsa_key: rsa.RSAPrivateKey) -> None:
    key = load_public_key("rsa-pkcs1-sha256", spki_of(rsa_key))
    sound = Signature(key=key.key_id, sig=rsa_key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256()))
    assert verify_signature(key, sound, MESSAGE)
    assert not verify_signature(key, sound, MESSAGE + b" ")
    assert not verify_signature(key, replace(sound, sig=bytes(256)), MESSAGE)
    assert not verify_signature(key, replace(sound, client_data=b"{}"), MESSAGE)
    assert not verify_signature(key, replace(sound, authenticator_data=b""), MESSAGE)


@each_row(
    ("bits", "exponent", "is_sound"),
    [
        (2_047, 65_537, False), (2_048, 65_537, True), (8_192, 65_537, True), (8_193, 65_537, False),
        (2_048, 3, False), (2_048, 65_539, False),
    ],
)  # fmt: skip
def test_rsa_key_has_2048_to_8192_bits_and_the_one_exponent(bits: int, exponent: int, is_sound: bool) -> None:
    public = rsa.RSAPublicNumbers(exponent, 2 ** (bits - 1) + 1).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if is_sound:
        assert load_public_key("rsa-pkcs1-sha256", spki).spki == spki
    else:
        with pytest.raises(Malformed):
            load_public_key("rsa-pkcs1-sha256", spki)


@each_row("scheme", ["ed25519", "webauthn", "rsa-pkcs1-sha256", "hmac", "", "ED25519"])
@each_row("kind", ["ed25519", "p256", "rsa"])
def test_scheme_takes_its_own_keys_only(
    scheme: str, kind: str, p256: ec.EllipticCurvePrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    spki = {"ed25519": Key("a").spki, "p256": spki_of(p256), "rsa": spki_of(rsa_key)}[kind]
    fits = (scheme, kind) in {
        ("ed25519", "ed25519"), ("webauthn", "ed25519"), ("webauthn", "p256"), ("rsa-pkcs1-sha256", "rsa"),
    }  # fmt: skip
    web = {"rp_id": RP_ID, "origins": (ORIGIN,)} if scheme == "webauthn" else {}
    if fits:
        assert load_public_key(scheme, spki, **web).key_id == hashlib.sha256(spki).hexdigest()  # type: ignore[arg-type]
    else:
        with pytest.raises(Malformed):
            load_public_key(scheme, spki, **web)  # type: ignore[arg-type]


def test_key_in_another_der_form_or_on_another_curve_is_refused(p256: ec.EllipticCurvePrivateKey) -> None:
    compressed = p256.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    spki = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + compressed
    load_der_public_key(spki)
    other = spki_of(ec.derive_private_key(5, ec.SECP384R1()))
    for one in (spki, other, spki_of(p256) + b"\x00", b"", b"\x30\x00", Key("a").spki[:-1]):
        with pytest.raises(Malformed):
            load_public_key("webauthn", one, rp_id=RP_ID, origins=(ORIGIN,))


@each_row("web", [{}, {"rp_id": RP_ID}, {"origins": (ORIGIN,)}, {"rp_id": 5, "origins": (ORIGIN,)}])
def test_passkey_without_rp_id_or_origins_is_refused(web: Any, p256: ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(Malformed):
        load_public_key("webauthn", spki_of(p256), **web)


def test_rp_id_with_another_scheme_is_refused() -> None:
    with pytest.raises(Malformed):
        load_public_key("ed25519", Key("a").spki, rp_id=RP_ID, origins=(ORIGIN,))


class Passkey:
    """A passkey as an authenticator would hold it; what it says can be changed."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> None:
        self.private = private
        self.key: PublicKey = load_public_key("webauthn", spki_of(private), rp_id=RP_ID, origins=(ORIGIN,))

    def sign(self, *, flags: int = 0x05, rp_id: str = RP_ID, tail: bytes = b"\x00" * 4, **client: Any) -> Signature:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(MESSAGE).digest()).rstrip(b"=").decode()
        said = {"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN, "crossOrigin": False} | client
        return self.sign_raw(json.dumps(said).encode(), flags=flags, rp_id=rp_id, tail=tail)

    def sign_raw(self, client: bytes, *, flags: int = 0x05, rp_id: str = RP_ID, tail: bytes = b"\x00" * 4) -> Signature:
        data = hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + tail
        signed = data + hashlib.sha256(client).digest()
        sig = (
            self.private.sign(signed)
            if isinstance(self.private, Ed25519PrivateKey)
            else self.private.sign(signed, ec.ECDSA(hashes.SHA256()))
        )
        return Signature(key=self.key.key_id, sig=sig, authenticator_data=data, client_data=client)


@pytest.fixture(params=["es256", "eddsa"])
def passkey(request: pytest.FixtureRequest, p256: ec.EllipticCurvePrivateKey) -> Passkey:
    return Passkey(p256 if request.param == "es256" else Key("passkey").private)


def test_passkey_signature_counts(passkey: Passkey) -> None:
    assert verify_signature(passkey.key, passkey.sign(), MESSAGE)
    assert verify_signature(passkey.key, passkey.sign(flags=0x1D, extra="unknown members are the browser's"), MESSAGE)
    assert not verify_signature(passkey.key, passkey.sign(), MESSAGE + b" ")


@each_row(
    "said",
    [
        {"type": "webauthn.create"}, {"challenge": "AAAA"}, {"origin": "https://example.com"}, {"origin": None},
        {"origin": ["https://example.org"]}, {"crossOrigin": True}, {"crossOrigin": "no"}, {"crossOrigin": 0},
        {"crossOrigin": ""}, {"crossOrigin": []}, {"crossOrigin": {}}, {"flags": 0x01}, {"flags": 0x04},
        {"flags": 0x00}, {"rp_id": "example.com"}, {"tail": b""}, {"tail": b"\x00" * 3},
    ],
)  # fmt: skip
def test_passkey_that_says_something_else_does_not_count(said: dict[str, Any], passkey: Passkey) -> None:
    assert not verify_signature(passkey.key, passkey.sign(**said), MESSAGE)


@each_row("client", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"a":1,"a":1}', b'{"a":' + b"9" * 5_000])
def test_passkey_with_odd_client_data_does_not_count_and_is_no_error(client: bytes, passkey: Passkey) -> None:
    assert not verify_signature(passkey.key, passkey.sign_raw(client), MESSAGE)


def deeper(calls: int, passkey: Passkey, signature: Signature) -> bool:
    """Ask so many calls down."""
    return deeper(calls - 1, passkey, signature) if calls else verify_signature(passkey.key, signature, MESSAGE)


@each_row(("nested", "counts"), [(14, True), (15, True), (16, False), (800, False), (950, False)])
@each_row("form", ["[]", "{}"])
def test_passkey_s_nesting_counts_alike_however_deep_the_caller_is(
    nested: int, counts: bool, form: str, passkey: Passkey
) -> None:
    """With the object itself so many begin, and not the reader's own bound, which others do not have."""
    more = "[" * nested + "]" * nested if form == "[]" else '{"a":' * nested + "1" + "}" * nested
    signature = passkey.sign_raw((passkey.sign().client_data or b"")[:-1] + f', "more": {more}}}'.encode())
    assert [deeper(calls, passkey, signature) for calls in (0, 100, 400, 700)] == [counts] * 4


@each_row("number", ["1" * 4_300, "1" * 4_301, "-" + "9" * 20_000, "1e999", "0." + "1" * 9_000])
def test_passkey_with_a_long_number_counts_as_json_has_it(number: str, passkey: Passkey) -> None:
    client = (passkey.sign().client_data or b"")[:-1] + f', "more": {number}}}'.encode()
    assert verify_signature(passkey.key, passkey.sign_raw(client), MESSAGE)


def test_passkey_whose_signature_is_another_does_not_count(passkey: Passkey) -> None:
    sound, other = passkey.sign(), passkey.sign(extra="other bytes")
    assert verify_signature(passkey.key, sound, MESSAGE)
    assert not verify_signature(passkey.key, replace(sound, sig=other.sig), MESSAGE)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_passkey_with_a_number_that_is_no_json_does_not_count(value: str, passkey: Passkey) -> None:
    client = (passkey.sign().client_data or b"")[:-1] + f', "more": {value}}}'.encode()
    assert not verify_signature(passkey.key, passkey.sign_raw(client), MESSAGE)
    assert verify_signature(passkey.key, passkey.sign_raw(client.replace(value.encode(), b"1")), MESSAGE)


def test_passkey_member_twice_does_not_count(passkey: Passkey) -> None:
    client = passkey.sign().client_data or b""
    twice = client.replace(b'{"type"', b'{"type": "webauthn.get", "type"')
    assert not verify_signature(passkey.key, passkey.sign_raw(twice), MESSAGE)


def test_signature_without_its_passkey_data_or_with_foreign_data_does_not_count(passkey: Passkey) -> None:
    whole = passkey.sign()
    bare = Signature(key=whole.key, sig=whole.sig)
    assert not verify_signature(passkey.key, bare, MESSAGE)
    plain = Key("a")
    key = load_public_key("ed25519", plain.spki)
    decorated = Signature(key=key.key_id, sig=plain.sign(b"{}").sig, authenticator_data=b"", client_data=b"")
    assert not verify_signature(key, decorated, MESSAGE)


@given(st.binary(max_size=80))
def test_base64_has_one_text_for_one_byte_string(data: bytes) -> None:
    assert decode_base64(base64.b64encode(data).decode()) == data


@each_row("text", ["A", "AA", "AAA", "AB==", "AAB=", "AA==\n", " AA==", "AA-_", "AA==AA==", "ñ", "A===", 5])
def test_base64_in_another_form_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        decode_base64(text)


SIGNATURE = {"key": "a" * 64, "sig": "AAAA"}
PASSKEY = {"authenticator_data": "AAAA", "client_data": "e30=", **SIGNATURE}


@each_row("item", [SIGNATURE, PASSKEY])
def test_signature_object_is_read_and_written_back(item: dict[str, str]) -> None:
    assert signature_object(parse_signature(item)) == item


@each_row(
    "item",
    [
        None, [], {}, {"key": "a" * 64}, {"sig": "AAAA"}, {"key": "A" * 64, "sig": "AAAA"},
        {"key": "a" * 63, "sig": ""},
        {"key": ["a" * 64], "sig": "AAAA"}, SIGNATURE | {"client_data": "AAAA"}, PASSKEY | {"more": "AAAA"},
        SIGNATURE | {"sig": "AAA"}, PASSKEY | {"client_data": 5}, SIGNATURE | {"alg": "none"},
    ],
)  # fmt: skip
def test_signature_object_of_another_form_is_refused(item: Any) -> None:
    with pytest.raises(Malformed):
        parse_signature(item)


def test_key_id_is_the_digest_of_the_der_form() -> None:
    key = Key("a")
    assert key_id_of(key.spki) == KeyId(hashlib.sha256(key.spki).hexdigest())
    assert spki_of_ed25519(key.raw) == key.spki


@each_row(("scalar", "is_sound"), [(0, True), (L - 1, True), (L, False)])
def test_scalar_of_a_signature_is_below_the_groups_order(scalar: int, is_sound: bool) -> None:
    point = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert is_sound_ed25519(point + scalar.to_bytes(32, "little")) is is_sound


def test_scheme_that_is_none_of_ours_is_named_as_such() -> None:
    spki = spki_of_ed25519(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(Malformed) as caught:
        load_public_key("ecdsa", spki)
    assert caught.value.code == "scheme"
